"""What was asked in this session, so that nothing is asked twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Generic, cast

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.tasks.protocol import B, P, Predictions, Predictor, Rows

InputKey = str | tuple[str, ...]


class Shelf(Generic[P]):
    """The answers of one predictor, found by input or by what the model saw of it."""

    def __init__(self) -> None:
        self.by_input: dict[InputKey, int] = {}
        self.by_encoding: dict[bytes, int] = {}
        self.truncated: set[InputKey] = set()
        self._parts: list[P] = []
        self._coverage: list[NDArray[np.int32]] = []

    def add(
        self,
        keys: Iterable[bytes],
        answers: P,
        coverage: NDArray[np.int32] | None = None,
    ) -> None:
        """Keep the answers to these encodings, and what the tokenizer knew of them."""
        first = len(self.by_encoding)
        self.by_encoding.update(
            (key, first + offset) for offset, key in enumerate(keys)
        )
        self._parts.append(answers)
        self._coverage.append(
            np.zeros((len(answers), 2), dtype=np.int32)
            if coverage is None
            else coverage
        )

    def look_up(self, keys: Sequence[InputKey]) -> P:
        """The answers to these inputs, all of them known."""
        if len(self._parts) > 1:
            self._parts = [type(self._parts[0]).concatenate(self._parts)]
        return self._parts[0].take(self._places(keys))

    def coverage(self, keys: Sequence[InputKey]) -> tuple[int, int]:
        """The tokens of these inputs, and how many the tokenizer does not know."""
        if len(self._coverage) > 1:
            self._coverage = [np.concatenate(self._coverage)]
        tokens, unknown = self._coverage[0][self._places(keys)].sum(axis=0).tolist()
        return tokens, unknown

    def _places(self, keys: Sequence[InputKey]) -> Rows:
        places = self.by_input
        return np.fromiter(
            (places[key] for key in keys), dtype=np.intp, count=len(keys)
        )


class Memo:
    """One shelf for each fingerprint and task."""

    def __init__(self) -> None:
        self._shelves: dict[tuple[str, str], Shelf[Predictions]] = {}

    def shelf(self, predictor: Predictor[B, P]) -> Shelf[P]:
        """The shelf of this predictor, and of any other that would answer the same."""
        key = (predictor.task, predictor.fingerprint)
        shelf = self._shelves.setdefault(key, Shelf[Predictions]())
        return cast("Shelf[P]", shelf)
