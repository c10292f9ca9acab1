"""A handle whose model is asked in another way: what all such settings share."""

from __future__ import annotations

import pytest
from ptm_questions import FakeReader
from ptm_vectors import of_letters

import pytest_ptm as ptm

HEADS = (
    "causal-scoring",
    "embedding",
    "extractive-qa",
    "fill-mask",
    "masked-scoring",
    "multiple-choice",
    "similarity",
    "text-classification",
    "text-regression",
    "token-classification",
)
SETTINGS = {
    "embedded": (
        lambda model: ptm.embedded(model, normalise=True),
        {"embedding", "similarity"},
    ),
    "answering": (lambda model: ptm.answering(model, longest=3), {"extractive-qa"}),
    "scored": (
        lambda model: ptm.scored(model, bos=True),
        {"causal-scoring", "masked-scoring", "multiple-choice"},
    ),
    "merged": (
        lambda model: ptm.merged(model, {"a": "b"}),
        {"text-classification", "token-classification"},
    ),
}


class Handle:
    """A model of one bound predictor, which says what it can do."""

    name, task = "mine", None

    def __init__(self, can=None, predictor=None):
        self._can, self._predictor = can, predictor

    def can(self):
        return self._can

    def predictor(self, task):
        assert self._predictor.task == task
        return self._predictor


@pytest.mark.parametrize("name", SETTINGS)
def test_it_can_do_what_has_such_settings(name):
    put, tasks = SETTINGS[name]
    model = put(Handle(frozenset(HEADS)))
    assert model.can() == tasks
    # One that has the setting for a single task means that one.
    declared = next(iter(tasks)) if len(tasks) == 1 else None
    assert (model.name, model.task) == ("mine", declared)
    assert put(Handle(None)).can() is None
    # So that it is asked, and the setting says itself that it does not suit the model.
    assert put(Handle(frozenset({"text-regression"}))).can() == {"text-regression"}


def test_it_predicts_as_the_model_itself():
    reader = FakeReader(lambda question, context: "Ann")
    model = ptm.answering(Handle(frozenset({"extractive-qa"}), reader), longest=3)
    assert model.predict(("Who?", "Ann ran.")).said == '"Ann" 0.6065'


@pytest.mark.parametrize("name", ["embedded", "answering", "scored"])
def test_a_model_without_such_settings_refuses_them_when_asked(name):
    put, _ = SETTINGS[name]
    classifier = ptm.from_function(lambda t: [[0.5, 0.5]] * len(t), classes=["a", "b"])
    for model in (classifier, Handle(frozenset({"text-classification"}), classifier)):
        with pytest.raises(ptm.ArgumentError, match=r"text-class.*; leave them out"):
            ptm.evaluate_accuracy(put(model), [{"text": "x", "label": "a"}])
    with pytest.raises(ptm.ArgumentError, match=r"load_model\(model\)"):
        put("models/mine")


def test_what_is_left_out_is_left_as_it_is():
    encoder = of_letters()
    assert ptm.embedded(encoder) is encoder
    handle = Handle(frozenset({"embedding"}), encoder)
    assert ptm.scored(handle).predict("abba") == encoder.predict("abba")
