"""Does a masked model put the right word where the mask is?"""

from __future__ import annotations

from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass

import numpy as np

from pytest_ptm.behaviours.asking import Question
from pytest_ptm.behaviours.cloze import cloze, refuse_every_token
from pytest_ptm.behaviours.doubts import alike
from pytest_ptm.behaviours.inquiry import MeanOfUnits, Scores, Units, run
from pytest_ptm.behaviours.reporting import result_over
from pytest_ptm.behaviours.rowwise import AllHeard, Rowwise
from pytest_ptm.behaviours.texts import Texts
from pytest_ptm.behaviours.wanted import FilledText, WantedWords, judged
from pytest_ptm.behaviours.words import (
    Spelled,
    WordScores,
    spell,
    word_askings,
    word_scores,
)
from pytest_ptm.datasets.examples import Examples, Label
from pytest_ptm.ground.display import counted
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.ground.whole import require_whole
from pytest_ptm.results import CASES_KEPT, Case, Counts, Measurement, Outcomes, Result
from pytest_ptm.statistics.evidence import ShareOf
from pytest_ptm.tasks.fill_mask import AnyMaskedModel, MaskedTokens
from pytest_ptm.tasks.protocol import Rows
from pytest_ptm.tasks.truth import labels_of

Words = str | Set[str]
Expect = Words | Sequence[Words]
"""A word; a set of words, any of which is right; one of these for each text; or the
name of a column that holds them."""


def evaluate_masked_prediction(
    model: AnyMaskedModel,
    texts: Texts,
    *,
    expect: Expect | None = None,
    forbid: Collection[str] = (),
    within_top: int = 1,
    candidates: Sequence[str] | None = None,
    at_least_probability: float | None = None,
) -> Result:
    """The share of texts whose mask the model fills as it should, in [0, 1].

    A text is right if an expected word is among the ``within_top`` likeliest (and, if
    so asked, likely enough) and no forbidden word is. Tokens that are equally likely
    share the last of their places for ``expect`` and the first for ``forbid``.

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)`` or ``load_model(…)``.
        texts: a text, several, or what ``load_examples`` takes; each with one
            ``[MASK]``.
        expect: a word, a set of words (any of them is right), a list of these as long
            as the texts, or the name of a column: ``"label"`` or one of the groups.
        forbid: words that must not be among the ``within_top`` likeliest.
        within_top: how many of the likeliest words count, 1 or more.
        candidates: rank only these, as whole words: one of several tokens gets as many
            masks, and its probability is the product of its tokens'. Probabilities are
            then shares among the candidates.
        at_least_probability: what an expected word must have, in [0, 1].

    Raises:
        ArgumentError: an argument is wrong.
        DataError: PTM211, a text has no mask or several; PTM212, a mask was cut off;
            PTM213, a word cannot be compared.
        ModelError: the model cannot be loaded or asked.
    """
    return run(
        masked_prediction(
            model,
            texts,
            expect=expect,
            forbid=forbid,
            within_top=within_top,
            candidates=candidates,
            at_least_probability=at_least_probability,
        )
    )


def masked_prediction(
    model: AnyMaskedModel,
    texts: Texts,
    *,
    expect: Expect | None,
    forbid: Collection[str],
    within_top: int,
    candidates: Sequence[str] | None,
    at_least_probability: float | None,
) -> Rowwise[MaskedTokens]:
    """The question behind `evaluate_masked_prediction`."""
    within_top = require_whole("within_top", within_top, least=1)
    _check(expect, forbid, within_top, candidates, at_least_probability)
    asked = cloze(model, texts)
    if candidates is None:
        refuse_every_token(asked, within_top)
    right = None
    if expect is not None:
        right = tuple(asked.kept(_expected(expect, asked.whole)))
    wanted = WantedWords(
        right=right,
        wrong=tuple(dict.fromkeys(forbid)),
        within_top=within_top,
        candidates=candidates,
        least=at_least_probability or 0.0,
    )
    words = wanted.words(len(asked.examples))
    spelled = spell(asked, words, whole=candidates is not None)
    found = _Filled(asked, spelled, wanted)
    return Rowwise(
        examples=asked.examples,
        units=Units.each(asked.examples),
        figure=MeanOfUnits(),
        askings=word_askings(asked, spelled),
        scoring=lambda heard, units: found.part(heard, units).scores_of_texts,
        reporting=lambda heard, units: found.part(heard, units).result(),
        unlimited=lambda: Units.each(asked.whole),
        of=asked.of,
    )


@dataclass(frozen=True, slots=True)
class _Filled:
    """Texts, the words asked about, and what is wanted of them; nothing is heard."""

    asked: Question[MaskedTokens]
    spelled: Spelled
    wanted: WantedWords

    def part(self, heard: AllHeard[MaskedTokens], units: Rows) -> _Judged:
        """What was heard of these rows, judged."""
        wanted = self.wanted.take(units)
        scores = word_scores(self.asked, self.spelled, heard, units)
        part = self.asked.part(units)
        return _Judged(part, wanted, scores, judged(scores, wanted))


@dataclass(frozen=True, slots=True)
class _Judged:
    """Rows with what is wanted of them, and what came of each."""

    asked: Question[MaskedTokens]
    wanted: WantedWords
    scores: WordScores
    rows: tuple[FilledText, ...]

    @property
    def scores_of_texts(self) -> Scores:
        """1 for each text that is right."""
        return np.array([row.right for row in self.rows], dtype=np.float64)

    def outcomes(self) -> Outcomes:
        """Which texts are right."""
        examples, scores = self.asked.examples, self.scores_of_texts
        return Outcomes(
            ids=examples.ids,
            right=scores == 1,
            scores=scores,
            groups=examples.groups,
            alike=alike(examples),
        )

    def result(self) -> Result:
        """The share of texts that are right."""
        asked, n = self.asked, len(self.rows)
        hits = sum(row.right for row in self.rows)
        return result_over(
            asked,
            Measurement.of(self.wanted.title, hits / n, n, "higher", ShareOf(hits, n)),
            behaviour="masked_prediction",
            parts=self.wanted.parts,
            cases=_cases(asked, self.rows),
            failing=n - hits,
            counts=Counts(truncated=int(self.scores.truncated.sum()), asked=n),
            cost=self.scores.cost,
            notes=self.scores.notes,
            outcomes=self.outcomes(),
        )


def _check(
    expect: Expect | None,
    forbid: Collection[str],
    within_top: int,
    candidates: Sequence[str] | None,
    at_least_probability: float | None,
) -> None:
    if isinstance(forbid, str):
        raise ArgumentError(
            f"forbid={forbid!r}: expected a set, such as {{{forbid!r}}}"
        )
    if expect is None and not forbid:
        raise ArgumentError("give expect=, forbid=, or both: there is nothing to judge")
    if isinstance(candidates, str):
        raise ArgumentError(f"candidates={candidates!r}: expected a list of words")
    if candidates is not None:
        if len(set(candidates)) < 2 or len(set(candidates)) < len(candidates):
            raise ArgumentError(
                f"candidates={list(candidates)!r}: expected two different words or more"
            )
        if within_top >= len(candidates):
            raise ArgumentError(
                f"within_top={within_top} of {len(candidates)} candidates is always "
                "so; take fewer"
            )
    if at_least_probability is None:
        return
    if expect is None:
        raise ArgumentError("at_least_probability= is about expect=, which is missing")
    if not 0 < at_least_probability <= 1:
        raise ArgumentError(
            f"at_least_probability={at_least_probability!r}: expected 0 to 1"
        )


def _expected(expect: Expect, examples: Examples) -> list[tuple[str, ...]]:
    """The words that are right in each row."""
    n = len(examples)
    if isinstance(expect, str):
        if expect in examples.groups:
            return [(word,) for word in examples.groups[expect]]
        if expect == "label" and examples.labels is not None:
            return [_words_of(label) for label in labels_of(examples)]
        return [(expect,)] * n
    if isinstance(expect, Set):
        return [_any_of(expect)] * n
    if len(expect) != n:
        raise ArgumentError(
            f"expect= has {counted(len(expect), 'value')} for {counted(n, 'text')}; a "
            "list has one for each text, and a set holds several that are right"
        )
    return [(each,) if isinstance(each, str) else _any_of(each) for each in expect]


def _any_of(words: Set[str]) -> tuple[str, ...]:
    if not words or not all(words):
        raise ArgumentError(f"expect={words!r}: expected words")
    # A set has no order of its own, and what is asked must have one.
    return tuple(sorted(words))


def _words_of(label: Label) -> tuple[str, ...]:
    return tuple(map(str, label)) if isinstance(label, tuple) else (str(label),)


def _cases(
    asked: Question[MaskedTokens], rows: Sequence[FilledText]
) -> tuple[Case, ...]:
    failed = [(-row.severity, place) for place, row in enumerate(rows) if not row.right]
    examples = asked.examples
    return tuple(
        Case(
            example_id=examples.ids[place],
            shown=examples.inputs["text"][place],
            expected=rows[place].expected,
            observed=rows[place].observed,
            severity=-negative,
        )
        for negative, place in sorted(failed)[:CASES_KEPT]
    )
