"""The live line: when it speaks, what it draws, and that it never fails a test."""

import json
import os

import pytest

from pytest_ptm.shell import progress
from pytest_ptm.shell.progress import FileSink, Line, Watcher, summed


@pytest.fixture
def clock(monkeypatch):
    """A clock that moves when the test says so."""
    now = [1_000.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def pipe():
    """A line's standard output, and what arrived there."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)

    def arrived():
        try:
            return os.read(reading, 65_536).decode()
        except BlockingIOError:
            return ""

    yield writing, arrived
    os.close(reading)
    os.close(writing)


def test_short_work_is_not_mentioned(clock, pipe):
    descriptor, arrived = pipe
    line = Line(descriptor, live=True)
    for done in range(1, 11):
        line.update("candidate", done, 10)
        clock[0] += 0.09
    assert arrived() == ""
    line.close()


def test_long_work_is_drawn_below_and_erased(clock, pipe):
    descriptor, arrived = pipe
    line = Line(descriptor, live=True)
    line.update("candidate", 1, 1_000)
    clock[0] += 2
    line.update("candidate", 500, 1_000)
    drawn = arrived()
    assert "ptm: candidate: 500 of 1,000 rows, 2 s left" in drawn
    assert drawn.endswith("\x1b8"), "the cursor is put back"
    line.update("candidate", 501, 1_000)
    assert arrived() == "", "not twice in a quarter of a second"
    line.erase()
    assert "\x1b[2K" in arrived()
    line.erase()
    assert arrived() == ""
    line.close()


def test_without_a_terminal_a_plain_line_comes_now_and_then(clock, pipe):
    descriptor, arrived = pipe
    line = Line(descriptor, live=False)
    said = []
    for done in range(0, 100, 5):
        line.update("candidate", done, 100)
        said.append(arrived())
        clock[0] += 5
    lines = [text for text in said if text]
    assert len(lines) == 3
    assert all("\x1b" not in text and text.startswith("\nptm: ") for text in lines)
    line.close()


def test_a_closed_terminal_fails_nothing(clock, pipe):
    descriptor, _ = pipe
    line = Line(descriptor, live=True)
    os.close(line._descriptor)
    line.say("anything")
    line.erase()
    line._descriptor = os.dup(descriptor)
    line.close()


def test_a_name_from_a_spec_cannot_steer_the_terminal(clock, pipe):
    descriptor, arrived = pipe
    line = Line(descriptor, live=False)
    line.update("\x1b[2J", 0, 10)
    clock[0] += 60
    line.update("\x1b[2J", 5, 10)
    assert "\x1b" not in arrived()
    line.close()


def test_workers_are_summed_up(tmp_path, clock):
    assert summed(tmp_path) is None
    FileSink(tmp_path, "gw0").update("a", 10, 100)
    FileSink(tmp_path, "gw1").update("a", 20, 100)
    assert summed(tmp_path) == "ptm: 2 workers asking: 30 of 200 rows"
    FileSink(tmp_path, "gw1").update("a", 100, 100)
    assert summed(tmp_path) == "ptm: 1 worker asking: 10 of 100 rows"
    (tmp_path / "gw9.json").write_text("{")
    assert summed(tmp_path) == "ptm: 1 worker asking: 10 of 100 rows"


def test_a_worker_writes_at_most_four_times_a_second(tmp_path, clock):
    sink = FileSink(tmp_path, "gw0")
    for done in range(10):
        sink.update("a", done, 100)
        clock[0] += 0.1
    assert json.loads((tmp_path / "gw0.json").read_text())["done"] == 9
    sink.update("a", 10, 100)
    assert json.loads((tmp_path / "gw0.json").read_text())["done"] == 9


def test_a_worker_outlives_its_folder(tmp_path, clock):
    FileSink(tmp_path / "gone", "gw0").update("a", 1, 2)


def test_the_watcher_draws_and_cleans_up(tmp_path, pipe):
    descriptor, arrived = pipe
    folder = tmp_path / "progress"
    folder.mkdir()
    FileSink(folder, "gw0").update("a", 1, 2)
    line = Line(descriptor, live=False)
    watcher = Watcher(folder, line, every=0.01)
    text = ""
    while "1 of 2 rows" not in text:
        text += arrived()
    watcher.stop()
    assert not folder.exists()
    line.close()
