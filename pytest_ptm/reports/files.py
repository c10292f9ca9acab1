"""Files that are whole or absent."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from pytest_ptm.errors import ReportError


def remove_stale(path: Path) -> None:
    """Take away an older run's report, so that nobody reads it as this run's.

    Raises:
        ReportError: PTM105, it is there and cannot be removed.
    """
    try:
        # A folder on the way may be missing, or be a file: then nothing is stale, and
        # writing will say what is wrong.
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            path.unlink()
    except OSError as error:
        raise ReportError(
            f"the old report {path} cannot be removed ({error.strerror}); "
            "a run that left it there could be mistaken for the one it reports",
            code="PTM105",
        ) from error


def write_whole(path: Path, text: str) -> None:
    """Write a file in one step: a reader sees all of it or nothing.

    A link at ``path`` is replaced, never written through.

    Raises:
        ReportError: PTM105, it cannot be written; nothing is left behind.
    """
    temporary: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # In the same folder: a rename across file systems would not be one step.
        with NamedTemporaryFile(
            "w",
            encoding="utf-8",
            dir=path.parent,
            prefix=f".{path.name}.",
            delete=False,
        ) as file:
            temporary = file.name
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            # A temporary file is its owner's alone; a report is for whoever builds.
            os.fchmod(file.fileno(), 0o644)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        raise ReportError(
            f"the report {path} could not be written: {error.strerror or error}",
            code="PTM105",
        ) from error
