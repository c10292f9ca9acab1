"""The `ptm` command: what recorded runs say, and what a bug report needs.

    ptm plan RUN.json             which tests cannot show what they claim
    ptm suggest RUN.json          the strictest bound that each test could have
    ptm compare THEN.json NOW.json
    ptm env                       versions and devices

Exit code 0 whatever is found: these are reports, and pytest is the gate. 2 for what
cannot be read.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, cast

from pytest_ptm.display import clip, counted, visible
from pytest_ptm.errors import PtmError

if TYPE_CHECKING:
    from pytest_ptm.reports.comparing import Compared
    from pytest_ptm.reports.document import Row, RunDocument
    from pytest_ptm.reports.planning import Plan, Suggestion

_IDS_SHOWN = 10
_LIBRARIES = (
    "pytest-ptm", "pytest", "pytest-xdist", "torch", "transformers", "tokenizers",
    "safetensors", "huggingface-hub", "numpy", "scipy", "pydantic", "datasets",
    "nlpaug", "checklist",
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    given = _parser().parse_args(arguments)
    try:
        if given.command == "plan":
            _plan(given)
        elif given.command == "suggest":
            _suggest(given)
        elif given.command == "compare":
            _compare(given)
        else:
            _env()
        sys.stdout.flush()
    except PtmError as error:
        print(f"ptm {given.command}: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Whoever reads has seen enough (`| head`); nothing is left to flush there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ptm",
        description="Read what runs of pytest-ptm recorded (pytest --ptm-json PATH).",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    plan = commands.add_parser(
        "plan",
        help="which tests cannot show what they claim",
        description="How small a drop below its bound each test can show, and how "
        "many examples the drop you care about takes.",
    )
    _run_argument(plan, "run", "RUN.json")
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
    suggest = commands.add_parser(
        "suggest",
        help="the strictest bound that each test could have",
        description="For each test the strictest bound that today's model clears at "
        "95 %.",
    )
    _run_argument(suggest, "run", "RUN.json")
    compare = commands.add_parser(
        "compare",
        help="two runs, test by test: newly broken and fixed examples",
        description="Figures then and now, and the examples that flipped.",
    )
    _run_argument(compare, "then", "THEN.json")
    _run_argument(compare, "now", "NOW.json")
    for one in (plan, suggest, compare):
        one.add_argument("--json", action="store_true", help="print JSON")
    commands.add_parser(
        "env",
        help="versions and devices, for a bug report",
        description="Versions and devices, for a bug report. No environment "
        "variables, no paths.",
    )
    return parser


def _run_argument(parser: argparse.ArgumentParser, name: str, shown: str) -> None:
    parser.add_argument(
        name, type=Path, metavar=shown, help="a run document, from --ptm-json"
    )


def _read(path: Path) -> RunDocument:
    # pydantic and SciPy: `ptm --help` pays for neither.
    from pytest_ptm.reports.reading import read_run

    return read_run(path)


def _plan(given: argparse.Namespace) -> None:
    from pytest_ptm.reports.planning import plans

    run = _read(given.run)
    found = plans(run.verdicts, drop=given.drop, power=given.power)
    if given.json:
        _print_json([{**_named(each.row), **_plain(each)} for each in found])
        return
    _head(run)
    for each in found:
        print(f"{_name(each.row)}\n  {_planned(each, given.drop, given.power)}")
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
        seen = f"{plan.drop * 100:.1f} points" if plan.in_points else f"{plan.drop:.4f}"
        shown = f"{row.n:,} examples detect a drop of {seen}"
    shown += f" at {power * 100:g} % power"
    wanted = f"{drop * 100:g} points" if plan.in_points else f"{drop:g}"
    mark = "ok   " if plan.enough else "SHORT"
    return f"{mark} {shown}; {wanted} need {plan.needed:,}"


def _suggest(given: argparse.Namespace) -> None:
    from pytest_ptm.reports.planning import suggestions

    run = _read(given.run)
    found = suggestions(run.verdicts)
    if given.json:
        _print_json([{**_named(each.row), **_plain(each)} for each in found])
        return
    _head(run)
    for each in found:
        print(f"{_name(each.row)}\n  {_suggested(each)}")
    print(
        "\nEach is what this model clears at 95 % on these examples, one test at a "
        "time.\nA bound taken from the run that it is then tested on is optimistic: "
        "leave room."
    )


def _suggested(each: Suggestion) -> str:
    row = each.row
    name = "at_least" if row.at_least is not None else "at_most"
    bound = row.at_least if row.at_least is not None else row.at_most
    if each.strictest is None:
        return f"no suggestion: {visible(each.why)}; {name}={bound:g} now"
    said = {
        "shown": "shown at 95 %",
        "not shown": "met, but not shown at 95 %",
        "missed": "missed",
    }[each.tightness]
    return (
        f"{name}={each.strictest:.4f}   now {name}={bound:g}, {said} "
        f"({visible(row.metric)} {row.value:.4f}, n={row.n:,})"
    )


def _compare(given: argparse.Namespace) -> None:
    from pytest_ptm.reports.comparing import compare_runs

    then, now = _read(given.then), _read(given.now)
    found = compare_runs(then.verdicts, now.verdicts)
    if given.json:
        _print_json([_compared_plain(each) for each in found])
        return
    for label, run in (("then", then), ("now", now)):
        _head(run, label)
    for each in found:
        print(_name(each.row))
        for line in _compared(each):
            print(f"  {line}")
    broken = sum(len(each.newly_broken) for each in found)
    fixed = sum(len(each.fixed) for each in found)
    print(f"\n{counted(broken, 'example')} newly broken, {fixed:,} fixed")


def _compared(each: Compared) -> list[str]:
    then, now = each.then, each.now
    if then is None or now is None:
        where = "now" if then is None else "then"
        return [f"only {where}: {visible(each.row.headline)}"]
    if each.why:
        return [f"cannot be compared: {visible(each.why)}"]
    change = now.value - then.value
    between = ""
    apart = None if each.flips is None else each.flips.difference
    if apart is not None:
        low, high = apart.low, apart.high
        between = f" [{low:+.4f} .. {high:+.4f} at 95 %, McNemar p {each.p_value:.4f}]"
    lines = [
        f"{visible(now.metric)} {then.value:.4f} -> {now.value:.4f} "
        f"({change:+.4f}{between}), {then.outcome} -> {now.outcome}"
    ]
    for what, ids in (("newly broken", each.newly_broken), ("fixed", each.fixed)):
        if ids:
            shown = ", ".join(clip(one, 40) for one in ids[:_IDS_SHOWN])
            more = len(ids) - _IDS_SHOWN
            lines.append(
                f"{what} {len(ids):,}: {shown}" + (f", … ({more} more)" * (more > 0))
            )
    return lines


def _compared_plain(each: Compared) -> dict[str, object]:
    apart = None if each.flips is None else each.flips.difference
    return {
        **_named(each.row),
        "then": None if each.then is None else each.then.value,
        "now": None if each.now is None else each.now.value,
        "outcome_then": None if each.then is None else each.then.outcome,
        "outcome_now": None if each.now is None else each.now.outcome,
        "why": each.why,
        "difference": None if apart is None else asdict(apart),
        "p_value": each.p_value,
        "newly_broken": list(each.newly_broken),
        "fixed": list(each.fixed),
    }


def _env() -> None:
    print(f"python        {platform.python_version()} ({platform.machine()})")
    print(f"platform      {platform.system()} {platform.release()}")
    for name in _LIBRARIES:
        try:
            print(f"{name:<13} {version(name)}")
        except PackageNotFoundError:
            print(f"{name:<13} not installed")
    try:
        # torch: only this command pays for it.
        from pytest_ptm.devices import described

        for line in described():
            print(line)
    except (ImportError, OSError) as error:
        # Often the very thing that is reported.
        print(f"torch cannot be imported: {visible(str(error))}")


def _head(run: RunDocument, label: str = "run") -> None:
    models = ", ".join(visible(model.name) for model in run.models) or "no model"
    state = "" if run.complete else " · INTERRUPTED"
    partial = " · PARTIAL by --ptm-limit" if run.partial else ""
    print(f"{label}: {visible(run.started[:19])} · {models}{state}{partial}")


def _name(row: Row) -> str:
    place = f" (verdict {row.place + 1})" if row.place else ""
    at = "" if row.at is None else f"  {visible(Path(row.at.file).name)}:{row.at.line}"
    return f"\n{visible(row.nodeid)}{place}{at}"


def _named(row: Row) -> dict[str, object]:
    return {
        "nodeid": visible(row.nodeid),
        "place": row.place,
        "model": visible(row.model.name),
        "metric": visible(row.metric),
        "value": row.value,
        "n": row.n,
        "at_least": row.at_least,
        "at_most": row.at_most,
    }


def _plain(each: Plan | Suggestion) -> dict[str, object]:
    held = {name: getattr(each, name) for name in each.__slots__}
    del held["row"]
    return held


def _print_json(data: object) -> None:
    print(json.dumps(_fit(data), indent=1, ensure_ascii=False, allow_nan=False))


def _fit(data: object) -> object:
    """JSON data with every string fit for a terminal."""
    if isinstance(data, str):
        return visible(data)
    if isinstance(data, dict):
        held = cast("dict[str, object]", data)
        return {key: _fit(value) for key, value in held.items()}
    if isinstance(data, (list, tuple)):
        return [_fit(value) for value in cast("Sequence[object]", data)]
    return data
