"""Classifiers through a template, against transformers asked one text at a time."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
import transformers
from ptm_checkpoints import BERT, SENTENCES, gpt2_tokenizer
from ptm_tokenizers import TOKENIZERS
from scipy.special import logsumexp

from pytest_ptm import (
    ArgumentError,
    DataError,
    ModelError,
    assert_accuracy,
    evaluate_accuracy,
    from_pretrained,
    load_model,
    prompted,
    scored,
)
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask

MASKED = ("bert-masked-lm", "roberta-masked-lm", "of-pieces")
LENGTHS = (4, 1, 3, 2, 4, 3)
TEXTS = tuple(
    " ".join(each.split()[:n]) for each, n in zip(SENTENCES, LENGTHS, strict=True)
)


def examples_of(*texts, **columns):
    ids = tuple(f"text-{place}" for place in range(1, len(texts) + 1))
    return Examples(ids, {"text": tuple(texts), **columns})


@pytest.fixture
def masked(copy_of, tmp_path, rewrite):
    """A folder of a masked model; of pieces it is ALBERT with SentencePiece's kind."""

    def made(family="bert-masked-lm", side="right"):
        if family == "of-pieces":
            folder = tmp_path / "of-pieces"
            kept = TOKENIZERS["xlm-roberta"]()
            kept.save_pretrained(folder)
            config = transformers.AlbertConfig(
                vocab_size=len(kept), embedding_size=8, pad_token_id=0, **BERT
            )
            with torch.random.fork_rng():
                torch.manual_seed(2)
                transformers.AlbertForMaskedLM(config).save_pretrained(folder)
        else:
            folder = copy_of(family)
        rewrite(folder / "tokenizer_config.json", padding_side=side)
        return folder

    return made


def one_token_words(folder):
    """Words that are one token behind "a ", by what the tokenizer says of the text."""
    kept = transformers.AutoTokenizer.from_pretrained(folder)

    def ids(text):
        return kept(text, add_special_tokens=False)["input_ids"]

    def is_one(word):
        filled, until = ids(f"bleak a {word}."), ids(f"bleak a {word}")
        (token,) = filled[len(ids("bleak a")) :][: len(until) - len(ids("bleak a"))]
        return filled[:-1] == until and token != kept.unk_token_id

    known = sorted({each.lstrip("Ġ▁") for each in kept.get_vocab()})
    words = [each for each in known if len(each) > 1 and each.isascii()]
    words = [each for each in words if each.isalpha() and each.islower()]
    return [
        each
        for each in words
        if len(ids(f"a {each}")) == len(ids("a")) + 1 and is_one(each)
    ]


def of_a_mask(folder, prompts, words):
    """The log-probability of each word where the mask stands, one prompt alone."""
    kept = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForMaskedLM.from_pretrained(folder).eval()
    found = []
    for prompt in prompts:
        before, after = prompt.split("{mask}")
        ids = kept(before + kept.mask_token + after, return_tensors="pt")
        if "token_type_ids" not in kept.model_input_names:
            ids.pop("token_type_ids", None)
        (place,) = torch.where(ids["input_ids"][0] == kept.mask_token_id)[0].tolist()
        tokens = []
        for word in words:
            filled = kept(before + word + after)["input_ids"]
            assert filled[:place] == ids["input_ids"][0, :place].tolist()
            tokens.append(filled[place])
        with torch.no_grad():
            logits = model(**ids).logits[0, place].double()
        found.append(logits.log_softmax(dim=-1)[tokens].numpy())
    return np.array(found)


def of_what_comes_next(folder, prompts, words, prefix):
    """The log-probability of each word behind its prompt, one row alone."""
    kept = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
    found = []
    for prompt in prompts:
        before = prompt.removesuffix(" {mask}")
        start = len(kept(before, add_special_tokens=False)["input_ids"])
        row = []
        for word in words:
            own = kept(f"{before} {word}", add_special_tokens=False)["input_ids"]
            ids = torch.tensor([[*prefix, *own]])
            with torch.no_grad():
                each = model(input_ids=ids).logits[0].double().log_softmax(dim=-1)
            first = len(prefix) + start
            at = range(first, ids.shape[1])
            row.append(sum(each[place - 1, ids[0, place]].item() for place in at))
        found.append(row)
    return np.array(found)


def by_class(logs):
    """Of two words and one: probabilities of the classes."""
    each = np.stack([logsumexp(logs[:, :2], axis=1), logs[:, 2]], axis=1)
    return np.exp(each - logsumexp(each, axis=1, keepdims=True))


def two_and_one(words):
    return {"first": [words[0], words[1]], "second": words[2]}


def said(model, *texts, **columns):
    return ask(model.predictor("text-classification"), examples_of(*texts, **columns))


@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize("family", MASKED)
def test_a_masked_model_says_what_its_words_have_at_the_mask(family, side, masked):
    folder = masked(family, side)
    words = one_token_words(folder)
    model = prompted(load_model(folder), "{text} a {mask}.", words=two_and_one(words))
    found = said(model, *TEXTS).predictions
    prompts = [f"{text} a {{mask}}." for text in TEXTS]
    expected = by_class(of_a_mask(folder, prompts, words[:3]))
    np.testing.assert_allclose(found.probabilities, expected, atol=1e-5)
    assert found.class_names == ("first", "second")
    assert expected.std() > 0.01
    for row, text in enumerate(TEXTS):
        alone = said(model, text).predictions
        np.testing.assert_allclose(
            alone.probabilities[0], found.probabilities[row], atol=1e-6
        )


@pytest.fixture
def gpt2(tmp_path):
    """A causal model; ``gpt2(side="left")``."""

    def made(side="right", **options):
        folder = tmp_path / f"gpt2-{side}"
        kept = gpt2_tokenizer()
        kept.padding_side = side
        with torch.random.fork_rng():
            torch.manual_seed(3)
            config = transformers.GPT2Config(
                vocab_size=len(kept),
                n_embd=16,
                n_layer=2,
                n_head=2,
                n_positions=options.pop("n_positions", 64),
                initializer_range=0.4,
                bos_token_id=0,
                eos_token_id=0,
            )
            transformers.GPT2LMHeadModel(config).save_pretrained(folder)
        kept.save_pretrained(folder)
        return folder

    return made


CONTINUED = "{text} It was {mask}"
SEVERAL = ("a journey", "great", "terrible")
"""Of several tokens each, and of different numbers."""


@pytest.mark.parametrize("side", ["right", "left"])
def test_a_causal_model_says_what_its_words_have_of_what_comes_next(gpt2, side):
    folder = gpt2(side)
    model = prompted(load_model(folder), CONTINUED, words=two_and_one(SEVERAL))
    found = said(model, *TEXTS).predictions
    prompts = [CONTINUED.replace("{text}", text) for text in TEXTS]
    expected = by_class(of_what_comes_next(folder, prompts, SEVERAL, (0,)))
    np.testing.assert_allclose(found.probabilities, expected, atol=1e-5)
    assert expected.std() > 0.01


def test_words_may_be_divided_by_their_tokens(gpt2):
    folder = gpt2()
    by_token = scored(load_model(folder), normalise="token")
    model = prompted(by_token, CONTINUED, words=two_and_one(SEVERAL))
    found = said(model, *TEXTS).predictions
    prompts = [CONTINUED.replace("{text}", text) for text in TEXTS]
    logs = of_what_comes_next(folder, prompts, SEVERAL, (0,))
    kept = gpt2_tokenizer()
    counts = [len(kept(f" {word}")["input_ids"]) for word in SEVERAL]
    np.testing.assert_allclose(found.probabilities, by_class(logs / counts), atol=1e-5)
    plain = prompted(load_model(folder), CONTINUED, words=two_and_one(SEVERAL))
    one, other = (each.predictor("text-classification") for each in (model, plain))
    assert one.fingerprint != other.fingerprint
    assert "normalise:token" in one.settings


def longest(folder, text, before, after, size):
    """The most words of a text with which a prompt has at most so many tokens."""
    kept = transformers.AutoTokenizer.from_pretrained(folder)
    ends = [found.end() for found in re.finditer(r"\w+|[^\w\s]", text)]
    found = [text[:end] for end in ends]
    return [
        each for each in found if len(kept(before + each + after)["input_ids"]) <= size
    ][-1]


def test_of_a_long_text_the_end_is_cut_and_nothing_of_the_template(masked):
    folder = masked()
    words = one_token_words(folder)
    model = prompted(load_model(folder), "{text} a {mask}.", words=two_and_one(words))
    long, short = " ".join(SENTENCES), TEXTS[0]
    found = said(model, short, long, SENTENCES[1] * 9)
    assert found.truncated.tolist() == [False, True, True]
    kept = longest(folder, long, "", " a [MASK].", 32)
    assert 20 < len(kept) < len(long)
    prompts = [f"{text} a {{mask}}." for text in (short, kept)]
    expected = by_class(of_a_mask(folder, prompts, words[:3]))
    np.testing.assert_allclose(found.predictions.probabilities[:2], expected, atol=1e-5)


def test_a_causal_model_sees_the_end_of_the_template_and_all_of_each_word(gpt2):
    folder = gpt2(n_positions=40)
    model = prompted(load_model(folder), CONTINUED, words=two_and_one(SEVERAL))
    long = " ".join(SENTENCES)
    found = said(model, TEXTS[0], long)
    assert found.truncated.tolist() == [False, True]
    # The token that begins a text, and the longest word.
    most = max(SEVERAL, key=lambda word: len(gpt2_tokenizer()(f" {word}").input_ids))
    kept = longest(folder, long, "<|endoftext|>", f" It was {most}", 40)
    prompts = [CONTINUED.replace("{text}", text) for text in (TEXTS[0], kept)]
    expected = by_class(of_what_comes_next(folder, prompts, SEVERAL, (0,)))
    np.testing.assert_allclose(found.predictions.probabilities, expected, atol=1e-5)


def test_of_a_pair_the_longer_text_loses_its_end(masked):
    folder = masked()
    words = one_token_words(folder)
    model = prompted(
        load_model(folder), '"{text}"? {mask}. "{text_pair}"', words=two_and_one(words)
    )
    pairs = {"text": (TEXTS[0], TEXTS[1]), "text_pair": (SENTENCES[1] * 9, TEXTS[2])}
    rows = Examples(("long", "short"), pairs)
    found = ask(model.predictor("text-classification"), rows)
    assert found.truncated.tolist() == [True, False]
    kept = longest(folder, SENTENCES[1] * 9, f'"{TEXTS[0]}"? [MASK]. "', '"', 32)
    prompts = [
        f'"{TEXTS[0]}"? {{mask}}. "{kept}"',
        f'"{TEXTS[1]}"? {{mask}}. "{TEXTS[2]}"',
    ]
    expected = by_class(of_a_mask(folder, prompts, words[:3]))
    np.testing.assert_allclose(found.predictions.probabilities, expected, atol=1e-5)


def test_a_template_that_fills_the_window_is_refused_by_name(masked, gpt2):
    words = one_token_words(masked())
    full = f"{{text}} {' '.join(SENTENCES)} a {{mask}}."
    model = prompted(load_model(masked()), full, words=two_and_one(words))
    with pytest.raises(DataError, match=r"text-1: the template is longer than what"):
        said(model, "a journey")
    full = f"{{text}} {' '.join(SENTENCES)} a {{mask}}"
    model = prompted(load_model(gpt2()), full, words=two_and_one(SEVERAL))
    with pytest.raises(DataError, match=r"text-1: the template is longer than what"):
        said(model, "a journey")


def test_braces_of_a_text_are_letters(masked):
    folder = masked()
    words = one_token_words(folder)
    texts = ("{mask} {text} {0} {x!r}", "}} {", "{text_pair.__class__}")
    with_braces, as_text = (
        prompted(load_model(folder), template, words=two_and_one(words))
        for template in ("{{{text}}} a {mask}.", "{text} a {mask}.")
    )
    found = said(with_braces, *texts).predictions
    expected = said(as_text, *[f"{{{text}}}" for text in texts]).predictions
    np.testing.assert_array_equal(found.logits, expected.logits)
    prompt = "{}} {} a MASK."
    logs = of_a_mask(folder, [prompt.replace("MASK", "{mask}")], words[:3])
    np.testing.assert_allclose(found.probabilities[1:2], by_class(logs), atol=1e-5)


def test_a_text_with_a_mask_is_refused_by_name(masked):
    folder = masked("roberta-masked-lm")
    words = one_token_words(folder)
    model = prompted(load_model(folder), "{text} a {mask}.", words=two_and_one(words))
    for mask in ("[MASK]", "<mask>"):
        with pytest.raises(DataError, match="text-2: the text has a mask itself"):
            said(model, "fine", f"a {mask} film")
    assert said(model, "a [mask] film").predictions.valid.all()


def test_a_mask_is_a_word_like_any_other_to_a_causal_model(gpt2):
    model = prompted(load_model(gpt2()), CONTINUED, words=two_and_one(SEVERAL))
    assert said(model, "a [MASK] film").predictions.valid.all()


WRONG_WORDS = {
    "bert-masked-lm": [
        ("{text} a {mask}.", "astoundingly", r"'astoundingly' of class 'second' is \d"),
        ("{text} a {mask}.", "漢", "unknown to the tokenizer"),
        ("{text} a un{mask}.", "town", "no token of its own|is \\d tokens"),
        ("{text} a [MASK] {mask}.", "town", r"has \[MASK\], a mask beside"),
    ],
    "roberta-masked-lm": [
        ("{text} a <mask> {mask}.", "town", "has <mask>, a mask beside"),
    ],
}


@pytest.mark.parametrize(
    ("family", "template", "word", "message"),
    [(family, *row) for family, rows in WRONG_WORDS.items() for row in rows],
)
def test_what_a_masked_model_cannot_be_asked(
    family, template, word, message, checkpoint
):
    folder = checkpoint(family)
    first = one_token_words(folder)[:2]
    model = prompted(
        load_model(folder), template, words={"first": first, "second": word}
    )
    with pytest.raises(ArgumentError, match=message):
        evaluate_accuracy(model, [{"text": "a", "label": "first"}])


def test_two_words_that_are_one_to_the_tokenizer_are_refused(checkpoint, gpt2):
    folder = checkpoint("bert-masked-lm")
    one, two = one_token_words(folder)[:2]
    words = {"first": [one, two], "second": one.upper()}
    model = prompted(load_model(folder), "{text} a {mask}.", words=words)
    with pytest.raises(ArgumentError, match="are the same token of bert-masked-lm"):
        model.predict("a")


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (
            "{text} It was {mask}.",
            r"goes on behind \{mask\}, and gpt2-right is a causal",
        ),
        ("{text} It was:{mask}", r'has ":" right before \{mask\}'),
    ],
)
def test_what_a_causal_model_cannot_be_asked(template, message, gpt2):
    model = prompted(load_model(gpt2()), template, words=two_and_one(SEVERAL))
    with pytest.raises(ArgumentError, match=message):
        model.predict("a")


def test_a_word_that_goes_on_from_one_of_another_class_is_refused(gpt2):
    """It can never win: the probability of the shorter has that of the longer in it."""
    model = load_model(gpt2())
    words = {"bad": ["dull", "slow and bleak"], "good": ["great", "slow"]}
    said = (
        r"words=: 'slow and bleak' of class 'bad' begins with 'slow' of class 'good', "
        r"so that gpt2-right never finds it likelier; .*normalise=\"token\""
    )
    with pytest.raises(ArgumentError, match=said):
        prompted(model, CONTINUED, words=words).predict("a")
    prompted(scored(model, normalise="token"), CONTINUED, words=words).predict("a")
    # In letters only, and of one class.
    words = {"one": ["a", "great", "great film"], "other": "and"}
    prompted(model, CONTINUED, words=words).predict("a")


def test_a_classifier_says_no_words(checkpoint):
    """What it is stands before what its checkpoint lacks."""
    words = two_and_one(SEVERAL)
    said = (
        r"model bert answers 'text-classification'; this asks 'fill-mask', .*\. It "
        "answers with text-classification by itself: hand it over as it is. A "
        "template and label words need a language model, masked or causal or an "
        "encoder-decoder$"
    )
    for model in (
        load_model(checkpoint("bert")),
        scored(load_model(checkpoint("bert")), normalise="token"),
    ):
        with pytest.raises(ModelError, match=f"^PTM303 {said}"):
            prompted(model, "{text} a {mask}.", words=words).predict("a")
    bound = load_model(checkpoint("bert")).predictor("text-classification")
    with pytest.raises(ArgumentError, match="label words need a language model"):
        prompted(bound, "{text} a {mask}.", words=words)


def test_models_in_memory_and_those_declared_for_texts(checkpoint, gpt2):
    folder = checkpoint("bert-masked-lm")
    words = two_and_one(one_token_words(folder))
    kept = transformers.AutoTokenizer.from_pretrained(folder)
    loaded = transformers.AutoModelForMaskedLM.from_pretrained(folder).eval()
    held = prompted(from_pretrained(loaded, kept), "{text} a {mask}.", words=words)
    file = prompted(load_model(folder), "{text} a {mask}.", words=words)
    assert held.predict(TEXTS[0]) == file.predict(TEXTS[0])
    scores = from_pretrained(loaded, kept, task="masked-scoring")
    with pytest.raises(ArgumentError, match='Declare it so: task="fill-mask"'):
        prompted(scores, "{text} a {mask}.", words=words)
    declared = load_model(f"{gpt2()}?task=causal-scoring")
    with pytest.raises(ArgumentError, match=r"\?task=multiple-choice"):
        prompted(declared, CONTINUED, words=words).predict("a")
    asked_for = load_model(f"{folder}?task=text-classification")
    again = prompted(asked_for, "{text} a {mask}.", words=words)
    assert again.predict(TEXTS[0]) == file.predict(TEXTS[0])


@pytest.mark.parametrize("twice", [0, 1])
def test_whoever_has_a_template_takes_no_second_one(twice, checkpoint):
    folder = checkpoint("bert-masked-lm")
    words = two_and_one(one_token_words(folder))
    model = prompted(load_model(folder), "{text} a {mask}.", words=words)
    given = [model, model.predictor("text-classification")][twice]
    with pytest.raises(ArgumentError, match="has a template already"):
        prompted(given, "{text} a {mask}.", words=words)


@pytest.mark.parametrize(
    ("template", "columns", "message"),
    [
        ("{text} a {mask}.", {"text_pair": ("b",)}, r"no \{text_pair\}, and the"),
        ("{text} {text_pair} a {mask}.", {}, "the examples have no second text"),
    ],
)
def test_a_text_that_nobody_would_see_is_refused(
    template, columns, message, checkpoint
):
    folder = checkpoint("bert-masked-lm")
    words = two_and_one(one_token_words(folder))
    model = prompted(load_model(folder), template, words=words)
    with pytest.raises(ArgumentError, match=message):
        said(model, "a", **columns) if not columns else ask(
            model.predictor("text-classification"),
            Examples(("one",), {"text": ("a",), **columns}),
        )


def test_labels_are_the_classes_that_have_words(checkpoint):
    folder = checkpoint("bert-masked-lm")
    words = two_and_one(one_token_words(folder))
    model = prompted(load_model(folder), "{text} a {mask}.", words=words)
    with pytest.raises(DataError, match=r"'third' .* is no class of the model"):
        evaluate_accuracy(model, [{"text": "a", "label": "third"}])
    named = model.predict(TEXTS[0]).label
    number = {"first": 0, "second": 1}[named]
    assert_accuracy(model, [{"text": TEXTS[0], "label": number}], at_least=1.0)


def test_template_and_words_in_their_order_are_part_of_who_answers(checkpoint):
    folder = checkpoint("bert-masked-lm")
    one, two, three = one_token_words(folder)[:3]
    ways = [
        ("{text} a {mask}.", {"x": [one, two], "y": three}),
        ("{text} a {mask}!", {"x": [one, two], "y": three}),
        ("{text} a {mask}.", {"x": [two, one], "y": three}),
        ("{text} a {mask}.", {"y": three, "x": [one, two]}),
        ("{text} a {mask}.", {"x": one, "y": [two, three]}),
        ("{text} | a {mask}.", {"x": [one, two], "y": three}),
    ]
    bound = [
        prompted(load_model(folder), template, words=words).predictor(
            "text-classification"
        )
        for template, words in ways
    ]
    assert len({each.fingerprint for each in bound}) == len(ways)
    assert len({each.settings for each in bound}) == len(ways)
    assert bound[0].settings == (
        'template:"{text} a {mask}."',
        f'words:{{"x": ["{one}", "{two}"], "y": ["{three}"]}}',
    )
    assert not any("|" in said for each in bound for said in each.settings)
