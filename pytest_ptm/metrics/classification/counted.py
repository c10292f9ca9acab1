"""Metrics of counts: accuracy, precision, recall, F1 and their averages, Matthews.

Every interval of a ratio of counts that is not a plain share is a BCa bootstrap of the
confusion matrix, over the classes of the point figure: a resample that loses one of
them has no such figure. What judges at a confidence are bounds of each class.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import cast

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.metrics.classification.by_row import tallies_by_row
from pytest_ptm.metrics.classification.comparison import Comparison
from pytest_ptm.metrics.classification.rates import F1, RECALL, Rate, hits_of
from pytest_ptm.metrics.classification.tallies import Figures, Tallies, ratio
from pytest_ptm.metrics.protocol import Estimate
from pytest_ptm.statistics.bootstrapped import FigureOfCounts
from pytest_ptm.statistics.class_bounds import Correlation, CountBounds, MeanOfClasses
from pytest_ptm.statistics.clustered_classes import HitsByRow
from pytest_ptm.statistics.evidence import Exactly, ShareOf
from pytest_ptm.statistics.exact import exact_statistic, fractions_of

BOOTSTRAP_CLASSES = 100
"""More classes get no bootstrap interval: 100 take up to 2.5 s, 200 take 9 s."""


def accuracy(asked: Comparison) -> Estimate:
    """Share of examples answered right; multi-label, with every class decided right."""
    hits = int(right(asked).sum())
    return hits / asked.n, ShareOf(hits, asked.n)


def right(asked: Comparison) -> NDArray[np.float64]:
    """What each example adds to accuracy: 1 where it is answered right."""
    if asked.multi_label:
        alike = (asked.memberships == asked.decisions).all(axis=1)
    else:
        alike = asked.class_indices == asked.answers
    return alike.astype(np.float64)


def selected(asked: Comparison) -> NDArray[np.float64]:
    """What each example adds to selection_rate: 1 where the answer is positive."""
    return (asked.answers == asked.positive_class).astype(np.float64)


def given(asked: Comparison) -> NDArray[np.bool_]:
    """Rows that are wrongly said to be of the positive class, bool[n]."""
    index = asked.positive_class
    return (asked.answers == index) & (asked.class_indices != index)


def withheld(asked: Comparison) -> NDArray[np.bool_]:
    """Rows of the positive class that are not said to be, bool[n]."""
    index = asked.positive_class
    return (asked.answers != index) & (asked.class_indices == index)


def exchanged(asked: Comparison) -> NDArray[np.bool_]:
    """Either of both, bool[n]."""
    return given(asked) | withheld(asked)


def of_positive(rate: Rate, asked: Comparison) -> Estimate:
    """The rate of the positive class against all others together."""
    index = asked.positive_class
    _require(rate, asked, np.array([index]))
    matrix = _one_against_rest(asked.confusion, index)
    cells = (np.arange(len(asked.confusion)) != index).astype(np.intp)
    value, counts = _resampled(
        matrix,
        lambda tallies: rate.of(tallies)[..., 0],
        cells,
        _of_classes(rate, asked, np.array([index])),
    )
    if not rate.share:
        return value, counts
    hits = int(rate.numerator(asked.tallies)[index])
    n = int(rate.denominator(asked.tallies)[index])
    own = asked.class_indices == index
    among = None if rate.rows is None else rate.rows(own)
    return hits / n, ShareOf(hits, n, counts=counts, among=among, picked=rate.picked)


def macro(rate: Rate, asked: Comparison) -> Estimate:
    """The plain mean over classes.

    Single-label: over the classes in the gold labels or the predictions, as
    scikit-learn's ``labels=None``. Multi-label: over all classes.
    """
    if asked.multi_label:
        _require(rate, asked, np.arange(len(asked.predictions.class_names)))
        return _exactly(rate.of(_in_fractions(asked.tallies)).mean())
    classes = _met_classes(asked)
    _require(rate, asked, classes)
    return _resampled(
        _met(asked),
        lambda tallies: rate.of(tallies).mean(axis=-1),
        _met_cells(asked),
        _of_classes(rate, asked, classes),
    )


def micro(rate: Rate, asked: Comparison) -> Estimate:
    """The rate of all classes' counts together; single-label, that is accuracy."""
    if not asked.multi_label:
        return accuracy(asked)
    numerator = rate.numerator(asked.tallies).sum()
    denominator = rate.denominator(asked.tallies).sum()
    if not denominator:
        raise asked.undefined(f"each class was {rate.empty}", instead=rate.instead)
    return _exactly(Fraction(int(numerator), int(denominator)))


def weighted(rate: Rate, asked: Comparison) -> Estimate:
    """The mean over the classes in the gold labels, weighted by how many they have."""
    if rate is RECALL and not asked.multi_label:
        return accuracy(asked)  # the same figure, whose interval needs no resampling
    classes = np.flatnonzero(asked.tallies.gold)
    if not len(classes):
        raise asked.undefined(f"each class was {RECALL.empty}", instead=RECALL.instead)
    _require(rate, asked, classes)
    if asked.multi_label:
        return _exactly(_weighted_mean(rate, _in_fractions(asked.tallies)).item())
    return _resampled(
        _met(asked),
        lambda tallies: _weighted_mean(rate, tallies),
        _met_cells(asked),
        _of_classes(rate, asked, classes, asked.tallies.gold[classes]),
    )


def balanced_accuracy(asked: Comparison) -> Estimate:
    """The mean recall over the classes in the gold labels."""
    matrix = _met(asked)
    classes = np.flatnonzero(matrix.sum(axis=1))
    return _resampled(
        matrix,
        lambda tallies: RECALL.of(tallies)[..., classes].mean(axis=-1),
        _met_cells(asked),
        _of_classes(RECALL, asked, np.flatnonzero(asked.tallies.gold)),
    )


def matthews_corrcoef(asked: Comparison) -> Estimate:
    """The correlation of gold and predicted classes, -1..1; 0 is chance."""
    tallies = asked.tallies
    for count, of_all in (
        (tallies.gold, "the gold label"),
        (tallies.predicted, "predicted"),
    ):
        classes = np.flatnonzero(count)
        if len(classes) == 1:
            raise asked.undefined(
                f"{asked.named(classes)} is always {of_all}",
                instead="Use accuracy, or examples on which more than one occurs.",
            )
    wrong = asked.n - int(asked.tallies.hits.sum())
    bounds = Correlation(wrong, asked.class_indices)
    return _resampled(_met(asked), _correlation, _met_cells(asked), bounds)


def _exactly(value: object) -> Estimate:
    """A figure of counts in fractions, which NumPy's types take for floats."""
    exact = cast("Fraction", value)
    return float(exact), Exactly(exact)


def _in_fractions(tallies: Tallies) -> Tallies:
    """The same counts, of which rates and means are exact."""
    counts = tallies.hits, tallies.gold, tallies.predicted
    return Tallies(*(fractions_of(each) for each in counts))


def _require(rate: Rate, asked: Comparison, classes: NDArray[np.intp]) -> None:
    empty = classes[rate.denominator(asked.tallies)[classes] == 0]
    if len(empty):
        was = "was" if len(empty) == 1 else "were"
        raise asked.undefined(
            f"{asked.named(empty)} {was} {rate.empty}", instead=rate.instead
        )


def _met_classes(asked: Comparison) -> NDArray[np.intp]:
    return np.flatnonzero(asked.tallies.gold + asked.tallies.predicted)


def _met(asked: Comparison) -> NDArray[np.int64]:
    """The confusion matrix of the classes in the gold labels or the predictions."""
    classes = _met_classes(asked)
    return asked.confusion[np.ix_(classes, classes)]


def _met_cells(asked: Comparison) -> NDArray[np.intp]:
    """The row of each class in that matrix, -1 where it has none."""
    classes = _met_classes(asked)
    cells = np.full(len(asked.confusion), -1, dtype=np.intp)
    cells[classes] = np.arange(len(classes))
    return cells


def _one_against_rest(matrix: NDArray[np.int64], index: int) -> NDArray[np.int64]:
    """The 2 x 2 matrix of a class (first) and all others (second)."""
    hits, gold = matrix[index, index], matrix[index].sum()
    predicted, n = matrix[:, index].sum(), matrix.sum()
    return np.array(
        [[hits, gold - hits], [predicted - hits, n - gold - predicted + hits]]
    )


def _resampled(
    matrix: NDArray[np.int64],
    statistic: Callable[[Tallies], Figures],
    cells: NDArray[np.intp],
    bounds: CountBounds,
) -> tuple[float, FigureOfCounts | None]:
    """The statistic of a confusion matrix, and the counts to resample it from."""

    def figure(matrices: Figures) -> Figures:
        return statistic(Tallies.of_matrices(matrices))

    value = float(figure(matrix.astype(np.float64)))
    if len(matrix) > BOOTSTRAP_CLASSES:
        return value, None
    # Rounded once: a mean of rounded rates can miss a bound that it meets.
    exact = exact_statistic(figure, matrix)
    evidence = FigureOfCounts(matrix, figure, cells=cells, bounds=bounds)
    return value if exact is None else float(exact), evidence


def _of_classes(
    rate: Rate,
    asked: Comparison,
    classes: NDArray[np.intp],
    weights: Figures | None = None,
) -> MeanOfClasses:
    """What bounds the mean of the rate over these classes, weighted or not."""
    tallies = asked.tallies
    hits, trials = hits_of(rate, tallies, classes)
    places = np.full(len(asked.confusion), -1, dtype=np.intp)
    places[classes] = np.arange(len(classes))
    each = np.ones(len(classes)) if weights is None else weights
    rows = HitsByRow(
        lambda: hits_of(rate, tallies_by_row(asked), classes), harmonic=rate is F1
    )
    return MeanOfClasses(
        hits=hits,
        trials=trials,
        weights=each / each.sum(),
        gold=places[asked.class_indices],
        harmonic=rate is F1,
        overlap=rate is F1,
        picked=rate.picked,
        # Weights by how many rows have a class are another cluster's too.
        by_row=rows if weights is None else None,
    )


def _weighted_mean(rate: Rate, tallies: Tallies) -> Figures:
    # A class without gold labels weighs nothing, whatever its rate would be.
    weighed = np.where(tallies.gold == 0, 0, tallies.gold * rate.of(tallies))
    return ratio(weighed.sum(axis=-1), tallies.gold.sum(axis=-1))


def _correlation(tallies: Tallies) -> Figures:
    """Gorodkin's R_K, which is Matthews' coefficient for two classes."""
    n = tallies.gold.sum(axis=-1)
    together = tallies.hits.sum(axis=-1) * n
    by_chance = (tallies.gold * tallies.predicted).sum(axis=-1)
    spread_gold = n**2 - (tallies.gold**2).sum(axis=-1)
    spread_predicted = n**2 - (tallies.predicted**2).sum(axis=-1)
    # One root of the product: exactly 1 where all is right, which two roots miss.
    return ratio(together - by_chance, np.sqrt(spread_gold * spread_predicted))
