"""Every metric by name, one line each, and the one function that measures.

Names are those of scikit-learn's scorers. docs/metrics.md defines each of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

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
class Metric:
    """A metric: its name, how it is computed, and what its figures can be.

    ``low`` and ``high`` are the range of the figure, ``high`` None where there is no
    end. ``needs_positive``: over single labels it is about one class, which the caller
    names; ``takes_positive``: it can be. ``multi_label``: it is defined where each
    class is decided by itself. ``ordered``: it is of the order of all probabilities.
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


_TABLE = (
    Metric("accuracy", counted.accuracy, multi_label=True),
    Metric("balanced_accuracy", counted.balanced_accuracy),
    Metric("precision", partial(counted.of_positive, PRECISION), needs_positive=True),
    Metric("precision_macro", partial(counted.macro, PRECISION), multi_label=True),
    Metric("precision_micro", partial(counted.micro, PRECISION), multi_label=True),
    Metric(
        "precision_weighted", partial(counted.weighted, PRECISION), multi_label=True
    ),
    Metric("recall", partial(counted.of_positive, RECALL), needs_positive=True),
    Metric("recall_macro", partial(counted.macro, RECALL), multi_label=True),
    Metric("recall_micro", partial(counted.micro, RECALL), multi_label=True),
    Metric("recall_weighted", partial(counted.weighted, RECALL), multi_label=True),
    Metric("f1", partial(counted.of_positive, F1), needs_positive=True),
    Metric("f1_macro", partial(counted.macro, F1), multi_label=True),
    Metric("f1_micro", partial(counted.micro, F1), multi_label=True),
    Metric("f1_weighted", partial(counted.weighted, F1), multi_label=True),
    Metric(
        "selection_rate",
        partial(counted.of_positive, SELECTION_RATE),
        needs_positive=True,
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
    Metric("log_loss", scored.log_loss, better="lower", high=None),
    Metric("brier", scored.brier, better="lower", high=2.0, takes_positive=True),
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
    _check_kind(wanted, asked)
    value, evidence = wanted.figure(asked)
    if not math.isfinite(value):
        raise asked.undefined(
            f"it came out as {value}", instead="Look at the probabilities of the rows."
        )
    return Measurement.of(metric, value, asked.n, wanted.better, evidence)


def _check_kind(metric: Metric, asked: Comparison) -> None:
    """Refuse a metric that the predictions do not have, or a wrong positive class."""
    if asked.multi_label and not metric.multi_label:
        raise ArgumentError(
            f"{metric.name} is not defined for multi-label predictions; these are: "
            + ", ".join(name for name, each in METRICS.items() if each.multi_label)
        )
    about_one = not asked.multi_label and (
        metric.needs_positive or metric.takes_positive
    )
    if asked.positive is not None and not about_one:
        raise ArgumentError(
            f"{metric.name} is about all classes here and takes no positive=; leave it "
            "out, or ask for a metric of one class, such as recall"
        )
    if metric.needs_positive and about_one and asked.positive is None:
        raise ArgumentError(_missing_positive(metric, asked))


def _missing_positive(metric: Metric, asked: Comparison) -> str:
    k = len(asked.predictions.class_names)
    over_all = [name for name in METRICS if name.startswith(f"{metric.name}_")]
    instead = f", or use {' or '.join(over_all)}" if k > 2 and over_all else ""
    return (
        f"{metric.name} is about one class: pass positive= with one of "
        f"{asked.named(range(k))}{instead}"
    )
