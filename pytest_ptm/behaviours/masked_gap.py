"""Does a mask prefer one word, or one set of words, over another?"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.asking import Question, signature
from pytest_ptm.behaviours.cloze import (
    Spelled,
    Texts,
    cloze,
    entries_of,
    masked_model,
    require_masks,
    score_words,
    spell,
    texts_of,
)
from pytest_ptm.behaviours.doubts import alike
from pytest_ptm.engine.ask import ask
from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results import (
    CASES_KEPT,
    Case,
    Cost,
    Counts,
    Measurement,
    Outcomes,
    Result,
)
from pytest_ptm.statistics.evidence import MeanOf
from pytest_ptm.tasks.fill_mask import (
    MASK,
    AnyMaskedModel,
    MaskedLanguageModel,
    MaskedTokens,
    wanted_text,
)

Side = str | Set[str] | Sequence[str]
GapMeasure = Literal["share", "log_ratio", "prior_corrected"]
Logs = NDArray[np.float64]

GAP_MEASURES: tuple[GapMeasure, ...] = ("share", "log_ratio", "prior_corrected")
MASS = "smallest probability of both sides"
"""The name of the figure that ``at_least_mass`` bounds."""

_WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")


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
    sides = _sides(between)
    if measure not in GAP_MEASURES:
        raise ArgumentError(f"measure={measure!r}: expected {listed(GAP_MEASURES)}")
    if context is not None and measure != "prior_corrected":
        raise ArgumentError(
            f"context= is of measure='prior_corrected', not {measure!r}"
        )
    rows = texts_of(texts)
    asked = cloze(model, rows)
    if context is not None and not isinstance(context, str):
        context = entries_of(context, rows, asked.examples)
    words = sides[0] + sides[1]
    spelled = spell(asked, [words] * len(asked.examples), whole=False)
    _refuse_shared(asked, spelled, len(sides[0]))
    scores = score_words(asked, spelled)
    logs = np.stack(scores.log_probabilities)
    split = len(sides[0])
    a, b = _sum(logs[:, :split]), _sum(logs[:, split:])
    cost, lean = scores.cost, a - b
    if measure == "prior_corrected":
        prior = _priors(asked, spelled, context)
        cost += prior.cost
        lean = lean - (_sum(prior.logs[:, :split]) - _sum(prior.logs[:, split:]))
    # tanh(x / 2) is (p - q) / (p + q) for x = ln(p / q), without dividing 0 by 0.
    gaps = np.abs(np.tanh(lean / 2) if measure == "share" else lean)
    n = len(gaps)
    mass = np.exp(a) + np.exp(b)
    names = tuple("|".join(side) for side in sides)
    return Result(
        behaviour="masked_gap",
        model=asked.card,
        task=asked.predictor.task,
        measurement=Measurement.of(
            f"masked gap ({measure}) between {names[0]} and {names[1]}",
            float(gaps.mean()),
            n,
            "lower",
            MeanOf(gaps, least=0.0, most=1.0 if measure == "share" else math.inf),
        ),
        signature=signature(
            asked,
            f"masked_gap:{measure}",
            f"between:{'/'.join(names)}",
            *([] if context is None else [f"context:{context}"]),
        ),
        cases=_cases(asked, gaps, np.exp(a), np.exp(b), names),
        failing=n,
        counts=Counts(truncated=scores.truncated, asked=len(scores.words)),
        cost=cost,
        notes=(
            f"{names[0]} is the likelier in {int((lean > 0).sum()):,} of {n:,} texts; "
            f"both together have probability {mass.mean():.4f} on average, "
            f"{mass.min():.4f} at least",
            *scores.notes,
        ),
        of=asked.of,
        data=asked.examples.fingerprint,
        outcomes=Outcomes(
            ids=asked.examples.ids,
            scores=gaps,
            groups=asked.examples.groups,
            alike=alike(asked.examples),
        ),
        also=(Measurement(MASS, float(mass.min()), n, "higher"),),
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


@dataclass(frozen=True, slots=True)
class _Priors:
    logs: Logs
    cost: Cost


def _priors(
    asked: Question[MaskedTokens],
    spelled: Spelled,
    context: str | Sequence[str] | None,
) -> _Priors:
    """Log-probabilities float64[texts, words] at the masks, their context masked."""
    texts = asked.examples.inputs["text"]
    hidden = _hidden(masked_model(asked), texts, _contexts(context, asked))
    wanted: list[str] = []
    for (before, _), tokens in zip(hidden, spelled.tokens, strict=True):
        # Only the mask that the text had itself is asked about.
        empty: list[list[int]] = [[] for _ in range(before.count(MASK))]
        wanted.append(wanted_text([*empty, [token for (token,) in tokens]]))
    masked = tuple(MASK.join(halves) for halves in hidden)
    inputs = {"text": masked, "wanted": tuple(wanted)}
    examples = replace(asked.examples, inputs=inputs)
    answers = ask(asked.predictor, examples)
    require_masks(examples, answers, [text.count(MASK) for text in masked])
    logs = answers.predictions.log_probabilities.reshape(len(texts), -1)
    return _Priors(logs.astype(np.float64), answers.cost)


def _contexts(
    context: str | Sequence[str] | None, asked: Question[MaskedTokens]
) -> Sequence[str | None]:
    n = len(asked.examples)
    if context is None or isinstance(context, str):
        return [context] * n
    if len(context) != n:
        raise ArgumentError(f"context= has {len(context)} words for {n} texts")
    return context


@dataclass(frozen=True, slots=True)
class _Spot:
    """A word of a text, by its places, in the part before the mask or after it."""

    row: int
    half: int
    start: int
    end: int


def _hidden(
    model: MaskedLanguageModel, texts: Sequence[str], contexts: Sequence[str | None]
) -> list[tuple[str, str]]:
    """What stands before and after each mask, its words masked.

    Each by as many masks as it has tokens where it stands.
    """
    halves = [tuple(text.split(MASK)) for text in texts]
    spots = [
        _Spot(row, half, *found.span())
        for row, what in enumerate(contexts)
        for half, found in _words(halves[row], what, texts[row])
    ]
    around = [_around(halves[spot.row], spot) for spot in spots]
    columns = [list(column) for column in zip(*around, strict=True)] or [[], [], []]
    counts = [max(1, len(ids or ())) for ids in model.pieces(*columns)]
    parts = [list(pair) for pair in halves]
    # From the end, so that places before it stay where they are.
    for spot, count in zip(reversed(spots), reversed(counts), strict=True):
        text = parts[spot.row][spot.half]
        masked = text[: spot.start] + MASK * count + text[spot.end :]
        parts[spot.row][spot.half] = masked
    return [(before, after) for before, after in parts]


def _words(
    halves: Sequence[str], what: str | None, text: str
) -> list[tuple[int, re.Match[str]]]:
    """The words to mask: every one, or those that are ``what``; and in which half."""
    word = _WORD if what is None else re.compile(rf"(?<!\w){re.escape(what)}(?!\w)")
    found = [
        (half, match)
        for half, part in enumerate(halves)
        for match in word.finditer(part)
    ]
    if what is not None and not found:
        raise ArgumentError(f"context={what!r} does not stand in {text!r}")
    return found


def _around(halves: Sequence[str], spot: _Spot) -> tuple[str, str, str]:
    """What stands before a word, the word, and what stands after it."""
    text = halves[spot.half]
    before, after = text[: spot.start], text[spot.end :]
    if spot.half:
        before = f"{halves[0]}{MASK}{before}"
    else:
        after = f"{after}{MASK}{halves[1]}"
    return before, text[spot.start : spot.end], after


def _sum(logs: Logs) -> Logs:
    """The log of the sum of the probabilities of each row."""
    return np.logaddexp.reduce(logs, axis=1)


def _cases(
    asked: Question[MaskedTokens],
    gaps: Logs,
    a: Logs,
    b: Logs,
    names: tuple[str, ...],
) -> tuple[Case, ...]:
    examples = asked.examples
    return tuple(
        Case(
            example_id=examples.ids[row],
            shown=examples.inputs["text"][row],
            expected=f"{names[0]} as likely as {names[1]}",
            observed=f"{names[0]} {a[row]:.4f}, {names[1]} {b[row]:.4f}, "
            f"gap {gaps[row]:.2f}",
            severity=float(gaps[row]),
        )
        for row in map(int, np.argsort(-gaps, kind="stable")[:CASES_KEPT])
    )
