"""How a verdict is reached: at a confidence, by which interval, over which rows."""

import math
from pathlib import Path

import pytest
from scipy import stats

from pytest_ptm import (
    BehaviourFailure,
    Inconclusive,
    assert_accuracy,
    assert_bias_gap,
    assert_metric,
    load_examples,
)
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results import Interval
from pytest_ptm.session import Session, activated
from pytest_ptm.session.running_test import RunningTest
from pytest_ptm.settings import Settings


def rows(right, n, documents=None):
    """``right`` of ``n`` examples are answered right."""
    table = [
        {"text": f"good {i}", "label": "positive" if i < right else "negative"}
        for i in range(n)
    ]
    if documents is None:
        return load_examples(table)
    for row, document in zip(table, documents, strict=True):
        row["document"] = document
    return load_examples(table, groups=["document"])


def one_sided(hits, n, confidence, method="exact"):
    # Either end of the two-sided interval that leaves the same error on its side.
    found = stats.binomtest(hits, n).proportion_ci(2 * confidence - 1, method=method)
    return found.low, found.high


@pytest.mark.parametrize("right", [170, 180, 184, 188, 189, 199])
def test_a_bound_is_cleared_missed_or_neither_by_exact_one_sided_bounds(
    model, session, right
):
    low, high = one_sided(right, 200, 0.95)
    expected = "passed" if low >= 0.9 else "failed" if high < 0.9 else "inconclusive"
    try:
        assert_accuracy(model, rows(right, 200), at_least=0.9, confidence=0.95)
    except Inconclusive:
        found = "inconclusive"
    except BehaviourFailure:
        found = "failed"
    else:
        found = "passed"
    assert found == expected == session.verdicts[0].verdict.outcome
    judged = session.verdicts[0].verdict.judged
    assert (judged.low, judged.high) == pytest.approx((low, high), abs=1e-12)


def test_the_six_cases_above_come_out_all_three_ways():
    outcomes = set()
    for right in (170, 184, 199):
        low, high = one_sided(right, 200, 0.95)
        outcomes.add("passed" if low >= 0.9 else "failed" if high < 0.9 else "open")
    assert outcomes == {"passed", "failed", "open"}


def test_the_message_prints_the_bound_that_judged(model):
    with pytest.raises(BehaviourFailure) as failed:
        assert_accuracy(model, rows(170, 200), at_least=0.9, confidence=0.95)
    high = one_sided(170, 200, 0.95)[1]
    lines = str(failed.value).splitlines()
    assert lines[0] == "accuracy 0.8500 < 0.9000 at 95 % (n=200)"
    assert lines[2] == (
        f"  judged on  one-sided 95 % upper bound {high:.4f} < 0.9000 · Clopper-Pearson"
    )
    low, high = one_sided(170, 200, 0.975, "wilson")
    assert lines[3] == f"  interval   95 % Wilson {low:.4f} .. {high:.4f} · for reading"


def test_an_inconclusive_message_says_how_many_more_examples_would_settle_it(model):
    with pytest.raises(Inconclusive) as found:
        assert_accuracy(model, rows(184, 200), at_least=0.9, confidence=0.95)
    message = str(found.value)
    low, high = one_sided(184, 200, 0.95)
    assert message.startswith(
        "inconclusive at 95 %: accuracy 0.9200, at_least=0.9000 (n=200)\n"
    )
    assert (
        f"one-sided 95 % lower bound {low:.4f} and upper bound {high:.4f} · "
        "Clopper-Pearson: 0.9000 lies between"
    ) in message
    assert "more examples, if the true figure is this one" in message


def test_an_upper_bound_is_judged_on_the_other_sides(model, session):
    gap = {"group": "document", "at_most": 0.3, "confidence": 0.95}
    groups = ["a"] * 100 + ["b"] * 100
    assert_bias_gap(model, rows(195, 200, groups), **gap)
    judged = session.verdicts[0].verdict.judged
    assert judged.high <= 0.3
    with pytest.raises(BehaviourFailure, match=r"> 0\.3000 at 95 %"):
        assert_bias_gap(model, rows(150, 200, groups), **gap)
    assert session.verdicts[1].verdict.judged.low > 0.3


def test_the_run_decides_unless_the_assertion_says_otherwise(model):
    with activated(Session(lambda: Settings(confidence=0.95))):
        with pytest.raises(Inconclusive):
            assert_accuracy(model, rows(184, 200), at_least=0.9)
        assert_accuracy(model, rows(184, 200), at_least=0.9, confidence="off")
        assert_accuracy(model, rows(190, 200), at_least=0.9, confidence=0.9)


def test_what_no_sample_can_show_is_refused_or_judged_on_the_figure(model, session):
    with pytest.raises(ArgumentError, match=r"at_least=1 cannot be shown"):
        assert_accuracy(model, rows(5, 5), at_least=1.0, confidence=0.95)
    assert model.rows_sent == 0
    with activated(Session(lambda: Settings(confidence=0.95))):
        result = assert_accuracy(model, rows(5, 5), at_least=1.0)
        assert "judged on the figure itself" in result.notes[-1]
        with pytest.raises(BehaviourFailure, match=r"0\.8000 < 1\.0000 \(n=5\)"):
            assert_accuracy(model, rows(4, 5), at_least=1.0)


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        ({"confidence": 0.5}, "between 0.5 and 1"),
        ({"confidence": 1}, "between 0.5 and 1"),
        ({"confidence": 95}, r"did you mean 0\.95"),
        ({"confidence": float("nan")}, "finite"),
        ({"confidence": "high"}, "expected a number"),
        ({"on_inconclusive": "ignore"}, "expected one of"),
        ({"early_stop": "maybe"}, "expected one of"),
        ({"interval": "wald"}, "expected one of"),
        ({"estimand": "sample"}, "expected one of"),
        ({"cluster": "paper"}, "no group column 'paper'"),
        ({"cluster": "document"}, "has 1 value"),
        ({"confidense": 0.95}, "did you mean 'confidence'"),
        ({"at_least": 90}, r"did you mean 0\.90"),
        ({"at_least": float("nan")}, "finite"),
    ],
)
def test_bad_input_is_refused_before_the_first_question(model, wrong, match):
    examples = rows(4, 5, ["d"] * 5)
    with pytest.raises(ArgumentError, match=match):
        assert_accuracy(model, examples, **{"at_least": 0.5, **wrong})
    assert model.rows_sent == 0


def test_the_interval_can_be_named(model, session):
    assert_accuracy(model, rows(190, 200), at_least=0.5, interval="clopper-pearson")
    exact = stats.binomtest(190, 200).proportion_ci(method="exact")
    low, high = exact.low, exact.high
    found = session.verdicts[0].verdict.result.measurement.interval
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)
    with pytest.raises(ArgumentError, match=r"not offered for log_loss.*'bca', 't'"):
        assert_metric(
            model, rows(190, 200), metric="log_loss", at_most=9, interval="wilson"
        )
    assert_metric(model, rows(190, 200), metric="log_loss", at_most=9, interval="t")
    assert session.verdicts[1].verdict.result.measurement.interval.method == "t"


@pytest.mark.parametrize("method", ["wilson", "jeffreys", "clopper-pearson"])
def test_no_choice_of_interval_changes_what_judges(model, session, method):
    # 20 of 20 against .87: Wilson's bound passes it, one such share in .06 wrongly.
    with pytest.raises(Inconclusive):
        assert_accuracy(
            model, rows(20, 20), at_least=0.87, confidence=0.95, interval=method
        )
    verdict = session.verdicts[0].verdict
    assert verdict.judged.method == "Clopper-Pearson"
    assert verdict.judged.low == pytest.approx(0.05 ** (1 / 20), abs=1e-12)
    assert verdict.result.measurement.interval.method.lower() == method


@pytest.mark.parametrize("metric", ["f1", "roc_auc"])
def test_a_perfect_model_is_judged(model, session, metric):
    both = [
        {"text": f"{text} {i}", "label": label}
        for i in range(60)
        for text, label in (("good", "positive"), ("bad", "negative"))
    ]
    how = {"metric": metric, "positive": "positive", "confidence": 0.95}
    assert_metric(model, both, at_least=0.9, **how)
    assert session.verdicts[0].verdict.result.value == 1.0


def test_a_loss_without_an_end_is_said_to_hide_rare_ones(model):
    how = {"at_most": 5, "confidence": 0.95}
    result = assert_metric(model, rows(190, 200), metric="log_loss", **how)
    assert "rare losses that none of these examples shows" in result.notes[-1]
    how["at_most"] = 0.9
    result = assert_metric(model, rows(190, 200), metric="brier", **how)
    assert not any("rare losses" in note for note in result.notes)


def test_what_no_number_of_examples_settles_is_inconclusive_all_the_same(model):
    """How many more would settle it came out infinite, or was divided by nothing."""
    table = [
        {
            "text": f"{'good' if i % 3 else 'bad'} {i}",
            "label": "positive",
            "side": "ab"[i % 2],
        }
        for i in range(120)
    ]
    with pytest.raises(Inconclusive, match="log_loss gap by side") as failure:
        assert_bias_gap(
            model,
            load_examples(table, groups=["side"]),
            group="side",
            metric="log_loss",
            at_most=0.1,
            confidence=0.95,
        )
    assert "to settle  no number of examples" in str(failure.value)
    just_below = math.nextafter(0.1, 0)
    with pytest.raises(Inconclusive) as failure:
        assert_accuracy(model, rows(20, 200), at_least=just_below, confidence=0.95)
    assert "to settle  no number of examples" in str(failure.value)


def test_clusters_widen_the_interval(model, session):
    documents = [f"d{i // 10}" for i in range(200)]
    examples = rows(150, 200, documents)
    assert_accuracy(model, examples, at_least=0.5, cluster="document")
    found = session.verdicts[0].verdict.result.measurement.interval
    # Clusters that are all right or all wrong tell about what one row each would.
    apart = stats.binomtest(15, 20).proportion_ci(method="exact")
    assert (found.low, found.high) == pytest.approx((apart.low, apart.high), abs=0.04)
    assert found.method == "Korn-Graubard over 20 clusters"


def test_of_the_data_set_itself_the_figure_is_exact(model, session):
    assert_accuracy(
        model, rows(180, 200), at_least=0.9, confidence=0.95, estimand="dataset"
    )
    judged = session.verdicts[0].verdict.judged
    assert judged == Interval(0.9, 0.9, 0.95, "every row asked")
    with pytest.raises(BehaviourFailure, match="every row asked"):
        assert_accuracy(
            model, rows(179, 200), at_least=0.9, confidence=0.95, estimand="dataset"
        )


def test_a_figure_without_an_interval_is_inconclusive_at_a_confidence(model):
    with pytest.raises(Inconclusive, match="nothing: average_precision has no"):
        assert_metric(
            model,
            rows(4, 5),
            metric="average_precision",
            positive="positive",
            at_least=0.1,
            confidence=0.95,
        )


@pytest.mark.parametrize("outcome", ["skip", "xfail"])
def test_an_inconclusive_test_ends_as_it_asked(model, session, outcome):
    told = []
    session.test = RunningTest("t", excuse=lambda *said: told.append(said))
    # The shell's own way did not end it (--runxfail): then it fails.
    with pytest.raises(Inconclusive):
        assert_accuracy(
            model,
            rows(184, 200),
            at_least=0.9,
            confidence=0.95,
            on_inconclusive=outcome,
        )
    assert told[0][0] == outcome
    assert told[0][1].startswith("inconclusive at 95 %")


def test_an_inconclusive_test_may_pass_and_a_failed_one_may_not(model, session):
    how = {"at_least": 0.9, "confidence": 0.95, "on_inconclusive": "pass"}
    assert assert_accuracy(model, rows(184, 200), **how).value == 0.92
    assert session.verdicts[0].verdict.outcome == "inconclusive"
    with pytest.raises(BehaviourFailure):
        assert_accuracy(model, rows(150, 200), **how)


def test_a_verdict_knows_where_it_was_asked_for(model, session):
    assert_accuracy(model, rows(4, 5), at_least=0.5)
    file, line = session.verdicts[0].at
    assert file == __file__
    assert "assert_accuracy" in Path(file).read_text().splitlines()[line - 1]


@pytest.mark.parametrize(
    "inner", [{"low": -1.0}, {"high": 2.0}, {"better": "lower"}, {"limits": {}}]
)
def test_what_an_assertion_itself_decides_cannot_be_handed_in(inner, model):
    with pytest.raises(ArgumentError, match="unknown argument"):
        assert_accuracy(model, rows(4, 4), at_least=0.5, **inner)
