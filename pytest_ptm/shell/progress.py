"""A live line on long work, or plain lines where nobody watches a terminal.

pytest captures standard output while a test runs, so the line is drawn on a copy of it
made before capture starts. Under pytest-xdist each worker writes what it is doing into
a small file, and a thread of the controller draws one line for all.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from pytest_ptm.ground.display import clip, counted, visible
from pytest_ptm.shell.workers import distributes, is_worker, worker_input

if TYPE_CHECKING:
    from pytest_ptm.session.seams import ProgressSink

_AFTER = 1.0
"""Seconds of work before anything is said: short work needs no line."""
_DRAWN_EVERY = 0.25
_PLAIN_EVERY = 30.0
# Index and up: makes sure there is a line below, scrolling if need be, and leaves the
# cursor in its place on the screen. Only then can it be saved, and restored rightly.
_ROOM = "\x1bD\x1b[1A"
_BELOW, _BACK = "\x1b7\x1b[1B\r\x1b[2K", "\x1b8"


class Line:
    """One line about running work, drawn or printed on a copy of standard output."""

    def __init__(self, descriptor: int, *, live: bool, verbose: bool = False) -> None:
        self._descriptor = os.dup(descriptor)
        self._live, self._verbose = live, verbose
        self._begun: float | None = None
        self._said = 0.0
        self._drawn = False
        self._lock = threading.Lock()

    def update(self, what: str, done: int, total: int) -> None:
        """Say how far ``what`` is, if it is long work and enough time has passed."""
        now = time.monotonic()
        if self._begun is None:
            self._begun = now
        since = now - self._begun
        if done >= total:
            self._begun = None
            return
        after = _AFTER if self._live else _PLAIN_EVERY
        pause = _DRAWN_EVERY if self._live else _PLAIN_EVERY
        if since < after or now - self._said < pause:
            return
        self._said = now
        rate = done / since if since else 0.0
        left = f", {(total - done) / rate:z,.0f} s left" if rate else ""
        self.say(f"ptm: {clip(what, 40)}: {done:,} of {total:,} rows{left}")

    def loading(self, what: str) -> None:
        """Say that a model is being loaded, to who watches or asked for more by -v."""
        if what and (self._live or self._verbose):
            self.say(f"ptm: loading {visible(what)}")
        elif self._live:
            self.erase()

    def say(self, text: str) -> None:
        """Draw the line below pytest's cursor, or print it as one of its own."""
        with self._lock:
            if self._live:
                width = max(20, shutil.get_terminal_size().columns - 1)
                self._write(f"{_ROOM}{_BELOW}{text[:width]}{_BACK}")
                self._drawn = True
            else:
                self._write(f"\n{text}\n")

    def erase(self) -> None:
        """Leave the terminal as pytest expects to find it."""
        with self._lock:
            if self._drawn:
                self._write(_BELOW + _BACK)
                self._drawn = False

    def close(self) -> None:
        """Erase the line and give the copy of standard output back."""
        self.erase()
        os.close(self._descriptor)

    def _write(self, text: str) -> None:
        # Progress is a courtesy: a closed terminal must not fail a test.
        try:
            os.write(self._descriptor, text.encode("utf-8", "replace"))
        except OSError:
            self._live = False


class FileSink:
    """A worker's progress, as a file that the controller reads."""

    def __init__(self, folder: Path, worker: str) -> None:
        self._path = folder / f"{worker}.json"
        self._temporary = folder / f".{worker}.tmp"
        self._said = 0.0

    def loading(self, what: str) -> None:
        """Say nothing: every worker loads, and one line has no room for all."""

    def update(self, what: str, done: int, total: int) -> None:
        """Note how far ``what`` is, at most four times a second."""
        now = time.monotonic()
        if done < total and now - self._said < _DRAWN_EVERY:
            return
        self._said = now
        note = {"what": what, "done": done, "total": total}
        try:
            self._temporary.write_text(json.dumps(note), encoding="utf-8")
            self._temporary.replace(self._path)
        except OSError:
            # The controller has ended and taken the folder away; the test goes on.
            return


class Watcher:
    """The controller's thread: adds up what its workers say and draws one line."""

    def __init__(self, folder: Path, line: Line, *, every: float) -> None:
        self._folder, self._line, self._every = folder, line, every
        self._stopped = threading.Event()
        self._thread = threading.Thread(
            target=self._watch, name="ptm-progress", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """End the thread and take the folder away."""
        self._stopped.set()
        self._thread.join(timeout=5)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _watch(self) -> None:
        while not self._stopped.wait(self._every):
            text = summed(self._folder)
            if text is not None:
                self._line.say(text)


def summed(folder: Path) -> str | None:
    """What all workers are doing together; None while none of them is at work."""
    done = total = at_work = 0
    for path in folder.glob("*.json"):
        try:
            note = cast("dict[str, Any]", json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            continue
        if note["done"] < note["total"]:
            at_work += 1
            done, total = done + note["done"], total + note["total"]
    if not at_work:
        return None
    return f"ptm: {counted(at_work, 'worker')} asking: {done:,} of {total:,} rows"


class Progress:
    """The hooks around a live line: begun after capture is set up, erased in time."""

    def __init__(self, config: pytest.Config) -> None:
        live = _is_terminal() and config.option.capture != "no"
        # Without pytest's terminal reporter there is no such option.
        verbose = cast("int", config.getoption("verbose", 0)) > 0
        self.line = Line(1, live=live, verbose=verbose)
        self.folder: Path | None = None
        self._watcher: Watcher | None = None
        if distributes(config):
            self.folder = Path(tempfile.mkdtemp(prefix="ptm-progress-"))
            every = _DRAWN_EVERY if live else _PLAIN_EVERY
            self._watcher = Watcher(self.folder, self.line, every=every)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self) -> None:
        """Make room for what pytest is about to print."""
        self.line.erase()

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: object) -> None:
        """Tell a worker where to say what it is doing."""
        cast("Any", node).workerinput["ptm_progress"] = str(self.folder)

    def close(self) -> None:
        """Stop watching and drawing."""
        if self._watcher is not None:
            self._watcher.stop()
        self.line.close()


def begin(config: pytest.Config, stack: contextlib.ExitStack) -> ProgressSink | None:
    """Where this process says how far it is; what it opens is closed by the stack."""
    if is_worker(config):
        return worker_sink(config)
    shown = Progress(config)
    config.pluginmanager.register(shown, "ptm-progress")
    stack.callback(shown.close)
    return shown.line


def worker_sink(config: pytest.Config) -> FileSink | None:
    """Where a worker reports; None where this is none, or nobody listens."""
    told = worker_input(config)
    folder = told.get("ptm_progress")
    if folder is None:
        return None
    return FileSink(Path(str(folder)), str(told["workerid"]))


def _is_terminal() -> bool:
    return bool(sys.__stdout__ is not None and os.isatty(1))
