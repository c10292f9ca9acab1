"""Are the texts that a model writes what they have to be?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pytest_ptm.behaviours.asking import Question, counts, question
from pytest_ptm.behaviours.by_group import figures_by_group
from pytest_ptm.behaviours.cases import cases_of
from pytest_ptm.behaviours.choice import AnyModel
from pytest_ptm.behaviours.doubts import alike, doubts
from pytest_ptm.behaviours.held import able_to_write
from pytest_ptm.behaviours.inquiry import MeanOfUnits, Scores, Units, run
from pytest_ptm.behaviours.passing import PASSES, Prompts, prompts_of, written_texts
from pytest_ptm.behaviours.reporting import result_over
from pytest_ptm.behaviours.rowwise import AllHeard, Asking, Rowwise
from pytest_ptm.behaviours.sampled import SampledAnswers
from pytest_ptm.behaviours.texts import Texts
from pytest_ptm.checks.check import Check
from pytest_ptm.checks.own import Expected, check_of
from pytest_ptm.datasets.ragged import Ragged
from pytest_ptm.engine.ask import Answers
from pytest_ptm.ground.display import clip
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.ground.whole import require_whole
from pytest_ptm.results import Measurement, Outcomes, Result
from pytest_ptm.statistics.evidence import MeanOf, ShareOf
from pytest_ptm.tasks.protocol import Rows
from pytest_ptm.tasks.texts.answers import GeneratedTexts
from pytest_ptm.tasks.texts.settings import Writer

_MOST_SAMPLES = 100_000
"""Answers to one text: more is a slip of the keyboard."""


def evaluate_generates(
    model: AnyModel[Any],
    examples: Texts,
    *,
    expect: Expected,
    samples: int = 1,
    k: int = 1,
) -> Result:
    """The share of texts for which a model writes what it should, in [0, 1].

    With ``samples`` the mean of pass@k: how likely one of ``k`` drawn answers is what
    it should be (Chen et al. 2021, "Evaluating large language models trained on code",
    section 2.1), told without bias from all that were drawn.

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)`` or ``load_model(…)``; how it
            writes is said by ``generating(model, …)``.
        examples: the texts that are asked; Examples, or what ``load_references`` takes.
        expect: a check of ``pytest_ptm.checks``, a function of the text that gives True
            or False, or a list of them, which all have to hold.
        samples: how many answers to each text are drawn.
        k: of how many of them one has to do, up to ``samples``.

    Raises:
        ArgumentError: ``expect`` is none, or ``samples`` of a model that takes the
            likeliest token each time would all be the same.
        DataError: PTM206, a check needs references, and a row has none; PTM201, there
            is nothing to ask.
        ModelError: the model writes nothing, or cannot be loaded or asked.
    """
    return run(generates(model, examples, expect=expect, samples=samples, k=k))


def generates(
    model: AnyModel[Any],
    examples: Texts,
    *,
    expect: Expected,
    samples: int = 1,
    k: int = 1,
) -> Rowwise[GeneratedTexts]:
    """The question behind `evaluate_generates`."""
    check = check_of(expect)
    samples, k = _counts(samples, k)
    rows = written_texts(examples, references=check.needs_references)
    asked = question(model, rows, able_to_write())
    if samples > 1:
        _refuse_greedy(asked, samples)
    passing = _Passing(asked, check, prompts_of(asked, check), samples, k)
    return Rowwise(
        examples=asked.examples,
        units=Units.each(asked.examples),
        figure=MeanOfUnits(),
        askings=(_sampled(asked, samples),),
        scoring=passing.scores,
        reporting=passing.result,
        unlimited=lambda: Units.each(asked.whole),
        of=asked.of,
    )


def _counts(samples: int, k: int) -> tuple[int, int]:
    samples = require_whole("samples", samples, least=1, most=_MOST_SAMPLES)
    k = require_whole("k", k, least=1)
    if k > samples:
        raise ArgumentError(
            f"k={k} of samples={samples}: one of {k} answers can be told from "
            f"{k} or more; say samples={k}, or more"
        )
    return samples, k


def _refuse_greedy(asked: Question[GeneratedTexts], samples: int) -> None:
    by = asked.predictor
    if isinstance(by, Writer) and by.how.seed is None:
        raise ArgumentError(
            f"samples={samples}: {asked.card.name} takes the likeliest token each "
            "time, so that all samples are the same text. Have them drawn: "
            "generating(model, seed=0)"
        )


def _sampled(asked: Question[GeneratedTexts], samples: int) -> Asking[GeneratedTexts]:
    """Every example so many times, each with the number of its answer."""
    every = np.arange(len(asked.examples), dtype=np.intp)
    if samples == 1:
        return Asking(asked.predictor, asked.examples, every)
    units = np.repeat(every, samples)
    numbers = np.tile(np.arange(samples, dtype=np.int32), len(every))
    rows = replace(asked.examples, labels=None, groups={}).take(units.tolist())
    drawn = Ragged(numbers, np.ones(len(numbers), dtype=np.int32))
    held = replace(rows, numbers={**rows.numbers, "sample": drawn})
    return Asking(asked.predictor, held, units)


@dataclass(frozen=True)
class _Passing:
    """Texts that are asked, and what answers to them have to be."""

    asked: Question[GeneratedTexts]
    check: Check
    prompts: Prompts
    samples: int
    k: int

    def scores(self, heard: AllHeard[GeneratedTexts], units: Rows) -> Scores:
        """Whether the answer of each passes, or its pass@k."""
        return self._of(heard, units).scores

    def result(self, heard: AllHeard[GeneratedTexts], units: Rows) -> Result:
        """The share of these texts whose answers pass, or their mean pass@k."""
        asked, found = self.asked.part(units), self._of(heard, units)
        metric, answers = self.metric, heard[0].given

        def measure(rows: Rows) -> Measurement:
            some = found.scores[rows]
            evidence = (
                ShareOf(int(some.sum()), len(some))
                if self.samples == 1
                else MeanOf(some, least=0.0, most=1.0)
            )
            value = float(some.mean())
            return Measurement.of(metric, value, len(some), "higher", evidence)

        wrong = np.flatnonzero(found.scores < 1.0)
        return result_over(
            asked,
            measure(np.arange(len(units), dtype=np.intp)),
            behaviour="generation",
            parts=self.parts(),
            by_group=[
                group
                for column in asked.examples.groups
                for group in figures_by_group(asked.examples, column, measure)
            ],
            cases=cases_of(
                asked.examples,
                wrong,
                severity=lambda row: float(1.0 - found.scores[row]),
                expected=lambda _: clip(self.check.name, 120),
                observed=found.observed,
            ),
            failing=len(wrong),
            counts=counts(asked, answers),
            cost=answers.cost + self.check.cost,
            notes=(*found.notes(asked.examples.ids), *doubts(asked.examples, answers)),
            outcomes=Outcomes(
                ids=asked.examples.ids,
                right=found.scores == 1.0 if self.samples == 1 else None,
                scores=found.scores,
                groups=asked.examples.groups,
                alike=alike(asked.examples),
            ),
        )

    @property
    def metric(self) -> str:
        """What the figure is called."""
        return PASSES if self.samples == 1 else f"pass@{self.k}"

    def parts(self) -> Sequence[str]:
        """What a signature says of the figure."""
        drawn = () if self.samples == 1 else (f"samples:{self.samples}",)
        return (self.metric, f"expect:{self.check.name}", *drawn)

    def _of(self, heard: AllHeard[GeneratedTexts], units: Rows) -> SampledAnswers:
        answers: Answers[GeneratedTexts] = heard[0].given
        return SampledAnswers(
            self.check,
            self.prompts.take(np.repeat(units, self.samples)),
            answers.predictions,
            self.samples,
            self.k,
        )
