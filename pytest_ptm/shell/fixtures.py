"""The fixtures; heavy libraries are imported inside, when a test asks for one."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from pytest_ptm.shell.configuration import session_key

if TYPE_CHECKING:
    from pytest_ptm.models.handle import ModelHandle
    from pytest_ptm.settings import Settings

NOTHING_AGAINST = (
    "no model to compare with: type --ptm-against=SPEC, or set ptm_against in the ini "
    "file"
)
NO_MODEL = "no model given: type --ptm-model=PATH, or set ptm_model in the ini file"


@pytest.fixture(scope="session")
def ptm_settings(pytestconfig: pytest.Config) -> Settings:
    """The settings of the run, checked and frozen."""
    return pytestconfig.stash[session_key].settings


@pytest.fixture(scope="session")
def ptm_model(request: pytest.FixtureRequest, ptm_settings: Settings) -> ModelHandle:
    """The model under test: once for each model of the run.

    A light handle; the weights are loaded when the model is first asked.
    """
    name: str | None = getattr(request, "param", None)
    chosen = _only_model(ptm_settings) if name is None else name
    # Imported after a run without models has skipped: it brings in NumPy and more.
    from pytest_ptm.models.handle import ModelHandle

    named = {model.name: model for model in ptm_settings.named}
    return ModelHandle(named[chosen], by_default=name is None)


@pytest.fixture(scope="session")
def ptm_load(ptm_settings: Settings) -> Callable[[str], ModelHandle]:
    """Load another model in a test, by a name of the run or by spec."""
    from pytest_ptm.models.handle import load_model

    named = {model.name: model for model in ptm_settings.named}

    def load(reference_or_name: str) -> ModelHandle:
        return load_model(named.get(reference_or_name, reference_or_name))

    return load


@pytest.fixture(scope="session")
def ptm_against(ptm_settings: Settings) -> ModelHandle:
    """The model to compare with, which --ptm-against names."""
    if ptm_settings.against is None:
        if ptm_settings.require:
            pytest.fail(f"{NOTHING_AGAINST} (--ptm-require is on)", pytrace=False)
        pytest.skip(NOTHING_AGAINST)
    from pytest_ptm.models.handle import ModelHandle

    return ModelHandle(ptm_settings.against)


@pytest.fixture(scope="session")
def ptm_device(pytestconfig: pytest.Config) -> str:
    """The device that models of this process run on, such as ``cpu`` or ``cuda:1``."""
    from pytest_ptm.devices import choose

    session = pytestconfig.stash[session_key]
    return choose(
        session.settings.device, index=session.device_index, workers=session.workers
    )


@pytest.fixture
def ptm_rng(request: pytest.FixtureRequest, ptm_settings: Settings) -> random.Random:
    """A random generator of the test's own, from --ptm-seed and the test's id."""
    return random.Random(f"{ptm_settings.seed}:{request.node.nodeid}")


if not TYPE_CHECKING:

    def __dir__() -> list[str]:
        # The fixtures: pytest looks at no other name, as in ``plugin``.
        return [name for name in globals() if name.startswith("ptm_")]


def _only_model(settings: Settings) -> str:
    """The model of a test that pytest could not parametrize."""
    if not settings.models:
        if settings.require:
            pytest.fail(f"{NO_MODEL} (--ptm-require is on)", pytrace=False)
        pytest.skip(NO_MODEL)
    if len(settings.models) > 1:
        names = ", ".join(model.name for model in settings.models)
        pytest.fail(
            f"ptm_model was reached without parametrization and the run has several "
            f"models ({names}); take ptm_model as an argument of the test, or "
            "ptm_load(NAME)",
            pytrace=False,
        )
    return next(model.name for model in settings.models)
