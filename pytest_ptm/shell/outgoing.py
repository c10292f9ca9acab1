"""What a pytest report says, made fit to leave the process.

A traceback shows the values of variables, a captured log what a library printed:
neither passes through a message of ours. So the report of a test that has to do with a
model is gone over as a whole, on the worker that made it, before anybody prints or
writes it.
"""

from __future__ import annotations

import linecache
import re
import warnings
from typing import Any, cast

import pytest

from pytest_ptm.ground.display import presentable
from pytest_ptm.ground.redaction import read_environment_again

# Colours of captured output steer nothing else; pytest itself ends them. (Compiled,
# and kept, by re at its first use.)
_COLOUR = "\x1b\\[[0-9;]*m"


def clean(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Take secrets, and what could steer a terminal, out of all that a report says."""
    read_environment_again()
    # Whatever its type was, it stays that.
    report.longrepr = cast("Any", clean_data(report.longrepr))
    report.sections = [
        (title, _coloured(content)) for title, content in report.sections
    ]
    if isinstance(report, pytest.TestReport):
        report.user_properties = [
            (name, clean_data(value)) for name, value in report.user_properties
        ]
        if hasattr(report, "wasxfail"):
            report.wasxfail = presentable(report.wasxfail)


def clean_warning(warning: warnings.WarningMessage) -> None:
    """Take secrets, and what could steer a terminal, out of a warning, in place.

    One that says nothing of the kind stays the object that it is.
    """
    read_environment_again()
    said = str(warning.message)
    if (fit := presentable(said)) != said:
        # The text alone: the object's arguments would travel to the controller too.
        warning.message = fit
    line = warning.line or linecache.getline(warning.filename, warning.lineno)
    if (fit := presentable(line.strip())) != line.strip():
        warning.line = fit
    warning.filename = presentable(warning.filename)


def clean_data(value: object) -> object:
    """JSON data, or a traceback, with every string in it fit to leave the process.

    What pytest makes of a traceback is changed in place.
    """
    if isinstance(value, str):
        return presentable(value)
    if isinstance(value, list):
        return [clean_data(held) for held in cast("list[object]", value)]
    if isinstance(value, tuple):
        # The place of a skip and the links of a chain of errors are tuples.
        return tuple(clean_data(held) for held in cast("tuple[object]", value))
    if isinstance(value, dict):
        items = cast("dict[object, object]", value).items()
        return {key: clean_data(held) for key, held in items}
    if type(value).__module__.startswith("_pytest."):
        # What pytest makes of a traceback: plain objects, and lists of them.
        for name, held in vars(value).items():
            setattr(value, name, clean_data(held))
    return value


def _coloured(text: str) -> str:
    """Captured output: its colours stay, unless what they colour must change."""
    if "\x1b" not in text:
        return presentable(text.replace("\r", "\n"))
    shown: list[str] = []
    for line in text.splitlines():
        bare = re.sub(_COLOUR, "", line)
        fit = presentable(bare)
        shown.append(line if fit == bare else fit)
    return "\n".join(shown) + "\n"
