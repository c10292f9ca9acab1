"""Whether a model is right as often as it says, held against a bound."""

from __future__ import annotations

from typing import Any, Unpack

from pytest_ptm.assertions.gate import settle
from pytest_ptm.assertions.judging import Judging, number_within
from pytest_ptm.behaviours.calibration import OVER, UNDER, calibration, figure_name
from pytest_ptm.behaviours.choice import AnyModel
from pytest_ptm.behaviours.temperature import Temperature
from pytest_ptm.datasets.columns import LabelMap
from pytest_ptm.datasets.examples import Label
from pytest_ptm.datasets.load import Source
from pytest_ptm.metrics.classification.calibration import BINS
from pytest_ptm.results import Bound, Result


def assert_calibrated(
    model: AnyModel[Any],
    examples: Source,
    *,
    at_most: float,
    metric: str = "ece",
    bins: int = BINS,
    positive: Label | None = None,
    temperature: Temperature | None = None,
    at_most_overconfidence: float | None = None,
    at_most_underconfidence: float | None = None,
    label_map: LabelMap | None = None,
    **how: Unpack[Judging],
) -> Result:
    """Fail the test unless the calibration error is at most this, in [0, 1].

    ``at_most_overconfidence`` and ``at_most_underconfidence`` bound the parts of the
    error from bins that are surer than right, and less sure. See
    ``evaluate_calibrated`` for the other arguments and what they raise.

    Raises:
        ArgumentError: a bound is outside [0, 1].
        BehaviourFailure: the error, or a part of it, is above its bound.
    """
    __tracebackhide__ = True
    limits: dict[str, Bound] = {}
    for plain, most in (
        (OVER, at_most_overconfidence),
        (UNDER, at_most_underconfidence),
    ):
        if most is not None:
            bound = Bound(at_most=number_within(f"at_most_{plain}", most))
            limits[figure_name(plain, bins)] = bound
    return settle(
        lambda: calibration(
            model,
            examples,
            metric=metric,
            bins=bins,
            positive=positive,
            temperature=temperature,
            label_map=label_map,
        ),
        at_most=at_most,
        better="lower",
        limits=limits,
        how=how,
    )
