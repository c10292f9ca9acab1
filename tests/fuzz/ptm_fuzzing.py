"""Valid inputs are mutated and handed over: what comes back may only be ours."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ptm_mutants import Plain, mutant
from ptm_texts import steers

from pytest_ptm.ground.errors import BehaviourFailure, PtmError

SLOWEST = 5.0
"""Seconds that one input may take."""
LONGEST = 6000
"""Characters that a message may have."""


@dataclass(frozen=True)
class Target:
    """What is handed mutants of its seeds; ``do`` gets one, and a folder for files."""

    name: str
    seeds: Sequence[Plain]
    do: Callable[[Plain, Path], None]


@dataclass
class Found:
    """What went wrong first in one place, and how many inputs came there."""

    what: str
    value: Plain
    times: int = 0


@dataclass
class Fuzzed:
    """What came of the inputs of a target."""

    inputs: int = 0
    accepted: int = 0
    slowest: float = 0.0
    found: dict[str, Found] = field(default_factory=dict)

    def add(self, place: str, what: str, value: Plain) -> None:
        """Count an input that something went wrong with."""
        self.found.setdefault(place, Found(what, value)).times += 1


class _TooSlow(BaseException):
    pass


def fuzz(target: Target, *, inputs: int, seed: int, seconds: float = 1e9) -> Fuzzed:
    """Hand so many mutants to a target, one of each seed unchanged before them."""
    result, draw = Fuzzed(), random.Random(f"{target.name} {seed}")
    ends = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as name, _watched(Path(name)) as outside:
        folder = Path(name)
        for number in range(-len(target.seeds), inputs):
            if time.monotonic() > ends:
                break
            value = target.seeds[number % len(target.seeds)]
            if number >= 0:
                value = mutant(draw.choice(target.seeds), draw, target.seeds)
            accepted = result.accepted
            _one(target, value, folder, result)
            if number < 0:
                # What is imported at its first use is no time of an input.
                result.slowest = 0.0
                result.found.pop("too slow", None)
            if number < 0 and result.accepted == accepted:
                # Mutants of what is refused as it stands try nothing.
                result.add("seed", "a seed is refused", value)
            while outside:
                what = outside.pop()
                result.add(f"outside: {what[0]}", f"{what}", value)
            for left in folder.iterdir():
                shutil.rmtree(left) if left.is_dir() else left.unlink()
    return result


def _one(target: Target, value: Plain, folder: Path, result: Fuzzed) -> None:
    result.inputs += 1
    began = time.perf_counter()
    try:
        with _no_longer_than(4 * SLOWEST), warnings.catch_warnings():
            warnings.simplefilter("error")
            target.do(value, folder)
            result.accepted += 1
    except (PtmError, BehaviourFailure) as error:
        wrong = unfit(str(error))
        if wrong:
            result.add(f"message: {wrong}", str(error)[:LONGEST], value)
    except _TooSlow:
        result.add("too slow: " + _place(sys.exception()), "endless", value)
    except (Exception, SystemExit) as error:
        told = "".join(traceback.format_exception(error)[-6:])
        result.add(f"{type(error).__name__} at {_place(error)}", told, value)
    took = time.perf_counter() - began
    result.slowest = max(result.slowest, took)
    if took > SLOWEST:
        result.add("too slow", f"{took:.1f} s", value)


def unfit(message: str) -> str:
    """Why a message is none that may be shown; empty where it is."""
    if steers(message.replace("\t", ""), lines=True):
        return "steers"
    return f"{LONGEST} characters or more" if len(message) >= LONGEST else ""


def _place(error: BaseException | None) -> str:
    frames = traceback.extract_tb(error.__traceback__ if error else None)
    ours = [frame for frame in frames if "pytest_ptm" in frame.filename]
    last = (ours or list(frames))[-1]
    return f"{Path(last.filename).name}:{last.lineno}"


@contextmanager
def _no_longer_than(seconds: float) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise _TooSlow

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


_WRITES = {"os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.symlink", "os.link"}
_watching: list[tuple[Path, list[tuple[str, str]]]] = []


def _hear(event: str, given: tuple[object, ...]) -> None:
    if not _watching:
        return
    folder, outside = _watching[-1]
    writes = event in _WRITES or (
        event == "open"
        and isinstance(given[2], int)
        and given[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    )
    if writes or event in {"subprocess.Popen", "os.system", "socket.connect"}:
        place = str(given[0])
        if not place.startswith((str(folder), "/dev/null")) and ".pyc" not in place:
            outside.append((event, place))


@contextmanager
def _watched(folder: Path) -> Iterator[list[tuple[str, str]]]:
    """What is written elsewhere meanwhile, or started, by Python's own account."""
    if not getattr(sys, "_ptm_hears", False):
        sys._ptm_hears = True  # an audit hook stays, so one has to do
        sys.addaudithook(_hear)
    outside: list[tuple[str, str]] = []
    _watching.append((folder, outside))
    try:
        yield outside
    finally:
        _watching.pop()
