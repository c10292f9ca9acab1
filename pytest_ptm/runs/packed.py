"""What came of each example, packed: 100,000 of them take some tens of kilobytes."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.display import visible
from pytest_ptm.ground.errors import DataError
from pytest_ptm.results import Outcomes

_MOST_OF_IDS = 256 * 1024 * 1024
"""Bytes of the ids of one verdict."""


@dataclass(frozen=True, slots=True)
class Packed:
    """Texts of `Outcomes`: base64 of compressed columns, in the order of the data.

    ``classes`` are the names of what ``predicted`` counts, and ``stats`` holds a text
    for each sum.
    """

    n: int
    right: str | None
    failing: str | None
    scores: str | None
    predicted: str | None
    classes: tuple[str, ...] | None = None
    stats: tuple[str, ...] | None = None


def pack(outcomes: Outcomes) -> Packed:
    """The outcomes as a run document holds them.

    Ids are kept of the examples that went wrong only: the others are known from the
    data, whose fingerprint stands beside. Scores and statistics are rounded to seven
    digits, and scores that can only repeat right and wrong are left out.
    """
    right, scores = outcomes.right, outcomes.scores
    if right is not None and scores is not None and not outcomes.graded:
        scores = None if np.array_equal(scores, right) else scores
    return Packed(
        n=len(outcomes.ids),
        right=None if right is None else _packed(np.packbits(right).tobytes()),
        failing=None
        if right is None
        else _packed(json.dumps([visible(name) for name in outcomes.failing]).encode()),
        scores=None if scores is None else _numbers(scores),
        predicted=None
        if outcomes.predicted is None
        else _packed(outcomes.predicted.astype("<i4").tobytes()),
        classes=None
        if outcomes.classes is None
        else tuple(visible(name) for name in outcomes.classes),
        stats=None
        if outcomes.stats is None
        else tuple(_numbers(column) for column in outcomes.stats.T),
    )


def unpack_right(packed: Packed) -> NDArray[np.bool_] | None:
    """Which examples went well, bool[n].

    Raises:
        DataError: PTM214, the text is damaged.
    """
    if packed.right is None:
        return None
    size = (packed.n + 7) // 8
    bits = np.frombuffer(_unpacked(packed.right, most=size), np.uint8)
    if len(bits) != size:
        raise _damaged(f"{len(bits)} bytes for {packed.n} examples")
    return np.unpackbits(bits, count=packed.n).astype(np.bool_)


def unpack_failing(packed: Packed) -> tuple[str, ...]:
    """The ids of the examples that went wrong, as reports show them.

    Raises:
        DataError: PTM214, the text is damaged.
    """
    if packed.failing is None:
        return ()
    try:
        found: object = json.loads(_unpacked(packed.failing, most=_MOST_OF_IDS))
    except (ValueError, RecursionError) as error:
        raise _damaged(str(error)) from None
    ids = cast("list[object]", found) if isinstance(found, list) else [None]
    if not all(isinstance(name, str) for name in ids):
        raise _damaged("ids are texts")
    return tuple(cast("list[str]", ids))


def unpack_scores(packed: Packed) -> NDArray[np.float64] | None:
    """What each example adds to the figure, float64[n], to seven digits.

    None where it was not kept.

    Raises:
        DataError: PTM214, the text is damaged.
    """
    return _column(packed.scores, packed.n, "<f4", np.float64)


def unpack_stats(packed: Packed) -> NDArray[np.float64] | None:
    """What each example adds to each sum, float64[n, k], to seven digits.

    None where it was not kept.

    Raises:
        DataError: PTM214, the text is damaged.
    """
    if packed.stats is None:
        return None
    columns = [_column(text, packed.n, "<f4", np.float64) for text in packed.stats]
    there = [column for column in columns if column is not None]
    return np.array(there).reshape(len(there), packed.n).T


def unpack_predicted(packed: Packed) -> NDArray[np.intp] | None:
    """The predicted class of each example, intp[n]; None where it was not kept.

    Raises:
        DataError: PTM214, the text is damaged.
    """
    found = _column(packed.predicted, packed.n, "<i4", np.float64)
    return None if found is None else found.astype(np.intp)


def _column(
    text: str | None, n: int, kind: str, into: type[np.float64]
) -> NDArray[np.float64] | None:
    if text is None:
        return None
    size = n * np.dtype(kind).itemsize
    raw = _unpacked(text, most=size)
    if len(raw) != size:
        raise _damaged(f"{len(raw)} bytes for {n} examples")
    return np.frombuffer(raw, kind).astype(into)


def _numbers(values: NDArray[np.float64]) -> str:
    return _packed(values.astype("<f4").tobytes())


def _packed(raw: bytes) -> str:
    return base64.b64encode(zlib.compress(raw, 9)).decode("ascii")


def _unpacked(text: str, *, most: int) -> bytes:
    """The bytes of a text; one that would grow beyond ``most`` is damaged."""
    try:
        packed = base64.b64decode(text, validate=True)
        stream = zlib.decompressobj()
        # One more, so that too many are seen; 0 would mean without a limit.
        raw = stream.decompress(packed, most + 1)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise _damaged(str(error)) from None
    if len(raw) > most or not stream.eof:
        raise _damaged("it does not end where it should")
    return raw


def _damaged(why: str) -> DataError:
    return DataError(
        f"what came of each example cannot be read back ({why}); the run document is "
        "damaged: write it anew",
        code="PTM214",
    )
