"""Does a masked model put the right word where the mask is?"""

from __future__ import annotations

from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.asking import Question, digest, signature
from pytest_ptm.behaviours.cloze import (
    Texts,
    WordScores,
    cloze,
    entries_of,
    score_words,
    spell,
    texts_of,
)
from pytest_ptm.behaviours.doubts import alike
from pytest_ptm.datasets.examples import Examples, Label
from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results import CASES_KEPT, Case, Counts, Measurement, Outcomes, Result
from pytest_ptm.statistics.evidence import ShareOf
from pytest_ptm.tasks.fill_mask import AnyMaskedModel, MaskedTokens

Words = str | Set[str]
Expect = Words | Sequence[Words]
"""A word; a set of words, any of which is right; one of these for each text; or the
name of a column that holds them."""

_SHOWN = 5


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
    _check(expect, forbid, within_top, candidates, at_least_probability)
    rows = texts_of(texts)
    asked = cloze(model, rows)
    right = None
    if expect is not None:
        right = list(entries_of(_expected(expect, rows), rows, asked.examples))
    wrong = tuple(dict.fromkeys(forbid))
    ranked = _ranked(asked, right, wrong, candidates)
    least = at_least_probability or 0.0
    judged = [
        _judged(ranked, row, right[row] if right else (), wrong, within_top, least)
        for row in range(len(asked.examples))
    ]
    good = np.array([row.right for row in judged], dtype=np.bool_)
    hits, n = int(good.sum()), len(judged)
    return Result(
        behaviour="masked_prediction",
        model=asked.card,
        task=asked.predictor.task,
        measurement=Measurement.of(
            _metric(expect, within_top, candidates, at_least_probability),
            hits / n,
            n,
            "higher",
            ShareOf(hits, n),
        ),
        signature=signature(
            asked,
            f"masked_prediction@{within_top}",
            f"words:{digest(repr((right, wrong, candidates)))}",
            *([f"candidates:{len(candidates)}"] if candidates else []),
            *([f"p:{at_least_probability}"] if at_least_probability else []),
        ),
        cases=_cases(asked, judged),
        failing=n - hits,
        counts=Counts(
            truncated=ranked.scores.truncated, asked=len(ranked.scores.words)
        ),
        cost=ranked.scores.cost,
        notes=ranked.scores.notes,
        of=asked.of,
        data=asked.examples.fingerprint,
        outcomes=Outcomes(
            ids=asked.examples.ids,
            right=good,
            scores=good.astype(np.float64),
            groups=asked.examples.groups,
            alike=alike(asked.examples),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Ranked:
    """Words of each row with probability, worst and best rank."""

    scores: WordScores
    probabilities: tuple[NDArray[np.float64], ...]
    worst: tuple[NDArray[np.int32], ...]
    best: tuple[NDArray[np.int32], ...]
    among: bool

    def top(self, row: int) -> str:
        """The likeliest words of a row, with probabilities."""
        if not self.among and self.scores.top is not None:
            return self.scores.top.said(row, _SHOWN)
        order = np.argsort(-self.probabilities[row], kind="stable")[:_SHOWN]
        words = self.scores.words[row]
        return ", ".join(
            f"{words[int(at)]} {self.probabilities[row][at]:.4f}" for at in order
        )


@dataclass(frozen=True, slots=True)
class _Row:
    right: bool
    expected: str
    observed: str
    severity: float


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
    if isinstance(within_top, bool) or within_top < 1:
        raise ArgumentError(f"within_top={within_top!r}: expected 1 or more")
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
            return [_words_of(label) for label in examples.labels]
        return [(expect,)] * n
    if isinstance(expect, Set):
        return [_any_of(expect)] * n
    if len(expect) != n:
        raise ArgumentError(
            f"expect= has {len(expect)} entries for {n} texts; a list has one for "
            "each text, and a set holds several that are right"
        )
    return [(each,) if isinstance(each, str) else _any_of(each) for each in expect]


def _any_of(words: Set[str]) -> tuple[str, ...]:
    if not words or not all(words):
        raise ArgumentError(f"expect={words!r}: expected words")
    # A set has no order of its own, and what is asked must have one.
    return tuple(sorted(words))


def _words_of(label: Label) -> tuple[str, ...]:
    return tuple(map(str, label)) if isinstance(label, tuple) else (str(label),)


def _ranked(
    asked: Question[MaskedTokens],
    right: list[tuple[str, ...]] | None,
    wrong: tuple[str, ...],
    candidates: Sequence[str] | None,
) -> _Ranked:
    wanted = right or [()] * len(asked.examples)
    if candidates is None:
        words = [tuple(dict.fromkeys((*row, *wrong))) for row in wanted]
        scores = score_words(asked, spell(asked, words, whole=False))
        found = tuple(np.exp(logs) for logs in scores.log_probabilities)
        best = tuple(r - t for r, t in zip(scores.ranks, scores.ties, strict=True))
        return _Ranked(scores, found, scores.ranks, best, among=False)
    named = {*wrong, *(word for row in wanted for word in row)}
    strange = sorted(named - set(candidates))
    if strange:
        raise ArgumentError(f"{listed(strange)} is not among the candidates")
    words = [tuple(candidates)] * len(wanted)
    scores = score_words(asked, spell(asked, words, whole=True))
    shares: list[NDArray[np.float64]] = []
    worst: list[NDArray[np.int32]] = []
    best_of: list[NDArray[np.int32]] = []
    for logs in scores.log_probabilities:
        raised = np.exp(logs - logs.max())
        shares.append(raised / raised.sum())
        above = (logs[None, :] > logs[:, None]).sum(axis=1)
        best_of.append((above + 1).astype(np.int32))
        worst.append((logs[None, :] >= logs[:, None]).sum(axis=1).astype(np.int32))
    return _Ranked(scores, tuple(shares), tuple(worst), tuple(best_of), among=True)


def _judged(
    ranked: _Ranked,
    row: int,
    right: Sequence[str],
    wrong: Sequence[str],
    within_top: int,
    least: float,
) -> _Row:
    words = ranked.scores.words[row]
    p, worst, best = ranked.probabilities[row], ranked.worst[row], ranked.best[row]
    at = {word: place for place, word in enumerate(words)}
    mine = sorted((int(worst[at[word]]), -p[at[word]], word) for word in right)
    fine = not mine or any(
        rank <= within_top and -negative >= least for rank, negative, _ in mine
    )
    bad = [word for word in wrong if best[at[word]] <= within_top]
    said: list[str] = []
    if not fine:
        rank, negative, word = mine[0]
        others = f" (of {len(mine)})" if len(mine) > 1 else ""
        said.append(f"{word}{others}, which has rank {rank:,} at {-negative:.4f}")
    said += [f"not {word}, which has rank {best[at[word]]:,}" for word in bad]
    missed = 0.0 if fine else 1.0 - max(float(p[at[word]]) for word in right)
    return _Row(
        right=fine and not bad,
        expected=" and ".join(said),
        observed=ranked.top(row),
        severity=max([missed, *(float(p[at[word]]) for word in bad)]),
    )


def _metric(
    expect: Expect | None,
    within_top: int,
    candidates: Sequence[str] | None,
    at_least_probability: float | None,
) -> str:
    what = "forbidden words outside" if expect is None else "expected words within"
    among = f" of {len(candidates)} candidates" if candidates else ""
    p = f" at p >= {at_least_probability:g}" if at_least_probability else ""
    return f"{what} the top {within_top}{among}{p}"


def _cases(asked: Question[MaskedTokens], rows: Sequence[_Row]) -> tuple[Case, ...]:
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
