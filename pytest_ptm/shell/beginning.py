"""A run begins: its settings are read, its session opened, and its hooks listen."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator
from typing import TYPE_CHECKING

import pytest

from pytest_ptm.runs.log import RunLog
from pytest_ptm.session import Session
from pytest_ptm.shell import (
    belonging,
    configuration,
    expected,
    fixtures,
    interruption,
    options,
    recorder,
    workers,
)
from pytest_ptm.shell.configuration import log_key, raw_key, session_key

if TYPE_CHECKING:
    from pytest_ptm.settings import Settings
    from pytest_ptm.shell.configuration import Raw

MARKER = (
    "ptm(*, model=NAME or [NAMES], task=TASK, capability=NAME): run on these of the "
    "named models; say what the model is asked where its checkpoint could answer "
    "several tasks; name the capability that is tested"
)


def declare(parser: pytest.Parser, manager: pytest.PytestPluginManager) -> None:
    """Declare the options, the ini keys and the fixtures."""
    options.add_options(parser)
    # Not by pytest_plugins: for each name in it pytest reads what every distribution
    # that is installed has to offer.
    if not manager.has_plugin(fixtures.__name__):
        manager.register(fixtures, fixtures.__name__)


def around_conftests(
    config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> Generator[None, object, object]:
    """Have a session, and no option's value as a test path, before any conftest.

    And the last word on the exit code: who is registered after them stands around.
    """
    belonging.begin(config)
    if any(word.startswith("--ptm-") and "=" not in word for word in args):
        from pytest_ptm.shell import invocation

        invocation.set_right(config, parser)
    result = yield
    config.pluginmanager.register(interruption.LastWord(), "ptm-last-word")
    return result


def configure(config: pytest.Config) -> None:
    """Read the settings and open the session; refuse what is wrong at once.

    Raises:
        UsageError: what was set is wrong, or names a file that cannot be used.
    """
    config.addinivalue_line("markers", MARKER)
    try:
        raw = _raw(config)
        session = _opened(config, raw)
    except Exception as error:
        from pytest_ptm.ground.errors import DataError, ReportError, SettingsError

        if isinstance(error, SettingsError | DataError | ReportError):
            raise pytest.UsageError(str(error)) from None
        raise
    stack = contextlib.ExitStack()
    config.add_cleanup(stack.close)
    _listen(config, session)
    if configuration.is_used(raw):
        from pytest_ptm.shell import progress

        session.progress = progress.begin(config, stack) or session.progress


def _raw(config: pytest.Config) -> Raw:
    """What was set for this run; a worker has it from its controller."""
    raw = workers.shared_settings(config)
    if raw is None:
        raw = configuration.read_raw(config, os.environ)
        if configuration.is_used(raw):
            from pytest_ptm.shell import invocation

            invocation.check(config)
    return raw


def _opened(config: pytest.Config, raw: Raw) -> Session:
    """The session of the run, once everything it is to read can be read."""
    if configuration.is_used(raw):
        from pytest_ptm.ground.redaction import read_environment_again

        read_environment_again()
    index, count = workers.place(config)
    session = belonging.session_of(config)
    session.configure(lambda: _settings(raw), device_index=index, workers=count)
    session.is_verbose = config.get_verbosity() > 0
    config.stash[raw_key] = raw
    if configuration.is_used(raw) and not workers.is_worker(config):
        from pytest_ptm.shell import report_paths

        # Before anything is read: of a pipe nobody would see the end.
        report_paths.check(config)
    if "baseline" in raw["values"]:
        from pytest_ptm.shell import stored_run

        session.baseline = stored_run.opened(config, raw)
    config.stash[session_key] = session
    config.stash[log_key] = RunLog()
    if configuration.is_used(raw):
        workers.check_device(config, session.settings)
    if raw["known_path"] is not None and not workers.is_worker(config):
        from pytest_ptm.shell import known_failures

        known_failures.begin(config)
    return session


def _settings(raw: Raw) -> Settings:
    # pydantic costs 40 ms; only runs that use pytest-ptm come here.
    from pytest_ptm.shell.checked_settings import settings_of

    return settings_of(raw)


def _listen(config: pytest.Config, session: Session) -> None:
    """Have all told that happens in the run, on whichever thread."""
    is_worker = workers.is_worker(config)
    kind = recorder.Listener if is_worker else recorder.RunRecorder
    config.pluginmanager.register(kind(config), "ptm-recorder")
    expected.listen(config, session)
    belonging.watch_threads(config, session)
    if not is_worker:
        interruption.refuse_silent_end(config, lambda: recorder.ends_green(config))


def header(config: pytest.Config) -> list[str]:
    """What the run is asked with, line by line; nothing where nothing of it is used."""
    if not configuration.is_used(config.stash[raw_key]):
        return []
    from pytest_ptm.shell import terminal

    return terminal.header(config)


def take_away_older(session: pytest.Session) -> None:
    """Take an older run's reports away.

    Raises:
        UsageError: one cannot be removed.
    """
    if not recorder.is_noteworthy(session.config):
        return
    from pytest_ptm.ground.errors import ReportError
    from pytest_ptm.shell import report_paths

    try:
        report_paths.take_away_older(session.config)
    except ReportError as error:
        raise pytest.UsageError(str(error)) from None
