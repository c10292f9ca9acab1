"""A behaviour asked in parts: joined it is the whole, and scores are no figures."""

import dataclasses
import math
import pickle

import numpy as np
import pytest
from ptm_fakes import FakeClassifier

from pytest_ptm import assert_metric, load_examples
from pytest_ptm.behaviours import metric as metric_behaviour
from pytest_ptm.behaviours.bias import bias_gap
from pytest_ptm.behaviours.direction import direction
from pytest_ptm.behaviours.inquiry import AsAWhole, MeanOfUnits, run
from pytest_ptm.behaviours.invariance import invariance
from pytest_ptm.behaviours.metric import figure
from pytest_ptm.engine.plan import windows
from pytest_ptm.ground.errors import ArgumentError, BehaviourFailure
from pytest_ptm.metrics.classification.table import METRICS
from pytest_ptm.perturbations import casing, typos
from pytest_ptm.session import Session, activated

MEANS = ["accuracy", "f1_micro", "recall_micro", "precision_micro", "brier"]


def noisy(text):
    rng = np.random.default_rng(sum(map(ord, text)))
    return rng.normal(size=3).tolist()


def fresh():
    return FakeClassifier(noisy, ("a", "b", "c"))


@pytest.fixture
def examples():
    rng = np.random.default_rng(1)
    table = [
        {
            "text": ("TEXT" if i % 3 else "text") + f" number {i} of them",
            "label": "abc"[int(rng.integers(3))],
            "side": "xy"[i % 2],
        }
        for i in range(300)
    ]
    return load_examples(table, groups=["side"])


def inquiries(model, examples):
    under = [casing("upper"), typos(rate=0.05)]
    how = {"tolerance": 0.0, "fields": None, "seed": 3}
    of = {"positive": None, "label_map": None, "min_group_size": 30}
    yield figure(model, examples, metric="f1_macro")
    yield figure(model, examples, metric="accuracy")
    yield bias_gap(model, examples, group="side", metric="accuracy", **of)
    yield invariance(model, examples, under=under, **how)
    yield direction(model, examples, under=under, expect="increase", of="b", **how)


def compared(result):
    """A result without what the asking itself cost."""
    plain = dataclasses.replace(result, cost=dataclasses.replace(result.cost, passes=0))
    plain = dataclasses.replace(plain, cost=type(plain.cost)())
    outcomes = result.outcomes
    return repr(plain), outcomes.ids, outcomes.right.tolist(), outcomes.groups


@pytest.mark.parametrize("number", range(5))
def test_what_is_heard_in_windows_joins_to_the_whole(examples, number):
    with activated(Session()):
        whole = run(list(inquiries(fresh(), examples))[number])
    with activated(Session()):
        inquiry = list(inquiries(fresh(), examples))[number]
        parts = [
            inquiry.ask(units) for units in windows(len(inquiry.units), size=37, seed=5)
        ]
        units = np.arange(len(inquiry.units))
        joined = inquiry.result(inquiry.join(parts), units)
    assert compared(joined) == compared(whole)
    assert joined.measurement == whole.measurement
    assert (joined.counts, joined.notes) == (whole.counts, whole.notes)


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_the_scores_of_windows_are_those_of_the_whole(examples, number):
    with activated(Session()):
        inquiry = list(inquiries(fresh(), examples))[number]
        whole = {}
        for units in windows(len(inquiry.units), size=41, seed=2):
            scores = inquiry.score(inquiry.ask(units), units).tolist()
            ids = [inquiry.units.ids[unit] for unit in units]
            whole.update(zip(ids, scores, strict=True))
        result = run(inquiry)
    # Of a gap each example adds what it adds to the figure of its group.
    expected = result.outcomes.right if number == 2 else result.outcomes.scores
    assert [whole[i] for i in result.outcomes.ids] == expected.astype(float).tolist()


@pytest.mark.parametrize("name", [*MEANS, "selection_rate"])
def test_the_mean_of_per_unit_is_the_figure(examples, name):
    positive = "b" if METRICS[name].needs_positive else None
    with activated(Session()):
        inquiry = figure(fresh(), examples, metric=name, positive=positive)
        units = np.arange(len(examples))
        heard = inquiry.ask(units)
        scores = inquiry.score(heard, units)
        assert scores.min() >= inquiry.figure.least
        assert scores.max() <= inquiry.figure.most
        value = inquiry.result(heard, units).value
    assert math.fsum(scores) / len(scores) == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("positive", [None, "a"])
def test_the_range_of_brier_is_known_beforehand(classes, positive):
    model = FakeClassifier(lambda text: [9.0, -9.0, -9.0][:classes], "abc"[:classes])
    rows = [{"text": "x", "label": "b"}]
    with activated(Session()):
        inquiry = figure(model, rows, metric="brier", positive=positive)
        assert run(inquiry).value == pytest.approx(inquiry.figure.most, abs=1e-6)


def test_every_metric_is_a_mean_or_says_why_it_is_none(examples):
    kinds = {}
    for name, metric in METRICS.items():
        positive = "a" if metric.needs_positive else None
        with activated(Session()):
            inquiry = figure(fresh(), examples, metric=name, positive=positive)
        kinds[name] = inquiry.figure
    means = {name for name, kind in kinds.items() if isinstance(kind, MeanOfUnits)}
    assert means == {*MEANS, "selection_rate"}
    why = {name: kind.why for name, kind in kinds.items() if isinstance(kind, AsAWhole)}
    assert why["log_loss"] == "log_loss has no end: one example can outweigh all others"
    assert why["roc_auc_ovr"] == "roc_auc_ovr is of the order of all probabilities"
    assert why["recall"].startswith("recall is made of ratios")


def test_the_scores_of_a_small_window_need_no_figure(examples, monkeypatch):
    """selection_rate and its kin are defined there, but a metric might not be."""

    def measure(*_, **__):
        raise AssertionError("a score asked for the figure")

    monkeypatch.setattr("pytest_ptm.metrics.classification.table.measure", measure)
    with activated(Session()):
        inquiry = figure(fresh(), examples, metric="accuracy")
        heard = inquiry.ask(np.array([7]))
        assert len(inquiry.score(heard, np.array([7]))) == 1


@pytest.mark.parametrize("name", [*MEANS, "selection_rate"])
@pytest.mark.parametrize("at_most", [0.05, 0.3, 0.36, 0.9])
def test_certain_is_what_all_rows_say(examples, name, at_most):
    how = {"metric": name}
    if METRICS[name].needs_positive:
        how["positive"] = "b"
    side = "at_most" if METRICS[name].better == "lower" else "at_least"

    def outcome(**more):
        with activated(Session()):
            try:
                assert_metric(fresh(), examples, **how, **{side: at_most}, **more)
            except BehaviourFailure:
                return "failed"
            return "passed"

    assert outcome(early_stop="certain") == outcome()


def test_an_original_that_no_change_touches_is_not_asked():
    model = fresh()
    texts = ["ALREADY LOUD", "quiet", "STILL LOUD", "as quiet"]
    with activated(Session()):
        result = run(
            invariance(
                model, texts, under=casing("upper"), tolerance=None, fields=None, seed=0
            )
        )
    sent = sorted(text for batch in model.batches for text in batch)
    assert sent == sorted(["quiet", "QUIET", "as quiet", "AS QUIET"])
    assert (result.n, result.counts.unchanged, result.counts.asked) == (2, 2, 4)


def test_a_missing_positive_class_is_said_before_asking(examples):
    model = fresh()
    with activated(Session()), pytest.raises(ArgumentError, match="pass positive="):
        metric_behaviour.evaluate_metric(model, examples, metric="selection_rate")
    assert not model.batches


def test_answers_and_units_are_plain_values(examples):
    with activated(Session()):
        inquiry = figure(fresh(), examples, metric="accuracy")
        heard = inquiry.ask(np.arange(5))
    again = pickle.loads(pickle.dumps(heard))
    assert again[0].rows.tolist() == heard[0].rows.tolist()
    assert (
        again[0].given.predictions.logits == heard[0].given.predictions.logits
    ).all()
