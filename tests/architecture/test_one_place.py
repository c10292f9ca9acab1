"""What is made in one place only, and how large a place may become."""

import ast
import re
from pathlib import Path

import pytest_ptm

PACKAGE = Path(pytest_ptm.__file__).parent

MOST_LINES = 350


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
    assert calls_of("Result") == {"reporting"}


def fields_of(path, name):
    """The classes of a module that have this field of their own."""
    return [
        kind.name
        for kind in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(kind, ast.ClassDef)
        for line in kind.body
        if isinstance(line, ast.AnnAssign)
        and isinstance(line.target, ast.Name)
        and line.target.id == name
    ]


def test_one_class_holds_a_checkpoint_and_one_is_set_how_it_scores_texts():
    folder = PACKAGE / "backends" / "transformers"
    # Texts are scored and written, questions answered by settings of their own.
    owners = {
        "checkpoint": {"BoundCheckpoint"},
        "how": {"SpanFinder", "TextScorer", "TextWriter"},
    }
    for name, kinds in owners.items():
        found = [kind for path in folder.glob("*.py") for kind in fields_of(path, name)]
        assert sorted(found) == sorted(kinds)


def test_no_figure_is_printed_as_minus_zero():
    # What rounds to -0.0000 is written as 0.0000 by the z of its format.
    without = re.compile(r"\{[^{}]*:[^{}z]*\.(\d|\{digits\})f\}")
    assert [
        (path.name, line)
        for path in PACKAGE.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if without.search(line)
    ] == []


def lines_of(path):
    return len(path.read_text(encoding="utf-8").splitlines())


def test_a_module_is_one_idea_and_no_larger():
    modules = list(PACKAGE.rglob("*.py"))
    assert [path.stem for path in modules if lines_of(path) > MOST_LINES] == []


def test_the_hooks_of_the_plugin_only_delegate():
    path = PACKAGE / "plugin.py"
    assert lines_of(path) <= 150
    hooks = [
        node
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    ]
    assert len(hooks) > 15
    # A docstring, and one line.
    assert [hook.name for hook in hooks if len(hook.body) != 2] == []
