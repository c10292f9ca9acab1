"""What a calibration shows: the bins as a table, and what to make of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pytest_ptm.results import ReliabilityBin, Result
from pytest_ptm.verdicts.figures import percent
from pytest_ptm.verdicts.footing import Detail

_SHOWN = 15


def reliability_details(result: Result) -> Iterator[Detail]:
    """The table, then a line each: which way, what chance alone shows, what helps."""
    found = result.reliability
    if found is None:
        return
    for place, line in enumerate(_table(found.bins)):
        yield Detail("" if place else "bins", line)
    over, under = found.overconfidence, found.underconfidence
    if over is not None and under is not None:
        yield Detail(
            "direction",
            f"over-confident by {over:z.4f}, under-confident by {under:z.4f}: together "
            f"the ece, {over + under:z.4f}",
        )
    if found.by_chance is not None:
        yield Detail(
            "chance",
            f"about {found.by_chance:z.4f} of {result.n:,} examples of a model that is "
            "right exactly as often as it says",
        )
    if found.likeliest is not None:
        yield Detail("advice", _advice(found.likeliest))


def _advice(likeliest: float) -> str:
    if f"{likeliest:z.2f}" == "1.00":
        return (
            "these very labels are likeliest at temperature 1.00, so that another one "
            "mends nothing"
        )
    side, way = ("above", "too sure") if likeliest > 1 else ("below", "not sure enough")
    return (
        f"these very labels are likeliest at temperature {likeliest:.3g} ({side} 1: "
        f"{way}); fit one on others with temperature=examples"
    )


def _table(bins: Sequence[ReliabilityBin]) -> Iterator[str]:
    """The head, and a line a bin in their order; of many those that weigh most."""
    places = sorted(range(len(bins)), key=lambda place: -_weight(bins[place]))
    shown = [bins[place] for place in sorted(places[:_SHOWN])]
    many = max(5, *(len(f"{each.n:,}") for each in shown))
    of = shown[0].interval
    head = f"{'said':<14} {'n':>{many}}   mean   right  gap, {percent(of.confidence)} "
    yield f"{head}{of.method}"
    for each in shown:
        said = f"{each.low:z.4f}..{each.high:z.4f}"
        ends = f"[{each.interval.low:+z.4f} .. {each.interval.high:+z.4f}]"
        figures = f"{each.confidence:z.4f} {each.accuracy:z.4f}"
        yield f"{said:<14} {each.n:>{many},} {figures} {each.gap:+z.4f} {ends}"
    if len(bins) > len(shown):
        yield f"… ({len(bins) - len(shown)} more bins, nearer or of fewer)"


def _weight(each: ReliabilityBin) -> float:
    return each.n * abs(each.gap)
