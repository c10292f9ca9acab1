"""Opening a text file so that every fault in it has a line number."""

from __future__ import annotations

import difflib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from pytest_ptm.display import listed
from pytest_ptm.errors import DataError

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@contextmanager
def opened(path: Path, *, encoding: str, newline: str) -> Generator[TextIO]:
    r"""The file, decoded strictly; lines end where ``newline`` says.

    ``newline="\n"`` keeps U+2028, form feeds and the like inside their line.

    Raises:
        DataError: PTM202, it is missing or not in this encoding.
    """
    try:
        # A byte order mark is no part of the first column's name.
        codec = "utf-8-sig" if encoding.lower() in {"utf-8", "utf8"} else encoding
        with path.open(encoding=codec, newline=newline) as file:
            yield file
    except UnicodeDecodeError as error:
        raise _undecodable(path, encoding) from error
    except LookupError as error:
        if isinstance(error, (KeyError, IndexError)):
            raise
        raise DataError(
            f"encoding={encoding!r} is unknown to Python", code="PTM202"
        ) from error
    except OSError as error:
        raise _unreadable(path, error) from error


def check_exists(path: Path) -> None:
    """Refuse a path that is no file, naming those beside it that look like it.

    Raises:
        DataError: PTM202.
    """
    if path.is_file():
        return
    folder = path.parent
    if path.is_dir():
        names = sorted(child.name for child in path.iterdir())
        raise DataError(
            f"{path} is a folder, not a file; it has {listed(names)}", code="PTM202"
        )
    beside = [child.name for child in folder.iterdir()] if folder.is_dir() else []
    near = difflib.get_close_matches(path.name, beside, n=3)
    hint = f"; did you mean {listed(near)}?" if near else ""
    raise DataError(
        f"there is no file {path} (looked from {Path.cwd()}){hint}", code="PTM202"
    )


def _unreadable(path: Path, error: OSError) -> DataError:
    return DataError(f"{path} cannot be read: {error.strerror}", code="PTM202")


def _undecodable(path: Path, encoding: str) -> DataError:
    raw = path.read_bytes()
    if raw.startswith(_UTF16_MARKS):
        return DataError(
            f"{path} is UTF-16, not {encoding}; pass encoding='utf-16'", code="PTM202"
        )
    try:
        raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return DataError(
            f"{path} line {line}: byte 0x{raw[error.start]:02x} is not {encoding}; "
            "pass encoding=, such as encoding='latin-1', or save the file as UTF-8",
            code="PTM202",
        )
    return DataError(f"{path} is not {encoding}; pass encoding=", code="PTM202")
