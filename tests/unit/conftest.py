"""A session of its own for every test: none finds what another one asked."""

import pytest

from pytest_ptm.session import Session, activated


@pytest.fixture(autouse=True)
def session():
    with activated(Session()) as session:
        yield session
