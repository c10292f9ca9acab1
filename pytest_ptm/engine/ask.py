"""The one interface to a model: all questions in, all answers out, in order."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.cells import lone_surrogate
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.memo import InputKey, Memo, Shelf
from pytest_ptm.engine.plan import default_budget, plan
from pytest_ptm.engine.run import Passes, run
from pytest_ptm.ground.display import clip, listed
from pytest_ptm.ground.errors import ArgumentError, DataError, ModelError
from pytest_ptm.results import Cost
from pytest_ptm.session import current_session
from pytest_ptm.tasks import find_task
from pytest_ptm.tasks.protocol import B, Columns, P, Predictor, Rows
from pytest_ptm.tasks.table import concatenate, take


@dataclass(frozen=True, slots=True)
class Answers(Generic[P]):
    """Predictions in the order of the examples, and what they cost.

    ``truncated`` marks the rows that the model saw only the beginning of; of the
    ``tokens`` of all rows the tokenizer does not know so many, ``unknown``. Counts, not
    shares, so that the answers of several windows join to those of all rows.
    """

    predictions: P
    truncated: NDArray[np.bool_]
    cost: Cost
    tokens: int = 0
    unknown: int = 0

    @property
    def share_unknown(self) -> float:
        """The share of all tokens that the tokenizer does not know."""
        return self.unknown / self.tokens if self.tokens else 0.0

    def take(self, rows: Rows) -> Answers[P]:
        """The same answers in another order; what they cost is that of all."""
        return replace(
            self,
            predictions=take(self.predictions, rows),
            truncated=self.truncated[rows],
        )


def join(parts: Sequence[Answers[P]]) -> Answers[P]:
    """The rows of all parts, one after the other, and what they cost together."""
    if len(parts) == 1:
        return parts[0]
    given = [part.predictions for part in parts]
    return Answers(
        concatenate(given),
        np.concatenate([part.truncated for part in parts]),
        sum((part.cost for part in parts), start=Cost()),
        sum(part.tokens for part in parts),
        sum(part.unknown for part in parts),
    )


def ask(predictor: Predictor[B, P], examples: Examples) -> Answers[P]:
    """The model's answers to the examples, one a row, in their order.

    Inputs that the model would see as the same are asked once a session, sorted by
    length, packed to a token budget.

    Raises:
        DataError: PTM201, there are no examples; PTM205, a text holds half a character.
        ModelError: PTM401, the model gave NaN or infinity for some rows; PTM403, it
            fails on one of them; PTM313, another model has its fingerprint.
        OutOfMemory: PTM402, a single row does not fit on the device.
    """
    if not len(examples):
        raise DataError(
            f"{examples.source} has 0 examples; there is nothing to ask", code="PTM201"
        )
    started = time.perf_counter()
    session = current_session()
    shelf = session.part(Memo).shelf(predictor)
    columns = _columns(predictor, examples)
    keys = _input_keys(columns)
    fresh = _first_rows(keys, shelf)
    _refuse_surrogates(examples, columns, fresh)
    passes, forwarded = _answer(
        predictor, shelf, columns, keys, fresh, named=examples.ids.__getitem__
    )
    predictions = shelf.look_up(keys)
    _refuse_invalid(predictor, examples, predictions.valid)
    truncated = np.fromiter(
        (key in shelf.truncated for key in keys), dtype=np.bool_, count=len(keys)
    )
    cost = Cost(
        examples=len(examples),
        distinct=len(set(keys)),
        forwarded=forwarded,
        passes=passes.sent,
        seconds=time.perf_counter() - started,
        halvings=passes.halvings,
    )
    session.costs.append(cost)
    return Answers(predictions, truncated, cost, *shelf.coverage(keys))


def _columns(predictor: Predictor[B, P], examples: Examples) -> Columns:
    task = find_task(predictor.task)
    missing = [name for name in task.fields if name not in examples.inputs]
    if missing:
        raise ArgumentError(
            f"{task.name} asks about {listed(missing)}; "
            f"{examples.source} has {listed(list(examples.inputs))}"
        )
    wanted = (*task.fields, *task.optional_fields)
    return {name: examples.inputs[name] for name in wanted if name in examples.inputs}


def _input_keys(columns: Columns) -> Sequence[InputKey]:
    if len(columns) == 1:
        return next(iter(columns.values()))
    return list(zip(*columns.values(), strict=True))


def _first_rows(keys: Sequence[InputKey], shelf: Shelf[P]) -> list[int]:
    first: dict[InputKey, int] = {}
    for row, key in enumerate(keys):
        if key not in shelf.by_input:
            first.setdefault(key, row)
    return list(first.values())


def _refuse_surrogates(examples: Examples, columns: Columns, rows: list[int]) -> None:
    """Refuse what no tokenizer takes; a change of a text may have made it."""
    for name, column in columns.items():
        row = next((row for row in rows if lone_surrogate(column[row])), None)
        if row is not None:
            raise DataError(
                f"{examples.source}: example {clip(examples.ids[row], 40)}: {name!r}: "
                f"{lone_surrogate(column[row])}; repair the text, or the change that "
                "made it",
                code="PTM205",
            )


def _answer(
    predictor: Predictor[B, P],
    shelf: Shelf[P],
    columns: Columns,
    keys: Sequence[InputKey],
    fresh: list[int],
    *,
    named: Callable[[int], str],
) -> tuple[Passes, int]:
    """Ask the fresh rows and shelve their answers; how many rows were sent."""
    if not fresh:
        return Passes(0, 0), 0
    encoded = predictor.encode(
        {name: [column[row] for row in fresh] for name, column in columns.items()}
    )
    unseen: dict[bytes, int] = {}
    for row, key in enumerate(encoded.keys):
        if key not in shelf.by_encoding:
            unseen.setdefault(key, row)
    rows = np.fromiter(unseen.values(), dtype=np.intp, count=len(unseen))
    session = current_session()
    device = predictor.card.device
    budget = session.settings.batch_tokens or default_budget(device)
    planned = plan(
        encoded.lengths[rows],
        batch_tokens=budget,
        groups=None if encoded.groups is None else encoded.groups[rows],
    )
    batches = [rows[batch] for batch in planned]
    done = 0

    def answered(batch: Rows, answers: P) -> None:
        nonlocal done
        # Shelved batch by batch, so that an interrupted test leaves its answers.
        shelf.add(
            [encoded.keys[int(row)] for row in batch],
            answers,
            None if encoded.coverage is None else encoded.coverage[batch],
            by=predictor.card,
        )
        done += len(batch)
        session.progress.update(predictor.card.name, done, len(rows))

    passes = run(
        predictor,
        encoded,
        batches,
        answered=answered,
        named=lambda row: named(fresh[row]),
    )
    for position, row in enumerate(fresh):
        shelf.by_input[keys[row]] = shelf.by_encoding[encoded.keys[position]]
        if encoded.truncated[position]:
            shelf.truncated.add(keys[row])
    return passes, len(rows)


def _refuse_invalid(
    predictor: Predictor[B, P], examples: Examples, valid: NDArray[np.bool_]
) -> None:
    if valid.all():
        return
    rows = np.flatnonzero(~valid)
    dtype = predictor.card.dtype
    remedy = (
        "look at these texts and at the weights"
        if dtype == "float32"
        else f"{dtype} overflows sooner than float32: try --ptm-dtype float32"
    )
    raise ModelError(
        f"{len(rows)} of {len(valid)} rows gave NaN or infinity "
        f"(first: {examples.ids[rows[0]]}); they have no answer to judge. "
        f"Model {predictor.card.name}, {dtype}: {remedy}",
        code="PTM401",
    )
