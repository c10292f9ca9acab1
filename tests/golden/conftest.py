"""Golden texts: `pytest tests/golden --update-golden` writes them anew, on purpose."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="Write golden texts")


@pytest.fixture
def golden(request: pytest.FixtureRequest):
    """Compare a text with the file of this name, or write the file."""

    def compare(name: str, text: str) -> None:
        path = HERE / f"{name}.txt"
        if request.config.getoption("--update-golden"):
            path.write_text(text + "\n", encoding="utf-8")
        assert text + "\n" == path.read_text(encoding="utf-8")

    return compare
