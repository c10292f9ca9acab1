"""`ptm compare`: two runs, test by test."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING

from pytest_ptm.command.arguments import Subcommands, add_json, add_run
from pytest_ptm.command.printing import (
    name_of,
    named,
    print_head,
    print_json,
    read,
)
from pytest_ptm.ground.display import clip, counted, visible

if TYPE_CHECKING:
    from pytest_ptm.runs.comparing import Compared
    from pytest_ptm.runs.document import Row


_IDS_SHOWN = 10


def add(commands: Subcommands) -> None:
    """Declare the subcommand."""
    compare = commands.add_parser(
        "compare",
        help="two runs, test by test: newly broken and fixed examples",
        description="Figures then and now, and the examples that flipped.",
    )
    add_run(compare, "then", "THEN.json")
    add_run(compare, "now", "NOW.json")
    add_json(compare)
    compare.set_defaults(do=run)


def run(given: argparse.Namespace) -> None:
    """Print what was found."""
    # pydantic and SciPy: `ptm --help` pays for neither.
    from pytest_ptm.runs.comparing import compare_runs, models_of_one, turned

    then, now = read(given.then), read(given.now)
    found = compare_runs(then.verdicts, now.verdicts)
    if given.json:
        print_json([_compared_plain(each) for each in found])
        return
    for label, document in (("then", then), ("now", now)):
        print_head(document, label)
    for label, names in zip(
        ("then", "now"), models_of_one(then.verdicts, now.verdicts), strict=True
    ):
        if names:
            print(f"only {label}: {', '.join(visible(name) for name in names)}")
    for each in found:
        print(name_of(each.row))
        for line in _compared(each):
            print(f"  {line}")
    print()
    models = turned(found)
    for each in models:
        on = f" on {visible(each.model)}" if len(models) > 1 else ""
        broken = counted(each.newly_broken, "example")
        print(f"{broken} newly broken, {each.fixed:,} fixed{on}")
    if not models:
        print("no verdict of one run could be compared with one of the other")


def _compared(each: Compared) -> list[str]:
    then, now = each.then, each.now
    if then is None or now is None:
        where = "now" if then is None else "then"
        return [f"only {where}: {visible(each.row.headline)}"]
    if each.why:
        return [f"cannot be compared: {visible(each.why)}"]
    lines = [f"{_figures(each, then, now)}, {then.outcome} -> {now.outcome}"]
    for what, ids in (("newly broken", each.newly_broken), ("fixed", each.fixed)):
        if ids:
            shown = ", ".join(clip(one, 40) for one in ids[:_IDS_SHOWN])
            more = len(ids) - _IDS_SHOWN
            lines.append(
                f"{what} {len(ids):,}: {shown}" + (f", … ({more} more)" * (more > 0))
            )
    return lines


def _figures(each: Compared, then: Row, now: Row) -> str:
    """The figure then and now; two of different metrics are not subtracted."""
    if each.change is None:
        return (
            f"{visible(then.metric)} {then.value:z.4f} then, {visible(now.metric)} "
            f"{now.value:z.4f} now: figures of two kinds, not subtracted"
        )
    between = ""
    apart = None if each.flips is None else each.flips.difference
    if apart is not None and each.p_value is not None:
        low, high = apart.low, apart.high
        # SciPy is there already; `ptm --help` has none.
        from pytest_ptm.verdicts.figures import p_text

        p = p_text(each.p_value)
        between = f" [{low:+z.4f} .. {high:+z.4f} at 95 %, McNemar p {p}]"
    return (
        f"{visible(now.metric)} {then.value:z.4f} -> {now.value:z.4f} "
        f"({each.change:+z.4f}{between})"
    )


def _compared_plain(each: Compared) -> dict[str, object]:
    apart = None if each.flips is None else each.flips.difference
    return {
        **named(each.row),
        "then": None if each.then is None else each.then.value,
        "now": None if each.now is None else each.now.value,
        "metric_then": None if each.then is None else each.then.metric,
        "change": each.change,
        "outcome_then": None if each.then is None else each.then.outcome,
        "outcome_now": None if each.now is None else each.now.outcome,
        "why": each.why,
        "difference": None if apart is None else asdict(apart),
        "p_value": each.p_value,
        "newly_broken": list(each.newly_broken),
        "fixed": list(each.fixed),
    }
