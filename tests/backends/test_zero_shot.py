"""Classifiers by hypotheses, against transformers' own zero-shot pipeline."""

from __future__ import annotations

import numpy as np
import pytest
import transformers
from ptm_checkpoints import SENTENCES

from pytest_ptm import (
    ArgumentError,
    DataError,
    ModelError,
    assert_accuracy,
    assert_batch_invariant,
    from_pretrained,
    load_model,
    zero_shot,
)
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask

CLASSES = ("a great film", "music", "a small town")
ORDERS = (
    ("entailment", "neutral", "contradiction"),
    ("CONTRADICTION", "NEUTRAL", "ENTAILMENT"),
    ("contradiction", "Entailment", "neutral"),
)
LENGTHS = (4, 1, 9, 2, 7, 3)
# The last is longer than the model sees.
TEXTS = (
    *(" ".join(s.split()[:n]) for s, n in zip(SENTENCES, LENGTHS, strict=True)),
    " ".join(SENTENCES),
)


def examples_of(*texts, **columns):
    ids = tuple(f"text-{place}" for place in range(1, len(texts) + 1))
    return Examples(ids, {"text": tuple(texts), **columns})


@pytest.fixture
def inference(copy_of, rewrite):
    """A folder of a model with these outputs, whose tokenizer says what it sees."""

    def made(names=ORDERS[0], family="bert-of-three"):
        folder = copy_of(family)
        label2id = {name: at for at, name in enumerate(names)}
        id2label = {str(at): name for at, name in enumerate(names)}
        rewrite(folder / "config.json", id2label=id2label, label2id=label2id)
        rewrite(folder / "tokenizer_config.json", model_max_length=32)
        return folder

    return made


def by_pipeline(folder, texts, classes, **how):
    pipe = transformers.pipeline("zero-shot-classification", str(folder), device="cpu")
    found = []
    for text in texts:
        said = pipe(text, candidate_labels=list(classes), **how)
        given = dict(zip(said["labels"], said["scores"], strict=True))
        found.append([given[name] for name in classes])
    return np.array(found)


@pytest.mark.parametrize("names", ORDERS)
@pytest.mark.parametrize("multi_label", [False, True])
def test_it_is_the_pipeline_whatever_the_order_of_outputs(
    inference, names, multi_label
):
    folder = inference(names)
    model = zero_shot(load_model(folder), CLASSES, multi_label=multi_label)
    said = ask(model.predictor("text-classification"), examples_of(*TEXTS))
    expected = by_pipeline(folder, TEXTS, CLASSES, multi_label=multi_label)
    np.testing.assert_allclose(said.predictions.probabilities, expected, atol=1e-5)
    assert said.truncated.tolist() == [False] * 6 + [True]
    assert said.cost.forwarded == len(TEXTS) * len(CLASSES)
    assert np.ptp(expected, axis=0).min() > 1e-3


def test_a_model_of_two_outputs_says_the_rest_by_the_other(inference):
    names = ("not_entailment", "entailment")
    folder = inference(names, family="bert")
    phrases = {"film": "a great film", "song": "music"}
    for multi_label in (False, True):
        how = {"hypothesis": "it is {} again.", "multi_label": multi_label}
        model = zero_shot(load_model(folder), phrases, **how)
        said = ask(model.predictor("text-classification"), examples_of(*TEXTS))
        how["hypothesis_template"] = how.pop("hypothesis")
        expected = by_pipeline(folder, TEXTS, tuple(phrases.values()), **how)
        np.testing.assert_allclose(said.predictions.probabilities, expected, atol=1e-5)
        assert said.predictions.class_names == ("film", "song")


def test_outputs_without_names_are_said(inference):
    folder = inference(("LABEL_0", "LABEL_1", "LABEL_2"))
    named = inference(("neutral", "contradiction", "entailment"))
    with pytest.raises(ArgumentError, match=r"'LABEL_0'.*none says 'entailment'.*typ"):
        zero_shot(load_model(folder), CLASSES).predict("a town")
    outputs = {"entailment": "LABEL_2", "contradiction": "LABEL_1"}
    both = {"multi_label": True}
    said = zero_shot(load_model(folder), CLASSES, **both, **outputs).predict("a town")
    as_named = zero_shot(load_model(named), CLASSES, **both).predict("a town")
    assert said.probabilities == pytest.approx(as_named.probabilities)
    for wrong, message in (
        ({"entailment": "LABEL_3"}, "'LABEL_3' is no output of the model; it has"),
        ({"entailment": "LABEL_1", "contradiction": "LABEL_1"}, "are both 'LABEL_1'"),
        ({"entailment": "LABEL_1"}, "none says 'contradiction' by its name"),
    ):
        with pytest.raises(ArgumentError, match=message):
            zero_shot(load_model(folder), CLASSES, **both, **wrong).predict("a town")


def test_what_can_be_no_classifier_is_refused(inference, checkpoint):
    folder = inference()
    model = load_model(folder)
    with pytest.raises(ArgumentError, match="takes more than half of what"):
        zero_shot(model, ["a", "b"], hypothesis="so " * 16 + "{}").predict("a town")
    with pytest.raises(ArgumentError, match=r"the same to .* never tell"):
        zero_shot(model, ["Town", "town"]).predict("a town")
    pairs = [{"text": "a town", "text_pair": "a film", "label": "music"}]
    with pytest.raises(ArgumentError, match="a second text, which nobody would see"):
        assert_accuracy(zero_shot(model, CLASSES), pairs, at_least=0.5)
    with pytest.raises(ModelError, match=r"fill-mask.*prompted") as failed:
        zero_shot(load_model(checkpoint("bert-masked-lm")), CLASSES).predict("a town")
    assert str(failed.value).count("prompted(") == 1
    with pytest.raises(ArgumentError, match="multi_label='no': expected True or False"):
        zero_shot(model, CLASSES, multi_label="no")
    rows = [{"text": "a town", "label": "film"}]
    with pytest.raises(DataError, match="'film'"):
        assert_accuracy(zero_shot(model, CLASSES), rows, at_least=0.5)


def test_a_model_in_memory_is_asked_the_same_and_batches_change_nothing(inference):
    folder = inference()
    held = transformers.AutoModelForSequenceClassification.from_pretrained(folder)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    bound = zero_shot(from_pretrained(held.eval(), tokenizer), CLASSES)
    said = bound.predict(list(TEXTS))
    other = zero_shot(load_model(folder), CLASSES)
    assert [one.label for one in said] == [one.label for one in other.predict(TEXTS)]
    assert_batch_invariant(other, ["a film", "a town", "the cast"])
    again = zero_shot(load_model(folder), CLASSES[::-1])
    for one, reversed_ in zip(said, again.predict(list(TEXTS)), strict=True):
        assert one.probabilities == pytest.approx(reversed_.probabilities, abs=1e-6)
    tasks = "text-classification"
    prints = {other.predictor(tasks).fingerprint, again.predictor(tasks).fingerprint}
    assert len(prints) == 2
