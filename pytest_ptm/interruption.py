"""A run that the system ends: as with Ctrl-C, its reports say that it is incomplete."""

from __future__ import annotations

import signal
import threading
from types import FrameType

import pytest


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
