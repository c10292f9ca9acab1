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
from pytest_ptm.metrics.classification.permutation import best_renaming, looks_swapped
from pytest_ptm.metrics.classification.rates import (
    F1,
    FALSE_NEGATIVE_RATE,
    FALSE_POSITIVE_RATE,
    PRECISION,
    RECALL,
    SELECTION_RATE,
)
from pytest_ptm.metrics.protocol import Kind, Metric, PerUnit, Range
from pytest_ptm.results import Measurement
from pytest_ptm.tasks.classes.answers import Classification, classifier
from pytest_ptm.tasks.protocol import Payload, Predictor


@dataclass(frozen=True, slots=True)
class OfClasses(PerUnit[Comparison]):
    """What each example adds, from 0 to ``most``.

    ``most`` depends on the number of classes, and on whether one of them is asked
    about; ``multi_label``: it is the mean where each class is decided by itself too.
    """

    most: Callable[[int, bool], float] = lambda classes, about_one: 1.0
    multi_label: bool = False


_RIGHT = OfClasses(counted.right, multi_label=True)
_MICRO = OfClasses(counted.right)


@dataclass(frozen=True, slots=True)
class ClassMetric(Metric[Comparison]):
    """A metric of predicted classes, or of their probabilities.

    ``needs_positive``: over single labels it is about one class, which the caller
    names; ``takes_positive``: it can be. ``mistakes``: which rows it then counts as
    wrong, bool[n]. ``multi_label``: it is defined where each class is decided by
    itself. ``per_unit``: it is the mean of these scores, one an
    example.
    """

    needs_positive: bool = False
    takes_positive: bool = False
    mistakes: Callable[[Comparison], NDArray[np.bool_]] = counted.exchanged
    multi_label: bool = False
    per_unit: OfClasses | None = None

    @property
    def share(self) -> bool:
        """Whether it is a share of all examples."""
        return self.per_unit is not None and self.per_unit.share


_given = partial(ClassMetric, needs_positive=True, mistakes=counted.given)
_withheld = partial(ClassMetric, needs_positive=True, mistakes=counted.withheld)
_ORDER = "of the order of all probabilities"
_TABLE = (
    ClassMetric(
        "accuracy",
        counted.accuracy,
        of_right=True,
        behaviour="accuracy",
        multi_label=True,
        per_unit=_RIGHT,
    ),
    ClassMetric("balanced_accuracy", counted.balanced_accuracy),
    _given("precision", partial(counted.of_positive, PRECISION)),
    ClassMetric("precision_macro", partial(counted.macro, PRECISION), multi_label=True),
    ClassMetric(
        "precision_micro",
        partial(counted.micro, PRECISION),
        multi_label=True,
        per_unit=_MICRO,
    ),
    ClassMetric(
        "precision_weighted", partial(counted.weighted, PRECISION), multi_label=True
    ),
    _withheld("recall", partial(counted.of_positive, RECALL)),
    ClassMetric("recall_macro", partial(counted.macro, RECALL), multi_label=True),
    ClassMetric(
        "recall_micro",
        partial(counted.micro, RECALL),
        multi_label=True,
        per_unit=_MICRO,
    ),
    ClassMetric("recall_weighted", partial(counted.weighted, RECALL), multi_label=True),
    ClassMetric("f1", partial(counted.of_positive, F1), needs_positive=True),
    ClassMetric("f1_macro", partial(counted.macro, F1), multi_label=True),
    ClassMetric(
        "f1_micro", partial(counted.micro, F1), multi_label=True, per_unit=_MICRO
    ),
    ClassMetric("f1_weighted", partial(counted.weighted, F1), multi_label=True),
    ClassMetric(
        "selection_rate",
        partial(counted.of_positive, SELECTION_RATE),
        needs_positive=True,
        per_unit=OfClasses(counted.selected),
    ),
    _withheld("true_positive_rate", partial(counted.of_positive, RECALL)),
    _given(
        "false_positive_rate",
        partial(counted.of_positive, FALSE_POSITIVE_RATE),
        better="lower",
    ),
    _withheld(
        "false_negative_rate",
        partial(counted.of_positive, FALSE_NEGATIVE_RATE),
        better="lower",
    ),
    ClassMetric("matthews_corrcoef", counted.matthews_corrcoef, low=-1.0),
    ClassMetric(
        "roc_auc",
        ranked.roc_auc,
        needs_positive=True,
        multi_label=True,
        together=_ORDER,
    ),
    ClassMetric("roc_auc_ovr", ranked.roc_auc_ovr, together=_ORDER),
    ClassMetric("roc_auc_ovr_weighted", ranked.roc_auc_ovr_weighted, together=_ORDER),
    ClassMetric("roc_auc_ovo", ranked.roc_auc_ovo, together=_ORDER),
    ClassMetric("roc_auc_ovo_weighted", ranked.roc_auc_ovo_weighted, together=_ORDER),
    ClassMetric(
        "average_precision",
        ranked.average_precision,
        needs_positive=True,
        together=_ORDER,
    ),
    ClassMetric("log_loss", scored.log_loss, better="lower", high=None, scored=True),
    ClassMetric(
        "brier",
        scored.brier,
        better="lower",
        high=2.0,
        # Of two classes; of more it ends at 2.
        narrow=1.0,
        takes_positive=True,
        scored=True,
        per_unit=OfClasses(scored.brier_scores, most=scored.brier_most, share=False),
    ),
)
METRICS = {metric.name: metric for metric in _TABLE}

SWAPPED = (
    "labels look swapped: after renaming the classes accuracy would be {:.4f}; "
    "check label_map= and the model's id2label"
)


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
    wanted = _found(metric)
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


def _found(metric: str) -> ClassMetric:
    """The metric of this name.

    Raises:
        ArgumentError: there is none; the message suggests the nearest and lists all.
    """
    if metric not in METRICS:
        raise ArgumentError(unknown("metric", metric, tuple(METRICS)))
    return METRICS[metric]


def require_kind(
    metric: ClassMetric,
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


def _missing_positive(metric: ClassMetric, classes: Sequence[str]) -> str:
    over_all = [name for name in METRICS if name.startswith(f"{metric.name}_")]
    several = len(classes) > 2 and over_all
    instead = f", or use {' or '.join(over_all)}" if several else ""
    return (
        f"{metric.name} is about one class: pass positive= with one of "
        f"{listed(list(classes))}{instead}"
    )


class _Classes:
    """The metrics of a classifier's answers."""

    answers = Classification
    metrics = METRICS

    def require(
        self,
        metric: str,
        by: Predictor[Payload, Classification],
        positive: int | None,
    ) -> None:
        model = classifier(by)
        require_kind(
            METRICS[metric],
            model.class_names,
            multi_label=model.multi_label,
            positive=positive,
        )

    def unit_range(
        self,
        metric: str,
        by: Predictor[Payload, Classification],
        positive: int | None,
    ) -> Range | None:
        model, scores = classifier(by), METRICS[metric].per_unit
        if scores is None or (model.multi_label and not scores.multi_label):
            return None
        return 0.0, scores.most(len(model.class_names), positive is not None)

    def measure(
        self,
        metric: str,
        gold: Gold,
        predictions: Classification,
        *,
        positive: int | None = None,
    ) -> Measurement:
        return measure(metric, gold, predictions, positive=positive)

    def scores(
        self,
        metric: str,
        gold: Gold,
        predictions: Classification,
        *,
        positive: int | None = None,
    ) -> NDArray[np.float64]:
        each = METRICS[metric].per_unit
        if each is None:
            raise ValueError(f"{metric} is no mean of one score an example")
        return each.scores(compare(metric, gold, predictions, positive=positive))

    def right(
        self,
        metric: str,
        gold: Gold,
        predictions: Classification,
        *,
        positive: int | None = None,
    ) -> NDArray[np.bool_] | None:
        if positive is None:
            return None
        asked = compare(metric, gold, predictions, positive=positive)
        return ~METRICS[metric].mistakes(asked)

    def away(
        self, metric: str, gold: Gold, predictions: Classification
    ) -> NDArray[np.float64] | None:
        return None

    def remarks(self, gold: Gold, predictions: Classification) -> Sequence[str]:
        """That labels look swapped, if another naming fits them far better."""
        if predictions.multi_label:
            return ()
        classes, indices = len(predictions.class_names), gold.astype(np.intp)
        if not looks_swapped(indices, predictions.predicted, classes):
            return ()
        renamed, _ = best_renaming(indices, predictions.predicted, classes)
        return (SWAPPED.format(renamed),)


KIND: Kind[Classification] = _Classes()
