"""A model's figures, held against a bound."""

from __future__ import annotations

from typing import Any, Unpack

from pytest_ptm.assertions.gate import settle
from pytest_ptm.assertions.judging import Judging
from pytest_ptm.behaviours.choice import AnyModel
from pytest_ptm.behaviours.metric import figure
from pytest_ptm.datasets.columns import LabelMap
from pytest_ptm.datasets.examples import Label
from pytest_ptm.datasets.load import Source
from pytest_ptm.metrics.finding import scale_of
from pytest_ptm.results import Result


def assert_accuracy(
    model: AnyModel[Any],
    examples: Source,
    *,
    at_least: float,
    label_map: LabelMap | None = None,
    **how: Unpack[Judging],
) -> Result:
    """Fail the test unless the model is right on at least this share, in [0, 1].

    See ``evaluate_accuracy`` for the other arguments and what they raise.

    Raises:
        ArgumentError: the bound is outside [0, 1].
        BehaviourFailure: the accuracy is below the bound.
    """
    __tracebackhide__ = True
    return settle(
        lambda: figure(model, examples, metric="accuracy", label_map=label_map),
        at_least=at_least,
        how=how,
    )


def assert_metric(
    model: AnyModel[Any],
    examples: Source,
    *,
    metric: str,
    at_least: float | None = None,
    at_most: float | None = None,
    positive: Label | None = None,
    label_map: LabelMap | None = None,
    **how: Unpack[Judging],
) -> Result:
    """Fail the test unless the metric is on the right side of its bound, inclusive.

    Give exactly one of ``at_least=`` and ``at_most=``; a metric that is better when
    lower, such as ``log_loss``, takes ``at_most=`` only. See ``evaluate_metric`` for
    the other arguments and what they raise.

    Raises:
        ArgumentError: the metric is unknown, or the bound is outside its range or on
            the wrong side.
        BehaviourFailure: the metric is out of bounds.
    """
    __tracebackhide__ = True
    scale = scale_of(metric)
    return settle(
        lambda: figure(
            model,
            examples,
            metric=metric,
            positive=positive,
            label_map=label_map,
            wanted="higher" if at_most is None else "lower",
        ),
        at_least=at_least,
        at_most=at_most,
        low=scale.low,
        high=scale.high,
        better=scale.better,
        how=how,
    )
