"""Tags of words, against a plain forward of one row at a time."""

from __future__ import annotations

import copy
import inspect

import numpy as np
import pytest
import torch
import transformers
from ptm_architectures import ARCHITECTURES, NOT_BUILT, WORDS, build
from ptm_checkpoints import SENTENCES
from ptm_tokenizers import TOKENIZERS

import pytest_ptm as ptm
from pytest_ptm.backends.transformers.word_rows import encode_words
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask

TASK = "token-classification"
SAMPLE = [
    "albert",
    "bert",
    "convbert",
    "deberta-v2",
    "funnel",
    "gpt2",
    "llama",
    "modernbert",
    "roberta",
    "xlnet",
]


def words(n, seed):
    return tuple(WORDS[(i * 7 + seed) % len(WORDS)] for i in range(n))


ROWS = [
    words(n, seed) for seed, n in enumerate((3, 30, 6, 31, 60, 61, 9, 30, 17, 5, 1))
]


def rows_of(rows):
    ids = tuple(f"row-{i}" for i in range(len(rows)))
    return Examples(ids, {}, lists={"words": tuple(rows)})


def plain(folder, rows):
    """The probabilities of each word's tags, alone and unpadded: one token a word."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    auto = transformers.AutoModelForTokenClassification
    loaded = auto.from_pretrained(folder).eval()
    found = []
    for row in rows:
        model = copy.deepcopy(loaded)
        inputs = tokenizer(" ".join(row), return_tensors="pt")
        if "attention_mask" not in inspect.signature(model.forward).parameters:
            del inputs["attention_mask"]
        with torch.no_grad():
            logits = model(**inputs).logits[0]
        found.append(logits.softmax(dim=-1)[1 : 1 + len(row)].numpy())
    return found


def compared(folder, predictor_of, run_with):
    expected = plain(folder, ROWS)
    # Equal answers say nothing if all words have the same.
    assert np.concatenate(expected).std(axis=0).max() > 1e-3
    for order in (1, -1):
        with run_with():
            predictor = predictor_of(folder, TASK)
            ask(predictor, rows_of([words(45, 9), words(4, 8)][::order]))
            said = ask(predictor, rows_of(ROWS[::order])).predictions
            whole = np.concatenate(expected[::order])
            assert said.counts.tolist() == [len(row) for row in ROWS[::order]]
            best = whole[np.arange(len(whole)), said.predicted]
            assert np.abs(best - said.probabilities).max() < 1e-4
            assert np.abs(best - whole.max(axis=1)).max() < 1e-4
    return predictor


@pytest.mark.parametrize("architecture", SAMPLE)
def test_tags_are_those_of_a_plain_forward(
    architecture, tmp_path, predictor_of, run_with
):
    compared(build(TASK, architecture, tmp_path / "model"), predictor_of, run_with)


@pytest.mark.heavy
@pytest.mark.parametrize("architecture", ARCHITECTURES[TASK])
def test_every_architecture_tags_as_a_plain_forward(
    architecture, tmp_path, predictor_of, run_with
):
    if architecture in NOT_BUILT:
        pytest.skip(f"{architecture} {NOT_BUILT[architecture]}")
    folder = build(TASK, architecture, tmp_path / architecture)
    compared(folder, predictor_of, run_with)


@pytest.mark.parametrize("count", [15, 21, 50, 100])
def test_a_row_beyond_the_models_length_is_asked_in_windows(
    count, tmp_path, predictor_of
):
    """Each word by the window in which the nearer edge is farther away."""
    folder = build(TASK, "bert", tmp_path / "bert", max_position_embeddings=16)
    predictor, row = predictor_of(folder, TASK), words(count, count)
    starts = sorted({*range(0, count - 14, 7), count - 14})
    encoded = predictor.encode({"words": [row, words(14, 1)]})
    assert encoded.parts.tolist() == [len(starts), 1]
    assert int(encoded.lengths.max()) == 16
    assert not encoded.truncated.any()
    windows = plain(folder, [row[start : start + 14] for start in starts])
    said = ask(predictor, rows_of([row])).predictions
    for place, tag in enumerate(said.predicted.tolist()):
        # Beyond the ends of the row there is nothing that a window could not see.
        far = [
            min(
                place - start if start else count,
                start + 13 - place if start + 14 < count else count,
            )
            for start in starts
        ]
        best = [
            windows[number][place - starts[number]].argmax()
            for number in range(len(starts))
            if far[number] == max(far)
        ]
        assert tag in best


@pytest.fixture(params=TOKENIZERS)
def any_tokenizer(request, tmp_path, predictor_of):
    """A predictor whose tokenizer is of this kind."""
    tokenizer = TOKENIZERS[request.param]()
    folder = build(TASK, "bert", tmp_path / "bert", vocab_size=len(tokenizer) + 8)
    tokenizer.save_pretrained(folder)
    return predictor_of(folder, TASK)


def test_each_word_is_told_by_its_first_token(any_tokenizer):
    """Against the characters of the text that each token is of."""
    tokenizer = any_tokenizer.checkpoint.tokenizer
    rows = [tuple(text.split()) for text in SENTENCES]
    encoded = encode_words(any_tokenizer.checkpoint, {"words": rows})
    for row, own in enumerate(rows):
        text, start = " ".join(own), 0
        whole = tokenizer(text)
        for number, word in enumerate(own):
            first = whole.char_to_token(start)
            assert encoded.payload.first[row][number] == first
            start += len(word) + 1


def test_what_the_tokenizer_drops_is_a_word_it_does_not_know(
    checkpoint, tmp_path, predictor_of
):
    folder = build(TASK, "bert", tmp_path / "bert", vocab_size=250)
    transformers.AutoTokenizer.from_pretrained(checkpoint("bert")).save_pretrained(
        folder
    )
    predictor = predictor_of(folder, TASK)
    said = ask(predictor, rows_of([("a", "\u200d", "film"), ("a", "[UNK]", "film")]))
    assert said.predictions.said(0) == said.predictions.said(1)
    unknown = transformers.AutoTokenizer.from_pretrained(folder)
    unknown.unk_token = None
    unknown.save_pretrained(folder)


def test_words_that_are_one_token_are_refused(tmp_path, predictor_of):
    folder = build(TASK, "bert", tmp_path / "bert")
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    tokenizer.add_tokens(["w1 w2"])
    tokenizer.save_pretrained(folder)
    predictor = predictor_of(folder, TASK)
    rows = rows_of([("w3",), ("w1", "w2", "w4")])
    with pytest.raises(ptm.DataError, match=r"PTM216 .*row-1.*words 1 and 2, 'w1' and"):
        ask(predictor, rows)


def test_a_head_of_other_outputs_is_refused(tmp_path, predictor_of, checkpoint):
    with pytest.raises(ptm.ModelError, match="PTM303"):
        predictor_of(checkpoint("bert"), TASK)


def test_figures_of_a_loaded_tagger(tmp_path, run_with):
    names = ["O", "B-x", "I-x"]
    folder = build(TASK, "bert", tmp_path / "bert", id2label=dict(enumerate(names)))
    model = ptm.load_model(str(folder))
    rows = [{"words": list(row), "tags": ["B-x"] * len(row)} for row in ROWS]
    result = ptm.evaluate_metric(model, ptm.load_tagged(rows), metric="token_accuracy")
    probabilities = plain(folder, ROWS)
    right = [int((each.argmax(axis=1) == 1).sum()) for each in probabilities]
    assert result.value == pytest.approx(sum(right) / sum(map(len, ROWS)))
    assert "|tag:first token of a word|" in result.signature
    assert result.cases[0].shown == " ".join(ROWS[5])
