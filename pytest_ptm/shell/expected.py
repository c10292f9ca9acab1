"""Which failures a test said to expect, by pytest.raises and its like.

A failure that pytest.raises took was expected; one that an ``except`` caught, or that
ended a thread nobody asked, was swallowed. From outside the two look alike: so those
who say by what they are that they expect a failure say it of each that they took.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import wraps
from types import TracebackType
from typing import TYPE_CHECKING, TypeAlias, cast

import pytest

from pytest_ptm.session import Session

if TYPE_CHECKING:
    from pytest_ptm.ground.errors import BehaviourFailure, PtmError

Leave: TypeAlias = Callable[
    [object, type[BaseException] | None, BaseException | None, TracebackType | None],
    bool,
]


def listen(config: pytest.Config, session: Session) -> None:
    """For as long as the run lasts, know what pytest.raises and assertRaises take."""
    patch = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)
    for kind in _kinds():
        leave = cast("Leave", vars(kind)["__exit__"])
        patch.setattr(kind, "__exit__", _telling(leave, session))


def _kinds() -> list[type]:
    """The context managers that stand for an expected failure."""
    kinds: list[type] = [pytest.RaisesExc, pytest.RaisesGroup]
    # unittest has no public name for what assertRaises gives; without one a failure it
    # takes is red. pytest itself has imported it; nobody has to pay for it here.
    unittest = sys.modules.get("unittest.case")
    kinds += [getattr(unittest, "_AssertRaisesContext", pytest.RaisesExc)]
    return [kind for kind in dict.fromkeys(kinds) if "__exit__" in vars(kind)]


def _telling(leave: Leave, session: Session) -> Leave:
    @wraps(leave)
    def telling(
        self: object,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        __tracebackhide__ = True
        is_taken = leave(self, kind, error, traceback)
        if is_taken and error is not None:
            _note(session, error)
        return is_taken

    return telling


def _note(session: Session, error: BaseException) -> None:
    for failure in _ours(error):
        session.expect(failure)


def _ours(error: BaseException) -> Iterator[BehaviourFailure | PtmError]:
    """What is of ours in what was raised: itself, or those of a group."""
    # Only where somebody expects an error: most runs of most projects do not.
    from pytest_ptm.ground.errors import BehaviourFailure, PtmError

    if isinstance(error, BehaviourFailure | PtmError):
        yield error
    elif isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        for each in group.exceptions:
            yield from _ours(each)
