"""Choices behind one context, against each of them scored in full."""

import copy
import dataclasses

import numpy as np
import pytest
import torch
import transformers
from ptm_architectures import ARCHITECTURES, build
from test_causal_scoring import NOT_BUILT, bound, examples_of, made, text

from pytest_ptm import DataError, evaluate_accuracy, load_examples
from pytest_ptm.behaviours.scoring import scored
from pytest_ptm.engine.ask import ask
from pytest_ptm.models.handle import load_model

SAMPLE = ("bloom", "gpt2", "llama", "mamba", "mistral", "opt")
CONTEXTS = tuple(text(n, seed) for seed, n in enumerate((20, 3, 20, 45, 1, 20)))
CHOICES = (
    ("w1 w2", "w3", "w4 w5 w6 w7"),
    ("w9", "w8"),
    ("w1 w2 w3", "w3 w2 w1"),
    ("w5", "w6", "w7", "w8 w9"),
    ("w5 w6", "w5 w7"),
    ("w2", "w1 w1 w1 w1 w1"),
)


def questions(contexts=CONTEXTS, choices=CHOICES, **columns):
    rows = examples_of(*contexts, **columns)
    return dataclasses.replace(rows, lists={"choices": choices})


def plain(folder, prefix, contexts=CONTEXTS, choices=CHOICES):
    """The log-probability of each choice after its context, one row alone."""
    kept = transformers.AutoTokenizer.from_pretrained(folder)
    loaded = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
    found = []
    for context, row in zip(contexts, choices, strict=True):
        before = kept(context, add_special_tokens=False)["input_ids"]
        for choice in row:
            own = kept(choice, add_special_tokens=False)["input_ids"]
            ids = [*prefix, *before, *own]
            model = copy.deepcopy(loaded)
            with torch.no_grad():
                logits = model(input_ids=torch.tensor([ids])).logits.double()
            each = logits.log_softmax(dim=-1)[0]
            places = range(len(ids) - len(own), len(ids))
            found.append(sum(each[at - 1, ids[at]].item() for at in places))
    return np.array(found)


def chooser(folder):
    return load_model(str(folder)).predictor("multiple-choice")


@pytest.mark.parametrize("architecture", SAMPLE)
def test_choices_equal_each_scored_in_full(architecture, tmp_path, run_with):
    options = {"sliding_window": 8} if architecture == "mistral" else {}
    folder = made(architecture, tmp_path, **options)
    with run_with():
        predictor = chooser(folder)
        found = ask(predictor, questions()).predictions
    expected = plain(folder, predictor.scorer.prefix)
    assert found.counts.tolist() == [len(row) for row in CHOICES]
    np.testing.assert_allclose(found.scores, expected, atol=1e-5)
    assert expected.std() > 1
    # Mamba has no keys and values, and OPT's head is no part of its own.
    assert predictor.shares is (architecture not in {"bloom", "mamba", "opt"})
