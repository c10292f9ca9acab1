"""The examples in the docstrings of statistics are run."""

import doctest
import importlib
import pkgutil

import pytest

from pytest_ptm import statistics

MODULES = [module.name for module in pkgutil.iter_modules(statistics.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_print_what_they_say(name):
    module = importlib.import_module(f"pytest_ptm.statistics.{name}")
    assert doctest.testmod(module).failed == 0


def test_examples_are_found():
    module = importlib.import_module("pytest_ptm.statistics.proportions")
    assert doctest.testmod(module).attempted >= 3
