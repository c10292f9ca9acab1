"""What transformers' own ``generate`` writes for one prompt at a time, unpadded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from ptm_architectures import AUTO_CLASSES

from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask
from pytest_ptm.tasks.texts.answers import GeneratedTexts

NEAR_TIE = 1e-4
"""Logits as near to each other as this may change places in another batch."""


def examples_of(texts: Sequence[str], **numbers: Any) -> Examples:
    ids = tuple(f"row-{row}" for row in range(len(texts)))
    return Examples(ids, {"text": tuple(texts)}, numbers=numbers)


def written(predictor: Any, texts: Sequence[str], **numbers: Any) -> GeneratedTexts:
    """What the model writes, all texts asked at once."""
    return ask(predictor, examples_of(texts, **numbers)).predictions


def prompts_of(predictor: Any, texts: Sequence[str]) -> list[list[int]]:
    """The ids of each prompt as the model is asked it."""
    rows = predictor.encode({"text": tuple(texts)}).payload.tokens
    return [rows.take(np.array([row])).ids.tolist() for row in range(len(texts))]


def plainly(
    task: str, folder: Path, prompts: Sequence[Sequence[int]], **how: Any
) -> list[list[int]]:
    """The ids that ``generate`` puts behind each prompt, the end included."""
    model = AUTO_CLASSES[task].from_pretrained(folder).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    ends = model.generation_config.eos_token_id
    known = set(ends if isinstance(ends, list) else [ends])
    found: list[list[int]] = []
    for prompt in prompts:
        ids = torch.tensor([list(prompt)])
        with torch.no_grad():
            said = model.generate(
                input_ids=ids,
                attention_mask=torch.ones_like(ids),
                pad_token_id=tokenizer.pad_token_id,
                do_sample=False,
                **how,
            )[0].tolist()
        row = said[1:] if model.config.is_encoder_decoder else said[len(prompt) :]
        stop = next((at for at, token in enumerate(row) if token in known), None)
        found.append(row if stop is None else row[: stop + 1])
    return found


def differing(said: GeneratedTexts, expected: Sequence[Sequence[int]]) -> list[int]:
    """Rows with other tokens than expected, but for near ties."""
    rows = enumerate(expected)
    return [
        row
        for row, ids in rows
        if said.tokens[row].tolist() != list(ids) and said.margins[row] > NEAR_TIE
    ]
