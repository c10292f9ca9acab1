"""Verdicts as rows of a run, and a log of a run made of them."""

from __future__ import annotations

from pytest_ptm.results import Cost
from pytest_ptm.runs.document import Row
from pytest_ptm.runs.log import RunLog, TestLog

MODEL = {
    "name": "candidate",
    "reference": "./candidate",
    "sha256": "ab" * 32,
    "device": "cpu",
    "dtype": "float32",
}
COST = {
    "examples": 5,
    "distinct": 5,
    "forwarded": 5,
    "passes": 1,
    "seconds": 0.5,
    "halvings": 0,
}


def case(name, shown="not so good", expected="negative", observed="positive 0.881"):
    return {
        "id": name,
        "shown": shown,
        "expected": expected,
        "observed": observed,
        "severity": 1.0,
        "note": "",
    }


def row(nodeid="test_it.py::test_it[candidate]", **changed):
    """A failed verdict, with what is changed about it."""
    told = {
        "nodeid": nodeid,
        "test": nodeid,
        "place": 0,
        "at": {"file": "/repo/tests/test_it.py", "line": 7},
        "capability": None,
        "headline": "accuracy 0.8000 < 0.9000 (n=5)",
        "behaviour": "metric",
        "task": "text-classification",
        "outcome": "failed",
        "metric": "accuracy",
        "value": 0.8,
        "better": "higher",
        "n": 5,
        "partial_of": None,
        "at_least": 0.9,
        "at_most": None,
        "confidence": None,
        "interval": {
            "low": 0.3755,
            "high": 0.9638,
            "confidence": 0.95,
            "method": "Wilson",
        },
        "interval_holds_bound": True,
        "judged": None,
        "more": None,
        "on_inconclusive": "fail",
        "stopped": None,
        "power": dict.fromkeys(("error", "drop", "strictest", "p_cleared", "p_missed")),
        "by_group": [],
        "cases": [case("rev-5")],
        "failing": 1,
        "counts": dict.fromkeys(
            ("skipped", "truncated", "unchanged", "invalid", "empty"), 0
        ),
        "cost": COST,
        "notes": [],
        "model": MODEL,
        "signature": "ptm:0.1|accuracy",
        "data": "9c41e0d2",
        "outcomes": None,
    }
    # What a run never writes must not be tested against either.
    return Row.model_validate({**told, **changed})


def log_of(*rows, **outcomes):
    """The log of a run that came to its end; outcomes by the name of the test."""
    log = RunLog()
    log.rows, log.complete = list(rows), True
    log.costs = [Cost(**COST)] * bool(rows)
    for each in rows:
        log.tests[each.nodeid] = test = TestLog()
        test.outcome = "passed" if each.outcome == "passed" else "failed"
    for name, outcome in outcomes.items():
        (nodeid,) = [nodeid for nodeid in log.tests if f"::{name}[" in nodeid]
        log.tests[nodeid].outcome = outcome
    return log
