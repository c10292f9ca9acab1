"""Metrics of an order: do the right examples score higher?

Classes are ranked by their log odds, computed from the logits: probabilities within
1e-16 of 1 would be ties that the model never made.
"""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.metrics.classification.comparison import Comparison
from pytest_ptm.metrics.classification.tallies import Figures
from pytest_ptm.metrics.protocol import Estimate
from pytest_ptm.statistics.evidence import AreaOf, Exactly
from pytest_ptm.statistics.ranking import auc, exact_auc
from pytest_ptm.tasks.classes.answers import Classification

_ADD_EXAMPLES = "Add examples of the class that is missing."


def log_odds(predictions: Classification) -> Figures:
    """Log odds of each class, float64[n, k]; as fine as the logits themselves.

    Of over two classes those that only rounding sets apart are equal: else the order of
    the classes, or what is added to all logits of a row, would decide a tie.
    """
    logits = predictions.logits.astype(np.float64)
    if predictions.multi_label:
        return logits
    # The log of the sum over all other classes: those to the left, those to the right.
    # Subtracting the class from the full sum would cancel where it is nearly all of it.
    nothing = np.full((len(logits), 1), -np.inf)
    left = np.logaddexp.accumulate(logits, axis=1)
    right = np.logaddexp.accumulate(logits[:, ::-1], axis=1)[:, ::-1]
    others = np.logaddexp(
        np.hstack([nothing, left[:, :-1]]), np.hstack([right[:, 1:], nothing])
    )
    odds = logits - others
    return odds if logits.shape[1] <= 2 else _level(odds, _rounding(logits))


def _rounding(logits: Figures) -> float:
    """How far apart the sums above may make what is equal."""
    size = float(np.abs(logits).max(initial=1.0))
    return 4 * logits.shape[1] * float(np.finfo(np.float64).eps) * size


def _level(columns: Figures, reach: float) -> Figures:
    """Each column with those no farther than this above another one as that is."""
    order = np.argsort(columns, axis=0, kind="stable")
    ranked = np.take_along_axis(columns, order, axis=0)
    begins = np.diff(ranked, axis=0, prepend=-np.inf) > reach
    rows = np.arange(len(columns))[:, np.newaxis]
    firsts = np.maximum.accumulate(np.where(begins, rows, 0), axis=0)
    found = np.empty_like(columns)
    np.put_along_axis(found, order, np.take_along_axis(ranked, firsts, axis=0), axis=0)
    return found


def roc_auc(asked: Comparison) -> Estimate:
    """Area under the ROC curve; multi-label, the mean over the classes."""
    scores = log_odds(asked.predictions)
    if asked.multi_label:
        _require_both_sides(asked)
        return _averaged(_one_against_rest(asked, scores))
    k = len(asked.predictions.class_names)
    if k > 2:
        raise ArgumentError(
            f"roc_auc is for two classes and the predictions have {k}; use roc_auc_ovr "
            "(each class against the rest) or roc_auc_ovo (each pair)"
        )
    positive = asked.memberships[:, asked.positive_class]
    if positive.all() or not positive.any():
        raise asked.undefined("only one class", instead=_ADD_EXAMPLES)
    ranked = scores[:, asked.positive_class]
    return auc(ranked, positive), AreaOf(ranked, positive)


def roc_auc_ovr(asked: Comparison) -> Estimate:
    """Mean area under the ROC curve of each class against the rest."""
    _require_both_sides(asked)
    return _averaged(_one_against_rest(asked, log_odds(asked.predictions)))


def roc_auc_ovr_weighted(asked: Comparison) -> Estimate:
    """As roc_auc_ovr, each class weighted by its gold labels."""
    _require_both_sides(asked)
    areas = _one_against_rest(asked, log_odds(asked.predictions))
    return _averaged(areas, asked.memberships.sum(axis=0).tolist())


def roc_auc_ovo(asked: Comparison) -> Estimate:
    """Mean area under the ROC curve over pairs of classes (Hand and Till 2001)."""
    areas, _ = _one_against_one(asked)
    return _averaged(areas)


def roc_auc_ovo_weighted(asked: Comparison) -> Estimate:
    """As roc_auc_ovo, each pair weighted by its gold labels."""
    areas, sizes = _one_against_one(asked)
    return _averaged(areas, sizes)


def average_precision(asked: Comparison) -> Estimate:
    """Mean precision at each positive example, best score first; a tie is one step.

    Of the positive class against all others; nothing is interpolated.
    """
    positive = asked.memberships[:, asked.positive_class]
    if not positive.any():
        raise asked.undefined(
            f"{asked.named([asked.positive_class])} was never the gold label",
            instead="Add examples with this label.",
        )
    scores = log_odds(asked.predictions)[:, asked.positive_class]
    order = np.argsort(-scores, kind="stable")
    last_of_tie = np.append(np.diff(scores[order]) != 0, True)
    hits = np.cumsum(positive[order])[last_of_tie]
    shown = np.flatnonzero(last_of_tie) + 1
    steps = np.diff(hits, prepend=0)
    return float((steps * hits / shown).sum() / hits[-1]), None


def _averaged(areas: list[Fraction], weights: list[int] | None = None) -> Estimate:
    """Their mean, rounded once: one of rounded areas can miss a bound it meets."""
    weighed = weights or [1] * len(areas)
    pairs = zip(areas, weighed, strict=True)
    total = sum((area * weight for area, weight in pairs), start=Fraction(0))
    mean = total / sum(weighed)
    return float(mean), Exactly(mean)


def _area(scores: Figures, positive: NDArray[np.bool_]) -> Fraction:
    # None only without rows on either side, which whoever asks has refused.
    return exact_auc(scores, positive) or Fraction(0)


def _one_against_rest(asked: Comparison, scores: Figures) -> list[Fraction]:
    columns = range(scores.shape[1])
    return [_area(scores[:, c], asked.memberships[:, c]) for c in columns]


def _one_against_one(asked: Comparison) -> tuple[list[Fraction], list[int]]:
    """For each pair of classes the mean of both areas, and how many rows it has."""
    _require_both_sides(asked)
    scores = log_odds(asked.predictions)
    rows = [np.flatnonzero(column) for column in asked.memberships.T]
    areas: list[Fraction] = []
    sizes: list[int] = []
    for one, other in itertools.combinations(range(len(rows)), 2):
        both = np.concatenate([rows[one], rows[other]])
        first = np.arange(len(both)) < len(rows[one])
        area_one = _area(scores[both, one], first)
        area_other = _area(scores[both, other], ~first)
        areas.append((area_one + area_other) / 2)
        sizes.append(len(both))
    return areas, sizes


def _require_both_sides(asked: Comparison) -> None:
    held = asked.memberships.sum(axis=0)
    never, always = np.flatnonzero(held == 0), np.flatnonzero(held == asked.n)
    if len(never):
        why = f"the gold labels never hold {asked.named(never)}"
        raise asked.undefined(why, instead=_ADD_EXAMPLES)
    if len(always):
        why = f"the gold labels always hold {asked.named(always)}"
        raise asked.undefined(why, instead="Add examples without it.")
