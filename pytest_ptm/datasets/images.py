"""Images and what is right of them, from a folder of class folders and from rows."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, cast, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets import pixels
from pytest_ptm.datasets.cells import Column, described, unboxed
from pytest_ptm.datasets.columns import LabelMap, ids_of, labels_of
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.groups import groups_of
from pytest_ptm.datasets.image_folder import read_folder
from pytest_ptm.datasets.label_maps import check_label_map
from pytest_ptm.datasets.load import LARGEST_TEXT, Source, read_source
from pytest_ptm.datasets.objects import DatasetLike
from pytest_ptm.datasets.pictures import (
    EncodedPicture,
    FilePicture,
    HeldPicture,
    Picture,
    Pictures,
)
from pytest_ptm.datasets.pixels import Bitmap, PictureRefused
from pytest_ptm.datasets.table import DEFAULT_ID, SourceTable, Wanted
from pytest_ptm.datasets.texts import texts_of
from pytest_ptm.ground.display import clip, counted
from pytest_ptm.ground.errors import ArgumentError, DataError, PtmError

IMAGE = "image"
"""The field that holds the image of each row."""


@runtime_checkable
class _Decodes(Protocol):
    """A column of ``datasets`` that decodes images as it is read."""

    decode: bool


@runtime_checkable
class _Castable(Protocol):
    def cast_column(self, column: str, feature: object) -> DatasetLike: ...


def load_images(
    source: Source,
    *,
    image: str = IMAGE,
    text: str | None = None,
    label: str | None = "label",
    groups: Sequence[str] = (),
    id: str | None = None,
    label_map: LabelMap | None = None,
    root: str | os.PathLike[str] | None = None,
    encoding: str = "utf-8",
    min_examples: int = 1,
) -> Examples:
    """Images, read strictly and decoded when they are asked about.

    A folder holds a folder for each class, as torchvision's ``ImageFolder`` has it: the
    label of an image is the name of its folder, its id the path in it. Of rows (a
    ``.jsonl``, ``.csv``, ``.tsv`` or ``.parquet`` file, dictionaries, a DataFrame, a
    ``datasets.Dataset``) a column has the image: a path, the bytes of a file, a PIL
    image, or an array uint8[height, width, 3]. ``(images, labels)`` will do as well.

    An image is what its pixels are: eight bits of red, green and blue, upright. What is
    stored otherwise (CMYK, 16 bits, turned by EXIF) is converted, and the result says
    so; transparency is left out.

    Args:
        source: where the images are.
        image: the column with the image.
        text: the column with a text beside it, such as a caption.
        label: the column with the label; None for images without labels.
        groups: columns whose values put examples into groups.
        id: the column with ids; without it "id" if there is one, else row-1, row-2, ….
        label_map: label of the data to class of the model; must know every label.
        root: the folder that paths begin in; that of the file unless given.
        encoding: of a text file.
        min_examples: fewer are an error.

    >>> import numpy as np
    >>> red = np.full((8, 8, 3), (255, 0, 0), dtype=np.uint8)
    >>> load_images([{"image": red, "label": "red"}])[0].images["image"].name
    'examples row 1'

    Raises:
        ArgumentError: an argument is wrong, or does not go with the source.
        DataError: PTM201 … PTM208, PTM218; it names the row or the file.
        MissingExtraError: Pillow, or a library for the format, is not installed.
    """
    __tracebackhide__ = True
    try:
        check_label_map(label_map)
        pixels.pillow()
        if isinstance(source, Examples):
            raise ArgumentError("load_images: these examples are loaded already")
        if isinstance(groups, str):
            raise ArgumentError(f"groups={groups!r}: expected a list: [{groups!r}]")
        if isinstance(source, (str, os.PathLike)) and Path(source).is_dir():
            given = {"text": text, "groups": groups, "id": id, "root": root}
            for name, value in given.items():
                if value:
                    raise ArgumentError(
                        f"{os.fspath(source)} is a folder, and {name}= is of rows: "
                        "write them as .jsonl, each with the path of its image"
                    )
            found = read_folder(Path(source), label, label_map)
        else:
            wanted = Wanted(
                image,
                text_pair=text,
                label=label,
                groups=tuple(groups),
                id=id,
                called=("image", "label"),
                pair_called="text",
            )
            plain = _undecoded(_by_row(source), image)
            begin = root or (
                Path(plain).parent if isinstance(plain, (str, os.PathLike)) else "."
            )
            table, wanted = read_source(plain, wanted, encoding)
            found = _examples(table, wanted, Path(begin), label_map)
        if len(found) < min_examples:
            raise DataError(
                f"{found.source} has {counted(len(found), 'image')}, and "
                f"min_examples={min_examples:,}; is the data set whole?",
                code="PTM201",
            )
        return found
    except PtmError as error:
        # The message says it all; the frames in between are ours, not the user's.
        raise error.with_traceback(None) from None


def _examples(
    table: SourceTable, wanted: Wanted, root: Path, label_map: LabelMap | None
) -> Examples:
    ids = table.columns.get(wanted.id or DEFAULT_ID)

    def column(name: str) -> Column:
        return Column(table, name, ids)

    texts: dict[str, tuple[str, ...]] = {}
    if wanted.text_pair is not None:
        texts["text"] = texts_of(
            column(wanted.text_pair), max_bytes=LARGEST_TEXT, allow_empty=True
        )
    return Examples(
        ids=ids_of(table, wanted),
        inputs=texts,
        images={IMAGE: Pictures.of(_pictures(column(wanted.text), root))},
        labels=(
            None if wanted.label is None else labels_of(column(wanted.label), label_map)
        ),
        groups={name: groups_of(column(name), missing=None) for name in wanted.groups},
        source=table.source,
        label_names=None if label_map is not None else table.label_names,
        mapped=label_map is not None,
    )


def _pictures(column: Column, root: Path) -> Iterator[Picture]:
    for row in range(len(column.values)):
        try:
            yield _picture(column, row, root)
        except PictureRefused as refused:
            wrong = column.wrong(row, refused.message)
            raise DataError(wrong.message, code="PTM218") from None


def _picture(column: Column, row: int, root: Path) -> Picture:
    value = column.values[row]
    where = column.table.where(row)
    if isinstance(value, Mapping):
        # As `datasets` has an image that it did not decode.
        held = cast("Mapping[str, object]", value)
        data, path = held.get("bytes"), held.get("path")
        value = data if data is not None else path
        where = str(path) if isinstance(path, str) else where
    if isinstance(value, (bytes, bytearray)):
        encoded = EncodedPicture(where, bytes(value))
        encoded.check()
        return encoded
    if isinstance(value, (str, os.PathLike)):
        _refuse_no_path(os.fspath(cast("str", value)))
        path = Path(os.fspath(cast("str", value)))
        file = FilePicture(path.as_posix(), (root / path).absolute())
        file.check()
        return file
    if isinstance(value, np.ndarray):
        return _held(pixels.of_array(cast("NDArray[Any]", value)), where)
    if isinstance(value, pixels.pillow().Image):
        return _held(pixels.of_image(cast("pixels.Image", value)), where)
    raise column.wrong(
        row,
        "expected an image: a path, bytes, a PIL image or an array, got "
        f"{described(unboxed(value))}",
    )


def _refuse_no_path(given: str) -> None:
    if not given or "\0" in given:
        raise PictureRefused(f"expected the path of a file, got {clip(given, 80)!r}")
    if given.startswith(("http://", "https://")):
        raise PictureRefused(
            f"{clip(given, 80)} is an address; download the image, and give its path"
        )


def _held(decoded: Bitmap, name: str) -> HeldPicture:
    decoded.pixels.flags.writeable = False
    return HeldPicture(clip(name, 80), decoded)


def _by_row(source: Source) -> Source:
    """Of ``(images, labels)`` the images one by one, where they are one array.

    Raises:
        ArgumentError: a list holds images, not rows.
    """
    given: object = source
    if isinstance(given, tuple) and isinstance(given[0], np.ndarray):
        images, *labels = cast("tuple[NDArray[Any], ...]", given)
        return cast("Source", (list(images), *labels))
    if not isinstance(given, list) or not given:
        return source
    first = cast("list[object]", given)[0]
    if not isinstance(first, Mapping):
        raise ArgumentError(
            f"load_images: got a list of {type(first).__name__}; "
            "write (images, labels), or rows: "
            '[{"image": each} for each in images] with label=None'
        )
    return source


def _undecoded(source: Source, image: str) -> Source:
    """A data set whose images stay as they are stored until they are asked about."""
    features = getattr(source, "features", None)
    if not isinstance(source, DatasetLike) or not isinstance(features, Mapping):
        return source
    feature = cast("Mapping[str, object]", features).get(image)
    if isinstance(feature, _Decodes) and isinstance(source, _Castable):
        return source.cast_column(image, type(feature)(decode=False))  # pyright: ignore[reportCallIssue]
    return source
