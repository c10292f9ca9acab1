"""Calibration in a run: its table in the document, and against a stored run."""

import json

import numpy as np
import pytest

from pytest_ptm.ground.errors import DataError
from pytest_ptm.runs.document import BinRow
from pytest_ptm.statistics.binned_gaps import BinnedGaps

SUITE = """
from pytest_ptm import assert_calibrated, assert_not_worse, from_function

CLASSES = ["no", "yes"]
# Of ten texts of each kind eight are what they say.
ROWS = [
    {{"id": f"{{n}} {{said}}", "text": f"{{n}} {{said}}", "half": n % 2,
      "label": said if n % 10 < 8 else other}}
    for n in range(60) for said, other in (CLASSES, CLASSES[::-1])
]

def says(sure):
    return from_function(
        lambda texts: [
            [1 - sure, sure] if "yes" in text else [sure, 1 - sure] for text in texts
        ],
        classes=CLASSES,
    )

def test_it():
    {test}
"""
BASELINE = "--ptm-baseline=main.json"
UPDATE = "--ptm-baseline-update"
HELD = ["ece", "ece(bins=5)", "ece_classwise", "overconfidence"]


@pytest.fixture
def run(pytester):
    def run(test, *options):
        pytester.makepyfile(test_it=SUITE.format(test=test))
        return pytester.runpytest_inprocess(*options, "--ptm-require")

    return run


def row_of(path):
    (row,) = json.loads(path.read_text())["verdicts"]
    return row


def test_the_document_holds_the_bins(run, pytester):
    found = run(
        "assert_calibrated(says(0.9), ROWS, at_most=0.2)", "--ptm-json=run.json"
    )
    found.assert_outcomes(passed=1)
    held = row_of(pytester.path / "run.json")["reliability"]
    (only,) = held["bins"]
    assert (only["n"], only["accuracy"]) == (120, 0.8)
    assert only["confidence"] == pytest.approx(0.9)
    assert (only["low"], only["high"]) == pytest.approx((13 / 15, 14 / 15))
    assert only["interval"]["low"] < -0.1 < only["interval"]["high"]
    assert BinRow.model_validate(only).interval.method == "Wilson"
    assert held["overconfidence"] == pytest.approx(0.1)
    assert held["underconfidence"] == 0
    assert held["by_chance"] == pytest.approx(0.0217, abs=1e-4)
    # The odds of .9 are 9, and those of what came are 4.
    assert held["likeliest"] == pytest.approx(np.log(9) / np.log(4), abs=1e-3)


def not_worse(sure, metric, more=""):
    return (
        f"assert_not_worse(says({sure}), ROWS, metric={metric!r}, than='baseline', "
        f"margin=0.02{more})"
    )


@pytest.mark.parametrize("metric", HELD)
def test_an_error_is_held_against_the_stored_one(run, pytester, metric):
    run(not_worse(0.9, metric), BASELINE, UPDATE).assert_outcomes(passed=1)
    same = run(not_worse(0.9, metric), BASELINE, "--ptm-json=run.json")
    same.assert_outcomes(passed=1)
    assert row_of(pytester.path / "run.json")["value"] == 0
    worse = run(not_worse(0.96, metric), BASELINE, "--ptm-json=run.json")
    worse.assert_outcomes(failed=1)
    stored = row_of(pytester.path / "run.json")
    assert stored["value"] == pytest.approx(-0.06, abs=1e-6)
    # As another model in its place: figure, limits and flips.
    beside = not_worse(0.96, metric).replace("'baseline'", "says(0.9)")
    run(beside, "--ptm-json=run.json").assert_outcomes(failed=1)
    other = row_of(pytester.path / "run.json")
    for each in ("low", "high", "method"):
        assert stored["interval"][each] == pytest.approx(
            other["interval"][each], abs=1e-5
        )
    assert stored["failing"] == other["failing"] == 0


def test_what_no_run_holds_says_what_to_type(run, pytester):
    for metric in ("ece_equal_mass", "mce"):
        found = run(not_worse(0.9, metric), BASELINE, UPDATE)
        assert found.ret == 1
        found.stdout.fnmatch_lines(["*a baseline does not hold; give than= a model*"])


def test_a_damaged_entry_is_no_baseline():
    found = BinnedGaps(np.array([[0.5], [-0.5]]), np.array([[1], [7]]))
    assert found.of(found.stats).value == found.value == 0.5
    for wrong in (1.5, np.nan):
        stats = found.stats
        stats[0, 0] = wrong
        with pytest.raises(DataError, match="PTM214"):
            found.of(stats)
    for wrong in (-1, 0.5, 1e12, np.inf):
        stats = found.stats
        stats[0, 1] = wrong
        with pytest.raises(DataError, match="PTM214"):
            found.of(stats)
    with pytest.raises(DataError, match="PTM214"):
        found.of(found.stats[:, :1])
