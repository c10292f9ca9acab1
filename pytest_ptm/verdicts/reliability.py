"""The bins of a calibration as the lines of a table."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_ptm.results import ReliabilityBin
from pytest_ptm.verdicts.figures import percent

_SHOWN = 15


def reliability_lines(bins: Sequence[ReliabilityBin]) -> list[str]:
    """The head, and a line a bin in their order; of many those that weigh most."""
    if not bins:
        return []
    places = sorted(range(len(bins)), key=lambda place: -_weight(bins[place]))
    shown = [bins[place] for place in sorted(places[:_SHOWN])]
    many = max(5, *(len(f"{each.n:,}") for each in shown))
    of = shown[0].interval
    head = f"{'said':<14} {'n':>{many}}   mean   right  gap, {percent(of.confidence)} "
    lines = [f"{head}{of.method}"]
    for each in shown:
        said = f"{each.low:.4f}..{each.high:.4f}"
        ends = f"[{each.interval.low:+.4f} .. {each.interval.high:+.4f}]"
        figures = f"{each.confidence:.4f} {each.accuracy:.4f}"
        lines.append(f"{said:<14} {each.n:>{many},} {figures} {each.gap:+.4f} {ends}")
    left = len(bins) - len(shown)
    return [*lines, f"… ({left} more bins, nearer or of fewer)"] if left else lines


def _weight(each: ReliabilityBin) -> float:
    return each.n * abs(each.gap)
