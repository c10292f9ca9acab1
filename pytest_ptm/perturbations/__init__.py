"""Changes of texts and pictures, under which a model should change its mind or not."""

from __future__ import annotations

from pytest_ptm.perturbations.nlpaug import from_nlpaug
from pytest_ptm.perturbations.pictures.change import PictureChange
from pytest_ptm.perturbations.pictures.kinds import (
    brightness,
    contrast,
    crop,
    darkness,
    defocus_blur,
    elastic_transform,
    fog,
    gaussian_blur,
    gaussian_noise,
    glass_blur,
    impulse_noise,
    jpeg,
    mirrored,
    motion_blur,
    occlusion,
    perspective,
    pixelate,
    rotation,
    saturation,
    shift,
    shot_noise,
    snow,
    spatter,
    speckle_noise,
    white_balance,
    zoom_blur,
)
from pytest_ptm.perturbations.protocol import Perturbation
from pytest_ptm.perturbations.surface import (
    casing,
    contractions,
    punctuation,
    whitespace,
)
from pytest_ptm.perturbations.typos import typos

__all__ = [
    "Perturbation",
    "PictureChange",
    "brightness",
    "casing",
    "contractions",
    "contrast",
    "crop",
    "darkness",
    "defocus_blur",
    "elastic_transform",
    "fog",
    "from_nlpaug",
    "gaussian_blur",
    "gaussian_noise",
    "glass_blur",
    "impulse_noise",
    "jpeg",
    "mirrored",
    "motion_blur",
    "occlusion",
    "perspective",
    "pixelate",
    "punctuation",
    "rotation",
    "saturation",
    "shift",
    "shot_noise",
    "snow",
    "spatter",
    "speckle_noise",
    "typos",
    "white_balance",
    "whitespace",
    "zoom_blur",
]
