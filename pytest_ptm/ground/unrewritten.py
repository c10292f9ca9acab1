"""Our own modules found by Python itself, not by pytest's rewriting of assertions.

pytest takes the package of a plugin for one that may hold asserts, and reads each of
its modules in a way that costs half a millisecond more, in every run on the machine. We
have no assert, so there is nothing to rewrite. (PYTEST_DONT_REWRITE alone would not
spare the reading.)
"""

from __future__ import annotations

import atexit
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

_OURS = "pytest_ptm."


class Unrewritten:
    """A finder for what is in this package; of anything else it knows nothing."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where a module of ours is; as without pytest."""
        return PathFinder.find_spec(name, path) if name.startswith(_OURS) else None


def _leave() -> None:
    if _finder in sys.meta_path:  # who imports us may have put back what was there
        sys.meta_path.remove(_finder)


_finder = Unrewritten()
# Before pytest's own, which stands first by now.
sys.meta_path.insert(0, _finder)
# What stays there to the very end of a process keeps much else from being freed at
# once, which was a fifth of what an idle run paid.
atexit.register(_leave)
