"""The examples in the package's docstrings are run."""

import doctest
import importlib
from pathlib import Path

import pytest

import pytest_ptm

ROOT = Path(pytest_ptm.__file__).parent
MODULES = [
    ".".join(path.relative_to(ROOT.parent).with_suffix("").parts)
    for path in sorted(ROOT.rglob("*.py"))
    if "    >>> " in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_print_what_they_say(name):
    found = doctest.testmod(importlib.import_module(name.removesuffix(".__init__")))
    assert found.failed == 0


def test_examples_are_found():
    module = importlib.import_module("pytest_ptm.statistics.proportions")
    assert doctest.testmod(module).attempted >= 3
