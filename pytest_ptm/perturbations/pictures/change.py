"""What a change of pictures is: named, seeded, composable, and known by its content."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, TypeAlias, cast

import numpy as np

from pytest_ptm.datasets.pixels import Pixels
from pytest_ptm.ground.content import content_digest_of
from pytest_ptm.ground.errors import ArgumentError

Alter: TypeAlias = Callable[[Pixels, np.random.Generator], Pixels]
"""Pixels, which may not be written to, and a source of randomness to new pixels."""


@dataclass(frozen=True, slots=True)
class PictureChange:
    """A change of pictures. ``a | b`` first changes by ``a``, then by ``b``.

    ``name`` says what it does and with which arguments; it is part of a result's
    signature and of the seed, so two that differ have to differ in it.
    """

    name: str
    alter: Alter
    seeded: bool = True
    """Whether it draws anything; one that does not is spared its seed."""
    changes: ClassVar[str] = "images"

    def __call__(self, pixels: Pixels, rng: np.random.Generator) -> Pixels | None:
        """The changed pixels; None where the change leaves every pixel as it was."""
        then = self.altered(pixels, rng)
        return None if np.array_equal(then, pixels) else then

    def __or__(self, other: PictureChange) -> PictureChange:
        """Both, one after the other."""
        if not isinstance(cast("object", other), PictureChange):
            return NotImplemented  # a change of texts, which knows no pixels
        return PictureChange(
            f"{self.name} | {other.name}",
            _Both(self.alter, other.alter),
            seeded=self.seeded or other.seeded,
        )

    def altered(self, pixels: Pixels, rng: np.random.Generator) -> Pixels:
        """What ``alter`` gives; it cannot write into the pixels it is shown."""
        shown = pixels.view()
        shown.flags.writeable = False
        return self.alter(shown, rng)

    def __str__(self) -> str:
        return self.name

    @property
    def fingerprint(self) -> str:
        """A digest of its name, settings and code, and of the libraries it draws with.

        Raises:
            ArgumentError: it holds something whose content cannot be read.
        """
        try:
            made = content_digest_of(self.alter, of=self.name)
        except ArgumentError as error:
            raise ArgumentError(
                f"{self.name}: it holds something whose content cannot be told from "
                "another one's, so two of them might answer for each other; make it a "
                "function or a frozen dataclass of plain values and arrays"
            ) from error
        parts = "\x00".join((self.name, made, _code(), *_libraries()))
        return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class _Both:
    first: Alter
    second: Alter

    def __call__(self, pixels: Pixels, rng: np.random.Generator) -> Pixels:
        return self.second(self.first(pixels, rng), rng)


@functools.cache
def _code() -> str:
    """A digest of this package: a version alone would not tell two checkouts apart."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + b"\x00" + path.read_bytes())
    return digest.hexdigest()


@functools.cache
def _libraries() -> tuple[str, ...]:
    """Those whose streams of random numbers, filters and files decide about pixels."""
    return tuple(f"{name} {_version(name)}" for name in ("numpy", "scipy", "pillow"))


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "none"
