"""The one interface to a model: all questions in, all answers out, in order."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Generic, cast

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.columns import (
    columns_asked,
    input_keys,
    part_of,
    refuse_surrogates,
)
from pytest_ptm.engine.encodings import Encodings, Found
from pytest_ptm.engine.memo import Memo, shown
from pytest_ptm.engine.plan import default_budget, plan
from pytest_ptm.engine.run import Passes, run
from pytest_ptm.engine.send import Local
from pytest_ptm.ground.display import clip, listed
from pytest_ptm.ground.errors import (
    DataError,
    ModelError,
    RowRefused,
)
from pytest_ptm.results import Cost, ModelCard
from pytest_ptm.session import current_session
from pytest_ptm.tasks import columns_of, find_task
from pytest_ptm.tasks.powers import rows_at_once
from pytest_ptm.tasks.protocol import (
    B,
    Columns,
    Encoded,
    InRows,
    P,
    Predictor,
    Rows,
)
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


@dataclass(frozen=True, slots=True)
class _Asked:
    """How many rows were sent, and in what passes."""

    rows: int
    passes: Passes

    def __add__(self, other: _Asked) -> _Asked:
        sent = self.passes.sent + other.passes.sent
        halvings = self.passes.halvings + other.passes.halvings
        return _Asked(self.rows + other.rows, Passes(sent, halvings))


def _portions(predictor: Predictor[B, P], rows: list[int]) -> Iterator[list[int]]:
    """These rows, as many at a time as the predictor will have in memory, encoded."""
    most = rows_at_once(predictor) or max(1, len(rows))
    for start in range(0, len(rows), most):
        yield rows[start : start + most]


def ask(predictor: Predictor[B, P], examples: Examples) -> Answers[P]:
    """The model's answers to the examples, one a row, in their order.

    Inputs that the model would see as the same are asked once a session, sorted by
    length, packed to a token budget.

    Raises:
        DataError: PTM201, there are no examples; PTM205, a text holds half a character;
            PTM216, a row cannot be asked of this model.
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
    # A model with another's fingerprint is refused before it is asked anything.
    session.part(Memo).get(predictor, ())
    columns = columns_asked(predictor, examples)
    encodings = session.part(Encodings).of(predictor, columns)
    inputs = input_keys(columns)
    fresh = encodings.missing(inputs)
    refuse_surrogates(examples, columns, fresh)
    asked = _Asked(0, Passes(0, 0))
    for part in _portions(predictor, fresh):
        names = [examples.ids[row] for row in part]
        encoded = encoded_rows(
            predictor, part_of(columns, part), examples.source, names
        )
        of = None if len(part) == len(fresh) else len(fresh)
        asked += _answer(
            predictor, encoded, names_by_row(encoded, names), asked.rows, of
        )
        # Only now: what was not answered must be encoded again to be asked again.
        encodings.put(
            [inputs[row] for row in part],
            encoded.keys,
            encoded.truncated,
            encoded.parts,
        )
    found = encodings.get(inputs)
    predictions, coverage = _recalled(predictor, found)
    refuse_invalid(predictor, examples, predictions.valid)
    cost = Cost(
        examples=len(examples),
        distinct=len(set(inputs)),
        forwarded=asked.rows,
        passes=asked.passes.sent,
        seconds=time.perf_counter() - started,
        halvings=asked.passes.halvings,
    )
    session.costs.append(cost)
    tokens, unknown = coverage.sum(axis=0).tolist()
    return Answers(predictions, found.truncated, cost, tokens, unknown)


def _answer(
    predictor: Predictor[B, P],
    encoded: Encoded[B],
    named: Callable[[int], str],
    before: int,
    of: int | None,
) -> _Asked:
    """Ask the rows whose answers are not known, and put these into the memo.

    ``before`` were answered already, ``of`` so many; None where these are all.
    """
    session, card = current_session(), predictor.card
    memo = session.part(Memo)
    rows = memo.get(predictor, encoded.keys).missing
    done = 0

    def answered(batch: Rows, answers: P) -> None:
        nonlocal done
        # Kept batch by batch, so that an interrupted test leaves its answers.
        coverage = None if encoded.coverage is None else encoded.coverage[batch]
        keys = [encoded.keys[int(row)] for row in batch]
        table = columns_of(answers, predictor.task, by=shown(card))
        memo.put(predictor, keys, table, coverage)
        done += len(batch)
        session.progress.update(card.name, before + done, of or len(rows))

    passes = run(
        encoded,
        batches_of(encoded, rows, card.device),
        Local(predictor),
        card=card,
        answered=answered,
        named=named,
    )
    return _Asked(len(rows), passes)


def encoded_rows(
    predictor: Predictor[B, P], columns: Columns, source: str, names: Sequence[str]
) -> Encoded[B]:
    """The rows of these columns as the model will see them.

    Raises:
        DataError: PTM216, one cannot be asked; PTM313, some were lost.
    """
    try:
        encoded = predictor.encode(columns)
    except RowRefused as refused:
        raise DataError(
            f"{source}: example {clip(names[refused.row], 40)}: {refused.message}",
            code=refused.code,
        ) from None
    _refuse_lost(predictor.card, encoded, len(names))
    return encoded


def names_by_row(encoded: Encoded[B], names: Sequence[str]) -> Callable[[int], str]:
    """The example that each row is asked for."""
    if encoded.parts is None:
        return lambda row: names[row]
    owners = np.repeat(np.arange(len(names)), encoded.parts)
    return lambda row: names[int(owners[row])]


def _refuse_lost(card: ModelCard, encoded: Encoded[B], questions: int) -> None:
    """Refuse an encoding that has not one of each for every row.

    A truncated row that is not said to be one would make nobody doubt its figure.
    """
    rows, parts = questions, encoded.parts
    counted = {"truncated": questions, "parts": questions}
    if parts is not None:
        # One that has no row would be given another's answer.
        rows = -1 if (parts < 1).any() else int(parts.sum())
    counted |= dict.fromkeys(("lengths", "keys", "coverage", "groups", "costs"), rows)
    columns = {name: getattr(encoded, name) for name in counted}
    wrong = [
        f"{len(column):,} {name}"
        for name, column in columns.items()
        if column is not None and len(column) != counted[name]
    ]
    if wrong:
        raise ModelError(
            f"{shown(card)} was given {questions:,} questions and encoded "
            f"{listed(wrong)}; encode gives one of each for every row, in their order",
            code="PTM313",
        )


def batches_of(encoded: Encoded[B], rows: Rows, device: str) -> list[Rows]:
    """These rows, planned."""
    budget = current_session().settings.batch_tokens or default_budget(device)
    groups = None if encoded.groups is None else encoded.groups[rows]
    planned = plan(encoded.sizes[rows], batch_tokens=budget, groups=groups)
    return [rows[batch] for batch in planned]


def _recalled(predictor: Predictor[B, P], asked: Found) -> tuple[P, NDArray[np.int32]]:
    """The answers to questions that are all known, and what the tokenizer knew.

    Raises:
        ModelError: PTM313, questions of several rows have no answers of such a type.
    """
    found = current_session().part(Memo).get(predictor, asked.keys)
    if found.table is None or len(found.missing):
        raise LookupError(f"{len(found.missing):,} questions without an answer")
    answers = find_task(predictor.task).answers.from_columns(found.table)
    if asked.parts is not None:
        if not isinstance(answers, InRows):
            raise ModelError(
                f"{shown(predictor.card)} asks in several rows a question, and the "
                f"answers of {predictor.task} have no joined() to make one of them",
                code="PTM313",
            )
        answers = answers.joined(asked.parts)
    # The task says what type its answers have; the cast only repeats it.
    return cast("P", answers), found.coverage


def refuse_invalid(
    predictor: Predictor[B, P], examples: Examples, valid: NDArray[np.bool_]
) -> None:
    """Nothing, where every row has an answer.

    Raises:
        ModelError: PTM401, some gave NaN or infinity; PTM313.
    """
    if valid.shape != (len(examples),):
        raise ModelError(
            f"{shown(predictor.card)} gave answers of which {valid.shape} are said to "
            f"be valid, and there are {len(examples):,}; valid says it of each",
            code="PTM313",
        )
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
