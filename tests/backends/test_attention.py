"""What a checkpoint attends to: recomputed by hand, and never what comes."""

import numpy as np
import pytest
import torch
import transformers
from ptm_architectures import build
from test_causal_scoring import TEXTS, made

from pytest_ptm import (
    BehaviourFailure,
    assert_batch_invariant,
    assert_no_lookahead,
    assert_padding_invariant,
)
from pytest_ptm.models.handle import load_model

IDS = torch.tensor([[1, 9, 12, 33, 20, 8, 15]])


@pytest.mark.parametrize("architecture", ["gpt2", "llama", "mamba"])
def test_a_causal_model_is_held_to_what_it_may_see(architecture, tmp_path, run_with):
    folder = made(architecture, tmp_path)
    with run_with():
        model = load_model(str(folder))
        assert assert_no_lookahead(model, list(TEXTS)).value == 0.0
        assert assert_batch_invariant(scorer(model), list(TEXTS)).value == 0.0
        assert assert_padding_invariant(scorer(model), list(TEXTS)).value == 0.0


def scorer(model):
    return model.predictor("causal-scoring")


def test_a_model_whose_padding_is_seen_is_red(tmp_path, run_with):
    folder = build("text-classification", "fnet", tmp_path / "fnet")
    with run_with():
        model = load_model(str(folder))
        assert assert_batch_invariant(model, list(TEXTS)).value == 0.0
        with pytest.raises(BehaviourFailure, match="changed by padding"):
            assert_padding_invariant(model, list(TEXTS))


@pytest.mark.parametrize(
    ("architecture", "layers"),
    [("bert", "encoder.layer.{}.attention.self"), ("gpt2", "h.{}.attn")],
)
def test_eager_attention_is_the_softmax_of_queries_and_keys(
    architecture, layers, tmp_path
):
    """softmax(QK^T / sqrt(d_k)) V, of Q, K and V that are hooked."""
    folder = made(architecture, tmp_path)
    eager = transformers.AutoModelForCausalLM.from_pretrained(
        folder, attn_implementation="eager"
    ).eval()
    caught = {}

    def catch(name):
        return lambda module, given, out: caught.__setitem__(name, out)

    for layer in range(2):
        module = eager.base_model.get_submodule(layers.format(layer))
        module.register_forward_hook(catch((layer, "out")))
        for part in ("query", "key", "value", "c_attn"):
            if hasattr(module, part):
                getattr(module, part).register_forward_hook(catch((layer, part)))
    with torch.no_grad():
        found = eager(input_ids=IDS, output_attentions=True)
    n, heads = IDS.shape[1], 2
    future = torch.ones(n, n, dtype=torch.bool).triu(1)
    assert len(found.attentions) == 2
    for layer in range(2):
        if (layer, "c_attn") in caught:
            whole = caught[layer, "c_attn"].chunk(3, dim=-1)
        else:
            whole = [caught[layer, part] for part in ("query", "key", "value")]
        query, key, value = (
            each.view(1, n, heads, -1).transpose(1, 2) for each in whole
        )
        scores = query @ key.transpose(-1, -2) / query.shape[-1] ** 0.5
        weights = scores.masked_fill(future, -torch.inf).softmax(dim=-1)
        own = found.attentions[layer]
        torch.testing.assert_close(own, weights, atol=1e-5, rtol=0)
        torch.testing.assert_close(own.sum(-1), torch.ones(1, heads, n))
        assert own[0, 0][future].abs().max() == 0
        if architecture == "bert":
            mixed = (weights @ value).transpose(1, 2).reshape(1, n, -1)
            torch.testing.assert_close(
                caught[layer, "out"][0], mixed, atol=1e-5, rtol=0
            )


@pytest.mark.parametrize("architecture", ["bert", "gpt2", "llama"])
def test_sdpa_answers_as_eager_does_and_has_no_weights_to_show(architecture, tmp_path):
    folder = made(architecture, tmp_path)
    kind = transformers.AutoModelForCausalLM
    eager, fast = (
        kind.from_pretrained(folder, attn_implementation=name).eval()
        for name in ("eager", "sdpa")
    )
    with torch.no_grad():
        one, other = eager(input_ids=IDS), fast(input_ids=IDS)
    np.testing.assert_allclose(one.logits, other.logits, atol=1e-5)
