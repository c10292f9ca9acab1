"""Is a model worse than another one, or than itself in an earlier run?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.asking import counts, digest, question, signature
from pytest_ptm.behaviours.cases import cases_of, expected, wrong_answers
from pytest_ptm.behaviours.classified import Classified, classify, rows_by_group
from pytest_ptm.behaviours.theirs import BASELINE, Theirs, asked_too, stored
from pytest_ptm.behaviours.two_models import both
from pytest_ptm.datasets.columns import LabelMap
from pytest_ptm.datasets.examples import Label
from pytest_ptm.datasets.load import Source
from pytest_ptm.display import clip
from pytest_ptm.errors import ArgumentError, DataError
from pytest_ptm.metrics.paired import Gain, Pairs, gain
from pytest_ptm.metrics.table import find_metric
from pytest_ptm.results import (
    Case,
    Earlier,
    GroupFigure,
    Measurement,
    Outcomes,
    Result,
)
from pytest_ptm.session import current_session
from pytest_ptm.statistics.evidence import MeanOf, ShareOf
from pytest_ptm.statistics.paired import mcnemar_exact, mcnemar_mid_p
from pytest_ptm.tasks.protocol import Rows
from pytest_ptm.tasks.text_classification import AnyClassifier, Classification

NEGATIVE_FLIPS = "negative flips"
"""The figure beside the main one: the share of rows that only the other has right."""

Than = AnyClassifier | Literal["baseline"]
_FIXED_SHOWN = 5


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
    definition = find_metric(metric)
    parts = [] if positive is None else [f"positive:{positive}"]
    if label_map is not None:
        pairs = sorted((repr(key), repr(value)) for key, value in label_map.items())
        parts.append(f"labels:{digest(repr(pairs))}")
    if isinstance(than, str):
        if than != BASELINE:
            raise ArgumentError(
                f"than={than!r}: expected a model, such as ptm_load({than!r}), or "
                f"{BASELINE!r}"
            )
        if definition.ordered:
            raise ArgumentError(
                f"{metric} is of the order of all probabilities, which a baseline does "
                "not hold; give than= a model, or --ptm-against"
            )
        wanted = ["not_worse", metric, f"than:{BASELINE}", *parts]
        earlier = _earlier(model, examples, wanted)
        found = classify(model, examples, positive=positive, label_map=label_map)
        theirs = earlier if isinstance(earlier, str) else stored(found, metric, earlier)
        if isinstance(theirs, str):
            return _unjudged(found, metric, wanted, _refused(theirs))
        return _Comparison(found, theirs, metric).result(wanted)
    _, other = both(model, than, examples)
    found = classify(model, examples, positive=positive, label_map=label_map)
    wanted = ["not_worse", metric, f"than:{other.card.fingerprint[:8]}", *parts]
    theirs = asked_too(found, than, label_map)
    return _Comparison(found, theirs, metric).result(wanted)


def _earlier(
    model: AnyClassifier, examples: Source, parts: Sequence[str]
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
        outcomes=_outcomes(found, measurement, None),
        unjudged=why,
    )


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Both sides, and the metric by which they are held against each other."""

    found: Classified
    theirs: Theirs
    metric: str

    def result(self, parts: Sequence[str]) -> Result:
        found, theirs = self.found, self.theirs
        ours, other, ahead = self.figures()
        pairs = self.pairs()
        n, lost = len(pairs.gold), int(pairs.lost.sum())
        return Result(
            behaviour="not_worse",
            model=found.asked.card,
            task=found.asked.predictor.task,
            measurement=Measurement.of(
                f"gain in {self.metric} over {theirs.name}",
                ahead.value,
                n,
                "higher",
                ahead.evidence,
            ),
            signature=signature(found.asked, *parts),
            by_group=tuple(
                figure
                for column in found.examples.groups
                for figure in self.by_group(column)
            ),
            cases=self.cases(pairs),
            failing=lost,
            counts=counts(found.asked, found.answers),
            cost=found.answers.cost + theirs.cost,
            notes=(*self.notes(ours, other, pairs), *found.doubts()),
            of=found.asked.of,
            also=(
                Measurement.of(NEGATIVE_FLIPS, lost / n, n, "lower", ShareOf(lost, n)),
            ),
            data=found.examples.fingerprint,
            outcomes=_outcomes(found, ours, ahead.rows),
        )

    def pairs(self) -> Pairs:
        right = self.found.right
        said = self.found.predictions
        predicted = None if said.multi_label else said.predicted
        return Pairs(
            self.found.truth, right, self.theirs.right, predicted, self.theirs.predicted
        )

    def figures(
        self, rows: Rows | None = None
    ) -> tuple[Measurement, Measurement, Gain]:
        """Our figure, theirs, and how far ours is ahead; over all rows or some."""
        chosen = np.arange(len(self.found.examples)) if rows is None else rows
        ours = self.theirs.as_precise(self.found.measure(self.metric, chosen))
        other = self.theirs.measure(self.found, ours, chosen)
        return ours, other, gain(ours, other, self.pairs().take(chosen))

    def by_group(self, column: str) -> list[GroupFigure]:
        figures: list[GroupFigure] = []
        for group, rows in rows_by_group(self.found.examples, column).items():
            try:
                _, _, ahead = self.figures(rows)
            except DataError:
                # Undefined in this group alone: said beside it, not hidden.
                figures.append(GroupFigure(column, group, None, len(rows)))
                continue
            figures.append(
                GroupFigure(
                    column,
                    group,
                    ahead.value,
                    len(rows),
                    None if ahead.evidence is None else ahead.evidence.interval(),
                    ahead.evidence,
                )
            )
        return figures

    def notes(
        self, ours: Measurement, other: Measurement, pairs: Pairs
    ) -> tuple[str, ...]:
        fixed: list[int] = np.flatnonzero(pairs.gained).tolist()
        n, up, lost = len(pairs.gold), len(fixed), int(pairs.lost.sum())
        better = "" if ours.better == "higher" else " (lower is better)"
        shown = fixed[:_FIXED_SHOWN]
        ids = ", ".join(clip(self.found.examples.ids[row], 40) for row in shown)
        more = f", … ({up - len(shown)} more)" if up > len(shown) else ""
        return (
            f"compared with {self.theirs.note}",
            f"{self.metric} {ours.value:.4f}, theirs {other.value:.4f}{better}",
            f"negative flips {lost:,} ({lost / n * 100:.2f} %), positive flips {up:,} "
            f"({up / n * 100:.2f} %){f': {ids}{more}' if ids else ''}",
            f"McNemar p {mcnemar_exact(up, lost):.4f} exact, "
            f"{mcnemar_mid_p(up, lost):.4f} mid-p, that both are right equally often",
        )

    def cases(self, pairs: Pairs) -> tuple[Case, ...]:
        """The negative flips; worst where the right class is least likely now."""
        truth, now = self.found.truth, self.found.predictions
        if now.multi_label:
            away = np.abs(now.probabilities - truth).max(axis=1)
        else:
            rows = np.arange(len(truth))
            away = 1.0 - now.probabilities[rows, truth.astype(np.intp)]
        return cases_of(
            self.found.examples,
            np.flatnonzero(pairs.lost),
            severity=lambda row: float(away[row]),
            expected=lambda row: expected(truth, now, row),
            observed=lambda row: f"{self.theirs.said(row)} → {now.said(row)}",
        )


def _outcomes(
    found: Classified, ours: Measurement, gains: NDArray[np.float64] | None
) -> Outcomes:
    """Ours, as a later run wants them; and what each row adds to the gain."""
    evidence = ours.evidence
    scores = evidence.scores if isinstance(evidence, MeanOf) else None
    return found.outcomes(scores, gains=gains)
