"""The name of a check: what it was called with, so that others have another one."""

from __future__ import annotations

from pytest_ptm.ground.digests import digest
from pytest_ptm.ground.display import clip, visible

_WIDEST = 60


def called(check: str, *given: object, **named: object) -> str:
    """The call, without arguments that are None or False, True as their name alone.

    Texts that are too long, or are not shown as they are, are followed by a digest.

    >>> called("contains", "a", ignore_case=True, most=None)
    'contains("a", ignore_case)'
    """
    said = [_shown(each) for each in given]
    said += [
        name if value is True else f"{name}={_shown(value)}"
        for name, value in named.items()
        if value is not None and value is not False
    ]
    return f"{check}({', '.join(said)})"


def _shown(value: object) -> str:
    if not isinstance(value, str):
        return str(value)
    shown = f'"{clip(value, _WIDEST)}"'
    exactly = len(value) <= _WIDEST and visible(value) == value and '"' not in value
    return shown if exactly else f"{shown}#{digest(value)}"
