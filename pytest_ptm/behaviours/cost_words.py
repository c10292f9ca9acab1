"""What is said beside times and memory: how, where, and what was slow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.remembered import Recollection
from pytest_ptm.ground.display import clip, counted
from pytest_ptm.statistics.quantiles import nearest_rank
from pytest_ptm.tasks.protocol import Predictor

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


def remembered_note(what: Recollection) -> list[str]:
    """Notes where answers took so little that they are none of the model's."""
    notes: list[str] = []
    if what.warm_up is not None:
        notes.append(
            f"examples of the warm-up took {what.warm_up:z.2f} of what they took "
            "there: something remembers answers (or compiled the model, or slowed the "
            "machine then), so that what was first taken for them counts; give more "
            "examples than the warm-up asks, or take the memory off"
        )
    if what.passes is not None:
        notes.append(
            f"later passes took {what.passes:z.2f} of the first: something remembers "
            "answers (or the first compiled the model), so that the first pass alone "
            "counts; of a compiled one raise warm_up="
        )
    return notes


def once_note(n: int, warm_up: int) -> list[str]:
    """A note where nothing shows whether a model remembers its answers."""
    if n > 1 or not warm_up:
        return []
    return [
        "the one example was asked in the warm-up already: a model that remembers its "
        "answers would not be seen; give several, or warm_up=0"
    ]


def same_note(ours: Predictor[Any, Any], theirs: Predictor[Any, Any]) -> list[str]:
    """A note where a model is held against itself."""
    if ours.fingerprint != theirs.fingerprint:
        return []
    return [
        "both are the same model: relative_time shows how far this machine's times "
        "differ by themselves, and no bound on it says anything of the model"
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
