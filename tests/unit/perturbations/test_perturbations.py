"""What each perturbation does to a text, and that it does the same again."""

import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ptm import load_examples, perturbations
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.perturbations import (
    casing,
    contractions,
    punctuation,
    typos,
    whitespace,
)
from pytest_ptm.perturbations.apply import perturbations_of, perturbed
from pytest_ptm.perturbations.pictures import kinds

ALL = [
    typos(),
    typos(count=2),
    *(casing(way) for way in ("upper", "lower", "title", "swap")),
    punctuation("strip"),
    punctuation("add"),
    contractions("expand"),
    contractions("contract"),
    whitespace(),
    typos(rate=0.5) | casing("upper"),
]


def test_every_perturbation_of_the_project_is_among_them():
    held = {each.name.partition("(")[0] for each in ALL}
    exported = {
        name
        for name in perturbations.__all__
        if name[0].islower()
        and getattr(perturbations, name).__module__ != kinds.__name__
    }
    # Augmenters of another library have tests of their own, and so have pictures.
    assert held >= exported - {"from_nlpaug"}


def once(perturbation, text, seed=0):
    return perturbation(text, random.Random(seed))


@pytest.mark.parametrize(
    ("perturbation", "text", "changed"),
    [
        (casing("upper"), "Good film", "GOOD FILM"),
        (casing("lower"), "Good film", "good film"),
        (casing("lower"), "good film", None),
        (casing("title"), "good film", "Good Film"),
        (casing("swap"), "Good film", "gOOD FILM"),
        (casing("upper"), "12 !", None),
        (punctuation("strip"), "Well, it's (very) good!", "Well it's very good"),
        (punctuation("strip"), "a state-of-the-art film", None),
        (punctuation("strip"), "plain", None),
        (punctuation("add"), "good ", "good."),
        (punctuation("add"), "good!", None),
        (punctuation("add"), "  ", None),
        (contractions("expand"), "I don't. It's fine", "I do not. It is fine"),
        (contractions("expand"), "Don\u2019t go", "Do not go"),
        (contractions("expand"), "good", None),
        (contractions("contract"), "I do not know", "I don't know"),
        (contractions("contract"), "It is what it is", "It's what it is"),
        (whitespace(), "good", " good "),
        (whitespace(), "", "  "),
        (typos(), "", None),
        (typos(rate=1), "123 !", None),
    ],
)
def test_it_does_what_it_says(perturbation, text, changed):
    assert once(perturbation, text) == changed


def test_each_kind_of_typo():
    assert once(typos(count=1, kinds=["swap"]), "ab") in {"ba", "a"}
    assert once(typos(count=1, kinds=["drop"]), "a1") == "1"
    assert once(typos(count=1, kinds=["double"]), "A1") == "AA1"
    assert once(typos(count=1, kinds=["keyboard"]), "Q1") in {"W1", "A1"}
    assert once(typos(count=1, kinds=["keyboard"]), "ß") == "ßß"


def test_a_rate_is_the_share_of_letters_that_go_wrong():
    rng = random.Random(0)
    text = "x" * 100_000
    dropped = typos(rate=0.05, kinds=["drop"])(text, rng)
    assert 0.045 < 1 - len(dropped) / len(text) < 0.055
    assert typos(rate=1, kinds=["drop"])(text, rng) == ""
    assert len(typos(count=3, kinds=["drop"])("abcdef", rng)) == 3
    assert typos(count=9, kinds=["drop"])("abc1", rng) == "1"


@given(st.text(), st.integers(0, 99), st.sampled_from(ALL))
def test_one_seed_gives_one_text(text, seed, perturbation):
    first = once(perturbation, text, seed)
    assert first == once(perturbation, text, seed)
    assert first is None or isinstance(first, str)


def test_two_are_composed_left_to_right():
    both = contractions("expand") | casing("upper")
    assert str(both) == "contractions(expand) | casing(upper)"
    assert once(both, "don't") == "DO NOT"
    assert once(both, "good") == "GOOD"
    assert once(both, "GOOD") is None
    assert once(casing("upper") | contractions("expand"), "GOOD") is None


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: typos(rate=0.1, count=1),
        lambda: typos(rate=0),
        lambda: typos(rate=2),
        lambda: typos(count=0),
        lambda: typos(kinds=["slip"]),
        lambda: typos(kinds=[]),
        lambda: casing("loud"),
        lambda: punctuation("more"),
        lambda: contractions("shorten"),
        lambda: perturbations_of([]),
        lambda: perturbations_of([typos(), typos()]),
        lambda: perturbations_of("typos"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(ArgumentError):
        wrong()


EXAMPLES = load_examples(
    [
        {"id": f"r{i}", "text": f"some words of row {i}", "b": "x y z"}
        for i in range(20)
    ],
    label=None,
    text_pair="b",
)


def test_a_text_becomes_the_same_in_any_order_and_company():
    whole = perturbed(EXAMPLES, typos(rate=0.3), seed=1)
    backwards = perturbed(EXAMPLES[::-1], typos(rate=0.3), seed=1)
    alone = perturbed(EXAMPLES[7:8], typos(rate=0.3), seed=1)
    texts = whole.examples.inputs["text"]
    assert backwards.examples.inputs["text"] == texts[::-1]
    assert alone.examples.inputs["text"][0] == texts[7]
    assert perturbed(EXAMPLES, typos(rate=0.3), seed=2).examples != whole.examples
    assert len(set(texts)) == 20
    assert whole.examples.ids == EXAMPLES.ids


def test_only_the_named_fields_change():
    done = perturbed(EXAMPLES, casing("upper"), seed=0, fields=["text_pair"])
    assert done.examples.inputs["text"] == EXAMPLES.inputs["text"]
    assert set(done.examples.inputs["text_pair"]) == {"X Y Z"}
    assert done.changed.all()
    with pytest.raises(ArgumentError, match="has 'text', 'text_pair'"):
        perturbed(EXAMPLES, casing("upper"), seed=0, fields=["question"])


def test_any_function_of_a_text_will_do():
    def shouted(text):
        return text + "!"

    (found,) = perturbations_of(shouted)
    assert found.name.endswith("shouted")
    done = perturbed(EXAMPLES, found, seed=0, fields=["text"])
    assert done.examples.inputs["text"][0] == "some words of row 0!"
    (bad,) = perturbations_of(len)
    with pytest.raises(DataError, match="gave int, not a text, for r0"):
        perturbed(EXAMPLES, bad, seed=0)


def test_another_process_gives_the_same_text():
    code = (
        "from pytest_ptm import load_examples\n"
        "from pytest_ptm.perturbations import typos\n"
        "from pytest_ptm.perturbations.apply import perturbed\n"
        "e = load_examples([{'id': 'r1', 'text': 'some words here'}], label=None)\n"
        "print(perturbed(e, typos(rate=0.4), seed=3).examples.inputs['text'][0])\n"
    )
    printed = {
        subprocess.check_output(
            [sys.executable, "-c", code], text=True, env={"PYTHONHASHSEED": seed}
        )
        for seed in ("0", "1")
    }
    assert len(printed) == 1
