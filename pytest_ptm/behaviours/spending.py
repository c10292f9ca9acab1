"""What asking one or two models, each example by itself, took of time and memory."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.asking import Question
from pytest_ptm.behaviours.remembered import (
    Recollection,
    as_first_asked,
    refuse_shared,
    without_remembered,
)
from pytest_ptm.behaviours.timing import (
    TimedModel,
    WarmUp,
    cost_of,
    ours_first,
    peak_while,
    timed,
    warm_up,
)
from pytest_ptm.engine.alone import OneByOne
from pytest_ptm.ground.memory import Grown
from pytest_ptm.results import Cost
from pytest_ptm.session import current_session
from pytest_ptm.tasks.powers import unguarded


@dataclass(frozen=True, slots=True)
class Spent:
    """What asking took: seconds float64[models, passes, n], memory, rows cut short.

    ``remembered``: what of it was none of the model's, as it knew the answers.
    """

    seconds: NDArray[np.float64] | None
    held: Grown | None
    truncated: int
    asked: int
    cost: Cost
    remembered: Recollection


def spend(
    sides: Sequence[Question[Any]],
    *,
    timing: bool,
    weighing: bool,
    questions: int,
    passes: int,
) -> Spent:
    """Ask every example by itself, as often as there are passes, after a warm-up.

    Raises:
        ModelError: PTM401, an example has no answer; two models share their memory.
    """
    began, seed = time.perf_counter(), current_session().settings.seed
    n = len(sides[0].examples)
    with ExitStack() as stack:
        # What a run looks at around each batch is nothing that a user waits for.
        bare = [stack.enter_context(unguarded(each.predictor)) for each in sides]
        models = [
            TimedModel(OneByOne(model, each.examples))
            for model, each in zip(bare, sides, strict=True)
        ]
        seconds, held, remembered = None, None, Recollection()
        if timing or weighing:
            before = warm_up(models, questions, seed=seed, weighing=weighing)
            raw, held = _asked(models, passes if timing else 1, seed, weighing=weighing)
            if len(models) > 1:
                which = ours_first(n, seed=seed)
                refuse_shared(raw[:, 0], which, before.order)
            seconds, part = as_first_asked(raw, before.first, before.order)
            seconds, later = without_remembered(seconds)
            remembered = Recollection(part, later)
            if held is not None:
                held = _memory(models, held, before, seconds, seed, remembered)
    for model in models:
        model.refuse_invalid()
    ours = models[0]
    spent = cost_of(models, time.perf_counter() - began)
    return Spent(
        seconds if timing else None,
        held,
        int(ours.truncated.sum()),
        n if ours.asked else 0,
        spent,
        remembered,
    )


def joined(parts: Sequence[Spent]) -> Spent:
    """What all parts took, one after the other."""
    seconds = [part.seconds for part in parts if part.seconds is not None]
    held = [part.held for part in parts if part.held is not None]
    none = Recollection()
    return Spent(
        np.concatenate(seconds, axis=2) if seconds else None,
        max(held, key=lambda each: each.nbytes) if held else None,
        sum(part.truncated for part in parts),
        sum(part.asked for part in parts),
        sum((part.cost for part in parts), start=Cost()),
        next((each.remembered for each in parts if each.remembered != none), none),
    )


def _asked(
    models: Sequence[TimedModel], passes: int, seed: int, *, weighing: bool
) -> tuple[NDArray[np.float64], Grown | None]:
    found: list[NDArray[np.float64]] = []

    def do() -> None:
        found.append(timed(models, passes=passes, seed=seed))

    held = None
    if weighing:
        held = peak_while(models[0].one_by_one.predictor.card.device, do)
    else:
        do()
    return found[0], held


def _memory(
    models: Sequence[TimedModel],
    held: Grown,
    before: WarmUp,
    seconds: NDArray[np.float64],
    seed: int,
    remembered: Recollection,
) -> Grown:
    """Memory of the first model's answers, and no less, where some were remembered."""
    if len(models) > 1:
        # Both were at work: the other's memory is not meant. But asked again, a model
        # that remembers its answers takes none.
        again, alone = _asked(models[:1], 1, seed, weighing=True)
        both = np.concatenate([seconds[:1, :1], again], axis=1)
        if alone is not None and without_remembered(both)[1] is None:
            held = alone
    if remembered.warm_up is None or before.held is None:
        return held
    return max(held, before.held, key=lambda each: each.nbytes)
