"""A run document as the run itself had it: what its summary is made of."""

from __future__ import annotations

from pytest_ptm.results import Cost
from pytest_ptm.runs.document import RunDocument
from pytest_ptm.runs.log import RunLog, TestLog


def log_of(run: RunDocument) -> RunLog:
    """The log of a recorded run, as far as its document has it.

    That a test expected a failure by ``pytest.raises`` does not stand there: it is
    shown as the failure that it is.
    """
    log = RunLog()
    for row in run.tests:
        test = TestLog()
        test.outcome = row.outcome
        log.tests[row.nodeid] = test
    log.rows = list(run.verdicts)
    log.costs = [Cost(**run.cost.model_dump())]
    log.problems = [(problem.code, problem.message) for problem in run.problems]
    return log
