"""Whether what was found came, as it was, to where the run is judged.

It travels on pytest's reports, and every plugin may change a report, build it anew, or
keep it back. So each process keeps account of what it put onto which report, and says
so beside the reports: with each that leaves a worker, and again at the worker's end.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, cast

import pytest

from pytest_ptm.ground.display import counted, listed
from pytest_ptm.runs.log import RunLog
from pytest_ptm.session import Session
from pytest_ptm.session.brought import Arrived, HandedOn
from pytest_ptm.shell.configuration import log_key, session_key

_KEY = "ptm_handed_on"


def hand_on(
    session: Session,
    nodeid: str,
    call: pytest.CallInfo[None],
    payload: dict[str, Any],
) -> None:
    """Keep account of what a report is to bring, and number it."""
    verdicts = [
        f"{row['outcome']}: {row['metric']} in {row['nodeid']}"
        for row in payload.get("rows", [])
    ]
    mark = _mark([nodeid, call.when, call.start], payload)
    session.handed_on.append(
        HandedOn(
            verdicts,
            nodeid,
            uses_model="uses_model" in payload,
            mark=mark,
            idle="idle" in payload,
        )
    )
    payload["number"] = len(session.handed_on) - 1


def take(
    log: RunLog, report: pytest.TestReport, payload: dict[str, Any], *, again: bool
) -> None:
    """On the controller: remember by its mark what a report brought.

    ``again``: the report says that its test is run once more. What it brought has been
    taken care of when that run begins, and not before.
    """
    worker = getattr(report, "worker_id", None)
    run = worker, report.nodeid
    if report.when == "setup":
        log.arrived += log.repeated.pop(run, [])
    if not payload:
        return
    number = payload.get("number")
    content = {name: part for name, part in payload.items() if name != "number"}
    start = getattr(report, "start", None)
    mark = _mark([report.nodeid, report.when, start], content)
    came = Arrived((worker, number), mark, report.nodeid)
    (log.repeated.setdefault(run, []) if again else log.arrived).append(came)


def announce(config: pytest.Config, data: object) -> None:
    """On a worker: let a report that leaves say what was found since the last one.

    So a worker that dies afterwards has said it, whatever became of the report.
    """
    session = config.stash[session_key]
    if isinstance(data, dict) and len(session.handed_on) > session.announced:
        told = _account(config, since=session.announced)
        cast("dict[str, Any]", data)[_KEY] = told
        session.announced = len(session.handed_on)


def hear(log: RunLog, data: dict[str, Any]) -> None:
    """On the controller: take what a worker says out of the data of its report."""
    said = data.pop(_KEY, None)
    if said is not None:
        for number, told in said["told"]:
            log.handed_on[said["worker"], number] = HandedOn(**told)


def conclude(config: pytest.Config) -> None:
    """On a worker, at its end: say all of it again, and what was never handed on."""
    _keep_account(config.stash[session_key])
    cast("Any", config).workeroutput[_KEY] = _account(config, since=0)


def hold_to_account(config: pytest.Config) -> None:
    """What tests did with a model is known by the account, whatever reports say."""
    log = config.stash[log_key]
    for one in _handed_on(config).values():
        if one.uses_model and one.nodeid in log.tests:
            log.tests[one.nodeid].uses_model = True
            log.tests[one.nodeid].idle |= one.idle


def problems(config: pytest.Config) -> list[tuple[str, str]]:
    """PTM119: what was found and did not come, or came and was never found."""
    said: list[str] = []
    if lost := vanished(config):
        said.append(
            f"{counted(len(lost), 'verdict')} reached, and not on the reports that "
            f"came here: {listed(lost, most=5)}."
        )
    if forged := altered(config):
        said.append(
            f"{counted(len(forged), 'report')} brought what was never put onto it: "
            f"{listed(forged, most=5)}."
        )
    if not said:
        return []
    why = (
        "A hook or a plugin changed their reports, built them anew or kept them back; "
        "let it keep what it is given"
    )
    return [("PTM119", " ".join([*said, why]))]


def vanished(config: pytest.Config) -> list[str]:
    """The verdicts that were reached and did not arrive as they were."""
    _keep_account(config.stash[session_key])
    came = {(one.which, one.mark) for one in config.stash[log_key].arrived}
    return [
        verdict
        for which, one in _handed_on(config).items()
        if (which, one.mark) not in came
        for verdict in one.verdicts
    ]


def altered(config: pytest.Config) -> list[str]:
    """The tests whose reports came with what nobody put there, beside those."""
    expected = _handed_on(config)
    return sorted(set(_altered(config.stash[log_key], expected)))


def _altered(log: RunLog, expected: dict[Any, HandedOn]) -> Iterator[str]:
    for came in log.arrived:
        one = expected.get(came.which)
        if one is None or one.mark != came.mark:
            yield came.nodeid


def _handed_on(config: pytest.Config) -> dict[tuple[str | None, int], HandedOn]:
    """All that was put onto reports, by process and number: here, and on workers."""
    here = enumerate(config.stash[session_key].handed_on)
    return {**config.stash[log_key].handed_on, **{(None, n): one for n, one in here}}


def _keep_account(session: Session) -> None:
    """Count what a fixture asserted after the last report, which none can bring."""
    for nodeid, _, told in session.drain_fixtures():
        verdict = told.verdict
        words = f"{verdict.outcome}: {verdict.result.measurement.metric} in {nodeid}"
        session.handed_on.append(HandedOn([words], nodeid, uses_model=True, mark=None))


def _account(config: pytest.Config, *, since: int) -> dict[str, Any]:
    session = config.stash[session_key]
    # execnet sends no class that is derived from a tuple.
    told = [(number, one._asdict()) for number, one in enumerate(session.handed_on)]
    worker = str(cast("Any", config).workerinput["workerid"])
    return {"worker": worker, "told": told[since:]}


def _mark(place: list[Any], content: dict[str, Any]) -> str:
    """A digest of what a report brings, and of the report that it belongs on."""
    brought = [place, content]
    text = json.dumps(brought, sort_keys=True, ensure_ascii=False, default=repr)
    # A lone surrogate is sent as the text of its escape: the same mark on either side.
    said = text.encode("utf-8", "backslashreplace").replace(b"\\\\", b"\\")
    return hashlib.sha256(said).hexdigest()
