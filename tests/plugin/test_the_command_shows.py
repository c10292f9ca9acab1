"""`ptm show`: a run again as the terminal did, and its failing rows as a table."""

import csv
import io
import json

import pytest
from ptm_suite import KEYWORD

from pytest_ptm.command.main import main
from pytest_ptm.runs.failing_rows import FailingRow, as_csv

SUITE = """
import pytest
from pytest_ptm import assert_accuracy
ROWS = [
    {"id": f"=r{i}", "text": f"=1+{i} good", "label": "negative"} for i in range(30)
]
ROWS += [{"text": "good", "label": "positive", "id": "right"}]

def test_red(ptm_model):
    assert_accuracy(ptm_model, ROWS, at_least=0.5)

def test_green(ptm_model):
    assert_accuracy(ptm_model, ROWS[-1:], at_least=0.5)

@pytest.mark.xfail
def test_expected(ptm_model):
    assert_accuracy(ptm_model, ROWS, at_least=0.9)
"""


@pytest.fixture
def recorded(suite, capsys):
    """What the terminal showed, and the document of the same run."""
    suite.makepyfile(test_it=SUITE)
    result = suite.runpytest_inprocess(
        f"--ptm-model=candidate={KEYWORD}", "--ptm-json=run.json", "-v"
    )
    result.assert_outcomes(failed=1, passed=1, xfailed=1)
    capsys.readouterr()
    return result, suite.path / "run.json"


def test_a_run_is_shown_again_as_the_terminal_did(recorded, capsys):
    result, path = recorded
    assert main(["show", str(path)]) == 0
    shown = capsys.readouterr().out
    begin = next(n for n, x in enumerate(result.outlines) if "= pytest-ptm =" in x)
    end = next(n for n, x in enumerate(result.outlines) if x.startswith("run document"))
    summary = result.outlines[begin + 1 : end]
    assert len(summary) >= 5
    assert shown.endswith("\n".join(summary) + "\n")
    # Each case of the failure's message stands there too.
    cases = [x.removeprefix("E").strip() for x in result.outlines if "  got " in x]
    assert len(cases) == 5
    for case in cases:
        assert f"    {case}\n" in shown
    assert "worst 5 of 30" in shown


def test_all_cases_that_are_kept(recorded, capsys):
    _, path = recorded
    assert main(["show", "--cases", str(path)]) == 0
    shown = capsys.readouterr().out
    kept = sum(len(row["cases"]) for row in json.loads(path.read_text())["verdicts"])
    assert kept == 40
    assert shown.count("  got ") == kept


def test_every_failing_row_is_exported_and_none_is_a_formula(recorded, capsys):
    _, path = recorded
    assert main(["show", "--cases", "--csv", str(path)]) == 0
    text = capsys.readouterr().out
    rows = list(csv.DictReader(io.StringIO(text)))
    red = [row for row in rows if row["test"] == "test_it.py::test_red"]
    assert {row["id"] for row in red} == {f"'=r{n}" for n in range(30)}
    assert len(red) == 30
    told = [row for row in red if row["text"]]
    assert len(told) == 20
    for row in told:
        assert row["text"].startswith("'=1+")
        assert (row["expected"], row["metric"]) == ("negative", "accuracy")
        assert row["got"].startswith("positive")
        assert (row["model"], row["verdict"], row["outcome"]) == (
            "candidate",
            "1",
            "failed",
        )


@pytest.mark.parametrize(
    ("start", "shown"),
    [
        *((sign, f"'{sign}") for sign in "=+-@\uff1d\uff0b\uff0d\uff20"),
        ("\t=", "\\t="),
        ("\r=", "\\r="),
        ("\n=", "\\n="),
        ("a=", "a="),
    ],
)
def test_no_cell_begins_as_a_formula_does(start, shown):
    cells = (f"{start}cmd()",) * 10
    text = as_csv([FailingRow(*cells)])
    _, row = csv.reader(io.StringIO(text, newline=""))
    assert row == [f"{shown}cmd()"] * 10


def test_a_file_is_written(recorded, capsys, tmp_path):
    _, path = recorded
    out = tmp_path / "rows.csv"
    assert main(["show", "--cases", "--csv", "-o", str(out), str(path)]) == 0
    assert capsys.readouterr().out == ""
    assert out.read_text().startswith("test,verdict,model,outcome,metric,id,expected,")
    assert main(["show", "-o", str(tmp_path / "no/file"), str(path)]) == 2
    assert "PTM105" in capsys.readouterr().err


def test_csv_is_of_the_cases(recorded, capsys):
    _, path = recorded
    assert main(["show", "--csv", str(path)]) == 2
    assert "type --cases --csv" in capsys.readouterr().err


def test_what_is_no_run_document_is_refused(tmp_path, capsys):
    (tmp_path / "run.json").write_text("[]")
    assert main(["show", str(tmp_path / "run.json")]) == 2
    assert capsys.readouterr().err.startswith("ptm show: PTM215")


def test_several_models_stand_side_by_side_also_when_shown_again(suite, capsys):
    suite.makepyfile(test_it=SUITE)
    names = "candidate", "one-tuned-on-reviews"
    models = [f"--ptm-model={name}={KEYWORD}" for name in names]
    result = suite.runpytest_inprocess(*models, "--ptm-json=run.json")
    table = [
        "                           candidate           one-tuned-on-reviews",
        "test_it.py::test_expected  0.0323 as expected  0.0323 as expected",
        "test_it.py::test_green     1.0000 passed       1.0000 passed",
        "test_it.py::test_red       0.0323 failed       0.0323 failed",
    ]
    begin = result.outlines.index(table[0])
    assert result.outlines[begin : begin + 4] == table
    capsys.readouterr()
    assert main(["show", str(suite.path / "run.json")]) == 0
    assert "\n".join(table) in capsys.readouterr().out
