"""What a process that a test forked says before it ends, heard by the one it left.

Memory that both share outlives whatever the child does next: an error that nobody waits
for, an exit code that nobody reads, ``os._exit``.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from weakref import WeakSet

if TYPE_CHECKING:
    import mmap

_BYTES = 4_096


class Word:
    """One text, from any child to its parent; of several children the last one's."""

    def __init__(self) -> None:
        self._shared: mmap.mmap | None = None
        _words.add(self)

    def share(self) -> None:
        """Have the memory, before there is a child to share it with."""
        # Nearly no run forks: none pays for a library and a page before it does.
        import mmap

        self._shared = self._shared or mmap.mmap(-1, _BYTES)

    def leave(self, text: str) -> None:
        """Say something; a text that is longer than the memory loses its end."""
        if self._shared is None:
            return
        told = text.encode("utf-8", "backslashreplace")[: _BYTES - 1]
        self._shared[: len(told) + 1] = told + b"\0"

    def take(self) -> str:
        """What was said since the last time; empty if nothing."""
        if self._shared is None:
            return ""
        told, _, _ = self._shared[:].partition(b"\0")
        self._shared[:1] = b"\0"
        return told.decode("utf-8", "ignore")


_words: WeakSet[Word] = WeakSet()


def _share() -> None:
    for word in list(_words):
        word.share()


# Not there where no process can fork.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_share)
