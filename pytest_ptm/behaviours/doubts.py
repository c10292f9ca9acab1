"""What in the data makes a figure say less than it seems to, in words for a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.chats import SYSTEM
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import Answers
from pytest_ptm.engine.reading import unknown_tokens
from pytest_ptm.ground.display import clip, counted
from pytest_ptm.tasks.protocol import P, Predictions, Rows
from pytest_ptm.tasks.truth import Truth

TOGETHER = "the answer is all of them together"
"""What a tie is where an answer is held against another one."""


def doubts(examples: Examples, answers: Answers[P]) -> list[str]:
    """Notes on what the model saw otherwise than it stands, and on what repeats."""
    return [
        *unknown_tokens(answers),
        *converted(examples),
        *_no_context(examples),
        *_repeats(examples),
    ]


def converted(examples: Examples) -> list[str]:
    """Notes on images that a model saw otherwise than they are stored."""
    found = Counter[str]()
    for column in examples.images.values():
        found.update(column.said())
    n = len(examples)
    return [f"{count:,} of {n:,} images: {said}" for said, count in found.items()]


def _no_context(examples: Examples) -> list[str]:
    """A note where a context is nothing but whitespace: a user who says nothing."""
    contexts = examples.inputs.get("context", ())
    rows = [row for row, context in enumerate(contexts) if not context.strip()]
    if not rows:
        return []
    first = clip(examples.ids[rows[0]], 40)
    return [
        f"{len(rows):,} of {len(examples):,} contexts are empty (first: {first}): "
        "nothing is said before their texts"
    ]


def blank(examples: Examples) -> int:
    """How many rows have an input that is empty or nothing but whitespace."""
    columns = [each for name, each in examples.inputs.items() if name != SYSTEM]
    return sum(
        any(not text or text.isspace() for text in row)
        for row in zip(*columns, strict=True)
    )


@runtime_checkable
class CanTie(Protocol):
    """Answers that may be undecided between several; ``tie`` says what that is."""

    @property
    def tied(self) -> NDArray[np.bool_]:
        """Which answers are, bool[n]."""
        ...

    @property
    def tie(self) -> str:
        """What is undecided about them."""
        ...


@runtime_checkable
class OneOfSeveral(Protocol):
    """What is right, where each row has several answers of which any will do."""

    def shared(self, row: int, other: int) -> bool:
        """Whether one answer is right for both rows."""
        ...


def contradictions(
    examples: Examples, truth: Truth[Any], *, graded: bool = False
) -> list[str]:
    """A note where one text stands with two labels: no model is right about both.

    ``graded``: where a text may be near to what is right, two rows may have each its
    own; an answer that is a reference of both is no contradiction in any case.
    """
    first: dict[Hashable, int] = {}
    found: dict[Hashable, tuple[int, int]] = {}
    labels: list[object] = truth.gold.tolist()
    several = truth if isinstance(truth, OneOfSeveral) else None
    for row, text in enumerate(contents(examples)):
        other = first.setdefault(text, row)
        if labels[row] == labels[other] or (several and several.shared(row, other)):
            continue
        found.setdefault(text, (other, row))
    if not found:
        return []
    one, other = (clip(examples.ids[row], 40) for row in next(iter(found.values())))
    texts, pair = counted(len(found), _asked(examples)), f"(first: {one} and {other})"
    if several and graded:
        return [
            f"{texts} with references that no two rows share {pair}; each answer is "
            "held against those of its own row"
        ]
    return [
        f"{texts} with contradicting labels {pair}; no model can be right about both"
    ]


def alike(examples: Examples) -> Rows:
    """For each row the first one with equal inputs, intp[n]."""
    first: dict[Hashable, int] = {}
    found = [first.setdefault(text, row) for row, text in enumerate(contents(examples))]
    return np.array(found, dtype=np.intp)


def repeated_inputs(examples: Examples) -> int:
    """How many rows repeat the inputs of an earlier one."""
    return len(examples) - len(set(contents(examples)))


def ties(examples: Examples, predictions: Predictions, so: str) -> list[str]:
    """A note where answers are undecided, and ``so`` what that means."""
    if not isinstance(predictions, CanTie):
        return []
    rows = np.flatnonzero(predictions.tied)
    if not len(rows):
        return []
    first = clip(examples.ids[int(rows[0])], 40)
    return [
        f"{len(rows):,} of {len(examples):,} answers are ties, {predictions.tie} "
        f"(first: {first}): {so}"
    ]


@runtime_checkable
class CanBeSilent(Protocol):
    """Answers of which some may be that there is none."""

    @property
    def none(self) -> NDArray[np.bool_]:
        """Which are, bool[n]."""
        ...


def silent(*sides: Predictions) -> list[str]:
    """A note where no side answers anything: such answers are always alike."""
    rows = [each.none for each in sides if isinstance(each, CanBeSilent)]
    every = [answer for each in rows for answer in each.tolist()]
    if len(rows) < len(sides) or not every or not all(every):
        return []
    return [
        'every answer is "no answer", on either side: what never answers never changes'
    ]


def _repeats(examples: Examples) -> list[str]:
    n = len(examples)
    times = Counter(contents(examples))
    if len(times) == n:
        return []
    # Kish's effective size: of n rows with these weights, all else being equal.
    effective = n * n / sum(count * count for count in times.values())
    return [
        f"{n - len(times):,} of {n:,} repeat an earlier {_asked(examples)}: "
        f"{len(times):,} distinct, effective number {effective:z,.1f}"
    ]


def _asked(examples: Examples) -> str:
    return "image" if examples.images else "text"


def contents(examples: Examples) -> Sequence[Hashable]:
    """What the model is asked in each row: a text, an image's digest, or a tuple."""
    columns: list[Sequence[Hashable]] = [
        *examples.inputs.values(),
        *examples.lists.values(),
        *(column.fingerprints() for column in examples.images.values()),
    ]
    return columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))
