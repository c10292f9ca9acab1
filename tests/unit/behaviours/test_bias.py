"""The gap between groups: equal to fairlearn's, refused where it means nothing."""

import fairlearn.metrics
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ptm_fakes import FakeClassifier
from sklearn import metrics as sklearn_metrics

from pytest_ptm import (
    BehaviourFailure,
    assert_bias_gap,
    evaluate_bias_gap,
    load_examples,
)
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.session import Session, activated
from pytest_ptm.settings import Settings

THEIRS = {
    "accuracy": sklearn_metrics.accuracy_score,
    "recall": sklearn_metrics.recall_score,
    "selection_rate": fairlearn.metrics.selection_rate,
    "true_positive_rate": fairlearn.metrics.true_positive_rate,
    "false_positive_rate": fairlearn.metrics.false_positive_rate,
    "false_negative_rate": fairlearn.metrics.false_negative_rate,
}
RATES = [name for name in THEIRS if name != "accuracy"]


def model():
    """Says what the text's second word says."""
    return FakeClassifier(
        lambda text: (0.0, 2.0) if text.split()[1] == "1" else (2.0, 0.0)
    )


def examples_of(gold, said, groups):
    rows = zip(gold, said, groups, strict=True)
    return load_examples(
        [
            {"text": f"{i} {s}", "label": int(y), "g": g}
            for i, (y, s, g) in enumerate(rows)
        ],
        groups=["g"],
    )


@given(st.integers(0, 10_000), st.integers(2, 5))
@settings(max_examples=10)
def test_the_gap_is_fairlearns(seed, groups):
    rng = np.random.default_rng(seed)
    n = 60 * groups
    names = np.array([f"g{i % groups}" for i in range(n)])
    gold, said = rng.integers(0, 2, n), rng.integers(0, 2, n)
    examples = examples_of(gold, said, names)
    for name, theirs in THEIRS.items():
        frame = fairlearn.metrics.MetricFrame(
            metrics=theirs, y_true=gold, y_pred=said, sensitive_features=names
        )
        positive = None if name == "accuracy" else 1
        with activated(Session()):
            ours = evaluate_bias_gap(
                model(), examples, group="g", metric=name, positive=positive
            )
        assert ours.value == pytest.approx(frame.difference(), abs=1e-12)
        assert {g.group: g.value for g in ours.by_group} == pytest.approx(
            frame.by_group.to_dict(), abs=1e-12
        )


def sides(right_a, right_b, n=40):
    """Two groups of ``n``, so many of each answered right."""
    said = [1] * right_a + [0] * (n - right_a) + [1] * right_b + [0] * (n - right_b)
    return examples_of([1] * 2 * n, said, ["a"] * n + ["b"] * n)


def test_the_message_names_both_ends_and_shows_the_worse_group():
    with pytest.raises(BehaviourFailure) as failure:
        assert_bias_gap(model(), sides(40, 30), group="g", at_most=0.1)
    message = str(failure.value)
    assert message.startswith("accuracy gap by g 0.2500 > 0.1000 (n=80)")
    assert "largest between a 1.0000 and b 0.7500; cases are of b" in message
    assert "g=a 1.0000 [0.9124 .. 1.0000] (n=40) · g=b 0.7500 [0.5981" in message
    assert "worst 5 of 10" in message
    assert "95 % Newcombe, Bonferroni over 1 pair 0.0866 .. 0.4019 · inconc" in message


def test_a_gap_within_the_bound_passes_inclusive(session):
    result = assert_bias_gap(model(), sides(40, 30), group="g", at_most=0.25)
    assert (result.behaviour, result.value) == ("bias_gap", 0.25)
    assert "|accuracy gap|group:g|" in result.signature
    assert session.verdicts[0].verdict.outcome == "passed"


def test_of_an_error_rate_the_worse_group_is_the_higher_one():
    result = evaluate_bias_gap(
        model(), sides(40, 30), group="g", metric="false_negative_rate", positive=1
    )
    assert result.value == 0.25
    assert {case.note for case in result.cases} == {"b"}


def test_small_groups_are_refused_by_name_before_anything_is_asked():
    asked = model()
    with pytest.raises(DataError) as error:
        evaluate_bias_gap(asked, sides(29, 29, n=29), group="g")
    assert str(error.value).startswith("PTM209")
    assert "a (n=29), b (n=29)" in str(error.value)
    assert asked.rows_sent == 0
    assert evaluate_bias_gap(
        asked, sides(5, 5, n=5), group="g", min_group_size=5
    ).value == pytest.approx(0.0)


def test_one_group_is_no_comparison():
    examples = sides(40, 40).where(g="a")
    with pytest.raises(DataError, match=r"PTM209 .*one group only \(a\)"):
        evaluate_bias_gap(model(), examples, group="g")


def test_a_metric_undefined_in_a_group_names_it():
    examples = examples_of([1] * 40 + [0] * 40, [1] * 80, ["a"] * 40 + ["b"] * 40)
    with pytest.raises(DataError, match=r"PTM207 in group g=b: recall is undefined"):
        evaluate_bias_gap(model(), examples, group="g", metric="recall", positive=1)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"group": "h"}, "has no group column 'h'; it has 'g'"),
        ({"group": "g", "metric": "fairness"}, "unknown metric 'fairness'"),
        ({"group": "g", "min_group_size": 0}, "expected a whole number, 1 or more"),
        ({"group": "g", "metric": "recall"}, "pass positive="),
    ],
)
def test_wrong_arguments_are_refused(arguments, why):
    with pytest.raises(ArgumentError, match=why):
        evaluate_bias_gap(model(), sides(40, 40), **arguments)


def test_the_bound_follows_the_range_of_the_metric():
    with pytest.raises(ArgumentError, match=r"did you mean 0.05\?"):
        assert_bias_gap(model(), sides(40, 40), group="g", at_most=5)
    assert_bias_gap(model(), sides(40, 40), group="g", metric="log_loss", at_most=5)


def test_a_limit_is_checked_on_the_whole_and_marked():
    with activated(Session(lambda: Settings(limit=20))):
        result = evaluate_bias_gap(model(), sides(40, 40), group="g")
    assert (result.n, result.of) == (20, 80)


def test_a_gap_of_two_shares_is_exact():
    """0.90 - 0.85 is 0.05000000000000004 in binary, and 18/20 - 17/20 is 1/20."""
    assert 0.90 - 0.85 > 0.05
    assert_bias_gap(model(), sides(36, 34), group="g", at_most=0.05)
    for right in range(41):
        with activated(Session()):
            gap = evaluate_bias_gap(model(), sides(40, right), group="g").value
        assert gap == (40 - right) / 40


def test_a_gap_of_what_is_no_share_is_the_difference():
    result = evaluate_bias_gap(model(), sides(40, 30), group="g", metric="log_loss")
    low, high = sorted(figure.value for figure in result.by_group)
    assert result.value == high - low


def test_repeated_and_contradicting_texts_are_noted_beside_a_gap():
    examples = load_examples(
        [
            {"text": "the same", "label": number % 2, "g": "ab"[number % 4 // 2]}
            for number in range(80)
        ],
        groups=["g"],
    )
    notes = evaluate_bias_gap(model(), examples, group="g").notes
    assert "79 of 80 repeat an earlier text: 1 distinct, effective number 1.0" in notes
    assert any("contradicting labels" in note for note in notes)


def test_swapped_labels_are_noticed():
    """Every group is wrong, and so there is no gap."""
    said = [row % 2 for row in range(80)]
    examples = examples_of([1 - each for each in said], said, ["a", "b"] * 40)
    # Each group has one class here; over all of them both are predicted.
    result = evaluate_bias_gap(model(), examples, group="g")
    assert result.value == 0.0
    assert any("labels look swapped" in note for note in result.notes)


@pytest.mark.parametrize("other", ["no ne", "None", "none ", "n\u00f6ne"])
def test_groups_that_are_likely_one_are_named(other):
    twin = {"no ne": "no  ne", "n\u00f6ne": "no\u0308ne"}.get(other, "none")
    rows = examples_of([1] * 60, [1] * 60, [other] * 30 + [twin] * 30)
    notes = evaluate_bias_gap(model(), rows, group="g").notes
    assert [each for each in notes if "in spaces, case or accents alone" in each]
    apart = examples_of([1] * 60, [1] * 60, ["one"] * 30 + ["other"] * 30)
    notes = evaluate_bias_gap(model(), apart, group="g").notes
    assert not [each for each in notes if "accents alone" in each]
