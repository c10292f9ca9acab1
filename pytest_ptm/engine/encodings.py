"""What each input was encoded as, so that no text is tokenised twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.tasks.protocol import B, P, Predictor

Value = str | bytes | tuple[str, ...]
InputKey = Value | tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What some inputs were encoded as: the keys of their rows, one after the other.

    ``parts`` is how many rows each has, None where it is one each; ``truncated``
    bool[n] says which inputs lost tokens.
    """

    keys: list[bytes]
    parts: NDArray[np.int32] | None
    truncated: NDArray[np.bool_]


class _Encoded:
    """The inputs of one predictor that are encoded and answered.

    An input has the key of its row, or those of its rows where it may have several.
    """

    def __init__(self) -> None:
        self._keys: dict[InputKey, bytes] = {}
        self._several: dict[InputKey, tuple[bytes, ...]] = {}
        self._truncated: set[InputKey] = set()

    def missing(self, inputs: Sequence[InputKey]) -> list[int]:
        """The first row of each input that is not known."""
        first: dict[InputKey, int] = {}
        for row, each in enumerate(inputs):
            if each not in self._keys and each not in self._several:
                first.setdefault(each, row)
        return list(first.values())

    def put(
        self,
        inputs: Sequence[InputKey],
        keys: Sequence[bytes],
        truncated: NDArray[np.bool_],
        parts: NDArray[np.int32] | None,
    ) -> None:
        """Keep what these inputs were encoded as, and which of them lost tokens."""
        if parts is None:
            self._keys.update(zip(inputs, keys, strict=True))
        else:
            ends: list[int] = np.cumsum(parts).tolist()
            own = (
                tuple(keys[start:end])
                for start, end in zip([0, *ends], ends, strict=False)
            )
            self._several.update(zip(inputs, own, strict=True))
        cut: list[int] = np.flatnonzero(truncated).tolist()
        self._truncated.update(inputs[row] for row in cut)

    def get(self, inputs: Sequence[InputKey]) -> Found:
        """What these inputs, all of them known, were encoded as."""
        keys, parts = self._keys_of(inputs)
        if not self._truncated:
            return Found(keys, parts, np.zeros(len(inputs), dtype=np.bool_))
        cut = (each in self._truncated for each in inputs)
        truncated = np.fromiter(cut, dtype=np.bool_, count=len(inputs))
        return Found(keys, parts, truncated)

    def _keys_of(
        self, inputs: Sequence[InputKey]
    ) -> tuple[list[bytes], NDArray[np.int32] | None]:
        if not self._several:
            return [self._keys[each] for each in inputs], None
        own = [self._several.get(each) or (self._keys[each],) for each in inputs]
        parts = np.array([len(keys) for keys in own], dtype=np.int32)
        return list(chain.from_iterable(own)), parts


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
