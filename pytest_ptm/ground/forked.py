"""What a process that a test forked says before it ends, heard by the one it left.

Memory that both share outlives whatever the child does next: an error that nobody waits
for, an exit code that nobody reads, ``os._exit``.
"""

from __future__ import annotations

import mmap

_BYTES = 4_096


class Word:
    """One text, from any child to its parent; of several children the last one's."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, _BYTES)

    def leave(self, text: str) -> None:
        """Say something; a text that is longer than the memory loses its end."""
        told = text.encode("utf-8", "backslashreplace")[: _BYTES - 1]
        self._shared[: len(told) + 1] = told + b"\0"

    def take(self) -> str:
        """What was said since the last time; empty if nothing."""
        told, _, _ = self._shared[:].partition(b"\0")
        self._shared[:1] = b"\0"
        return told.decode("utf-8", "ignore")
