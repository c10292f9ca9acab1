"""What the suites of the plugin tests are made of."""

import pytest
from _pytest.mark import ParameterSet

REVIEWS = """
REVIEWS = [
    {"id": "rev-1", "text": "good film", "label": "positive", "length": "short"},
    {"id": "rev-2", "text": "a good story", "label": "positive", "length": "long"},
    {"id": "rev-3", "text": "bad film", "label": "negative", "length": "short"},
    {"id": "rev-4", "text": "a bad story", "label": "negative", "length": "long"},
    {"id": "rev-5", "text": "not so good", "label": "negative", "length": "long"},
]
"""

ACCURACY = """
from pytest_ptm import assert_accuracy
from reviews import REVIEWS

def test_is_right(ptm_model):
    assert_accuracy(ptm_model, REVIEWS, at_least={bound})
"""

KEYWORD = "python:ptm_fakes:keyword"

RUN_AGAIN = """
from _pytest.runner import runtestprotocol

def pytest_runtest_protocol(item):
    # As pytest-rerunfailures does it: what fails is told as an outcome of its own.
    for attempt in (1, 2):
        for report in runtestprotocol(item, nextitem=None, log=False):
            if attempt == 1 and report.failed:
                report.outcome = "rerun"
            item.ihook.pytest_runtest_logreport(report=report)
    return True

def pytest_report_teststatus(report):
    if report.outcome == "rerun":
        return "rerun", "R", "RERUN"
"""


def ways(*fast: str) -> list[ParameterSet]:
    """Alone, with two workers and without pytest-xdist; heavy, where not named."""
    arguments = {"alone": (), "one-worker": ("-n", "1"), "two-workers": ("-n", "2")}
    arguments["without-xdist"] = ("-p", "no:xdist")
    return [
        pytest.param(given, id=way, marks=[] if way in fast else pytest.mark.heavy)
        for way, given in arguments.items()
        if way in fast or way != "one-worker"
    ]


# A run with workers costs processes: only what crosses from one to another, each thing
# in a few tests, is asked of them without `-m heavy`; of two of them what they could
# tell twice, or share out.
in_a_worker = pytest.mark.parametrize("how", ways("alone", "one-worker"))
in_workers = pytest.mark.parametrize("how", ways("alone", "two-workers"))
in_every_way = pytest.mark.parametrize(
    "how", ways("alone", "two-workers", "without-xdist")
)
