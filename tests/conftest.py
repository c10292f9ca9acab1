"""What every test may ask for: the shared data and checkpoints, where they are."""

from __future__ import annotations

import gc
import importlib.metadata
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import pytest_ptm

pytest_plugins = ["pytester"]

# Processes that tests start import the plugin again and again: compiled once, not each
# time, also where the environment forbids writing bytecode.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# What tests multiply is small: threads would only spin, in two workers' children most.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

# A slow or busy machine is no fault of what is tested, and what passed once passes
# again: new examples are looked for on purpose, PTM_TEST_SEARCH of them a test.
search = int(os.environ.get("PTM_TEST_SEARCH", "0"))
settings.register_profile(
    "any-machine",
    deadline=None,
    derandomize=not search,
    max_examples=search or 40,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("any-machine")

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="Write golden texts")


def pytest_collection() -> None:
    """What runs of pytester in this process find made; a controller has no tests.

    They forget what they import themselves, and would spend half of their time on
    importing it again. And each reads what all installed distributions say of their
    plugins: kept here of those that are on the path by now.
    """
    for public in pytest_ptm.__all__:
        getattr(pytest_ptm, public)
    asked = importlib.metadata.distributions
    if not hasattr(asked, "known"):
        importlib.metadata.distributions = _once_each(asked)


def pytest_collection_finish() -> None:
    """What lives until the end is not looked through for garbage again and again.

    And the processes that tests start leave out what only this suite's environment
    brings, which takes half of their time; a worker of this suite has begun by now.
    """
    os.environ.setdefault("PYTEST_ADDOPTS", "-p no:hypothesispytest -p no:anyio")
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def _once_each(asked: Callable[..., Iterable[importlib.metadata.Distribution]]):
    """`importlib.metadata.distributions`; each folder of today's path is read once."""
    # An empty one is wherever a test stands.
    before = frozenset(sys.path) - {""}
    known = [_read(each) for each in asked()]

    def distributions(**given: object):
        if given or not before.issubset(sys.path):
            return asked(**given)
        added = [folder for folder in sys.path if folder not in before]
        return [*asked(path=added), *known]

    distributions.known = known
    return distributions


def _read(found: importlib.metadata.Distribution) -> importlib.metadata.Distribution:
    once = {"entry_points": found.entry_points}
    if once["entry_points"].select(group="pytest11"):
        once["files"] = found.files
    kind = type("Read", (type(found),), once)
    copied = kind.__new__(kind)
    vars(copied).update(vars(found))
    return copied


@pytest.fixture
def golden(request: pytest.FixtureRequest):
    """Compare a text with the golden file of this name, or write the file.

    `pytest tests/golden --update-golden` writes them anew, on purpose; so does
    `pytest tests/plugin/test_what_a_run_prints.py --update-golden`.
    """

    def compare(name: str, text: str) -> None:
        path = GOLDEN / f"{name}.txt"
        if request.config.getoption("--update-golden"):
            path.write_text(text + "\n", encoding="utf-8")
        assert text + "\n" == path.read_text(encoding="utf-8")

    return compare


def _folder(variable: str) -> Path | None:
    value = os.environ.get(variable)
    return Path(value).resolve() if value else None


@pytest.fixture(scope="session")
def shared_models() -> Path:
    """The folder of real checkpoints."""
    folder = _folder("PTM_TEST_MODELS")
    if folder is None or not folder.is_dir():
        pytest.skip("PTM_TEST_MODELS does not name a folder of real checkpoints")
    return folder


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets."""
    folder = _folder("PTM_TEST_DATA")
    if folder is None or not folder.is_dir():
        pytest.skip("PTM_TEST_DATA does not name a folder of real data")
    return folder


@pytest.fixture(autouse=True)
def _a_clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's CI variable or PTM_* setting decides what a test sees."""
    for name in list(os.environ):
        kept = {"PTM_TEST_DATA", "PTM_TEST_MODELS", "PTM_TEST_WHEELS"}
        if name == "CI" or (name.startswith("PTM_") and name not in kept):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
