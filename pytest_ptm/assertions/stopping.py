"""Asking window by window, until the verdict is settled.

The behaviours know nothing of it: each window is evaluated as a data set of its own,
and what is reported in the end is an evaluation of all rows asked, whose answers are
known by then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.plan import windows
from pytest_ptm.errors import ArgumentError
from pytest_ptm.results import Bound, Cost, Outcome, Outcomes, Result, Stopped
from pytest_ptm.session import current_session
from pytest_ptm.statistics.anytime import anytime_share
from pytest_ptm.statistics.bounds import outcome_at
from pytest_ptm.statistics.curtailment import Ground
from pytest_ptm.statistics.evidence import ShareOf
from pytest_ptm.statistics.sequential_gap import SequentialGap
from pytest_ptm.statistics.sequential_mean import SequentialMean
from pytest_ptm.statistics.sequential_share import SequentialShare

WINDOW, LOOKS, CERTAIN_LOOKS = 64, 200, 20
"""Rows between two looks at the verdict, unless that made more than so many looks;
fewer where only certainty ends it, which most of the rows are needed for anyhow."""

Evaluate = Callable[[Examples], Result]


class Settling(Protocol):
    """A verdict in the making: told the outcomes of each window."""

    def observe(self, outcomes: Outcomes) -> tuple[Outcome, Ground] | None:
        """The verdict and what it stands on, once there is one."""
        ...


@dataclass(frozen=True, slots=True)
class Stoppable:
    """How an assertion can be settled before its last row.

    ``part`` evaluates some of the rows as ``evaluate`` does all; ``counting`` are the
    rows that the figure will be over; ``settling`` starts a verdict on that many of
    them, at alpha, or certain without.
    """

    part: Evaluate
    settling: Callable[[Examples, Bound, float | None], Settling]
    counting: Callable[[Examples], Examples] = lambda rows: rows


def mean_of_rows(rows: Examples, bound: Bound, alpha: float | None) -> Settling:
    """A verdict on a figure that is the mean of one score a row, within 0 .. 1."""
    if alpha is None and bound.confidence is not None:
        return _AtConfidence(len(rows), bound)
    return _MeanOfRows(len(rows), bound, alpha)


def gap_between(column: str) -> Callable[[Examples, Bound, float | None], Settling]:
    """A verdict on the largest gap between the shares of the groups of a column."""

    def settling(rows: Examples, bound: Bound, alpha: float | None) -> Settling:
        return _GapBetween(rows, column, bound, alpha)

    return settling


def ask_until_settled(
    evaluate: Evaluate,
    rows: Examples,
    *,
    stoppable: Stoppable,
    bound: Bound,
    when: Literal["certain", "confident"],
) -> Result:
    """The result over as many rows as the verdict takes, in the order of a shuffle.

    With ``stopped`` set; or the result over all rows, if it takes them all.
    """
    session = current_session()
    settings = session.settings
    full = len(rows)
    if settings.limit is not None:
        rows = rows.sample(settings.limit, seed=settings.seed)
    counting = stoppable.counting(rows)
    alpha = None if when == "certain" else 1 - (bound.confidence or 0.95)
    settling = stoppable.settling(counting, bound, alpha)
    looks = CERTAIN_LOOKS if alpha is None else LOOKS
    size = max(WINDOW, -(-len(counting) // looks))
    asked: list[int] = []
    cost, settled = Cost(), None
    for places in windows(len(counting), size=size, seed=settings.seed):
        part = stoppable.part(counting.take(places.tolist()))
        cost += part.cost
        asked += places.tolist()
        outcomes = part.outcomes
        if outcomes is None or len(outcomes.ids) != len(places):
            # A change that is not the same each time: every row is asked instead.
            break
        settled = settling.observe(outcomes)
        if settled is not None:
            break
    told = len(session.costs)
    if settled is None or len(asked) == len(counting):
        result = evaluate(rows)
    else:
        result = stoppable.part(counting.take(sorted(asked)))
        outcome, ground = settled
        result = _stopped(
            result,
            Stopped(
                asked=len(asked),
                total=len(counting),
                ground=ground,
                outcome=outcome,
                seed=settings.seed,
                confidence=None if alpha is None or ground == "certain" else 1 - alpha,
            ),
        )
    # What was known already was asked, and counted, window by window.
    again = session.costs[told:]
    del session.costs[told:]
    fresh = [one for one in again if one.forwarded]
    session.costs += fresh
    cost = sum(fresh, start=cost)
    return replace(result, cost=cost, of=full if full > len(rows) else None)


def _stopped(result: Result, stopped: Stopped) -> Result:
    """The result with an interval that holds although one looked after each window."""
    measurement = result.measurement
    evidence = measurement.evidence
    interval = None
    if isinstance(evidence, ShareOf):
        interval = anytime_share(evidence.hits, evidence.n, total=stopped.total)
    return replace(
        result,
        measurement=replace(measurement, interval=interval),
        stopped=stopped,
    )


class _MeanOfRows:
    """A mean of scores; the sharper test for shares speaks while all are 0 or 1."""

    def __init__(self, total: int, bound: Bound, alpha: float | None) -> None:
        ends = {"at_least": bound.at_least, "at_most": bound.at_most}
        self._share = SequentialShare(total, **ends, alpha=alpha)
        self._mean = SequentialMean(total, **ends, alpha=alpha)
        self._is_share = True

    def observe(self, outcomes: Outcomes) -> tuple[Outcome, Ground] | None:
        scores = _scores(outcomes)
        hits: NDArray[np.bool_] = scores == 1
        self._is_share = self._is_share and bool((hits | (scores == 0)).all())
        self._mean.observe(scores)
        self._share.observe(hits)
        test = self._share if self._is_share else self._mean
        if test.decision == "undecided" or test.ground is None:
            return None
        return test.decision, test.ground


class _AtConfidence:
    """A verdict by one-sided bounds, once no rows to come can change it.

    Of shares only: what is no share is asked to the end.
    """

    def __init__(self, total: int, bound: Bound) -> None:
        self._total, self._bound = total, bound
        self._hits = self._asked = 0
        self._is_share = True

    def observe(self, outcomes: Outcomes) -> tuple[Outcome, Ground] | None:
        scores = _scores(outcomes)
        self._is_share = self._is_share and bool(((scores == 0) | (scores == 1)).all())
        if not self._is_share:
            return None
        self._hits += int(scores.sum())
        self._asked += len(scores)
        left = self._total - self._asked
        # The outcome only ever moves one way with the hits.
        fewest, most = self._outcome(self._hits), self._outcome(self._hits + left)
        return (fewest, "certain") if fewest == most else None

    def _outcome(self, hits: int) -> Outcome:
        return outcome_at(ShareOf(hits, self._total), self._bound)


class _GapBetween:
    """A largest gap between groups."""

    def __init__(
        self, rows: Examples, column: str, bound: Bound, alpha: float | None
    ) -> None:
        names = rows.group(column)
        self._column = column
        self._places = {name: place for place, name in enumerate(sorted(set(names)))}
        totals = [0] * len(self._places)
        for name in names:
            totals[self._places[name]] += 1
        self._gap = SequentialGap(totals, at_most=bound.limit, alpha=alpha)

    def observe(self, outcomes: Outcomes) -> tuple[Outcome, Ground] | None:
        groups = [self._places[name] for name in outcomes.groups[self._column]]
        right = outcomes.right
        if right is None:
            raise ArgumentError("a gap needs what is right and wrong of each row")
        self._gap.observe(np.array(groups, dtype=np.intp), right)
        if self._gap.decision == "undecided" or self._gap.ground is None:
            return None
        return self._gap.decision, self._gap.ground


def _scores(outcomes: Outcomes) -> NDArray[np.float64]:
    if outcomes.scores is None:
        raise ArgumentError("early_stop= needs a figure that is a mean over rows")
    return outcomes.scores
