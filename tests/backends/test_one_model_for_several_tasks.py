"""A checkpoint is read once, however many tasks of its head a run asks."""

import gc
import weakref

import pytest
import transformers
from test_causal_scoring import made

from pytest_ptm.models.handle import load_model

TASKS = {
    "gpt2": ("causal-scoring", "multiple-choice"),
    "bert": ("fill-mask", "masked-scoring"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory, checkpoint):
    root = tmp_path_factory.mktemp("models")
    folders = {"bert": checkpoint("bert-masked-lm"), "gpt2": made("gpt2", root)}
    return folders.__getitem__


@pytest.fixture
def read(monkeypatch):
    """The folders whose weights were read."""
    folders = []
    plain = transformers.PreTrainedModel.from_pretrained.__func__

    def counting(cls, folder, *given, **how):
        folders.append(folder)
        return plain(cls, folder, *given, **how)

    monkeypatch.setattr(
        transformers.PreTrainedModel, "from_pretrained", classmethod(counting)
    )
    return folders


@pytest.mark.parametrize("family", TASKS)
def test_the_weights_are_in_memory_once(family, folder, read):
    model = load_model(folder(family))
    one, other = map(model.predictor, TASKS[family])
    assert one.checkpoint.model is other.checkpoint.model
    assert read == [folder(family)]
    assert one.task != other.task
    assert one.checkpoint.identity.task == one.task
    assert other.fingerprint != one.fingerprint


@pytest.mark.parametrize("family", TASKS)
def test_each_task_is_bound_as_if_it_were_alone(family, folder, run_with):
    alone = []
    for task in TASKS[family]:
        with run_with():
            alone.append(load_model(folder(family)).predictor(task))
    model = load_model(folder(family))
    for one in alone:
        both = model.predictor(one.task)
        assert (both.fingerprint, both.card) == (one.fingerprint, one.card)
        assert both.checkpoint.padding == one.checkpoint.padding
        assert both.checkpoint.identity.max_length == one.checkpoint.identity.max_length


def test_two_models_asked_two_tasks_are_read_once_each(folder, read, tmp_path):
    folders = [folder("gpt2"), made("llama", tmp_path)]
    read.clear()
    for task in (*TASKS["gpt2"], *TASKS["gpt2"]):
        for each in folders:
            load_model(each).predictor(task)
    assert read == folders


def test_a_model_that_is_sent_away_goes_with_all_its_tasks(folder, checkpoint):
    model = load_model(folder("bert"))
    bound = [model.predictor(task) for task in TASKS["bert"]]
    gone = weakref.ref(bound[0].checkpoint.model)
    del bound
    for family in ("electra-masked-lm", "distilbert-masked-lm"):
        load_model(checkpoint(family)).predictor("fill-mask")
    gc.collect()
    assert gone() is None


def test_a_task_it_cannot_do_leaves_the_others_as_they_are(folder, read):
    model = load_model(folder("gpt2"))
    first = model.predictor("causal-scoring")
    for task in ("permuted-scoring", "no-such-task"):
        with pytest.raises(Exception, match="PTM3"):
            model.predictor(task)
    assert model.predictor("causal-scoring") is first
    assert read == [folder("gpt2")]
