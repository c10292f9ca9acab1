"""What the figure of a verdict stands on: its interval, or the bounds that judged."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_ptm.ground.display import visible
from pytest_ptm.results import Interval, Measurement, Result, Stopped, Verdict
from pytest_ptm.statistics.bounds import outcome_of
from pytest_ptm.verdicts.figures import interval_text, percent, sign_of, told_apart
from pytest_ptm.verdicts.headline import limit_leads


@dataclass(frozen=True, slots=True)
class Detail:
    """A line of a message: what it is called, and its text."""

    label: str
    text: str


def footing(verdict: Verdict) -> list[Detail]:
    """What the figure of the headline stands on: its interval, or what judged it."""
    limit = next((each for each in verdict.limits if not each.met), None)
    leads = limit is not None and limit_leads(verdict)
    if limit is not None and leads:
        interval = _interval_of(limit.measurement)
        if interval is not None:
            holds = interval.low <= limit.bound.limit <= interval.high
            return [Detail("interval", _read(interval, holds_bound=holds))]
    first, *more = _main_footing(verdict)
    measurement = verdict.result.measurement
    if leads and measurement.interval is not None:
        # Under the headline of another figure it would be read as that one's.
        first = Detail(first.label, f"{first.text} · of {visible(measurement.metric)}")
    return [first, *more]


def _main_footing(verdict: Verdict) -> list[Detail]:
    if verdict.result.stopped is not None:
        return _early(verdict.result, verdict.result.stopped)
    if verdict.bound.confidence is not None:
        lines = _judged(verdict)
        interval = verdict.result.measurement.interval
        if interval is not None and interval.low < interval.high:
            lines.append(Detail("interval", f"{interval_text(interval)} · for reading"))
        return lines
    return [Detail("interval", _interval(verdict.result.measurement, verdict))]


def _early(result: Result, stopped: Stopped) -> list[Detail]:
    why = {
        None: "the rows left cannot change the verdict",
        "dataset": "betting on a shuffle without replacement",
        "population": "betting on what the examples are a sample of",
    }[stopped.estimand]
    interval = result.measurement.interval
    between = "" if interval is None else f" · {interval_text(interval)}"
    return [
        Detail("stopped", f"{why} · shuffled with seed {stopped.seed}{between}"),
        Detail("asked", "all figures here are of the examples asked, not of the data"),
    ]


def _judged(verdict: Verdict) -> list[Detail]:
    bound, judged = verdict.bound, verdict.judged
    if judged is None:
        metric = visible(verdict.result.measurement.metric)
        return [Detail("judged on", f"nothing: {metric} has no interval here")]
    method = judged.method
    if bound.spent:
        method += f" · earlier looks had {percent(bound.spent)} of the error"
    outcome = outcome_of(judged, bound)
    if outcome != "inconclusive":
        lower = (bound.at_least is not None) == (outcome == "passed")
        value, limit = told_apart(judged.low if lower else judged.high, bound.limit)
        side = "lower" if lower else "upper"
        sign = sign_of(bound, holds=outcome == "passed")
        return [_one_sided(judged, f"{side} bound {value} {sign} {limit} · {method}")]
    both = f"lower bound {judged.low:z.4f} and upper bound {judged.high:z.4f}"
    between = f"{method}: {bound.limit:z.4f} lies between"
    return [_one_sided(judged, f"{both} · {between}"), *_to_settle(verdict.more)]


def _one_sided(judged: Interval, text: str) -> Detail:
    return Detail("judged on", f"one-sided {percent(judged.confidence)} {text}")


def _to_settle(more: int | None) -> list[Detail]:
    if more is None:
        return [Detail("to settle", "no number of examples, were this the figure")]
    if not more:
        return []
    return [
        Detail(
            "to settle",
            f"about {more:,} more examples, if the true figure is this one "
            "(80 % power)",
        )
    ]


def _interval(measurement: Measurement, verdict: Verdict) -> str:
    interval = measurement.interval
    if interval is None:
        metric = visible(measurement.metric)
        return f"none is offered for {metric} · judged on the figure itself"
    return _read(interval, holds_bound=verdict.interval_holds_bound)


def _interval_of(measurement: Measurement) -> Interval | None:
    """The interval of a figure beside the main one, which few ever ask for."""
    if measurement.interval is not None or measurement.evidence is None:
        return measurement.interval
    return measurement.evidence.interval()


def _read(interval: Interval, *, holds_bound: bool) -> str:
    level = percent(interval.confidence)
    reading = (
        f"inconclusive at {level}: the bound lies inside"
        if holds_bound
        else f"clear at {level}: the bound lies outside"
    )
    return f"{interval_text(interval)} · {reading}"
