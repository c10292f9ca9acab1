"""A column of images: where each is to be had, decoded only when it is looked at."""

from __future__ import annotations

import hashlib
import io
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import overload

import numpy as np

from pytest_ptm.datasets import pixels
from pytest_ptm.datasets.pixels import Bitmap, PictureRefused, Pixels
from pytest_ptm.datasets.ragged import Rows

_SIZE = 16
_digests: dict[bytes, tuple[bytes, tuple[str, ...]]] = {}
"""Of what an image was made from: the digest of its pixels, and what was done to it.

A fact of the bytes, whoever asks: kept so that no image is decoded to be fingerprinted
that was decoded to be shown to a model.
"""


@dataclass(frozen=True, eq=False)
class Picture(ABC):
    """One image, not yet decoded; ``name`` is how a person finds it."""

    name: str

    @cached_property
    def key(self) -> bytes:
        """A digest of all that its pixels are made from: equal keys, equal pixels."""
        return self._made_from()

    @abstractmethod
    def _made_from(self) -> bytes:
        """The key, had without decoding."""

    @abstractmethod
    def decoded(self) -> Bitmap:
        """Its pixels, made anew each time.

        Raises:
            PictureRefused: PTM218, there are none to be had.
        """


@dataclass(frozen=True, eq=False)
class FilePicture(Picture):
    """An image in a file, which may not change while it is used."""

    path: Path

    def _made_from(self) -> bytes:
        return _digest(b"file", self._read())

    def check(self) -> None:
        """Look at the file's header.

        Raises:
            PictureRefused: PTM218, it says that the image cannot be used.
        """
        try:
            with self.path.open("rb") as file:
                pixels.check(file)
        except OSError as error:
            raise _unreadable(self.path, error) from error

    def decoded(self) -> Bitmap:
        """Its pixels; refused where it is another file by now."""
        data = self._read()
        if _digest(b"file", data) != self.key:
            raise PictureRefused(
                f"{self.path} has changed since it was first read in this run"
            )
        return pixels.decode(data)

    def _read(self) -> bytes:
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise _unreadable(self.path, error) from error


@dataclass(frozen=True, eq=False)
class EncodedPicture(Picture):
    """An image as the bytes of a file that is not there."""

    data: bytes

    def _made_from(self) -> bytes:
        return _digest(b"file", self.data)

    def check(self) -> None:
        """Look at the header.

        Raises:
            PictureRefused: PTM218, it says that the image cannot be used.
        """
        pixels.check(io.BytesIO(self.data))

    def decoded(self) -> Bitmap:
        """Its pixels."""
        return pixels.decode(self.data)


@dataclass(frozen=True, eq=False)
class HeldPicture(Picture):
    """An image that was in memory: its pixels."""

    held: Bitmap

    def _made_from(self) -> bytes:
        return digest_of(self.held.pixels)

    def decoded(self) -> Bitmap:
        """Its pixels, a copy that may be written to."""
        return Bitmap(self.held.pixels.copy(), self.held.said)


@dataclass(frozen=True)
class Pictures(Sequence[Picture]):
    """Images of rows: immutable, and light until one of them is decoded."""

    rows: tuple[Picture, ...]

    @classmethod
    def of(cls, rows: Iterable[Picture]) -> Pictures:
        """A column of these."""
        return cls(tuple(rows))

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Picture]:
        return iter(self.rows)

    @overload
    def __getitem__(self, rows: int) -> Picture: ...
    @overload
    def __getitem__(self, rows: slice | Rows) -> Pictures: ...
    def __getitem__(self, rows: int | slice | Rows) -> Picture | Pictures:
        """One row's image; or a column of these rows, in this order."""
        if isinstance(rows, slice):
            return Pictures(self.rows[rows])
        if isinstance(rows, int):
            return self.rows[rows]
        places: list[int] = rows.tolist()
        return Pictures(tuple([self.rows[row] for row in places]))

    def keys(self) -> list[bytes]:
        """What each is made from, as bytes: equal for two that are alike."""
        return [picture.key for picture in self.rows]

    def fingerprints(self) -> list[bytes]:
        """A digest of the pixels of each; decodes those that nobody has looked at.

        Raises:
            PictureRefused: PTM218, one has none.
        """
        return [fingerprint(picture) for picture in self.rows]

    def said(self) -> dict[str, int]:
        """What was done to how many of the images that were decoded by now."""
        found: dict[str, int] = {}
        for picture in self.rows:
            for each in _digests.get(picture.key, (b"", ()))[1]:
                found[each] = found.get(each, 0) + 1
        return found


def look_at(picture: Picture) -> Bitmap:
    """The image decoded, its digest kept for whoever asks for that alone.

    Raises:
        PictureRefused: PTM218, it has no pixels to be had, or others each time.
    """
    decoded = picture.decoded()
    found = digest_of(decoded.pixels)
    if _digests.setdefault(picture.key, (found, decoded.said))[0] != found:
        raise PictureRefused(
            "its pixels are others each time they are made; a change has to draw all "
            "that is random from the rng that it is given"
        )
    return decoded


def fingerprint(picture: Picture) -> bytes:
    """A digest of an image's pixels, whatever it was made from.

    Raises:
        PictureRefused: PTM218, it has none.
    """
    if picture.key not in _digests:
        look_at(picture)
    return _digests[picture.key][0]


def digest_of(of: Pixels) -> bytes:
    """A digest of pixels and of how they are arranged."""
    return _digest(b"pixels", repr(of.shape).encode(), np.ascontiguousarray(of).data)


def _digest(kind: bytes, *parts: bytes | memoryview) -> bytes:
    # Half the time of blake2b over a photograph, where processors know SHA.
    digest = hashlib.sha256(kind)
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.digest()[:_SIZE]


def _unreadable(path: Path, error: OSError) -> PictureRefused:
    where = (
        "; a relative path starts where the file of rows is, or at root="
        if isinstance(error, FileNotFoundError)
        else ""
    )
    return PictureRefused(f"{path} cannot be read: {error.strerror or error}{where}")
