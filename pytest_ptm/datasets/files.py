"""Opening a text file so that every fault in it has a line number."""

from __future__ import annotations

import codecs
import difflib
import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from pytest_ptm.datasets.table import listed_short
from pytest_ptm.ground.display import clip
from pytest_ptm.ground.errors import DataError
from pytest_ptm.ground.files import LFS_POINTER

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_OTHER_KINDS = {
    b"\x1f\x8b": "a gzip file; unpack it",
    b"PK\x03\x04": "a zip file or a spreadsheet; unpack it, or save it as .csv",
    b"\xfd7zXZ": "an xz file; unpack it",
    b"\x28\xb5\x2f\xfd": "a zstd file; unpack it",
    b"PAR1": "a Parquet file; call it .parquet",
    b"SQLite format 3\0": "an SQLite database; write the rows as .jsonl or .csv",
}
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s|<\?xml[^>]*>|<!--(?:(?!-->).)*-->)*<(?:!doctype\s+html|html[\s>])",
    re.IGNORECASE | re.DOTALL,
)
_LOOKED_AT = 4096
_LONGEST_PATH = 400


@contextmanager
def opened(path: Path, *, encoding: str, newline: str) -> Generator[TextIO]:
    r"""The file, decoded strictly; lines end where ``newline`` says.

    ``newline="\n"`` keeps U+2028, form feeds and the like inside their line.

    Raises:
        DataError: PTM202, it is missing, no text, or not in this encoding.
    """
    codec = _codec(encoding)
    try:
        with path.open("rb") as raw:
            head = raw.read(_LOOKED_AT)
        _refuse_no_data(path, head)
        _refuse_other_kinds(path, head, codec)
        # A byte order mark is no part of the first column's name.
        with path.open(
            encoding="utf-8-sig" if codec == "utf-8" else encoding, newline=newline
        ) as file:
            yield file
    except UnicodeError as error:
        raise _undecodable(path, encoding) from error
    except OSError as error:
        raise _unreadable(path, error) from error


def refuse_no_data(path: Path) -> None:
    """Refuse what stands in the place of a file of data, whatever it is called.

    Raises:
        DataError: PTM202, it is a git-lfs pointer or a web page, or cannot be read.
    """
    try:
        with path.open("rb") as raw:
            _refuse_no_data(path, raw.read(_LOOKED_AT))
    except OSError as error:
        raise _unreadable(path, error) from error


def check_exists(path: Path) -> None:
    """Refuse a path that is no file, naming those beside it that look like it.

    Raises:
        DataError: PTM202.
    """
    if _holds(path.is_file):
        return
    name = shown_path(path)
    if _holds(path.is_dir):
        raise DataError(
            f"{name} is a folder, not a file; it has "
            f"{listed_short(_names_in(path)) or 'no files'}. A folder with a folder of "
            "images for each class is read by load_images(…)",
            code="PTM202",
        )
    near = difflib.get_close_matches(path.name, _names_in(path.parent), n=3)
    hint = f"; did you mean {listed_short(near)}?" if near else ""
    if not _holds(path.parent.is_dir):
        hint = f"; there is no folder {shown_path(path.parent)} either"
    hint = _elsewhere(path) or hint
    raise DataError(
        f"there is no file {name} (looked from {shown_path(Path.cwd())}){hint}",
        code="PTM202",
    )


def _elsewhere(path: Path) -> str:
    """What to do about a path that names something else than a file."""
    text = path.as_posix()
    if _ADDRESS.match(text):
        return "; it is an address, and no data are downloaded: save it, give its path"
    if text.startswith("~"):
        return "; ~ is read by shells alone: write Path(…).expanduser()"
    if "*" in text:
        return "; one file is loaded at a time, and no pattern"
    if _HUB_ID.fullmatch(text):
        return (
            "; a data set of the Hugging Face hub is given as "
            f"datasets.load_dataset({text!r}, split=…)"
        )
    return ""


_ADDRESS = re.compile(r"\w{2,}:/")
_HUB_ID = re.compile(r"[\w-]+/[\w-]+")


def _holds(asked: Callable[[], bool]) -> bool:
    try:
        return asked()
    except OSError:  # a name too long for a file, a folder nobody may look into
        return False


def shown_path(path: Path) -> str:
    """The path, fit for a terminal; not endless where a text was taken for one."""
    return clip(str(path), _LONGEST_PATH)


def _names_in(folder: Path) -> list[str]:
    try:
        return sorted(child.name for child in folder.iterdir())
    except (OSError, ValueError):
        return []


def _codec(encoding: str) -> str:
    try:
        # Some codecs of Python, such as base64, give bytes and not text.
        "".encode(encoding)
        return codecs.lookup(encoding).name
    except (LookupError, UnicodeError) as error:
        raise DataError(
            f"encoding={encoding!r} is no text encoding known to Python", code="PTM202"
        ) from error


def _refuse_other_kinds(path: Path, head: bytes, codec: str) -> None:
    wide = codec.startswith(("utf-16", "utf-32"))
    for mark, kind in _OTHER_KINDS.items():
        # The zero tells a Parquet file from a column called PAR1.
        if head.startswith(mark) and b"\0" in head and not wide:
            raise DataError(f"{shown_path(path)} is {kind}", code="PTM202")
    if head.startswith(codecs.BOM_UTF8) and not codec.startswith("utf-8"):
        raise DataError(
            f"{shown_path(path)} begins with the byte order mark of UTF-8, and "
            f"encoding={codec!r}; leave encoding= out",
            code="PTM202",
        )
    if not wide and head.startswith(_UTF16_MARKS):
        raise DataError(
            f"{shown_path(path)} is UTF-16, not {codec}; pass encoding='utf-16'",
            code="PTM202",
        )
    # Latin letters in UTF-16 without a mark: every second byte is 0.
    if not wide and head.count(0) * 3 > len(head):
        first = "be" if head[:1] == b"\0" else "le"
        raise DataError(
            f"{shown_path(path)} is binary, or UTF-16 without a byte order mark; for "
            f"the latter pass encoding='utf-16-{first}'",
            code="PTM202",
        )


def _refuse_no_data(path: Path, head: bytes) -> None:
    if head.startswith(LFS_POINTER):
        raise DataError(
            f"{shown_path(path)} is a git-lfs pointer of {path.stat().st_size} bytes, "
            f"not the file itself; run: git -C {shown_path(path.parent)} lfs pull",
            code="PTM202",
        )
    if _PAGE.match(head):
        raise DataError(
            f"{shown_path(path)} is a web page (HTML), as one gets for a link to a "
            "page about the file, or that needs a login; download the file itself",
            code="PTM202",
        )


def _unreadable(path: Path, error: OSError) -> DataError:
    return DataError(
        f"{shown_path(path)} cannot be read: {error.strerror}", code="PTM202"
    )


def _undecodable(path: Path, encoding: str) -> DataError:
    try:
        path.read_bytes().decode(encoding)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return DataError(
            f"{shown_path(path)} line {line}: byte 0x{error.object[error.start]:02x} "
            f"is not {encoding}{_advice(error.object, encoding)}, or save the file as "
            "UTF-8",
            code="PTM202",
        )
    except UnicodeError as error:
        return DataError(
            f"{shown_path(path)} is not {encoding}: {error}; pass encoding=",
            code="PTM202",
        )
    return DataError(
        f"{shown_path(path)} is not {encoding}; pass encoding=", code="PTM202"
    )


def _advice(content: bytes, encoding: str) -> str:
    """What to do about bytes that are not in the encoding."""
    text = content.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    other = len(content.translate(None, bytes(range(128))))
    whole = len(text) - wrong - (len(content) - other)
    # Letters of another encoding are hardly ever whole characters of UTF-8.
    if _codec(encoding).startswith("utf-8") and whole > wrong:
        return ", and the rest of the file is; mend the line"
    named = _encoding_of(content)
    such = f"such as encoding={named!r}" if named else "the one it was written in"
    return f"; pass encoding=, {such}"


def _encoding_of(content: bytes) -> str | None:
    """Of the two encodings with a byte a letter, the one that makes letters of these.

    They differ in 0x80 to 0x9f: in latin-1 these are control characters, so that it
    never fails, and makes no apostrophe of Windows' 0x92.
    """
    between = bytes([byte for byte in range(0x80, 0xA0) if byte in content])
    try:
        letters = between.decode("cp1252")
    except UnicodeDecodeError:
        return None
    return "cp1252" if letters else "latin-1"
