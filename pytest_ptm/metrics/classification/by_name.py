"""Every metric of classes by name, one line each.

Names are those of scikit-learn's scorers, where it has them. docs/metrics.md defines
each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.metrics.classification import calibration, counted, ranked, scored
from pytest_ptm.metrics.classification.comparison import Comparison
from pytest_ptm.metrics.classification.rates import (
    F1,
    FALSE_NEGATIVE_RATE,
    FALSE_POSITIVE_RATE,
    PRECISION,
    RECALL,
    SELECTION_RATE,
)
from pytest_ptm.metrics.protocol import Metric, PerUnit
from pytest_ptm.metrics.spelling import MetricSetting, read_settings, spelled


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
    example. ``known`` are the settings that stand behind its name.
    ``calibrates``: it is of whether probabilities are what they say.
    """

    needs_positive: bool = False
    takes_positive: bool = False
    mistakes: Callable[[Comparison], NDArray[np.bool_]] = counted.exchanged
    multi_label: bool = False
    per_unit: OfClasses | None = None
    calibrates: bool = False
    known: Mapping[str, MetricSetting] = field(default_factory=dict[str, MetricSetting])

    @property
    def share(self) -> bool:
        """Whether it is a share of all examples."""
        return self.per_unit is not None and self.per_unit.share

    def under(self, given: Mapping[str, str]) -> Self:
        """The metric under these settings."""
        settings = read_settings(self.name, self.known, given)
        if not settings:
            return self
        name = spelled(self.name, self.known, settings)
        return replace(self, name=name, figure=partial(self.figure, **settings))


_given = partial(ClassMetric, needs_positive=True, mistakes=counted.given)
_withheld = partial(ClassMetric, needs_positive=True, mistakes=counted.withheld)
_ORDER = "of the order of all probabilities"
_binned = partial(
    ClassMetric,
    better="lower",
    takes_positive=True,
    calibrates=True,
    together="made of bins: what one example adds is up to the others in its bin",
    known={"bins": MetricSetting(usual=15, least=1, most=1000)},
)
# Bins of one width are each row's own; those of one mass are of all rows together.
_kept = partial(_binned, of_sums=True)
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
    _kept("ece", calibration.ece),
    _binned("ece_equal_mass", calibration.ece_equal_mass),
    _kept(
        "ece_classwise",
        calibration.ece_classwise,
        takes_positive=False,
        multi_label=True,
    ),
    _binned("mce", calibration.mce),
    _kept("overconfidence", calibration.overconfidence),
    _kept("underconfidence", calibration.underconfidence),
)
METRICS = {metric.name: metric for metric in _TABLE}
