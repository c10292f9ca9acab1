"""A folder with a folder of images for each class."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from pytest_ptm.datasets import pixels
from pytest_ptm.datasets.cells import Column
from pytest_ptm.datasets.columns import LabelMap, labels_of
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.files import shown_path
from pytest_ptm.datasets.pictures import FilePicture, Pictures
from pytest_ptm.datasets.pixels import PictureRefused
from pytest_ptm.datasets.table import SourceTable, listed_short
from pytest_ptm.ground.display import counted
from pytest_ptm.ground.errors import DataError

_LEFT_BY_SYSTEMS = {"thumbs.db", "desktop.ini"}


def read_folder(
    folder: Path, label: str | None, label_map: LabelMap | None
) -> Examples:
    """The images below a folder, in the order of their paths.

    Raises:
        DataError: PTM201, there is none; PTM202, an image lies beside the folders of
            the classes, a class has none, or a file is no image; PTM206, a class is
            not in the map, or all are numbers and there is no map; PTM218, an image
            cannot be used.
    """
    source = shown_path(folder)
    paths = sorted(_files(folder))
    if not paths:
        raise DataError(f"{source} has 0 images", code="PTM201")
    known = set(pixels.pillow().registered_extensions())
    others = [path for path in paths if path.suffix.lower() not in known]
    if others:
        raise DataError(
            f"{source} holds {counted(len(others), 'file')} with no suffix of an "
            f"image: {_few(others, folder)}. Move what is no image out of the "
            "folder; of images of a format that Pillow does not read make PNGs",
            code="PTM202",
        )
    if label is not None:
        _refuse_loose(folder, paths)
    ids = tuple(path.relative_to(folder).as_posix() for path in paths)
    pictures = [
        FilePicture(name, path.absolute())
        for path, name in zip(paths, ids, strict=True)
    ]
    for picture in pictures:
        try:
            picture.check()
        except PictureRefused as refused:
            raise DataError(
                f"{source}: {picture.name}: {refused.message}", code="PTM218"
            ) from None
    labels = None
    if label is not None:
        names = [name.split("/")[0] for name in ids]
        if label_map is None:
            _refuse_numbers(source, names)
        table = SourceTable(source, {"folder": names})
        labels = labels_of(Column(table, "folder", ids), label_map)
    return Examples(
        ids=ids,
        inputs={},
        images={"image": Pictures.of(pictures)},
        labels=labels,
        source=source,
        mapped=label_map is not None,
    )


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder, followlinks=True):
        inside = Path(place)
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".") and not _is_circle(folder, inside / name)
        ]
        for name in names:
            path = inside / name
            if name.startswith(".") or name.lower() in _LEFT_BY_SYSTEMS:
                continue
            # A link to what was not fetched is an image that is missing.
            if path.is_file() or path.is_symlink():
                yield path


def _is_circle(folder: Path, path: Path) -> bool:
    """Whether a link leads to a folder that it lies in."""
    if not path.is_symlink():
        return False
    above = (folder / each for each in path.relative_to(folder).parents)
    return path.resolve() in {each.resolve() for each in above}


def _refuse_loose(folder: Path, paths: list[Path]) -> None:
    source = shown_path(folder)
    loose = [path for path in paths if path.parent == folder]
    if loose:
        raise DataError(
            f"{source} holds {counted(len(loose), 'image')} beside the folders of "
            f"classes: {_few(loose, folder)}. Put each into the folder of its class, "
            "or pass label=None where there are no classes",
            code="PTM202",
        )
    classes = {path.relative_to(folder).parts[0] for path in paths}
    empty = sorted(
        path.name
        for path in folder.iterdir()
        if path.is_dir() and not path.name.startswith(".") and path.name not in classes
    )
    if empty:
        raise DataError(
            f"{source}: no image in {listed_short(empty)}; is the data set whole?",
            code="PTM202",
        )


def _refuse_numbers(source: str, names: list[str]) -> None:
    """Refuse numbers as classes: whose numbers they are, nothing here says.

    Sorted as texts, as ``ImageFolder`` has them, 10 comes before 2, so that the class
    of a model is another one than the folder's number.
    """
    classes = sorted(set(names))
    if not all(name.isdecimal() for name in classes):
        return
    ids = ", ".join(f'"{name}": "…"' for name in classes[:3])
    more = ", …" if len(classes) > 3 else ""
    raise DataError(
        f"{source}: all classes are numbers ({listed_short(classes)}), and if they "
        "count a model's classes, and from where, nothing here says. Write "
        f"label_map={{{ids}{more}}} with the name, or the number, that each has in the "
        "model, or label=None where there are no classes",
        code="PTM206",
    )


def _few(paths: list[Path], folder: Path) -> str:
    names = [path.relative_to(folder).as_posix() for path in paths]
    more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
    return f"{listed_short(names[:3])}{more}"
