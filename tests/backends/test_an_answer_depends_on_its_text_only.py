"""Answers of mixed batches, in any order, against those of one text at a time."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from ptm_architectures import ARCHITECTURES, NOT_BUILT, WORDS, build, tokenizer
from ptm_one_by_one import apart, plain

from pytest_ptm.backends.out_of_memory import translated
from pytest_ptm.backends.transformers.text_classification import bind
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask
from pytest_ptm.ground.errors import ModelError

BOTH = ("text-classification", "fill-mask")
CLASSIFIES, FILLS = BOTH
# BigBird then sees blocks of texts above 28 tokens.
BLOCKS = {"block_size": 4, "num_random_blocks": 1}
# A pool that is not full counts for the answer from the second layer of a block on.
POOLS = {"block_sizes": [2, 1, 2]}
SAMPLE = [
    # task, architecture, options, which rows share a batch
    (CLASSIFIES, "bert", {}, "any"),
    (CLASSIFIES, "xlnet", {}, "any"),
    (CLASSIFIES, "convbert", {}, "equal lengths"),
    (CLASSIFIES, "fnet", {}, "equal lengths"),
    (CLASSIFIES, "gpt2", {}, "any"),
    (CLASSIFIES, "llama", {}, "any"),
    (CLASSIFIES, "big_bird", BLOCKS, "any"),
    (CLASSIFIES, "bart", {}, "any"),
    (CLASSIFIES, "mpt", {}, "any"),
    (CLASSIFIES, "funnel", POOLS, "equal lengths"),
    (FILLS, "funnel", POOLS, "equal lengths"),
    (FILLS, "bert", {}, "any"),
    (FILLS, "convbert", {}, "equal lengths"),
    (FILLS, "big_bird", BLOCKS, "any"),
]


def text(words, seed, *, masked=False):
    chosen = [WORDS[(i * 7 + seed) % len(WORDS)] for i in range(words)]
    if masked:
        chosen[words // 2] = "<mask>"
    return " ".join(chosen)


def mixed(task, lengths=(3, 30, 6, 31, 60, 61, 9, 30, 17, 5, 3)):
    return [text(n, seed, masked=task == "fill-mask") for seed, n in enumerate(lengths)]


@pytest.mark.parametrize(
    ("task", "architecture", "options", "sharing"),
    SAMPLE,
    ids=[f"{task}-{architecture}" for task, architecture, *_ in SAMPLE],
)
def test_a_mixed_batch_in_any_order_equals_one_text_at_a_time(
    task, architecture, options, sharing, tmp_path, predictor_of, run_with
):
    folder = build(task, architecture, tmp_path / architecture, **options)
    assert compared(task, folder, predictor_of, run_with) == sharing


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("task", "architecture"),
    [(task, name) for task in BOTH for name in ARCHITECTURES[task]],
)
def test_every_architecture_answers_as_one_text_at_a_time(
    task, architecture, tmp_path, predictor_of, run_with
):
    if architecture in NOT_BUILT:
        pytest.skip(f"{architecture} {NOT_BUILT[architecture]}")
    folder = build(task, architecture, tmp_path / architecture)
    compared(task, folder, predictor_of, run_with)


def compared(task, folder, predictor_of, run_with):
    """Hold asked answers against plain ones, twice; how rows shared batches."""
    texts = mixed(task)
    expected = plain(task, folder, texts)
    # Equal answers say nothing if all texts have the same.
    assert expected.std(axis=0).max() > 1e-3
    # RemBERT's own float32 lies 2e-4 from its float64.
    most = 1e-3 if folder.name == "rembert" else 1e-4
    for order in (1, -1):
        with run_with():
            predictor = predictor_of(folder, task)
            # Something else first, of both kinds, in this order.
            ask_about(predictor, mixed(task, (45, 4))[::order])
            assert apart(predictor, texts[::order], expected[::order]) < most
    return predictor.checkpoint.padding.sharing


def ask_about(predictor, texts):
    ids = tuple(f"row-{i}" for i in range(len(texts)))
    return ask(predictor, Examples(ids, {"text": tuple(texts)}))


def test_a_text_beyond_the_positions_of_mpt_is_cut_and_counted(tmp_path, predictor_of):
    folder = build(CLASSIFIES, "mpt", tmp_path / "mpt", max_seq_len=16)
    tokens = tokenizer()
    tokens.model_max_length = int(1e30)  # as published: the tokenizer knows no limit
    tokens.save_pretrained(folder)
    texts = [text(40, 1), text(5, 2), text(14, 3)]
    predictor = predictor_of(folder)
    assert predictor.checkpoint.identity.max_length == 16
    assert ask_about(predictor, texts).truncated.tolist() == [True, False, False]
    cut = [text(14, 1), *texts[1:]]
    assert apart(predictor, texts, plain(CLASSIFIES, folder, cut)) < 1e-4


def decoder(folder, architecture="llama", *, tokens, **options):
    """A decoder beside a tokenizer that puts nothing around a text."""
    build(CLASSIFIES, architecture, folder, **options)
    tokens.save_pretrained(folder)
    return folder


ENDINGS = ("", " </s>", " <pad>", " <other>", " </s> </s>", " <pad> w3 <pad>")
ENDED = [text(n, n) + end for n in (1, 3, 12) for end in ENDINGS]


@pytest.mark.parametrize(
    ("pad_token", "sought", "side"),
    [
        # What the tokenizer pads with, the config's id, and the tokenizer's side.
        ("<pad>", None, "right"),
        ("<other>", 0, "right"),
        ("<other>", 2, "left"),
        ("<pad>", -1, "left"),
        (None, None, "right"),
        (None, 2, "left"),
        (None, 0, "right"),
    ],
)
def test_a_decoder_reads_the_token_it_reads_without_padding(
    pad_token, sought, side, tmp_path, predictor_of, run_with
):
    tokens = tokenizer(pad_token=pad_token, side=side, bare=True)
    folder = decoder(tmp_path / "llama", tokens=tokens, pad_token_id=sought)
    expected = plain(CLASSIFIES, folder, ENDED)
    predictor = predictor_of(folder)
    assert apart(predictor, ENDED, expected) < 1e-4
    assert predictor.checkpoint.padding.sharing == "any"
    assert predictor.checkpoint.model.config.pad_token_id == sought
    with run_with(batch_tokens=1):
        assert apart(predictor, ENDED, expected) < 1e-4


def test_where_no_id_is_left_to_pad_with_texts_are_asked_one_by_one(
    tmp_path, predictor_of
):
    tokens = tokenizer(pad_token=None, bare=True)
    options = {"pad_token_id": None, "vocab_size": len(tokens)}
    folder = decoder(tmp_path / "llama", tokens=tokens, **options)
    texts = [" ".join(WORDS), " ".join(WORDS[::-1]) + " </s>", "w1", "w2 w3 </s>"]
    texts[1] += " <pad> <s> <unk> <mask> <cls> <sep> <other>"
    answers = ask_about(predictor := predictor_of(folder), texts)
    # All at once in vain, and then each.
    assert answers.cost.passes == 5
    expected = plain(CLASSIFIES, folder, texts)
    np.testing.assert_allclose(answers.predictions.logits, expected, atol=1e-4)
    assert predictor.checkpoint.model.config.pad_token_id is None


def test_a_model_whose_answers_padding_changes_says_that_it_is_asked_apart(
    tmp_path, predictor_of, checkpoint
):
    folder = build(CLASSIFIES, "convbert", tmp_path / "convbert")
    (note,) = predictor_of(folder).card.notes
    assert note == (
        "texts of different lengths are asked apart: a longer one beside it changes "
        "the answer to a text"
    )
    assert predictor_of(checkpoint("bert")).card.notes == ()


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("family", ["bert", "gpt2", "roberta"])
def test_rounding_in_half_precision_is_not_taken_for_padding(
    family, dtype, checkpoint, predictor_of, run_with
):
    with run_with(dtype=dtype):
        predictor = predictor_of(checkpoint(family))
    assert predictor.checkpoint.padding.sharing == "any"


def test_pairs_beside_longer_ones_keep_their_answers(tmp_path, predictor_of):
    for architecture in ("xlnet", "convbert"):
        folder = build(CLASSIFIES, architecture, tmp_path / architecture)
        texts, pairs = mixed(CLASSIFIES), mixed(CLASSIFIES)[::-1]
        expected = plain(CLASSIFIES, folder, texts, pairs)
        assert apart(predictor_of(folder), texts, expected, pairs) < 1e-4


def test_a_model_that_draws_answers_the_same_again(checkpoint, predictor_of, run_with):
    # As models do that hash: each forward draws anew.
    def noisy(predictor):
        forward = predictor.checkpoint.model.forward

        def drawing(**inputs):
            found = forward(**inputs)
            found.logits = found.logits + torch.rand(found.logits.shape)
            return found

        predictor.checkpoint.model.forward = drawing
        return bind(predictor.checkpoint)

    texts = mixed(CLASSIFIES)
    found = []
    for order in (1, -1):
        with run_with():
            predictor = noisy(predictor_of(checkpoint("bert")))
            found.append(ask_about(predictor, texts[::order]).predictions.logits)
    assert predictor.checkpoint.padding.sharing == "none"
    np.testing.assert_array_equal(found[0], found[1][::-1])
    assert "every text is asked by itself" in predictor.card.notes[-1]


def test_a_text_that_breaks_its_batch_is_asked_by_itself(tmp_path, predictor_of):
    # BART's head wants as many end tokens in every text of a batch.
    folder = build(CLASSIFIES, "bart", tmp_path / "bart")
    texts = [text(4, 1), "w1 </s> w2", text(9, 2), text(4, 3)]
    expected = plain(CLASSIFIES, folder, texts)
    assert apart(predictor_of(folder), texts, expected) < 1e-4


def test_a_text_that_breaks_by_itself_too_is_named_and_the_others_are_kept(
    checkpoint, predictor_of, monkeypatch
):
    predictor = predictor_of(checkpoint("bert"))
    model = predictor.checkpoint.model
    forward, sent = model.forward, []

    def fragile(input_ids, **inputs):
        sent.append(len(input_ids))
        if (input_ids == predictor.checkpoint.tokenizer.unk_token_id).any():
            raise ValueError("an unknown token")
        return forward(input_ids=input_ids, **inputs)

    monkeypatch.setattr(model, "forward", fragile)
    with pytest.raises(ModelError, match="an unknown token") as refused:
        ask_about(predictor, ["a great film", "\u4e00", "dull", "the music"])
    assert refused.value.code == "PTM403"
    assert "bert fails on example row-1" in refused.value.message
    assert isinstance(refused.value.__cause__.__cause__, ValueError)
    assert sent[0] == 4
    assert set(sent[1:]) == {1}
    assert len(ask_about(predictor, ["a great film", "dull"]).predictions) == 2


@pytest.mark.parametrize(
    "error",
    [
        "CUDA error: unspecified launch failure",
        "CUDA error: device-side assert triggered",
        "cuDNN error: CUDNN_STATUS_EXECUTION_FAILED",
        "HIP error: an illegal memory access was encountered",
    ],
)
def test_an_accelerator_that_gave_up_is_not_asked_row_by_row(
    error, checkpoint, predictor_of, monkeypatch
):
    predictor, sent = predictor_of(checkpoint("bert")), []

    def dead(**inputs):
        sent.append(inputs)
        raise RuntimeError(error)

    monkeypatch.setattr(predictor.checkpoint.model, "forward", dead)
    with pytest.raises(ModelError) as refused:
        ask_about(predictor, ["a great film", "dull"])
    assert refused.value.code == "PTM404"
    assert len(sent) == 1
    with pytest.raises(ModelError, match="PTM404"), translated("candidate"):
        raise RuntimeError(error)
