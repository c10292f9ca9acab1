"""A run that is ended from outside or from below: it never looks like a good one.

Where the system ends it, its reports say, as with Ctrl-C, that it is incomplete.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

import pytest

_SILENT = b"pytest-ptm: os._exit(0) ended a run that is not green; the exit code is 1\n"


def listen(config: pytest.Config) -> None:
    """For as long as the run lasts, let SIGTERM interrupt it instead of ending it.

    Only where nobody else decided what the signal does.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        return
    signal.signal(signal.SIGTERM, _interrupt)
    config.add_cleanup(_leave)


def _interrupt(number: int, frame: FrameType | None) -> None:
    # A second one ends the process at once.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    raise KeyboardInterrupt("SIGTERM")


def _leave() -> None:
    if signal.getsignal(signal.SIGTERM) is _interrupt:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def refuse_silent_end(config: pytest.Config, ends_green: Callable[[], bool]) -> None:
    """For as long as the run lasts, let no ``os._exit(0)`` end it before it is judged.

    Nothing runs after ``os._exit``: no guard, no report, no summary. What another
    process ends with, such as one that a test forked, is its own.
    """
    process, leave = os.getpid(), os._exit

    def end(status: int) -> NoReturn:
        if status == 0 and os.getpid() == process and not ends_green():
            _say(config, _SILENT)
            status = int(pytest.ExitCode.TESTS_FAILED)
        leave(status)

    patch = pytest.MonkeyPatch()
    patch.setattr(os, "_exit", end)
    config.add_cleanup(patch.undo)


def _say(config: pytest.Config, line: bytes) -> None:
    """Write to standard error itself, also while pytest captures it."""
    capture = config.pluginmanager.get_plugin("capturemanager")
    if capture is not None:
        capture.suspend_global_capture()
    os.write(2, line)
