"""The headline of a verdict, and every comparison that it was judged by."""

from __future__ import annotations

import math

from pytest_ptm.ground.display import visible
from pytest_ptm.results import Bound, Result, Stopped, Verdict
from pytest_ptm.statistics.bounds import outcome_of
from pytest_ptm.verdicts.figures import comparison, percent, sign_of, told_apart

STORED = "stored, not judged: "
"""How the headline begins of a figure that is kept for later runs."""

_MANY_TRUNCATED = 0.2
"""Above this share the figure is about other texts than the data hold."""


def headline(verdict: Verdict) -> str:
    """One line that stands alone: metric, figure, comparison, bound, n.

    Of what decided: the main figure, or the first limit that does not hold.
    """
    result = verdict.result
    if result.stopped is not None:
        # How many were asked, and of how many, is part of the comparison.
        partial = "" if result.of is None else f" ({_partial(result)})"
        return f"{comparisons(verdict)[0]}{partial}{_cut_short(result)}"
    n = f"n={result.n:,}" if result.of is None else _partial(result)
    return f"{comparisons(verdict)[0]} ({n}){_cut_short(result)}"


def _cut_short(result: Result) -> str:
    """A word on texts that were truncated, where they are many."""
    share = result.counts.share_truncated
    if share <= _MANY_TRUNCATED:
        return ""
    # Rounded down: 100 % is all of them.
    return f" · {math.floor(share * 100)} % of rows truncated"


def comparisons(verdict: Verdict) -> list[str]:
    """The main figure and every limit against its bound; what decided comes first."""
    limits = sorted(verdict.limits, key=lambda limit: limit.met)
    lines = [comparison(limit.measurement, limit.bound) for limit in limits]
    main = _main_comparison(verdict)
    return [lines[0], main, *lines[1:]] if limit_leads(verdict) else [main, *lines]


def limit_leads(verdict: Verdict) -> bool:
    """Whether a limit alone is what does not hold: the headline is of it."""
    missed = not all(limit.met for limit in verdict.limits)
    return missed and verdict.bound.holds(verdict.result.value)


def _main_comparison(verdict: Verdict) -> str:
    result, bound = verdict.result, verdict.bound
    measurement = result.measurement
    if result.unjudged:
        return f"{STORED}{visible(measurement.metric)} {result.value:z.4f}"
    if result.stopped is not None:
        return _ended_early(result, result.stopped, bound)
    if bound.confidence is None:
        return comparison(measurement, bound)
    if verdict.judged is None or outcome_of(verdict.judged, bound) == "inconclusive":
        value, limit = told_apart(result.value, bound.limit)
        return _open(f"{visible(measurement.metric)} {value}", bound, limit)
    alone = " alone, left to holm-gate" if verdict.deferred else ""
    return f"{comparison(measurement, bound)} {_level(bound)}{alone}"


def _ended_early(result: Result, stopped: Stopped, bound: Bound) -> str:
    metric = visible(result.measurement.metric)
    sign = sign_of(bound, holds=stopped.outcome == "passed")
    what = f"{metric} {sign} {bound.limit:z.4f}"
    if stopped.ground == "certain" and bound.confidence is not None:
        # Certain is what all examples would show, and at which confidence.
        what += f" {_level(bound)}"
    if stopped.outcome == "inconclusive" and bound.confidence is not None:
        what = _open(metric, bound, f"{bound.limit:z.4f}")
    sure = (
        "certain"
        if stopped.confidence is None
        else f"confident at {percent(stopped.confidence)}"
    )
    # Who is not told otherwise takes 95 % to be about more than this file.
    where = " in the data set" if stopped.estimand == "dataset" else ""
    return (
        f"{what}{where}, {sure} after {stopped.asked:,} of {stopped.total:,} examples "
        f"({result.value:z.4f} among those)"
    )


def _open(figure: str, bound: Bound, limit: str) -> str:
    return f"inconclusive {_level(bound)}: {figure}, {bound.argument}={limit}"


def _level(bound: Bound) -> str:
    return "" if bound.confidence is None else f"at {percent(bound.confidence)}"


def _partial(result: Result) -> str:
    return f"n={result.n:,}, PARTIAL: {result.n:,} of {result.of or 0:,} by --ptm-limit"
