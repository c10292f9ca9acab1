"""What importing costs, and that a new task is two new files."""

import ast
import pickle
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

import pytest_ptm
from pytest_ptm.session import Session, activated

PACKAGE = Path(pytest_ptm.__file__).parent
HEAVY = {"torch", "transformers", "numpy", "pydantic", "scipy", "nlpaug", "safetensors"}


@pytest.mark.parametrize("module", ["pytest_ptm", "pytest_ptm.plugin"])
def test_importing_the_plugin_brings_in_no_library(module):
    code = f"import sys, {module}; print(*{HEAVY!r} & set(sys.modules))"
    printed = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert printed.split() == []


def test_a_gate_waits_for_no_library_that_it_does_not_ask():
    """``scipy.stats`` alone takes as long to import as all that a gate needs."""
    later = {"scipy.stats", "scipy.optimize", "torch", "transformers"}
    code = (
        "import sys, pytest_ptm as p; [getattr(p, name) for name in p.__all__]; "
        f"assert 'scipy.special' in sys.modules; print(*{later!r} & set(sys.modules))"
    )
    printed = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert printed.split() == []


def test_a_run_that_uses_nothing_of_it_imports_nothing_of_it(pytester):
    pytester.makepyfile(
        f"""
        import sys

        def test_plain():
            pass

        def test_modules():
            assert not {HEAVY!r} & set(sys.modules)
            # What a run that forks asks for, and no other.
            assert "mmap" not in sys.modules

        def test_our_modules_are_not_read_as_files_with_asserts(pytestconfig):
            found = {{
                name: type(module.__loader__).__name__
                for name, module in sys.modules.items()
                if name.startswith("pytest_ptm.")
            }}
            assert len(found) > 10
            assert {{
                name for name, loader in found.items()
                if loader == "AssertionRewritingHook"
            }} <= {{
                "pytest_ptm.plugin",
                "pytest_ptm.ground",
                "pytest_ptm.ground.unrewritten",
                "pytest_ptm.ground.version",
            }}
            plugin = pytestconfig.pluginmanager.get_plugin("ptm")
            assert all(name.startswith("pytest_") for name in dir(plugin))
            assert pytestconfig.pluginmanager.has_plugin("pytest_ptm.shell.fixtures")
        """
    )
    pytester.runpytest_subprocess("-p", "no:hypothesispytest").assert_outcomes(passed=3)


def test_public_names_are_sorted_and_resolve():
    names = pytest_ptm.__all__
    assert sorted(names, key=lambda name: (not name[0].isupper(), name)) == names
    for name in names:
        assert getattr(pytest_ptm, name) is not None
        assert name in dir(pytest_ptm)


def test_public_names_are_the_same_for_type_checkers():
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    block = next(
        node
        for node in tree.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )
    seen = {
        (alias.name, node.module)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == set(pytest_ptm._HOME_OF.items())
    assert {name for name, _ in seen} == set(pytest_ptm.__all__)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'assert_acuracy'"):
        pytest_ptm.assert_acuracy  # noqa: B018 - reading it is the test


def recipe():
    """The two files of docs/extending.md: the task, and who answers it."""
    page = (PACKAGE.parent / "docs/extending.md").read_text(encoding="utf-8")
    section = page.partition("## A task\n")[2].partition("\n## ")[0]
    indented = re.findall(r"(?:^(?: {4}.*)?\n)+", section, re.MULTILINE)
    task, backend = (textwrap.dedent(each) for each in indented if each.strip())
    return task, backend


def test_a_new_task_is_two_new_files_and_nothing_else(
    tmp_path, monkeypatch, shared_models
):
    import pytest_ptm.backends.transformers
    import pytest_ptm.tasks
    from pytest_ptm import load_examples, load_model
    from pytest_ptm.engine.ask import ask

    packages = pytest_ptm.tasks, pytest_ptm.backends.transformers
    for package, text in zip(packages, recipe(), strict=True):
        folder = tmp_path / package.__name__
        folder.mkdir()
        (folder / "text_length.py").write_text(text)
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])

    examples = load_examples((["one two", "three"], None))
    with activated(Session()):
        model = load_model(shared_models / "bert-tiny-mlm")
        assert model.can() >= {"fill-mask", "text-length"}
        answers = ask(model.predictor("text-length"), examples)
    assert answers.predictions.numbers.tolist() == [4.0, 3.0]
    assert isinstance(answers.predictions.numbers, np.ndarray)
    again = pickle.loads(pickle.dumps(answers.predictions))
    assert again.take(np.array([1])).numbers.tolist() == [3.0]
