"""Texts of a megabyte: cut before they are tokenised where that changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ptm_checkpoints import bert_like, gpt2_tokenizer, roberta_tokenizer
from ptm_checkpoints import unigram as albert_tokenizer
from ptm_checkpoints import word_piece as bert_tokenizer
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers

from pytest_ptm.backends.transformers import tokens
from pytest_ptm.backends.transformers.long_texts import beginnings

BY_WORD = {
    "bert": bert_tokenizer(),
    "roberta": roberta_tokenizer(),
    "gpt2": gpt2_tokenizer(),
    "albert": albert_tokenizer(),
}
LIMIT = 8
MEGABYTE = ("what a great film, and so slow! " * 40_000)[: 1 << 20]

pieces = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.sampled_from(
        [
            *[
                "great film",
                "don't",
                "a!\n",
                "it's ",
                "  ",
                " \t\n ",
                "\u00a0x",
                " [MASK] ",
            ],
            *[
                "[SEP]x",
                "<mask>",
                " </s> ",
                "cafe\u0301 ",
                " \u0301 ",
                "\u0130 ",
                "ß",
                "ﬁ ",
            ],
            *[
                "Σ ",
                "👨\u200d👩\u200d👧 ",
                "一部好电影",
                "שלום ",
                "▁a ",
                "١٢ ",
                "² ",
                "\x00 ",
            ],
        ]
    ),
)


def truncated(tokenizer, text):
    return tokenizer(text, truncation="longest_first", max_length=LIMIT)["input_ids"]


def own_ids(tokenizer, text):
    return tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]


@pytest.mark.parametrize("name", BY_WORD)
@given(parts=st.lists(pieces, min_size=4, max_size=12), times=st.integers(8, 40))
@settings(max_examples=60)
def test_a_beginning_has_the_tokens_of_the_whole(name, parts, times):
    tokenizer, text = BY_WORD[name], "".join(parts) * times
    (begun,) = beginnings(tokenizer, [text], LIMIT)
    assert truncated(tokenizer, begun) == truncated(tokenizer, text)
    ids, whole = own_ids(tokenizer, begun), own_ids(tokenizer, text)
    # More than is asked for: every token of the beginning is one of the whole.
    assert ids == whole[: len(ids)]
    assert begun == text or len(ids) > LIMIT - 2


@pytest.mark.parametrize(
    "name",
    [
        "bert",
        "roberta",
        *(pytest.param(name, marks=pytest.mark.heavy) for name in ("gpt2", "albert")),
    ],
)
def test_of_a_megabyte_of_words_a_few_are_tokenised(name):
    tokenizer = BY_WORD[name]
    (begun,) = beginnings(tokenizer, [MEGABYTE], 128)
    assert len(begun) < 10_000
    assert MEGABYTE.startswith(begun)
    assert truncated(tokenizer, begun) == truncated(tokenizer, MEGABYTE)


def normalized(*steps):
    tokenizer = Tokenizer.from_str(bert_tokenizer().backend_tokenizer.to_str())
    tokenizer.normalizer = normalizers.Sequence(list(steps))
    return bert_like(tokenizer)


@pytest.mark.parametrize(
    "tokenizer",
    [
        normalized(normalizers.NFD(), normalizers.StripAccents()),
        normalized(normalizers.Replace("``", '"'), normalizers.Lowercase()),
    ],
    ids=["accents", "quotation marks"],
)
def test_several_steps_are_by_word_if_each_is(tokenizer):
    (begun,) = beginnings(tokenizer, [MEGABYTE], LIMIT)
    assert len(begun) < 1_000
    assert truncated(tokenizer, begun) == truncated(tokenizer, MEGABYTE)


def with_pre_tokenizer(pre_tokenizer):
    tokenizer = Tokenizer.from_str(bert_tokenizer().backend_tokenizer.to_str())
    tokenizer.pre_tokenizer = pre_tokenizer
    return bert_like(tokenizer)


def with_dropout():
    tokenizer = gpt2_tokenizer()
    tokenizer.backend_tokenizer.model.dropout = 0.1
    return tokenizer


def with_added(token):
    tokenizer = bert_tokenizer()
    tokenizer.add_tokens([AddedToken(token)])
    return tokenizer


def cutting_left():
    tokenizer = bert_tokenizer()
    tokenizer.truncation_side = "left"
    return tokenizer


def of_its_own():
    class Careful(type(bert_tokenizer())):
        def __call__(self, text, *arguments, **options):
            return super().__call__(sorted(text), *arguments, **options)

    tokenizer = bert_tokenizer()
    tokenizer.__class__ = Careful
    return tokenizer


def merging_over_spaces():
    tokenizer = Tokenizer(models.Unigram([("[UNK]", 0.0), ("film great", -1.0)], 0))
    return bert_like(tokenizer)


@pytest.mark.parametrize(
    "tokenizer",
    [
        with_pre_tokenizer(pre_tokenizers.Split(Regex("great film"), "isolated")),
        with_pre_tokenizer(pre_tokenizers.Metaspace(split=False)),
        with_pre_tokenizer(pre_tokenizers.ByteLevel(use_regex=False)),
        with_pre_tokenizer(pre_tokenizers.Punctuation()),
        normalized(normalizers.Replace(" film", "_")),
        normalized(normalizers.Replace(Regex("t f"), "_")),
        with_dropout(),
        with_added("great film"),
        with_added("caf\u00e9"),
        cutting_left(),
        of_its_own(),
        merging_over_spaces(),
    ],
    ids=[
        *[
            "a pattern",
            "one piece",
            "bytes in one piece",
            "marks alone",
            "over a space",
        ],
        *["by a pattern", "dropout", "a space inside", "an accent inside", "left"],
        *["of its own", "no pieces"],
    ],
)
def test_what_cannot_be_proven_is_tokenised_in_full(tokenizer):
    assert beginnings(tokenizer, [MEGABYTE], LIMIT) == [MEGABYTE]


@pytest.mark.parametrize("text", ["a" * 1_000, "一" * 1_000, " " * 1_000, ". " * 500])
def test_without_a_word_and_a_space_there_is_nowhere_to_cut(text):
    assert beginnings(BY_WORD["bert"], [text], LIMIT) == [text]


def test_a_text_that_comes_to_few_tokens_is_read_to_its_end():
    text = f"film {' ' * 100_000}great"
    assert beginnings(BY_WORD["bert"], [text], LIMIT) == [text]


def test_without_a_limit_nothing_is_cut():
    assert beginnings(BY_WORD["bert"], [MEGABYTE], None) == [MEGABYTE]


@pytest.mark.parametrize("family", ["bert", "roberta", "albert", "gpt2"])
def test_the_model_is_asked_the_same(family, checkpoint, predictor_of, monkeypatch):
    predictor = predictor_of(checkpoint(family))
    columns = {"text": [MEGABYTE[:100_000], "film", "", "great " * 2_000, "x" * 9_000]}
    cut = predictor.encode(columns)
    monkeypatch.setattr(tokens, "beginnings", lambda tokenizer, texts, limit: texts)
    whole = predictor.encode(columns)
    assert cut.keys == whole.keys
    assert cut.truncated.tolist() == whole.truncated.tolist()
    assert cut.truncated.any()


def test_of_a_pair_both_texts_are_tokenised_in_full(
    checkpoint, predictor_of, monkeypatch
):
    predictor = predictor_of(checkpoint("bert"))
    monkeypatch.setattr(tokens, "beginnings", lambda *given: pytest.fail("cut"))
    encoded = predictor.encode({"text": ["film " * 900], "text_pair": ["great " * 901]})
    assert encoded.truncated.tolist() == [True]
