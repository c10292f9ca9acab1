"""What the tokenizer makes of the texts: unknown, none at all, padded otherwise."""

from __future__ import annotations

import pytest
import transformers

from pytest_ptm import evaluate_accuracy, evaluate_invariant, load_examples
from pytest_ptm.engine.ask import ask

KNOWN = "what a great film"
ODD = "great \U0001f642 \u2603 \u0416 film"


def rows(*texts):
    return load_examples((list(texts), [0] * len(texts)))


def share(folder, *texts):
    """The share of unknown tokens, counted over what transformers itself gives."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    ids = [
        i for text in texts for i in tokenizer(text, add_special_tokens=False).input_ids
    ]
    return ids.count(tokenizer.unk_token_id) / len(ids)


@pytest.mark.parametrize("family", ["bert", "albert", "distilbert"])
def test_unknown_tokens_are_a_share_of_all_but_special_ones(
    family, checkpoint, predictor_of
):
    folder = checkpoint(family)
    texts = [KNOWN, ODD, ODD, "\u2603"]
    answers = ask(predictor_of(folder), rows(*texts))
    assert 0.05 < share(folder, *texts) < 1
    assert answers.share_unknown == pytest.approx(share(folder, *texts), abs=1e-12)


def test_answers_that_are_known_already_keep_their_share(checkpoint, predictor_of):
    folder = checkpoint("bert")
    predictor = predictor_of(folder)
    ask(predictor, rows(KNOWN, ODD))
    again = ask(predictor, rows(ODD, "\u2603", KNOWN, ODD))
    assert again.cost.forwarded == 1
    expected = share(folder, ODD, "\u2603", KNOWN, ODD)
    assert again.share_unknown == pytest.approx(expected, abs=1e-12)


def test_of_a_truncated_text_only_what_the_model_sees_counts(checkpoint, predictor_of):
    folder = checkpoint("bert")
    text = "film " * 40 + "\u2603 " * 1_000
    answers = ask(predictor_of(folder), rows(text))
    assert answers.truncated.all()
    assert share(folder, text) > 0.5
    assert answers.share_unknown == 0.0


def test_a_result_says_that_the_tokenizer_does_not_know_the_texts(
    checkpoint, predictor_of
):
    folder = checkpoint("bert")
    predictor = predictor_of(folder)
    odd = evaluate_accuracy(predictor, rows(KNOWN, ODD, "\u2603"))
    percent = round(100 * share(folder, KNOWN, ODD, "\u2603"))
    assert f"{percent} % of tokens are unknown to the tokenizer" in odd.notes
    assert not any(
        "unknown" in n for n in evaluate_accuracy(predictor, rows(KNOWN)).notes
    )


def test_a_change_into_another_script_is_named(checkpoint, predictor_of):
    def snow(text):
        return f"{text} \u2603 \u2603"

    result = evaluate_invariant(
        predictor_of(checkpoint("bert")), rows(KNOWN, "dull"), under=snow
    )
    (note,) = [note for note in result.notes if "unknown" in note]
    assert note.startswith("snow: ")


@pytest.mark.parametrize("family", ["roberta", "gpt2"])
def test_bytes_are_never_unknown(family, checkpoint, predictor_of):
    predictor = predictor_of(checkpoint(family))
    result = evaluate_accuracy(predictor, rows(ODD, "", "\u2603"))
    assert ask(predictor, rows(ODD, "", "\u2603")).share_unknown == 0.0
    assert not any("unknown" in note for note in result.notes)


def test_an_unknown_token_that_also_ends_a_text_is_not_counted(
    copy_of, rewrite, predictor_of
):
    folder = copy_of("gpt2")
    rewrite(folder / "tokenizer_config.json", unk_token="<|endoftext|>")
    predictor = predictor_of(folder)
    assert predictor.checkpoint.tokenizer.unk_token == "<|endoftext|>"
    assert ask(predictor, rows("", "film")).share_unknown == 0.0


def test_a_tokenizer_without_padding_is_noted(checkpoint, predictor_of):
    (note,) = predictor_of(checkpoint("gpt2")).card.notes
    assert note == (
        "the tokenizer has no padding token; <|endoftext|> pads, and is masked out"
    )
    assert predictor_of(checkpoint("bert")).card.notes == ()
