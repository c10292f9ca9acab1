"""What was asked in this session, so that nothing is asked twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import RLock
from typing import cast

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.display import clip, listed
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.results import ModelCard
from pytest_ptm.tasks.protocol import B, P, Predictor, Rows, declared
from pytest_ptm.tasks.table import Table


@dataclass(frozen=True, slots=True)
class Recalled:
    """What is known of some questions, given by their keys.

    ``table`` has a row for each known one, in the order of the keys, and None where
    none is; ``coverage`` int32[k, 2] is what the tokenizer knew of each of these.
    ``missing`` are the places of the others among the keys, each key once.
    """

    table: Table | None
    coverage: NDArray[np.int32]
    missing: Rows


class Memo:
    """Answers by the key of what the model saw: the one way to them is here.

    A key is a digest of what was encoded, so that it means the same in any process.
    """

    def __init__(self) -> None:
        self._shelves: dict[tuple[str, str], _Shelf] = {}

    def get(self, predictor: Predictor[B, P], keys: Sequence[bytes]) -> Recalled:
        """What is known of these questions, of this predictor or one that is the same.

        Raises:
            ModelError: PTM313, a model whose answers mean something else has its
                fingerprint.
        """
        return self._shelf(predictor).get(keys)

    def put(
        self,
        predictor: Predictor[B, P],
        keys: Sequence[bytes],
        answers: Table,
        coverage: NDArray[np.int32] | None = None,
    ) -> None:
        """Keep a row of answers for each of these new keys.

        Raises:
            ModelError: PTM313, the answers are not as many, or they mean something else
                than those that are here.
        """
        card = predictor.card
        # Each column: one that is short would move the answers of all later batches.
        rows = {len(column) for column in answers.columns.values()}
        if rows != {len(keys)}:
            given = " or ".join(f"{count:,}" for count in sorted(rows)) or "no"
            raise ModelError(
                f"{shown(card)} gave {given} answers to {len(keys):,} "
                "questions; forward gives one for each row, in their order",
                code="PTM313",
            )
        shelf = self._shelf(predictor)
        shelf.require(answers.shared, card)
        shelf.put(keys, answers, coverage)

    def _shelf(self, predictor: Predictor[B, P]) -> _Shelf:
        card = predictor.card
        key = (predictor.task, predictor.fingerprint)
        shelf = self._shelves.setdefault(key, _Shelf(card))
        # Now: where all is known already, no answer will come to be looked at.
        shelf.require(declared(predictor), card)
        return shelf


class _Shelf:
    """The answers of one predictor; ``owner`` is who filled it first.

    ``meaning`` is what all of its rows share, as answers and predictors say it.
    """

    def __init__(self, owner: ModelCard) -> None:
        self.owner = owner
        self.meaning: dict[str, object] = {}
        self._places: dict[bytes, int] = {}
        self._parts: list[Table] = []
        self._coverage: list[NDArray[np.int32]] = []
        self._rows = 0
        # Threads may ask one model at once.
        self._lock = RLock()

    def get(self, keys: Sequence[bytes]) -> Recalled:
        with self._lock:
            return self._get(keys)

    def _get(self, keys: Sequence[bytes]) -> Recalled:
        places = np.fromiter(
            (self._places.get(key, -1) for key in keys), dtype=np.intp, count=len(keys)
        )
        known = places[places >= 0]
        first: dict[bytes, int] = {}
        for row in np.flatnonzero(places < 0).tolist():
            first.setdefault(keys[row], row)
        missing = np.fromiter(first.values(), dtype=np.intp, count=len(first))
        if not len(known):
            return Recalled(None, np.zeros((0, 2), dtype=np.int32), missing)
        if len(self._parts) > 1:
            self._parts = [Table.concatenate(self._parts)]
            self._coverage = [np.concatenate(self._coverage)]
        return Recalled(self._parts[0].take(known), self._coverage[0][known], missing)

    def put(
        self,
        keys: Sequence[bytes],
        answers: Table,
        coverage: NDArray[np.int32] | None,
    ) -> None:
        nothing = np.zeros((len(keys), 2), dtype=np.int32)
        with self._lock:
            # Rows are counted, not keys: of two threads that ask the same at once
            # both bring its answer, and the second must not move any other.
            first, self._rows = self._rows, self._rows + len(keys)
            # A copy: the next batch may be written over what a model hands over.
            self._parts.append(answers.take(np.arange(len(keys))))
            self._coverage.append(nothing if coverage is None else coverage)
            self._places.update((key, first + row) for row, key in enumerate(keys))

    def require(self, meaning: Mapping[str, object], by: ModelCard) -> None:
        """Nothing, where what stands here has this meaning, or none yet.

        Raises:
            ModelError: PTM313, it has another: nobody could tell them apart.
        """
        common = meaning.keys() & self.meaning.keys()
        if any(_plain(meaning[name]) != _plain(self.meaning[name]) for name in common):
            raise ModelError(
                f"{shown(self.owner)} has {_said(self.meaning)}, {shown(by)} has "
                f"{_said(meaning)}, and both have one fingerprint: one would be given "
                "the other's answers. Put into a predictor's fingerprint what its "
                "answers depend on, its classes and their order too, such as "
                'f"{version}-{class_names}"',
                code="PTM313",
            )
        self.meaning.update(meaning)


def _plain(value: object) -> object:
    """The value as JSON has it: a list and a tuple are the same there."""
    return tuple(cast("list[object]", value)) if isinstance(value, list) else value


def shown(card: ModelCard) -> str:
    """A model as its own errors name it."""
    return f"{clip(card.name, 40)} ({clip(card.reference, 80)})"


def _said(meaning: Mapping[str, object]) -> str:
    if "class_names" not in meaning:
        return ", ".join(f"{name} {clip(str(meaning[name]), 120)}" for name in meaning)
    names = cast("Sequence[str]", meaning["class_names"])
    kind = "several at once of the" if meaning.get("multi_label") else "the"
    return f"{kind} classes {clip(listed(list(names)), 120)}"
