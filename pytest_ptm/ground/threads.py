"""Whose a thread is: of the run of a test that was going on where it was started.

A thread may begin to ask when the test that started it is over and another one runs,
which must not be credited with it.
"""

from __future__ import annotations

import threading
from contextvars import ContextVar
from weakref import WeakKeyDictionary

# A thread starts with an empty context, but asyncio.to_thread and the like run a call
# in a copy of the caller's: on a pool's old thread that is what tells whose it is.
_running: ContextVar[object] = ContextVar("pytest_ptm_running", default=None)


class Threads:
    """The threads of a process, and the run of a test that each works for."""

    def __init__(self) -> None:
        self._run = object()
        self._home = threading.get_ident()
        self._started: WeakKeyDictionary[threading.Thread, object]
        self._started = WeakKeyDictionary()

    def begin(self) -> None:
        """Let a test begin to run, on this thread."""
        self._run, self._home = object(), threading.get_ident()
        _running.set(self._run)

    def starting(self, thread: threading.Thread) -> None:
        """Know a thread that is about to be started, here, by its starter."""
        self._started[thread] = self._here()

    @property
    def started_this_one(self) -> bool:
        """Whether the current thread was started while the run lasted."""
        return threading.current_thread() in self._started

    @property
    def is_of_the_run(self) -> bool:
        """Whether what the current thread says is of the test that is running."""
        return self._here() is self._run or _running.get() is self._run

    def _here(self) -> object:
        if threading.get_ident() == self._home:
            return self._run
        return self._started.get(threading.current_thread())
