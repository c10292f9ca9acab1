"""Which models are loaded, how often, and which one must go."""

from __future__ import annotations

import gc
import json
import threading
import weakref

import ptm_fakes
import pytest

from pytest_ptm.backends import find_backend, parse_spec
from pytest_ptm.ground.errors import ArgumentError, ModelError, SettingsError
from pytest_ptm.models.handle import ModelHandle, load_model
from pytest_ptm.models.pool import Pool
from pytest_ptm.session import Session, activated
from pytest_ptm.session.running_test import RunningTest
from pytest_ptm.settings import Settings

TASK = "text-classification"


@pytest.fixture(autouse=True)
def session():
    # A device that does not exist: only folders may care.
    settings = Settings(device="cuda:99")
    with activated(Session(read_settings=lambda: settings)) as session:
        yield session


@pytest.fixture
def loads(monkeypatch):
    """Which words the factory ``python:ptm_fakes:keyword`` was called with."""
    words = []
    keyword = ptm_fakes.keyword

    def counting(good="good"):
        words.append(good)
        return keyword(good)

    monkeypatch.setattr(ptm_fakes, "keyword", counting)
    return words


def spec(word, name=""):
    return parse_spec(f"{name and name + '='}python:ptm_fakes:keyword?good={word}")


def test_a_model_is_loaded_once(loads):
    pool = Pool()
    assert pool.predictor(spec("a"), TASK) is pool.predictor(spec("a"), TASK)
    assert loads == ["a"]


def test_a_handle_loads_nothing_until_it_is_asked(loads):
    handle = load_model("python:ptm_fakes:keyword?good=a")
    assert (handle.name, repr(handle)) == (
        "keyword",
        "<model keyword = python:ptm_fakes:keyword>",
    )
    assert loads == []
    handle.predictor(TASK)
    handle.predictor(TASK)
    assert loads == ["a"]


def test_two_names_of_one_model_share_it(loads):
    pool = Pool()
    first = pool.predictor(spec("a", "one"), TASK)
    assert pool.predictor(spec("a", "two"), TASK) is first
    assert loads == ["a"]


def test_a_third_model_sends_away_the_one_asked_longest_ago(loads):
    pool = Pool()
    for word in ("a", "b", "a", "c"):
        pool.predictor(spec(word), TASK)
    assert loads == ["a", "b", "c"]
    pool.predictor(spec("a"), TASK)
    assert loads == ["a", "b", "c"]
    pool.predictor(spec("b"), TASK)
    assert loads == ["a", "b", "c", "b"]


def test_a_model_that_was_sent_away_is_forgotten(loads):
    pool = Pool()
    gone = weakref.ref(pool.predictor(spec("a"), TASK))
    pool.predictor(spec("b"), TASK)
    pool.predictor(spec("c"), TASK)
    gc.collect()
    assert gone() is None


def test_a_failed_load_is_remembered(tmp_path, monkeypatch):
    log = tmp_path / "loads"
    monkeypatch.setenv("PTM_FAKE_LOADS", str(log))
    pool = Pool()
    failed = []
    for name in ("", "other=", ""):
        with pytest.raises(ModelError, match="PTM310") as refused:
            pool.predictor(parse_spec(f"{name}python:ptm_fakes:unloadable"), TASK)
        failed.append(refused.value)
    assert failed[0] is failed[1] is failed[2]
    assert log.read_text(encoding="utf-8") == "load\n"


def test_the_traceback_of_a_remembered_failure_does_not_grow(tmp_path, monkeypatch):
    monkeypatch.setenv("PTM_FAKE_LOADS", str(tmp_path / "loads"))
    pool = Pool()
    lengths = []
    for _ in range(4):
        with pytest.raises(ModelError) as refused:
            pool.predictor(parse_spec("python:ptm_fakes:unloadable"), TASK)
        lengths.append(len(refused.traceback))
    assert lengths[1] == lengths[3]


def test_a_failed_model_leaves_the_others_usable(loads, tmp_path, monkeypatch):
    monkeypatch.setenv("PTM_FAKE_LOADS", str(tmp_path / "loads"))
    pool = Pool()
    pool.predictor(spec("a"), TASK)
    with pytest.raises(ModelError):
        pool.predictor(parse_spec("python:ptm_fakes:unloadable"), TASK)
    pool.predictor(spec("a"), TASK)
    assert loads == ["a"]


def test_threads_that_ask_at_once_load_once(loads):
    pool = Pool()
    given = []
    together = threading.Barrier(4)

    def ask():
        together.wait()
        given.append(pool.predictor(spec("a"), TASK))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loads == ["a"]
    assert len({id(predictor) for predictor in given}) == 1


def test_a_model_of_python_needs_no_device(loads):
    # The session's device does not exist.
    assert Pool().predictor(spec("a"), TASK).card.device == "cpu"


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        ("no_such_module:factory", "No module named 'no_such_module'"),
        ("ptm_fakes:no_such_factory", "no_such_factory"),
        ("ptm_fakes", "python:package.module:factory"),
        (":keyword", "python:package.module:factory"),
        ("ptm_fakes:__name__", "a str, which cannot be called"),
        ("ptm_fakes:Texts?texts=a", "a Texts without task, card"),
        ("ptm_fakes:keyword?goood=a", "goood"),
    ],
)
def test_a_factory_that_gives_no_predictor_is_refused(reference, why):
    with pytest.raises(ModelError) as refused:
        Pool().predictor(parse_spec(f"python:{reference}"), TASK)
    assert refused.value.code == "PTM313"
    assert f"python:{reference}" in refused.value.message
    assert why in refused.value.message


def test_a_predictor_of_another_task_is_refused():
    with pytest.raises(ModelError) as refused:
        Pool().predictor(parse_spec("python:ptm_fakes:keyword"), "fill-mask")
    assert refused.value.code == "PTM313"
    assert "answers 'text-classification'" in refused.value.message
    assert "asks 'fill-mask'" in refused.value.message


class Constant(ptm_fakes.FakeClassifier):
    """Forgets that its answers depend on more than its version."""

    fingerprint = "version-1"


def test_two_models_of_ones_own_with_one_fingerprint_are_refused(monkeypatch):
    def keyword(good):
        return Constant(ptm_fakes.by_word(good), name=good)

    monkeypatch.setattr(ptm_fakes, "keyword", keyword)
    pool = Pool()
    pool.predictor(spec("a", "one"), TASK)
    with pytest.raises(ModelError) as refused:
        pool.predictor(spec("b", "two"), TASK)
    assert refused.value.code == "PTM313"
    for reference in ("one=python:ptm_fakes:keyword?good=a", "two=", "good=b"):
        assert reference in refused.value.message
    assert "the classes and their order" in refused.value.message
    # The model that was there first goes on, under whatever name.
    pool.predictor(spec("a", "three"), TASK)


def test_two_specs_of_one_model_may_answer_for_each_other():
    pool = Pool()
    pool.predictor(parse_spec("python:ptm_fakes:keyword"), TASK)
    pool.predictor(parse_spec("python:ptm_fakes:keyword?good=good"), TASK)


def test_an_error_inside_a_factory_keeps_its_own_class(monkeypatch):
    monkeypatch.delenv("PTM_FAKE_LOADS", raising=False)
    with pytest.raises(KeyError, match="PTM_FAKE_LOADS"):
        Pool().predictor(parse_spec("python:ptm_fakes:unloadable"), TASK)


def test_a_handle_takes_its_task_from_the_test_then_from_the_spec(session):
    handle = load_model("python:ptm_fakes:keyword?task=text-classification")
    assert handle.task == "text-classification"
    session.test = RunningTest("t.py::test", task="of-the-marker")
    assert handle.task == "of-the-marker"
    session.test = RunningTest("t.py::test")
    assert handle.task == "text-classification"


def test_an_unknown_task_in_a_spec_is_refused_at_once():
    with pytest.raises(ArgumentError, match="did you mean 'text-classification'"):
        load_model("python:ptm_fakes:keyword?task=text-clasification")


def test_a_wrong_spec_is_refused_at_once():
    with pytest.raises(SettingsError, match="model spec"):
        load_model("a b")


def test_a_default_model_is_refused_where_the_marker_names_another(session, loads):
    session.test = RunningTest("t.py::test", models=("candidate",))
    handle = ModelHandle(spec("a", "baseline"), by_default=True)
    with pytest.raises(ArgumentError, match=r"ptm_load\(NAME\)"):
        handle.predictor(TASK)
    assert loads == []


def checkpoint(folder, **config):
    """A folder with nothing but a config.json."""
    folder.mkdir()
    named = {"architectures": ["BertForSequenceClassification"], **config}
    (folder / "config.json").write_text(json.dumps(named), encoding="utf-8")
    return parse_spec(str(folder))


def test_a_model_of_python_can_what_it_says_and_is_made_once(loads):
    pool = Pool()
    assert pool.can(spec("a")) == {TASK}
    assert pool.can(spec("a", "other")) == {TASK}
    pool.predictor(spec("a"), TASK)
    assert loads == ["a"]


def test_asking_it_something_else_makes_it_no_second_time(loads):
    pool = Pool()
    for _ in range(2):
        with pytest.raises(ModelError, match="asks 'fill-mask'"):
            pool.predictor(spec("a"), "fill-mask")
    pool.predictor(spec("a"), TASK)
    assert loads == ["a"]


@pytest.mark.parametrize("first", ["can", "predictor"])
def test_what_keeps_it_from_being_made_is_said_and_remembered(
    first, tmp_path, monkeypatch
):
    log = tmp_path / "loads"
    monkeypatch.setenv("PTM_FAKE_LOADS", str(log))
    pool, model = Pool(), parse_spec("python:ptm_fakes:unloadable")
    ways = [lambda: pool.can(model), lambda: pool.predictor(model, TASK)]
    failed = []
    for way in ways if first == "can" else ways[::-1]:
        with pytest.raises(ModelError, match="PTM310") as refused:
            way()
        failed.append(refused.value)
    assert failed[0] is failed[1]
    assert log.read_text(encoding="utf-8") == "load\n"


def test_an_object_that_is_no_predictor_can_nothing():
    with pytest.raises(ModelError, match=r"PTM313 .* a Texts without task, card"):
        Pool().can(parse_spec("python:ptm_fakes:Texts?texts=a"))


@pytest.mark.parametrize("first", ["can", "predictor"])
def test_files_that_are_not_there_are_looked_for_once(first, tmp_path, monkeypatch):
    pool, model = Pool(), parse_spec(str(tmp_path / "gone"))
    looked = []
    backend = find_backend(model.backend)
    locate = backend.locate
    monkeypatch.setattr(
        backend,
        "locate",
        lambda *given, **how: looked.append(1) or locate(*given, **how),
    )
    ways = [lambda: pool.can(model), *[lambda: pool.predictor(model, TASK)] * 2]
    ways.append(lambda: pool.predictor(model, "fill-mask"))
    failed = []
    for way in ways if first == "can" else ways[::-1]:
        with pytest.raises(ModelError, match="PTM301") as refused:
            way()
        failed.append(refused.value)
    assert {id(error) for error in failed} == {id(failed[0])}
    assert len(looked) == 1


def test_what_a_checkpoint_can_needs_neither_device_nor_weights(tmp_path):
    # The session's device does not exist, and the folder has no weights.
    pool = Pool()
    assert pool.can(checkpoint(tmp_path / "two")) == {TASK}
    one = checkpoint(tmp_path / "one", id2label={"0": "LABEL_0"})
    assert pool.can(one) == {"text-regression"}
    assert pool.can(checkpoint(tmp_path / "own", architectures=["Own"])) is None


def test_a_backend_need_not_say_what_its_models_can(monkeypatch, tmp_path):
    model = checkpoint(tmp_path / "it")
    assert Pool().can(model) is not None
    monkeypatch.delattr(find_backend(model.backend), "can")
    assert Pool().can(model) is None


def test_a_handle_says_what_its_model_can(session, loads, tmp_path):
    assert load_model("python:ptm_fakes:keyword?good=a").can() == {TASK}
    # By name it may be another than the test's marker means: that is told, not asked.
    session.test = RunningTest("t.py::test", models=("candidate",))
    default = ModelHandle(spec("b"), by_default=True)
    with pytest.raises(ArgumentError, match="the test's marker names the model"):
        default.can()
    assert loads == ["a"]
