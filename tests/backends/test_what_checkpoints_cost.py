"""Parameters counted once, whatever ties them; checkpoints timed as they are run."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest
import torch
import transformers
from ptm_checkpoints import bert_masked_lm

from pytest_ptm import (
    evaluate_cost,
    from_pretrained,
    generating,
    load_examples,
    load_model,
    load_questions,
    load_tagged,
    merged,
)
from pytest_ptm.backends import transformers as backend
from pytest_ptm.backends.transformers.module_state import LeftAlone
from pytest_ptm.backends.transformers.weights import counted_once
from pytest_ptm.tasks.powers import Guarded, KnowsItsSize, unguarded, weights_of

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


def test_quantised_weights_are_not_counted(predictor_of, checkpoint):
    predictor = predictor_of(checkpoint("bert"))
    assert weights_of(predictor).parameters > 1_000
    predictor.checkpoint.model.is_quantized = True
    assert weights_of(predictor) is None


def test_weights_that_are_integers_or_nowhere_are_not_counted():
    """Whoever put them there: nothing else says that such a model is quantised."""
    size = torch.nn.Linear(8, 8)
    assert counted_once(size).parameters == 72
    size.register_buffer("position_ids", torch.arange(8))
    size.register_buffer("bias_mask", torch.ones(8, dtype=torch.bool))
    assert counted_once(size).parameters == 72
    packed, four_bits = torch.nn.Linear(8, 8), torch.nn.Linear(8, 8)
    packed.register_buffer("qweight", torch.zeros(8, 1, dtype=torch.int32))
    four_bits.weight = torch.nn.Parameter(
        torch.zeros(32, 1, dtype=torch.uint8), requires_grad=False
    )
    for model in (packed, four_bits, torch.nn.ReLU()):
        assert counted_once(torch.nn.Sequential(model)) is None


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
    assert during == [1, 2, 3]
    assert model.seen == 0


def test_every_predictor_of_checkpoints_knows_its_size_and_how_it_is_run():
    modules = [
        importlib.import_module(f"{backend.__name__}.{each.name}")
        for each in pkgutil.iter_modules(backend.__path__)
    ]
    kinds = {
        kind
        for module in modules
        for kind in vars(module).values()
        if inspect.isclass(kind) and kind.__module__.startswith(backend.__name__)
        if hasattr(kind, "encode") and hasattr(kind, "forward")
    }
    assert len(kinds) > 15
    for power in (KnowsItsSize, Guarded):
        assert [kind for kind in kinds if not issubclass(kind, power)] == []


@pytest.mark.parametrize(
    ("spec", "rows"),
    [
        ("facts", ["The capital of France is [MASK]."]),
        ("facts?task=masked-scoring", ["The capital of France is Paris."]),
        ("grammar-causal", ["the dog barks", "the dogs bark"]),
        ("grammar-causal?task=text-generation", ["the dog", "the dogs"]),
        (
            "grammar-causal?task=multiple-choice",
            [{"text": "the dog", "choices": ["barks", "bark"]}],
        ),
        ("names", [{"words": ["Ann", "left"], "tags": ["O", "O"]}]),
        ("reading", [{"question": "Who left?", "context": "Ann left."}]),
        ("reviews", ["a good film", "a bad film"]),
        ("facts?task=embedding", ["a good film"]),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_a_model_of_any_task_is_timed(spec, rows):
    load = {"words": load_tagged, "question": unanswered, "choices": choosing}
    kind = next((name for name in load if name in rows[0]), None)
    asked = rows if isinstance(rows[0], str) else load[kind](rows)
    model = load_model(f"examples/models/{spec}")
    if spec.endswith("text-generation"):
        model = generating(model, max_new_tokens=4)
    result = evaluate_cost(model, asked, than=model, warm_up=1)
    found = {each.metric: each.value for each in result.also}
    assert result.n == len(rows)
    assert 0 < found["p50_ms"] <= result.value <= found["p99_ms"]
    assert found["parameters"] > 10_000
    assert found["relative_time"] > 0


def choosing(rows):
    return load_examples(rows, label=None, choices="choices")


def unanswered(rows):
    none = {"text": [], "answer_start": []}
    return load_questions([{**row, "answers": none} for row in rows])
