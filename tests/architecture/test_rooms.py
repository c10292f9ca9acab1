"""The rooms: what contracts and documentation say of them, and one name each."""

import ast
import functools
import importlib
import inspect
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

import pytest_ptm

PACKAGE = Path(pytest_ptm.__file__).parent
ROOT = Path(__file__).parents[2]

LOOSE = {"plugin", "__main__", "settings", "spec", "devices"}


@pytest.fixture(scope="module")
def contracts():
    found = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {each["id"]: each for each in found["tool"]["importlinter"]["contracts"]}


def units():
    return {
        path.stem
        for path in PACKAGE.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    } - {"__init__"}


def test_few_modules_stand_outside_a_room():
    loose = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}
    assert loose == LOOSE


def test_the_documentation_draws_the_layers_of_the_contract(contracts):
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    drawn = re.search(r"^((?:    \S.*\n)+)\nFour more contracts", page, re.M)
    assert drawn is not None
    lines = [line.strip() for line in drawn[1].splitlines()]
    assert lines == contracts["layers"]["layers"]


@pytest.mark.parametrize(
    ("contract", "left_out"),
    [
        ("pytest-in-the-shell", {"plugin", "__main__", "shell"}),
        ("frameworks-at-the-edge", {"__main__", "backends", "devices"}),
        ("backends-by-their-register", {"__main__", "backends"}),
    ],
)
def test_a_contract_holds_every_room_but_those_it_is_about(
    contracts, contract, left_out
):
    held = {name.split(".")[1] for name in contracts[contract]["source_modules"]}
    assert held == units() - left_out


def test_a_class_has_a_name_of_its_own():
    names = Counter(
        node.name
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert [name for name, times in names.items() if times > 1] == []


def told():
    """The table of the rooms: what each row is of, and what it says."""
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]*`) \| (.*) \|$", page, re.MULTILINE)
    return [(re.findall(r"`([^`]+)`", first), said) for first, said in rows]


def test_the_documentation_names_every_room():
    named = {re.split(r"[./]", each[0])[0] for each, _ in told()}
    assert named == units()


@pytest.mark.parametrize(("of", "said"), told(), ids=lambda each: str(each)[:40])
def test_what_the_documentation_names_is_there(of, said):
    room = PACKAGE
    for name in of:
        # A file without a folder stands in that of the one before it.
        path = next((at for at in (PACKAGE / name, room / name) if at.exists()), None)
        assert path is not None, name
        room = path if path.is_dir() else path.parent
    top = PACKAGE / Path(of[0]).parts[0]
    for name in re.findall(r"`([\w/]+(?:\.py|/))`", said):
        assert (PACKAGE / name).exists() or [*top.rglob(name)], name
    kinds = re.findall(r"`([A-Z]\w*[a-z]\w*)(?:\.\w+)?`", said)
    assert [each for each in kinds if not re.search(rf"\b{each}\b", sources())] == []


@functools.cache
def sources():
    every = (path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    return "\n".join(every)


def test_specs_and_models_know_no_backend_by_name():
    names = [f'"{name}' for name in ("transformers", "python", "callable", "sha256=")]
    for path in [PACKAGE / "spec.py", *(PACKAGE / "models").glob("*.py")]:
        text = path.read_text(encoding="utf-8")
        assert [name for name in names if name in text] == [], path


def drawn():
    """The arrows of the picture: what goes in, the function, and what comes out."""
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    picture = page.partition("## The way of the data\n")[2].partition("\n## ")[0]
    arrows = re.findall(r"^    (.+?) *─([\w.]+)─+▶ (\w+)$", picture, re.MULTILINE)
    return [(taken.split(", "), path, given) for taken, path, given in arrows]


def test_the_picture_is_of_the_whole_way():
    rooms = [path.partition(".")[0] for _, path, _ in drawn()]
    assert {"shell", "backends", "behaviours", "engine", "verdicts", "runs"} <= {*rooms}
    assert len(rooms) > 12


@pytest.mark.parametrize(
    ("taken", "path", "given"), drawn(), ids=lambda each: str(each)
)
def test_an_arrow_of_the_picture_is_a_function(taken, path, given):
    module, _, name = path.rpartition(".")
    signature = inspect.signature(
        getattr(importlib.import_module(f"pytest_ptm.{module}"), name)
    )
    asked = [str(each.annotation) for each in signature.parameters.values()]
    for kind, annotation in zip(taken, asked, strict=False):
        assert re.search(rf"\b{kind}\b", annotation), asked
    assert re.search(rf"\b{given}\b", str(signature.return_annotation))
