"""Who a checkpoint is, is known without its weights: nothing of it touches them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
import transformers
from ptm_architectures import ARCHITECTURES, AUTO_CLASSES, NOT_BUILT, build

from pytest_ptm.backends import parse_spec
from pytest_ptm.backends.protocol import LoadRequest
from pytest_ptm.backends.transformers.fill_mask import Vocabulary
from pytest_ptm.backends.transformers.identity import identify, skeleton_of
from pytest_ptm.backends.transformers.lm_head import VocabularyHead
from pytest_ptm.backends.transformers.pieces import Pieces
from pytest_ptm.ground.errors import ModelError

TEXTS = {"text": ["the old man", "the old man said that he would come again", ""]}
CLASSES = "text-classification"
MASKS = "fill-mask"
NUMBERS = "text-regression"
ASKED = [(CLASSES, "bert"), (CLASSES, "roberta"), (CLASSES, "gpt2")]
ASKED += [(MASKS, "bert-masked-lm"), (NUMBERS, "bert-regression")]


class Untouchable:
    """Weights that nobody may look at."""

    def __getattribute__(self, name):
        raise AssertionError(f"the weights were asked for {name}")


def request_for(folder, task=CLASSES, **options):
    given = {"device": "cpu", "dtype": "float32", **options}
    return LoadRequest(spec=parse_spec(str(folder)), folder=folder, task=task, **given)


def auto_class(task):
    return AUTO_CLASSES[task].__name__


def untouchable(predictor, **others):
    checkpoint = replace(predictor.checkpoint, model=Untouchable())
    return replace(predictor, checkpoint=checkpoint, **others)


def same_rows(one, other):
    assert list(one.keys) == list(other.keys)
    np.testing.assert_array_equal(one.lengths, other.lengths)
    np.testing.assert_array_equal(one.truncated, other.truncated)


@pytest.mark.parametrize(("task", "family"), ASKED)
def test_an_identity_loads_no_weights_and_is_that_of_the_loaded(
    task, family, checkpoint, predictor_of, request
):
    folder = checkpoint(family)
    loaded = predictor_of(folder, task)
    request.getfixturevalue("no_weights")
    with pytest.raises(AssertionError, match="weights were loaded"):
        AUTO_CLASSES[task].from_pretrained(folder)
    identity = identify(request_for(folder, task), folder, auto_class(task))
    assert identity.fingerprint == loaded.fingerprint
    assert identity.content == loaded.card.fingerprint
    same_rows(identity.encode(TEXTS), loaded.checkpoint.encode(TEXTS))
    if task == CLASSES:
        assert identity.class_names == loaded.class_names
    if task == MASKS:
        around = (["the "], ["old"], [" man"])
        assert Pieces(identity.tokenizer).of(*around) == loaded.pieces(*around)


def test_a_classifier_reads_no_weight_but_to_answer(checkpoint, predictor_of):
    loaded = predictor_of(checkpoint("bert"))
    apart = untouchable(loaded)
    assert apart.fingerprint == loaded.fingerprint
    assert apart.class_names == loaded.class_names
    assert apart.card == loaded.card
    same_rows(apart.encode(TEXTS), loaded.encode(TEXTS))
    with pytest.raises(AssertionError, match="the weights were asked for"):
        apart.forward(apart.encode(TEXTS).payload)


def test_a_regressor_reads_no_weight_but_to_answer(checkpoint, predictor_of):
    loaded = predictor_of(checkpoint("bert-regression"), NUMBERS)
    apart = untouchable(loaded)
    assert (apart.fingerprint, apart.card) == (loaded.fingerprint, loaded.card)
    same_rows(apart.encode(TEXTS), loaded.encode(TEXTS))
    with pytest.raises(AssertionError, match="the weights were asked for"):
        apart.forward(apart.encode(TEXTS).payload)


def test_a_masked_model_reads_no_weight_but_to_answer(checkpoint, predictor_of):
    loaded = predictor_of(checkpoint("bert-masked-lm"), MASKS)
    apart = untouchable(loaded, head=VocabularyHead(Untouchable(), Untouchable()))
    assert (apart.fingerprint, apart.mask) == (loaded.fingerprint, loaded.mask)
    assert apart.card == loaded.card
    masked = {"text": ["the [MASK] man", "[MASK]"]}
    same_rows(apart.encode(masked), loaded.encode(masked))
    assert apart.maskable(TEXTS["text"]) == loaded.maskable(TEXTS["text"])
    around = (["the "], ["old"], [" man"])
    assert apart.pieces(*around) == loaded.pieces(*around)
    assert Vocabulary(apart.checkpoint.identity.tokenizer)[7] == loaded.vocabulary[7]
    with pytest.raises(AssertionError, match="the weights were asked for"):
        apart.forward(apart.encode(masked).payload)


def test_rows_share_a_batch_as_the_weights_were_found_to_allow(
    checkpoint, predictor_of
):
    loaded = predictor_of(checkpoint("bert"))
    alone = replace(loaded.checkpoint.padding, sharing="none")
    apart = replace(loaded, checkpoint=replace(loaded.checkpoint, padding=alone))
    assert loaded.encode(TEXTS).groups is None
    assert list(apart.encode(TEXTS).groups) == [0, 1, 2]
    # Which is no part of who it is: the model is asked the same.
    assert apart.fingerprint == loaded.fingerprint


def fingerprint(folder, **options):
    task = options.pop("task", CLASSES)
    return identify(
        request_for(folder, task, **options), folder, auto_class(task)
    ).fingerprint


def test_what_decides_stands_in_the_fingerprint(checkpoint, monkeypatch):
    folder = checkpoint("bert")
    before = fingerprint(folder)
    assert fingerprint(folder, device="cuda:1") != before
    assert fingerprint(folder, device="cuda:1") == fingerprint(folder, device="cuda:0")
    assert fingerprint(folder, dtype="bfloat16") != before
    # What the config says of the weights, without a look at them.
    assert fingerprint(folder, dtype="auto") == before
    for library in (torch, transformers):
        with monkeypatch.context() as patch:
            patch.setattr(library, "__version__", "99.0")
            assert fingerprint(folder) != before


def test_another_class_for_the_same_bytes_is_another_fingerprint(checkpoint):
    folder = checkpoint("bert")
    given = request_for(folder)
    one, other = (
        skeleton_of(given, folder, name).identity(given, "0" * 64)
        for name in ("AutoModelForSequenceClassification", "AutoModelForMaskedLM")
    )
    assert one.fingerprint != other.fingerprint


def test_the_attention_asked_for_is_told_not_the_one_taken(
    checkpoint, copy_of, rewrite
):
    folder = copy_of("bert")
    given = request_for(folder)
    name = "AutoModelForSequenceClassification"
    assert skeleton_of(given, folder, name).attention == "None"
    rewrite(folder / "config.json", attn_implementation="eager")
    skeleton = skeleton_of(given, folder, name)
    assert skeleton.attention == "eager"
    plain = replace(skeleton, attention="None")
    digest = "0" * 64
    assert (
        skeleton.identity(given, digest).fingerprint
        != plain.identity(given, digest).fingerprint
    )


def test_a_skeleton_draws_no_random_number_and_holds_none(checkpoint):
    folder = checkpoint("bert")
    before = torch.random.get_rng_state()
    skeleton = skeleton_of(
        request_for(folder), folder, "AutoModelForSequenceClassification"
    )
    assert torch.equal(torch.random.get_rng_state(), before)
    assert {one.device.type for one in skeleton.model.parameters()} == {"meta"}


READS_NUMBERS = """
import torch
from transformers import BertForSequenceClassification

class Scheduled(BertForSequenceClassification):
    def __init__(self, config):
        super().__init__(config)
        self.rates = [torch.ones(1).mul(0.5).item()]
"""


def test_code_that_reads_numbers_while_it_builds_is_built_with_some(copy_of, rewrite):
    folder = copy_of("bert")
    (folder / "modeling_own.py").write_text(READS_NUMBERS)
    rewrite(
        folder / "config.json",
        auto_map={"AutoModelForSequenceClassification": "modeling_own.Scheduled"},
    )
    ours = identify(request_for(folder), folder, "AutoModelForSequenceClassification")
    theirs = identify(
        request_for(folder, trust_remote_code=True),
        folder,
        "AutoModelForSequenceClassification",
    )
    assert theirs.max_length == ours.max_length
    assert theirs.fingerprint != ours.fingerprint


def test_what_transformers_makes_nothing_of_is_refused_without_weights_too(
    copy_of, rewrite
):
    folder = copy_of("bert")
    rewrite(folder / "config.json", model_type="no-such-type")
    with pytest.raises(ModelError, match="PTM310"):
        identify(request_for(folder), folder, "AutoModelForSequenceClassification")


@pytest.mark.parametrize("family", ["bert", "roberta", "gpt2", "albert"])
def test_a_skeleton_tells_what_the_loaded_model_tells(family, checkpoint):
    agrees(checkpoint(family), CLASSES)


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("task", "architecture"),
    [(task, name) for task in ARCHITECTURES for name in ARCHITECTURES[task]],
)
def test_every_architecture_has_a_skeleton(task, architecture, tmp_path):
    if architecture in NOT_BUILT:
        pytest.skip(f"{architecture} {NOT_BUILT[architecture]}")
    try:
        folder = build(task, architecture, tmp_path / architecture)
        AUTO_CLASSES[task].from_pretrained(folder)
    except Exception as error:
        # Of the others all that can be built are built: NOT_BUILT names the rest.
        if task != "causal-scoring":
            raise
        pytest.skip(f"{architecture}: {type(error).__name__}: {error}")
    agrees(folder, task)


def agrees(folder, task):
    """The limits that the loaded model has are those of its skeleton."""
    given = request_for(folder, task)
    # Each has a tokenizer of its own: one without a padding token is given one.
    skeleton, other = (skeleton_of(given, folder, auto_class(task)) for _ in range(2))
    loaded = replace(other, model=AUTO_CLASSES[task].from_pretrained(folder))
    told = [each.identity(given, "0" * 64) for each in (skeleton, loaded)]
    one, two = (replace(each, config=None, tokenizer=None) for each in told)
    assert one == two
