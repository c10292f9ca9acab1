"""`ptm plan`, `suggest`, `compare` and `env`, over documents of real runs."""

import json
import os
import re
import subprocess
import sys

import pytest
from ptm_suite import KEYWORD

from pytest_ptm.command.main import main
from pytest_ptm.statistics.paired import mcnemar_mid_p
from pytest_ptm.statistics.paired_limits import tango
from pytest_ptm.statistics.planning import detectable_drop, required_n
from pytest_ptm.statistics.proportions import clopper_pearson

SUITE = """
from pytest_ptm import assert_accuracy, assert_metric

def rows(right):
    return [
        {{"text": f"good {{i}}", "label": "positive" if right(i) else "negative"}}
        for i in range(200)
    ]

def test_accuracy(ptm_model):
    data = rows(lambda i: i >= 10)
    assert_accuracy(ptm_model, data, at_least=0.9)
    assert_metric(ptm_model, data, metric="log_loss", at_most=0.6)

def test_ranks(ptm_model):
    data = rows(lambda i: i % 2)
    assert_metric(
        ptm_model, data, metric="average_precision", positive="positive", at_least=0.1
    )
"""


@pytest.fixture
def recorded(suite):
    """The folder with run.json, the document of a run that asked the keyword model."""
    suite.makepyfile(test_it=SUITE.format())
    result = suite.runpytest("--ptm-model", KEYWORD, "--ptm-json=run.json")
    result.assert_outcomes(passed=2)
    return suite.path


def test_plan_says_which_tests_cannot_show_what_they_claim(recorded, capsys):
    assert main(["plan", str(recorded / "run.json")]) == 0
    shown = capsys.readouterr().out
    drop = detectable_drop(200, 0.9, test="exact") * 100
    assert f"SHORT 200 examples detect a drop of {drop:.1f} points at 80 %" in shown
    assert f"2 points need {required_n(0.9, test='exact'):,}" in shown
    assert "cannot be planned: no interval is offered (n=200)" in shown
    assert "test_it.py::test_accuracy[keyword] (verdict 2)" in shown
    assert "of 3 verdicts cannot show a drop of 0.02 with 80 % power" in shown
    # The loss has no points: it is in nats.
    assert re.search(r"detect a drop of 0\.\d{4} at 80 % power; 0\.02 need", shown)


def test_plan_takes_another_drop_and_power(recorded, capsys):
    arguments = ["plan", str(recorded / "run.json"), "--drop=0.1", "--power=0.9"]
    assert main([*arguments, "--json"]) == 0
    plans = {row["metric"]: row for row in json.loads(capsys.readouterr().out)}
    assert plans["accuracy"]["needed"] == required_n(
        0.9, drop=0.1, power=0.9, test="exact"
    )
    assert plans["accuracy"]["drop"] == detectable_drop(
        200, 0.9, power=0.9, test="exact"
    )
    # The error of a mean shrinks with the root of the number of rows.
    loss = plans["log_loss"]
    assert loss["needed"] == pytest.approx(200 * (loss["drop"] / 0.1) ** 2, abs=1)
    assert main([*arguments[:2], "--drop=2"]) == 2
    assert "drop must lie between 0 and 1" in capsys.readouterr().err


def test_a_rate_of_one_class_is_planned_by_its_own_rows(suite, capsys):
    suite.makepyfile(
        test_it="""
        from pytest_ptm import assert_metric

        def test_recall(ptm_model):
            rows = [
                {"text": f"good {i}", "label": "negative" if i % 4 else "positive"}
                for i in range(400)
            ]
            assert_metric(
                ptm_model, rows, metric="recall", positive="positive", at_least=0.9
            )
        """
    )
    suite.runpytest("--ptm-model", KEYWORD, "--ptm-json=run.json")
    capsys.readouterr()
    assert main(["plan", "--json", str(suite.path / "run.json")]) == 0
    (plan,) = json.loads(capsys.readouterr().out)
    # 100 of the 400 rows are of the class, so four times as many are to be asked.
    assert plan["n"] == 400
    assert plan["drop"] == detectable_drop(100, 0.9, test="exact")
    assert plan["needed"] == 4 * required_n(0.9, test="exact")


def test_suggest_prints_the_strictest_bound_that_is_shown(recorded, capsys):
    assert main(["suggest", str(recorded / "run.json")]) == 0
    shown = capsys.readouterr().out
    strictest = int(clopper_pearson(190, 200, side="lower").low * 10_000) / 10_000
    assert f"at_least={strictest:.4f}   now at_least=0.9, shown at 95 %" in shown
    assert "no suggestion: no interval is offered; at_least=0.1 now" in shown
    assert "test_it.py:" in shown


def test_compare_names_what_broke_and_what_is_fixed(recorded, suite, capsys):
    # As sure as before of every text, and right about others: ten of them flip.
    document = json.loads((recorded / "run.json").read_text())
    suite.makepyfile(
        other="""
        from ptm_fakes import FakeClassifier, by_word

        def model():
            # Says negative of good 0 to 4 (fixed), and of good 100 to 102 (broken).
            flipped = {f"good {i}" for i in [*range(5), 100, 101, 102]}
            return FakeClassifier(
                lambda text: by_word()(text)[::-1] if text in flipped
                else by_word()(text)
            )
        """
    )
    result = suite.runpytest("--ptm-model=python:other:model", "--ptm-json=now.json")
    assert result.ret in (0, 1)
    files = [str(recorded / "run.json"), str(recorded / "now.json")]
    assert main(["compare", *files]) == 0
    shown = capsys.readouterr().out
    difference = tango(5, 3, 200)
    assert (
        f"accuracy 0.9500 -> 0.9600 (+0.0100 [{difference.low:+.4f} .. "
        f"{difference.high:+.4f} at 95 %, McNemar p {mcnemar_mid_p(5, 3):.4f}])"
    ) in shown
    assert "newly broken 3: row-101, row-102, row-103" in shown
    assert "fixed 5: row-1, row-2, row-3, row-4, row-5" in shown
    assert main(["compare", "--json", *files]) == 0
    first = json.loads(capsys.readouterr().out)[0]
    assert first["newly_broken"] == ["row-101", "row-102", "row-103"]
    # Other data: said, not compared.
    document["verdicts"][0]["data"] = "0" * 64
    document["verdicts"] = document["verdicts"][:2]
    (recorded / "other.json").write_text(json.dumps(document))
    assert main(["compare", str(recorded / "other.json"), files[1]]) == 0
    shown = capsys.readouterr().out
    assert "cannot be compared: the data are others: sha256 000000000000" in shown
    assert "only now: average_precision" in shown


def as_version_1(document):
    """What the first version wrote: none of the fields that came with the second."""
    new = (
        "test", "place", "at", "capability", "judged", "more", "on_inconclusive",
        "stopped", "power", "data", "outcomes",
    )  # fmt: skip
    for row in document["verdicts"]:
        for name in new:
            del row[name]
    return {**document, "schema_version": 1}


def test_older_versions_are_read(recorded, capsys):
    old = as_version_1(json.loads((recorded / "run.json").read_text()))
    (recorded / "old.json").write_text(json.dumps(old))
    files = [str(recorded / "old.json"), str(recorded / "run.json")]
    assert main(["compare", *files]) == 0
    shown = capsys.readouterr().out
    assert shown.count("does not say which data it asked") == 3
    assert main(["plan", files[0]]) == 0
    assert main(["suggest", files[0]]) == 0
    assert capsys.readouterr().out.count("an older pytest-ptm recorded it") == 6


def test_a_verdict_that_stands_twice_is_not_paired_by_chance(recorded, capsys):
    document = json.loads((recorded / "run.json").read_text())
    document["verdicts"].append(document["verdicts"][0])
    (recorded / "twice.json").write_text(json.dumps(document))
    files = [str(recorded / "run.json"), str(recorded / "twice.json")]
    assert main(["compare", *files]) == 0
    assert capsys.readouterr().out.count("has this verdict several times") == 2


def test_json_repeats_no_control_characters(recorded, capsys):
    document = json.loads((recorded / "run.json").read_text())
    document["verdicts"][0]["metric"] = "##[error]\u202eevil\u009b"
    (recorded / "evil.json").write_text(json.dumps(document))
    assert main(["plan", "--json", str(recorded / "evil.json")]) == 0
    shown = capsys.readouterr().out
    assert not any(bad in shown for bad in ("##[", "\u202e", "\u009b"))
    json.loads(shown)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "No such file"),
        ("", "no JSON"),
        ("[1]", "no JSON object"),
        ("[" * 100_000, "no JSON"),
        ('{"schema_name": "coverage"}', "not 'pytest-ptm/run'"),
        ('{"schema_name": "pytest-ptm/run", "schema_version": 99}', "update it"),
        ('{"schema_name": "pytest-ptm/run", "schema_version": true}', "is True"),
        (
            '{"schema_name": "pytest-ptm/run", "schema_version": 1}',
            "version 1: KeyError",
        ),
        ('{"schema_name": "pytest-ptm/run", "schema_version": 2}', "Field required"),
        ('{"schema_name": "\\u001b[31m"}', "\\x1b[31m"),
    ],
)
def test_what_is_no_run_document_is_refused(tmp_path, capsys, content, message):
    path = tmp_path / "run.json"
    if content is not None:
        path.write_text(content)
    for command in (["plan"], ["suggest"], ["compare", str(path)]):
        assert main([*command, str(path)]) == 2
        error = capsys.readouterr().err
        assert error.startswith(f"ptm {command[0]}: PTM215")
        assert message in error
        assert "\x1b" not in error


def test_a_run_that_was_cut_short_says_so(recorded, suite, capsys):
    suite.runpytest("--ptm-model", KEYWORD, "--ptm-json=part.json", "--ptm-limit=50")
    assert main(["plan", str(recorded / "part.json")]) == 0
    shown = capsys.readouterr().out
    assert "PARTIAL by --ptm-limit" in shown
    assert shown.count("cannot be planned: PARTIAL: 50 of 200") == 3


def run(*arguments):
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False
    )


def test_a_folder_and_a_pipe_are_no_run_document(tmp_path, capsys):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        assert main(["plan", str(path)]) == 2
        assert "PTM215" in capsys.readouterr().err


def test_a_reader_that_stops_reading_is_no_error(recorded):
    command = f"{sys.executable} -m pytest_ptm suggest run.json | true"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=recorded,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_env_says_where_torch_cannot_be_imported(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "torch", None)
    assert main(["env"]) == 0
    assert "torch cannot be imported" in capsys.readouterr().out


def test_env_names_versions_and_no_secrets(monkeypatch, capsys):
    monkeypatch.setenv("MY_TOKEN", "very-secret-indeed")
    assert main(["env"]) == 0
    shown = capsys.readouterr().out
    assert "torch         2." in shown
    assert "threads" in shown
    assert "very-secret" not in shown


def test_help_is_light():
    code = (
        "import sys; from pytest_ptm.command.main import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'numpy', 'pydantic', 'scipy', 'pytest'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = run("-c", code)
    assert done.returncode == 0, done.stderr
    assert "which tests cannot show what they claim" in done.stdout
