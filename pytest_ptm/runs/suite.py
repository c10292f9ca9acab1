"""What all verdicts of a run say together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pytest_ptm.ground.display import counted
from pytest_ptm.runs.log import RunLog

if TYPE_CHECKING:
    from pytest_ptm.results import Cost
    from pytest_ptm.runs.document import Row


FEW_GATES = 5
"""Fewer are no flood of false alarms, and a line on them is one more to read."""


def gates(rows: Sequence[Row], *, together: bool = False) -> str | None:
    """How many verdicts gate the run, and the false alarms that their rules imply.

    None of fewer than five. One that nothing can make red is no gate.

    A false alarm is a red verdict on a model that meets its bound. It is likeliest
    where the true figure is the bound itself: how often it comes then is the gate's
    level. What a test is held to counts, and not where its asking happened to end.
    ``together``: those that are red only if shown bad are so only by holm-gate, and
    then one of them is red in 1 - confidence.
    """
    by_figure = by_bound = burden = 0
    alarms = most = 0.0
    rows = [row for row in rows if not _is_never_red(row)]
    # Of few nothing is computed.
    found = [(row, _level(row)) for row in rows if len(rows) >= FEW_GATES]
    found = [(row, level) for row, level in found if level or _can_be_red(row)]
    if len(found) < FEW_GATES:
        return None
    for row, level in found:
        confidence, shown_bad = row.confidence, row.on_inconclusive != "fail"
        if confidence is None:
            by_figure += 1
        elif not shown_bad:
            burden += 1
        else:
            by_bound += 1
            most = max(most, 1 - confidence)
        if confidence is None or not (shown_bad and together):
            alarms += level
    alarms += most if together else 0.0
    kinds = [
        (by_figure, "by the figure itself"),
        (burden, "red unless shown good"),
        (by_bound, f"red only if {'together ' * together}shown bad"),
    ]
    said = ", ".join(f"{number:,} {kind}" for number, kind in kinds if number)
    return (
        f"{counted(len(found), 'gate')}: {said}; were every true figure exactly its "
        f"bound, {alarms:z.1f} would be red by chance"
    )


def _is_never_red(row: Row) -> bool:
    """Whether it is stored for later runs only, or a share bounded by what all are."""
    from pytest_ptm.verdicts.headline import STORED  # a run without verdicts has none

    if row.headline.startswith(STORED):
        return True
    if row.limits or row.power.rows is None or row.behaviour == "not_worse":
        return False
    return row.at_least == 0.0 or row.at_most == 1.0


def _can_be_red(row: Row) -> bool:
    """Whether one that is never red at its bound can be where the model is worse.

    Not if it has to be shown bad, and is over so few rows that none of them being right
    would not show it.
    """
    held_to_be_shown = row.confidence is not None and row.on_inconclusive != "fail"
    return bool(row.limits) or not held_to_be_shown


def _level(row: Row) -> float:
    """In what share of samples it is red, were the true figure its bound.

    Of a share that is judged in full it is exact. Of other figures half the samples
    miss their bound; at a confidence it is the error, or all but that.
    """
    confidence, shown_bad = row.confidence, row.on_inconclusive != "fail"
    judged = row.judged.method if row.judged is not None else None
    exact = row.power.rows is not None and row.behaviour != "not_worse"
    if exact and judged == (None if confidence is None else "Clopper-Pearson"):
        return _level_of_share(row, row.power.rows or 0)
    if confidence is None:
        return 0.5
    return 1 - confidence if shown_bad else confidence


def _level_of_share(row: Row, rows: int) -> float:
    # SciPy and results; a run of fewer gates pays for neither.
    from pytest_ptm.results import Bound
    from pytest_ptm.statistics import levels

    bound = Bound(at_least=row.at_least, at_most=row.at_most)
    if row.confidence is None:
        return levels.by_figure(rows, bound)
    shown = levels.shown_bad if row.on_inconclusive != "fail" else levels.not_shown_good
    return shown(rows, bound, 1 - row.confidence)


def adjusted(rows: Sequence[Row]) -> list[str]:
    """The verdicts reached at a confidence, by Holm-adjusted p-value that they missed.

    Holm 1979: over all of them together, at most a share 1 - confidence of runs has a
    bound that is met listed as missed.
    """
    tested = [
        row
        for row in rows
        if row.confidence is not None and row.power.p_missed is not None
    ]
    return _listed("holm", tested)


def family(rows: Sequence[Row]) -> list[Row]:
    """The verdicts that holm-gate judges together: those red only if shown bad.

    At a confidence, and asked in full. Those that have to be shown good need no
    adjusting: all of them are green, with any bound missed, no more often than that one
    would be alone.
    """
    return [
        row
        for row in rows
        # Whatever a test left open is judged here, or nowhere.
        if row.deferred
        or (
            row.confidence is not None
            and row.on_inconclusive != "fail"
            and row.stopped is None
        )
    ]


def missed_together(rows: Sequence[Row]) -> list[Row]:
    """Those of a family whose bound is missed by Holm's procedure over all of them.

    Were all bounds met, at most a share 1 - confidence of runs would have any.
    """
    if not any(row.deferred for row in rows):
        return []
    return [
        row
        for row, value in zip(rows, _holm(rows), strict=True)
        if value <= _error(row)
    ]


def together(rows: Sequence[Row]) -> list[str]:
    """The family of holm-gate, by the adjusted p-values that judge it."""
    return _listed("holm-gate", family(rows))


def _listed(name: str, tested: Sequence[Row]) -> list[str]:
    if not tested:
        return [f"{name}: no verdict was reached at a confidence"]
    from pytest_ptm.verdicts.figures import p_text  # as SciPy: who asks for it

    values, alone = _holm(tested), [_missed(row) for row in tested]
    lines = [f"{name} over {counted(len(tested), 'verdict')} at a confidence:"]
    for value, place in sorted(zip(values, range(len(tested)), strict=True)):
        row = tested[place]
        word = "missed" if value <= _error(row) else "not shown to miss"
        lines.append(
            f"  p {p_text(value)} ({p_text(alone[place])} alone) {word}: "
            f"{row.metric}  {row.nodeid}"
        )
    return lines


def _holm(rows: Sequence[Row]) -> list[float]:
    # SciPy only for a run that asks for it.
    from pytest_ptm.statistics.groups import holm

    return holm([_missed(row) for row in rows]).tolist()


def _missed(row: Row) -> float:
    """The p-value that the bound is missed; of what failed alone, not above its level.

    Found by halving, it could lie a millionth above. What failed and has none, for want
    of limits at other levels, is missed: nothing says that it is not.
    """
    value = row.power.p_missed
    if row.deferred:
        return 0.0 if value is None else min(value, _error(row))
    return 1.0 if value is None else value


def _error(row: Row) -> float:
    """In what share of runs a verdict at a confidence may be wrong."""
    if row.confidence is None:
        raise ValueError(f"{row.nodeid}: judged by the figure itself, at no error")
    return 1 - row.confidence


def total_cost(log: RunLog) -> Cost:
    """What all answers of the run cost together."""
    # A dataclass; a run that is judged by nothing of ours does not pay for it.
    from pytest_ptm.results import Cost

    return sum(log.costs, Cost())


def cost_line(log: RunLog) -> str:
    """What was asked, what went through a model, and how long that took."""
    cost = total_cost(log)
    return (
        f"asked {counted(cost.examples, 'example')} · "
        f"{cost.forwarded:,} through a model in "
        f"{counted(cost.passes, 'pass')} · {cost.seconds:z.1f} s"
    )


def model_lines(rows: Sequence[Row]) -> list[str]:
    """The models that reached verdicts: name, reference, content, device, dtype."""
    return [
        f"{model.name} = {model.reference} (sha256 {model.sha256[:12]}) "
        f"on {model.device}, {model.dtype}"
        for model in dict.fromkeys(row.model for row in rows)
    ]
