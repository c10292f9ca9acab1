"""Figures that are a ratio of sums over texts, held against a stored run."""

import json

import pytest

TEXTS = """
from pytest_ptm import assert_not_worse, load_examples

ROWS = load_examples(
    [{{"text": " ".join(bin(i)[2:].replace("0", "b").replace("1", "a"))}}
     for i in range(64, 134)],
    label=None,
)

def test_no_worse(ptm_model):
    assert_not_worse(
        ptm_model, ROWS, metric="{metric}", than="baseline", margin={margin}{more}
    )
"""

BASELINE = "--ptm-baseline=main.json"
UPDATE = "--ptm-baseline-update"
RATIOS = [
    "perplexity",
    "word_perplexity",
    "bits_per_byte",
    "cross_entropy",
    "token_accuracy",
]


def model(a, name="candidate"):
    return f"--ptm-model={name}=python:ptm_language:unigrams?a={a}"


@pytest.fixture
def texts(pytester, monkeypatch):
    def write(metric, *, margin="0", more=""):
        source = TEXTS.format(metric=metric, margin=margin, more=more)
        pytester.makepyfile(test_it=source)
        return pytester

    return write


@pytest.mark.parametrize("metric", RATIOS)
def test_a_ratio_is_held_against_the_stored_one_row_by_row(texts, metric):
    suite = texts(metric)
    result = suite.runpytest_inprocess(model(0.6), BASELINE, UPDATE)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"INCONCLUSIVE stored, not judged: {metric} *"])
    # Not a whit worse than itself: nothing is lost by being stored.
    result = suite.runpytest_inprocess(model(0.6, "other"), BASELINE)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"passed gain in {metric} over baseline 0.0000 *"])
    worse = suite.runpytest_inprocess(model(0.1), BASELINE, "--ptm-json=run.json")
    worse.assert_outcomes(failed=1)
    (row,) = json.loads(suite.path.joinpath("run.json").read_text())["verdicts"]
    assert row["value"] < 0
    assert row["n"] == 70
    # The interval is of the ratios over the rows, paired; e to a ratio has none.
    assert (row["interval"] is None) == metric.endswith("perplexity")


def test_it_says_what_a_model_in_than_says(texts, pytester):
    """The same figures, limits and counts of rows, but for what seven digits lose."""
    suite = texts("bits_per_byte", margin="0.1")
    suite.runpytest_inprocess(model(0.6), BASELINE, UPDATE)
    found = []
    for against in (BASELINE, "--ptm-against=then=python:ptm_language:unigrams?a=0.6"):
        source = suite.path / "test_it.py"
        if against != BASELINE:
            text = source.read_text().replace('than="baseline", ', "")
            source.write_text(text)
        suite.runpytest_inprocess(model(0.7), against, "--ptm-json=run.json")
        (row,) = json.loads(suite.path.joinpath("run.json").read_text())["verdicts"]
        found.append(row)
    stored, beside = found
    assert stored["value"] == pytest.approx(beside["value"], abs=1e-6)
    for end in ("low", "high"):
        ends = [row["interval"][end] for row in found]
        assert ends[0] == pytest.approx(ends[1], abs=1e-6)
    nearer = [[note for note in row["notes"] if "nearer" in note] for row in found]
    assert nearer[0] == nearer[1] != []


def test_an_entry_without_the_sums_says_what_to_type(texts):
    suite = texts("bits_per_byte")
    suite.runpytest_inprocess(model(0.6), BASELINE, UPDATE)
    path = suite.path / "main.json"
    whole = json.loads(path.read_text())
    del whole["verdicts"][0]["outcomes"]["stats"]
    path.write_text(json.dumps(whole))
    result = suite.runpytest_inprocess(model(0.6), BASELINE, "--ptm-require")
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "*PTM113 nothing to compare with in the baseline: the entry does not hold "
            "the sums that bits_per_byte is made of, row by row. Write it anew with "
            "--ptm-baseline-update"
        ]
    )
    result = suite.runpytest_inprocess(model(0.6), BASELINE, UPDATE)
    result.assert_outcomes(passed=1)
    suite.runpytest_inprocess(model(0.6), BASELINE).assert_outcomes(passed=1)


def test_one_text_is_compared_too(texts):
    suite = texts("token_accuracy")
    path = suite.path / "test_it.py"
    path.write_text(path.read_text().replace("ROWS, metric", "ROWS[5:6], metric"))
    suite.runpytest_inprocess(model(0.6), BASELINE, UPDATE).assert_outcomes(passed=1)
    result = suite.runpytest_inprocess(model(0.6), BASELINE)
    result.assert_outcomes(passed=1)


def test_cluster_and_copies_are_known_of_the_difference(texts):
    suite = texts("bits_per_byte", margin="0.5", more=", confidence=0.95")
    path = suite.path / "test_it.py"
    twice = path.read_text().replace("range(64, 134)]", "[*range(64, 134)] * 2]")
    suite.runpytest_inprocess(model(0.6), BASELINE, UPDATE)
    found = []
    for text in (path.read_text(), twice):
        path.write_text(text)
        suite.runpytest_inprocess(model(0.6), BASELINE, UPDATE)
        suite.runpytest_inprocess(model(0.7), BASELINE, "--ptm-json=run.json")
        (row,) = json.loads(suite.path.joinpath("run.json").read_text())["verdicts"]
        assert row["judged"]["low"] > -0.5
        found.append(row["judged"])
    assert found[0]["low"] == pytest.approx(found[1]["low"], rel=1e-6)
    assert found[0]["high"] == pytest.approx(found[1]["high"], rel=1e-6)
