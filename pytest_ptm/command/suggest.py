"""`ptm suggest`: the strictest bound that each test could have."""

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
from pytest_ptm.ground.display import visible

if TYPE_CHECKING:
    from pytest_ptm.runs.planning import Suggestion


def add(commands: Subcommands) -> None:
    """Declare the subcommand."""
    suggest = commands.add_parser(
        "suggest",
        help="the strictest bound that each test could have",
        description="For each test the strictest bound that today's model clears at "
        "95 %.",
    )
    add_run(suggest, "run", "RUN.json")
    add_json(suggest)
    suggest.set_defaults(do=run)


def run(given: argparse.Namespace) -> None:
    """Print what was found."""
    # pydantic and SciPy: `ptm --help` pays for neither.
    from pytest_ptm.runs.planning import for_all_models, suggestions

    document = read(given.run)
    found = suggestions(document.verdicts)
    if given.json:
        print_json([{**named(each.row), **plain(each)} for each in found])
        return
    print_head(document)
    for each in found:
        print(f"{name_of(each.row)}\n  {_suggested(each)}")
    joint = for_all_models(found)
    if joint:
        print("\nwhat every model of the run clears:")
    for each in joint:
        place = f" (verdict {each.row.place + 1})" if each.row.place else ""
        bound = f"{each.argument}={each.strictest:z.4f}"
        print(f"  {bound}  {visible(each.row.test)}{place}")
    print(
        "\nEach is what this model clears at 95 % on these examples, one test at a "
        "time.\nA bound taken from the run that it is then tested on is optimistic: "
        "leave room."
    )


def _suggested(each: Suggestion) -> str:
    row = each.row
    name, bound = each.argument, each.bound
    if each.strictest is None:
        return f"no suggestion: {visible(each.why)}; {name}={bound:g} now"
    said = {
        "shown": "shown at 95 %",
        "not shown": "met, but not shown at 95 %",
        "missed": "missed",
    }[each.tightness]
    return (
        f"{name}={each.strictest:z.4f}   now {name}={bound:g}, {said} "
        f"({visible(row.metric)} {row.value:z.4f}, n={row.n:,})"
    )
