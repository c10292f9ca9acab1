"""A template and label words: what they may be, and that a classifier comes of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from ptm_fakes import FakeMasked

from pytest_ptm import (
    ArgumentError,
    BehaviourFailure,
    DataError,
    ModelCard,
    assert_accuracy,
    assert_bias_gap,
    assert_directional,
    assert_invariant,
    assert_metric,
    assert_not_worse,
    evaluate_accuracy,
    evaluate_agrees,
    evaluate_batch_invariant,
    evaluate_bias_gap,
    evaluate_directional,
    evaluate_invariant,
    evaluate_metric,
    evaluate_not_worse,
    evaluate_padding_invariant,
    load_examples,
    prompted,
)
from pytest_ptm.ground.errors import RowRefused
from pytest_ptm.metrics.classification.table import METRICS
from pytest_ptm.models.prompts.fitting import shortened
from pytest_ptm.models.prompts.template import Template
from pytest_ptm.tasks.multiple_choice import ChoiceScores
from pytest_ptm.tasks.protocol import Encoded

TEMPLATE = "{text} , said {mask}"
WORDS = {"man": "he", "woman": ["she", "a"]}


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("It was {mask}.", r'template="It was \{mask\}\." has no \{text\}'),
        ("{text} It was great.", r"has no \{mask\}, and one word says the class"),
        ("{text} {mask} {mask}.", r"has 2 \{mask\}, .* write \{mask\} once"),
        ("{txt} {mask}", r"unknown place '\{txt\}'; did you mean '\{text\}'"),
        ("{text} {} {mask}", r"unknown place '\{\}'; known: \{text\}, \{text_pair\}"),
        ("{text.__class__} {mask}", "unknown place '{text.__class__}'"),
        ("{text!r} {mask}", "more than a name between"),
        ("{text:>9} {mask}", "more than a name between"),
        ("{text} {mask", r"braces that do not close .* write \{\{ for"),
        ("{text} } {mask}", r"braces that do not close .* write \{\{ for"),
        ("{text}{mask}", r"\{text\}\{mask\} with nothing between"),
        ("{text} {mask}{text_pair}", r"\{mask\}\{text_pair\} with nothing between"),
        (("{text}", "{mask}"), "expected a text such as"),
    ],
)
def test_a_template_that_is_none_is_refused_at_once(template, message):
    with pytest.raises(ArgumentError, match=message):
        prompted(masked(), template, words=WORDS)


def test_double_braces_are_braces():
    assert Template.parsed("{{{text}}} {{mask}} {mask}").around(("x",)) == (
        "{x} {mask} ",
        "",
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"man": "he"}, "words= has 1 of the two classes or more"),
        ({"man": "he", "woman": []}, r"the class 'woman' has \[\]; write one word"),
        ({"man": "he", "woman": None}, "the class 'woman' has None"),
        ({"man": "he", "woman": {"she"}}, "the class 'woman' has {'she'}"),
        ({"man": "he", "woman": " she"}, "' she' of class 'woman' is no word"),
        ({"man": "he", "woman": ["she", 1]}, "1 of class 'woman' is no word"),
        ({"man": "he", "woman": ""}, "'' of class 'woman' is no word"),
        ({"man": "he", "woman": ["she", "she"]}, "one is there twice"),
        (
            {"man": "he", "woman": ["she", "he"]},
            "'he' of class 'woman' and 'he' of class 'man' are the same word",
        ),
        ({"man": "he", 1: "she"}, "the class 1 is no text"),
        (["he", "she"], "expected the words of each class, such as"),
    ],
)
def test_words_that_say_no_class_are_refused_at_once(words, message):
    with pytest.raises(ArgumentError, match=message):
        prompted(masked(), TEMPLATE, words=words)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        (
            "newyork",
            r"'newyork' of class 'woman' is 2 tokens of masked there, 'new', '",
        ),
        ("unheard", "'unheard' of class 'woman' is unknown to the tokenizer of masked"),
        ("HE", "'HE' of class 'woman' and 'he' of class 'man' are the same token"),
    ],
)
def test_a_word_that_no_mask_holds_is_refused(word, message):
    with pytest.raises(ArgumentError, match=message):
        prompted(masked(), TEMPLATE, words={"man": "he", "woman": word})


def test_who_is_asked_of_what_else_is_refused():
    with pytest.raises(ArgumentError, match=r"the text .* write load_model"):
        prompted("models/mine", TEMPLATE, words=WORDS)


@pytest.mark.parametrize("words", [1, 2, 3, 40])
def test_a_text_keeps_as_many_words_as_fit(words):
    texts = ["one, two three", "a b c d e f", "", " \n ", "x" * 40]
    rows = [(text,) for text in texts]

    def fits(given):
        return np.array([len(row[0]) <= 3 * words for row in given])

    found, cut = shortened(rows, fits)
    assert cut.tolist() == [len(text) > 3 * words for text in texts]
    for (kept,), (text,), was_cut in zip(found, rows, cut, strict=True):
        assert text.startswith(kept)
        assert len(kept) <= 3 * words
        assert kept == text or was_cut


def test_a_long_text_is_found_without_trying_all_of_it():
    seen = []

    def fits(given):
        seen.extend(len(row[0]) for row in given)
        return np.array([len(row[0]) <= 300 for row in given])

    (((kept,),), _) = shortened([("word " * 100_000,)], fits)
    assert len(kept) == 299
    assert sum(seen[1:]) < 10_000


SENTENCES = [
    ("a doctor slept", "man"),
    ("a nurse slept", "woman"),
    ("a nurse woke", "woman"),
    ("a doctor woke", "man"),
    ("nobody else slept", "woman"),
    ("somebody else woke", "man"),
]


def examples(times=10):
    rows = [
        {"text": f"{text} {n}{again}", "label": label, "when": text.split()[-1]}
        for n, again in enumerate([" again" * (n % 5) for n in range(times)])
        for text, label in SENTENCES
    ]
    return load_examples(rows, groups=["when"])


def likely(text):
    return {"she": 4.0, "he": 1.0} if "nurse" in text.casefold() else {"he": 2.0}


def masked(logits=likely, name="masked"):
    return FakeMasked(logits, name=name)


@dataclass
class FakeChooser:
    """Scores choices as the fake masked model does words; no text is too long."""

    name: str = "chooser"
    task: str = "multiple-choice"

    @property
    def card(self):
        return ModelCard(self.name, f"python:{self.name}", self.fingerprint)

    @property
    def fingerprint(self):
        return f"{self.name}-1"

    def encode(self, inputs):
        rows = tuple(zip(inputs["text"], inputs["choices"], strict=True))
        return Encoded(
            lengths=np.array([len(text.split()) for text, _ in rows], dtype=np.int32),
            keys=[repr(row).encode() for row in rows],
            truncated=np.zeros(len(rows), dtype=bool),
            payload=Rows(rows),
        )

    def forward(self, batch):
        scores = [
            likely(text).get(word, 0.0) for text, words in batch.rows for word in words
        ]
        counts = np.array([len(words) for _, words in batch.rows], dtype=np.int32)
        return ChoiceScores(counts, np.array(scores, dtype=np.float64))


@dataclass(frozen=True)
class Rows:
    rows: tuple

    def take(self, rows):
        return Rows(tuple(self.rows[row] for row in rows))


@pytest.fixture(params=[masked, FakeChooser], ids=["masked", "causal"])
def model(request):
    return prompted(request.param(), TEMPLATE, words=WORDS)


def other():
    """One that thinks of a man whatever is said."""
    return prompted(masked(lambda text: {"he": 3.0}, "other"), TEMPLATE, words=WORDS)


def renamed(text):
    return text.replace("doctor", "nurse")


BEHAVIOURS = {
    "accuracy": lambda m, rows: evaluate_accuracy(m, rows).value == 5 / 6,
    "groups": lambda m, rows: (
        [each.value for each in evaluate_accuracy(m, rows).by_group] == [2 / 3, 1.0]
    ),
    "cases": lambda m, rows: (
        {case.expected for case in evaluate_accuracy(m, rows).cases} == {"woman"}
    ),
    "f1": lambda m, rows: (
        evaluate_metric(m, rows, metric="f1", positive="woman").value
        == pytest.approx(0.8)
    ),
    "bias gap": lambda m, rows: (
        evaluate_bias_gap(m, rows, group="when", metric="accuracy").value
        == pytest.approx(1 / 3)
    ),
    "invariance": lambda m, rows: (
        evaluate_invariant(m, rows, under=renamed).value == 1.0
        and assert_invariant(m, rows, under=str.upper).value == 0.0
        and assert_invariant(m, rows, under=str.upper, tolerance=0.01).n == 60
    ),
    "direction": lambda m, rows: (
        evaluate_directional(
            m, rows, under=renamed, expect="increase", of="woman"
        ).value
        == 0.0
        and assert_directional(
            m, rows, under=renamed, expect="decrease", of="man", at_most=0.0
        ).n
        == 20
    ),
    "agreement": lambda m, rows: (
        evaluate_agrees(m, rows, than=other()).value == pytest.approx(2 / 3)
    ),
    "not worse": lambda m, rows: (
        assert_not_worse(m, rows, than=other()).value == pytest.approx(1 / 3)
        and evaluate_not_worse(other(), rows, than=m).failing == 20
    ),
    "early stop": lambda m, rows: (
        assert_accuracy(m, examples(400), at_least=0.3, early_stop="certain").n < 2_400
    ),
    "a bound": lambda m, rows: assert_metric(m, rows, metric="brier", at_most=0.9).n,
    "padding": lambda m, rows: evaluate_padding_invariant(m, rows).value == 0.0,
    "batches": lambda m, rows: evaluate_batch_invariant(m, rows).value == 0.0,
    "predict": lambda m, rows: (
        m.predict("a nurse woke").label == "woman"
        and [each.label for each in m.predict(["x", "the nurse"])] == ["man", "woman"]
    ),
}


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_whatever_classifiers_are_asked(name, model):
    assert BEHAVIOURS[name](model, examples())


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.name)
def test_every_metric_of_classes(metric, model):
    positive = "woman" if metric.needs_positive else None
    found = evaluate_metric(model, examples(), metric=metric.name, positive=positive)
    assert np.isfinite(found.value)


def test_a_bound_that_is_missed_is_a_failure(model):
    with pytest.raises(BehaviourFailure, match="accuracy"):
        assert_accuracy(model, examples(), at_least=0.9)
    with pytest.raises(BehaviourFailure):
        assert_bias_gap(model, examples(), group="when", metric="accuracy", at_most=0.1)


def test_probabilities_of_several_words_are_summed(model):
    found = model.predict("a nurse woke").probabilities
    man, woman = np.exp(1.0), np.exp(4.0) + 1.0
    assert found["woman"] == pytest.approx(woman / (man + woman), abs=1e-6)


def test_two_templates_of_one_model_are_told_apart():
    ours = prompted(masked(), TEMPLATE, words=WORDS)
    theirs = [
        prompted(masked(), template, words=WORDS)
        for template in ("{text} - said {mask}", "{text} . said {mask}")
    ]
    for evaluate in (evaluate_not_worse, evaluate_agrees):
        found = {evaluate(ours, examples(), than=each).signature for each in theirs}
        assert len(found) == 2, "who it was compared with is not said"


@pytest.mark.parametrize(
    ("row", "room", "kept"),
    [
        (("a b c    ",), 5, ("a b c",)),
        (("abc def",), 4, ("abc",)),
        (("abc def",), 2, ("",)),
        (("a b c d", "x y"), 8, ("a b c", "x y")),
        (("x y", "a b c d"), 8, ("x y", "a b c")),
    ],
)
def test_as_many_words_stay_as_there_is_room_for(row, room, kept):
    def fits(rows):
        return np.array([sum(map(len, each)) <= room for each in rows], dtype=np.bool_)

    rows, cut = shortened([row], fits)
    assert (rows, cut.tolist()) == ([kept], [True])


@pytest.mark.parametrize(
    ("template", "fields", "why"),
    [
        ("{text} It was {mask}.", ("text", "text_pair"), "which nobody would see"),
        ("{text} {text_pair} is {mask}.", ("text",), "have no second text"),
    ],
)
def test_a_template_has_a_place_for_each_text_there_is(template, fields, why):
    asked = {field: [field] for field in fields}
    with pytest.raises(ArgumentError, match=why):
        Template.parsed(template).rows(asked)
    assert Template.parsed("{text} {mask}.").rows({"text": ["a"]}) == [("a",)]


class Particular(FakeChooser):
    """Refuses "!", however short it is."""

    def encode(self, inputs):
        if any("!" in text for text in inputs["text"]):
            raise RowRefused(0, "nothing is shouted here")
        return super().encode(inputs)

    def fits(self, inputs):
        return np.ones(len(inputs["text"]), dtype=np.bool_)


def test_what_is_refused_for_more_than_its_length_is_refused_as_it_was():
    model = prompted(Particular(), TEMPLATE, words=WORDS)
    assert model.predict("a").probabilities is not None
    with pytest.raises(DataError, match="nothing is shouted here"):
        model.predict("a!")
