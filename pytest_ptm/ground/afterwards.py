"""What is heard of when the run is over: the process does not end as a green one.

pytest has given its exit code by then. What is raised in a function of ``atexit``, or
on a thread, changes none, and neither does SystemExit. ``os._exit`` would, but takes
with it what others still have to do, such as to save what they measured. So the last
flush of standard output fails: Python then ends with 120, after everything else.
"""

from __future__ import annotations

import atexit
import inspect
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO


class _Ending:
    """How far the process is; ``told``: whether there was anything to hear of."""

    is_watched = is_last = told = False


class _Unflushed:
    """Does all that the stream it stands for does, but for the last flush."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)

    def flush(self) -> None:
        """Fail where nothing in Python called: at the end of the process."""
        if self._stream is not None:
            self._stream.flush()
        here = inspect.currentframe()
        if here is not None and here.f_back is None:
            raise RuntimeError("pytest-ptm: the exit code is 120, not that of pytest")


def watch() -> None:
    """Be there when the process ends: once, and before others are, so after them."""
    if not _Ending.is_watched:
        _Ending.is_watched = True
        atexit.register(_end)


def tell(message: str) -> None:
    """Say it on standard error, and let the process end red."""
    say(message)
    _Ending.told = True
    if _Ending.is_last:
        _end()


def say(message: str) -> None:
    """Write to standard error itself: nobody captures any more."""
    os.write(2, f"pytest-ptm: {message}\n".encode("utf-8", "backslashreplace"))


def _end() -> None:
    _Ending.is_last = True
    if _Ending.told and not isinstance(sys.stdout, _Unflushed):
        sys.stdout = _Unflushed(sys.stdout)  # pyright: ignore[reportAttributeAccessIssue]
