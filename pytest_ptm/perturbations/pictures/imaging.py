"""What Pillow does for changes of pictures, arrays in and arrays out.

All of it raises MissingExtraError where Pillow is not installed.
"""

from __future__ import annotations

import io
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.pixels import Pixels, pillow

_Kind = TypeVar("_Kind", bound=np.generic)


def resized(
    values: NDArray[_Kind],
    height: int,
    width: int,
    how: Literal["box", "bilinear", "bicubic"],
    *,
    box: tuple[float, float, float, float] | None = None,
) -> NDArray[_Kind]:
    """The values, or the part of them in ``box``, in so many rows and columns.

    Pixels, or float32[height, width]. ``box``: left, top, right and bottom edge.
    """
    module = _pillow()
    way = module.Resampling[how.upper()]
    image = module.fromarray(np.ascontiguousarray(values))
    return np.array(image.resize((width, height), way, box=box), dtype=values.dtype)


def reduced(pixels: Pixels, times: int) -> Pixels:
    """The mean of each square of so many pixels a side, cut off at the edges."""
    return np.array(_pillow().fromarray(pixels).reduce(times), dtype=np.uint8)


def projected(
    pixels: Pixels, height: int, width: int, way: NDArray[np.float64]
) -> Pixels:
    """The picture that has at p = (x, y, 1) what these pixels have at ``way @ p``.

    ``way`` is float64[3, 3], its last entry 1; black is what lies beyond the edges.
    """
    module = _pillow()
    image = module.fromarray(np.ascontiguousarray(pixels)).transform(
        (width, height),
        module.Transform.PERSPECTIVE,
        way.ravel()[:8].tolist(),
        module.Resampling.BILINEAR,
    )
    return np.array(image, dtype=np.uint8)


def as_jpeg(pixels: Pixels, quality: int) -> Pixels:
    """The pixels after they were stored as a JPEG of this quality."""
    module = _pillow()
    file = io.BytesIO()
    module.fromarray(np.ascontiguousarray(pixels)).save(file, "JPEG", quality=quality)
    with module.open(file) as image:
        return np.array(image.convert("RGB"), dtype=np.uint8)


def _pillow() -> Any:  # noqa: ANN401 - the module, whose types need it installed
    return pillow("changing images")
