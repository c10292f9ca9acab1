"""Choices behind one context, against each of them scored in full."""

import copy
import dataclasses

import numpy as np
import pytest
import torch
import transformers
from ptm_architectures import ARCHITECTURES
from test_causal_scoring import NOT_BUILT, bound, examples_of, made, text

from pytest_ptm import DataError, evaluate_accuracy, load_examples
from pytest_ptm.backends.transformers.choice_rows import _apart
from pytest_ptm.backends.transformers.padding import Borders
from pytest_ptm.behaviours.scoring import scored
from pytest_ptm.engine.ask import ask
from pytest_ptm.models.handle import load_model

SAMPLE = ("bloom", "gpt2", "llama", "mamba", "mistral", "opt")
CONTEXTS = tuple(text(n, seed) for seed, n in enumerate((20, 3, 20, 45, 1, 20)))
CHOICES = (
    ("w1 w2", "w3", "w4 w5 w6 w7"),
    ("w9", "w8"),
    ("w1 w2 w3", "w3 w2 w1"),
    ("w5", "w6", "w7", "w8 w9"),
    ("w5 w6", "w5 w7"),
    ("w2", "w1 w1 w1 w1 w1"),
)


def questions(contexts=CONTEXTS, choices=CHOICES, **columns):
    rows = examples_of(*contexts, **columns)
    return dataclasses.replace(rows, lists={"choices": choices})


def plain(folder, prefix, contexts=CONTEXTS, choices=CHOICES):
    """The log-probability of each choice after its context, one row alone."""
    kept = transformers.AutoTokenizer.from_pretrained(folder)
    loaded = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
    found = []
    for context, row in zip(contexts, choices, strict=True):
        before = kept(context, add_special_tokens=False)["input_ids"]
        for choice in row:
            own = kept(choice, add_special_tokens=False)["input_ids"]
            ids = [*prefix, *before, *own]
            model = copy.deepcopy(loaded)
            with torch.no_grad():
                logits = model(input_ids=torch.tensor([ids])).logits.double()
            each = logits.log_softmax(dim=-1)[0]
            places = range(len(ids) - len(own), len(ids))
            found.append(sum(each[at - 1, ids[at]].item() for at in places))
    return np.array(found)


def chooser(folder):
    return load_model(str(folder)).predictor("multiple-choice")


def asked_by(predictor, **how):
    asker = dataclasses.replace(predictor.asker, **how)
    return dataclasses.replace(predictor, asker=asker)


@pytest.mark.parametrize("architecture", SAMPLE)
def test_choices_equal_each_scored_in_full(architecture, tmp_path, run_with):
    options = {"sliding_window": 8} if architecture == "mistral" else {}
    folder = made(architecture, tmp_path, **options)
    with run_with():
        predictor = chooser(folder)
        found = ask(predictor, questions()).predictions
    expected = plain(folder, predictor.scorer.prefix)
    assert found.counts.tolist() == [len(row) for row in CHOICES]
    np.testing.assert_allclose(found.scores, expected, atol=1e-5)
    assert expected.std() > 1
    # Mamba has no keys and values, and OPT's head is no part of its own.
    assert predictor.asker.shares is (architecture not in {"bloom", "mamba", "opt"})
    assert predictor.asker.branches is (architecture in {"gpt2", "llama"})


def test_a_context_is_asked_once_for_all_of_its_choices(tmp_path, run_with):
    folder = made("gpt2", tmp_path)
    with run_with():
        predictor = chooser(folder)
        sizes = []
        model = predictor.checkpoint.model.transformer
        hook = model.register_forward_hook(
            lambda module, given, out: sizes.append(tuple(out[0].shape[:2]))
        )
        choices = (("w1 w2", "w3", "w4", "w5 w6 w7"),)
        asked = ask(predictor, questions((text(40),), choices)).predictions.scores
        # <cls> and all of the context but its last token, that one with each choice;
        # what the head then is given: the seven places before a scored token. Then, at
        # this length for the first time, the last choice in full.
        assert sizes == [(1, 51), (1, 7), (1, 44), (1, 3)]
        sizes.clear()
        ask(predictor, questions((text(40, 1), text(31)), 2 * choices))
        assert sizes == [(2, 51), (1, 14)]
        sizes.clear()
    with run_with():
        apart = asked_by(predictor, branches=False)
        found = ask(apart, questions((text(40),), choices)).predictions.scores
        hook.remove()
    # The context alone, and the choices behind its keys and values.
    assert sizes == [(1, 40), (4, 4), (1, 7)]
    np.testing.assert_allclose(asked, found, atol=1e-5)


@pytest.mark.parametrize("architecture", ["gpt_neo", "mistral"])
def test_a_window_that_only_a_long_context_fills_is_found(
    architecture, tmp_path, run_with
):
    window = "window_size" if architecture == "gpt_neo" else "sliding_window"
    folder = made(architecture, tmp_path, **{window: 24})
    with run_with():
        predictor = chooser(folder)
        assert not predictor.asker.branches
        # As if the config did not name it: it is longer than what is tried at loading.
        unknown = asked_by(predictor, branches=True)
        found = ask(unknown, questions()).predictions.scores
        assert unknown.asker.tried.failed
    expected = plain(folder, predictor.scorer.prefix)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_window_wider_than_any_row_with_branches_is_none(tmp_path, run_with):
    with run_with():
        wide = chooser(made("mistral", tmp_path, sliding_window=4_096))
    assert wide.asker.branches


def test_a_row_with_branches_is_no_longer_than_a_text_may_be(tmp_path, run_with):
    folder = made("gpt_neo", tmp_path, window_size=2_048)
    many = (tuple(f"w{place} {text(9)}" for place in range(8)),)
    with run_with():
        predictor = chooser(folder)
        assert predictor.asker.branches
        assert predictor.scorer.size == 128
        found = ask(predictor, questions((text(90),), many)).predictions.scores
        assert not predictor.asker.tried.failed
    expected = plain(folder, predictor.scorer.prefix, (text(90),), many)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_choices_are_told_apart_from_those_that_stand_before_them(tmp_path, run_with):
    folder = made("llama", tmp_path)
    one = (("w1 w2", "w3 w4 w5"),)
    with run_with():
        first = ask(chooser(folder), questions((text(9),), one)).predictions.scores
    with run_with():
        other = (("w7 w8 w9", "w3 w4 w5"),)
        second = ask(chooser(folder), questions((text(9),), other)).predictions.scores
    assert first[0] != pytest.approx(second[0], abs=0.1)
    assert first[1] == pytest.approx(second[1], abs=1e-5)


@pytest.mark.parametrize(
    ("branches", "shares"), [(True, True), (False, True), (False, False)]
)
def test_choices_of_the_same_tokens_are_level(branches, shares, tmp_path, run_with):
    """Rounding would let one of them win."""
    folder = made("llama", tmp_path)
    # Words that the tokenizer does not know, and one that it does.
    choices = (("w1", "w2 red", "w2 green", "w2 blue"),) * len(CONTEXTS)
    with run_with():
        predictor = chooser(folder)
        assert predictor.asker.branches
        predictor = asked_by(predictor, branches=branches, shares=shares)
        found = ask(predictor, questions(choices=choices)).predictions
    scores = found.scores.reshape(-1, 4)
    assert (scores[:, 1:] == scores[:, [1]]).all()
    assert (scores[:, 0] != scores[:, 1]).all()


@pytest.mark.parametrize("branches", [True, False])
def test_lengths_that_a_model_reads_otherwise_are_asked_in_full(
    branches, tmp_path, run_with
):
    folder = made("gpt2", tmp_path)
    with run_with():
        predictor = asked_by(chooser(folder), branches=branches)
        padding = predictor.checkpoint.padding
        padding = dataclasses.replace(padding, borders=Borders(at=(21,)))
        checkpoint = dataclasses.replace(predictor.checkpoint, padding=padding)
        scorer = dataclasses.replace(predictor.scorer, checkpoint=checkpoint)
        predictor = asked_by(predictor, scorer=scorer)
        widths = []
        model = checkpoint.model.transformer
        hook = model.register_forward_hook(
            lambda module, given, out: widths.append(out[0].shape[1])
        )
        # <cls>, 18 words and a choice: one of 21 tokens, one of 22.
        ask(predictor, questions((text(18),), (("w1 w2", "w3 w4 w5"),)))
        hook.remove()
    assert [width for width in widths if width > 5] == [21, 22]


def test_scores_may_be_divided_by_tokens_or_bytes(tmp_path, run_with):
    folder = made("gpt2", tmp_path)
    model = load_model(str(folder))
    with run_with():
        plainly = ask(chooser(folder), questions()).predictions.scores
        by_token = scored(model, normalise="token").predictor("multiple-choice")
        found = ask(by_token, questions()).predictions.scores
        tokens = [len(choice.split()) for row in CHOICES for choice in row]
        np.testing.assert_allclose(found, plainly / tokens, atol=1e-6)
        by_byte = scored(model, normalise="byte").predictor("multiple-choice")
        found = ask(by_byte, questions()).predictions.scores
        sizes = [len(choice) for row in CHOICES for choice in row]
        np.testing.assert_allclose(found, plainly / sizes, atol=1e-6)
        assert (
            len({each.fingerprint for each in (by_token, by_byte, chooser(folder))})
            == 3
        )
        assert by_byte.settings == ("bos:<cls>", "normalise:byte")


def test_accuracy_is_of_the_labelled_choices(tmp_path, run_with):
    folder = made("gpt2", tmp_path)
    rows = [
        {"text": context, "ends": list(choices), "label": place % len(choices)}
        for place, (context, choices) in enumerate(zip(CONTEXTS, CHOICES, strict=True))
    ]
    with run_with():
        examples = load_examples(rows, choices="ends")
        found = evaluate_accuracy(load_model(str(folder)), examples)
        scores = ask(chooser(folder), examples).predictions
        starts = np.cumsum(scores.counts) - scores.counts
        right = [
            scores.scores[start : start + count].argmax() == row["label"]
            for start, count, row in zip(starts, scores.counts, rows, strict=True)
        ]
    assert found.value == sum(right) / len(rows)
    assert found.task == "multiple-choice"
    assert "|accuracy|bos:<cls>|normalise:none|" in found.signature
    # By its text a label means the same.
    for row in rows:
        row["label"] = row["ends"][row["label"]]
    with run_with():
        again = evaluate_accuracy(
            load_model(str(folder)), load_examples(rows, choices="ends")
        )
    assert again.value == found.value
    assert {case.expected for case in again.cases} == {
        case.expected for case in found.cases
    }


def test_a_space_stands_before_a_choice_where_words_stand_apart(tmp_path, run_with):

    assert _apart("Paris is", "a city") == " a city"
    assert _apart("Paris is ", "a city") == "a city"
    assert _apart("Paris is", " a city") == " a city"
    assert _apart("", "a city") == "a city"
    assert _apart("巴黎是", "城市") == "城市"


def test_what_cannot_be_asked_is_named(tmp_path, run_with):
    folder = made("gpt2", tmp_path)
    with run_with():
        predictor = chooser(folder)
        with pytest.raises(
            DataError, match=r"PTM216 .* text-1: context and text have 12"
        ):
            ask(predictor, questions((text(126),), (("w1", "w2 w3"),)))
        with pytest.raises(DataError, match=r"PTM216 .* text-1: choice 2 has no token"):
            ask(predictor, questions((text(5),), (("w1", ""),)))
    for wrong, said in (
        ("w1", "expected a list of texts to choose from, got .*w1.* .str."),
        (["w1"], "1 to choose from; expected two or more"),
        (["w1", " "], "choice 2 is empty"),
        (["w1", "w2", "w1"], "choice 3 is the same as an earlier one"),
        (["w1", 2], "expected a list of texts, got one that holds .2. .int."),
    ):
        with pytest.raises(DataError, match=f"PTM205 .*row 1.*{said}"):
            load_examples([{"text": "a", "ends": wrong, "label": 0}], choices="ends")
    with pytest.raises(DataError, match=r"PTM204 .* Name it with choices="):
        load_examples([{"text": "a", "label": 0}], choices="ends")
    rows = [{"text": "a", "ends": ["x", "y"], "label": 2}]
    with run_with(), pytest.raises(DataError, match=r"PTM206 .* none of its 2 choices"):
        evaluate_accuracy(load_model(str(folder)), load_examples(rows, choices="ends"))


@pytest.mark.heavy
@pytest.mark.parametrize("architecture", ARCHITECTURES["causal-scoring"])
def test_every_architecture_chooses_as_in_full(architecture, tmp_path, run_with):
    if architecture in NOT_BUILT:
        pytest.skip(f"{architecture} {NOT_BUILT[architecture]}")
    try:
        folder = made(architecture, tmp_path)
        with run_with():
            prefix = bound(folder).prefix
        expected = plain(folder, prefix)
    except Exception as error:
        # Not ours: transformers itself builds or asks none that is so small.
        pytest.skip(f"{architecture}: {type(error).__name__}: {error}")
    with run_with():
        found = ask(chooser(folder), questions()).predictions
    np.testing.assert_allclose(
        found.scores, expected, atol=1e-3 if "hrm" in architecture else 2e-4
    )
