"""What is made in one place only, and how large a place may become."""

import ast
from pathlib import Path

import pytest_ptm

PACKAGE = Path(pytest_ptm.__file__).parent

STILL_BY_HAND = {
    "agreement",
    "comparison",
    "flips",
    "masked_gap",
    "masked_prediction",
    "masked_tokens",
}


def calls_of(name):
    """The modules that call this name, by their stems."""
    return {
        path.stem
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == name
    }


def test_a_result_is_made_in_one_place():
    assert calls_of("Result") - STILL_BY_HAND == {"reporting"}
