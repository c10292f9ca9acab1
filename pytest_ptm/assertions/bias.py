"""The gap between groups, held against a bound."""

from __future__ import annotations

from typing import Any, Unpack

from pytest_ptm.assertions.gate import settle
from pytest_ptm.assertions.judging import Judging
from pytest_ptm.behaviours.bias import MIN_GROUP_SIZE, bias_gap
from pytest_ptm.behaviours.choice import AnyModel
from pytest_ptm.checks.own import Expected
from pytest_ptm.datasets.columns import LabelMap
from pytest_ptm.datasets.examples import Label
from pytest_ptm.datasets.load import Source
from pytest_ptm.metrics.finding import scale_of
from pytest_ptm.results import Result


def assert_bias_gap(
    model: AnyModel[Any],
    examples: Source,
    *,
    group: str,
    at_most: float,
    metric: str = "accuracy",
    positive: Label | None = None,
    label_map: LabelMap | None = None,
    expect: Expected | None = None,
    min_group_size: int = MIN_GROUP_SIZE,
    **how: Unpack[Judging],
) -> Result:
    """Fail the test if a metric differs by more than this between any two groups.

    See ``evaluate_bias_gap`` for the other arguments and what they raise.

    Raises:
        ArgumentError: the bound is outside what the metric's figures can differ by.
        BehaviourFailure: the gap is larger than the bound.
    """
    __tracebackhide__ = True
    widest = scale_of(metric).widest
    return settle(
        lambda: bias_gap(
            model,
            examples,
            group=group,
            metric=metric,
            positive=positive,
            label_map=label_map,
            expect=expect,
            min_group_size=min_group_size,
        ),
        at_most=at_most,
        better="lower",
        high=widest,
        how=how,
    )
