"""What a figure means against its bound, and every word that is said about it."""

from __future__ import annotations

from pytest_ptm.display import clip, counted, visible
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
    Verdict,
)

_TEXT_SHOWN = 120
_GROUPS_SHOWN = 12


def judge(result: Result, bound: Bound, *, limits: tuple[Limit, ...] = ()) -> Verdict:
    """The verdict by the point estimate: the figure itself against the bound.

    Every further limit has to hold as well.
    """
    limit, interval = bound.limit, result.measurement.interval
    met = bound.holds(result.value) and all(each.met for each in limits)
    outcome: Outcome = "passed" if met else "failed"
    return Verdict(
        result=result,
        bound=bound,
        outcome=outcome,
        interval_holds_bound=(
            interval is not None and interval.low <= limit <= interval.high
        ),
        limits=limits,
    )


def headline(verdict: Verdict) -> str:
    """One line that stands alone: metric, figure, comparison, bound, n.

    Of what decided: the main figure, or the first limit that does not hold.
    """
    result = verdict.result
    n = f"n={result.n:,}" if result.of is None else _partial(result)
    return f"{_comparisons(verdict)[0]} ({n})"


def explain(verdict: Verdict, *, show_cases: int, rerun: str | None = None) -> str:
    """The whole report of a verdict, its headline first."""
    result = verdict.result
    lines = [
        headline(verdict),
        _row("model", visible(str(result.model))),
        _row("interval", _interval(result.measurement, verdict)),
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
        f"{interval.confidence * 100:g} % {interval.method} "
        f"{interval.low:.4f} .. {interval.high:.4f}"
    )


def _row(label: str, text: str) -> str:
    return f"  {label:<10} {text}"


def _comparisons(verdict: Verdict) -> list[str]:
    """The main figure and every limit against its bound; what decided comes first."""
    main = Limit(verdict.result.measurement, verdict.bound)
    figures = [main, *verdict.limits]
    # Sorted stably: the first that does not hold, or the main figure if all do.
    return [
        _comparison(figure.measurement, figure.bound)
        for figure in sorted(figures, key=lambda figure: figure.met)
    ]


def _comparison(measurement: Measurement, bound: Bound) -> str:
    value, limit = _told_apart(measurement.value, bound.limit)
    signs = (">=", "<") if bound.at_least is not None else ("<=", ">")
    sign = signs[0] if bound.holds(measurement.value) else signs[1]
    # Class names and the names of changes come from checkpoints and users.
    return f"{visible(measurement.metric)} {value} {sign} {limit}"


def _told_apart(value: float, limit: float) -> tuple[str, str]:
    """Both numbers with as many digits as it takes to see which is larger."""
    for digits in range(4, 17):
        shown = f"{value:.{digits}f}", f"{limit:.{digits}f}"
        if value == limit or shown[0] != shown[1]:
            return shown
    return repr(value), repr(limit)


def _partial(result: Result) -> str:
    return f"n={result.n:,}, PARTIAL: {result.n:,} of {result.of or 0:,} by --ptm-limit"


def _interval(measurement: Measurement, verdict: Verdict) -> str:
    interval = measurement.interval
    if interval is None:
        metric = visible(measurement.metric)
        return f"none is offered for {metric} · judged on the figure itself"
    level = f"{interval.confidence * 100:g} %"
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
