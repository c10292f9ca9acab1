"""Two models asked in windows: joined they are the whole, and verdicts stop early."""

import dataclasses

import numpy as np
import pytest
from ptm_fakes import FakeClassifier

from pytest_ptm import assert_agrees, assert_not_worse
from pytest_ptm.behaviours.agreement import agreement
from pytest_ptm.behaviours.comparison import not_worse
from pytest_ptm.behaviours.inquiry import AsAWhole, MeanOfUnits, run
from pytest_ptm.engine.plan import windows
from pytest_ptm.ground.errors import ArgumentError, BehaviourFailure, Inconclusive
from pytest_ptm.metrics.classification.table import METRICS
from pytest_ptm.session import Session, activated
from pytest_ptm.settings import Settings

CLASSES = ("a", "b", "c")
ROWS = [
    {"text": f"text {row} of {CLASSES[row % 3]}", "label": CLASSES[row % 3], "side": s}
    for row, s in enumerate("xyxxy" * 80)
]
MEANS = {"accuracy", "f1_micro", "recall_micro", "precision_micro", "brier"}


def model(name, right=0.8, classes=CLASSES):
    def logits(text):
        rng = np.random.default_rng([*map(ord, text), *map(ord, name)])
        said = text[-1] if rng.random() < right else CLASSES[rng.integers(3)]
        return [2.5 * (kind == said) + rng.random() for kind in classes]

    return FakeClassifier(logits, classes, name=name)


def compared(metric="accuracy", rows=ROWS, right=0.8, positive=None):
    return not_worse(
        model("now", right),
        rows,
        than=model("then", 0.8, ("c", "a", "b")),
        metric=metric,
        positive=positive,
        label_map=None,
    )


def alike(rows=ROWS):
    than = model("then", 0.8, ("c", "a", "b"))
    return agreement(model("now"), rows, than=than, tolerance=0.5)


INQUIRIES = {
    "accuracy": lambda rows=ROWS: compared("accuracy", rows),
    "brier": lambda rows=ROWS: compared("brier", rows),
    "f1_macro": lambda rows=ROWS: compared("f1_macro", rows),
    "agreement": alike,
}


def told(result):
    """Everything a result says, but what the asking itself cost."""
    plain = {f.name: getattr(result, f.name) for f in dataclasses.fields(result)}
    outcomes = plain.pop("outcomes")
    scores = outcomes.gains if outcomes.gains is not None else outcomes.scores
    plain |= {"ids": outcomes.ids, "right": outcomes.right.tolist(), "cost": None}
    return {name: repr(value) for name, value in plain.items()}, repr(scores)


@pytest.mark.parametrize("make", INQUIRIES.values(), ids=INQUIRIES)
def test_what_is_heard_in_windows_joins_to_the_whole(make):
    whole = run(make())
    with activated(Session()):
        inquiry = make()
        parts = [inquiry.ask(units) for units in windows(len(ROWS), size=61, seed=3)]
        joined = inquiry.result(inquiry.join(parts), np.arange(len(ROWS)))
    assert told(joined) == told(whole)
    assert joined.cost.forwarded == whole.cost.forwarded == 2 * len(ROWS)


@pytest.mark.parametrize("make", INQUIRIES.values(), ids=INQUIRIES)
def test_the_result_of_some_is_that_of_asking_just_those(make):
    inquiry, some = make(), np.array([1, 2, 7, 30, 31, 40, 41, 60, 63])
    parts = [inquiry.ask(some[[5, 0, 2, 8]]), inquiry.ask(some[[1, 3, 7, 6, 4]])]
    found = inquiry.result(inquiry.join(parts), some)
    with activated(Session()):
        alone = run(make(inquiry.examples.take(some.tolist())))
    assert told(found) == told(alone)


@pytest.mark.parametrize("name", sorted(MEANS | {"selection_rate"}))
def test_the_mean_of_what_rows_add_is_the_gain(name):
    positive = "b" if METRICS[name].needs_positive else None
    inquiry = compared(name, positive=positive)
    found = []
    for units in windows(len(ROWS), size=50, seed=1):
        found += inquiry.score(inquiry.ask(units), units).tolist()
    assert min(found) >= inquiry.figure.least
    assert max(found) <= inquiry.figure.most
    assert inquiry.figure.least == -inquiry.figure.most
    result = run(inquiry)
    assert np.mean(found) == pytest.approx(result.value, abs=1e-12)


def test_every_metric_is_a_mean_of_gains_or_says_why_it_is_none():
    kinds = {}
    for name, metric in METRICS.items():
        positive = "b" if metric.needs_positive else None
        kinds[name] = compared(name, positive=positive).figure
    means = {name for name, kind in kinds.items() if isinstance(kind, MeanOfUnits)}
    assert means == MEANS | {"selection_rate"}
    why = {name: kind.why for name, kind in kinds.items() if isinstance(kind, AsAWhole)}
    assert why["f1_macro"].startswith("f1_macro is made of ratios")
    assert why["log_loss"].endswith("one example can outweigh all others")


def outcome(judge):
    with activated(Session()):
        try:
            result = judge()
        except Inconclusive:
            return "inconclusive", None
        except BehaviourFailure:
            return "failed", None
    return "passed", result.stopped


@pytest.mark.parametrize("metric", ["accuracy", "brier"])
@pytest.mark.parametrize("right", [0.3, 0.75, 0.8])
@pytest.mark.parametrize("margin", [0.0, 0.05])
def test_certain_is_what_all_rows_say(metric, right, margin):
    def judged(**how):
        return outcome(
            lambda: assert_not_worse(
                model("now", right),
                ROWS,
                than=model("then"),
                metric=metric,
                margin=margin,
                **how,
            )
        )

    for how in ({}, {"confidence": 0.95}):
        assert judged(early_stop="certain", **how)[0] == judged(**how)[0]


def last_window(n):
    """The rows that are asked last."""
    return set(list(windows(n, size=64, seed=0))[-1].tolist())


def only_right_about(rows, name):
    def logits(text):
        number, label = text.split()
        hit = int(number) in rows
        return [2.0 if (kind == label) == hit else 0.0 for kind in "ab"]

    return FakeClassifier(logits, ("a", "b"), name=name)


def held_against(ours, theirs, n, margin, **how):
    """Whether a model that is right about some rows passes against another one."""
    labels = ["ab"[row % 2] for row in range(n)]
    rows = [{"text": f"{row} {y}", "label": y} for row, y in enumerate(labels)]
    now, then = only_right_about(ours, "now"), only_right_about(theirs, "then")
    return outcome(
        lambda: assert_not_worse(now, rows, than=then, margin=margin, **how)
    )[0]


def test_a_gain_at_its_margin_is_never_certain_beforehand():
    """(1 - 0.41) / 2 of 200 rows is 59, and as floats a hair more, which 59 miss."""
    last = last_window(200)
    ours = last | set(sorted(set(range(200)) - last)[: 59 - len(last)])
    theirs = set(range(200)) - ours
    for stop in ("off", "certain"):
        assert held_against(ours, theirs, 200, 0.41, early_stop=stop) == "passed"


def test_rows_that_neither_gains_are_no_misses():
    """Until the last window no row is lost; then too many to show the margin."""
    everything = set(range(200))
    how = {"confidence": 0.95, "on_inconclusive": "fail"}
    ours = everything - set(sorted(last_window(200))[:3])
    for stop in ("off", "certain"):
        found = held_against(ours, everything, 200, 0.02, early_stop=stop, **how)
        assert found == "inconclusive"


def test_a_clear_comparison_asks_both_models_a_part_only():
    now, then = model("now", 0.3), model("then")
    with pytest.raises(BehaviourFailure) as failure:
        assert_not_worse(now, ROWS, than=then, early_stop="confident", confidence=0.95)
    first = str(failure.value).splitlines()[0]
    assert "gain in accuracy over then < -0.0200, confident at 95 % after" in first
    assert now.rows_sent == then.rows_sent < len(ROWS) / 2


def test_a_copy_that_agrees_is_settled_early():
    now, then = model("now", 1.0), model("then", 1.0)
    result = assert_agrees(now, ROWS, than=then, at_least=0.5, early_stop="confident")
    assert result.stopped.asked == now.rows_sent == then.rows_sent < len(ROWS) / 2
    with activated(Session(lambda: Settings(limit=100))):
        result = assert_agrees(model("now", 1.0), ROWS, than=then, at_least=0.9)
        assert (result.of, result.n) == (len(ROWS), 100)


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"metric": "f1_macro"}, "f1_macro is made of ratios"),
        ({"metric": "log_loss"}, "log_loss has no end"),
        ({"metric": "roc_auc_ovr"}, "is of the order of all probabilities"),
        ({"at_most_negative_flips": 0.1}, "a further limit is of every single row"),
    ],
)
def test_what_cannot_stop_early_says_why_before_asking(how, why):
    now = model("now")
    with pytest.raises(ArgumentError, match=why):
        assert_not_worse(now, ROWS, than=model("then"), early_stop="certain", **how)
    assert not now.batches
