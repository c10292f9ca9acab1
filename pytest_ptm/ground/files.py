"""Files that are whole or absent."""

from __future__ import annotations

import contextlib
import os
import re
import stat
from pathlib import Path
from tempfile import NamedTemporaryFile

from pytest_ptm.ground.errors import ReportError

LFS_POINTER = b"version https://git-lfs"
"""How what git-lfs leaves in the place of a file begins."""

_START = 200
"""So many bytes of a report hold its mark."""

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def check_place(path: Path) -> None:
    """Nothing, where a report can stand: a regular file or none yet, in a folder.

    A report takes the place of what is there: where that is a device or a pipe, it
    would be gone from the machine. A link to a regular file is only a name.

    Raises:
        ReportError: PTM105, something else is there, or the folder is not.
    """
    why = _why_not(path)
    if why:
        raise ReportError(
            f"the report {path} could not be written: {why}", code="PTM105"
        )


def check_report(path: Path, mark: str) -> None:
    """Nothing, where what is there may be taken away: an older report, or nothing.

    An option that was given the path of a test, of data or of a page by mistake must
    not cost that file. Of a link only the name goes. ``mark`` is a pattern of how
    every report of its kind begins.

    Raises:
        ReportError: PTM105, it is another file, or none can stand there.
    """
    check_place(path)
    if path.is_symlink():
        return
    try:
        with path.open("rb") as file:
            start = file.read(_START)
    except FileNotFoundError:
        return
    except OSError as error:
        why = error.strerror or str(error)
    else:
        if not start.strip() or re.match(mark.encode(), start, re.DOTALL):
            return
        why = "a file is there that is no such report; name another, or take it away"
    raise ReportError(f"the report {path} could not be written: {why}", code="PTM105")


def _why_not(path: Path) -> str:
    try:
        if _is_stream(path):
            return "it is a stream of this process; name a file"
        kind = stat.S_IFMT(path.stat().st_mode)
    except FileNotFoundError:
        if path.parent.is_dir():
            return ""
        return f"there is no folder {path.parent}; mend the path, or make the folder"
    except (OSError, ValueError) as error:
        return str(getattr(error, "strerror", None) or error)
    if kind == stat.S_IFREG:
        return ""
    return f"it is {_KINDS.get(kind, 'no regular file')}; name a file"


def _is_stream(path: Path) -> bool:
    """Whether a name such as /dev/stdout is one of a stream, whatever that leads to.

    Where standard output is redirected it leads to a regular file, and the name itself
    would be taken away.
    """
    # More links than this in a row the system refuses to follow.
    for _ in range(40):
        if Path("/proc") in path.parents:
            return True
        if not path.is_symlink():
            return False
        path = path.parent / path.readlink()
    return False


def remove_stale(path: Path) -> None:
    """Take away an older run's report, so that nobody reads it as this run's.

    Raises:
        ReportError: PTM105, it cannot be removed, or no report can stand there.
    """
    check_place(path)
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise ReportError(
            f"the old report {path} cannot be removed ({error.strerror}); "
            "a run that left it there could be mistaken for the one it reports",
            code="PTM105",
        ) from error


def write_whole(path: Path, text: str) -> None:
    """Write a file in one step: a reader sees all of it or nothing.

    A link to a file is replaced, never written through.

    Raises:
        ReportError: PTM105, it cannot be written; nothing is left behind.
    """
    # Looked at again: the tests of the run came in between.
    check_place(path)
    temporary: Path | None = None
    try:
        # In the same folder: a rename across file systems would not be one step.
        with NamedTemporaryFile(
            "w",
            encoding="utf-8",
            dir=path.parent,
            prefix=f".{path.name}.",
            delete=False,
        ) as file:
            temporary = Path(file.name)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            # A temporary file is its owner's alone; a report is for whoever builds.
            os.fchmod(file.fileno(), 0o644)
        temporary.replace(path)
        temporary = None
    except OSError as error:
        raise ReportError(
            f"the report {path} could not be written: {error.strerror or error}",
            code="PTM105",
        ) from error
    finally:
        # Also where a signal came in between.
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()
