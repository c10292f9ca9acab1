"""From the bytes of an image file to its pixels, and what was done on the way."""

from __future__ import annotations

import importlib
import io
import types
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.display import clip
from pytest_ptm.ground.errors import DataError, MissingExtraError

if TYPE_CHECKING:
    from PIL.Image import Image
else:
    Image = Any

Pixels: TypeAlias = NDArray[np.uint8]
"""uint8[height, width, 3]: red, green and blue from 0 to 255, the first row on top."""

_ROTATION = 0x0112
_LOOKED_AT = 64
_OF_ONE_FRAME = {"MPO"}
"""A phone's JPEG with a smaller preview behind the picture."""

_PLAIN = frozenset({"RGB", "L", "1", "P", "RGBX"})
"""Modes of which all colours are in RGB as they are."""

_WITH_ALPHA = frozenset({"RGBA", "LA", "PA", "La", "RGBa"})


class PictureRefused(DataError):  # noqa: N818 - as RowRefused of a model
    """An image cannot be used; whoever knows its row names it."""

    def __init__(self, why: str) -> None:
        super().__init__(why, code="PTM218")


@dataclass(frozen=True, slots=True)
class Bitmap:
    """An image as models see it, and what was done to it for that.

    ``said``: changes that a person may want to know of, such as a rotation.
    """

    pixels: Pixels
    said: tuple[str, ...] = ()


def pillow(feature: str = "reading images") -> types.ModuleType:
    """Pillow's ``Image``, imported when the first image is looked at.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        return importlib.import_module("PIL.Image")
    except ModuleNotFoundError as error:
        raise MissingExtraError(feature, library="Pillow", extra="images") from error


def check(file: BinaryIO) -> None:
    """Look at the header of a file: enough to know size, frames and format.

    Raises:
        PictureRefused: PTM218.
        MissingExtraError: Pillow is not installed.
    """
    with _opened(file):
        pass


def decode(data: bytes) -> Bitmap:
    """The pixels of an image file, upright, in eight bits of red, green and blue.

    Raises:
        PictureRefused: PTM218, it is damaged, too large, without pixels or animated.
        MissingExtraError: Pillow is not installed.
    """
    with _opened(io.BytesIO(data)) as image:
        return _read(image)


def of_image(image: Image) -> Bitmap:
    """The same of an image that Pillow holds, whether it has read its pixels or not.

    Raises:
        PictureRefused: PTM218, as of its file, or it is closed; of grey levels beyond
            eight bits, or floating-point numbers, nothing says which is white.
    """
    with _refusing():
        _refuse_frames(image)
        return _read(image)


def _read(image: Image) -> Bitmap:
    from PIL import ImageOps

    deep = _is_deep(image)
    image.load()

    said: list[str] = []
    _refuse_size(image.size)
    if image.format in _OF_ONE_FRAME:
        said.append("the first of several pictures in a file taken")
    if image.getexif().get(_ROTATION, 1) not in (0, 1):
        image = ImageOps.exif_transpose(image)
        said.append("rotated as its EXIF data say")
    if deep:
        said.append("16 bits a channel made 8")
    if image.mode.startswith("I"):
        return Bitmap(_eight_bits(image), (*said, "16 bits a channel made 8"))
    if image.mode == "F":
        raise PictureRefused(
            "its pixels are floating-point numbers, of which nothing says how bright "
            "they are; save it with 8 bits a channel"
        )
    said += _conversion(image)
    return Bitmap(np.asarray(_in_colours(image), dtype=np.uint8), tuple(said))


def of_array(array: NDArray[Any]) -> Bitmap:
    """The same of an array: uint8[height, width], or with 1, 3 or 4 channels.

    Raises:
        PictureRefused: PTM218, it is none.
    """
    shape = " x ".join(map(str, array.shape)) or "no"
    channels = array.shape[2] if array.ndim == 3 else 1
    if array.ndim not in (2, 3) or channels not in (1, 3, 4):
        first = array.ndim == 3 and array.shape[0] in (1, 3, 4)
        advice = "; put the channels last: array.transpose(1, 2, 0)" if first else ""
        raise PictureRefused(
            f"an array of {shape} is no image: expected height x width, or height x "
            f"width x 3 (1, 4){advice}"
        )
    if array.dtype != np.uint8:
        raise PictureRefused(
            f"an array of {array.dtype} does not say how bright its values are; give "
            "uint8 from 0 to 255, such as (255 * array).round().astype('uint8')"
        )
    _refuse_size((array.shape[1], array.shape[0]))
    said = ()
    if channels == 4 and (array[:, :, 3] < 255).any():
        said = ("transparency left out",)
    plain = array.reshape(*array.shape[:2], channels)[:, :, :3]
    pixels = np.ascontiguousarray(
        np.broadcast_to(plain, (*array.shape[:2], 3)), dtype=np.uint8
    )
    return Bitmap(pixels.copy() if np.shares_memory(pixels, array) else pixels, said)


@contextmanager
def _opened(file: BinaryIO) -> Generator[Image]:
    """The image with its header read, of one frame and of a size that can be held."""
    with _refusing(file), pillow().open(file) as image:
        _refuse_size(image.size)
        _refuse_frames(image)
        yield image


@contextmanager
def _refusing(file: BinaryIO | None = None) -> Generator[None]:
    """What Pillow raises over an image as its refusal."""
    module = pillow()
    try:
        yield
    except (DataError, MemoryError):
        raise
    except (module.DecompressionBombError, module.DecompressionBombWarning):
        raise _too_large(module.MAX_IMAGE_PIXELS) from None
    # What Pillow raises for damaged data depends on the format: OSError, SyntaxError,
    # ValueError, struct.error, zlib.error, IndexError and others.
    except Exception as error:
        raise PictureRefused(_damaged(file, error)) from error


def _refuse_frames(image: Image) -> None:
    frames = getattr(image, "n_frames", 1)
    if frames > 1 and image.format not in _OF_ONE_FRAME:
        raise PictureRefused(
            f"it has {frames:,} frames; save the one that is meant as an image of its "
            "own (in memory: image.copy())"
        )


def _damaged(file: BinaryIO | None, error: Exception) -> str:
    if file is None:
        return f"Pillow gives no pixels of it ({clip(str(error), 80)})"
    file.seek(0)
    data = file.read(_LOOKED_AT)
    if not data:
        return "the file is empty"
    if data.startswith(b"version https://git-lfs"):
        return "it is a git-lfs pointer, not the image; run git lfs pull"
    if type(error).__name__ == "UnidentifiedImageError":
        head = data.lstrip().lower()
        if head.startswith((b"<!doctype", b"<html")):
            return "it is a web page, not an image; download it again"
        if head.startswith((b"<svg", b"<?xml")):
            return "it is an SVG drawing; draw it as PNG first"
        return "it is no image that Pillow knows; save it as PNG or JPEG"
    return f"it does not decode ({clip(str(error), 80)}); save or download it again"


def _refuse_size(size: tuple[int, int]) -> None:
    width, height = size
    if not width or not height:
        raise PictureRefused(f"it has no pixels ({width} x {height})")
    most: int | None = pillow().MAX_IMAGE_PIXELS
    if most is not None and width * height > most:
        raise _too_large(most, f"{width:,} x {height:,} pixels are")


def _too_large(most: int | None, are: str = "its pixels are") -> PictureRefused:
    return PictureRefused(
        f"{are} more than the {most:,} that Pillow takes for safe, as a decompression "
        "bomb has them; make it smaller, or set PIL.Image.MAX_IMAGE_PIXELS in "
        "conftest.py where such images are meant"
    )


def _is_deep(image: Image) -> bool:
    """Whether Pillow will drop the lower half of 16 bits as it reads the colours."""
    if image.mode.startswith("I"):
        return False
    return any(";16" in str(tile[3]) for tile in getattr(image, "tile", ()))


def _eight_bits(image: Image) -> Pixels:
    """Grey levels of 16 bits in eight; Pillow itself would cut them off at 255."""
    levels = np.asarray(image).astype(np.int64)
    if int(levels.min()) < 0 or int(levels.max()) > 65_535:
        raise PictureRefused(
            f"its grey levels go from {int(levels.min()):,} to {int(levels.max()):,}, "
            "and nothing says which is white; save it with 8 bits a channel"
        )
    if 0 < int(levels.max()) <= 255:
        raise PictureRefused(
            f"its grey levels end at {int(levels.max())} of 65,535, which is black; "
            "where 255 is meant to be white, save it with 8 bits a channel"
        )
    grey = np.rint(levels / 257).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def _in_colours(image: Image) -> Image:
    """The image in red, green and blue; Pillow knows no direct way, or warns of it."""
    if image.mode == "La":
        image = image.convert("LA")
    elif image.mode == "P" and "transparency" in image.info:
        image = image.convert("RGBA")
    return image.convert("RGB")


def _conversion(image: Image) -> list[str]:
    if image.mode in _WITH_ALPHA or "transparency" in image.info:
        whole = image.convert("LA") if image.mode == "La" else image
        alpha = np.asarray(whole.convert("RGBA"))[:, :, 3]
        return ["transparency left out"] if (alpha < 255).any() else []
    return [] if image.mode in _PLAIN else [f"{image.mode} made RGB"]
