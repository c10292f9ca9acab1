"""Training mode, memory that runs out, and precisions, on a real model."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import transformers

from pytest_ptm.backends.out_of_memory import translated
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask
from pytest_ptm.ground.errors import ModelError, OutOfMemory

TEXTS = tuple(f"{'great film ' * (i % 5)}{i}" for i in range(24))
EXAMPLES = Examples(tuple(f"row-{i}" for i in range(24)), {"text": TEXTS})
OUT_OF_MEMORY = [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
    RuntimeError("CUDA error: out of memory"),
    RuntimeError(
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate(handle)"
    ),
    RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
    MemoryError(),
]
names = [f"{type(error).__name__} {str(error)[:24]}" for error in OUT_OF_MEMORY]


@pytest.fixture
def predictor(checkpoint, predictor_of):
    return predictor_of(checkpoint("bert"))


@pytest.fixture
def failing(predictor, monkeypatch):
    """Let the model raise an error for batches of more than so many rows."""
    forward = predictor.checkpoint.model.forward

    def fail(error, *, above=0):
        def limited(input_ids, **inputs):
            if len(input_ids) > above:
                raise error
            return forward(input_ids=input_ids, **inputs)

        monkeypatch.setattr(predictor.checkpoint.model, "forward", limited)

    return fail


def test_a_model_left_in_training_mode_is_refused(predictor):
    predictor.checkpoint.model.train()
    with pytest.raises(ModelError) as refused:
        ask(predictor, EXAMPLES)
    assert refused.value.code == "PTM304"
    assert "model.eval()" in refused.value.message


def test_the_model_answers_again_after_eval(predictor):
    predictor.checkpoint.model.train()
    with pytest.raises(ModelError, match="PTM304"):
        ask(predictor, EXAMPLES)
    predictor.checkpoint.model.eval()
    assert len(ask(predictor, EXAMPLES).predictions) == 24


def test_asking_twice_gives_the_same_and_no_gradients(predictor):
    batch = predictor.encode({"text": TEXTS}).payload
    first, second = predictor.forward(batch), predictor.forward(batch)
    np.testing.assert_allclose(first.logits, second.logits, atol=1e-5)
    assert first.logits.dtype == np.float32
    assert all(
        weight.grad is None for weight in predictor.checkpoint.model.parameters()
    )


@pytest.mark.parametrize("error", OUT_OF_MEMORY, ids=names)
def test_memory_that_runs_out_is_told_in_one_way(error, predictor, failing):
    failing(error)
    with pytest.raises(OutOfMemory) as refused:
        predictor.forward(predictor.encode({"text": TEXTS}).payload)
    assert refused.value.__cause__ is error


@pytest.mark.parametrize("error", OUT_OF_MEMORY, ids=names)
def test_smaller_batches_give_the_answers_of_large_ones(
    error, checkpoint, predictor_of, predictor, failing, run_with
):
    with run_with(batch_tokens=10_000):
        expected = ask(predictor_of(checkpoint("bert")), EXAMPLES)
    failing(error, above=4)
    with run_with(batch_tokens=10_000):
        answers = ask(predictor, EXAMPLES)
    np.testing.assert_allclose(
        answers.predictions.logits, expected.predictions.logits, rtol=0, atol=1e-5
    )
    assert expected.cost.halvings == 0
    assert answers.cost.halvings > 0


def test_a_single_row_that_does_not_fit_is_the_end(predictor, failing):
    failing(torch.OutOfMemoryError("CUDA out of memory"))
    with pytest.raises(OutOfMemory) as refused:
        ask(predictor, EXAMPLES)
    assert refused.value.code == "PTM402"
    assert "batch size 1" in refused.value.message


@pytest.mark.parametrize(
    "text",
    [
        "CUDA error: device-side assert triggered\nCUDA kernel errors might be late",
        "CUDA error: an illegal memory access was encountered",
    ],
)
def test_a_dead_accelerator_is_not_asked_again(text, predictor, failing):
    failing(RuntimeError(text))
    with pytest.raises(ModelError) as refused:
        ask(predictor, EXAMPLES)
    assert refused.value.code == "PTM404"
    assert not isinstance(refused.value, OutOfMemory)
    assert "--ptm-device cpu" in refused.value.message
    assert "\n" not in refused.value.message


def test_any_other_error_of_the_model_names_the_row_and_keeps_its_traceback(
    predictor, failing
):
    error = RuntimeError("mat1 and mat2 shapes cannot be multiplied")
    failing(error)
    with pytest.raises(ModelError, match="mat1 and mat2") as refused:
        ask(predictor, EXAMPLES)
    assert refused.value.code == "PTM403"
    assert "bert fails on example row-4, also by itself" in refused.value.message
    assert refused.value.__cause__.__cause__ is error


@pytest.mark.parametrize("error", [TimeoutError("took too long"), UserWarning("old")])
def test_what_is_not_the_models_own_error_ends_the_asking_at_once(
    error, predictor, failing
):
    failing(error)
    with pytest.raises(type(error)) as raised:
        ask(predictor, EXAMPLES)
    assert raised.value is error


def test_what_is_already_one_of_ours_is_not_translated_again():
    ours = ModelError("out of memory is only mentioned", code="PTM310")
    with pytest.raises(ModelError) as raised, translated("candidate"):
        raise ours
    assert raised.value is ours


@pytest.mark.parametrize("error", OUT_OF_MEMORY, ids=names)
def test_memory_that_runs_out_while_loading_says_which_model(
    error, checkpoint, predictor_of, monkeypatch
):
    def fail(self, *args, **kwargs):
        raise error

    monkeypatch.setattr(torch.nn.Module, "to", fail)
    with pytest.raises(OutOfMemory) as refused:
        predictor_of(checkpoint("electra"))
    assert refused.value.code == "PTM402"
    assert str(checkpoint("electra")) in refused.value.message


@pytest.mark.parametrize(("dtype", "most"), [("float16", 0.05), ("bfloat16", 0.5)])
def test_half_precision_answers_nearly_the_same(
    dtype, most, checkpoint, predictor_of, predictor, run_with
):
    expected = ask(predictor, EXAMPLES).predictions.logits
    with run_with(dtype=dtype):
        half = predictor_of(checkpoint("bert"))
        answers = ask(half, EXAMPLES).predictions
    assert half.card.dtype == dtype
    assert answers.logits.dtype == np.float32
    assert answers.valid.all()
    difference = np.abs(answers.logits - expected)
    assert 0 < difference.max() < most


@pytest.mark.parametrize(
    ("setting", "found"), [("float32", "float32"), ("auto", "bfloat16")]
)
def test_a_checkpoint_in_half_precision_is_loaded_in_float32_unless_auto(
    setting, found, checkpoint, predictor, predictor_of, run_with, tmp_path
):
    predictor.checkpoint.model.to(torch.bfloat16).save_pretrained(tmp_path)
    predictor.checkpoint.tokenizer.save_pretrained(tmp_path)
    with run_with(dtype=setting):
        assert predictor_of(tmp_path).card.dtype == found


def test_loading_leaves_the_library_as_it_was(checkpoint, predictor_of, capfd):
    logging = transformers.utils.logging
    before = logging.get_verbosity(), logging.is_progress_bar_enabled()
    folder = checkpoint("roberta")
    capfd.readouterr()
    predictor_of(folder)
    assert (logging.get_verbosity(), logging.is_progress_bar_enabled()) == before
    assert capfd.readouterr() == ("", "")
