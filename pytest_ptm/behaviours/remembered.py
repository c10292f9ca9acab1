"""Whether a model's answers came from its memory, and which times are then its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.errors import ModelError
from pytest_ptm.tasks.protocol import Rows

_REMEMBERED = 0.5
"""No load that comes and goes makes all of a later pass take so small a part.

Where no examples stand beside these that were asked at the same time, its square.
"""
_INSTANT = 1e-12
"""Seconds that stand for none."""
_ENOUGH = 3
"""Pairs of each order that it takes to tell the order from the examples."""


@dataclass(frozen=True, slots=True)
class Recollection:
    """Which part of its first times a model took later, where it is so small.

    ``warm_up``: of the examples that the warm-up had asked; ``passes``: of the first
    pass, in later ones. None where times are alike, as of a model that answers anew.
    """

    warm_up: float | None = None
    passes: float | None = None


def as_first_asked(
    seconds: NDArray[np.float64], first: NDArray[np.float64], order: Rows
) -> tuple[NDArray[np.float64], float | None]:
    """Times in which every example has been asked as if it were new.

    A model that remembers its answers knows those of the warm-up; what it took for
    them there is what it takes. So do all examples where they are no more than that.

    Args:
        seconds: float64[models, passes, n].
        first: what the warm-up took when it first asked an example, float64[models, n];
            NaN where it asked none.
        order: the examples of the warm-up. The first half of them says nothing: what is
            loaded and compiled for these is no memory of answers.
    """
    seconds, found = seconds.copy(), list[float]()
    for side, before in zip(seconds, first, strict=True):
        part = _part_remembered(side[0], before, order)
        if part is not None:
            side[0, order] = before[order]
            found.append(part)
    return seconds, min(found, default=None)


def _part_remembered(
    now: NDArray[np.float64], before: NDArray[np.float64], order: Rows
) -> float | None:
    late = order[(len(order) + 1) // 2 :]
    if not len(late) or not (before[late] > 0).all():
        return None
    part = float(np.median(now[late] / before[late]))
    others = np.setdiff1d(np.arange(len(now)), order)
    if not len(others):
        return part if part < _REMEMBERED**2 else None
    # Of a slow moment in the warm-up the others tell: they were asked behind it, too.
    beside = float(np.median(now[late])) / max(float(np.median(now[others])), _INSTANT)
    return part if max(part, beside) < _REMEMBERED else None


def without_remembered(
    seconds: NDArray[np.float64],
) -> tuple[NDArray[np.float64], float | None]:
    """The times, without those of later passes where answers were remembered.

    A second pass over the same examples takes as long as the first, or something of
    the model's own has kept its answers: then the first pass alone is of the model, and
    beside it stands which part of its median time the others took.
    """
    middle = np.median(seconds, axis=2)
    if middle.shape[1] < 2 or not (middle[:, 0] > 0).all():
        return seconds, None
    part = float((middle[:, 1:] / middle[:, :1]).min())
    return (seconds[:, :1], part) if part < _REMEMBERED else (seconds, None)


def refuse_shared(
    seconds: NDArray[np.float64], ours_first: NDArray[np.bool_], known: Rows
) -> None:
    """Nothing, where neither of two models knows what the other has just answered.

    Args:
        seconds: of the first pass, float64[2, n].
        ours_first: bool[n], which were asked of the first model first.
        known: rows that both had answered before, which are no evidence.

    Raises:
        ModelError: whichever is asked second takes but a part of its time.
    """
    new = np.ones(len(ours_first), dtype=np.bool_)
    new[known] = False
    sides = [new & ours_first, new & ~ours_first]
    if min(int(side.sum()) for side in sides) < _ENOUGH or not (seconds > 0).all():
        return
    ratios = seconds[0] / seconds[1]
    first, second = (float(np.median(ratios[side])) for side in sides)
    # Both fall to less than half of what they take alone, or it is no memory.
    if second / first < _REMEMBERED**2:
        raise ModelError(
            "of the two models whichever is asked second takes but a part of its "
            f"time: relative_time is {first:z.2f} where this one is asked first and "
            f"{second:z.2f} where it is second. They share a memory of answers; switch "
            "it off, or bound at_most_p95_ms= of each"
        )
