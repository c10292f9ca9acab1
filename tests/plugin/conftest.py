"""A suite for pytester: six reviews, and models without a framework."""

from __future__ import annotations

from pathlib import Path

# In-process runs of pytester forget every module they import themselves, and some
# libraries cannot be imported twice: so all of them are imported here, once.
import numpy  # noqa: F401
import ptm_fakes  # noqa: F401
import pydantic.dataclasses  # noqa: F401
import pytest
import safetensors  # noqa: F401
import scipy.optimize  # noqa: F401
import scipy.special  # noqa: F401
from ptm_suite import ACCURACY, REVIEWS, ways

import pytest_ptm.runs.document  # noqa: F401
import pytest_ptm.shell.continuous_integration  # noqa: F401
from pytest_ptm import evaluate_accuracy, load_model
from pytest_ptm.session import Session, activated

TESTS = Path(__file__).resolve().parent.parent


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    """A pytester whose tests find the reviews and the fakes, in workers too."""
    pytester.makepyfile(reviews=REVIEWS)
    pytester.syspathinsert(TESTS)
    pytester.syspathinsert(pytester.path)
    monkeypatch.setenv("PYTHONPATH", f"{TESTS}:{pytester.path}")
    return pytester


@pytest.fixture
def accuracy_suite(suite: pytest.Pytester):
    """One test, green at 0.75: the keyword model is right on 4 of 5."""
    suite.makepyfile(test_it=ACCURACY.format(bound=0.75))
    return suite


@pytest.fixture(scope="session")
def loads_no_torch():
    """A checkpoint, asked before: a run in this process finds torch imported.

    pytester would have it imported again by each run, which crashes; and in a process
    of its own a run takes seconds for it.
    """
    rows = [{"text": "a good film", "label": "positive"}]
    with activated(Session()):
        evaluate_accuracy(load_model(TESTS.parent / "examples/models/reviews"), rows)


@pytest.fixture(params=ways("alone"))
def how(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """Alone; by `-m heavy` also with two workers and with pytest-xdist switched off."""
    return request.param
