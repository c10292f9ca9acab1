"""``@pytest.mark.ptm``: which models a test runs on, and what they are asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import pytest

from pytest_ptm.ground.display import listed
from pytest_ptm.ground.unknown import unknown
from pytest_ptm.shell.configuration import session_key

if TYPE_CHECKING:
    from pytest_ptm.settings import Settings

FORKED = (
    "pytest-forked ends a test together with a process of its own, where it would load "
    "its model anew and its verdict may get lost. To survive a test that crashes, use "
    "pytest-xdist: "
)
KEYWORDS = ("model", "task", "capability")


@dataclass(frozen=True, slots=True)
class Mark:
    """What the markers of one test say together; the nearest one wins."""

    models: tuple[str, ...] | None = None
    task: str | None = None
    capability: str | None = None


def read_mark(node: pytest.Item | pytest.Collector) -> Mark:
    """The ``ptm`` markers on a test, its class and its module, read strictly.

    Raises:
        pytest.UsageError: a positional argument, an unknown keyword or a wrong value.
    """
    models: tuple[str, ...] | None = None
    task: str | None = None
    capability: str | None = None
    for marker in node.iter_markers("ptm"):
        if marker.args:
            raise pytest.UsageError(
                f"{node.nodeid}: @pytest.mark.ptm takes keywords only "
                f"({', '.join(KEYWORDS)}), got {marker.args[0]!r}"
            )
        for key in marker.kwargs:
            if key not in KEYWORDS:
                raise pytest.UsageError(
                    f"{node.nodeid}: @pytest.mark.ptm: "
                    f"{unknown('keyword', key, KEYWORDS)}"
                )
        if models is None and "model" in marker.kwargs:
            models = _names(node, marker.kwargs["model"])
        if task is None and "task" in marker.kwargs:
            task = _task(node, marker.kwargs["task"])
        if capability is None and "capability" in marker.kwargs:
            capability = _capability(node, marker.kwargs["capability"])
    return Mark(models, task, capability)


def parametrize(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes ``ptm_model`` once for each of its models.

    By name strings, so that pytest orders the tests by model and each is loaded once.
    Without a model nothing is parametrized, and the fixture says what to type: an empty
    parameter set would be skipped by pytest, and the run would be green.

    Raises:
        pytest.UsageError: the test's marker is wrong.
    """
    node = metafunc.definition
    read_mark(node)
    if "ptm_model" not in metafunc.fixturenames:
        return
    if node.get_closest_marker("forked") is not None:
        raise pytest.UsageError(
            f"{node.nodeid}: {FORKED}-n 1, without @pytest.mark.forked"
        )
    names = selected(node, metafunc.config.stash[session_key].settings)
    if names:
        metafunc.parametrize("ptm_model", names, indirect=True, scope="session")


def selected(node: pytest.Item | pytest.Collector, settings: Settings) -> list[str]:
    """The names of the models a test runs on; empty if the run has none.

    Raises:
        pytest.UsageError: the marker names a model that the run does not know.
    """
    wanted = read_mark(node).models
    if wanted is None:
        return [model.name for model in settings.models]
    known = [model.name for model in settings.named]
    missing = [name for name in wanted if name not in known]
    if missing and known:
        raise pytest.UsageError(
            f"{node.nodeid}: no model is named {missing[0]!r}; known: {listed(known)}. "
            f"Name it: --ptm-model={missing[0]}=PATH, or in the ini's ptm_model"
        )
    return [] if missing else list(wanted)


def _names(node: pytest.Item | pytest.Collector, value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, (list, tuple)):
        names = tuple(cast("list[object]", value))
        if names and all(isinstance(name, str) for name in names):
            return cast("tuple[str, ...]", names)
    raise pytest.UsageError(
        f"{node.nodeid}: @pytest.mark.ptm(model=…): expected a name or a list of "
        f"names, got {value!r}"
    )


def _task(node: pytest.Item | pytest.Collector, value: object) -> str:
    # Reading the tasks brings in NumPy; only a test that names one pays.
    from pytest_ptm.tasks import known_tasks

    tasks = tuple(sorted(known_tasks()))
    if not isinstance(value, str) or value not in tasks:
        raise pytest.UsageError(
            f"{node.nodeid}: @pytest.mark.ptm: {unknown('task', str(value), tasks)}"
        )
    return value


def _capability(node: pytest.Item | pytest.Collector, value: object) -> str:
    if isinstance(value, str) and value.strip():
        return value
    raise pytest.UsageError(
        f"{node.nodeid}: @pytest.mark.ptm(capability=…): expected a name such as "
        f"'negation', got {value!r}"
    )
