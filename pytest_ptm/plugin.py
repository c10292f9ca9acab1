"""pytest's hooks, each a few lines that delegate.

What a run that uses nothing of pytest-ptm does not need is imported inside the hooks:
every pytest run on the machine pays for what stands at the top.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

# The first of ours: it decides how the others are found.
import pytest_ptm.ground.unrewritten  # noqa: F401  # pyright: ignore[reportUnusedImport]
from pytest_ptm.ground.errors import DataError, Inconclusive, ReportError, SettingsError
from pytest_ptm.ground.redaction import read_environment_again
from pytest_ptm.runs.log import RunLog
from pytest_ptm.shell import (
    belonging,
    configuration,
    expected,
    fixtures,
    interruption,
    options,
    outgoing,
    recorder,
    workers,
)
from pytest_ptm.shell.configuration import log_key, raw_key, session_key

if TYPE_CHECKING:
    from _pytest.fixtures import SubRequest

MARKER = (
    "ptm(*, model=NAME or [NAMES], task=TASK, capability=NAME): run on these of the "
    "named models; say what the model is asked where its checkpoint could answer "
    "several tasks; name the capability that is tested"
)


if not TYPE_CHECKING:

    def __dir__() -> list[str]:
        # Of every name of a plugin pytest asks several times whether it is a hook or a
        # fixture, which is most of what a run that uses nothing of it would pay.
        return [name for name in globals() if name.startswith("pytest_")]


def pytest_addoption(
    parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager
) -> None:
    """Declare the options, the ini keys and the fixtures."""
    options.add_options(parser)
    # Not by pytest_plugins: for each name in it pytest reads what every distribution
    # that is installed has to offer.
    if not pluginmanager.has_plugin(fixtures.__name__):
        pluginmanager.register(fixtures, fixtures.__name__)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Have a session from before the first conftest on."""
    belonging.begin(early_config)


def pytest_configure(config: pytest.Config) -> None:
    """Read the settings and open the session; refuse what is wrong at once."""
    config.addinivalue_line("markers", MARKER)
    read_environment_again()
    try:
        raw = workers.shared_settings(config)
        if raw is None:
            raw = configuration.read_raw(config, os.environ)
            if configuration.is_used(raw):
                from pytest_ptm.shell import invocation

                invocation.check(config)
        index, count = workers.place(config)
        session = belonging.session_of(config)
        session.configure(
            lambda: configuration.settings_of(raw), device_index=index, workers=count
        )
        config.stash[raw_key] = raw
        if configuration.is_used(raw) and not workers.is_worker(config):
            from pytest_ptm.shell import guards

            # Before anything is read: of a pipe nobody would see the end.
            guards.check_paths(config)
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
    except (SettingsError, DataError, ReportError) as error:
        raise pytest.UsageError(str(error)) from None
    config.pluginmanager.register(outgoing.Warnings(config), "ptm-warnings")
    stack = contextlib.ExitStack()
    config.add_cleanup(stack.close)
    expected.listen(config, session)
    belonging.watch_threads(config, session)
    if not workers.is_worker(config):
        config.pluginmanager.register(recorder.RunRecorder(config), "ptm-recorder")
        interruption.refuse_silent_end(config, lambda: recorder.ends_green(config))
    if configuration.is_used(raw):
        from pytest_ptm.shell import progress

        session.progress = progress.begin(config, stack) or session.progress


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Name the models; say nothing where there are none."""
    if not configuration.is_used(config.stash[raw_key]):
        return []
    from pytest_ptm.shell import terminal

    return terminal.header(config)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Take an older run's report away."""
    if workers.is_worker(session.config) or not recorder.is_noteworthy(session.config):
        return
    from pytest_ptm.shell import guards

    try:
        guards.begin(session.config)
    except ReportError as error:
        raise pytest.UsageError(str(error)) from None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes ``ptm_model`` once for each of its models."""
    marker = metafunc.definition.get_closest_marker("ptm")
    if marker is None and "ptm_model" not in metafunc.fixturenames:
        return
    from pytest_ptm.shell import markers

    markers.parametrize(metafunc)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let assertions know which test is asking."""
    session = item.config.stash[session_key]
    session.begin_test(recorder.running(item))
    try:
        return (yield)
    finally:
        session.end_test()


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: SubRequest
) -> Generator[None, object, object]:
    """Let what a shared fixture asserts be its own, and no test's."""
    if not belonging.is_shared(fixturedef):
        return (yield)
    with belonging.setting_up(fixturedef, request):
        return (yield)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """After every fixture of the test: is each model as it was?"""
    recorder.check_models(item.config.stash[session_key], item.nodeid)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put what the phase found onto its report."""
    payload = recorder.drain(item.config.stash[session_key], item, since=call.start)
    report = yield
    if call.when == "teardown":
        # The next attempt of a test that is run again tells its verdicts from 0.
        item.config.stash[session_key].begin_again()
    if payload:
        report.__dict__["ptm"] = payload
    error = call.excinfo.value if call.excinfo else None
    recorder.shorten(report, error)
    recorder.note_error(report, error)
    if isinstance(error, Inconclusive):
        report.__dict__["ptm_inconclusive"] = True
    if payload or recorder.concerns_us(error):
        item.config.stash[session_key].was_used = True
        outgoing.clean(report)
    return report


def pytest_report_teststatus(
    report: pytest.CollectReport | pytest.TestReport,
) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """Tell a failure that is inconclusive from one that is shown.

    Its category stays "failed": one of its own would hide it from every count.
    """
    if recorder.is_inconclusive(report):
        return "failed", "I", ("INCONCLUSIVE", {"yellow": True})
    return None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Let no error during collection repeat a secret or steer a terminal."""
    report = yield
    concerned = configuration.is_used(collector.config.stash[raw_key])
    if report.failed and (concerned or "pytest_ptm" in str(report.longrepr)):
        outgoing.clean(report)
        call = getattr(report, "call", None)
        recorder.note_error(report, call and call.excinfo and call.excinfo.value)
    return report


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Remember which tests are there and do not run."""
    if items and items[0].config.stash[raw_key]["known_path"] is not None:
        log = items[0].config.stash[log_key]
        log.deselected.update(item.nodeid for item in items)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_report_to_serializable(
    config: pytest.Config,
) -> Generator[None, object, object]:
    """Keep a report that cannot be encoded from being lost between processes."""
    data = yield
    if workers.is_worker(config) and config.stash[session_key].reached:
        from pytest_ptm.shell import arrival

        arrival.announce(config, data)
    return workers.transportable(data)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Give each xdist worker the settings of the controller."""
    workers.share_settings(node)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Judge the run as a whole after its last test."""
    try:
        result = yield
    except pytest.exit.Exception as end:
        if recorder.is_noteworthy(session.config):
            from pytest_ptm.shell import guards

            guards.cut_short(session, end)
        raise
    if recorder.is_noteworthy(session.config):
        from pytest_ptm.shell import guards

        guards.finish(session)
    return result


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """The fallback: an interrupted run's document, an exit code that is not 0."""
    workers.tell_models(session.config)
    if recorder.is_noteworthy(session.config):
        from pytest_ptm.shell import guards

        guards.close(session)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show verdicts, models and cost."""
    if recorder.is_noteworthy(terminalreporter.config):
        from pytest_ptm.shell import terminal

        terminal.summary(terminalreporter)


def pytest_unconfigure(config: pytest.Config) -> None:
    """After the last line of the run: annotate it where its platform shows that."""
    if log_key in config.stash and recorder.is_noteworthy(config):
        from pytest_ptm.shell import continuous_integration

        continuous_integration.conclude(config)
