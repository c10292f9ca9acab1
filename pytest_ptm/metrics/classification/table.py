"""Every metric by name, one line each, and the one function that measures.

Names are those of scikit-learn's scorers. docs/metrics.md defines each of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.ground.unknown import unknown
from pytest_ptm.metrics.classification import counted, ranked, scored
from pytest_ptm.metrics.classification.comparison import Comparison, Gold, compare
from pytest_ptm.metrics.classification.counted import (
    F1,
    FALSE_NEGATIVE_RATE,
    FALSE_POSITIVE_RATE,
    PRECISION,
    RECALL,
    SELECTION_RATE,
    Estimate,
)
from pytest_ptm.results import Better, Measurement
from pytest_ptm.tasks.text_classification import Classification


@dataclass(frozen=True, slots=True)
class PerUnit:
    """What each example adds to a figure that is their mean.

    ``scores`` gives float64[n] from 0 to ``most``, which depends on the number of
    classes; ``share``: each is 0 or 1. ``multi_label``: it is the mean where each class
    is decided by itself too.
    """

    scores: Callable[[Comparison], NDArray[np.float64]]
    most: Callable[[int, bool], float] = lambda classes, about_one: 1.0
    share: bool = True
    multi_label: bool = False


_RIGHT = PerUnit(counted.right, multi_label=True)
_MICRO = PerUnit(counted.right)


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric: its name, how it is computed, and what its figures can be.

    ``low`` and ``high`` are the range of the figure, ``high`` None where there is no
    end. ``needs_positive``: over single labels it is about one class, which the caller
    names; ``takes_positive``: it can be. ``multi_label``: it is defined where each
    class is decided by itself. ``ordered``: it is of the order of all probabilities.
    ``scored``: it is a mean over probabilities, not of right and wrong. ``per_unit``:
    it is the mean of these scores, one an example.
    """

    name: str
    figure: Callable[[Comparison], Estimate]
    better: Better = "higher"
    low: float = 0.0
    high: float | None = 1.0
    needs_positive: bool = False
    takes_positive: bool = False
    multi_label: bool = False
    ordered: bool = False
    scored: bool = False
    per_unit: PerUnit | None = None

    def why_whole(self) -> str:
        """Why no part of the examples settles it, where it is no mean over them."""
        if self.ordered:
            return f"{self.name} is of the order of all probabilities"
        if self.high is None:
            return f"{self.name} has no end: one example can outweigh all others"
        return f"{self.name} is made of ratios: what one example adds is up to the rest"


_TABLE = (
    Metric("accuracy", counted.accuracy, multi_label=True, per_unit=_RIGHT),
    Metric("balanced_accuracy", counted.balanced_accuracy),
    Metric("precision", partial(counted.of_positive, PRECISION), needs_positive=True),
    Metric("precision_macro", partial(counted.macro, PRECISION), multi_label=True),
    Metric(
        "precision_micro",
        partial(counted.micro, PRECISION),
        multi_label=True,
        per_unit=_MICRO,
    ),
    Metric(
        "precision_weighted", partial(counted.weighted, PRECISION), multi_label=True
    ),
    Metric("recall", partial(counted.of_positive, RECALL), needs_positive=True),
    Metric("recall_macro", partial(counted.macro, RECALL), multi_label=True),
    Metric(
        "recall_micro",
        partial(counted.micro, RECALL),
        multi_label=True,
        per_unit=_MICRO,
    ),
    Metric("recall_weighted", partial(counted.weighted, RECALL), multi_label=True),
    Metric("f1", partial(counted.of_positive, F1), needs_positive=True),
    Metric("f1_macro", partial(counted.macro, F1), multi_label=True),
    Metric("f1_micro", partial(counted.micro, F1), multi_label=True, per_unit=_MICRO),
    Metric("f1_weighted", partial(counted.weighted, F1), multi_label=True),
    Metric(
        "selection_rate",
        partial(counted.of_positive, SELECTION_RATE),
        needs_positive=True,
        per_unit=PerUnit(counted.selected),
    ),
    Metric(
        "true_positive_rate", partial(counted.of_positive, RECALL), needs_positive=True
    ),
    Metric(
        "false_positive_rate",
        partial(counted.of_positive, FALSE_POSITIVE_RATE),
        better="lower",
        needs_positive=True,
    ),
    Metric(
        "false_negative_rate",
        partial(counted.of_positive, FALSE_NEGATIVE_RATE),
        better="lower",
        needs_positive=True,
    ),
    Metric("matthews_corrcoef", counted.matthews_corrcoef, low=-1.0),
    Metric(
        "roc_auc", ranked.roc_auc, needs_positive=True, multi_label=True, ordered=True
    ),
    Metric("roc_auc_ovr", ranked.roc_auc_ovr, ordered=True),
    Metric("roc_auc_ovr_weighted", ranked.roc_auc_ovr_weighted, ordered=True),
    Metric("roc_auc_ovo", ranked.roc_auc_ovo, ordered=True),
    Metric("roc_auc_ovo_weighted", ranked.roc_auc_ovo_weighted, ordered=True),
    Metric(
        "average_precision", ranked.average_precision, needs_positive=True, ordered=True
    ),
    Metric("log_loss", scored.log_loss, better="lower", high=None, scored=True),
    Metric(
        "brier",
        scored.brier,
        better="lower",
        high=2.0,
        takes_positive=True,
        scored=True,
        per_unit=PerUnit(scored.brier_scores, most=scored.brier_most, share=False),
    ),
)
METRICS = {metric.name: metric for metric in _TABLE}


def find_metric(name: str) -> Metric:
    """The metric of this name.

    Raises:
        ArgumentError: there is none; the message suggests the nearest and lists all.
    """
    if name not in METRICS:
        raise ArgumentError(unknown("metric", name, tuple(METRICS)))
    return METRICS[name]


def measure(
    metric: str,
    gold: Gold,
    predictions: Classification,
    *,
    positive: int | None = None,
) -> Measurement:
    """The metric of the predictions against the gold labels, with its interval.

    ``gold`` holds a class index a row, or bool[n, k] for multi-label predictions.
    ``positive`` is the index of the class that precision, recall, f1, roc_auc and
    average_precision are about.

    >>> import numpy as np
    >>> logits = np.array([[2, 0], [0, 1], [3, 1]], dtype=np.float32)
    >>> measure("recall", np.array([0, 1, 1]), Classification(logits, ("no", "yes")),
    ...         positive=1).value
    0.5

    Raises:
        ArgumentError: an unknown metric, one that these predictions do not have, gold
            that does not fit them, or a positive class missing or not wanted.
        DataError: the figure is undefined for these examples (PTM207); it is never 0.
    """
    wanted = find_metric(metric)
    asked = compare(metric, gold, predictions, positive=positive)
    require_kind(
        wanted,
        predictions.class_names,
        multi_label=predictions.multi_label,
        positive=positive,
    )
    value, evidence = wanted.figure(asked)
    if not math.isfinite(value):
        raise asked.undefined(
            f"it came out as {value}", instead="Look at the probabilities of the rows."
        )
    return Measurement.of(metric, value, asked.n, wanted.better, evidence)


def require_kind(
    metric: Metric,
    classes: Sequence[str],
    *,
    multi_label: bool,
    positive: int | None,
) -> None:
    """Nothing, where such answers have the metric and its positive class is right.

    Raises:
        ArgumentError: they have not, or a class is missing or not wanted.
    """
    if multi_label and not metric.multi_label:
        raise ArgumentError(
            f"{metric.name} is not defined for multi-label predictions; these are: "
            + ", ".join(name for name, each in METRICS.items() if each.multi_label)
        )
    about_one = not multi_label and (metric.needs_positive or metric.takes_positive)
    if positive is not None and not about_one:
        raise ArgumentError(
            f"{metric.name} is about all classes here and takes no positive=; leave it "
            "out, or ask for a metric of one class, such as recall"
        )
    if metric.needs_positive and about_one and positive is None:
        raise ArgumentError(_missing_positive(metric, classes))


def _missing_positive(metric: Metric, classes: Sequence[str]) -> str:
    over_all = [name for name in METRICS if name.startswith(f"{metric.name}_")]
    several = len(classes) > 2 and over_all
    instead = f", or use {' or '.join(over_all)}" if several else ""
    return (
        f"{metric.name} is about one class: pass positive= with one of "
        f"{listed(list(classes))}{instead}"
    )
