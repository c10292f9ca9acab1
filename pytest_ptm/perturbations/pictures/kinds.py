"""The changes of pictures by name, each with a severity from 1 to 5."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from typing import TypeAlias, cast

import numpy as np

from pytest_ptm.datasets.pixels import Pixels
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.perturbations.pictures import (
    blur,
    covering,
    digital,
    elastic,
    geometry,
    light,
    noise,
    weather,
)
from pytest_ptm.perturbations.pictures import (
    spatter as drops,
)
from pytest_ptm.perturbations.pictures.change import PictureChange

_Kind: TypeAlias = Callable[[Pixels, int, np.random.Generator], Pixels]


def gaussian_noise(severity: int) -> PictureChange:
    """Grain as of a sensor in little light."""
    return _of(noise.gaussian_noise, severity)


def shot_noise(severity: int) -> PictureChange:
    """Grain as of few photons: the dark parts have less of it, and coarser."""
    return _of(noise.shot_noise, severity)


def impulse_noise(severity: int) -> PictureChange:
    """Values that are all or nothing, as of broken pixels."""
    return _of(noise.impulse_noise, severity)


def speckle_noise(severity: int) -> PictureChange:
    """Grain in proportion to the light."""
    return _of(noise.speckle_noise, severity)


def gaussian_blur(severity: int) -> PictureChange:
    """Softly blurred."""
    return _of(blur.gaussian_blur, severity, seeded=False)


def defocus_blur(severity: int) -> PictureChange:
    """Out of focus."""
    return _of(blur.defocus_blur, severity, seeded=False)


def motion_blur(severity: int) -> PictureChange:
    """The camera moved, in a drawn direction."""
    return _of(blur.motion_blur, severity)


def zoom_blur(severity: int) -> PictureChange:
    """The camera came nearer."""
    return _of(blur.zoom_blur, severity, seeded=False)


def glass_blur(severity: int) -> PictureChange:
    """Behind frosted glass."""
    return _of(blur.glass_blur, severity)


def fog(severity: int) -> PictureChange:
    """Fog."""
    return _of(weather.fog, severity)


def snow(severity: int) -> PictureChange:
    """Snow that falls."""
    return _of(weather.snow, severity)


def spatter(severity: int) -> PictureChange:
    """Drops of water in front of the lens up to severity 3, then mud."""
    return _of(drops.spatter, severity)


def brightness(severity: int) -> PictureChange:
    """Brighter."""
    return _of(light.brightness, severity, seeded=False)


def darkness(severity: int) -> PictureChange:
    """Darker."""
    return _of(light.darkness, severity, seeded=False)


def contrast(severity: int) -> PictureChange:
    """Less contrast."""
    return _of(light.contrast, severity, seeded=False)


def saturation(severity: int) -> PictureChange:
    """Paler at severity 1 and 2, gaudier from 3 to 5."""
    return _of(light.saturation, severity, seeded=False)


def white_balance(severity: int) -> PictureChange:
    """Light too warm or too cold, drawn."""
    return _of(light.white_balance, severity)


def jpeg(severity: int) -> PictureChange:
    """Compressed as JPEG."""
    return _of(digital.jpeg, severity, seeded=False)


def pixelate(severity: int) -> PictureChange:
    """In large pixels."""
    return _of(digital.pixelate, severity, seeded=False)


def rotation(severity: int) -> PictureChange:
    """Turned to the left or the right, drawn; mirrored beyond its edges."""
    return _of(geometry.rotation, severity)


def shift(severity: int) -> PictureChange:
    """Moved in a drawn direction; mirrored beyond its edges."""
    return _of(geometry.shift, severity)


def crop(severity: int) -> PictureChange:
    """A part of it at a drawn place, made as large again."""
    return _of(geometry.crop, severity)


def perspective(severity: int) -> PictureChange:
    """Seen from the side, drawn."""
    return _of(geometry.perspective, severity)


def occlusion(severity: int) -> PictureChange:
    """A grey square in front, at a drawn place."""
    return _of(covering.occlusion, severity)


def elastic_transform(severity: int) -> PictureChange:
    """Bent as rubber is, drawn; mirrored beyond its edges."""
    return _of(elastic.elastic_transform, severity)


def mirrored() -> PictureChange:
    """Left and right exchanged; it has no severity."""
    return PictureChange("mirrored", geometry.mirrored, seeded=False)


def _of(kind: _Kind, severity: object, *, seeded: bool = True) -> PictureChange:
    """The change, once its severity is known to be one.

    Raises:
        ArgumentError: it is not.
    """
    name = kind.__name__
    # True is 1 to Python, and no severity to anybody.
    number = isinstance(severity, Real) and severity is not True
    if not number or severity not in (1, 2, 3, 4, 5):
        raise ArgumentError(
            f"{name}(severity={severity!r}): expected 1, 2, 3, 4 or 5, of which 1 "
            f"changes least, such as {name}(severity=1)"
        )
    level = int(cast("int", severity))
    return PictureChange(f"{name}(severity={level})", _At(kind, level), seeded=seeded)


@dataclass(frozen=True, slots=True)
class _At:
    """A kind at a severity: what can be compared and pickled, as a partial cannot."""

    kind: _Kind
    severity: int

    def __call__(self, pixels: Pixels, rng: np.random.Generator) -> Pixels:
        return self.kind(pixels, self.severity, rng)
