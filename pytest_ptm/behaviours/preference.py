"""Which of two texts does a language model find likelier?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal, get_args

import numpy as np

from pytest_ptm.behaviours.asking import Question, question
from pytest_ptm.behaviours.choice import AnyModel, able_to
from pytest_ptm.behaviours.inquiry import Scores, run
from pytest_ptm.behaviours.rowwise import AllHeard, Rowwise
from pytest_ptm.behaviours.scoring import declared_otherwise, scores
from pytest_ptm.behaviours.texts import Texts, texts_of
from pytest_ptm.behaviours.told_apart import ToldApart, Weighed, Words, beside
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.pairs import SWAPPED, WORSE
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results import Result
from pytest_ptm.tasks.protocol import Rows
from pytest_ptm.tasks.token_scores.answers import TokenScores

Score = Literal["sum", "mean"]
Among = Literal["all", "shared"]
_DECIMALS = 3
"""To which scores over shared tokens are rounded, as CrowS-Pairs does."""
_WORDS = Words(
    unit="pair",
    metric="preferred",
    behaviour="preference",
    of_one="both texts of {} are the same",
    look_at="what tokens= leaves to be scored",
    expected="the first likelier",
    observed="{:z.3f} and {:z.3f} nats",
)


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
    judged = _Judged(asked, score, tokens)
    return ToldApart(
        asked,
        (WORSE,),
        _WORDS,
        judged.weighed,
        parts=(f"score:{score}", f"tokens:{tokens}"),
    ).inquiry()


def _pairs(better: Texts, worse: str | Sequence[str] | None) -> Examples:
    """Pairs as one row each: the better text, and the worse one beside it.

    Raises:
        ArgumentError: there is not one worse text for each.
    """
    rows = texts_of(better)
    if worse is None and WORSE not in rows.inputs:
        raise ArgumentError(
            f"{rows.source} has no pairs: give the worse texts too, "
            "assert_prefers(model, better, worse, …), or load it with load_pairs"
        )
    return beside(rows, {WORSE: worse}, one="better text")


@dataclass(frozen=True, slots=True)
class _Judged:
    """Pairs, and how their texts are held against each other."""

    asked: Question[TokenScores]
    score: Score
    tokens: Among

    def weighed(self, heard: AllHeard[TokenScores], units: Rows) -> Weighed:
        """The score of either text of these pairs."""
        better, worse = (each.given.predictions for each in heard)
        if self.tokens == "all":
            return Weighed(self._scores(better), self._scores(worse))
        swapped = self.asked.examples.numbers.get(SWAPPED)
        found = np.zeros((len(units), 2))
        for row, unit in enumerate(map(int, units)):
            turned = swapped is not None and bool(swapped[unit][0])
            found[row] = self._shared(better, worse, row, turned=turned)
        found = found.round(_DECIMALS)
        return Weighed(found[:, 0], found[:, 1])

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
