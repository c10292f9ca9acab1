"""Whether each verdict that was reached came to where the run is judged.

Verdicts travel on pytest's reports, and every plugin may change a report, build it
anew, or keep it back. So each process keeps account of what it handed on, and says so
beside the reports: with each that leaves a worker, and again at the worker's end.
"""

from __future__ import annotations

from typing import Any, cast

import pytest

from pytest_ptm.ground.display import counted, listed
from pytest_ptm.runs.log import RunLog
from pytest_ptm.session import Session
from pytest_ptm.shell.configuration import log_key, session_key

_KEY = "ptm_reached"


def announce(config: pytest.Config, data: object) -> None:
    """On a worker: let a report that leaves say what was reached since the last one.

    So a worker that dies afterwards has said it, whatever became of the report.
    """
    session = config.stash[session_key]
    if isinstance(data, dict) and len(session.reached) > session.announced:
        new = list(enumerate(session.reached))[session.announced :]
        session.announced = len(session.reached)
        cast("dict[str, Any]", data)[_KEY] = {"worker": _worker(config), "told": new}


def hear(log: RunLog, data: dict[str, Any]) -> None:
    """On the controller: take what a worker says out of the data of its report."""
    said = data.pop(_KEY, None)
    if said is not None:
        for number, told in said["told"]:
            log.reached[said["worker"], number] = tuple(told)


def conclude(config: pytest.Config) -> None:
    """On a worker, at its end: say all of it again, and what was never handed on."""
    session = config.stash[session_key]
    _keep_account(session)
    output = cast("Any", config).workeroutput
    told = list(enumerate(session.reached))
    output[_KEY] = {"worker": _worker(config), "told": told}


def problems(config: pytest.Config) -> list[tuple[str, str]]:
    """PTM119: verdicts that were reached, and that no report brought."""
    told = vanished(config)
    if not told:
        return []
    return [
        (
            "PTM119",
            f"{counted(len(told), 'verdict')} reached, and not on the reports that "
            f"came here: {listed(told, most=5)}. A hook or a plugin changed their "
            "reports, built them anew or kept them back; let it keep what it is given",
        )
    ]


def vanished(config: pytest.Config) -> list[str]:
    """The verdicts that were reached and did not arrive as they were."""
    session, log = config.stash[session_key], config.stash[log_key]
    _keep_account(session)
    reached = {**log.reached}
    reached.update({(None, n): told for n, told in enumerate(session.reached)})
    return [
        f"{outcome}: {what}"
        for which, (outcome, what) in reached.items()
        if log.arrived.get(which) != outcome
    ]


def _keep_account(session: Session) -> None:
    """Count what a fixture asserted after the last report, which none can bring."""
    for nodeid, _, told in session.drain_fixtures():
        session.reach(told, nodeid)


def _worker(config: pytest.Config) -> str:
    return str(cast("Any", config).workerinput["workerid"])
