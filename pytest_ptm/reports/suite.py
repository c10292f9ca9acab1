"""What all verdicts of a run say together."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_ptm.display import counted
from pytest_ptm.reports.run_log import RowData, RunLog


def gates(rows: Sequence[RowData]) -> str:
    """How many verdicts gate the run, and the false alarms that their rules imply.

    A false alarm is a red verdict on a model that meets its bound. It is likeliest
    where the true figure is the bound itself: the figure of a sample then misses it one
    time in two; one that has to be shown bad is red in 1 - confidence; one that has to
    be shown good in nearly all.
    """
    by_figure = by_bound = burden = 0
    alarms = 0.0
    for row in rows:
        stopped: RowData = row["stopped"] or {}
        confidence: float | None = row["confidence"] or stopped.get("confidence")
        if confidence is None:
            by_figure += 1
            alarms += 0.5
        elif row["on_inconclusive"] == "fail" and not stopped:
            burden += 1
            alarms += confidence
        else:
            by_bound += 1
            alarms += 1 - confidence
    kinds = [
        (by_figure, "by the figure itself"),
        (burden, "red unless shown good"),
        (by_bound, "red only if shown bad"),
    ]
    said = ", ".join(f"{number:,} {kind}" for number, kind in kinds if number)
    return (
        f"{counted(len(rows), 'gate')}: {said}; were every true figure exactly its "
        f"bound, {alarms:.1f} would be red by chance"
    )


def adjusted(rows: Sequence[RowData]) -> list[str]:
    """The verdicts reached at a confidence, by Holm-adjusted p-value that they missed.

    Holm 1979: over all of them together, at most a share 1 - confidence of runs has a
    bound that is met listed as missed.
    """
    # SciPy only for a run that asks for the list.
    from pytest_ptm.statistics.groups import holm

    tested = [
        row
        for row in rows
        if row["confidence"] is not None and row["power"]["p_missed"] is not None
    ]
    if not tested:
        return ["holm: no verdict was reached at a confidence"]
    alone: list[float] = [row["power"]["p_missed"] for row in tested]
    values: list[float] = holm(alone).tolist()
    found = sorted(zip(values, range(len(tested)), strict=True))
    lines = [f"holm over {counted(len(tested), 'verdict')} at a confidence:"]
    for value, place in found:
        row = tested[place]
        word = "missed" if value <= 1 - row["confidence"] else "not shown to miss"
        lines.append(
            f"  p {value:.4f} ({alone[place]:.4f} alone) {word}: "
            f"{row['metric']}  {row['nodeid']}"
        )
    return lines


def total_cost(log: RunLog) -> dict[str, float]:
    """What all answers of the run cost together."""
    names = ("examples", "distinct", "forwarded", "passes", "seconds", "halvings")
    return {name: sum(cost[name] for cost in log.costs) for name in names}


def cost_line(log: RunLog) -> str:
    """What was asked, what went through a model, and how long that took."""
    cost = total_cost(log)
    return (
        f"asked {counted(cost['examples'], 'example')} · "
        f"{cost['forwarded']:,.0f} through a model in "
        f"{counted(cost['passes'], 'pass')} · {cost['seconds']:.1f} s"
    )


def model_lines(rows: Sequence[RowData]) -> list[str]:
    """The models that reached verdicts: name, reference, content, device, dtype."""
    models = dict.fromkeys(tuple(row["model"].items()) for row in rows)
    return [
        f"{model['name']} = {model['reference']} (sha256 {model['sha256'][:12]}) "
        f"on {model['device']}, {model['dtype']}"
        for model in map(dict, models)
    ]
