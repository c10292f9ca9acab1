"""Parameters counted once, whatever ties them; checkpoints timed as they are run."""

from __future__ import annotations

import pytest
import torch
import transformers
from ptm_checkpoints import bert_masked_lm

from pytest_ptm import evaluate_cost, from_pretrained, load_model, merged
from pytest_ptm.backends.transformers.module_state import LeftAlone
from pytest_ptm.tasks.powers import unguarded, weights_of

TEXTS = ["a charming journey", "a dull and pointless sequel", "what a great film"]


def by_name(folder, auto_class):
    """Parameters by the storage that they lie in, read without this package."""
    model = getattr(transformers, auto_class).from_pretrained(folder)
    own = {each.data_ptr(): each for each in model.state_dict(keep_vars=True).values()}
    return sum(each.numel() for each in own.values() if each.requires_grad)


@pytest.mark.parametrize(
    ("name", "auto_class"),
    [
        ("bert-tiny-sst2", "AutoModelForSequenceClassification"),
        ("minilm-l6-sst2", "AutoModelForSequenceClassification"),
        # Its output layer is its embeddings again.
        ("bert-tiny-mlm", "AutoModelForMaskedLM"),
    ],
)
def test_parameters_of_real_checkpoints_are_those_of_torch(
    name, auto_class, shared_models
):
    model = load_model(shared_models / name)
    text = "a [MASK] film" if "mlm" in name else "a good film"
    result = evaluate_cost(model, [text], warm_up=0)
    found = {each.metric: each.value for each in result.also}
    counted = by_name(shared_models / name, auto_class)
    assert found["parameters"] == counted
    assert found["weights_mb"] == pytest.approx(4 * counted / 1e6)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_tied_weights_count_once_and_bytes_are_those_in_memory(dtype):
    tokenizer, model = bert_masked_lm()
    tied = model.get_output_embeddings().weight
    assert tied is model.get_input_embeddings().weight
    every = sum(each.numel() for _, each in model.named_parameters())
    doubled = sum(
        each.numel() for _, each in model.named_parameters(remove_duplicate=False)
    )
    # Its bias is another's, too.
    assert doubled >= every + tied.numel()
    found = weights_of(from_pretrained(model.to(dtype).eval(), tokenizer))
    assert found.parameters == every
    assert found.nbytes == every * dtype.itemsize


def test_quantised_weights_are_not_counted_as_if_they_were_all(
    predictor_of, checkpoint
):
    predictor = predictor_of(checkpoint("bert"))
    assert weights_of(predictor).parameters > 1_000
    predictor.checkpoint.model.is_quantized = True
    assert weights_of(predictor) is None


def test_a_model_over_another_is_as_large_and_as_bare(predictor_of, checkpoint):
    predictor = predictor_of(checkpoint("bert"))
    over = merged(predictor, {predictor.class_names[1]: "other"})
    assert weights_of(over) == weights_of(predictor)
    with unguarded(over) as bare:
        assert isinstance(bare.asked.checkpoint.state, LeftAlone)
        assert type(bare) is type(over)


def test_what_forwards_leave_in_a_model_is_put_back_behind_them_all(
    predictor_of, checkpoint, monkeypatch
):
    predictor = predictor_of(checkpoint("bert"))
    model = predictor.checkpoint.model
    model.seen = 0
    forward, during = model.forward, []

    def counting(*args, **kwargs):
        model.seen += 1
        during.append(model.seen)
        return forward(*args, **kwargs)

    monkeypatch.setattr(model, "forward", counting)
    evaluate_cost(predictor, TEXTS, warm_up=0)
    assert during == [1, 2, 3, 4, 5, 6]
    assert model.seen == 0
