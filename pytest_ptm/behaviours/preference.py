"""Which of two texts does a language model find likelier?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.asking import Question, question
from pytest_ptm.behaviours.cases import cases_of
from pytest_ptm.behaviours.choice import AnyModel, able_to
from pytest_ptm.behaviours.doubts import alike, doubts
from pytest_ptm.behaviours.inquiry import MeanOfUnits, Scores, Units, run
from pytest_ptm.behaviours.marked import figures_by_group
from pytest_ptm.behaviours.reporting import result_over
from pytest_ptm.behaviours.rowwise import AllHeard, Asking, Rowwise, each_example
from pytest_ptm.behaviours.scoring import declared_otherwise, scores
from pytest_ptm.behaviours.texts import Texts, texts_of
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.pairs import SWAPPED, WORSE
from pytest_ptm.engine.ask import Answers
from pytest_ptm.ground.display import clip, counted
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.results import Counts, Measurement, Outcomes, Result
from pytest_ptm.statistics.evidence import ShareOf
from pytest_ptm.tasks.protocol import Rows
from pytest_ptm.tasks.token_scores.answers import TokenScores

Score = Literal["sum", "mean"]
Among = Literal["all", "shared"]
_DECIMALS = 3
"""To which scores over shared tokens are rounded, as CrowS-Pairs does."""


def evaluate_prefers(
    model: AnyModel[Any],
    better: Texts,
    worse: str | Sequence[str] | None = None,
    *,
    score: Score = "sum",
    tokens: Among = "all",
) -> Result:
    """The share of pairs whose better text the model finds likelier, in [0, 1].

    Minimal pairs as of Warstadt et al. 2020 ("BLiMP", TACL), or of Nangia et al. 2020
    ("CrowS-Pairs", EMNLP), whose better text is the more stereotypical one. A tie is no
    preference, and counts among the pairs.

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)`` or ``load_model(…)``.
        better: the texts that should be likelier; or pairs, as ``load_pairs`` reads
            them.
        worse: the other text of each pair, unless ``better`` holds pairs.
        score: of a text, the "sum" of the log-probabilities of its tokens, or their
            "mean", which longer texts lose less by.
        tokens: which are scored: "all", or those that both texts "shared", aligned as
            CrowS-Pairs does (`difflib`) and rounded to three decimals.

    Raises:
        ArgumentError: ``score`` or ``tokens`` is wrong, or there is not one worse text
            for each better one.
        DataError: PTM217, both texts of a pair are the same; PTM216, one has no token
            to be scored.
        ModelError: the model cannot be loaded or asked.
    """
    return run(prefers(model, better, worse, score=score, tokens=tokens))


def prefers(
    model: AnyModel[Any],
    better: Texts,
    worse: str | Sequence[str] | None,
    *,
    score: Score,
    tokens: Among,
) -> Rowwise[TokenScores]:
    """The question behind `evaluate_prefers`."""
    for name, value, known in (
        ("score", score, get_args(Score)),
        ("tokens", tokens, get_args(Among)),
    ):
        if value not in known:
            raise ArgumentError(
                f"{name}={value!r}: expected {' or '.join(map(repr, known))}"
            )
    rows = _pairs(better, worse)
    asked = question(model, rows, able_to(scores, instead=declared_otherwise))
    _refuse_alike(asked.examples)
    judged = _Judged(asked, score, tokens)
    return Rowwise(
        examples=asked.examples,
        units=Units.each(asked.examples),
        figure=MeanOfUnits(),
        askings=(each_example(asked), _of_the_worse(asked)),
        scoring=lambda heard, units: judged.right(heard, units).astype(np.float64),
        reporting=judged.result,
        unlimited=lambda: Units.each(asked.whole),
        of=asked.of,
    )


def _pairs(better: Texts, worse: str | Sequence[str] | None) -> Examples:
    """Pairs as one row each: the better text, and the worse one beside it.

    Raises:
        ArgumentError: there is not one worse text for each.
    """
    rows = texts_of(better)
    if worse is None:
        if WORSE not in rows.inputs:
            raise ArgumentError(
                f"{rows.source} has no pairs: give the worse texts too, "
                "assert_prefers(model, better, worse, …), or load it with load_pairs"
            )
        return rows
    others = (worse,) if isinstance(worse, str) else tuple(worse)
    if len(others) != len(rows):
        raise ArgumentError(
            f"worse= has {counted(len(others), 'text')} for "
            f"{counted(len(rows), 'better text')}; give one for each"
        )
    given = [{"text": text} for text in others]
    checked = texts_of([row["text"] for row in given]).inputs["text"]
    return replace(rows, inputs={**rows.inputs, WORSE: checked})


def _refuse_alike(examples: Examples) -> None:
    """Refuse a pair of which no model could prefer either.

    Raises:
        DataError: PTM217.
    """
    pairs = zip(examples.inputs["text"], examples.inputs[WORSE], strict=True)
    same = [
        row for row, (one, other) in enumerate(pairs) if one.strip() == other.strip()
    ]
    if same:
        raise DataError(
            f"{examples.source}: both texts of {clip(examples.ids[same[0]], 40)} are "
            f"the same ({counted(len(same), 'such pair')}), and none can be preferred; "
            "leave them out",
            code="PTM217",
        )


def _of_the_worse(asked: Question[TokenScores]) -> Asking[TokenScores]:
    """The other text of each pair, after the same context."""
    rows = asked.examples
    inputs = {**rows.inputs, "text": rows.inputs[WORSE]}
    every = np.arange(len(rows), dtype=np.intp)
    return Asking(asked.predictor, replace(rows, inputs=inputs), every)


@dataclass(frozen=True, slots=True)
class _Judged:
    """Pairs, and how their texts are held against each other."""

    asked: Question[TokenScores]
    score: Score
    tokens: Among

    def right(self, heard: AllHeard[TokenScores], units: Rows) -> NDArray[np.bool_]:
        """Which of these pairs have a likelier better text, bool[n]."""
        better, worse = self.both(heard, units)
        return better > worse

    def both(
        self, heard: AllHeard[TokenScores], units: Rows
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The score of either text of these pairs, float64[n]."""
        better, worse = (each.given.predictions for each in heard)
        if self.tokens == "all":
            return self._scores(better), self._scores(worse)
        swapped = self.asked.examples.numbers.get(SWAPPED)
        found = np.zeros((len(units), 2))
        for row, unit in enumerate(map(int, units)):
            turned = swapped is not None and bool(swapped[unit][0])
            found[row] = self._shared(better, worse, row, turned=turned)
        return found[:, 0].round(_DECIMALS), found[:, 1].round(_DECIMALS)

    def _scores(self, said: TokenScores) -> Scores:
        return said.totals if self.score == "sum" else said.means

    def _shared(
        self, better: TokenScores, worse: TokenScores, row: int, *, turned: bool
    ) -> tuple[float, float]:
        """Both scores over the tokens that both texts have, aligned in their order."""
        one, other = better.of(row), worse.of(row)
        first, second = (other, one) if turned else (one, other)
        mine, theirs = _aligned(first.tokens.tolist(), second.tokens.tolist())
        if turned:
            mine, theirs = theirs, mine
        own = [one.log_probabilities[mine], other.log_probabilities[theirs]]
        scores = [float(each.astype(np.float64).sum()) for each in own]
        if self.score == "mean":
            scores = [each / max(1, len(mine)) for each in scores]
        return scores[0], scores[1]

    def result(self, heard: AllHeard[TokenScores], units: Rows) -> Result:
        """The share of these pairs that are told apart as they should be."""
        asked = self.asked.part(units)
        better, worse = self.both(heard, units)
        right = better > worse
        if (better == worse).all():
            raise DataError(
                f"preferred is undefined: all {len(units):,} pairs of "
                f"{asked.examples.source} are ties, so that the model tells nothing "
                "apart. Look at its weights, and at what tokens= leaves to be scored",
                code="PTM207",
            )

        def measure(rows: Rows) -> Measurement:
            hits, n = int(right[rows].sum()), len(rows)
            return Measurement.of("preferred", hits / n, n, "higher", ShareOf(hits, n))

        wrong = np.flatnonzero(~right)
        cases = cases_of(
            asked.examples,
            wrong,
            severity=lambda row: float(worse[row] - better[row]),
            expected=lambda row: "the first likelier",
            observed=lambda row: f"{better[row]:.3f} and {worse[row]:.3f} nats",
        )
        every = np.arange(len(units), dtype=np.intp)
        first, second = (each.given for each in heard)
        return result_over(
            asked,
            measure(every),
            behaviour="preference",
            parts=("preferred", f"score:{self.score}", f"tokens:{self.tokens}"),
            by_group=[
                group
                for column in asked.examples.groups
                for group in figures_by_group(asked.examples, column, measure)
            ],
            cases=cases,
            failing=len(wrong),
            counts=_counts(first, second),
            cost=first.cost + second.cost,
            notes=(
                *_ties(asked.examples, better, worse),
                *doubts(asked.examples, first),
            ),
            outcomes=Outcomes(
                ids=asked.examples.ids,
                right=right,
                scores=right.astype(np.float64),
                groups=asked.examples.groups,
                alike=alike(asked.examples),
            ),
        )


def _aligned(
    first: Sequence[int], second: Sequence[int]
) -> tuple[list[int], list[int]]:
    """Places of the tokens that both have, in either of them.

    As CrowS-Pairs aligns them: `difflib` over whole sentences, whose first and last
    token are special ones that always match.
    """
    matcher = SequenceMatcher(None, [-1, *first, -2], [-1, *second, -2])
    mine: list[int] = []
    theirs: list[int] = []
    for one, other, size in matcher.get_matching_blocks():
        mine += range(one - 1, one - 1 + size)
        theirs += range(other - 1, other - 1 + size)
    kept = [
        (one, other)
        for one, other in zip(mine, theirs, strict=True)
        if 0 <= one < len(first)
    ]
    return [one for one, _ in kept], [other for _, other in kept]


def _counts(better: Answers[TokenScores], worse: Answers[TokenScores]) -> Counts:
    truncated = int((better.truncated | worse.truncated).sum())
    return Counts(truncated=truncated, asked=len(better.truncated))


def _ties(examples: Examples, better: Scores, worse: Scores) -> list[str]:
    rows = np.flatnonzero(better == worse)
    if not len(rows):
        return []
    first = clip(examples.ids[int(rows[0])], 40)
    return [
        f"{len(rows):,} of {len(examples):,} pairs are ties (first: {first}): neither "
        "text is preferred"
    ]
