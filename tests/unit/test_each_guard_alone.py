"""Each guard by itself: with any one of them taken out, a test here is red."""

import math
import os
from types import SimpleNamespace

import numpy as np
import pytest
from ptm_fakes import FakeClassifier, by_word
from ptm_rows import COST, log_of, row

from pytest_ptm import BehaviourFailure, assert_accuracy, load_examples
from pytest_ptm.assertions.settling import Asked, settling_of
from pytest_ptm.behaviours.inquiry import MeanOfUnits, Units
from pytest_ptm.ground.errors import DataError
from pytest_ptm.results import (
    Bound,
    Measurement,
    ModelCard,
    Result,
    Stopped,
    Verdict,
)
from pytest_ptm.runs.log import Fate, RunLog, TestLog, TestRun
from pytest_ptm.runs.standing import standing
from pytest_ptm.session import Session, activated
from pytest_ptm.settings import Settings
from pytest_ptm.shell import guards, interruption, problems, raised
from pytest_ptm.shell.configuration import log_key, raw_key, session_key
from pytest_ptm.shell.recorder import ends_green, is_noteworthy
from pytest_ptm.verdicts.headline import headline
from pytest_ptm.verdicts.judge import judge

RAW = {
    "models": [],
    "ini_models": [],
    "values": {},
    "require": False,
    "require_asked": False,
    "left_over": None,
    "known_path": None,
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


@pytest.mark.parametrize(("most", "found"), [(0, ["PTM108"]), (1, []), (None, [])])
def test_as_many_inconclusive_verdicts_as_allowed_are_no_problem(most, found):
    left = row(outcome="inconclusive", on_inconclusive="skip")
    log = log_of(left, test_it="skipped")
    assert codes(log, values={"max_inconclusive": most}) == found


def test_a_failure_that_a_hook_turned_round_is_told_where_nothing_else_is_red():
    log = log_of(row())
    assert codes(log) == ["PTM114"]
    assert [code for code, _ in problems.problems(log, RAW, failed_already=True)] == []
    # One that was caught is told in any case.
    caught = log_of(row(), test_it="passed")
    for already in (False, True):
        told = problems.problems(caught, RAW, failed_already=already)
        assert [code for code, _ in told] == ["PTM114"]


def test_a_test_without_a_result_counts_where_a_model_is_named_though_none_was_asked():
    log = log_of()
    log.collected.add("test_it.py::test_it")
    assert codes(log) == []
    for named in ({"models": ["m"]}, {"ini_models": ["m"]}):
        assert codes(log, **named) == ["PTM102"]


def test_a_part_that_failed_as_expected_counts_as_its_test():
    log = log_of(row(outcome="passed"))
    (test,) = log.tests.values()
    test.part_xfails = True
    assert codes(log, values={"max_xfail": 0}) == ["PTM109"]


def test_a_model_that_was_named_has_to_be_asked_where_a_verdict_is_required():
    assert codes(log_of(), require=True) == []
    assert codes(log_of(), models=["m"]) == []
    for why in ({"models": ["m"]}, {"require_asked": True}):
        assert codes(log_of(), require=True, **why) == ["PTM104"]


def test_a_verdict_whose_test_nobody_saw_end_is_red():
    log = log_of(row())
    log.tests.clear()
    assert standing(log.rows[0], log) == "failed"


def test_a_verdict_that_was_told_of_twice_is_red_if_once():
    log = RunLog()
    one, run, other = row(), TestRun(), TestRun()
    run.outcome, other.outcome = "xfailed", "failed"
    for each in (run, other):
        log.add(one, Fate(each, brought=None, expected=False))
    assert standing(one, log) == "failed"


@pytest.mark.parametrize(
    ("ended", "meant"),
    [("xfailed", "taken"), ("passed", "taken"), ("failed", "inconclusive")],
)
def test_under_runxfail_what_would_be_an_expected_failure_is_red(ended, meant):
    open_ = row(outcome="inconclusive", on_inconclusive="xfail")
    assert standing(open_, log_of(open_, test_it=ended)) == meant


def ended_run(log, *, require=False, status=0):
    """A run of which this log is left, as pytest hands it to its guards."""
    hook = SimpleNamespace(
        pytest_runtest_logstart=lambda **_: None,
        pytest_runtest_logreport=lambda **_: None,
        pytest_runtest_logfinish=lambda **_: None,
    )
    return SimpleNamespace(
        config=SimpleNamespace(
            stash={
                log_key: log,
                session_key: Session(of_run=True),
                raw_key: {**RAW, "require": require},
            },
            # Nothing is to be written.
            getoption=lambda name, default: True,
            hook=hook,
        ),
        exitstatus=status,
    )


@pytest.mark.parametrize("code", [0, 5])
def test_an_exit_with_a_code_of_success_ends_no_red_run_as_green(code):
    log = log_of(row())
    end = pytest.exit.Exception("enough", returncode=code)
    guards.cut_short(ended_run(log), end)
    assert end.returncode == 1
    passed = log_of(row(outcome="passed"))
    end = pytest.exit.Exception("enough", returncode=code)
    guards.cut_short(ended_run(passed), end)
    assert end.returncode == code


@pytest.mark.parametrize("require", [False, True])
def test_a_run_that_was_ended_before_its_end_is_judged_where_one_is_required(require):
    log = log_of(row(outcome="passed"))
    log.begun, log.complete = True, False
    end = pytest.exit.Exception("enough", returncode=0)
    guards.cut_short(ended_run(log, require=require), end)
    assert [code for code, _ in log.problems] == ["PTM115"] * require
    assert end.returncode == int(require)


@pytest.mark.parametrize("deferred", [False, True])
def test_what_was_left_to_an_end_that_never_came_is_a_problem(deferred):
    left = row(outcome="inconclusive", deferred=deferred, on_inconclusive="pass")
    log = log_of(left, test_it="passed")
    log.complete, log.written = False, True
    guards.close(ended_run(log))
    assert [code for code, _ in log.problems] == ["PTM118"] * deferred


def config_of(log, **raw):
    session = Session(of_run=True)
    return SimpleNamespace(
        stash={log_key: log, session_key: session, raw_key: {**RAW, **raw}}
    )


def test_a_run_that_requires_a_verdict_by_hand_is_judged_though_nothing_was_asked():
    assert not is_noteworthy(config_of(RunLog()))
    assert is_noteworthy(config_of(RunLog(), require_asked=True))
    worker = config_of(RunLog(), require_asked=True)
    worker.workerinput = {}
    assert not is_noteworthy(worker)


@pytest.mark.parametrize(
    ("changed", "green"),
    [
        ({}, True),
        ({"begun": False, "complete": False}, True),
        ({"complete": False}, False),
        ({"failed": True}, False),
        ({"problems": [("PTM103", "x")]}, False),
    ],
)
def test_a_run_that_ends_at_once_is_green_where_that_is_the_truth(changed, green):
    log = log_of(row(outcome="passed"))
    log.begun = True
    for name, value in changed.items():
        setattr(log, name, value)
    assert ends_green(config_of(log)) == green


class LeftError(Exception):
    """What a process would have ended with."""


def leave(status):
    raise LeftError(status)


@pytest.mark.parametrize(
    ("status", "green", "forked", "ends"),
    [
        (0, False, False, 1),
        (0, True, False, 0),
        (0, False, True, 0),
        (3, False, False, 3),
    ],
)
def test_a_process_that_ends_at_once_says_so_by_its_code(
    monkeypatch, status, green, forked, ends
):
    undo, said = [], []
    monkeypatch.setattr("os._exit", leave)
    monkeypatch.setattr(interruption.afterwards, "say", said.append)
    monkeypatch.setattr(interruption, "_release", lambda config: None)
    config = SimpleNamespace(add_cleanup=undo.append)
    interruption.refuse_silent_end(config, lambda: green)
    process = os.getpid()
    monkeypatch.setattr("os.getpid", lambda: process + forked)
    with pytest.raises(LeftError, match=str(ends)):
        os._exit(status)
    assert bool(said) == (ends == 1)
    undo[-1]()
    assert os._exit is leave


def test_an_error_without_a_line_of_the_users_stands_at_its_test():
    at = ("test_it.py", 6, "test_it")
    report = pytest.TestReport("test_it.py::test_it", at, {}, "failed", None, "call")
    raised.note_error(report, DataError("x", code="PTM205"))
    assert report.ptm_error["at"] == ["test_it.py", 7]
