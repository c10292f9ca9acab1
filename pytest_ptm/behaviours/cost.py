"""What a model's answers cost whoever waits for them: time, memory, parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pytest_ptm.behaviours.asking import Question, known_by, question, with_mark
from pytest_ptm.behaviours.choice import Able, AnyModel
from pytest_ptm.behaviours.cost_figures import (
    BYTES,
    MS,
    CostFigure,
    sizes,
    times,
)
from pytest_ptm.behaviours.cost_words import (
    memory_note,
    once_note,
    order_note,
    pair_note,
    remembered_note,
    repeats_note,
    same_note,
    slowest_note,
    where_notes,
)
from pytest_ptm.behaviours.doubts import alike, blank
from pytest_ptm.behaviours.inquiry import AsAWhole, Scores, Units, run
from pytest_ptm.behaviours.prediction import what_it_does
from pytest_ptm.behaviours.reporting import result_over
from pytest_ptm.behaviours.spending import Spent, joined, spend
from pytest_ptm.behaviours.texts import Texts, texts_of
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.devices import machine
from pytest_ptm.ground.digests import digest
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.ground.whole import require_whole
from pytest_ptm.results import Counts, Measurement, Result
from pytest_ptm.session import current_session
from pytest_ptm.tasks.powers import Weights, weights_of
from pytest_ptm.tasks.protocol import Rows

_MOST = 100_000
"""Times that a question is asked: more is a slip of the keyboard."""

WARM_UP = 10


def evaluate_cost(
    model: AnyModel[Any],
    examples: Texts,
    *,
    than: AnyModel[Any] | None = None,
    warm_up: int = WARM_UP,
    passes: int = 1,
) -> Result:
    """How long an answer takes, in milliseconds: the 95th percentile of examples.

    Each example is asked by itself, as a user waits for it: tokenising, the model, its
    answer back from the device; what this plugin remembers is left aside. ``also`` of
    the result has ``p50_ms``, ``p99_ms``, ``memory_mb`` (the peak beyond what is held
    before, 10^6 bytes; loaded weights are not in it), and where the model says so
    ``parameters`` and ``weights_mb``; beside another model ``relative_time``.

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)``, ``load_model(…)`` or any
            object that can be asked, of any task.
        examples: one text, several, or what ``load_examples`` takes; labels are not
            read. Of equal inputs one is asked.
        than: another model that is asked the same task, each example right after or
            before this one. ``relative_time`` is the median of how many times as long
            this one took, example by example.
        warm_up: so many questions are asked first whose times do not count.
        passes: how often all examples are asked; every time counts in the quantiles.

    Quantiles are by nearest rank (definition 1 of Hyndman and Fan 1996), their limits
    order statistics (David and Nagaraja 2003).

    Raises:
        ArgumentError: ``warm_up`` or ``passes`` is no such number, ``than`` is a stored
            run; the system does not say what memory a process holds.
        DataError: PTM201, there are no examples.
        ModelError: a model cannot be loaded or asked.
    """
    wanted: list[CostFigure] = ["p95_ms", "memory_mb", "parameters"]
    if than is not None:
        wanted.append("relative_time")
    return run(
        costing(
            model,
            examples,
            wanted=wanted,
            than=than,
            warm_up=warm_up,
            passes=passes,
            needed=False,
        )
    )


@dataclass(frozen=True, slots=True)
class Costing:
    """The question what answers cost; an Inquiry. The first figure wanted leads."""

    asked: Question[Any]
    than: Question[Any] | None
    wanted: Sequence[CostFigure]
    warm_up: int
    passes: int
    weights: Weights | None
    repeated: int
    machine: str

    @property
    def examples(self) -> Examples:
        """The examples, each input once."""
        return self.asked.examples

    @property
    def units(self) -> Units:
        """Every example is one."""
        return Units.each(self.asked.examples)

    @property
    def figure(self) -> AsAWhole:
        """A quantile, a peak, or a number of the model."""
        return AsAWhole("times, memory and sizes are of all examples together")

    @property
    def of(self) -> int | None:
        """How many examples there are, where a limit left some out."""
        return self.asked.of

    def whole(self) -> Units:
        """All examples there are."""
        return Units.each(self.asked.whole)

    def ask(self, units: Rows) -> Spent:
        """Each of these examples by itself, warmed up, as often as there are passes."""
        sides = [self.asked] if self.than is None else [self.asked, self.than]
        return spend(
            [each.part(units) for each in sides],
            timing=bool({"p95_ms", "relative_time"}.intersection(self.wanted)),
            weighing="memory_mb" in self.wanted,
            questions=self.warm_up,
            passes=self.passes,
        )

    def join(self, parts: Sequence[Spent]) -> Spent:
        """What all parts took, one after the other."""
        return joined(parts)

    def score(self, heard: Spent, units: Rows) -> Scores:
        """Milliseconds of each example, the median of its passes; 0 if not timed."""
        if heard.seconds is None:
            return np.zeros(len(units))
        return np.median(heard.seconds[0], axis=0) * MS

    def result(self, heard: Spent, units: Rows) -> Result:
        """What was wanted of these examples, and what belongs to it."""
        asked = self.asked.part(units)
        figures = self._figures(heard, len(units))
        lead = figures.pop(self.wanted[0])
        return result_over(
            asked,
            lead,
            behaviour="cost",
            parts=self._parts(),
            counts=Counts(
                truncated=heard.truncated,
                asked=heard.asked,
                empty=blank(asked.examples),
            ),
            cost=heard.cost,
            notes=self._notes(heard, asked.examples),
            also=tuple(figures.values()),
        )

    def _figures(self, heard: Spent, n: int) -> dict[str, Measurement]:
        found: dict[str, Measurement] = {}
        if heard.seconds is not None:
            found |= times(heard.seconds * MS, n)
        if heard.held is not None:
            found |= sizes(n, memory_mb=heard.held.nbytes / BYTES)
        if self.weights is not None and "parameters" in self.wanted:
            held = self.weights
            found |= sizes(
                n, parameters=held.parameters, weights_mb=held.nbytes / BYTES
            )
        return found

    def _parts(self) -> list[str]:
        than = [] if self.than is None else [f"than:{known_by(self.than)}"]
        return [
            self.wanted[0],
            *than,
            "quantile:nearest-rank",
            f"warm-up:{self.warm_up}",
            f"passes:{self.passes}",
            # Times of two machines are no news of a model.
            f"machine:{digest(self.machine)}",
        ]

    def _notes(self, heard: Spent, examples: Examples) -> list[str]:
        notes = [
            *repeats_note(self.repeated),
            *remembered_note(heard.remembered),
            *once_note(len(examples), self.warm_up if heard.asked else 0),
        ]
        if heard.seconds is not None:
            notes += [
                order_note(self.warm_up, self.passes),
                slowest_note(examples.ids, heard.seconds[0] * MS),
            ]
            if self.than is not None:
                name = self.than.card.name
                notes.append(pair_note(name, heard.seconds[1] * MS))
                notes += same_note(self.asked.predictor, self.than.predictor)
        if heard.held is not None:
            notes.append(memory_note(heard.held.how, warm=self.warm_up > 0))
        if not heard.asked:
            return notes
        return [*notes, *where_notes(self.machine, current_session().workers)]


def costing(
    model: AnyModel[Any],
    examples: Texts,
    *,
    wanted: Sequence[CostFigure],
    than: AnyModel[Any] | None = None,
    warm_up: int = WARM_UP,
    passes: int = 1,
    needed: bool = True,
) -> Costing:
    """The question behind `evaluate_cost`.

    ``needed``: whether what the model does not say is an error, as of what has a bound.

    Raises:
        ArgumentError: a number is none, or nothing says how many parameters there are.
    """
    warm_up = require_whole("warm_up", warm_up, least=0, most=_MOST)
    passes = require_whole("passes", passes, least=1, most=_MOST)
    refuse_stored(than)
    rows = texts_of(examples)
    ours = with_mark(question(model, rows, what_it_does(model, rows)))
    theirs = None
    if than is not None:
        theirs = with_mark(question(than, rows, Able((ours.task,))))
    weights = weights_of(ours.predictor)
    if "parameters" in wanted and weights is None and needed:
        raise ArgumentError(
            f"model {ours.card.name} does not say how many parameters it has: they are "
            "counted of a checkpoint that is not quantised, and a Predictor of your "
            "own may have weighed(), which gives Weights(parameters, nbytes). Leave "
            "at_most_parameters= out"
        )
    once = np.unique(alike(ours.examples))
    repeated = len(ours.examples) - len(once)
    return Costing(
        asked=ours.part(once),
        than=None if theirs is None else theirs.part(once),
        wanted=wanted,
        warm_up=warm_up,
        passes=passes,
        weights=weights,
        repeated=repeated,
        machine=machine(ours.predictor.card.device),
    )


def refuse_stored(than: object) -> None:
    """Refuse a stored run in the place of another model.

    Raises:
        ArgumentError: it is one.
    """
    if isinstance(than, str):
        raise ArgumentError(
            f"than={than!r}: times are compared with those of a model that is asked "
            "here and now, in turn with this one; those of a stored run are of another "
            "day, and perhaps another machine. Give than= a model, such as ptm_load(…)"
        )
