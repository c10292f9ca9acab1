"""What is said beside times and memory: how, where, and what was slow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.display import clip, counted
from pytest_ptm.statistics.quantiles import nearest_rank

_SLOWEST = 3


def order_note(warm_up: int, passes: int) -> str:
    """How it was timed."""
    return (
        "times are of encoding and forward, one example at a time, in "
        f"{counted(passes, 'pass')} in shuffled order after "
        f"{counted(warm_up, 'question')} of warm-up; quantiles by nearest rank"
    )


def slowest_note(ids: Sequence[str], ms: NDArray[np.float64]) -> str:
    """The middle, the far end, and the slowest examples, of times [passes, n]."""
    middle, far = (nearest_rank(ms, at) for at in (0.5, 0.99))
    worst = ms.max(axis=0)
    rows: list[int] = np.argsort(-worst, kind="stable")[:_SLOWEST].tolist()
    slow = ", ".join(f"{clip(ids[row], 40)} {worst[row]:z.2f} ms" for row in rows)
    return f"p50 {middle:z.2f} ms, p99 {far:z.2f} ms; slowest: {slow}"


def pair_note(name: str, ms: NDArray[np.float64]) -> str:
    """What the other model took, and how the two were held against each other."""
    middle, far = (nearest_rank(ms, at) for at in (0.5, 0.95))
    return (
        f"{clip(name, 40)}: p50 {middle:z.2f} ms, p95 {far:z.2f} ms; asked in turn "
        "(A B, B A, …), relative_time is the median of the ratios of each example"
    )


def memory_note(how: str, *, warm: bool) -> str:
    """What memory was counted, and from when on."""
    since = "after the warm-up" if warm else "from the first question on"
    return (
        f"memory: {how}, beyond what was held before, {since}; loaded weights are no "
        "part of it"
    )


def repeats_note(repeated: int) -> list[str]:
    """A note where inputs came several times."""
    if not repeated:
        return []
    return [
        f"{counted(repeated, 'example')} with the input of another were left out: "
        "asked again they say nothing of other inputs"
    ]


def remembered_note(part: float | None) -> list[str]:
    """A note where later passes took so little that they are none of the model's."""
    if part is None:
        return []
    return [
        f"later passes took {part:z.2f} of the first: something remembers answers (or "
        "the first compiled the model), so that the first pass alone counts; of a "
        "compiled one raise warm_up="
    ]


def where_notes(machine: str, workers: int) -> list[str]:
    """The machine, and who else was at work on it."""
    notes = [f"machine: {machine}"]
    if workers > 1:
        notes.append(
            f"{workers} workers of pytest-xdist share this machine, so that times may "
            "be longer than of a process alone: measure with -n0 or -p no:xdist"
        )
    return notes
