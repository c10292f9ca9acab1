"""Does a causal language model see what comes after a token?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.asking import Question, counts, question
from pytest_ptm.behaviours.cases import cases_of
from pytest_ptm.behaviours.choice import AnyModel, able_to
from pytest_ptm.behaviours.doubts import alike, doubts
from pytest_ptm.behaviours.inquiry import MeanOfUnits, Units, run
from pytest_ptm.behaviours.reporting import result_over
from pytest_ptm.behaviours.rowwise import AllHeard, Asking, Rowwise, each_example
from pytest_ptm.behaviours.texts import Texts, texts_of
from pytest_ptm.behaviours.together import TOLERANCE
from pytest_ptm.behaviours.tolerance import require_tolerance
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.ground.display import clip
from pytest_ptm.ground.errors import DataError
from pytest_ptm.results import Measurement, Outcomes, Result
from pytest_ptm.statistics.evidence import ShareOf
from pytest_ptm.tasks.protocol import Rows
from pytest_ptm.tasks.token_scores.answers import TokenScores

METRIC = "sees what comes"


def evaluate_no_lookahead(
    model: AnyModel[Any], texts: Texts, *, tolerance: float = TOLERANCE
) -> Result:
    """The share of texts of which a token's score changes with what comes after it.

    Each text is scored by itself, and again with another text behind it that ends
    otherwise; the tokens that both begin with have to keep their log-probabilities.

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)`` or ``load_model(…)``.
        texts: one text, several, or what ``load_examples`` takes.
        tolerance: by how many nats a token's log-probability may move.

    Raises:
        ArgumentError: ``tolerance`` is none, or the model scores no texts from the
            left.
        DataError: PTM201, there is no text, none that something follows, or none that
            ends otherwise than another.
        ModelError: the model cannot be loaded or asked; PTM321, it is seen to look
            ahead when it is loaded.
    """
    return run(no_lookahead(model, texts, tolerance=tolerance))


def no_lookahead(
    model: AnyModel[Any], texts: Texts, *, tolerance: float
) -> Rowwise[TokenScores]:
    """The question behind `evaluate_no_lookahead`."""
    asked: Question[TokenScores] = question(
        model,
        texts_of(texts),
        # What is scored by tokens on both sides is meant to see them.
        able_to(lambda task: task.answers is TokenScores),
        check=lambda task: require_tolerance(task, tolerance, optional=False),
    )
    rows = asked.examples
    longer = replace(rows, inputs={**rows.inputs, "text": _followed(rows)})
    every = np.arange(len(rows), dtype=np.intp)
    judged = _Judged(asked, tolerance)
    return Rowwise(
        examples=rows,
        units=Units.each(rows),
        figure=MeanOfUnits(),
        askings=(each_example(asked), Asking(asked.predictor, longer, every)),
        scoring=lambda heard, units: judged.moved(heard)[0].astype(np.float64),
        reporting=judged.result,
        unlimited=lambda: Units.each(asked.whole),
        of=asked.of,
    )


def _followed(rows: Examples) -> tuple[str, ...]:
    """Each text with the next one behind it, cut so that it ends otherwise.

    A model that looks at the last token would see the same one twice.

    Raises:
        DataError: PTM201, no text ends otherwise, wherever it is cut.
    """
    texts = rows.inputs["text"]
    return tuple(
        f"{text} {_other_end(rows, place)}" for place, text in enumerate(texts)
    )


def _other_end(rows: Examples, place: int) -> str:
    """The first of the texts behind this one that ends otherwise, or the part of it."""
    texts = rows.inputs["text"]
    own = texts[place].rstrip()[-1:]
    for other in (*texts[place + 1 :], *texts[:place], texts[place]):
        found = other.rstrip(f"{own} \t\r\n")
        if found.strip():
            return found if found != other.rstrip() else other
    raise DataError(
        f"{rows.source}: {clip(rows.ids[place], 40)} ends in {own!r}, and no text has "
        "anything else to put behind it, so that what comes would be no other; give "
        "a text that ends otherwise",
        code="PTM201",
    )


@dataclass(frozen=True, slots=True)
class _Judged:
    """Texts, and how far a score may move."""

    asked: Question[TokenScores]
    tolerance: float

    def moved(
        self, heard: AllHeard[TokenScores]
    ) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        """Which texts have a score that moves by more, bool[n]; by how much, nats."""
        alone, longer = (each.given.predictions for each in heard)
        most = np.zeros(len(alone))
        shared = 0
        for row in range(len(alone)):
            one, other = alone.of(row), longer.of(row)
            size = min(len(one.tokens), len(other.tokens))
            # What follows may be one token with the end of the text.
            differ = np.flatnonzero(one.tokens[:size] != other.tokens[:size])
            common = int(differ[0]) if len(differ) else size
            shared += common
            away = one.log_probabilities[:common] - other.log_probabilities[:common]
            most[row] = float(np.abs(away).max(initial=0.0))
        if not shared:
            raise DataError(
                f"{self.asked.examples.source}: no token stands in a text and in the "
                "same text with another behind it, so nothing is tried; give longer "
                "texts",
                code="PTM201",
            )
        return most > self.tolerance, most

    def result(self, heard: AllHeard[TokenScores], units: Rows) -> Result:
        """The share of these texts of which a score moves."""
        asked = self.asked.part(units)
        changed, moved = self.moved(heard)
        hits, n = int(changed.sum()), len(changed)
        first, second = (each.given for each in heard)
        return result_over(
            asked,
            Measurement.of(METRIC, hits / n, n, "lower", ShareOf(hits, n)),
            behaviour="lookahead",
            parts=("lookahead", f"tolerance:{self.tolerance:g}"),
            cases=cases_of(
                asked.examples,
                np.flatnonzero(changed),
                severity=lambda row: float(moved[row]),
                expected=lambda row: "the same scores",
                observed=lambda row: f"a token moved by {moved[row]:.4g} nats",
            ),
            failing=hits,
            counts=counts(asked, first),
            cost=first.cost + second.cost,
            notes=doubts(asked.examples, first),
            outcomes=Outcomes(
                ids=asked.examples.ids,
                right=~changed,
                scores=changed.astype(np.float64),
                groups=asked.examples.groups,
                alike=alike(asked.examples),
            ),
        )
