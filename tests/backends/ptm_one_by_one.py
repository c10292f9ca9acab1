"""What a freshly loaded model of transformers says of one text at a time, unpadded."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import transformers
from ptm_architectures import AUTO_CLASSES

from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask
from pytest_ptm.tasks.protocol import Predictor


def plain(
    task: str,
    folder: Path,
    texts: Sequence[str],
    pairs: Sequence[str] | None = None,
    *,
    copies: bool = True,
) -> np.ndarray:
    """Logits[rows, outputs], or log-probabilities[rows, vocabulary] at the one mask."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    loaded = AUTO_CLASSES[task].from_pretrained(folder).eval()
    rows = []
    for text, pair in zip(texts, pairs or [None] * len(texts), strict=True):
        # A copy for each text: some models remember what they were asked.
        model = copy.deepcopy(loaded) if copies else loaded
        inputs = tokenizer(text, pair, truncation=True, return_tensors="pt")
        if "attention_mask" not in inspect.signature(model.forward).parameters:
            del inputs["attention_mask"]
        with torch.no_grad():
            logits = model(**inputs).logits
        if task == "fill-mask":
            at_mask = inputs["input_ids"] == tokenizer.mask_token_id
            # Perceiver answers behind the text too.
            logits = logits[:, : at_mask.shape[1]][at_mask].log_softmax(dim=-1)
        rows.append(logits[0].numpy())
    return np.array(rows)


def apart(
    predictor: Predictor,
    texts: Sequence[str],
    expected: np.ndarray,
    pairs: Sequence[str] | None = None,
) -> float:
    """How far the answers to these texts, asked at once, are from the expected ones."""
    columns = {"text": tuple(texts)}
    if pairs is not None:
        columns["text_pair"] = tuple(pairs)
    ids = tuple(f"row-{i}" for i in range(len(texts)))
    found = ask(predictor, Examples(ids, columns)).predictions
    if predictor.task == "fill-mask":
        rows = np.arange(len(texts))[:, None]
        expected = expected[rows, found.top_ids]
        return float(np.abs(found.top_log_probabilities - expected).max())
    if predictor.task == "text-regression":
        return float(np.abs(found.values - expected[:, 0]).max())
    return float(np.abs(found.logits - expected).max())
