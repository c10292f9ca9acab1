"""What keeps a run from being trusted, by the log that it left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pytest_ptm.ground.display import counted, listed
from pytest_ptm.runs import suite
from pytest_ptm.runs.log import RunLog
from pytest_ptm.runs.standing import RED, standing

if TYPE_CHECKING:
    from pytest_ptm.shell.configuration import Raw

Problem = tuple[str, str]
"""A code, and the message that goes with it."""


def problems(
    log: RunLog,
    raw: Raw,
    *,
    strays: Sequence[str] = (),
    failed_already: bool = False,
) -> list[Problem]:
    """Code and message of everything that keeps a run from being trusted."""
    return [
        *_crashed(log),
        *_lost(log, raw),
        *_unsaid(log, failed_already=failed_already),
        *_changed(log),
        *_left_over(log, raw),
        *_swallowed(log, failed_already=failed_already),
        *_of_no_test(strays),
        *_too_many_open(log, raw),
        *_too_many_expected(log, raw),
        *_missed_together(log),
        *_nothing_asked(log, raw, failed_already=failed_already),
        *_idle(log, strays),
    ]


def _crashed(log: RunLog) -> list[Problem]:
    if not log.internal_errors:
        return []
    return [
        (
            "PTM106",
            f"pytest reported {counted(len(log.internal_errors), 'internal error')}; "
            f"results may be lost. First: {log.internal_errors[0]}",
        )
    ]


def _lost(log: RunLog, raw: Raw) -> list[Problem]:
    configured = bool(raw["models"] or raw["ini_models"])
    if not (log.lost and (log.used or configured)):
        return []
    return [
        (
            "PTM102",
            f"{counted(len(log.lost), 'test')} produced no result: "
            f"{listed(log.lost, most=5)}; a worker or a plugin lost them",
        )
    ]


def _unsaid(log: RunLog, *, failed_already: bool) -> list[Problem]:
    """Workers that ended as if all were well, before they said what they found."""
    # A test that a lost worker was running fails, and is told of by pytest-xdist.
    if not log.unsaid or not log.used or failed_already:
        return []
    return [
        (
            "PTM102",
            f"{counted(len(log.unsaid), 'worker')} ended before saying what became of "
            f"models and verdicts: {listed(sorted(log.unsaid), most=5)}. Something "
            "ends its process at once, such as os._exit in a hook",
        )
    ]


def _changed(log: RunLog) -> list[Problem]:
    """Models whose files were edited, or that were loaded with several contents."""
    several = [
        f"{name} was loaded as sha256 "
        + " and as ".join(digest[:12] for digest in sorted(digests))
        for name, digests in sorted(log.contents.items())
        if len(digests) > 1
    ]
    changed = sorted(log.changed) + several
    if not changed:
        return []
    return [
        (
            "PTM107",
            f"{counted(len(changed), 'model')} changed while the run was going on: "
            f"{'; '.join(changed)}. Its figures may be of either content; "
            "run again once nobody writes to it",
        )
    ]


def _of_no_test(strays: Sequence[str]) -> list[Problem]:
    if not strays:
        return []
    more = f" … and {len(strays) - 5:,} more" if len(strays) > 5 else ""
    return [("PTM117", "; ".join(strays[:5]) + more)]


def _swallowed(log: RunLog, *, failed_already: bool) -> list[Problem]:
    """Verdicts that are red where nothing that pytest counts is."""
    # A hook may have turned a failure round after the log had heard of it.
    red = {"caught"} if failed_already else RED
    rows = [row for row in log.rows if standing(row, log) in red]
    if not rows:
        return []
    told = [
        f"{row.headline} in {row.nodeid}"
        for row in sorted(rows, key=lambda row: (row.nodeid, row.place))
    ]
    more = f"\n  … and {len(told) - 5:,} more" if len(told) > 5 else ""
    return [
        (
            "PTM114",
            f"{counted(len(rows), 'verdict')} red in a test that is not: the failure "
            "was caught or turned round, or nobody waited for its thread or task:\n  "
            + "\n  ".join(told[:5])
            + more
            + "\n  Where it is expected, say so: with pytest.raises(BehaviourFailure), "
            "or pytest.mark.xfail",
        )
    ]


def _left_over(log: RunLog, raw: Raw) -> list[Problem]:
    """A sample that nobody asked for in this run, where a verdict is required."""
    if raw["left_over"] is None or not raw["require"] or not log.asked:
        return []
    return [
        (
            "PTM116",
            f"{raw['left_over']} left examples out of every figure, and --ptm-require "
            "is on. Take it away; or type --ptm-limit, to be judged by a sample",
        )
    ]


def _too_many_open(log: RunLog, raw: Raw) -> list[Problem]:
    """More inconclusive verdicts than a run may leave."""
    most = raw["values"].get("max_inconclusive")
    left = [row.nodeid for row in log.rows if row.outcome == "inconclusive"]
    if most is None or len(left) <= int(most):
        return []
    return [
        (
            "PTM108",
            f"{counted(len(left), 'verdict')} inconclusive, where "
            f"--ptm-max-inconclusive allows {most}: {listed(left, most=5)}",
        )
    ]


def _too_many_expected(log: RunLog, raw: Raw) -> list[Problem]:
    """More tests that failed as expected than a run may have."""
    most = raw["values"].get("max_xfail")
    expected = [
        nodeid
        for nodeid, test in sorted(log.tests.items())
        if (test.outcome == "xfailed" or test.part_xfails)
        and (test.uses_model or nodeid in log.judged)
    ]
    if most is None or len(expected) <= int(most):
        return []
    return [
        (
            "PTM109",
            f"{counted(len(expected), 'test')} failed as expected, where "
            f"--ptm-max-xfail allows {most}: {listed(expected, most=5)}",
        )
    ]


def _missed_together(log: RunLog) -> list[Problem]:
    """What holm-gate left to the end: the bounds that all verdicts together miss.

    Asked of the rows, not of the option: what a test left open is judged whatever the
    controller was told.
    """
    rows = suite.family(log.rows)
    missed = [row.nodeid for row in suite.missed_together(rows)]
    if not missed:
        return []
    return [
        (
            "PTM118",
            f"holm-gate: {counted(len(missed), 'verdict')} of {len(rows)} missed, "
            f"judged together: {listed(missed, most=5)}",
        )
    ]


def _nothing_asked(log: RunLog, raw: Raw, *, failed_already: bool) -> list[Problem]:
    """Green, though no model was asked anything."""
    passed = [
        nodeid
        for nodeid, test in log.tests.items()
        if test.uses_model and test.outcome == "passed"
    ]
    if passed and not log.asked:
        return [
            (
                "PTM103",
                f"{counted(len(passed), 'test')} took a model and passed, but no model "
                f"was asked anything: {listed(passed, most=5)}. "
                "Call an assert_* or evaluate_* in them",
            )
        ]
    if not _nothing_judged(log, raw) or failed_already:
        return []
    return [
        (
            "PTM104",
            "--ptm-require is on and no model was asked anything: all tests with a "
            "model were skipped or left out. Name a model with --ptm-model, or "
            "switch it off with --no-ptm-require",
        )
    ]


def _idle(log: RunLog, strays: Sequence[str]) -> list[Problem]:
    """Tests that passed by a model they never asked, beside others that did."""
    idle = sorted(
        nodeid
        for nodeid, test in log.tests.items()
        if test.idle and test.outcome == "passed"
    )
    # Where asking was refused, or nobody asked, that is told already.
    if not idle or strays or not log.asked:
        return []
    return [
        (
            "PTM103",
            f"{counted(len(idle), 'test')} took a model, passed, and asked it "
            f"nothing: {listed(idle, most=5)}. Call an assert_* or evaluate_* in "
            "each, or skip it: an empty loop, a call that nobody awaits and one "
            "that is patched away judge nothing",
        )
    ]


def _nothing_judged(log: RunLog, raw: Raw) -> bool:
    if not raw["require"] or log.asked:
        return False
    # CI alone switches require on; a run there that has nothing to do with models, and
    # was given none by hand, stays as it is.
    took_a_model = any(test.uses_model for test in log.tests.values())
    return raw["require_asked"] or took_a_model or bool(raw["models"])
