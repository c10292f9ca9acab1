"""What the suites of the plugin tests are made of."""

import pytest

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

HOW_TO_RUN = [
    pytest.param((), id="alone"),
    pytest.param(("-n", "2"), id="two-workers"),
    pytest.param(("-p", "no:xdist"), id="without-xdist"),
]
