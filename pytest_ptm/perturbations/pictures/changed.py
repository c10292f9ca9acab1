"""Columns of images under a change, whose pixels are made when they are looked at."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.pictures import Picture, Pictures, fingerprint, look_at
from pytest_ptm.datasets.pixels import Bitmap, PictureRefused, Pixels
from pytest_ptm.devices import threads
from pytest_ptm.ground.errors import DataError, PtmError
from pytest_ptm.perturbations.failing import raised
from pytest_ptm.perturbations.pictures.change import PictureChange

_MOST_THREADS = 8


@dataclass(frozen=True, eq=False)
class ChangedPicture(Picture):
    """An image after a change: made anew from its source each time it is decoded.

    ``made_by`` is the change's fingerprint. The key is of the source's, of it and of
    the seed, so the same change of the same image is known again without its pixels.
    """

    source: Picture
    change: PictureChange
    made_by: str
    seed: int

    def _made_from(self) -> bytes:
        parts = (self.source.key, self.made_by.encode(), str(self.seed).encode())
        digest = hashlib.blake2b(b"changed", digest_size=16)
        for part in parts:
            digest.update(len(part).to_bytes(8, "little") + part)
        return digest.digest()

    def decoded(self) -> Bitmap:
        """Its pixels; what was done to read the source is said of it too.

        Raises:
            PictureRefused: PTM218, the source has none.
            DataError: PTM205, the change raised an error (the cause of this one), or
                gave no pixels of the same shape.
        """
        # Looked at, so that what it was before is known without decoding it again.
        before = look_at(self.source)
        rng = np.random.default_rng(self.seed)
        try:
            then = self.change.altered(before.pixels, rng)
        except (PtmError, OSError, MemoryError):
            raise
        except Exception as error:
            raise raised(
                self.change.name, self.source.name, error, of="the pixels"
            ) from error
        return Bitmap(self._checked(then, before.pixels), before.said)

    def _checked(self, then: Pixels, before: Pixels) -> Pixels:
        # Of a change of one's own nothing is known before it is looked at.
        got, want = _described(then), _described(before)
        if got != want:
            raise DataError(
                f"{self.change.name} gave {got}, not {want}, for {self.source.name}; "
                "give back the pixels themselves where they stay as they are",
                code="PTM205",
            )
        # What it was shown and gives back as it is cannot be written to.
        kept = then if then.flags.writeable else then.copy()
        return np.ascontiguousarray(kept)


def _described(value: object) -> str:
    """The kind of a value, and of an array its numbers and shape."""
    if not isinstance(value, np.ndarray):
        return type(value).__name__
    array = cast("NDArray[Any]", value)
    return f"{array.dtype}[{', '.join(map(str, array.shape))}]"


def changed_pictures(
    pictures: Pictures,
    change: PictureChange,
    ids: Sequence[str],
    seed_of: Callable[[str], int],
    *,
    source: str,
) -> tuple[Pictures, NDArray[np.bool_]]:
    """The column under a change, and which of its images have other pixels then.

    ``seed_of`` gives the seed of an example by its id; where nothing is drawn all have
    the same, so that equal images become one image. To know which have changed, all
    are decoded once, unless that was done before in this process.

    Raises:
        DataError: PTM218, an image has no pixels; PTM205, the change broke on one.
    """
    made_by = change.fingerprint
    seeds = [seed_of(identity) if change.seeded else 0 for identity in ids]
    then = Pictures.of(
        [
            ChangedPicture(
                f"{picture.name} [{change.name}]", picture, change, made_by, seed
            )
            for picture, seed in zip(pictures, seeds, strict=True)
        ]
    )

    def has_changed(row: int) -> bool:
        try:
            changed = fingerprint(then[row])
            return changed != fingerprint(pictures[row])
        except PictureRefused as refused:
            raise DataError(
                f"{source}: example {ids[row]}: {refused.message}", code=refused.code
            ) from None

    # Pillow, NumPy and SciPy let others run while they work.
    with ThreadPoolExecutor(max(1, min(_MOST_THREADS, threads()))) as pool:
        changed = list(pool.map(has_changed, range(len(ids))))
    return then, np.array(changed, dtype=np.bool_)
