"""How far apart a figure lies between groups of people, places or anything else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pytest_ptm.behaviours.asking import counts
from pytest_ptm.behaviours.by_group import groups_alike, rows_by_group
from pytest_ptm.behaviours.choice import AnyModel
from pytest_ptm.behaviours.compared_by import compared_by
from pytest_ptm.behaviours.inquiry import AsAWhole, GapOfUnits, run
from pytest_ptm.behaviours.marked import (
    Labelled,
    Marked,
    named,
    over_labels,
)
from pytest_ptm.behaviours.reporting import result_over
from pytest_ptm.behaviours.rowwise import Rowwise
from pytest_ptm.checks.own import Expected
from pytest_ptm.datasets.columns import LabelMap
from pytest_ptm.datasets.examples import Examples, Label
from pytest_ptm.datasets.load import Source
from pytest_ptm.ground.display import clip
from pytest_ptm.ground.errors import DataError
from pytest_ptm.ground.whole import require_whole
from pytest_ptm.metrics.protocol import Metric
from pytest_ptm.results import GroupFigure, Measurement, Result
from pytest_ptm.statistics.combined_evidence import LargestGap
from pytest_ptm.statistics.exact import difference, exact_value
from pytest_ptm.tasks.protocol import C

MIN_GROUP_SIZE = 30
"""Below this a gap between groups is mostly chance (docs/bias.md)."""


def evaluate_bias_gap(
    model: AnyModel[Any],
    examples: Source,
    *,
    group: str,
    metric: str = "accuracy",
    positive: Label | None = None,
    label_map: LabelMap | None = None,
    expect: Expected | None = None,
    min_group_size: int = MIN_GROUP_SIZE,
) -> Result:
    """The largest difference of a metric between any two groups.

    The highest of the groups' figures less the lowest, as fairlearn's
    ``MetricFrame.difference(method="between_groups")``. Of ``selection_rate`` that is
    the demographic parity difference, of ``true_positive_rate`` the equal opportunity
    difference.

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)`` or ``load_model(…)``.
        examples: Examples with the group column, loaded with ``groups=[group]``.
        group: the column whose values are compared.
        metric: a name from docs/metrics.md, or ``selection_rate``,
            ``true_positive_rate``, ``false_positive_rate``, ``false_negative_rate``.
        positive: the class that counts as positive, for binary metrics.
        label_map: label of the data to class of the model, where they differ.
        expect: of models that write, what answers have to be, as ``assert_generates``
            takes it, in place of a metric: the share that passes.
        min_group_size: groups with fewer examples are an error, not a figure.

    Raises:
        ArgumentError: the column, the metric or the positive class is unknown.
        DataError: PTM209, a group is too small or there is only one; PTM207, the metric
            is undefined in a group.
        ModelError: the model cannot be loaded or asked.
    """
    return run(
        bias_gap(
            model,
            examples,
            group=group,
            metric=metric,
            positive=positive,
            label_map=label_map,
            expect=expect,
            min_group_size=min_group_size,
        )
    )


def bias_gap(
    model: AnyModel[Any],
    examples: Source,
    *,
    group: str,
    metric: str,
    positive: Label | None,
    label_map: LabelMap | None,
    expect: Expected | None = None,
    min_group_size: int,
) -> Rowwise[Any]:
    """The question behind `evaluate_bias_gap`."""
    min_group_size = require_whole("min_group_size", min_group_size, least=1)
    asked_for = compared_by(metric, positive, label_map, expect)
    rows = asked_for.rows(examples)
    # On the whole data: a sample by --ptm-limit is smaller, and marked PARTIAL.
    refuse_small(rows, group, min_group_size)
    found = asked_for.of(model, rows)
    check = asked_for.check
    about = named(positive) if check is None else [f"expect:{check.name}"]
    return over_labels(
        found,
        figure=_figure(found, group),
        report=lambda said: _result(said, group, about),
    )


def _figure(found: Labelled[C], group: str) -> GapOfUnits | AsAWhole:
    """What is known of the gap before the model is asked."""
    of_each = found.figure()
    if isinstance(of_each, AsAWhole):
        return of_each
    if not found.metric.share:
        return AsAWhole(f"a gap of {found.metric.name} is none between shares")
    return GapOfUnits(group)


def _result(found: Marked[C], group: str, about: Sequence[str]) -> Result:
    metric = found.metric
    figures = found.by_group(group)
    lowest, highest = _extremes(found, figures)
    worst = lowest if metric.better == "higher" else highest
    cases, failing = found.worst(rows_by_group(found.examples, group)[worst.group])
    return result_over(
        found.asked,
        Measurement.of(
            f"{metric.name} gap by {clip(group, 40)}",
            _difference(highest, lowest),
            len(found.examples),
            "lower",
            _evidence(found.examples, figures, most=_widest(metric)),
        ),
        behaviour="bias_gap",
        parts=(
            f"{metric.name} gap",
            *metric.made_by(found.truth.gold),
            f"group:{group}",
            *about,
        ),
        by_group=figures,
        cases=[replace(case, note=worst.group) for case in cases],
        failing=failing,
        counts=counts(found.asked, found.answers),
        cost=found.cost,
        notes=(
            f"largest between {clip(highest.group, 40)} {highest.value:z.4f} and "
            f"{clip(lowest.group, 40)} {lowest.value:z.4f}; cases are of "
            f"{clip(worst.group, 40)}",
            *groups_alike(each.group for each in figures),
            *found.doubts(),
        ),
        outcomes=found.outcomes(),
    )


def _widest(metric: Metric[Any]) -> float:
    """How far two figures of the metric can lie apart."""
    widest = metric.scale.widest
    return math.inf if widest is None else widest


def _evidence(
    examples: Examples, figures: Sequence[GroupFigure], *, most: float
) -> LargestGap | None:
    groups = [each.evidence for each in figures if each.evidence is not None]
    if len(groups) < len(figures):
        return None
    rows = rows_by_group(examples, figures[0].column)
    return LargestGap(
        values=tuple(each.value or 0.0 for each in figures),
        groups=tuple(groups),
        most=most,
        rows=tuple(rows[each.group] for each in figures),
    )


def _difference(highest: GroupFigure, lowest: GroupFigure) -> float:
    """The highest figure less the lowest, exactly where both are of counts.

    0.90 less 0.85 is then 0.05, which a bound of 0.05 allows, and not 0.0500…04.
    """
    exact = exact_value(highest.evidence), exact_value(lowest.evidence)
    return difference(highest.value or 0.0, lowest.value or 0.0, *exact)


def refuse_small(examples: Examples, group: str, least: int) -> None:
    """Nothing, where there are two groups or more and each has so many examples.

    Raises:
        DataError: PTM209, there are not.
    """
    sizes = {name: len(rows) for name, rows in rows_by_group(examples, group).items()}
    small = [f"{clip(name, 40)} (n={n})" for name, n in sizes.items() if n < least]
    if small:
        raise DataError(
            f"{examples.source}: {group} has groups of fewer than {least} examples: "
            f"{', '.join(small[:12])}. A gap between so few is mostly chance: add "
            "examples, bring groups together, or say min_group_size=",
            code="PTM209",
        )
    if len(sizes) < 2:
        raise DataError(
            f"{examples.source}: {group} has one group only "
            f"({clip(next(iter(sizes), 'none'), 40)}); a gap needs two",
            code="PTM209",
        )


def _extremes(
    found: Marked[C], figures: list[GroupFigure]
) -> tuple[GroupFigure, GroupFigure]:
    """The groups with the lowest and the highest figure; all of them must have one."""
    for figure in figures:
        if figure.value is None:
            rows = rows_by_group(found.examples, figure.column)[figure.group]
            try:
                found.measure(rows)
            except DataError as error:
                raise DataError(
                    f"in group {figure.column}={clip(figure.group, 40)}: "
                    f"{error.message}",
                    code=error.code,
                ) from None
    ordered = sorted(figures, key=lambda figure: figure.value or 0.0)
    return ordered[0], ordered[-1]
