"""What looks wrong about tags, though a figure of them may be in bounds."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.tags import OUTSIDE, parted
from pytest_ptm.metrics.classification.permutation import best_renaming
from pytest_ptm.tasks.tags.answers import Tagging, types_of
from pytest_ptm.tasks.tags.truth import flat

FEW = 20
"""Fewer words of entities say little."""

CLEARLY = 0.6
"""A share of them that no chance explains."""


def remarks(gold: NDArray[Any], said: Tagging) -> list[str]:
    """Notes on entities that are never found, exchanged, or a word off."""
    names = said.class_names
    kinds = types_of(names)
    if not kinds:
        return []
    of = np.array([_type(name, kinds) for name in names])
    right, answered = of[flat(gold)], of[said.predicted]
    if not (right >= 0).any():
        return [f"no label is an entity: every word is tagged {OUTSIDE}"]
    outside = float((right < 0).mean())
    if not (answered >= 0).any():
        return [
            "the model finds no entity in any row; to tag every word "
            f"{OUTSIDE} gives token_accuracy {outside:z.4f} here"
        ]
    found = _exchanged(right, answered, kinds) or _shifted(right, answered, said)
    return [each for each in (found, _begin_inside(answered, said)) if each]


def _type(name: str, kinds: tuple[str, ...]) -> int:
    place = parted(name)
    return kinds.index(place[1]) if place is not None and place[1] else -1


def _exchanged(
    right: NDArray[Any], answered: NDArray[Any], kinds: tuple[str, ...]
) -> str | None:
    """Whether other names of the types would fit the answers far better."""
    both = (right >= 0) & (answered >= 0)
    n = int(both.sum())
    own = int((right[both] == answered[both]).sum())
    if n < FEW or own * 2 > n:
        return None
    share, called = best_renaming(right[both], answered[both], len(kinds))
    if share * n < 2 * own or share < CLEARLY:
        return None
    pairs = ", ".join(
        f"{kinds[said]} is {kinds[to]}" for said, to in enumerate(called) if said != to
    )
    return (
        f"types look exchanged: {share:.0%} of {n:,} words of entities would be right "
        f"if what the model calls {pairs}; bring them together with label_map="
    )


def _begin_inside(answered: NDArray[Any], said: Tagging) -> str | None:
    """Whether entities are found that begin as those of IOB1 do, which looks alike."""
    if said.marks != "IOB2":
        return None
    rows = np.repeat(np.arange(len(said)), said.counts)
    before = np.full(len(answered), -1)
    before[1:] = np.where(rows[1:] == rows[:-1], answered[:-1], -1)
    begins = (answered >= 0) & (answered != before)
    inside = np.array([name.startswith("I-") for name in said.class_names])
    n, of_iob1 = int(begins.sum()), int((begins & inside[said.predicted]).sum())
    if n < FEW or of_iob1 < CLEARLY * n:
        return None
    return (
        f"{of_iob1:,} of {n:,} entities that the model finds begin with I-, as those "
        'of IOB1 do; if it was trained so, say tagging(model, scheme="IOB1")'
    )


def _shifted(right: NDArray[Any], answered: NDArray[Any], said: Tagging) -> str | None:
    """Whether types fit far better one word later or earlier in their rows."""
    there, hits = int((right >= 0).sum()), int(_fits(right, answered).sum())
    if there < FEW or hits * 2 > there:
        return None
    rows = np.repeat(np.arange(len(said)), said.counts)
    inside = rows[1:] == rows[:-1]
    later = int((_fits(right[:-1], answered[1:]) & inside).sum())
    earlier = int((_fits(right[1:], answered[:-1]) & inside).sum())
    best, where = max((later, "later"), (earlier, "earlier"))
    if best < 2 * hits or best < CLEARLY * there:
        return None
    return (
        f"tags look shifted: {best:,} of {there:,} words of entities have their type "
        f"one word {where}"
    )


def _fits(right: NDArray[Any], answered: NDArray[Any]) -> NDArray[np.bool_]:
    return (right >= 0) & (right == answered)
