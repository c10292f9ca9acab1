"""How long models take for one example at a time, and how much memory."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.devices import ACCELERATORS, at_work, peak_allocated, synchronise
from pytest_ptm.engine.alone import OneByOne, SaidAlone
from pytest_ptm.engine.ask import refuse_invalid
from pytest_ptm.ground.memory import Grown, grown_by
from pytest_ptm.results import Cost
from pytest_ptm.session import current_session
from pytest_ptm.tasks.protocol import Rows

now = time.perf_counter
"""What times are read from; a test puts another in its place."""


@dataclass(slots=True)
class TimedModel:
    """One model that is asked, and what that came to so far.

    ``valid``, bool[n]: every answer to an example was one; ``truncated``, bool[n].
    """

    one_by_one: OneByOne[Any]
    valid: NDArray[np.bool_] = field(init=False)
    truncated: NDArray[np.bool_] = field(init=False)
    rows: int = 0
    passes: int = 0
    asked: int = 0

    def __post_init__(self) -> None:
        """Nothing is asked yet."""
        n = len(self.one_by_one.examples)
        self.valid = np.ones(n, dtype=np.bool_)
        self.truncated = np.zeros(n, dtype=np.bool_)

    def seconds(self, row: int) -> float:
        """How long one example takes, from its text to its answer on this machine."""
        device = self.one_by_one.predictor.card.device
        # What was begun before is not waited for here.
        synchronise(device)
        began = now()
        said = self.one_by_one.ask(row)
        synchronise(device)
        took = now() - began
        self._note(row, said)
        return took

    def _note(self, row: int, said: SaidAlone[Any]) -> None:
        self.valid[row] &= said.valid
        self.truncated[row] |= said.truncated
        self.rows += said.rows
        self.passes += said.passes
        self.asked += 1

    def refuse_invalid(self) -> None:
        """Nothing, where there was an answer to every example.

        Raises:
            ModelError: PTM401, there was none to some.
        """
        by = self.one_by_one
        refuse_invalid(by.predictor, by.examples, self.valid)


def peak_while(device: str, do: Callable[[], None]) -> Grown:
    """How much more memory is held at the peak while it is done, and who counted.

    Raises:
        ArgumentError: nobody counts it here.
    """
    if device.partition(":")[0] in ACCELERATORS:
        return Grown(peak_allocated(device, do), f"torch's allocator on {device}")
    # A function says nothing of where it works: it may well be on an accelerator.
    kinds, beside = at_work(), list[int]()

    def everywhere(left: Sequence[str]) -> None:
        if not left:
            do()
            return
        beside.append(peak_allocated(left[0], lambda: everywhere(left[1:])))

    found = grown_by(lambda: everywhere(kinds))
    if not sum(beside):
        return found
    how = f"{found.how}, and torch's allocator on {' and '.join(kinds)}"
    return Grown(found.nbytes + sum(beside), how)


@dataclass(frozen=True, slots=True)
class WarmUp:
    """What was asked before anything counts.

    ``first``: seconds of each example when it was first asked, float64[models, n], NaN
    where it was not; ``order``: those that were, in their order, intp[rows]; ``held``:
    memory of all questions but the very first, for which much is loaded that stays.
    """

    first: NDArray[np.float64]
    order: Rows
    held: Grown | None = None


def warm_up(
    models: Sequence[TimedModel], questions: int, *, seed: int, weighing: bool = False
) -> WarmUp:
    """Ask each model so many questions first, whose times do not count."""
    n = len(models[0].one_by_one.examples)
    order = _shuffled(n, seed)
    first = np.full((len(models), n), np.nan)

    def ask(numbers: range) -> None:
        for number in numbers:
            row = order[number % n]
            for which, model in enumerate(models):
                took = model.seconds(row)
                if number < n:
                    first[which, row] = took

    rest, held = range(min(1, questions), questions), None
    ask(range(rest.start))
    if weighing and rest:
        device = models[0].one_by_one.predictor.card.device
        held = peak_while(device, lambda: ask(rest))
    else:
        ask(rest)
    return WarmUp(first, np.array(order[:questions], dtype=np.intp), held)


def ours_first(n: int, *, seed: int) -> NDArray[np.bool_]:
    """Which examples the first pass of ``timed`` asks of the first model first."""
    found = np.zeros(n, dtype=np.bool_)
    found[_shuffled(n, seed)[::2]] = True
    return found


def timed(
    models: Sequence[TimedModel], *, passes: int, seed: int
) -> NDArray[np.float64]:
    """Seconds of each example, float64[models, passes, n].

    Each pass goes through a shuffle of the examples, so that whatever makes a machine
    slower by and by does not follow their order. Of two models each is asked an example
    right after the other, and the one that was second is the next to be first: A B,
    B A, A B, …
    """
    n = len(models[0].one_by_one.examples)
    found = np.zeros((len(models), passes, n))
    progress = current_session().progress
    name = models[0].one_by_one.predictor.card.name
    turn = 0
    for number in range(passes):
        for place, row in enumerate(_shuffled(n, seed + number)):
            for which in sorted(range(len(models)), reverse=bool(turn % 2)):
                found[which, number, row] = models[which].seconds(row)
            turn += 1
            progress.update(name, number * n + place + 1, passes * n)
    return found


def cost_of(models: Sequence[TimedModel], seconds: float) -> Cost:
    """What all of it came to; the run's own sum has it too."""
    cost = Cost(
        examples=sum(model.asked for model in models),
        distinct=len(models[0].one_by_one.examples),
        forwarded=sum(model.rows for model in models),
        passes=sum(model.passes for model in models),
        seconds=seconds,
    )
    current_session().costs.append(cost)
    return cost


def _shuffled(n: int, seed: int) -> list[int]:
    order = list(range(n))
    random.Random(seed).shuffle(order)
    return order
