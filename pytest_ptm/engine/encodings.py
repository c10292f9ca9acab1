"""What each input was encoded as, so that no text is tokenised twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.tasks.protocol import B, P, Predictor

InputKey = str | bytes | tuple[str | bytes, ...]


class _Encoded:
    """The inputs of one predictor that are encoded and answered."""

    def __init__(self) -> None:
        self._keys: dict[InputKey, bytes] = {}
        self._truncated: set[InputKey] = set()

    def missing(self, inputs: Sequence[InputKey]) -> list[int]:
        """The first row of each input that is not known."""
        first: dict[InputKey, int] = {}
        for row, each in enumerate(inputs):
            if each not in self._keys:
                first.setdefault(each, row)
        return list(first.values())

    def put(
        self,
        inputs: Sequence[InputKey],
        keys: Sequence[bytes],
        truncated: NDArray[np.bool_],
    ) -> None:
        """Keep what these inputs were encoded as, and which of them lost tokens."""
        self._keys.update(zip(inputs, keys, strict=True))
        cut: list[int] = np.flatnonzero(truncated).tolist()
        self._truncated.update(inputs[row] for row in cut)

    def get(self, inputs: Sequence[InputKey]) -> tuple[list[bytes], NDArray[np.bool_]]:
        """The keys of these inputs, all known, and which of them lost tokens."""
        keys = [self._keys[each] for each in inputs]
        if not self._truncated:
            return keys, np.zeros(len(inputs), dtype=np.bool_)
        cut = (each in self._truncated for each in inputs)
        return keys, np.fromiter(cut, dtype=np.bool_, count=len(inputs))


class Encodings:
    """One of these for each fingerprint and task, and the fields that are asked.

    The values of an input do not say which optional field they are of.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[str, ...], _Encoded] = {}

    def of(self, predictor: Predictor[B, P], fields: Iterable[str]) -> _Encoded:
        """What is known of this predictor, and of any other that encodes the same."""
        key = (predictor.task, predictor.fingerprint, *fields)
        return self._found.setdefault(key, _Encoded())
