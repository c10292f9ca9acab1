"""Two sides over the same rows: the gain, and what went from right to wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.asking import counts
from pytest_ptm.behaviours.by_group import figures_by_group
from pytest_ptm.behaviours.cases import Sides, cases_of
from pytest_ptm.behaviours.marked import Marked
from pytest_ptm.behaviours.reporting import result_over
from pytest_ptm.behaviours.theirs import Theirs
from pytest_ptm.ground.display import clip
from pytest_ptm.metrics.paired import Gain, Pairs, gain
from pytest_ptm.results import Case, Measurement, Outcomes, Result
from pytest_ptm.statistics.evidence import MeanOf, ShareOf
from pytest_ptm.statistics.paired import mcnemar_exact, mcnemar_mid_p
from pytest_ptm.statistics.row_sums import KeptByRow
from pytest_ptm.tasks.protocol import C, Rows, said
from pytest_ptm.verdicts.figures import p_text

NEGATIVE_FLIPS = "negative flips"
"""The figure beside the main one: the share of rows that only the other has right."""

_FIXED_SHOWN = 5


@dataclass(frozen=True, slots=True)
class BothModels(Generic[C]):
    """Both sides, held against each other by the metric of ours."""

    found: Marked[C]
    theirs: Theirs[C]

    def result(self, parts: Sequence[str]) -> Result:
        """The gain as a result; ``parts`` is what its signature says of it."""
        found, theirs = self.found, self.theirs
        ours, other, ahead = self.figures()
        lost = self.lost(ahead)
        n, flips = len(found.examples), int(lost.sum())
        # Where no answer went from right to wrong, as of translations that hardly ever
        # are a reference, those that are behind by themselves.
        behind, by = lost, found.away(found.predictions)
        if not flips and ahead.ahead is not None:
            behind, by = ahead.ahead < 0, -ahead.ahead
        return result_over(
            found.asked,
            Measurement.of(
                f"gain in {found.metric.name} over {theirs.name}",
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
                for figure in figures_by_group(found.examples, column, self.ahead)
            ),
            cases=self.cases(behind, by),
            failing=int(behind.sum()),
            counts=counts(found.asked, found.answers),
            cost=found.cost + theirs.cost,
            notes=(
                *self.notes(ours, other, ahead),
                *found.doubts(),
                *self.doubts_of_theirs(),
            ),
            also=self.also(flips, n),
            outcomes=own_outcomes(found, ours, ahead.rows),
        )

    def also(self, lost: int, n: int) -> tuple[Measurement, ...]:
        """The share of negative flips, where answers are right or wrong."""
        if self.found.right is None:
            return ()
        flips = ShareOf(lost, n)
        return (Measurement.of(NEGATIVE_FLIPS, lost / n, n, "lower", flips),)

    def pairs(self) -> Pairs:
        """What both sides made of each row."""
        found, theirs = self.found, self.theirs
        return Pairs(
            found.truth.gold,
            found.right,
            theirs.right,
            found.truth.codes(found.predictions),
            theirs.codes(),
        )

    def figures(
        self, rows: Rows | None = None
    ) -> tuple[Measurement, Measurement, Gain]:
        """Our figure, theirs, and how far ours is ahead; over all rows or some."""
        chosen = np.arange(len(self.found.examples)) if rows is None else rows
        ours = self.theirs.as_precise(self.found.measure(chosen))
        other = self.theirs.measure(self.found, ours, chosen)
        return ours, other, gain(ours, other, self.pairs().take(chosen))

    def ahead(self, rows: Rows) -> Measurement:
        """How far ours is ahead over some rows."""
        ours, _, ahead = self.figures(rows)
        return Measurement.of(
            ours.metric, ahead.value, len(rows), "higher", ahead.evidence
        )

    def lost(self, ahead: Gain) -> NDArray[np.bool_]:
        """The rows that only the other has right, or that it is nearer to; bool[n]."""
        if self.found.right is not None:
            return self.pairs().lost
        return self.farther(ahead) > 0

    def farther(self, ahead: Gain) -> NDArray[np.float64]:
        """How much farther away than theirs ours is in each row."""
        found, theirs = self.found, self.theirs.predictions
        if theirs is not None:
            return found.away(found.predictions) - found.away(theirs)
        # A stored run keeps what each row adds to the figure, and no answers.
        known = ahead.rows if ahead.ahead is None else ahead.ahead
        return np.zeros(len(found.examples)) if known is None else -known

    def notes(
        self, ours: Measurement, other: Measurement, ahead: Gain
    ) -> tuple[str, ...]:
        """Both figures, and in how many rows either side is better."""
        better = "" if ours.better == "higher" else " (lower is better)"
        metric = self.found.metric.name
        return (
            f"compared with {self.theirs.note}",
            f"{metric} {ours.value:z.4f}, theirs {other.value:z.4f}{better}",
            *(
                self.flips()
                if self.found.right is not None
                else self.nearer(self.farther(ahead))
            ),
        )

    def doubts_of_theirs(self) -> tuple[str, ...]:
        """What looks wrong about the labels beside their answers, and not beside ours.

        A gain over a model whose classes have the wrong names is none.
        """
        found, answers = self.found, self.theirs.predictions
        if answers is None:
            return ()
        known = found.remarks(found.predictions)
        new = (each for each in found.remarks(answers) if each not in known)
        return tuple(f"of {self.theirs.name}: {each}" for each in new)

    def nearer(self, farther: NDArray[np.float64]) -> tuple[str, ...]:
        """How many answers are nearer to what is right than theirs."""
        n, worse, better = len(farther), int((farther > 0).sum()), (farther < 0).sum()
        return (
            f"farther from right than theirs {worse:,} ({worse / n * 100:z.2f} %), "
            f"nearer {better:,} ({better / n * 100:z.2f} %)",
        )

    def flips(self) -> tuple[str, ...]:
        """The flips in both directions, and McNemar's test."""
        pairs = self.pairs()
        fixed: list[int] = np.flatnonzero(pairs.gained).tolist()
        n, up, lost = len(pairs.gold), len(fixed), int(pairs.lost.sum())
        shown = fixed[:_FIXED_SHOWN]
        exact, mid_p = (p_text(f(up, lost)) for f in (mcnemar_exact, mcnemar_mid_p))
        ids = ", ".join(clip(self.found.examples.ids[row], 40) for row in shown)
        more = f", … ({up - len(shown)} more)" if up > len(shown) else ""
        return (
            f"negative flips {lost:,} ({lost / n * 100:z.2f} %), positive flips {up:,} "
            f"({up / n * 100:z.2f} %){f': {ids}{more}' if ids else ''}",
            f"McNemar p {exact} exact, {mid_p} mid-p, that both are right equally "
            "often",
        )

    def cases(
        self, lost: NDArray[np.bool_], away: NDArray[np.float64]
    ) -> tuple[Case, ...]:
        """What was lost; worst where ours is farthest from what is right, or behind."""
        found, now = self.found, self.found.predictions
        by = found.asked.predictor

        def sides(row: int) -> Sides:
            ours = found.asked.card.name, said(now, row, by=by)
            return (self.theirs.name, self.theirs.label(row)), ours

        return cases_of(
            found.examples,
            np.flatnonzero(lost),
            severity=lambda row: float(away[row]),
            expected=found.truth.expected,
            observed=lambda row: " → ".join(what for _, what in sides(row)),
            sides=sides,
        )


def own_outcomes(
    found: Marked[C], ours: Measurement, gains: NDArray[np.float64] | None
) -> Outcomes:
    """Ours, as a later run wants them; and what each row adds to the gain."""
    evidence = ours.evidence
    scores = evidence.scores if isinstance(evidence, MeanOf) else None
    stats = evidence.stats if isinstance(evidence, KeptByRow) else None
    return replace(found.outcomes(scores, gains=gains), stats=stats)
