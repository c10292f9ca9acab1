"""Is an answer the same beside other questions? Padding and batches, tried on purpose.

The engine only lets rows share a batch that do not change each other's answers. What is
tried here is the model itself, as somebody serves it who pads whatever comes.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.asking import Question, question, with_mark
from pytest_ptm.behaviours.cases import cases_of
from pytest_ptm.behaviours.choice import AnyModel, able_to
from pytest_ptm.behaviours.doubts import alike, blank
from pytest_ptm.behaviours.inquiry import MeanOfUnits, Scores, Units, run
from pytest_ptm.behaviours.reporting import result_over
from pytest_ptm.behaviours.texts import Texts, texts_of
from pytest_ptm.behaviours.tolerance import apart, comparable, require_tolerance
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.columns import columns_asked
from pytest_ptm.ground.errors import DataError
from pytest_ptm.results import Cost, Counts, Measurement, Outcomes, Result
from pytest_ptm.session import current_session
from pytest_ptm.statistics.evidence import ShareOf
from pytest_ptm.tasks.protocol import C, Encoded, InRows, Rows, said
from pytest_ptm.tasks.table import concatenate, take

Beside = Literal["longer ones", "others"]
TOLERANCE = 1e-3
_AT_ONCE = 8
"""So many rows are asked together."""
_NAMES: dict[Beside, str] = {
    "longer ones": "changed by padding",
    "others": "changed by the batch",
}


def evaluate_padding_invariant(
    model: AnyModel[Any], texts: Texts, *, tolerance: float = TOLERANCE
) -> Result:
    """The share of texts whose answer changes when they are padded, in [0, 1].

    Each text is asked by itself, without padding, and again in a batch with the longest
    of all, padded to it.

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)`` or ``load_model(…)``.
        texts: one text, several, or what ``load_examples`` takes.
        tolerance: by how much a probability may move, or whatever else moves between
            two answers of the task (nats a token, units of the labels).

    Raises:
        ArgumentError: ``tolerance`` is none.
        DataError: PTM201, there is no text, or all are of one length.
        ModelError: the model cannot be loaded or asked.
    """
    return run(together(model, texts, beside="longer ones", tolerance=tolerance))


def evaluate_batch_invariant(
    model: AnyModel[Any], texts: Texts, *, tolerance: float = TOLERANCE
) -> Result:
    """The share of texts whose answer changes in a batch, in [0, 1].

    Each text is asked by itself, and again in a batch with others of its length, or
    with copies of itself, so that nothing is padded. The arguments, and what is raised,
    are those of ``evaluate_padding_invariant``.
    """
    return run(together(model, texts, beside="others", tolerance=tolerance))


@dataclass(frozen=True, slots=True)
class BothWays(Generic[C]):
    """The answers to some texts, each by itself and beside others; what that cost."""

    alone: C
    beside: C
    cost: Cost


@dataclass(frozen=True, slots=True)
class Together(Generic[C]):
    """The question what others in a batch change; an Inquiry."""

    asked: Question[C]
    beside: Beside
    tolerance: float

    @property
    def examples(self) -> Examples:
        """The texts."""
        return self.asked.examples

    @property
    def units(self) -> Units:
        """Every text is one."""
        return Units.each(self.asked.examples)

    @property
    def figure(self) -> MeanOfUnits:
        """A share of texts."""
        return MeanOfUnits()

    @property
    def of(self) -> int | None:
        """How many texts there are, where a limit left some out."""
        return self.asked.of

    def whole(self) -> Units:
        """All texts there are."""
        return Units.each(self.asked.whole)

    def ask(self, units: Rows) -> BothWays[C]:
        """These texts alone and beside others."""
        began = time.perf_counter()
        by, rows = self.asked.predictor, self.asked.examples
        encoded = by.encode(columns_asked(by, rows))
        parts = _parts(encoded, len(rows))
        owners = np.repeat(np.arange(len(rows)), parts)
        mine = np.flatnonzero(np.isin(owners, units))
        alone = [
            by.forward(encoded.payload.take(mine[at : at + 1]))
            for at in range(len(mine))
        ]
        passes = len(alone)
        found: list[C] = []
        order: list[Rows] = []
        for batch, kept in self._batches(encoded, mine):
            found.append(take(by.forward(encoded.payload.take(batch)), kept))
            order.append(batch[kept])
            passes += 1
        places = np.argsort(np.concatenate(order), kind="stable")
        counts = parts[np.sort(units)]
        cost = Cost(
            examples=len(units),
            distinct=len(units),
            forwarded=passes,
            passes=passes,
            seconds=time.perf_counter() - began,
        )
        current_session().costs.append(cost)
        both = (concatenate(alone), take(concatenate(found), places))
        # In the order of the units, as they were asked for.
        back = np.argsort(np.argsort(units, kind="stable"), kind="stable")
        one, other = (take(_joined(each, counts), back) for each in both)
        return BothWays(one, other, cost)

    def _batches(
        self, encoded: Encoded[Any], rows: Rows
    ) -> Iterator[tuple[Rows, Rows]]:
        """Batches of rows, and which of each are kept; all rows once."""
        lengths = encoded.lengths
        if self.beside == "longer ones":
            longest = int(lengths.argmax())
            for start in range(0, len(rows), _AT_ONCE):
                some = rows[start : start + _AT_ONCE]
                yield np.append(some, longest), np.arange(len(some))
            return
        for length in np.unique(lengths[rows]).tolist():
            every = np.flatnonzero(lengths == length)
            alike = rows[lengths[rows] == length]
            for start in range(0, len(alike), _AT_ONCE - 1):
                some = alike[start : start + _AT_ONCE - 1]
                filled = np.append(some, self._others(encoded, every, some))
                yield np.resize(filled, max(2, len(filled))), np.arange(len(some))

    def _others(self, encoded: Encoded[Any], every: Rows, some: Rows) -> Rows:
        """Rows that fill a batch with these: none of them, and others if there are."""
        mine: list[int] = some.tolist()
        asked = {encoded.keys[row] for row in mine}
        rest: list[int] = every[~np.isin(every, some)].tolist()
        rest.sort(key=lambda row: encoded.keys[row] in asked)
        return np.array(rest[: _AT_ONCE - len(some)], dtype=np.intp)

    def join(self, parts: Sequence[BothWays[C]]) -> BothWays[C]:
        """What was heard of all parts, one after the other."""
        cost = sum((part.cost for part in parts), start=Cost())
        alone = concatenate([part.alone for part in parts])
        return BothWays(alone, concatenate([part.beside for part in parts]), cost)

    def score(self, heard: BothWays[C], units: Rows) -> Scores:
        """1 for each text whose answer changes."""
        changed, _ = self._apart(heard)
        return changed.astype(np.float64)

    def _apart(
        self, heard: BothWays[C]
    ) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        return apart(heard.alone, heard.beside, self.tolerance, self.asked.task)

    def result(self, heard: BothWays[C], units: Rows) -> Result:
        """The share of these texts whose answer changes."""
        asked, by = self.asked.part(units), self.asked.predictor
        changed, moved = self._apart(heard)
        hits, n = int(changed.sum()), len(changed)
        what = self.asked.task.shift.what
        return result_over(
            asked,
            Measurement.of(_NAMES[self.beside], hits / n, n, "lower", ShareOf(hits, n)),
            behaviour="padding" if self.beside == "longer ones" else "batching",
            parts=(_NAMES[self.beside], f"tolerance:{self.tolerance:g}"),
            cases=cases_of(
                asked.examples,
                np.flatnonzero(changed),
                severity=lambda row: float(moved[row]),
                expected=lambda row: said(heard.alone, row, by=by),
                observed=lambda row: (
                    f"{said(heard.beside, row, by=by)} ({what} moved {moved[row]:.4g})"
                ),
            ),
            failing=hits,
            counts=Counts(asked=n, empty=blank(asked.examples)),
            cost=heard.cost,
            outcomes=Outcomes(
                ids=asked.examples.ids,
                right=~changed,
                scores=changed.astype(np.float64),
                groups=asked.examples.groups,
                alike=alike(asked.examples),
            ),
        )


def together(
    model: AnyModel[Any], texts: Texts, *, beside: Beside, tolerance: float
) -> Together[Any]:
    """The question behind `evaluate_padding_invariant` and its twin."""
    asked = with_mark(
        question(
            model,
            texts_of(texts),
            able_to(comparable),
            check=lambda task: require_tolerance(task, tolerance, optional=False),
        )
    )
    _refuse_untried(asked, beside)
    return Together(asked, beside, tolerance)


def _refuse_untried(asked: Question[Any], beside: Beside) -> None:
    """Refuse texts that nothing would be tried with.

    Raises:
        DataError: PTM201, none would be padded, or none has another of its length.
    """
    by, rows = asked.predictor, asked.examples
    encoded = by.encode(columns_asked(by, rows))
    lengths = encoded.lengths
    if beside == "others":
        apart = {
            (int(length), key)
            for length, key in zip(lengths, encoded.keys, strict=True)
        }
        alone = Counter(length for length, _ in apart)
        if max(alone.values()) < 2:
            raise DataError(
                f"{rows.source}: no text has another of its length in tokens beside "
                "it, and copies of one text show little; give more texts",
                code="PTM201",
            )
        return
    if int(lengths.min()) == int(lengths.max()):
        raise DataError(
            f"{rows.source}: all texts have {int(lengths.max()):,} tokens, so "
            "that none is padded; give texts of several lengths",
            code="PTM201",
        )


def _parts(encoded: Encoded[Any], questions: int) -> NDArray[np.int32]:
    """How many rows each question is made of."""
    if encoded.parts is None:
        return np.ones(questions, dtype=np.int32)
    return encoded.parts


def _joined(answers: C, parts: NDArray[np.int32]) -> C:
    if (parts == 1).all() or not isinstance(answers, InRows):
        return answers
    return answers.joined(parts)
