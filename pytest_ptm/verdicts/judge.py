"""What a figure means against its bound, and every word that is said about it."""

from __future__ import annotations

import math

from pytest_ptm.ground.display import clip, counted, visible
from pytest_ptm.results import (
    Bound,
    Case,
    Counts,
    GroupFigure,
    Interval,
    Limit,
    Measurement,
    Outcome,
    Result,
    Stopped,
    Verdict,
)
from pytest_ptm.statistics.bounds import more_to_tell, one_sided, outcome_of

_TEXT_SHOWN = 120
_GROUPS_SHOWN = 12
_MANY_TRUNCATED = 0.2
"""Above this share the figure is about other texts than the data hold."""


def judge(result: Result, bound: Bound, *, limits: tuple[Limit, ...] = ()) -> Verdict:
    """The verdict: of the figure itself, or of its one-sided bounds at a confidence.

    With ``bound.confidence`` the result passes only if its bound on the near side is
    clear of the limit, fails only if the one on the far side misses it, and is
    inconclusive otherwise. A result whose asking ended early brings its verdict along;
    one that there is nothing to judge by is inconclusive.
    Every further limit has to hold as well, by the figure itself.
    """
    measurement = result.measurement
    stopped = result.stopped
    judged = None if stopped else one_sided(measurement.evidence, bound)
    if stopped is not None:
        outcome: Outcome = stopped.outcome
    elif bound.confidence is None:
        outcome = "passed" if bound.holds(result.value) else "failed"
    else:
        outcome = outcome_of(judged, bound)
    if not all(each.met for each in limits):
        outcome = "failed"
    if result.unjudged:
        outcome = "inconclusive"
    interval = measurement.interval
    return Verdict(
        result=result,
        bound=bound,
        outcome=outcome,
        interval_holds_bound=(
            interval is not None and interval.low <= bound.limit <= interval.high
        ),
        limits=limits,
        judged=judged,
        more=more_to_tell(measurement, bound)
        if outcome == "inconclusive" and not result.unjudged
        else None,
    )


def headline(verdict: Verdict) -> str:
    """One line that stands alone: metric, figure, comparison, bound, n.

    Of what decided: the main figure, or the first limit that does not hold.
    """
    result = verdict.result
    if result.stopped is not None:
        # How many were asked, and of how many, is part of the comparison.
        partial = "" if result.of is None else f" ({_partial(result)})"
        return f"{_comparisons(verdict)[0]}{partial}{_cut_short(result)}"
    n = f"n={result.n:,}" if result.of is None else _partial(result)
    return f"{_comparisons(verdict)[0]} ({n}){_cut_short(result)}"


def _cut_short(result: Result) -> str:
    """A word on texts that were truncated, where they are many."""
    share = result.counts.share_truncated
    if share <= _MANY_TRUNCATED:
        return ""
    # Rounded down: 100 % is all of them.
    return f" · {math.floor(share * 100)} % of rows truncated"


def explain(verdict: Verdict, *, show_cases: int, rerun: str | None = None) -> str:
    """The whole report of a verdict, its headline first."""
    result = verdict.result
    lines = [
        headline(verdict),
        _row("model", visible(str(result.model))),
        *_ground(verdict),
        *(_row("also", line) for line in _comparisons(verdict)[1:]),
        *_groups(result.by_group),
        *_counts(result),
        *(_row("note", visible(note)) for note in (*result.model.notes, *result.notes)),
        *_cases(result, show_cases),
        _row("cost", cost_line(result)),
        _row("signature", visible(result.signature)),
    ]
    if rerun is not None:
        lines.append(_row("rerun", visible(rerun)))
    return "\n".join(lines)


def cost_line(result: Result) -> str:
    """What the answers cost: asked, sent, passes, seconds."""
    cost = result.cost
    return (
        f"{cost.examples:,} asked · {cost.forwarded:,} through the model in "
        f"{counted(cost.passes, 'pass')} · {cost.seconds:.1f} s"
    )


def interval_text(interval: Interval) -> str:
    """Confidence, method and both ends."""
    return (
        f"{_percent(interval.confidence)} {interval.method} "
        f"{interval.low:.4f} .. {interval.high:.4f}"
    )


def _row(label: str, text: str) -> str:
    return f"  {label:<10} {text}"


def _comparisons(verdict: Verdict) -> list[str]:
    """The main figure and every limit against its bound; what decided comes first."""
    limits = sorted(verdict.limits, key=lambda limit: limit.met)
    lines = [_comparison(limit.measurement, limit.bound) for limit in limits]
    main = _main_comparison(verdict)
    return [lines[0], main, *lines[1:]] if _limit_leads(verdict) else [main, *lines]


def _limit_leads(verdict: Verdict) -> bool:
    """Whether a limit alone is what does not hold: the headline is of it."""
    missed = not all(limit.met for limit in verdict.limits)
    return missed and verdict.bound.holds(verdict.result.value)


def _main_comparison(verdict: Verdict) -> str:
    result, bound = verdict.result, verdict.bound
    measurement, stopped = result.measurement, result.stopped
    if result.unjudged:
        return f"stored, not judged: {visible(measurement.metric)} {result.value:.4f}"
    if stopped is not None:
        sign = _sign(bound, holds=stopped.outcome == "passed")
        what = f"{visible(measurement.metric)} {sign} {bound.limit:.4f}"
        if stopped.ground == "certain" and bound.confidence is not None:
            # Certain is what all examples would show, and at which confidence.
            what += f" at {_percent(bound.confidence)}"
        if stopped.outcome == "inconclusive" and bound.confidence is not None:
            name = "at_least" if bound.at_least is not None else "at_most"
            what = (
                f"inconclusive at {_percent(bound.confidence)}: "
                f"{visible(measurement.metric)}, {name}={bound.limit:.4f}"
            )
        sure = (
            "certain"
            if stopped.confidence is None
            else f"confident at {_percent(stopped.confidence)}"
        )
        # Who is not told otherwise takes 95 % to be about more than this file.
        where = " in the data set" if stopped.estimand == "dataset" else ""
        return (
            f"{what}{where}, {sure} after "
            f"{stopped.asked:,} of {stopped.total:,} examples ({result.value:.4f} "
            "among those)"
        )
    if bound.confidence is None:
        return _comparison(measurement, bound)
    level = f"at {_percent(bound.confidence)}"
    if verdict.judged is None or outcome_of(verdict.judged, bound) == "inconclusive":
        value, limit = _told_apart(result.value, bound.limit)
        name = "at_least" if bound.at_least is not None else "at_most"
        metric = visible(measurement.metric)
        return f"inconclusive {level}: {metric} {value}, {name}={limit}"
    alone = " alone, left to holm-gate" if verdict.deferred else ""
    return f"{_comparison(measurement, bound)} {level}{alone}"


def _comparison(measurement: Measurement, bound: Bound) -> str:
    value, limit = _told_apart(measurement.value, bound.limit)
    sign = _sign(bound, holds=bound.holds(measurement.value))
    # Class names and the names of changes come from checkpoints and users.
    return f"{visible(measurement.metric)} {value} {sign} {limit}"


def _sign(bound: Bound, *, holds: bool) -> str:
    met, missed = (">=", "<") if bound.at_least is not None else ("<=", ">")
    return met if holds else missed


def _percent(confidence: float) -> str:
    return f"{confidence * 100:g} %"


def _told_apart(value: float, limit: float) -> tuple[str, str]:
    """Both numbers with as many digits as it takes to see which is larger."""
    for digits in range(4, 17):
        shown = f"{value:.{digits}f}", f"{limit:.{digits}f}"
        if value == limit or shown[0] != shown[1]:
            return shown
    return repr(value), repr(limit)


def _partial(result: Result) -> str:
    return f"n={result.n:,}, PARTIAL: {result.n:,} of {result.of or 0:,} by --ptm-limit"


def _ground(verdict: Verdict) -> list[str]:
    """What the main figure stands on: the interval, or the bound that judged."""
    first, *more = _main_ground(verdict)
    measurement = verdict.result.measurement
    if _limit_leads(verdict) and measurement.interval is not None:
        # Under the headline of another figure it would be read as that one's.
        first += f" · of {visible(measurement.metric)}"
    return [first, *more]


def _main_ground(verdict: Verdict) -> list[str]:
    if verdict.result.stopped is not None:
        return _early(verdict.result, verdict.result.stopped)
    if verdict.bound.confidence is not None:
        lines = _judged(verdict, verdict.bound.confidence)
        interval = verdict.result.measurement.interval
        if interval is not None and interval.low < interval.high:
            lines.append(_row("interval", f"{interval_text(interval)} · for reading"))
        return lines
    return [_row("interval", _interval(verdict.result.measurement, verdict))]


def _early(result: Result, stopped: Stopped) -> list[str]:
    why = {
        None: "the rows left cannot change the verdict",
        "dataset": "betting on a shuffle without replacement",
        "population": "betting on what the examples are a sample of",
    }[stopped.estimand]
    interval = result.measurement.interval
    between = "" if interval is None else f" · {interval_text(interval)}"
    return [
        _row("stopped", f"{why} · shuffled with seed {stopped.seed}{between}"),
        _row("asked", "all figures here are of the examples asked, not of the data"),
    ]


def _judged(verdict: Verdict, confidence: float) -> list[str]:
    bound, judged = verdict.bound, verdict.judged
    if judged is None:
        metric = visible(verdict.result.measurement.metric)
        return [_row("judged on", f"nothing: {metric} has no interval here")]
    level = f"one-sided {_percent(judged.confidence)}"
    method = judged.method
    if bound.spent:
        method += f" · earlier looks had {_percent(bound.spent)} of the error"
    outcome = outcome_of(judged, bound)
    if outcome != "inconclusive":
        lower = (bound.at_least is not None) == (outcome == "passed")
        value, limit = _told_apart(judged.low if lower else judged.high, bound.limit)
        side = "lower" if lower else "upper"
        sign = _sign(bound, holds=outcome == "passed")
        text = f"{level} {side} bound {value} {sign} {limit} · {method}"
        return [_row("judged on", text)]
    lines = [
        _row(
            "judged on",
            f"{level} lower bound {judged.low:.4f} and upper bound {judged.high:.4f} · "
            f"{method}: {bound.limit:.4f} lies between",
        )
    ]
    if verdict.more:
        lines.append(
            _row(
                "to settle",
                f"about {verdict.more:,} more examples, if the true figure is this one "
                "(80 % power)",
            )
        )
    elif verdict.more is None:
        lines.append(_row("to settle", "no number of examples, were this the figure"))
    return lines


def _interval(measurement: Measurement, verdict: Verdict) -> str:
    interval = measurement.interval
    if interval is None:
        metric = visible(measurement.metric)
        return f"none is offered for {metric} · judged on the figure itself"
    level = _percent(interval.confidence)
    reading = (
        f"inconclusive at {level}: the bound lies inside"
        if verdict.interval_holds_bound
        else f"clear at {level}: the bound lies outside"
    )
    return f"{interval_text(interval)} · {reading}"


def _groups(figures: tuple[GroupFigure, ...]) -> list[str]:
    lines: list[str] = []
    for column in dict.fromkeys(figure.column for figure in figures):
        mine = [figure for figure in figures if figure.column == column]
        shown = [_group(figure) for figure in mine[:_GROUPS_SHOWN]]
        if len(mine) > _GROUPS_SHOWN:
            shown.append(f"… ({len(mine) - _GROUPS_SHOWN} more groups)")
        lines.append(_row("by group", " · ".join(shown)))
    return lines


def _group(figure: GroupFigure) -> str:
    name = f"{visible(figure.column)}={clip(figure.group, 30)}"
    if figure.value is None:
        return f"{name} undefined (n={figure.n:,})"
    interval = figure.interval
    between = (
        "" if interval is None else f" [{interval.low:.4f} .. {interval.high:.4f}]"
    )
    return f"{name} {figure.value:.4f}{between} (n={figure.n:,})"


def counts_text(counts: Counts) -> str:
    """What needs a word beside the figure; nothing where nothing does."""
    said = [
        (counts.truncated, "truncated to what the model can see"),
        (counts.skipped, "skipped"),
        (counts.unchanged, "unchanged and left out"),
        (counts.invalid, "invalid"),
        (counts.empty, "empty or blank"),
    ]
    return " · ".join(f"{number:,} {what}" for number, what in said if number)


def _counts(result: Result) -> list[str]:
    text = counts_text(result.counts)
    return [_row("counts", text)] if text else []


def _cases(result: Result, most: int) -> list[str]:
    shown = result.cases[:most]
    if not shown:
        return []
    lines = [f"  worst {len(shown)} of {result.failing:,}"]
    width = max(len(clip(case.example_id, 40)) for case in shown)
    lines += [f"    {_case(case, width)}" for case in shown]
    return lines


def _case(case: Case, width: int) -> str:
    text = clip(case.shown, _TEXT_SHOWN)
    note = f"  {visible(case.note)}" if case.note else ""
    return (
        f"{clip(case.example_id, 40):<{width}}  expected {clip(case.expected, 60)}  "
        f'got {clip(case.observed, 90)}  "{text}"{note}'
    )
