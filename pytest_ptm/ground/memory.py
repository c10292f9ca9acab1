"""How much memory this process takes while something is done, as the kernel counts it.

Python's own counters (``tracemalloc``) see nothing of what torch or NumPy's libraries
take, and ``getrusage`` has one peak for the whole life of the process.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pytest_ptm.ground.errors import ArgumentError

STATUS = Path("/proc/self/status")
CLEAR_REFS = Path("/proc/self/clear_refs")
_EVERY = 0.001
_PROBE = 16 << 20
_TRIES = 3
"""Another thread may take as much in that moment."""


@dataclass(frozen=True, slots=True)
class Grown:
    """How many bytes more were held at the peak than before, and who counted them."""

    nbytes: int
    how: str


def grown_by(do: Callable[[], None]) -> Grown:
    """How far the resident memory of this process grows, at its peak, while it is done.

    What was freed before goes back to the system first, as far as the C library gives
    it back: what an earlier test left would else be taken again, unseen.

    Raises:
        ArgumentError: this system does not say what a process holds at a time, or what
            is freed stays with the process.
    """
    if not STATUS.exists():
        raise ArgumentError(
            "the peak memory of a process is read from /proc/self/status, and this "
            "system has none; measure it on Linux, or on an accelerator"
        )
    gc.collect()
    if not any(_goes_back() for _ in range(_TRIES)):
        raise ArgumentError(
            "memory that is freed stays with this process, as allocators such as "
            "jemalloc and tcmalloc keep it: what is taken again would not be seen. "
            "Measure it without them (LD_PRELOAD), or on an accelerator"
        )
    told = _reset_peak()
    before = _held("VmRSS")
    if told:
        do()
        # As its own peak, which misses nothing; threads hand it on in small sums.
        return Grown(max(0, _held("VmHWM") - before), "resident memory, kernel's peak")
    peak = _sampled(do)
    return Grown(
        max(0, peak - before),
        "resident memory, looked at each ms: a shorter peak may be missed",
    )


def _goes_back() -> bool:
    """Whether what is freed is no longer held once it has been given back."""
    _give_back()
    before = _held("VmRSS")
    block = taken(_PROBE)
    del block
    _give_back()
    return _held("VmRSS") - before < _PROBE / 2


def taken(nbytes: int) -> bytes:
    """Memory that is written to, for a page that is not is not held."""
    return b"\x01" * nbytes


def _give_back() -> None:
    with contextlib.suppress(OSError, AttributeError):
        # Only glibc has it.
        ctypes.CDLL(None).malloc_trim(0)


def _reset_peak() -> bool:
    """Whether the kernel's peak is that of now: not every container allows it."""
    try:
        CLEAR_REFS.write_text("5")
    except OSError:
        return False
    return True


def _held(name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB", STATUS.read_text(), re.MULTILINE)
    if found is None:
        raise ArgumentError(f"/proc/self/status has no {name} on this system")
    return int(found[1]) * 1024


def _sampled(do: Callable[[], None]) -> int:
    over = threading.Event()
    peak = _held("VmRSS")

    def look() -> None:
        nonlocal peak
        while not over.wait(_EVERY):
            peak = max(peak, _held("VmRSS"))

    watch = threading.Thread(target=look, daemon=True)
    watch.start()
    try:
        do()
    finally:
        over.set()
        watch.join()
    return max(peak, _held("VmRSS"))
