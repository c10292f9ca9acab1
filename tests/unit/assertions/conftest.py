"""A session of its own for every test, and a model that goes by one word."""

import pytest
from ptm_fakes import FakeClassifier, by_word

from pytest_ptm.session import Session, activated


@pytest.fixture(autouse=True)
def session():
    with activated(Session()) as session:
        yield session


@pytest.fixture
def model():
    return FakeClassifier(by_word())
