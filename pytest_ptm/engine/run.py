"""Planned batches through a sender, smaller where the device cannot hold them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic

import numpy as np

from pytest_ptm.engine.send import Sender
from pytest_ptm.ground.display import clip
from pytest_ptm.ground.errors import BatchFailed, ModelError, OutOfMemory
from pytest_ptm.results import ModelCard
from pytest_ptm.tasks.protocol import B, Encoded, P, Rows


@dataclass(frozen=True, slots=True)
class Passes:
    """How many batches were sent, and how often one had to be halved."""

    sent: int
    halvings: int


def run(
    encoded: Encoded[B],
    batches: Sequence[Rows],
    sender: Sender[B, P],
    *,
    card: ModelCard,
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
    queue = _Queue(encoded, deque(batches))
    sent = 0
    out: dict[int, Rows] = {}
    while True:
        while len(out) < sender.most and (rows := queue.next()) is not None:
            sent += 1
            out[sent] = rows
            sender.send(sent, encoded.payload.take(rows))
        if not out:
            return Passes(sent, queue.halvings)
        reply = sender.receive()
        rows, given = out.pop(reply.number), reply.given
        if isinstance(given, OutOfMemory):
            queue.halve(rows, given, card.device)
        elif isinstance(given, BatchFailed):
            if len(rows) == 1:
                raise _failure(card, named(int(rows[0])), given) from given
            queue.one_by_one(rows)
        else:
            answered(rows, given)


@dataclass(slots=True)
class _Queue(Generic[B]):
    """Batches that wait, none of them as large as one the device could not hold."""

    encoded: Encoded[B]
    waiting: deque[Rows]
    ceiling: int | None = None
    halvings: int = 0

    def next(self) -> Rows | None:
        """The next batch, None where there is none left."""
        while self.waiting:
            rows = self.waiting.popleft()
            if self.ceiling is None or self._tokens(rows) <= self.ceiling:
                return rows
            if len(rows) == 1:
                return rows
            _halve(rows, self.waiting)
        return None

    def halve(self, rows: Rows, error: OutOfMemory, device: str) -> None:
        """Put the batch back as two, and let no later one be as large.

        Raises:
            OutOfMemory: PTM402, it is a single row.
        """
        if len(rows) == 1:
            raise OutOfMemory(
                "out of memory at batch size 1, length "
                f"{self.encoded.lengths[rows[0]]} tokens, on {device}; free memory "
                "there, take a larger device, or make the example smaller",
                code="PTM402",
            ) from error
        self.halvings += 1
        ceiling = self._tokens(rows) // 2
        self.ceiling = min(ceiling, self.ceiling or ceiling)
        _halve(rows, self.waiting)

    def one_by_one(self, rows: Rows) -> None:
        """Put the rows of a batch back, each by itself."""
        self.waiting.extendleft(np.split(rows, len(rows))[::-1])

    def _tokens(self, rows: Rows) -> int:
        return len(rows) * int(self.encoded.sizes[rows].max())


def _failure(card: ModelCard, example: str, error: BatchFailed) -> ModelError:
    return ModelError(
        f"{card.name} fails on example {clip(example, 40)}, also by itself "
        f"({clip(error.message, 300)}); leave the example out, or change it",
        code="PTM403",
    )


def _halve(rows: Rows, waiting: deque[Rows]) -> None:
    middle = (len(rows) + 1) // 2
    waiting.extendleft([rows[middle:], rows[:middle]])
