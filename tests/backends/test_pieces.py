"""A word is the piece that its filled text has, whatever stands beside the mask."""

from __future__ import annotations

import functools

import pytest
import torch
import transformers
from hypothesis import given, settings
from hypothesis import strategies as st
from ptm_tokenizers import TOKENIZERS

from pytest_ptm import evaluate_masked_gap, evaluate_masked_prediction, load_model
from pytest_ptm.backends.transformers.pieces import Pieces
from pytest_ptm.ground.errors import DataError

tokenizer_of = functools.cache(lambda kind: TOKENIZERS[kind]())

CONTEXTS = (
    "[MASK] is",
    "is [MASK] and",
    "is  [MASK]",
    "([MASK])",
    '"[MASK]"',
    "'[MASK]'",
    "she-[MASK]",
    "is\n[MASK]",
    "is\t[MASK]",
    "un[MASK]able",
    "a city [MASK].",
    "[MASK] is [MASK], said she",
    "\U0001f468 \u4e00 [MASK]!",
    "",
)


def pieces(tokenizer, text, word, number=0):
    """The tokens of a word at one mask of a text, as strings."""
    parts = text.split("[MASK]")
    before = "[MASK]".join(parts[: number + 1])
    after = "[MASK]".join(parts[number + 1 :])
    (found,) = Pieces(tokenizer).of([before], [word], [after])
    return None if found is None else tokenizer.convert_ids_to_tokens(list(found))


def filled(tokenizer, text, word, number=0):
    """Ids of the masked and of the filled text, special tokens and all; the place."""
    mask = tokenizer.mask_token
    parts = text.split("[MASK]")
    before, after = mask.join(parts[: number + 1]), mask.join(parts[number + 1 :])
    masked = tokenizer(before + mask + after)["input_ids"]
    places = [i for i, token in enumerate(masked) if token == tokenizer.mask_token_id]
    return masked, tokenizer(before + word + after)["input_ids"], places[number]


def check(tokenizer, text, word, number=0):
    """Whatever is said stands in the filled text at the place of the mask."""
    found = pieces(tokenizer, text, word, number)
    if not found:
        return
    masked, ids, place = filled(tokenizer, text, word, number)
    there = tokenizer.convert_ids_to_tokens(ids[place : place + len(found)])
    assert there == found
    assert ids[:place] == masked[:place]
    said = tokenizer.decode(ids[place : place + len(found)])
    assert said.replace("##", "").replace(" ", "").strip() == word.replace(" ", "")


@pytest.mark.parametrize("text", CONTEXTS)
@pytest.mark.parametrize("kind", TOKENIZERS)
def test_a_word_is_what_stands_in_the_filled_text(kind, text):
    for number in range(text.count("[MASK]")):
        for word in ("paris", "he", "london", "able", "unhappy"):
            check(tokenizer_of(kind), text, word, number)


@pytest.mark.parametrize(
    ("kind", "text", "tokens"),
    [
        ("roberta", "is [MASK] and", ["Ġparis"]),
        ("roberta", "[MASK] is", ["paris"]),
        ("roberta", "([MASK])", ["paris"]),
        ("roberta", '"[MASK]"', ["paris"]),
        ("roberta", "a city [MASK].", ["Ġparis"]),
        # The mask takes a line break along, and the word does not.
        ("roberta", "is\n[MASK]", ["Ċ", "paris"]),
        ("roberta", "is  [MASK]", ["Ġ", "Ġparis"]),
        ("roberta-prefix-space", "[MASK] is", ["Ġparis"]),
        ("roberta-prefix-space", "([MASK])", ["paris"]),
        # Here the space stays before the mask, and no word begins there.
        ("byte-pairs-plain-mask", "is [MASK] and", None),
        ("byte-pairs-plain-mask", "is\n[MASK]", ["paris"]),
        ("xlm-roberta", "is [MASK] and", ["▁paris"]),
        ("xlm-roberta", "[MASK] is", ["▁paris"]),
        ("xlm-roberta", "([MASK])", ["paris"]),
        ("xlm-roberta", "'[MASK]'", ["paris"]),
        ("xlm-roberta", "she-[MASK]", ["paris"]),
        ("xlm-roberta", "is\n[MASK]", ["▁paris"]),
        ("xlm-roberta", "a city [MASK].", ["▁paris"]),
        ("unigram-first", "([MASK])", ["paris"]),
        ("unigram-first", "is [MASK] and", ["▁paris"]),
        ("deberta-v2", "([MASK])", ["paris"]),
        ("deberta-v2", "is [MASK] and", ["▁", "paris"]),
    ],
)
def test_what_stands_before_the_mask_decides(kind, text, tokens):
    assert pieces(tokenizer_of(kind), text, "paris") == tokens


def test_a_word_joined_with_its_neighbours_has_no_tokens_of_its_own(shared_models):
    bert = transformers.AutoTokenizer.from_pretrained(shared_models / "bert-tiny-mlm")
    assert pieces(bert, "un[MASK]able", "paris") is None
    assert pieces(bert, "[MASK]s", "cat") is None
    assert pieces(bert, "well-[MASK].", "known") == ["known"]
    # Inside a word, a piece is what the vocabulary calls it.
    assert pieces(bert, "walk[MASK]", "##ing") == ["##ing"]
    assert pieces(bert, "She was walk[MASK].", "##ing") == ["##ing"]
    assert pieces(bert, "a [MASK]", "\u4e00\U0001f9ff") == []
    smiles = transformers.AutoTokenizer.from_pretrained(
        shared_models / "albert-rxnmapper-mlm"
    )
    assert pieces(smiles, "CC(=O)[MASK]>>CC(=O)O", "Br") == ["Br"]
    # A carbon before an l is chlorine.
    assert pieces(smiles, "CC[MASK]l", "C") is None


def test_an_inner_piece_never_stands_for_a_word():
    """Byte-level vocabularies hold letters that are parts of other letters."""
    tokenizer = tokenizer_of("roberta")
    assert "he" in tokenizer.get_vocab()
    assert "é" in tokenizer.get_vocab()
    assert pieces(tokenizer, "caf[MASK]", "é") == ["Ã", "©"]
    assert pieces(tokenizer, "a [MASK]", "ity") == ["Ġ", "ity"]
    assert pieces(tokenizer_of("byte-pairs-plain-mask"), "a [MASK]", "ity") is None
    # "##" is of WordPiece alone.
    assert pieces(tokenizer, "a [MASK]", "##he") != ["##he"]


def test_long_texts_cost_no_more_than_a_page():
    seen = []

    class Watched:
        def __init__(self, tokenizer):
            self.tokenizer = tokenizer

        def __getattr__(self, name):
            return getattr(self.tokenizer, name)

        def __call__(self, texts, **options):
            seen.extend(map(len, texts))
            return self.tokenizer(texts, **options)

    tokenizer = Watched(tokenizer_of("bert"))
    text = "a film " * 50_000 + "[MASK]" + " a film" * 50_000
    assert pieces(tokenizer, text, "a") == ["a"]
    assert max(seen) < 5_000


def test_columns_are_tokenised_at_once_and_each_text_once():
    calls = []

    class Watched(transformers.PreTrainedTokenizerFast):
        def __call__(self, texts, **options):
            calls.append(list(texts))
            return super().__call__(texts, **options)

    tokenizer = tokenizer_of("roberta")
    watched = Watched(
        tokenizer_object=tokenizer.backend_tokenizer,
        mask_token=transformers.AddedToken("<mask>", lstrip=True, special=True),
    )
    befores = [f"the {number} said that " for number in range(100)]
    words, afters = ["he", "she"] * 100, [" was able"] * 200
    Pieces(watched).of([b for b in befores for _ in "12"], words, afters)
    # All behind the masks is split alike, so no third look is taken.
    assert [len(texts) for texts in calls] == [100, 200, 1]
    assert Pieces(watched).of([], [], []) == []


near = st.text(alphabet="ehs aru'\"-.,(\n\té\u4e00", max_size=8)


@pytest.mark.parametrize("kind", TOKENIZERS)
@settings(max_examples=25, deadline=None)
@given(before=near, word=st.sampled_from(["he", "she", "paris", "a", "é"]), after=near)
def test_whatever_stands_beside_it(kind, before, word, after):
    tokenizer = tokenizer_of(kind)
    text = f"{before}[MASK]{after}"
    found = pieces(tokenizer, text, word)
    if found:
        masked, ids, place = filled(tokenizer, text, word)
        there = tokenizer.convert_ids_to_tokens(ids[place : place + len(found)])
        assert there == found
        assert ids[:place] == masked[:place]


@pytest.fixture(scope="module")
def roberta(tmp_path_factory):
    """A random model over RoBERTa's kind of tokens, as a folder."""
    folder = tmp_path_factory.mktemp("roberta")
    tokenizer = tokenizer_of("roberta-prefix-space")
    config = transformers.RobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        initializer_range=0.4,
        max_position_embeddings=40,
        pad_token_id=tokenizer.pad_token_id,
        type_vocab_size=1,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        transformers.RobertaForMaskedLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def probability(folder, text, token):
    """Of one token at the mask, by transformers alone."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForMaskedLM.from_pretrained(folder).eval()
    inputs = tokenizer(
        text.replace("[MASK]", "<mask>"),
        return_tensors="pt",
        return_token_type_ids=False,
    )
    with torch.inference_mode():
        logits = model(**inputs).logits[inputs["input_ids"] == tokenizer.mask_token_id]
    return float(logits.softmax(dim=-1)[0, tokenizer.convert_tokens_to_ids(token)])


@pytest.mark.parametrize(
    ("text", "token"), [("is ([MASK])", "paris"), ("is [MASK].", "Ġparis")]
)
def test_the_probability_is_that_of_the_filled_token(roberta, text, token):
    result = evaluate_masked_prediction(
        load_model(roberta), text, expect="paris", at_least_probability=1.0
    )
    p = probability(roberta, text, token)
    assert float(result.cases[0].expected.rpartition(" at ")[2]) == pytest.approx(
        p, abs=1e-4
    )
    gap = evaluate_masked_gap(load_model(roberta), text, between=("paris", "he"))
    other = probability(roberta, text, token.replace("paris", "he"))
    assert gap.value == pytest.approx(abs(p - other) / (p + other), abs=1e-4)


def test_a_word_that_cannot_be_compared_is_refused_by_name(roberta):
    model = load_model(roberta)
    for text, word, message in (
        ("is\n[MASK]", "paris", "'paris' is 2 tokens here"),
        ("is [MASK]", "ity", "'ity' is 2 tokens here"),
        ("un[MASK]able", "happy", "'happy' has no tokens of its own"),
        ("[MASK]aris", "p", "'p' has no tokens of its own at the mask of row-1"),
    ):
        with pytest.raises(DataError, match=message) as caught:
            evaluate_masked_prediction(model, text, expect=word)
        assert caught.value.code == "PTM213"
    # Whole words are ranked with as many masks as they have tokens there.
    found = evaluate_masked_prediction(
        model, "is\n[MASK]", expect="paris", candidates=["paris", "he", "unhappy"]
    )
    assert found.n == 1
