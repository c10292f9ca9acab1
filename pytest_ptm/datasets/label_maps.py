"""A label map before it is used: labels to class names, or to numbers, not to both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from pytest_ptm.datasets.cells import described, shown
from pytest_ptm.ground.errors import ArgumentError

# 4 beside 0.5 is a score as well.
_KINDS = {str: "a class name", int: "a number", float: "a number"}


def check_label_map(given: object) -> None:
    """Nothing, where each label means a class name, or each a class id or score.

    Raises:
        ArgumentError: it is no mapping, or what it maps to is something else or mixed.
    """
    if given is None:
        return
    if not isinstance(given, Mapping):
        raise ArgumentError(
            "label_map=: expected a dictionary from labels of the data to classes of "
            f'the model, such as {{0: "negative"}}, got {type(given).__name__}'
        )
    first: tuple[object, str] | None = None
    for label, meant in cast("Mapping[object, object]", given).items():
        kind = None if isinstance(meant, bool) else _kind(meant)
        if kind is None:
            raise ArgumentError(
                f"label_map= says {described(meant)} for {shown(label, 40)}; expected "
                "a class name, a class id or a score"
            )
        if first is not None and kind != first[1]:
            raise ArgumentError(
                f"label_map= says {first[1]} for {shown(first[0], 40)}, and {kind} for "
                f"{shown(label, 40)}; write all alike"
            )
        first = first or (label, kind)


def _kind(meant: object) -> str | None:
    return next(
        (name for kind, name in _KINDS.items() if isinstance(meant, kind)), None
    )
