"""Names that lead to code, imported when first asked for."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Mapping
from typing import Generic, TypeVar, cast

T = TypeVar("T")


class Registry(Generic[T]):
    """A table of ``name: "module:attribute"``, resolved on first use.

    Raises:
        KeyError: an unknown name; its message lists the known ones, nearest first.
    """

    def __init__(self, what: str, targets: Mapping[str, str]) -> None:
        self.what = what
        self._targets = dict(targets)

    def __getitem__(self, name: str) -> T:
        if name not in self._targets:
            raise KeyError(unknown(self.what, name, self.names))
        module, _, attribute = self._targets[name].partition(":")
        return cast("T", getattr(importlib.import_module(module), attribute))

    def __contains__(self, name: str) -> bool:
        return name in self._targets

    @property
    def names(self) -> tuple[str, ...]:
        """Every known name, sorted."""
        return tuple(sorted(self._targets))


def unknown(what: str, name: str, known: tuple[str, ...]) -> str:
    """A sentence that says a name is unknown, suggests the nearest, lists the rest.

    >>> unknown("metric", "acuracy", ("accuracy", "f1"))
    "unknown metric 'acuracy'; did you mean 'accuracy'? Known: accuracy, f1"
    """
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]!r}? Known:" if near else "; known:"
    return f"unknown {what} {name!r}{hint} {', '.join(known)}"
