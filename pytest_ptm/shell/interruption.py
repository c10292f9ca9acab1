"""A run that is ended from outside or from below: it never looks like a good one.

Where the system ends it, its reports say, as with Ctrl-C, that it is incomplete.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Generator
from functools import wraps
from types import FrameType
from typing import NoReturn

import pytest

from pytest_ptm.ground import afterwards
from pytest_ptm.shell.configuration import log_key

_SILENT = "{} ended a run that is not green; the exit code is 1"
_REPLACING = ("execv", "execve")
"""What all of ``os.exec*`` come to: the process is another program's from then on."""


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
    """Let no ``os._exit(0)``, and no ``os.exec*``, end a run that is not green.

    Nothing runs after either: no guard, no report, no summary. What another process
    ends with, such as one that a test forked, is its own; so is what a script does when
    ``pytest.main()`` has given its exit code, but for what runs at the very end.
    """
    process = os.getpid()

    def refused(what: str) -> bool:
        if os.getpid() != process or ends_green():
            return False
        _release(config)
        afterwards.say(_SILENT.format(what))
        return True

    patch = pytest.MonkeyPatch()
    _guard(patch, refused)
    config.add_cleanup(lambda: _stay(ends_green))
    config.add_cleanup(patch.undo)


def _guard(patch: pytest.MonkeyPatch, refused: Callable[[str], bool]) -> None:
    leave = os._exit

    def end(status: int) -> NoReturn:
        if status == 0 and refused("os._exit(0)"):
            status = int(pytest.ExitCode.TESTS_FAILED)
        leave(status)

    def guarded(replace: Callable[..., NoReturn]) -> Callable[..., NoReturn]:
        @wraps(replace)
        def replacing(*program: object) -> NoReturn:
            if refused("os.exec"):
                leave(int(pytest.ExitCode.TESTS_FAILED))
            replace(*program)

        return replacing

    patch.setattr(os, "_exit", end)
    for name in _REPLACING:
        patch.setattr(os, name, guarded(getattr(os, name)))


class _Last:
    """The last run of this process: whether it ended red, and which process it is."""

    is_red = is_guarded = False
    process = 0


def _stay(ends_green: Callable[[], bool]) -> None:
    """What functions of ``atexit`` do comes after the exit code that pytest gave."""
    _Last.is_red, _Last.process = not ends_green(), os.getpid()
    if _Last.is_red and not _Last.is_guarded:
        _Last.is_guarded = True
        _guard(pytest.MonkeyPatch(), _refused_at_the_end)


def _refused_at_the_end(what: str) -> bool:
    is_at_its_end = not threading.main_thread().is_alive()
    if not (_Last.is_red and is_at_its_end and os.getpid() == _Last.process):
        return False
    afterwards.say(_SILENT.format(what))
    return True


def _release(config: pytest.Config) -> None:
    """Let standard error be written to also while pytest captures it."""
    capture = config.pluginmanager.get_plugin("capturemanager")
    if capture is not None:
        capture.suspend_global_capture()


class LastWord:
    """Keeps a run that is not green from exit code 0, whatever a hook makes of it.

    ``SystemExit`` of a hook at the end goes past pytest and ends the process.
    """

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_cmdline_main(
        self, config: pytest.Config
    ) -> Generator[None, object, object]:
        """Around all of a run, its end included."""
        try:
            code = yield
        except SystemExit as end:
            if not end.code and _is_red(config):
                raise SystemExit(int(pytest.ExitCode.TESTS_FAILED)) from None
            raise
        return pytest.ExitCode.TESTS_FAILED if code == 0 and _is_red(config) else code


def _is_red(config: pytest.Config) -> bool:
    from pytest_ptm.shell import recorder  # it imports this room's neighbours

    return log_key in config.stash and recorder.is_shown_red(config)
