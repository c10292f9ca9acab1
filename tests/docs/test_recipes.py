"""What docs/extending.md says to touch: each goes red here where it was forgotten."""

import ast
import inspect
import re
from pathlib import Path

import pytest_ptm
from pytest_ptm import checks, perturbations

PACKAGE = Path(pytest_ptm.__file__).parent
ROOT = Path(__file__).resolve().parents[2]


def functions(room, modules="*.py"):
    """The public functions of a room, by name, with what each returns."""
    return {
        node.name: ast.unparse(node.returns or ast.Constant(None))
        for path in (PACKAGE / room).glob(modules)
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }


def makers():
    """The functions that give a perturbation."""
    returned = functions("perturbations").items()
    return {name for name, kind in returned if kind == "Perturbation"}


def makers_of_pictures():
    """The functions that give a change of pictures."""
    returned = functions("perturbations/pictures", "kinds.py").items()
    return {name for name, kind in returned if kind == "PictureChange"}


def test_a_perturbation_is_exported():
    exported = {name for name in perturbations.__all__ if name[0].islower()}
    assert makers() | makers_of_pictures() == exported
    assert sorted(perturbations.__all__) == perturbations.__all__
    assert all(inspect.isfunction(getattr(perturbations, name)) for name in exported)


def test_a_perturbation_has_a_row_in_its_documentation():
    page = (ROOT / "docs/invariance.md").read_text(encoding="utf-8")
    table = page.partition("## Perturbations\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)\(", table, re.MULTILINE)
    assert set(rows) == makers()


def test_a_change_of_pictures_has_a_row_in_its_documentation():
    page = (ROOT / "docs/image-changes.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)(?:\(\))?` \|", page, re.MULTILINE)
    assert len(set(rows)) == len(rows)
    assert set(rows) == makers_of_pictures()


def test_a_check_is_exported_and_has_a_row_in_its_documentation():
    made = {name for name, kind in functions("checks").items() if kind == "Check"}
    made -= {"check_of", "all_of"}  # of what a user hands over, and of an operator
    assert made == {name for name in checks.__all__ if name[0].islower()}
    assert sorted(checks.__all__) == checks.__all__
    page = (ROOT / "docs/checks.md").read_text(encoding="utf-8")
    table = page.partition("## Checks\n")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)\(", table, re.MULTILINE)) == made


def test_a_behaviour_is_public_and_can_be_asserted():
    evaluated = {n for n in functions("behaviours") if n.startswith("evaluate_")}
    asserted = {n for n in functions("assertions") if n.startswith("assert_")}
    paired = {name.replace("evaluate_", "assert_") for name in evaluated}
    assert paired == asserted
    assert evaluated | asserted <= set(pytest_ptm.__all__)
