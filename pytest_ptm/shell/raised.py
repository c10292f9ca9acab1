"""What ended a test or a file: an error of ours, a failure of a model, or another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_ptm.ground.errors import BehaviourFailure, Inconclusive, PtmError

if TYPE_CHECKING:
    from types import TracebackType

_NOT_THE_USERS = frozenset(
    {"pytest_ptm", "_pytest", "pytest", "pluggy", "importlib", "xdist"}
)


def note(
    report: pytest.TestReport | pytest.CollectReport, error: BaseException
) -> None:
    """Put what is to be known of an error onto its report."""
    _shorten(report, error)
    note_error(report, error)
    if isinstance(error, Inconclusive):
        report.__dict__["ptm_inconclusive"] = True


def concerns_us(error: BaseException) -> bool:
    """Whether an error is ours, or came out of our code."""
    if isinstance(error, (BehaviourFailure, PtmError)):
        return True
    traceback = error.__traceback__
    while traceback is not None:
        if str(traceback.tb_frame.f_globals.get("__name__")).startswith("pytest_ptm."):
            return True
        traceback = traceback.tb_next
    return False


def _shorten(
    report: pytest.TestReport | pytest.CollectReport, error: BaseException
) -> None:
    """Let the short summary show the first line of our messages, whole."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is not None and isinstance(error, (BehaviourFailure, PtmError)):
        crash.message = str(error).partition("\n")[0]


def note_error(
    report: pytest.TestReport | pytest.CollectReport, error: BaseException
) -> None:
    """Put an error of ours, and the user's line that led to it, onto the report."""
    if not isinstance(error, PtmError):
        return
    at = _raised_at(error.__traceback__)
    if at is None and isinstance(report, pytest.TestReport):
        file, line, _ = report.location
        at = None if line is None else (file, line + 1)
    told = {"message": str(error), "at": None if at is None else list(at)}
    report.__dict__["ptm_error"] = told


def _raised_at(traceback: TracebackType | None) -> tuple[str, int] | None:
    """File and line of the user's own code nearest to where an error was raised."""
    found = None
    while traceback is not None:
        name = str(traceback.tb_frame.f_globals.get("__name__"))
        if name.partition(".")[0] not in _NOT_THE_USERS:
            found = traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
        traceback = traceback.tb_next
    return found
