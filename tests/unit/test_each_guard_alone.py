"""Each guard by itself: with any one of them taken out, a test here is red."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from ptm_fakes import FakeClassifier, by_word
from ptm_rows import COST, log_of, row

from pytest_ptm import BehaviourFailure, assert_accuracy, load_examples
from pytest_ptm.assertions.settling import Asked, settling_of
from pytest_ptm.behaviours.inquiry import MeanOfUnits, Units
from pytest_ptm.results import (
    Bound,
    Measurement,
    ModelCard,
    Result,
    Stopped,
    Verdict,
)
from pytest_ptm.runs.log import RunLog, TestLog
from pytest_ptm.session import Session, activated
from pytest_ptm.settings import Settings
from pytest_ptm.shell import guards, problems
from pytest_ptm.shell.configuration import log_key, raw_key, session_key
from pytest_ptm.verdicts.headline import headline
from pytest_ptm.verdicts.judge import judge

RAW = {
    "models": [],
    "ini_models": [],
    "values": {},
    "require": False,
    "require_asked": False,
    "left_over": None,
}


def codes(log, **raw):
    return [code for code, _ in problems.problems(log, {**RAW, **raw})]


def test_an_expected_failure_without_a_fixture_of_ours_counts_by_its_verdict():
    log = log_of(row(), test_it="xfailed")
    assert not log.tests["test_it.py::test_it[candidate]"].uses_model
    assert codes(log, values={"max_xfail": 0}) == ["PTM109"]
    assert codes(log, values={"max_xfail": 1}) == []
    log.rows = []
    assert codes(log, values={"max_xfail": 0}) == []


def test_an_internal_error_alone_is_a_problem_of_the_run():
    log = log_of(row(outcome="passed"))
    assert codes(log) == []
    log.internal_errors.append("KeyError: 'x'")
    assert codes(log) == ["PTM106"]


@pytest.mark.parametrize("status", [0, 5])
@pytest.mark.parametrize(
    ("found", "ends"),
    [
        ("internal_errors", 3),
        ("problems", 1),
        ("strays", 1),
        ("pending", 1),
        ("nothing", None),
    ],
)
def test_the_last_guard_is_the_exit_code(found, status, ends):
    log, session = RunLog(), Session(of_run=True)
    log.written = log.complete = True
    if found == "internal_errors":
        log.internal_errors.append("x")
    elif found == "problems":
        log.problems.append(("PTM103", "x"))
    elif found == "strays":
        session.strays.append("x")
    elif found == "pending":
        session.pending.append("x")
    run = SimpleNamespace(
        config=SimpleNamespace(
            stash={log_key: log, session_key: session, raw_key: RAW},
            option=SimpleNamespace(collectonly=False),
        ),
        exitstatus=status,
    )
    guards.close(run)
    assert int(run.exitstatus) == (status if ends is None else ends)


def test_a_figure_that_is_no_number_holds_no_bound():
    assert not Bound(at_least=0.5).holds(math.nan)
    assert not Bound(at_most=0.5).holds(math.nan)
    nan = Measurement("accuracy", math.nan, 5, "higher")
    assert judged(nan, Bound(at_least=0.0)).outcome == "failed"
    assert judged(nan, Bound(at_most=1.0)).outcome == "failed"


def judged(measurement, bound, stopped=None) -> Verdict:
    result = Result(
        behaviour="accuracy",
        model=ModelCard("m", "./m", "ab" * 32),
        task="text-classification",
        measurement=measurement,
        signature="s",
        stopped=stopped,
    )
    return judge(result, bound)


@pytest.mark.parametrize("value", [0.2, 0.8])
@pytest.mark.parametrize("outcome", ["passed", "failed", "inconclusive"])
def test_what_asking_was_stopped_for_is_the_verdict(value, outcome):
    # Of the rows asked the figure may lie on either side; the verdict is of the data.
    stopped = Stopped(10, 100, "certain", outcome, seed=0)
    measurement = Measurement("accuracy", value, 10, "higher")
    verdict = judged(measurement, Bound(at_least=0.5), stopped)
    assert verdict.outcome == outcome
    if outcome != "inconclusive":
        assert (">=" if outcome == "passed" else "<") in headline(verdict)


def observing(bound, alpha, *windows, estimand="dataset", total=100):
    rows = load_examples([{"text": f"x{i}", "label": "a"} for i in range(total)])
    units = Units.each(rows)
    settling = settling_of(
        MeanOfUnits(), Asked(units, units, None, bound, estimand, alpha)
    )
    seen = 0
    for scores in windows:
        asked = np.arange(seen, seen := seen + len(scores))
        found = settling.observe(asked, np.array(scores, dtype=float))
    return found


def test_scores_between_0_and_1_are_judged_as_a_mean_and_not_as_misses():
    bound = Bound(at_least=0.4)
    # As shares, 70 misses of 100 could never come to 40.
    assert observing(bound, None, [0.0] * 70) == ("failed", "certain")
    assert observing(bound, None, [0.5] * 70) is None
    assert observing(bound, 0.05, [0.5] * 70) == ("passed", "confident")
    # Nor are they forgotten when the scores after them are all 0 or 1.
    assert observing(bound, None, [0.5] * 60, [0.0, 1.0] * 5) is None
    assert observing(bound, None, [0.5] * 60, [1.0] * 11) == ("passed", "certain")


def test_at_a_confidence_scores_between_0_and_1_are_asked_to_the_end():
    bound, how = Bound(at_least=0.4, confidence=0.95), {"estimand": "population"}
    assert observing(bound, None, [0.0] * 90, **how) == ("failed", "certain")
    assert observing(bound, None, [0.0] * 89, [0.5], **how) is None
    assert observing(bound, None, [0.5], [0.0] * 90, **how) is None


def test_the_order_of_asking_is_the_seeds():
    table = [{"text": f"good {i}", "label": "positive"} for i in range(2_000)]

    def first_asked(seed):
        model = FakeClassifier(by_word())
        with activated(Session(lambda: Settings(seed=seed))):
            result = assert_accuracy(model, table, at_least=0.5, early_stop="certain")
        assert result.stopped.seed == seed
        return {text for batch in model.batches for text in batch}

    assert first_asked(7) == first_asked(7)
    assert first_asked(7) != first_asked(0)


def test_a_verdict_that_a_run_stopped_for_is_raised():
    rows = [{"text": f"good {i}", "label": "negative"} for i in range(200)]
    with activated(Session()), pytest.raises(BehaviourFailure):
        assert_accuracy(
            FakeClassifier(by_word()), rows, at_least=0.1, early_stop="certain"
        )


def test_cost_alone_is_a_question_asked():
    log = log_of()
    log.tests["test_it.py::test_it"] = test = TestLog()
    test.uses_model = True
    assert codes(log) == ["PTM103"]
    log.costs = [COST]
    assert codes(log) == []


def test_a_worker_that_did_not_tell_of_its_models_is_a_problem_of_the_run():
    log = log_of(row(outcome="passed"))
    log.unsaid = ["gw1"]
    assert codes(log) == ["PTM102"]
    assert not problems.problems(log, RAW, failed_already=True)


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (["a" * 64, "a" * 64], []),
        (["a" * 64, "b" * 64], ["PTM107"]),
    ],
)
def test_two_processes_that_loaded_other_contents_are_a_problem_of_the_run(told, found):
    log = log_of(row(outcome="passed"))
    for digest in told:
        log.add_models({"contents": {"m": [digest]}, "changed": []})
    assert codes(log) == found
