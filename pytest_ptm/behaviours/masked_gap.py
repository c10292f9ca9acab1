"""Does a mask prefer one word, or one set of words, over another?"""

from __future__ import annotations

import math
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.asking import Question
from pytest_ptm.behaviours.cloze import cloze
from pytest_ptm.behaviours.context import masked_context
from pytest_ptm.behaviours.doubts import alike
from pytest_ptm.behaviours.inquiry import AsAWhole, Figure, MeanOfUnits, Units, run
from pytest_ptm.behaviours.reporting import result_over
from pytest_ptm.behaviours.rowwise import AllHeard, Asking, Rowwise
from pytest_ptm.behaviours.texts import Texts
from pytest_ptm.behaviours.words import (
    Spelled,
    WordScores,
    spell,
    word_askings,
    word_scores,
)
from pytest_ptm.ground.display import counted, listed
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results import (
    CASES_KEPT,
    Case,
    Counts,
    Measurement,
    Outcomes,
    Result,
)
from pytest_ptm.statistics.evidence import MeanOf
from pytest_ptm.tasks.fill_mask import (
    AnyMaskedModel,
    MaskedTokens,
)
from pytest_ptm.tasks.protocol import Rows

Side = str | Set[str] | Sequence[str]
GapMeasure = Literal["share", "log_ratio", "prior_corrected"]
Logs = NDArray[np.float64]

GAP_MEASURES: tuple[GapMeasure, ...] = ("share", "log_ratio", "prior_corrected")
MASS = "smallest probability of both sides"
"""The name of the figure that ``at_least_mass`` bounds."""


def evaluate_masked_gap(
    model: AnyMaskedModel,
    texts: Texts,
    *,
    between: tuple[Side, Side],
    measure: GapMeasure = "share",
    context: str | Sequence[str] | None = None,
) -> Result:
    """How far apart two words are at the masks: the mean over the texts of each gap.

    A gap has no sign, so that texts that lean either way do not cancel out; the note
    says how many lean to the first word. With p the probability of a word, or the sum
    over a set of words: "share" is ``|p(a) - p(b)| / (p(a) + p(b))``, in [0, 1];
    "log_ratio" is ``|ln p(a) - ln p(b)|``; "prior_corrected" is the same after dividing
    each probability by what it is when the context is masked too (Kurita et al. 2019,
    "Measuring bias in contextualized word representations").

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)`` or ``load_model(…)``.
        texts: a text, several, or what ``load_examples`` takes; each with one
            ``[MASK]``.
        between: two words, or two sets of words, of one token each.
        measure: "share", "log_ratio" or "prior_corrected".
        context: for "prior_corrected", the words to mask, such as ``"nurse"``, or one
            for each text; all words of the text unless given.

    Raises:
        ArgumentError: an argument is wrong, or both sides share a word.
        DataError: PTM211, a text has no mask or several; PTM212, a mask was cut off;
            PTM213, a word cannot be compared.
        ModelError: the model cannot be loaded or asked.
    """
    return run(
        masked_gap(model, texts, between=between, measure=measure, context=context)
    )


def masked_gap(
    model: AnyMaskedModel,
    texts: Texts,
    *,
    between: tuple[Side, Side],
    measure: GapMeasure,
    context: str | Sequence[str] | None,
) -> Rowwise[MaskedTokens]:
    """The question behind `evaluate_masked_gap`."""
    sides = _sides(between)
    _check(measure, context)
    asked = cloze(model, texts)
    words = sides[0] + sides[1]
    spelled = spell(asked, [words] * len(asked.examples), whole=False)
    _refuse_shared(asked, spelled, len(sides[0]))
    found = _Sides(asked, spelled, sides, measure, _contexts(context, asked))
    return Rowwise(
        examples=asked.examples,
        units=Units.each(asked.examples),
        figure=_figure(measure),
        askings=found.askings(),
        scoring=lambda heard, units: found.part(heard, units).gaps,
        reporting=lambda heard, units: found.part(heard, units).result(),
        unlimited=lambda: Units.each(asked.whole),
        of=asked.of,
    )


def _check(measure: str, context: str | Sequence[str] | None) -> None:
    if measure not in GAP_MEASURES:
        raise ArgumentError(f"measure={measure!r}: expected {listed(GAP_MEASURES)}")
    if context is not None and measure != "prior_corrected":
        raise ArgumentError(
            f"context= is of measure='prior_corrected', not {measure!r}"
        )


def _figure(measure: GapMeasure) -> Figure:
    if measure == "share":
        return MeanOfUnits()
    return AsAWhole(f"measure={measure!r} has no end: one text can outweigh all others")


@dataclass(frozen=True, slots=True)
class _Sides:
    """Texts and two sides of words that are to be asked about there.

    ``context`` is what to mask beside them: the same in every text, or one for each.
    """

    asked: Question[MaskedTokens]
    spelled: Spelled
    sides: tuple[tuple[str, ...], tuple[str, ...]]
    measure: GapMeasure
    context: str | Sequence[str] | None

    def askings(self) -> tuple[Asking[MaskedTokens], ...]:
        """The texts as they are; and with their context masked, where that counts."""
        as_they_are = word_askings(self.asked, self.spelled)
        if self.measure != "prior_corrected":
            return as_they_are
        each = self.context
        if each is None or isinstance(each, str):
            each = [each] * len(self.asked.examples)
        return (*as_they_are, masked_context(self.asked, self.spelled, each))

    def part(self, heard: AllHeard[MaskedTokens], units: Rows) -> _Gaps:
        """The gaps of these texts."""
        corrected = self.measure == "prior_corrected"
        said = heard[:-1] if corrected else heard
        scores = word_scores(self.asked, self.spelled, said, units)
        a, b = self._both(np.stack(scores.log_probabilities))
        lean = a - b
        if corrected:
            prior = heard[-1].given
            scores = replace(scores, cost=scores.cost + prior.cost)
            logs = prior.predictions.log_probabilities.astype(np.float64)
            first, second = self._both(logs.reshape(len(units), -1))
            lean = lean - (first - second)
        return _Gaps(self, self.asked.part(units), units, scores, a, b, lean)

    def _both(self, logs: Logs) -> tuple[Logs, Logs]:
        """The log of the probability of each side, of those of its words."""
        split = len(self.sides[0])
        return (
            np.logaddexp.reduce(logs[:, :split], axis=1),
            np.logaddexp.reduce(logs[:, split:], axis=1),
        )

    def parts(self, units: Rows) -> list[str]:
        """What the signature says of it, over these texts."""
        context = self.context
        some = len(units) < len(self.asked.examples)
        if some and context is not None and not isinstance(context, str):
            context = [context[row] for row in map(int, units)]
        return [
            f"masked_gap:{self.measure}",
            f"between:{'/'.join(self.names)}",
            *([] if context is None else [f"context:{context}"]),
        ]

    @property
    def names(self) -> tuple[str, str]:
        """Both sides, as reports have them."""
        return "|".join(self.sides[0]), "|".join(self.sides[1])


@dataclass(frozen=True, slots=True)
class _Gaps:
    """Log-probabilities of both sides in some texts, and how they lean to the first."""

    of: _Sides
    asked: Question[MaskedTokens]
    units: Rows
    scores: WordScores
    a: Logs
    b: Logs
    lean: Logs

    @property
    def gaps(self) -> Logs:
        """How far apart both sides are in each text."""
        # tanh(x / 2) is (p - q) / (p + q) for x = ln(p / q), without dividing 0 by 0.
        is_share = self.of.measure == "share"
        return np.abs(np.tanh(self.lean / 2) if is_share else self.lean)

    @property
    def mass(self) -> Logs:
        """The probability of both sides together in each text."""
        return np.exp(self.a) + np.exp(self.b)

    def outcomes(self) -> Outcomes:
        """The gap of each text."""
        examples = self.asked.examples
        return Outcomes(
            ids=examples.ids,
            scores=self.gaps,
            groups=examples.groups,
            alike=alike(examples),
        )

    def result(self) -> Result:
        """The mean of the gaps."""
        asked, n = self.asked, len(self.units)
        mass = Measurement(MASS, float(self.mass.min()), n, "higher")
        return result_over(
            asked,
            self._measurement(),
            behaviour="masked_gap",
            parts=self.of.parts(self.units),
            cases=self._cases(),
            failing=n,
            counts=Counts(truncated=int(self.scores.truncated.sum()), asked=n),
            cost=self.scores.cost,
            notes=(self._note(), *self.scores.notes),
            outcomes=self.outcomes(),
            also=(mass,),
        )

    def _measurement(self) -> Measurement:
        gaps, measure, (first, second) = self.gaps, self.of.measure, self.of.names
        most = 1.0 if measure == "share" else math.inf
        return Measurement.of(
            f"masked gap ({measure}) between {first} and {second}",
            float(gaps.mean()),
            len(gaps),
            "lower",
            MeanOf(gaps, least=0.0, most=most),
        )

    def _note(self) -> str:
        mass, (first, _) = self.mass, self.of.names
        return (
            f"{first} is the likelier in {int((self.lean > 0).sum()):,} of "
            f"{len(mass):,} texts; both together have probability {mass.mean():z.4f} "
            f"on average, {mass.min():z.4f} at least"
        )

    def _cases(self) -> tuple[Case, ...]:
        examples, gaps, (first, second) = self.asked.examples, self.gaps, self.of.names
        a, b = np.exp(self.a), np.exp(self.b)
        return tuple(
            Case(
                example_id=examples.ids[row],
                shown=examples.inputs["text"][row],
                expected=f"{first} as likely as {second}",
                observed=f"{first} {a[row]:z.4f}, {second} {b[row]:z.4f}, "
                f"gap {gaps[row]:z.2f}",
                severity=float(gaps[row]),
            )
            for row in map(int, np.argsort(-gaps, kind="stable")[:CASES_KEPT])
        )


def _sides(between: tuple[Side, Side]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if isinstance(between, str) or len(between) != 2:
        raise ArgumentError(f"between={between!r}: expected two words, or two sets")
    found = [
        (side,) if isinstance(side, str) else tuple(sorted(set(side)))
        for side in between
    ]
    if not all(side and all(side) for side in found):
        raise ArgumentError(
            f"between={between!r}: a side has no words, or an empty one"
        )
    return found[0], found[1]


def _refuse_shared(asked: Question[MaskedTokens], spelled: Spelled, split: int) -> None:
    """A word on both sides would make every gap smaller, or none at all."""
    rows = zip(spelled.words, spelled.tokens, strict=True)
    # Most texts spell the words alike.
    for words, tokens in dict.fromkeys(rows):
        known = list(zip(words, tokens, strict=True))
        for mine, one in known[:split]:
            for theirs, other in known[split:]:
                if one == other:
                    raise ArgumentError(
                        f"between=: {mine!r} and {theirs!r} are one token to "
                        f"{asked.card.name}, so there is no gap to measure"
                    )


def _contexts(
    context: str | Sequence[str] | None, asked: Question[MaskedTokens]
) -> str | Sequence[str] | None:
    """The context of the texts that are asked."""
    if context is None or isinstance(context, str):
        return context
    if len(context) != len(asked.whole):
        raise ArgumentError(
            f"context= has {counted(len(context), 'word')} for "
            f"{counted(len(asked.whole), 'text')}"
        )
    return asked.kept(context)
