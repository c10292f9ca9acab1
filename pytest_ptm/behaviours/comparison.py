"""Is a model worse than another one, or than itself in an earlier run?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from pytest_ptm.behaviours.asking import counts, digest, question, rows_of, signature
from pytest_ptm.behaviours.cases import wrong_answers
from pytest_ptm.behaviours.classified import Classified, classify
from pytest_ptm.behaviours.flips import BothModels, own_outcomes
from pytest_ptm.behaviours.theirs import BASELINE, asked_too, stored
from pytest_ptm.behaviours.two_models import both
from pytest_ptm.datasets.columns import LabelMap
from pytest_ptm.datasets.examples import Examples, Label
from pytest_ptm.datasets.load import Source
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.metrics.classification.table import find_metric
from pytest_ptm.results import Earlier, Result
from pytest_ptm.session import current_session
from pytest_ptm.tasks.text_classification import AnyClassifier, Classification

Than = AnyClassifier | Literal["baseline"]


def evaluate_not_worse(
    model: AnyClassifier,
    examples: Source,
    *,
    than: Than,
    metric: str = "accuracy",
    positive: Label | None = None,
    label_map: LabelMap | None = None,
) -> Result:
    """How far a model is ahead of another by a metric; above 0 is better, always.

    Both are asked the same examples, paired by id. ``cases`` are those that the other
    has right and this model wrong, ``failing`` counts them: the negative flips of Yan
    et al. 2021, "Positive-congruent training" (CVPR).

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)`` or ``load_model(…)``.
        examples: Examples, or what ``load_examples`` takes.
        than: the other model, or "baseline" for what the running test found in the run
            that ``--ptm-baseline`` names.
        metric: a name from docs/metrics.md.
        positive: the class that counts as positive, for binary metrics.
        label_map: label of the data to class of the models, where they differ.

    Raises:
        ArgumentError: the metric or the positive class is unknown, or the models have
            not the same classes.
        DataError: the metric is undefined on these examples, a label is no class, or
            there is nothing to ask; PTM113, the baseline has no entry that fits.
        ModelError: a model cannot be loaded or asked.
    """
    _require_comparable(metric, than)
    rows = rows_of(examples)
    asked_for = _Asked(metric, positive, label_map)
    if isinstance(than, str):
        return _than_earlier(model, rows, asked_for)
    _, other = both(model, than, rows)
    found = classify(model, rows, positive=positive, label_map=label_map)
    theirs = asked_too(found, than, label_map)
    parts = asked_for.parts(other.card.fingerprint[:8])
    return BothModels(found, theirs, metric).result(parts)


class _Asked(NamedTuple):
    """By which metric, and how labels are read."""

    metric: str
    positive: Label | None
    label_map: LabelMap | None

    def parts(self, than: str) -> list[str]:
        """What the signature says of it; whatever changes the figure stands there."""
        parts = ["not_worse", self.metric, f"than:{than}"]
        if self.positive is not None:
            parts.append(f"positive:{self.positive}")
        if self.label_map is not None:
            pairs = sorted((repr(key), repr(to)) for key, to in self.label_map.items())
            parts.append(f"labels:{digest(repr(pairs))}")
        return parts


def _require_comparable(metric: str, than: Than) -> None:
    definition = find_metric(metric)
    if not isinstance(than, str):
        return
    if than != BASELINE:
        raise ArgumentError(
            f"than={than!r}: expected a model, such as ptm_load({than!r}), or "
            f"{BASELINE!r}"
        )
    if definition.ordered:
        raise ArgumentError(
            f"{metric} is of the order of all probabilities, which a baseline does not "
            "hold; give than= a model, or --ptm-against"
        )


def _than_earlier(
    model: AnyClassifier, examples: Examples, asked_for: _Asked
) -> Result:
    metric, positive, label_map = asked_for
    parts = asked_for.parts(BASELINE)
    earlier = _earlier(model, examples, parts)
    found = classify(model, examples, positive=positive, label_map=label_map)
    theirs = earlier if isinstance(earlier, str) else stored(found, metric, earlier)
    if isinstance(theirs, str):
        return _unjudged(found, metric, parts, _refused(theirs))
    return BothModels(found, theirs, metric).result(parts)


def _earlier(
    model: AnyClassifier, examples: Examples, parts: Sequence[str]
) -> Earlier | str:
    """What the running test found in the baseline, or why nothing there fits."""
    session = current_session()
    if session.baseline is None:
        raise ArgumentError(
            f"than={BASELINE!r}: the run has none; type --ptm-baseline FILE, or give "
            "than= a model"
        )
    if session.test is None:
        raise ArgumentError(
            f"than={BASELINE!r} finds its entry by the running test, and none is "
            "running; give than= a model"
        )
    asked = question(model, examples, answers=Classification)
    earlier = session.baseline.find(
        session.test.nodeid,
        session.place,
        model=asked.card.name,
        behaviour="not_worse",
        signature=signature(asked, *parts),
        data=asked.examples.fingerprint,
    )
    # Before the model is asked: its answers would be for nothing.
    return _refused(earlier) if isinstance(earlier, str) else earlier


def _refused(why: str) -> str:
    """Why there is nothing to compare with, where this run is to become the baseline.

    Raises:
        DataError: PTM113, it is not.
    """
    if current_session().settings.baseline_update:
        return why
    raise DataError(
        f"nothing to compare with in the baseline: {why}. Write it anew with "
        "--ptm-baseline-update",
        code="PTM113",
    )


def _unjudged(found: Classified, metric: str, parts: Sequence[str], why: str) -> Result:
    """The figure itself, for later runs to be compared with."""
    measurement = found.measure(metric)
    cases, failing = wrong_answers(found.examples, found.truth, found.predictions)
    return Result(
        behaviour="not_worse",
        model=found.asked.card,
        task=found.asked.predictor.task,
        measurement=measurement,
        signature=signature(found.asked, *parts),
        cases=cases,
        failing=failing,
        counts=counts(found.asked, found.answers),
        cost=found.answers.cost,
        notes=(f"stored for later runs and not judged: {why}", *found.doubts()),
        of=found.asked.of,
        data=found.examples.fingerprint,
        outcomes=own_outcomes(found, measurement, None),
        unjudged=why,
    )
