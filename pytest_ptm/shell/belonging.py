"""Whose a verdict is: a test's, a fixture's that several tests share, or nobody's.

Which test sets a shared fixture up depends on the order, the selection and the worker.
So what is asserted in one is a verdict of the fixture's own, with an id of its own, and
the places of the test's verdicts do not depend on who came first.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Generator, Iterable
from functools import wraps
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any

import pytest

from pytest_ptm.ground import afterwards
from pytest_ptm.session import Session, activated, unheard
from pytest_ptm.session.running_test import RunningTest
from pytest_ptm.shell.configuration import session_key

if TYPE_CHECKING:
    from _pytest.fixtures import SubRequest

early_key = pytest.StashKey[Session]()


def begin(config: pytest.Config) -> Session:
    """Have a session before the first conftest is imported, which belongs to no test.

    It is the run's, and stays to the very end: what is asserted before the run is
    configured, or after, would else be the process's, and be heard of by nobody.
    """
    session = Session(of_run=True)
    session.strays.extend(unheard())
    afterwards.watch()
    stack = contextlib.ExitStack()
    config.add_cleanup(stack.close)
    stack.enter_context(activated(session))
    config.stash[early_key] = session
    return session


def session_of(config: pytest.Config) -> Session:
    """The session of the run, from before it was configured."""
    # A conftest that names the plugin loads it later than it would come by itself.
    early = config.stash.get(early_key, None)
    return begin(config) if early is None else early


def watch_threads(config: pytest.Config, session: Session) -> None:
    """For as long as the run lasts, know by whom each thread is started."""
    start = threading.Thread.start

    @wraps(start)
    def starting(self: threading.Thread) -> None:
        session.threads.starting(self)
        start(self)

    patch = pytest.MonkeyPatch()
    patch.setattr(threading.Thread, "start", starting)
    config.add_cleanup(patch.undo)


def conclude(run: pytest.Session) -> None:
    """The run is judged: from here on a stray makes its exit code, or the process's."""
    session = run.config.stash[session_key]

    def late(told: str) -> None:
        if session.is_over:
            afterwards.tell(told)
            return
        afterwards.say(told)
        if int(run.exitstatus) == 0:
            run.exitstatus = pytest.ExitCode.TESTS_FAILED

    session.on_late = late


def setting_up(
    fixturedef: pytest.FixtureDef[Any], request: SubRequest
) -> Generator[None, object, object]:
    """The setup of a fixture: what a shared one asserts, at its end too, is its own."""
    if fixturedef.scope == "function":  # set up for one test alone
        return (yield)
    session = request.config.stash[session_key]
    aside = _Aside(session, fixture_id(fixturedef, request))
    # Finalizers run in reverse: these two stand around the fixture's own teardown.
    fixturedef.addfinalizer(aside.leave)
    aside.enter()
    before = len(session.costs)
    try:
        return (yield)
    finally:
        aside.leave()
        if len(session.costs) > before:
            session.asking_fixtures.add(fixturedef)
        fixturedef.addfinalizer(aside.enter)


def fixture_id(fixturedef: pytest.FixtureDef[Any], request: SubRequest) -> str:
    """What a shared fixture is called in reports: its file, its name, its model.

    ``tests/conftest.py::checked[candidate]``; a fixture's own parameters are counted.
    """
    code = getattr(fixturedef.func, "__code__", None)
    file = fixturedef.baseid if code is None else _below(request.config, code)
    called = f"{file}::{fixturedef.argname}"
    parameters = "-".join(_parameters(fixturedef, request))
    return f"{called}[{parameters}]" if parameters else called


def _below(config: pytest.Config, code: CodeType) -> str:
    path = Path(code.co_filename)
    if path.is_relative_to(config.rootpath):
        return path.relative_to(config.rootpath).as_posix()
    return path.name


def _parameters(
    fixturedef: pytest.FixtureDef[Any], request: SubRequest
) -> Iterable[str]:
    if "ptm_model" in fixturedef.argnames:
        model = request.getfixturevalue("ptm_model")  # it is set up already
        if not model.by_default:
            yield model.name
    if hasattr(request, "param"):
        yield str(request.param_index)


class _Aside:
    """The session while a shared fixture runs: its verdicts are kept apart."""

    def __init__(self, session: Session, nodeid: str) -> None:
        self._session, self._nodeid = session, nodeid
        self._place = 0
        self._before: list[Any] = []

    def enter(self) -> None:
        session = self._session
        self._before = [session.test, session.verdicts, session.told]
        test = session.test or RunningTest(self._nodeid)
        session.test = test.under(self._nodeid)
        session.verdicts, session.told = [], self._place

    def leave(self) -> None:
        if not self._before:  # the fixture never began
            return
        session = self._session
        session.of_fixtures += [
            (self._nodeid, place, told)
            for place, told in enumerate(session.verdicts, start=self._place)
        ]
        self._place = session.place
        session.test, session.verdicts, session.told = self._before
        self._before = []
