"""A test while it runs: who is asking, and what each of its phases found."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import pytest

from pytest_ptm.session import Session
from pytest_ptm.session.running_test import OnInconclusive, RunningTest
from pytest_ptm.shell.configuration import is_used, raw_key, session_key

FIXTURES = frozenset({"ptm_model", "ptm_load", "ptm_against"})
"""Fixtures whose tests mean to ask a model."""


def parametrize(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes ``ptm_model`` once for each of its models."""
    marker = metafunc.definition.get_closest_marker("ptm")
    if marker is None and "ptm_model" not in metafunc.fixturenames:
        return
    from pytest_ptm.shell import markers

    markers.parametrize(metafunc)


def asking(item: pytest.Item) -> Generator[None, object, object]:
    """Let assertions know which test is asking, from its setup to its last report."""
    session = item.config.stash[session_key]
    session.begin_test(running(item))
    try:
        return (yield)
    finally:
        session.end_test()


def running(item: pytest.Item) -> RunningTest:
    """What code far from pytest may know of the test that is asking."""
    config = item.config

    def rerun() -> str:
        from pytest_ptm.shell.checked_settings import rerun_command

        return rerun_command(
            item.nodeid,
            config.stash[raw_key],
            config.stash[session_key].settings,
            rootpath=config.rootpath,
            cwd=Path(config.invocation_params.dir),
        )

    if item.get_closest_marker("ptm") is None:
        return RunningTest(item.nodeid, rerun=rerun, excuse=_excuse)
    # Only a test that carries the marker pays for reading it.
    from pytest_ptm.shell.markers import read_mark

    mark = read_mark(item)
    return RunningTest(
        item.nodeid,
        task=mark.task,
        models=mark.models,
        rerun=rerun,
        capability=mark.capability,
        excuse=_excuse,
    )


def check_models(item: pytest.Item) -> None:
    """Fail the test that left a model otherwise than it found it.

    Raises:
        ModelError: PTM304, the model was left in training mode or with other weights.
    """
    __tracebackhide__ = True
    session, nodeid = item.config.stash[session_key], item.nodeid
    found = [error for watch in session.watches if (error := watch.left_by(nodeid))]
    if found:
        # Answers may have been taken from the changed model too.
        session.start_afresh()
        raise found[0]


def reporting(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put what the phase found onto its report."""
    session = item.config.stash[session_key]
    payload = drain(session, item, began=call.start, ended=call.stop)
    report = yield
    _note_refused(session, item, report)
    if call.when == "call" and session.test is not None:
        session.test.passed = report.outcome == "passed" and is_given_a_model(item)
    if call.when == "teardown":
        # The next attempt of a test that is run again tells its verdicts from 0.
        session.begin_again()
    if payload:
        from pytest_ptm.shell import arrival  # only where there is something to bring

        arrival.hand_on(session, item.nodeid, call, payload)
        report.__dict__["ptm"] = payload
    error = call.excinfo.value if call.excinfo else None
    if _is_ours(report, error) or payload:
        from pytest_ptm.shell import outgoing

        session.was_used = True
        outgoing.clean(report)
    return report


def _is_ours(report: pytest.TestReport, error: BaseException | None) -> bool:
    """Whether what ended the phase has to do with us; then its report says so."""
    if error is None:
        return False
    from pytest_ptm.shell import raised

    raised.note(report, error)
    return raised.concerns_us(error)


def _note_refused(
    session: Session, item: pytest.Item, report: pytest.TestReport
) -> None:
    """An assertion that came to no verdict, in a phase that went well all the same.

    Whoever skips, or fails as expected, has said that nothing was judged.
    """
    for told in session.take_refused():
        # What belongs to no test has been remembered as such.
        if report.outcome == "passed" and "PTM117" not in told:
            session.stray(
                f"{item.nodeid} passed, and {told}\n  That error was caught, so "
                "nothing was judged: let it show, skip, or expect it by pytest.raises"
            )


def drain(
    session: Session, item: pytest.Item, *, began: float, ended: float
) -> dict[str, Any]:
    """What one phase of a test found and asked, as JSON; empty if nothing.

    What a test found before it ``began`` is none of a subtest; nor what was found after
    it ``ended``, by a clock that the test had put forward.
    """
    before = session.told
    verdicts, costs = session.drain()
    of_fixtures = session.drain_fixtures()
    payload: dict[str, Any] = {}
    if uses_model(item):
        payload["uses_model"] = True
    if session.test is not None and session.test.capability is not None:
        payload["capability"] = session.test.capability
    test = session.test
    if test is not None:
        test.asked |= bool(costs or verdicts)
        if test.passed and not test.asked and not asked_before(session, item):
            payload["idle"] = True
    if session.unmatched:
        payload["unmatched"] = [f"{item.nodeid}: {why}" for why in session.unmatched]
        session.unmatched = []
    if costs or verdicts or of_fixtures:
        # pydantic costs 40 ms; a test that asked nothing does not pay it.
        from pytest_ptm.shell.payload import Drained, payload_of

        drained = Drained(before, verdicts, costs, of_fixtures)
        payload |= payload_of(session, item, drained, began=began, ended=ended)
    return payload


def uses_model(item: pytest.Item) -> bool:
    """Whether the test takes a fixture that is there to ask a model."""
    return not FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))


def is_given_a_model(item: pytest.Item) -> bool:
    """Whether the test itself takes such a fixture, or one that makes a model of it.

    What only a fixture of it takes says nothing of what the test is for.
    """
    if not uses_model(item):
        return False
    from pytest_ptm.behaviours.prediction import Predicts  # imported, as it has a model

    given: dict[str, object] = getattr(item, "funcargs", {})
    return any(
        name in FIXTURES or isinstance(given.get(name), Predicts)
        for name in _arguments(item)
    )


def asked_before(session: Session, item: pytest.Item) -> bool:
    """Whether a shared fixture that the test takes has asked for it."""
    info = getattr(item, "_fixtureinfo", None)
    taken: dict[str, Sequence[object]] = getattr(info, "name2fixturedefs", {})
    return any(
        fixture in session.asking_fixtures
        for fixtures in taken.values()
        for fixture in fixtures
    )


def _arguments(item: pytest.Item) -> tuple[str, ...]:
    """The names of the test function's own arguments; pytest has no public word."""
    return getattr(getattr(item, "_fixtureinfo", None), "argnames", ())


def collecting(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Let no error during collection repeat a secret or steer a terminal."""
    report = yield
    concerned = is_used(collector.config.stash[raw_key])
    if report.failed and (concerned or "pytest_ptm" in str(report.longrepr)):
        from pytest_ptm.shell import outgoing, raised

        outgoing.clean(report)
        call = getattr(report, "call", None)
        if call and call.excinfo:
            raised.note_error(report, call.excinfo.value)
    return report


def status(
    report: pytest.CollectReport | pytest.TestReport,
) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """Tell a failure for want of examples from one for what they show, and a figure.

    Its category stays "failed": one of its own would hide it from every count.
    """
    outcome = getattr(report, "outcome", None)
    if outcome == "failed" and getattr(report, "ptm_inconclusive", False):
        return "failed", "I", ("INCONCLUSIVE", {"yellow": True})
    if outcome == "passed" and report.when == "call":
        rows = getattr(report, "ptm", {}).get("rows", ())
        # Any plugin may have changed it: what cannot be read is told elsewhere.
        said = rows[0].get("headline") if len(rows) == 1 else None
        if isinstance(said, str) and not hasattr(report, "wasxfail"):
            from pytest_ptm.ground.display import (
                visible,  # only for a run with verdicts
            )

            # Beside the word, which only -v shows.
            return "passed", ".", (f"PASSED {visible(said)}", {"green": True})
    return None


def _excuse(outcome: OnInconclusive, message: str) -> None:
    """End the running test as skipped or as an expected failure."""
    __tracebackhide__ = True
    if outcome == "skip":
        pytest.skip(message)
    pytest.xfail(message)
