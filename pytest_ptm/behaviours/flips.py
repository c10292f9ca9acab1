"""Two sides over the same rows: the gain, and what went from right to wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.asking import counts
from pytest_ptm.behaviours.cases import cases_of, expected
from pytest_ptm.behaviours.classified import Classified, rows_by_group
from pytest_ptm.behaviours.reporting import result_over
from pytest_ptm.behaviours.theirs import Theirs
from pytest_ptm.ground.display import clip
from pytest_ptm.ground.errors import DataError
from pytest_ptm.metrics.classification.paired import Gain, Pairs, gain
from pytest_ptm.metrics.classification.table import Metric
from pytest_ptm.results import Case, GroupFigure, Measurement, Outcomes, Result
from pytest_ptm.statistics.evidence import MeanOf, ShareOf
from pytest_ptm.statistics.paired import mcnemar_exact, mcnemar_mid_p
from pytest_ptm.tasks.protocol import Rows

NEGATIVE_FLIPS = "negative flips"
"""The figure beside the main one: the share of rows that only the other has right."""

_FIXED_SHOWN = 5


@dataclass(frozen=True, slots=True)
class BothModels:
    """Both sides, and the metric by which they are held against each other."""

    found: Classified
    theirs: Theirs
    metric: Metric

    def result(self, parts: Sequence[str]) -> Result:
        """The gain as a result; ``parts`` is what its signature says of it."""
        found, theirs = self.found, self.theirs
        ours, other, ahead = self.figures()
        pairs = self.pairs()
        n, lost = len(pairs.gold), int(pairs.lost.sum())
        return result_over(
            found.asked,
            Measurement.of(
                f"gain in {self.metric.name} over {theirs.name}",
                ahead.value,
                n,
                "higher",
                ahead.evidence,
            ),
            behaviour="not_worse",
            parts=parts,
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
            also=(
                Measurement.of(NEGATIVE_FLIPS, lost / n, n, "lower", ShareOf(lost, n)),
            ),
            outcomes=own_outcomes(found, ours, ahead.rows),
        )

    def pairs(self) -> Pairs:
        """What both sides made of each row."""
        found, theirs = self.found, self.theirs
        several = found.predictions.multi_label
        return Pairs(
            found.truth,
            found.right,
            theirs.right,
            None if several else found.answered,
            theirs.answered(found.truth),
        )

    def figures(
        self, rows: Rows | None = None
    ) -> tuple[Measurement, Measurement, Gain]:
        """Our figure, theirs, and how far ours is ahead; over all rows or some."""
        chosen = np.arange(len(self.found.examples)) if rows is None else rows
        ours = self.theirs.as_precise(self.found.measure(self.metric.name, chosen))
        other = self.theirs.measure(self.found, ours, chosen)
        return ours, other, gain(ours, other, self.pairs().take(chosen))

    def by_group(self, column: str) -> list[GroupFigure]:
        """The gain over each group of one column, in the order of their names."""
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
        """Both figures, the flips in both directions, and McNemar's test."""
        fixed: list[int] = np.flatnonzero(pairs.gained).tolist()
        n, up, lost = len(pairs.gold), len(fixed), int(pairs.lost.sum())
        better = "" if ours.better == "higher" else " (lower is better)"
        shown = fixed[:_FIXED_SHOWN]
        ids = ", ".join(clip(self.found.examples.ids[row], 40) for row in shown)
        more = f", … ({up - len(shown)} more)" if up > len(shown) else ""
        return (
            f"compared with {self.theirs.note}",
            f"{self.metric.name} {ours.value:.4f}, theirs {other.value:.4f}{better}",
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


def own_outcomes(
    found: Classified, ours: Measurement, gains: NDArray[np.float64] | None
) -> Outcomes:
    """Ours, as a later run wants them; and what each row adds to the gain."""
    evidence = ours.evidence
    scores = evidence.scores if isinstance(evidence, MeanOf) else None
    return found.outcomes(scores, gains=gains)
