"""Entities in rows of tags, counted as seqeval reads them.

Nakayama, "seqeval: A Python framework for sequence labeling evaluation", 2018. By
default a tag that is misplaced begins an entity of its own, as in conlleval, the
official script of CoNLL-2000; read strictly it is of none.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.tags import OUTSIDE, Scheme
from pytest_ptm.ground.errors import MissingExtraError
from pytest_ptm.tasks.tags.answers import Tagging, types_of

Span = tuple[str, int, int]
"""The type of an entity, its first word and its last."""

_SEQEVAL_KNOWS = {"L": "E", "U": "S"}
"""Prefixes of BILOU, by what they are called in IOBES."""


@dataclass(frozen=True, slots=True)
class Spans:
    """How many entities of each type each row has; float64[n, types] all three.

    ``found``: those that the model found; ``gold``: those that there are; ``hits``:
    those found whose type, first and last word are right.
    """

    hits: NDArray[np.float64]
    found: NDArray[np.float64]
    gold: NDArray[np.float64]

    def of(self, kind: int) -> Spans:
        """Those of one type."""
        own = slice(kind, kind + 1)
        return Spans(self.hits[:, own], self.found[:, own], self.gold[:, own])


def spans_of(gold: NDArray[Any], said: Tagging, *, strict: bool) -> Spans:
    """The entities of each row, as they are and as they were found.

    A word whose tag is undecided is of no entity.

    Raises:
        MissingExtraError: seqeval is not installed.
    """
    names = said.class_names
    read = _reader(names, said.marks if strict else None)
    kinds = {kind: number for number, kind in enumerate(types_of(names))}
    counts = np.zeros((3, len(said), len(kinds)))
    outside = names.index(OUTSIDE) if OUTSIDE in names else -1
    decided: list[int] = np.where(said.undecided, outside, said.predicted).tolist()
    start = 0
    rows: list[tuple[int, ...]] = gold.tolist()
    for row, right in enumerate(rows):
        own = decided[start : start + len(right)]
        start += len(right)
        there = read([names[tag] for tag in right])
        then = (
            there
            if tuple(own) == right
            else read([names[tag] if tag >= 0 else OUTSIDE for tag in own])
        )
        for which, spans in enumerate((there & then, then, there)):
            for kind, *_ in spans:
                counts[which, row, kinds[kind]] += 1
    return Spans(*counts)


def _reader(
    names: Sequence[str], strict: Scheme | None
) -> Callable[[Sequence[str]], set[Span]]:
    """What finds entities in tags: strictly by a scheme, or leniently by none."""
    if strict is not None:
        schemes = _seqeval("scheme")
        scheme = getattr(schemes, strict)

        def strictly(tags: Sequence[str]) -> set[Span]:
            (entities,) = schemes.Entities([list(tags)], scheme).entities
            return {(each.tag, each.start, each.end - 1) for each in entities}

        return strictly
    get_entities = _seqeval("metrics.sequence_labeling").get_entities
    known = {name: _SEQEVAL_KNOWS.get(name[:1], name[:1]) + name[1:] for name in names}

    def leniently(tags: Sequence[str]) -> set[Span]:
        return set(get_entities([known.get(tag, tag) for tag in tags]))

    return leniently


def _seqeval(module: str) -> Any:  # noqa: ANN401 - it has no types
    try:
        # It brings scikit-learn along: a second to import.
        return importlib.import_module(f"seqeval.{module}")
    except ImportError:
        raise MissingExtraError(
            "figures of entities", library="seqeval", extra="metrics"
        ) from None
