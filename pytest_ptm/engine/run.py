"""Planned batches through a predictor, smaller where the device cannot hold them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pytest_ptm.ground.display import clip
from pytest_ptm.ground.errors import BatchFailed, ModelError, OutOfMemory
from pytest_ptm.tasks.protocol import B, Encoded, P, Predictor, Rows


@dataclass(frozen=True, slots=True)
class Passes:
    """How many batches were sent, and how often one had to be halved."""

    sent: int
    halvings: int


def run(
    predictor: Predictor[B, P],
    encoded: Encoded[B],
    batches: Sequence[Rows],
    *,
    answered: Callable[[Rows, P], None],
    named: Callable[[int], str],
) -> Passes:
    """Send every batch, giving each one's answers to ``answered`` as they come.

    A batch the device cannot hold is halved and sent again, and so is every later one
    that is as large; what is already answered is not asked again. The rows of a batch
    that the model fails on are sent one by one; ``named`` gives a row's name.

    Raises:
        ModelError: PTM403, the model fails on a single row.
        OutOfMemory: PTM402, a single row does not fit.
    """
    waiting = deque(batches)
    ceiling: int | None = None
    sent = halvings = 0
    while waiting:
        rows = waiting.popleft()
        tokens = len(rows) * int(encoded.lengths[rows].max())
        if ceiling is not None and tokens > ceiling and len(rows) > 1:
            _halve(rows, waiting)
            continue
        try:
            sent += 1
            answers = predictor.forward(encoded.payload.take(rows))
        except OutOfMemory as error:
            if len(rows) == 1:
                raise OutOfMemory(
                    f"out of memory at batch size 1, length {encoded.lengths[rows[0]]} "
                    f"tokens, on {predictor.card.device}; free memory there, take a "
                    "larger device, or shorten the text",
                    code="PTM402",
                ) from error
            halvings += 1
            ceiling = tokens // 2
            _halve(rows, waiting)
            continue
        except BatchFailed as error:
            if len(rows) == 1:
                raise _failure(predictor, named(int(rows[0])), error) from error
            waiting.extendleft(np.split(rows, len(rows))[::-1])
            continue
        answered(rows, answers)
    return Passes(sent, halvings)


def _failure(
    predictor: Predictor[B, P], example: str, error: BatchFailed
) -> ModelError:
    return ModelError(
        f"{predictor.card.name} fails on example {clip(example, 40)}, also by itself "
        f"({clip(error.message, 300)}); leave the example out, or change its text",
        code="PTM403",
    )


def _halve(rows: Rows, waiting: deque[Rows]) -> None:
    middle = (len(rows) + 1) // 2
    waiting.extendleft([rows[middle:], rows[:middle]])
