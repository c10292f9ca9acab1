"""Who is loaded, and who must go."""

import pytest
from ptm_fakes import keyword

import pytest_ptm.backends.callable
from pytest_ptm import load_model
from pytest_ptm.errors import ModelError
from pytest_ptm.session import RunningTest, Session, activated

LOADED: list[str] = []


@pytest.fixture(autouse=True)
def session():
    LOADED.clear()
    with activated(Session()) as session:
        yield session


def counted(good="good"):
    LOADED.append(good)
    return keyword(good)


SPEC = "python:unit_pool:counted"


@pytest.fixture(autouse=True)
def _module(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "unit_pool", sys.modules[__name__])


def ask(spec):
    return load_model(spec).predictor("text-classification")


def test_a_model_is_loaded_once_whatever_it_is_called():
    assert ask(f"a={SPEC}") is ask(f"b={SPEC}")
    assert LOADED == ["good"]


def test_the_least_recently_used_of_three_leaves():
    first, second, third = (f"{SPEC}?good={n}" for n in ("one", "two", "three"))
    ask(first)
    ask(second)
    ask(first)
    ask(third)
    ask(first)
    assert LOADED == ["one", "two", "three"]
    ask(second)
    assert LOADED == ["one", "two", "three", "two"]


def test_a_failed_load_is_remembered(monkeypatch):
    loads = []

    def fail(request):
        loads.append(request)
        raise ModelError("broken", code="PTM310")

    monkeypatch.setattr(pytest_ptm.backends.callable, "load", fail)
    for _ in range(3):
        with pytest.raises(ModelError, match=r"PTM310 broken"):
            ask(SPEC)
    assert len(loads) == 1


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ("python:no_such_module:f", "cannot import 'f' from 'no_such_module'"),
        ("python:unit_pool:nothing", "cannot import 'nothing'"),
        ("python:unit_pool", "cannot import ''"),
        ("python:builtins:object", "without task, card"),
    ],
)
def test_a_factory_that_gives_no_model_is_refused(spec, why):
    with pytest.raises(ModelError, match="PTM313") as error:
        ask(spec)
    assert why in str(error.value)


def test_a_predictor_of_another_task_is_refused():
    with pytest.raises(ModelError, match=r"PTM313 .*answers 'text-classification'"):
        load_model(SPEC).predictor("fill-mask")


def test_the_marker_of_the_running_test_says_the_task(session):
    model = load_model(f"{SPEC}?task=text-classification")
    assert model.task == "text-classification"
    plain = load_model(SPEC)
    assert plain.task is None
    session.test = RunningTest("t", task="text-classification")
    assert plain.task == "text-classification"
