"""A model that goes by one word."""

import pytest
from ptm_fakes import FakeClassifier, by_word


@pytest.fixture
def model():
    return FakeClassifier(by_word())
