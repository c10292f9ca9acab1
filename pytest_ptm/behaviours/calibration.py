"""Is a model right as often as it says it is?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, cast

from pytest_ptm.behaviours.asking import counts
from pytest_ptm.behaviours.choice import AnyModel
from pytest_ptm.behaviours.inquiry import AsAWhole, run
from pytest_ptm.behaviours.marked import Labelled, Marked, labelled, named, over_labels
from pytest_ptm.behaviours.reporting import result_over
from pytest_ptm.behaviours.rowwise import Rowwise
from pytest_ptm.behaviours.temperature import (
    AtTemperature,
    Temperature,
    as_said,
    fitted_on,
    number_of,
    refuse_shared,
)
from pytest_ptm.datasets.columns import LabelMap
from pytest_ptm.datasets.examples import Label
from pytest_ptm.datasets.load import Source
from pytest_ptm.engine.ask import Answers
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.ground.names import require_name
from pytest_ptm.ground.unknown import unknown
from pytest_ptm.ground.whole import require_whole
from pytest_ptm.metrics.classification.brier_parts import brier_parts
from pytest_ptm.metrics.classification.by_name import METRICS
from pytest_ptm.metrics.classification.calibration import BINS
from pytest_ptm.metrics.classification.comparison import Comparison, compare
from pytest_ptm.metrics.classification.reliability import (
    by_chance,
    reliability,
    said_of,
)
from pytest_ptm.metrics.classification.temperature import (
    at_temperature,
    fitted_temperature,
)
from pytest_ptm.metrics.finding import find_metric
from pytest_ptm.results import Measurement, Reliability, Result
from pytest_ptm.tasks.classes.answers import Classification

OVER, UNDER = "overconfidence", "underconfidence"
_OF_ONE_SIDE = {OVER, UNDER}
_OF_SOME_BINS = {"mce", *_OF_ONE_SIDE}
FIGURES = tuple(name for name, each in METRICS.items() if each.calibrates)
"""The names that ``metric=`` takes."""


def evaluate_calibrated(
    model: AnyModel[Any],
    examples: Source,
    *,
    metric: str = "ece",
    bins: int = BINS,
    positive: Label | None = None,
    temperature: Temperature | None = None,
    label_map: LabelMap | None = None,
) -> Result:
    """How far a model's confidence lies from how often it is right, in [0, 1].

    ``reliability`` holds the bins, ``also`` the other calibration errors, the Brier
    score and its parts: reliability - resolution + uncertainty + within_variance -
    within_covariance (Murphy 1973, Stephenson et al. 2008).

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)`` or ``load_model(…)``.
        examples: Examples, or what ``load_examples`` takes.
        metric: "ece" (bins of one width, Guo et al. 2017), "ece_equal_mass" (of one
            number of rows), "ece_classwise" (of every class, Kull et al. 2019), "mce"
            (the worst bin), "overconfidence" or "underconfidence" (the parts of ece).
        bins: how many, 1 to 1,000; no more than there are examples.
        positive: judge the probability of this class, and how often it is the label;
            without it the confidence of each answer, and how often it is right.
        temperature: a number, 0.001 to 1,000, that all logits are divided by, or other
            labelled examples on which it is fitted (Guo et al. 2017). A function's
            logits are the logs of its probabilities.
        label_map: label of the data to class of the model, where they differ.

    Raises:
        ArgumentError: an argument is wrong, or the model has no probabilities.
        DataError: a label is no class of the model, or there is nothing to ask; PTM207,
            there are fewer examples than bins, or no temperature can be fitted; PTM219,
            an example stands among those of ``temperature`` too.
        ModelError: the model cannot be loaded or asked.
    """
    return run(
        calibration(
            model,
            examples,
            metric=metric,
            bins=bins,
            positive=positive,
            temperature=temperature,
            label_map=label_map,
        )
    )


def calibration(
    model: AnyModel[Any],
    examples: Source,
    *,
    metric: str,
    bins: int,
    positive: Label | None,
    temperature: Temperature | None,
    label_map: LabelMap | None,
) -> Rowwise[Any]:
    """The question behind `evaluate_calibrated`."""
    name = figure_name(metric, bins)
    said = number_of(temperature)
    found = labelled(model, examples, name, positive=positive, label_map=label_map)
    fit: Callable[[], AtTemperature] | None = None
    if said is not None:
        fit = partial(as_said, said)
    elif temperature is not None:
        other = _to_fit_on(model, cast("Source", temperature), name, label_map)
        refuse_shared(found.asked.whole, other.asked.whole)
        fit = partial(fitted_on, other)
    judged = Calibration(found, metric, int(bins), named(positive), fit)
    return over_labels(
        found,
        figure=AsAWhole(found.metric.why_whole()),
        report=judged.result,
    )


def figure_name(metric: str, bins: int) -> str:
    """A calibration error with its bins, as metrics are spelled.

    Raises:
        ArgumentError: there is no such error, or not over so many bins.
    """
    require_name("metric", metric, such_as="ece")
    if metric not in FIGURES:
        raise ArgumentError(unknown("calibration error", metric, FIGURES))
    bins = require_whole("bins", bins, least=1, most=1000)
    return find_metric(f"{metric}(bins={bins})", Classification).name


def _to_fit_on(
    model: AnyModel[Any],
    examples: Source,
    name: str,
    label_map: LabelMap | None,
) -> Labelled[Classification]:
    """The labelled examples that a temperature is fitted on.

    Raises:
        ArgumentError: several classes may hold at once.
    """
    found = labelled(model, examples, name, label_map=label_map)
    if found.truth.names is None:
        raise ArgumentError(
            "temperature= is fitted where exactly one class holds, and several may "
            f"hold of {found.asked.card.name}; say a number"
        )
    return found


@dataclass(frozen=True, slots=True)
class Calibration:
    """What is made of the answers; ``fit`` finds a temperature where one is wanted."""

    labelled: Labelled[Classification]
    metric: str
    bins: int
    about: Sequence[str]
    fit: Callable[[], AtTemperature] | None

    def result(self, heard: Marked[Classification]) -> Result:
        """The calibration error, its bins, and what else the answers show."""
        at = None if self.fit is None else self.fit()
        found = heard if at is None else _scaled(heard, at.value)
        asked = compare(
            found.metric.name,
            found.truth.gold,
            found.predictions,
            positive=found.labelled.positive,
        )
        measurement = found.measure()
        cases, failing = found.wrong()
        also = self._also(asked)
        if at is not None:
            also.append(Measurement("temperature", at.value, at.n, "lower"))
        return result_over(
            found.asked,
            measurement,
            behaviour="calibration",
            parts=(*found.known_by(), *self.about, *(() if at is None else at.parts)),
            by_group=[
                g for name in found.examples.groups for g in found.by_group(name)
            ],
            cases=cases,
            failing=failing,
            counts=counts(found.asked, found.answers),
            cost=found.answers.cost if at is None else found.answers.cost + at.cost,
            notes=(
                *(() if at is None else (at.note,)),
                *found.doubts(),
            ),
            also=also,
            # A wrong answer may be as unsure as it should be: none is right or wrong
            # of itself.
            outcomes=replace(found.outcomes(), right=None),
            reliability=self._reliability(asked, also, fitted=at is not None),
        )

    def _also(self, asked: Comparison) -> list[Measurement]:
        """The other calibration errors, the Brier score and its parts."""
        found: list[Measurement] = []
        for plain in FIGURES:
            each = find_metric(f"{plain}(bins={self.bins})", Classification)
            own = METRICS[plain]
            if asked.multi_label and not own.multi_label:
                continue
            if asked.positive is not None and not own.takes_positive:
                continue
            value, evidence = each.figure(asked)
            # Limits only for those that may have a bound, and when one is asked for.
            kept = evidence if plain in _OF_ONE_SIDE else None
            found.append(Measurement(each.name, value, asked.n, "lower", None, kept))
        if asked.multi_label:
            return found
        value, _ = METRICS["brier"].figure(asked)
        parts = brier_parts(asked, bins=self.bins)
        return [
            *found,
            Measurement("brier", value, asked.n, "lower"),
            Measurement("reliability", parts.reliability, asked.n, "lower"),
            Measurement("resolution", parts.resolution, asked.n, "higher"),
            Measurement("uncertainty", parts.uncertainty, asked.n, "lower"),
            Measurement("within_variance", parts.within_variance, asked.n, "lower"),
            Measurement(
                "within_covariance", parts.within_covariance, asked.n, "higher"
            ),
        ]

    def _reliability(
        self, asked: Comparison, also: Sequence[Measurement], *, fitted: bool
    ) -> Reliability:
        """The bins of the figure, and what to make of them."""
        bins, mass = self.bins, self.metric == "ece_equal_mass"
        every = self.metric == "ece_classwise"
        chance = None
        if self.metric not in _OF_SOME_BINS:
            chance = by_chance(asked, bins=bins, mass=mass, each_class=every)
        values = {each.metric.partition("(")[0]: each.value for each in also}
        return Reliability(
            bins=reliability(said_of(asked, each_class=every), bins=bins, mass=mass),
            overconfidence=values.get(OVER),
            underconfidence=values.get(UNDER),
            by_chance=chance,
            likeliest=None if fitted else _likeliest(asked),
        )


def _likeliest(asked: Comparison) -> float | None:
    """The temperature at which these very labels are likeliest; None where none is."""
    if asked.multi_label:
        return None
    try:
        return fitted_temperature(asked.predictions, asked.class_indices)
    except DataError:
        return None


def _scaled(
    found: Marked[Classification], temperature: float
) -> Marked[Classification]:
    """The same with answers at a temperature."""
    answers: Answers[Classification] = found.answers
    scaled = at_temperature(answers.predictions, temperature)
    return Marked(found.labelled, replace(answers, predictions=scaled))
