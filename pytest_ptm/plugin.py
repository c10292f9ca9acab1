"""pytest's hooks, each a few lines that delegate.

What a run that uses nothing of pytest-ptm does not need is imported where it is needed:
every pytest run on the machine pays for what stands at the top.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

# The first of ours: it decides how the others are found.
import pytest_ptm.ground.unrewritten  # noqa: F401  # pyright: ignore[reportUnusedImport]
from pytest_ptm.shell import beginning, belonging, recorder, running, workers

if TYPE_CHECKING:
    from _pytest.fixtures import SubRequest

    Wrapper = Generator[None, object, object]
else:

    def __dir__() -> list[str]:
        # Of every name of a plugin pytest asks several times whether it is a hook or a
        # fixture, which is most of what a run that uses nothing of it would pay.
        return [name for name in globals() if name.startswith("pytest_")]


def pytest_addoption(
    parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager
) -> None:
    """Declare the options, the ini keys and the fixtures."""
    beginning.declare(parser, pluginmanager)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> Wrapper:
    """Have a session, and the right rootdir, from before the first conftest on."""
    return (yield from beginning.around_conftests(early_config, parser, args))


def pytest_configure(config: pytest.Config) -> None:
    """Read the settings and open the session; refuse what is wrong at once."""
    beginning.configure(config)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Name the models; say nothing where there are none."""
    return beginning.header(config)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Take an older run's report away."""
    beginning.take_away_older(session)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes ``ptm_model`` once for each of its models."""
    running.parametrize(metafunc)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Wrapper:
    """Let assertions know which test is asking."""
    return (yield from running.asking(item))


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: SubRequest
) -> Wrapper:
    """Let what a shared fixture asserts be its own, and no test's."""
    return (yield from belonging.setting_up(fixturedef, request))


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """After every fixture of the test: is each model as it was?"""
    running.check_models(item)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put what the phase found onto its report."""
    return (yield from running.reporting(item, call))


def pytest_report_teststatus(
    report: pytest.CollectReport | pytest.TestReport,
) -> object:
    """Tell a failure that is inconclusive from one that is shown."""
    return running.status(report)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Let no error during collection repeat a secret or steer a terminal."""
    return (yield from running.collecting(collector))


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Remember which tests are there and do not run."""
    recorder.note_deselected(items)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_report_to_serializable(config: pytest.Config) -> Wrapper:
    """Keep a report that cannot be encoded from being lost between processes."""
    return (yield from workers.sending(config))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Give each xdist worker the settings of the controller."""
    workers.share_settings(node)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> Wrapper:
    """Judge the run as a whole after its last test."""
    return (yield from recorder.judging(session))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """The fallback: an interrupted run's document, an exit code that is not 0."""
    recorder.close(session)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show verdicts, models and cost."""
    recorder.summarise(terminalreporter)


def pytest_unconfigure(config: pytest.Config) -> None:
    """After the last line of the run: annotate it where its platform shows that."""
    recorder.annotate(config)
