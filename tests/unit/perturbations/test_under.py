"""What ``under=`` takes, and what is said where that is no perturbation or breaks."""

import random

import pytest
from ptm_fakes import FakeClassifier, by_word

from pytest_ptm import assert_invariant, load_examples, perturbations
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.perturbations import Perturbation, casing, typos
from pytest_ptm.perturbations.apply import perturbations_of, perturbed
from pytest_ptm.perturbations.pictures import kinds
from pytest_ptm.session import Session, activated

EXAMPLES = load_examples(
    [{"id": f"r{i}", "text": text} for i, text in enumerate(["good", "bad", ""])],
    label=None,
)


def once(under):
    (found,) = perturbations_of(under)
    return perturbed(EXAMPLES, found, seed=0)


NOT_CALLED = {
    "typos": "typos(rate=0.05)",
    "casing": 'casing("upper")',
    "punctuation": 'punctuation("strip")',
    "contractions": 'contractions("expand")',
    "whitespace": "whitespace()",
    "from_nlpaug": "from_nlpaug(augmenter)",
    "jpeg": "jpeg(severity=1)",
    "mirrored": "mirrored()",
}


def test_every_function_of_the_project_is_among_those_not_called():
    own = {name for name in perturbations.__all__ if name[0].islower()}
    # Of pictures, all but one are called alike.
    pictures = {
        n for n in own if getattr(perturbations, n).__module__ == kinds.__name__
    }
    assert own - pictures == set(NOT_CALLED) - {"jpeg", "mirrored"}
    assert pictures >= {"jpeg", "mirrored"}


@pytest.mark.parametrize("name", NOT_CALLED)
def test_a_function_that_is_not_called_is_shown_called(name):
    function = getattr(perturbations, name)
    said = f"under={name} is not called: write under={NOT_CALLED[name]}"
    for under in (function, [typos(count=3), function]):
        with pytest.raises(ArgumentError) as raised:
            perturbations_of(under)
        assert str(raised.value) == said


@pytest.mark.parametrize(
    ("under", "got"),
    [
        (str, "the class str"),
        ([typos(), str], "the class str"),
        (Perturbation, "the class Perturbation"),
        (5, "5 (int)"),
        (None, "None (NoneType)"),
        ("lovely", "'lovely' (str)"),
        ([typos(), "upper"], "'upper' (str)"),
    ],
)
def test_what_is_no_perturbation_is_named_and_what_to_write(under, got):
    with pytest.raises(ArgumentError) as raised:
        perturbations_of(under)
    assert str(raised.value) == (
        "under=: expected a perturbation, such as typos(rate=0.05), or a function from "
        f"text to text, such as str.upper, got {got}"
    )


class KeyboardAug:
    """As nlpaug's augmenters look; a flow of them is a list too."""

    def augment(self, data):
        return data


class Sequential(KeyboardAug, list):
    """A flow."""


@pytest.mark.parametrize("given", [KeyboardAug(), Sequential([KeyboardAug()])])
def test_an_augmenter_is_shown_in_from_nlpaug(given):
    with pytest.raises(ArgumentError, match=r"write under=from_nlpaug\(augmenter\)"):
        perturbations_of(given)


def loses_its_way(text):
    if text == "bad":
        raise KeyError("no such word")
    return text + "!"


def test_one_that_raises_is_named_with_its_example_and_its_own_error():
    with pytest.raises(DataError) as raised:
        once(loses_its_way)
    assert str(raised.value) == (
        "PTM205 loses_its_way raised KeyError: 'no such word' for r1; mend it, or let "
        "it give back a text that it cannot change"
    )
    assert isinstance(raised.value.__cause__, KeyError)


def test_one_of_arguments_that_raises_is_named_alike():
    def change(text, rng):
        raise RuntimeError

    with pytest.raises(DataError, match="broken raised RuntimeError for r0; mend it"):
        once(casing("upper") | Perturbation("broken", change))


def test_an_error_of_ours_comes_through():
    def refuses(text):
        raise ArgumentError("said already")

    with pytest.raises(ArgumentError, match="said already"):
        once(refuses)


def test_the_error_of_ones_own_code_is_shown_by_a_test_too():
    with activated(Session()), pytest.raises(DataError, match="for r1") as raised:
        assert_invariant(FakeClassifier(by_word()), EXAMPLES, under=loses_its_way)
    assert isinstance(raised.value.__cause__, KeyError)
    assert raised.value.__cause__.__traceback__ is not None


def forgets(text):
    text + "!"


def makes_one(text):
    return typos()


@pytest.mark.parametrize(
    ("under", "said"),
    [
        (len, "len gave int, not a text, for r0"),
        (
            forgets,
            "forgets gave NoneType, not a text, for r0; return the text itself where "
            "it stays as it is",
        ),
        (
            makes_one,
            "makes_one gave Perturbation, not a text, for r0; write "
            "under=makes_one(…), which makes the perturbation",
        ),
        (Perturbation("bytes", lambda text, rng: b"x"), "bytes gave bytes, not a text"),
    ],
)
def test_what_is_no_text_is_refused(under, said):
    with pytest.raises(DataError) as raised:
        once(under)
    assert str(raised.value).startswith(f"PTM205 {said}")


def test_none_of_a_perturbation_is_no_change():
    nothing = Perturbation("nothing", lambda text, rng: None)
    assert not perturbed(EXAMPLES, nothing, seed=0).changed.any()
    assert nothing("good", random.Random(0)) is None
