"""What one run holds, and how code far from the shell reaches it.

Light on purpose: the plugin makes a Session in every pytest run, also in those that
use nothing of pytest-ptm. So settings are read on first use, and the classes are plain:
each dataclass takes half a millisecond to define, each NamedTuple a third of one.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Generator
from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeVar, cast
from weakref import WeakKeyDictionary, WeakSet

from pytest_ptm.ground.forked import Word
from pytest_ptm.ground.threads import Threads
from pytest_ptm.session.running_test import RunningTest, Told

if TYPE_CHECKING:
    from pytest_ptm.results import Cost
    from pytest_ptm.session.brought import HandedOn

    # Nothing but types: to define one takes 50 µs.
    from pytest_ptm.session.seams import Baseline, ModelsAtTheEnd, ProgressSink, Watched
    from pytest_ptm.settings import Settings

T = TypeVar("T")


class _Silent:
    def update(self, what: str, done: int, total: int) -> None:
        """Outside pytest nobody is watching."""

    def loading(self, what: str) -> None:
        """Nor who loads."""


def _default_settings() -> Settings:
    # pydantic costs 40 ms; a run that asks no model does not pay it.
    from pytest_ptm.settings import Settings

    return Settings()


class Session:
    """Settings, what was asked, the verdicts of the running test, and shared parts."""

    def __init__(
        self,
        read_settings: Callable[[], Settings] = _default_settings,
        *,
        device_index: int = 0,
        workers: int = 1,
        of_run: bool = False,
    ) -> None:
        self.read_settings = read_settings
        self.of_run = of_run
        """Whether pytest made it: then every verdict is some test's."""
        self.is_verbose = True
        """Whether a message says all: what it cost, what exactly was computed."""
        self.process = os.getpid()
        self.device_index = device_index
        self.workers = workers
        self.progress: ProgressSink = _Silent()
        self.baseline: Baseline | None = None
        self.test: RunningTest | None = None
        self.verdicts: list[Told] = []
        self.costs: list[Cost] = []
        self.watches: list[Watched] = []
        self.contents: dict[str, set[str]] = {}
        """Which content each model turned out to have, by what was asked for."""
        self.unmatched: list[str] = []
        """Why tests found nothing in the baseline, since the last drain."""
        self.told = 0
        """How many verdicts of the running test were drained."""
        self.asking_fixtures: WeakSet[object] = WeakSet()
        """The shared fixtures that asked a model: for each test that takes them."""
        self.of_fixtures: list[tuple[str, int, Told]] = []
        """Verdicts of shared fixtures: its id, which of its own, the verdict."""
        self.handed_on: list[HandedOn] = []
        """All that was put onto reports, or should have been."""
        self.announced = 0
        """How many of them the controller was told of, beside the reports."""
        self.pending: list[str] = []
        """The assertions that have not come to their verdict, whose each is."""
        self.refused: list[tuple[BaseException, str]] = []
        """The errors that ended assertions of this phase, and which each was."""
        self._raised: WeakKeyDictionary[BaseException, Told] = WeakKeyDictionary()
        self.was_used = False
        """Whether any test of this process had to do with a model."""
        self.threads = Threads()
        self.is_over = False
        self.on_late: Callable[[str], None] | None = None
        """Who hears of a stray when the run was judged already."""
        self._strays: list[str] = []
        self._word = Word() if of_run else None
        self._settings: Settings | None = None
        self._parts: dict[type, object] = {}

    def configure(
        self, read_settings: Callable[[], Settings], *, device_index: int, workers: int
    ) -> None:
        """Say what the run is like; what was answered before is forgotten."""
        self.read_settings, self._settings = read_settings, None
        self.device_index, self.workers = device_index, workers
        self.start_afresh()

    @property
    def settings(self) -> Settings:
        """The settings, read and checked on first use."""
        if self._settings is None:
            self._settings = self.read_settings()
        return self._settings

    @property
    def strays(self) -> list[str]:
        """What was asserted and refused, because it belongs to no test."""
        forked = self._word.take() if self._word and not self.is_forked else ""
        if forked and forked not in self._strays:
            self._strays.append(forked)
        return self._strays

    @property
    def is_forked(self) -> bool:
        """Whether this is another process than the one that made the session."""
        return os.getpid() != self.process

    def stray(self, told: str) -> None:
        """Remember what was refused; a forked process lets the one it left know."""
        if self._word and self.is_forked:
            self._word.leave(told)
        self._hear(told)

    def _hear(self, told: str) -> None:
        self._strays.append(told)
        if self.on_late is not None:
            self.on_late(told)

    @property
    def place(self) -> int:
        """Which of the running test's verdicts, from 0, the next one will be."""
        return self.told + len(self.verdicts)

    def part(self, kind: Callable[[], T]) -> T:
        """The session's one instance of a class, made on first use.

        So a higher layer (the memo, the pool) keeps its state here without this
        module knowing it.
        """
        key = cast("type", kind)
        if key not in self._parts:
            self._parts[key] = kind()
        return cast("T", self._parts[key])

    def models_at_the_end(self) -> ModelsAtTheEnd:
        """How the models of this process, and their files, are found at the end."""
        return {
            "contents": {name: sorted(all_) for name, all_ in self.contents.items()},
            "changed": [one for watch in self.watches if (one := watch.changed())],
        }

    def start_afresh(self) -> None:
        """Give up all that is shared: loaded models, known answers.

        For a model that a test has changed; what is asked next is loaded anew.
        """
        self._parts.clear()

    def begin_test(self, test: RunningTest) -> None:
        """Let a test begin; what was asked before is no part of it."""
        self.costs, self.unmatched, self.refused = [], [], []
        self.test = test
        self.threads.begin()

    def begin_again(self) -> None:
        """Let the next attempt of the running test tell its verdicts from 0."""
        self.told = 0
        self.threads.begin()
        if self.test is not None:
            self.test.asked = self.test.passed = False

    def end_test(self) -> None:
        """Let a test end; a verdict after its last report is nobody's any more."""
        if self.test is not None:
            for told in self.verdicts:
                self._hear(_too_late(self.test, told))
        self.verdicts, self.test = [], None

    @contextlib.contextmanager
    def asking(self) -> Generator[RunningTest | None]:
        """An assertion, from its call to its verdict; gives the test that called it."""
        test = self.test
        told = (
            f"{'no test' if test is None else test.nodeid}: an assertion was still "
            "asking when the run ended; wait for its thread"
        )
        self.pending.append(told)
        try:
            yield test
        finally:
            self.pending.remove(told)

    def tell(self, told: Told, test: RunningTest | None) -> None:
        """Take a verdict over as one of the test that called for it.

        A thread may reach it when that test is over and another one runs.
        """
        if test is self.test:
            self.verdicts.append(told)
        elif test is not None:
            self._hear(_too_late(test, told))

    def raising(self, failure: BaseException, told: Told) -> None:
        """Know by the failure, should anybody expect it, the verdict that it is of."""
        self._raised[failure] = told

    def expect(self, error: BaseException) -> None:
        """Take it that an error was expected, by a way there is to say so."""
        told = self.behind(error)
        if told is not None:
            told.expected = True
        if self.test is not None:
            self.test.asked = True
        self.refused = [one for one in self.refused if one[0] is not error]

    def take_refused(self) -> list[str]:
        """Of which errors no assertion came to its verdict, since they were taken."""
        refused, self.refused = self.refused, []
        return [told for _, told in refused]

    def behind(self, failure: BaseException) -> Told | None:
        """The verdict that a failure is of."""
        return self._raised.get(failure)

    def drain_fixtures(self) -> list[tuple[str, int, Told]]:
        """Verdicts of shared fixtures since the last drain."""
        drained, self.of_fixtures = self.of_fixtures, []
        return drained

    def drain(self) -> tuple[list[Told], list[Cost]]:
        """Verdicts and costs since the last drain."""
        drained = self.verdicts, self.costs
        self.told += len(self.verdicts)
        self.verdicts, self.costs = [], []
        return drained


def _too_late(test: RunningTest, told: Told) -> str:
    metric = told.verdict.result.measurement.metric
    return f"{test.nodeid} was over when a verdict on {metric} was reached"


_current: ContextVar[Session | None] = ContextVar("pytest_ptm_session", default=None)
# A thread that a test starts has an empty context; it belongs to the run all the same.
_active: list[Session] = []
# The last one of a run that is over: what its threads still say, it has to hear.
_ended: list[Session] = []


def current_session() -> Session:
    """The session of this run; outside pytest, one for the process."""
    session = _current.get()
    if session is not None:
        return session
    if _ended and not any(each.of_run for each in _active) and _outlives(_ended[-1]):
        return _ended[-1]
    if not _active:
        _active.append(Session())
    return _active[-1]


def _outlives(ended: Session) -> bool:
    """Whether this is a thread of a run that is over, or the end of the process.

    Not so a script, or a notebook, that goes on after ``pytest.main()``.
    """
    return ended.threads.started_this_one or not threading.main_thread().is_alive()


def unheard() -> list[str]:
    """What the process's own session refused before that of a run was there."""
    return [told for each in _active if not each.of_run for told in each.strays]


@contextlib.contextmanager
def activated(session: Session) -> Generator[Session]:
    """Make a session the current one, for as long as the context lasts."""
    token = _current.set(session)
    _active.append(session)
    try:
        yield session
    finally:
        _active.remove(session)
        _current.reset(token)
        session.is_over = True
        if session.of_run:
            session.start_afresh()  # no model stays in memory for what may still come
            _ended[:] = [session]
