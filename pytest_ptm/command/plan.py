"""`ptm plan`: which tests cannot show what they claim."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from pytest_ptm.command.arguments import Subcommands, add_json, add_run
from pytest_ptm.command.printing import (
    name_of,
    named,
    plain,
    print_head,
    print_json,
    read,
)
from pytest_ptm.ground.display import counted, visible

if TYPE_CHECKING:
    from pytest_ptm.runs.planning import Plan


def add(commands: Subcommands) -> None:
    """Declare the subcommand."""
    plan = commands.add_parser(
        "plan",
        help="which tests cannot show what they claim",
        description="How small a drop below its bound each test can show, and how "
        "many examples the drop you care about takes.",
    )
    add_run(plan, "run", "RUN.json")
    plan.add_argument(
        "--drop",
        type=float,
        default=0.02,
        metavar="SHARE",
        help="the drop you want to see, such as 0.02 for 2 points (default: 0.02)",
    )
    plan.add_argument(
        "--power",
        type=float,
        default=0.8,
        metavar="P",
        help="how often it is to be seen (default: 0.8)",
    )
    add_json(plan)
    plan.set_defaults(do=run)


def run(given: argparse.Namespace) -> None:
    """Print what was found."""
    # pydantic and SciPy: `ptm --help` pays for neither.
    from pytest_ptm.runs.planning import plans

    document = read(given.run)
    found = plans(document.verdicts, drop=given.drop, power=given.power)
    if given.json:
        print_json([{**named(each.row), **plain(each)} for each in found])
        return
    print_head(document)
    for each in found:
        print(f"{name_of(each.row)}\n  {_planned(each, given.drop, given.power)}")
    short = sum(not each.enough for each in found if each.needed is not None)
    print(
        f"\n{short:,} of {counted(len(found), 'verdict')} cannot show a drop of "
        f"{given.drop:g} with {given.power * 100:g} % power"
    )


def _planned(plan: Plan, drop: float, power: float) -> str:
    row = plan.row
    if plan.why:
        return f"cannot be planned: {visible(plan.why)} (n={row.n:,})"
    if plan.drop is None:
        shown = f"{row.n:,} examples are too few to detect any drop"
    else:
        seen = (
            f"{plan.drop * 100:z.1f} points" if plan.in_points else f"{plan.drop:z.4f}"
        )
        shown = f"{row.n:,} examples detect a drop of {seen}"
    shown += f" at {power * 100:g} % power"
    wanted = f"{drop * 100:g} points" if plan.in_points else f"{drop:g}"
    mark = "ok   " if plan.enough else "SHORT"
    return f"{mark} {shown}; {wanted} need {plan.needed:,}"
