"""Under ``--pdb`` the frame that the debugger stops in holds ``result``."""

from __future__ import annotations

import sys
import traceback
from types import FrameType

from pytest_ptm.ground.errors import BehaviourFailure
from pytest_ptm.session import Session

NAME = "result"


def show(session: Session, error: BaseException) -> None:
    """Put the result that a failure of ours is of beside the user's own names.

    One of the same name that has a value already is theirs, and stays.
    """
    ours = isinstance(error, BehaviourFailure)
    told = session.behind(error) if ours else None
    frame = _stopped_at(error)
    if told is None or frame is None or NAME in frame.f_locals:
        return
    frame.f_locals[NAME] = told.verdict.result
    if sys.version_info < (3, 13) and NAME in _names_of_its_own(frame):
        _make_it_stay(frame)


def _stopped_at(error: BaseException) -> FrameType | None:
    """The last frame that is not hidden: pytest's debugger stops there."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    shown = [
        frame for frame in frames if not frame.f_locals.get("__tracebackhide__", False)
    ]
    return shown[-1] if shown else None


def _names_of_its_own(frame: FrameType) -> tuple[str, ...]:
    code = frame.f_code
    return code.co_varnames + code.co_cellvars + code.co_freevars


def _make_it_stay(frame: FrameType) -> None:
    """Write the names of a frame back to where its code keeps them.

    Of ``result = assert_…`` the name is a local one without a value, which every later
    look at ``f_locals`` would take out again; from CPython 3.13 on it is written
    through (PEP 667).
    """
    if sys.implementation.name == "cpython":
        import ctypes  # only here, under a debugger

        ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))
