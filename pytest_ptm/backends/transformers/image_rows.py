# pyright: basic
# transformers' image processors are only partly typed.
"""Images as a model takes them: what its image processor makes of each."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray

from pytest_ptm.backends.transformers.asking import running
from pytest_ptm.backends.transformers.checkpoint import LoadedCheckpoint
from pytest_ptm.backends.transformers.padding import Loaded
from pytest_ptm.datasets.pictures import Picture, fingerprint, look_at
from pytest_ptm.datasets.pixels import PictureRefused, pillow
from pytest_ptm.ground.display import clip
from pytest_ptm.ground.errors import BatchFailed, PtmError, RowRefused
from pytest_ptm.tasks.protocol import Columns, Encoded, Rows, images_of

ROWS_AT_ONCE = 128
"""Images that are in memory at a time, 600 KB each where they become 224 x 224."""

_PATCH = 16
_MOST_THREADS = 8

Made = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class ImageRows:
    """Rows as a model takes them: by the name of each of its inputs an array a row."""

    rows: tuple[Made, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, rows: Rows) -> Self:
        """These rows, in this order."""
        return type(self)(tuple([self.rows[row] for row in rows.tolist()]))

    def inputs(self, model: Loaded) -> dict[str, torch.Tensor]:
        """The model's inputs on its device, in its precision."""
        stacked = {
            name: torch.from_numpy(np.stack([row[name] for row in self.rows]))
            for name in self.rows[0]
        }
        return {
            name: each.to(
                model.device, dtype=model.dtype if each.is_floating_point() else None
            )
            for name, each in stacked.items()
        }


@contextmanager
def asking(
    checkpoint: LoadedCheckpoint, batch: ImageRows
) -> Generator[dict[str, torch.Tensor]]:
    """The model's inputs; inside, the model may be called, as in ``running``.

    Raises:
        BatchFailed: the model raised an error of its own; it says what was shown to it.
        OutOfMemory: the batch is too large for the device.
        ModelError: PTM304, somebody left the model in training mode.
    """
    try:
        with running(checkpoint):
            yield batch.inputs(checkpoint.model)
    except BatchFailed as failed:
        shown = ", ".join(
            f"{name} {each.dtype}[{', '.join(map(str, each.shape))}]"
            for name, each in batch.rows[0].items()
        )
        raise BatchFailed(
            f"{clip(failed.message, 160)}; the image processor made {shown} of it, see "
            "preprocessor_config.json"
        ) from failed.__cause__


def patch_of(config: Loaded) -> int:
    """How wide a patch of its images is, in pixels; 16 where there are none.

    Of smaller ones too: models merge them as they go, and have fewer where it costs.
    """
    size = getattr(getattr(config, "vision_config", config), "patch_size", _PATCH)
    return max(_PATCH, size) if isinstance(size, int) else _PATCH


def encode(
    processor: Loaded,
    inputs: Columns,
    *,
    taken: Sequence[str],
    patch: int = _PATCH,
    field: str = "image",
) -> Encoded[ImageRows]:
    """The images of these rows, decoded and scaled, each by itself.

    ``taken`` are the inputs that the model has. Images that come out in different
    sizes never share a batch. A length is that of so many patches, ``patch`` pixels
    wide.

    Raises:
        RowRefused: PTM218, one does not decode; PTM216, the processor fails on it.
    """
    pictures = list(images_of(inputs, field))

    def made(row: int) -> Made | RowRefused:
        try:
            return _made(processor, pictures[row], taken)
        except PictureRefused as refused:
            why = f"{clip(pictures[row].name, 80)}: {refused.message}"
            return RowRefused(row, why, code="PTM218")
        except _Fails as failed:
            return RowRefused(row, str(failed))

    # Pillow lets others run while it decodes and scales.
    threads = max(1, min(_MOST_THREADS, torch.get_num_threads(), len(pictures)))
    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(made, range(len(pictures))))
    rows: list[Made] = []
    for each in found:
        if isinstance(each, RowRefused):
            raise each
        rows.append(each)
    shapes = [tuple((name, one.shape) for name, one in row.items()) for row in rows]
    numbers = {shape: number for number, shape in enumerate(dict.fromkeys(shapes))}
    return Encoded(
        lengths=np.array([_length(row, patch) for row in rows], dtype=np.int32),
        # Of equal pixels the processor makes equal rows.
        keys=[fingerprint(picture) for picture in pictures],
        truncated=np.zeros(len(rows), dtype=np.bool_),
        payload=ImageRows(tuple(rows)),
        groups=np.array([numbers[shape] for shape in shapes], dtype=np.int32),
    )


class _Fails(Exception):  # noqa: N818 - what a processor raises, in our words
    """The image processor fails on an image."""


def _made(processor: Loaded, picture: Picture, taken: Sequence[str]) -> Made:
    pixels = look_at(picture).pixels
    try:
        # As an image, not as an array: of one 3 pixels high nobody knows by its shape
        # where its colours are.
        found = processor(images=pillow().fromarray(pixels), return_tensors="np")
    # Neither a time limit, which is an OSError, nor ours.
    except (PtmError, OSError, MemoryError, Warning):
        raise
    except Exception as error:
        height, width = pixels.shape[:2]
        raise _Fails(
            f"{clip(picture.name, 80)} ({width} x {height} pixels): the model's image "
            f"processor fails on it ({type(error).__name__}: {clip(str(error), 160)})"
        ) from error
    return {
        name: np.ascontiguousarray(found[name][0]) for name in found if name in taken
    }


def _length(row: Made, patch: int) -> int:
    largest = max(row.values(), key=lambda array: array.size)
    if largest.ndim < 3:  # patches already, one after the other
        return max(1, len(largest))
    return max(1, largest.shape[-1] * largest.shape[-2] // patch**2)
