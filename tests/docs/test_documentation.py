"""The documentation is part of the product: blocks run, tables are current."""

import inspect
import json
import re
from pathlib import Path

import pytest
from write_generated import model_options

import pytest_ptm
from pytest_ptm.runs.document import RunDocument
from pytest_ptm.session import Session, activated
from pytest_ptm.shell.options import OPTIONS, markdown_table
from pytest_ptm.shell.running import FIXTURES

MODEL_OPTIONS = re.compile(
    r"<!-- model options -->\n(.*?)<!-- /model options -->", re.DOTALL
)
ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
OPTIONS_TABLE = re.compile(r"<!-- options -->\n(.*?)<!-- /options -->", re.DOTALL)


def blocks(page):
    return BLOCK.findall(page.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "page", [page for page in PAGES if blocks(page)], ids=lambda page: page.name
)
def test_the_blocks_of_a_page_run_one_after_the_other(page, monkeypatch):
    monkeypatch.chdir(ROOT)
    namespace = {"__file__": str(ROOT / "tests" / "docs" / "block.py")}
    with activated(Session()):
        for number, code in enumerate(blocks(page), 1):
            exec(compile(code, f"{page.name} block {number}", "exec"), namespace)
        for name, test in list(namespace.items()):
            # Those that ask for a fixture need a checkpoint.
            if name.startswith("test_") and not inspect.signature(test).parameters:
                test()


@pytest.mark.parametrize(
    ("page", "example"), [("question-answering", "reading"), ("images", "seeing")]
)
def test_tests_shown_of_an_example_are_those_that_run(page, example):
    """A page that shows some of a file's tests shows them as they are."""
    shown_on = ROOT / f"docs/{page}.md"
    held = (ROOT / f"examples/test_{example}.py").read_text(encoding="utf-8")
    (shown,) = (block for block in blocks(shown_on) if "@pytest.fixture" in block)
    parts = [part.strip() for part in shown.split("\n\n\n")][1:]
    assert len(parts) >= 5
    assert [part for part in parts if part not in held] == []


@pytest.mark.parametrize("page", ["README.md", "docs/options.md"])
def test_the_table_of_options_is_the_one_the_code_uses(page):
    path = ROOT / page
    (found,) = OPTIONS_TABLE.findall(path.read_text(encoding="utf-8"))
    assert found.strip() == markdown_table().strip(), (
        "write it anew with: python tests/docs/write_generated.py"
    )


def test_the_table_of_model_options_is_what_the_backends_declare():
    text = (ROOT / "docs/options.md").read_text(encoding="utf-8")
    (found,) = MODEL_OPTIONS.findall(text)
    assert found.strip() == model_options().strip(), (
        "write it anew with: python tests/docs/write_generated.py"
    )


def test_the_published_schema_is_the_one_the_code_writes():
    published = (ROOT / "docs/run-document.schema.json").read_text(encoding="utf-8")
    assert json.loads(published) == RunDocument.model_json_schema()


def headings(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    return set(re.findall(r"^#+ (.+)$", text, re.MULTILINE))


def test_every_error_code_has_a_heading_and_every_heading_a_code():
    raised = set()
    for path in (ROOT / "pytest_ptm").rglob("*.py"):
        raised |= set(re.findall(r'"(PTM\d{3})"', path.read_text(encoding="utf-8")))
    documented = {name for name in headings("docs/errors.md") if name[:3] == "PTM"}
    assert documented == raised


def test_every_public_name_has_a_heading():
    names = set(pytest_ptm.__all__) - {"__version__"}
    assert names <= headings("docs/reference.md")


def test_every_fixture_and_option_is_explained():
    assert headings("docs/writing-tests.md") >= FIXTURES | {"ptm_settings", "ptm_rng"}
    text = (ROOT / "docs/options.md").read_text(encoding="utf-8")
    for option in OPTIONS:
        assert option.flag in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        if not target.startswith("https://"):
            assert (page.parent / target).exists(), target


def test_every_test_that_proves_something_exists():
    text = (ROOT / "docs/reliability.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)
    for path, name in named:
        found = (ROOT / path).read_text(encoding="utf-8")
        assert f"\ndef {name}(" in found, f"{path}::{name}"
    # Each row says what proves it, or that nothing does.
    rows = re.findall(r"^\| [A-G]\d.*$", text, re.MULTILINE)
    assert len(rows) > 100
    assert [row for row in rows if "::" not in row and "not yet" not in row] == []


def test_the_readme_tells_both_commands():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for mark in ("main-job", "tests"):
        assert re.search(rf"<!-- {mark} -->\n\n    python3 -m venv \S+ && ", text)


def test_what_is_to_be_typed_has_an_equals_sign():
    """With a space pytest would take a path for a test's, before it knows of us."""
    apart = re.compile(
        r"--ptm-(?:model|against|baseline|json|markdown|known-failures) "
        r"(?=[A-Z./~\"'{])[^|\n]{0,20}"
    )
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    # That one is about the space.
    code = {*(ROOT / "pytest_ptm").rglob("*.py")} - {
        ROOT / "pytest_ptm/shell/invocation.py"
    }
    found = {
        f"{path.relative_to(ROOT)}: {match}"
        for path in (*pages, *(ROOT / "examples").glob("*.md"), *code)
        for match in apart.findall(path.read_text(encoding="utf-8"))
    }
    assert found == set()
