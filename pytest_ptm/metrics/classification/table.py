"""The one function that measures answers that are classes, and all their metrics."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.ground.unknown import unknown
from pytest_ptm.metrics.classification.by_name import METRICS, ClassMetric
from pytest_ptm.metrics.classification.comparison import Gold, compare
from pytest_ptm.metrics.classification.permutation import best_renaming, looks_swapped
from pytest_ptm.metrics.protocol import Kind, Range
from pytest_ptm.metrics.spelling import parted
from pytest_ptm.results import Measurement
from pytest_ptm.tasks.classes.answers import (
    Classification,
    classifier,
)
from pytest_ptm.tasks.powers import no_probabilities
from pytest_ptm.tasks.protocol import Payload, Predictor

SWAPPED = (
    "labels look swapped: after renaming the classes accuracy would be {:z.4f}; "
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
        ArgumentError: there is none, and the message suggests the nearest and lists
            all; or not with such settings.
    """
    plain, given = parted(metric)
    if plain not in METRICS:
        raise ArgumentError(unknown("metric", plain, tuple(METRICS)))
    return METRICS[plain].under(given)


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
        model, wanted = classifier(by), _found(metric)
        why = no_probabilities(by) if wanted.calibrates else ""
        if why:
            raise ArgumentError(
                f"{wanted.name} is of probabilities, and model {by.card.name} gives "
                f"none: {why}. Fit it within CalibratedClassifierCV, or write "
                "from_function(…) that gives some"
            )
        require_kind(
            wanted,
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
        model, scores = classifier(by), _found(metric).per_unit
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
        each = _found(metric).per_unit
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
        return ~_found(metric).mistakes(asked)

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
