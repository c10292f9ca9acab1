"""Examples of every task before a model of every other head, as a newcomer meets it."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from ptm_fakes import FakeClassifier

import pytest_ptm as ptm
from pytest_ptm.backends.transformers.abilities import abilities
from pytest_ptm.ground.errors import ArgumentError, ModelError
from pytest_ptm.tasks import known_tasks

HEADS = {
    "classes": ("BertForSequenceClassification", {"0": "no", "1": "yes"}),
    "number": ("BertForSequenceClassification", {"0": "score"}),
    "tags": ("BertForTokenClassification", {"0": "O", "1": "B-x"}),
    "masks": ("BertForMaskedLM", None),
    "answers": ("BertForQuestionAnswering", None),
    "choices": ("BertForMultipleChoice", None),
    "next": ("BertForNextSentencePrediction", None),
    "vectors": ("BertModel", None),
    "texts": ("GPT2LMHeadModel", None),
}
A, B = {"text": "w1 w2"}, {"text": "w3"}
PAIRS = [{**A, "text_pair": "w4", "label": 0}, {**B, "text_pair": "w5", "label": 1}]
WORDS = ptm.load_tagged([{"words": ["w1", "w2"], "tags": ["B-x", "O"]}] * 2)
CHOICES = ptm.load_examples(
    [{**A, "choices": ["w2", "w3"], "label": 1}], choices="choices"
)
QUESTIONS = ptm.load_questions(
    [
        {
            "question": "w1",
            "context": "w2 w3",
            "answers": {"text": ["w3"], "answer_start": [3]},
        }
    ]
)
LABELLED = ptm.load_examples([{**A, "label": "yes"}, {**B, "label": "no"}])
NUMBERS = ptm.load_examples([{**A, "label": 0.5}, {**B, "label": 0.25}])
PLAIN = ptm.load_examples([A, B], label=None)


def by(metric, **more):
    return lambda model, rows: ptm.evaluate_metric(model, rows, metric=metric, **more)


def unchanged(model, rows):
    return ptm.evaluate_invariant(model, rows, under=str.upper)


# What is asked, the examples, what they are for, and the models that can answer.
ASKED = {
    "accuracy of texts": (by("accuracy"), LABELLED, "text-classification", "classes"),
    "f1 of texts": (
        by("f1", positive="yes"),
        LABELLED,
        "text-classification",
        "classes",
    ),
    "pearson": (by("pearson"), NUMBERS, "text-regression", "number"),
    "f1 of tags": (by("f1"), WORDS, "token-classification", "tags"),
    "accuracy of tags": (by("accuracy"), WORDS, "token-classification", ""),
    "tags unchanged": (unchanged, WORDS, "token-classification", "tags"),
    "f1 of answers": (by("f1"), QUESTIONS, "extractive-qa", "answers"),
    "accuracy of answers": (by("accuracy"), QUESTIONS, "extractive-qa", ""),
    "answers unchanged": (unchanged, QUESTIONS, "extractive-qa", "answers"),
    "accuracy of choices": (by("accuracy"), CHOICES, "multiple-choice", "texts"),
    "choices unchanged": (unchanged, CHOICES, "multiple-choice", "texts"),
    "next sentences": (ptm.evaluate_next_sentence, PAIRS, "next-sentence", "next"),
    "perplexity": (ptm.evaluate_perplexity, PLAIN, "causal-scoring", "texts masks"),
}


@dataclass
class Checkpoint:
    """One whose config.json is all that is known; whoever loads it is told off."""

    name: str
    known: frozenset[str] | None
    task: str | None = None

    def can(self):
        return self.known

    def predictor(self, task):
        raise ModelError(
            f"no trained head for {task}. Fine-tune it for {task} first", code="PTM303"
        )


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory):
    found = []
    for name, (architecture, classes) in HEADS.items():
        folder = tmp_path_factory.mktemp(name)
        kind = "gpt2" if architecture.startswith("GPT2") else "bert"
        config = {"architectures": [architecture], "model_type": kind}
        if classes is not None:
            config["id2label"] = classes
        (folder / "config.json").write_text(json.dumps(config))
        found.append(Checkpoint(name, abilities(folder)))
    return found


@pytest.mark.parametrize("asked", ASKED)
def test_both_sides_are_named_and_what_to_type(checkpoints, asked):
    ask, rows, task, able = ASKED[asked]
    for model in checkpoints:
        if model.name in able.split():
            continue
        with pytest.raises((ArgumentError, ModelError)) as refused:
            ask(model, rows)
        said = str(refused.value)
        assert f"'{task}'" in said, said
        for own in model.known:
            assert f"'{own}'" in said, said
        assert "ame a model of" in said or "say metric=" in said, said
        # The words of a library, or of a head that nobody meant.
        assert not model.known or "can be asked none of this" not in said
        assert not model.known or "say metric=" in said or "Fine-tune" not in said
        others = known_tasks().keys() - model.known - {task}
        named = [name for name in others if f"'{name}'" in said]
        # What else is asked by this name may be said; all there is may not.
        assert len(named) <= 4, said


def test_whole_sentences(checkpoints):
    models = {model.name: model for model in checkpoints}

    def said(ask, model, rows):
        given = models[model] if isinstance(model, str) else model
        with pytest.raises((ArgumentError, ModelError)) as refused:
            ask(given, rows)
        return str(refused.value)

    assert said(by("accuracy"), "classes", WORDS) == (
        "examples has 'words', for 'token-classification'; this asks "
        "'image-classification', 'multiple-choice', 'next-sentence' and 2 more. "
        "accuracy is no figure of token-classification; say "
        "metric='precision', 'recall', 'f1', "
        "'f1_macro', 'precision_strict', 'recall_strict', 'f1_strict', "
        "'token_accuracy', 'exact_match'. Model classes answers "
        "'text-classification': name a model of 'token-classification'"
    )
    assert said(by("f1"), "classes", WORDS) == (
        "text-classification asks about 'text'; examples has 'words', for "
        "'token-classification'. Model classes answers 'text-classification': name a "
        "model of 'token-classification', or load examples with 'text'"
    )
    assert said(by("f1"), "masks", WORDS) == (
        "PTM303 model masks answers 'fill-mask', 'masked-scoring'; this asks "
        "'token-classification'. Name a model of 'token-classification'"
    )
    # A classifier would read the text alone, and the number of the choice as a class.
    assert said(by("accuracy"), "classes", CHOICES).endswith(
        "name a model of 'multiple-choice', 'text2text-choice', or load examples "
        "without 'choices'"
    )
    fake = FakeClassifier(lambda text: [0.0, 1.0], name="in memory")
    assert said(unchanged, fake, WORDS).endswith(
        "Model in memory answers 'text-classification': name a model of "
        "'token-classification', or load examples with 'text'"
    )
    assert said(by("accuracy"), Checkpoint("unknown", None), WORDS).endswith(
        "'exact_match'. Name a model of 'token-classification'"
    )
