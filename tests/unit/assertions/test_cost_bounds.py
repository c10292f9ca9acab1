"""Bounds on what answers cost: which are red, which open, which refused."""

import pytest
from ptm_fakes import by_word
from ptm_slow import FakeClock, SlowClassifier

from pytest_ptm import BehaviourFailure, Inconclusive, assert_cost
from pytest_ptm.behaviours import timing
from pytest_ptm.ground.errors import ArgumentError, ModelError
from pytest_ptm.runs.rows import row_of
from pytest_ptm.session import Session, activated
from pytest_ptm.settings import Settings
from pytest_ptm.tasks.powers import Weights


@pytest.fixture
def clock(monkeypatch):
    found = FakeClock()
    monkeypatch.setattr(timing, "now", found)
    return found


def slow(clock, factor=1.0, name="ours"):
    model = SlowClassifier(
        by_word(),
        name=name,
        clock=clock,
        takes=lambda text: factor * float(text.split()[-1]),
    )
    model.weighed = lambda: Weights(5_000_000, 20_000_000)
    return model


def texts(n):
    """The n-th takes n ms."""
    return [f"good {ms}" for ms in range(1, n + 1)]


def test_a_bound_on_p95_is_inclusive_and_its_message_says_where(clock, session):
    model = slow(clock)
    assert assert_cost(model, texts(100), at_most_p95_ms=95.001).n == 100
    with pytest.raises(BehaviourFailure) as failure:
        assert_cost(model, texts(100), at_most_p95_ms=94)
    lines = str(failure.value).splitlines()
    assert lines[0] == "p95_ms 95.0000 > 94.0000 (n=100)"
    said = str(failure.value)
    assert "order statistics" in said
    assert "machine: " in said
    assert "slowest: row-100 100.00 ms" in said
    row = row_of(session.verdicts[-1], "test_it.py::test_it")
    assert row.model_dump_json()
    assert (row.metric, row.at_most, row.better) == ("p95_ms", 94, "lower")


def test_each_bound_has_to_hold(clock, session):
    ours, theirs = slow(clock, 1.3), slow(clock, name="theirs")
    bounds = {
        "at_most_p95_ms": 200,
        "at_most_relative": 1.4,
        "at_most_memory_mb": 1e6,
        "at_most_parameters": 5_000_000,
    }
    result = assert_cost(ours, texts(40), than=theirs, **bounds)
    assert result.measurement.metric == "p95_ms"
    broken = {
        "at_most_p95_ms": (10, "p95_ms 49.4000 > 10.0000"),
        "at_most_relative": (1.2, "relative_time 1.3000 > 1.2000"),
        "at_most_parameters": (4_999_999, "parameters 5000000.0000 > 4999999.0000"),
    }
    for name, (bound, said) in broken.items():
        with pytest.raises(BehaviourFailure, match=said):
            assert_cost(ours, texts(40), than=theirs, **{**bounds, name: bound})
        assert row_of(session.verdicts[-1], "t.py::t").outcome == "failed"


def test_only_what_a_bound_needs_is_asked(clock):
    model = slow(clock)
    result = assert_cost(model, texts(5), at_most_parameters=5e6)
    assert model.batches == []
    assert result.cost.passes == 0
    assert_cost(model, texts(5), at_most_p95_ms=10, warm_up=2, passes=3)
    assert model.rows_sent == 2 + 3 * 5


def test_at_a_confidence_too_few_examples_show_nothing(clock):
    model = slow(clock)
    with pytest.raises(Inconclusive) as failure:
        assert_cost(model, texts(58), at_most_p95_ms=1e6, confidence=0.95)
    said = str(failure.value)
    assert "with fewer than 59 examples, whatever they show: 1 more" in said
    assert "more examples, if the true figure is this one" in said
    assert_cost(model, texts(59), at_most_p95_ms=59.001, confidence=0.95)
    with pytest.raises(Inconclusive):
        assert_cost(model, texts(100), at_most_p95_ms=96, confidence=0.95)
    with pytest.raises(BehaviourFailure, match=r"p95_ms 95.0000 > 50.0000 at 95 %"):
        assert_cost(model, texts(100), at_most_p95_ms=50, confidence=0.95)


def test_one_slow_pass_of_three_is_no_bound_held(clock):
    """The figure is of all passes, and so is what is said at a confidence."""
    asked = []

    def takes(text):
        asked.append(text)
        return 400.0 if len(asked) > 200 else 10.0

    model = SlowClassifier(by_word(), clock=clock, takes=takes)
    with pytest.raises(Inconclusive, match=r"p95_ms 400.0000, at_most_p95_ms=50.0"):
        assert_cost(
            model, texts(100), at_most_p95_ms=50, warm_up=0, passes=3, confidence=0.95
        )


def test_a_ratio_at_a_confidence_is_judged_by_its_pairs(clock):
    ours, theirs = slow(clock, 1.1), slow(clock, name="theirs")
    passing = {"than": theirs, "confidence": 0.95}
    assert_cost(ours, texts(20), at_most_relative=1.11, **passing)
    with pytest.raises(Inconclusive, match=r", at_most_relative=1\.11"):
        assert_cost(ours, texts(4), at_most_relative=1.11, **passing)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "give one bound or more: at_most_p95_ms="),
        ({"at_most_p95_ms": -1}, "outside"),
        ({"at_most_p95_ms": "5"}, "expected a number"),
        ({"at_most_p95_ms": 5, "than": "model"}, "give both"),
        ({"at_most_relative": 1.1}, "than= is left out"),
        ({"at_most_relative": 1.1, "than": "baseline"}, "another day"),
        ({"at_most_p95_ms": 5, "cluster": "side"}, "leave it out"),
        ({"at_most_p95_ms": 5, "estimand": "dataset"}, "leave it out"),
        ({"at_most_p95_ms": 5, "interval": "bca"}, "leave it out"),
        ({"at_most_p95_ms": 5, "early_stop": "certain"}, "cannot be had here"),
        ({"at_most_p95_ms": 5, "at_least": 3}, "at_least"),
        ({"at_most_p90_ms": 5}, "did you mean 'at_most_p95_ms'"),
        ({"at_most": 5}, "unknown argument 'at_most'.*at_most_p95_ms, at_most_rel"),
        ({"at_most_memory": 5}, "did you mean 'at_most_memory_mb'"),
        ({"at_most_memory_mb": 5, "confidence": 0.9}, "nothing to be confident of"),
        (
            {"at_most_p95_ms": 5, "at_most_relative": 2, "confidence": 0.9},
            "an assertion each",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_asked(
    arguments, said, clock
):
    model = slow(clock)
    with pytest.raises(ArgumentError, match=said):
        assert_cost(model, texts(5), **arguments)
    assert model.batches == []


def test_a_model_of_unknown_size_has_no_bound_on_it(clock):
    model = slow(clock)
    model.weighed = lambda: None
    with pytest.raises(ArgumentError, match="does not say how many parameters"):
        assert_cost(model, texts(5), at_most_parameters=1e9)


@pytest.mark.parametrize(
    "wrong",
    [
        (5, 20),
        Weights(-5, 20),
        Weights(0, 0),
        Weights(float("nan"), 4),
        Weights(5, True),
    ],
)
def test_a_size_that_no_model_has_holds_no_bound(wrong, clock):
    model = slow(clock)
    model.weighed = lambda: wrong
    with pytest.raises(ModelError, match=r"weighed\(\) of SlowClassifier gave"):
        assert_cost(model, texts(5), at_most_parameters=1e9)


def test_options_of_a_run_that_do_not_fit_are_left_aside(clock):
    settings = Settings(confidence=0.95, early_stop="certain", max_truncated=0.1)
    with activated(Session(lambda: settings)):
        assert_cost(slow(clock), texts(5), at_most_parameters=5e6)
        assert_cost(slow(clock), texts(60), at_most_p95_ms=61)
        with pytest.raises(ArgumentError, match="an assertion each"):
            assert_cost(slow(clock), texts(60), at_most_p95_ms=61, at_most_relative=2)


def test_beside_other_workers_times_stand_and_ratios_are_refused(clock):
    with activated(Session(workers=2)):
        model = slow(clock)
        with pytest.raises(BehaviourFailure, match="2 workers of pytest-xdist share"):
            assert_cost(model, texts(20), at_most_p95_ms=3)
        with pytest.raises(ArgumentError, match=r"two models seem alike.*-n0"):
            assert_cost(model, texts(5), at_most_relative=2, than=slow(clock, name="b"))
