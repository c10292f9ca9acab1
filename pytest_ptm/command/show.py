"""`ptm show`: a run again, as the terminal showed it, and all its cases."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_ptm.command.arguments import Subcommands, add_run
from pytest_ptm.command.printing import head, name_of, read
from pytest_ptm.ground.display import columns, presentable, visible
from pytest_ptm.ground.errors import ArgumentError

if TYPE_CHECKING:
    from pytest_ptm.runs.document import Row, RunDocument

_CASES_SHOWN = 5


def add(commands: Subcommands) -> None:
    """Declare the subcommand."""
    show = commands.add_parser(
        "show",
        help="a run again: its summary and worst cases, or every failing row",
        description="A run as the terminal showed it, or its failing rows as CSV.",
    )
    add_run(show, "run", "RUN.json")
    show.add_argument(
        "--cases", action="store_true", help="every case that the document keeps"
    )
    show.add_argument(
        "--csv",
        action="store_true",
        help="with --cases: every failing row as CSV, its id and what is known of it",
    )
    show.add_argument(
        "-o", dest="file", type=Path, metavar="FILE", help="write to this file"
    )
    show.set_defaults(do=run)


def run(given: argparse.Namespace) -> None:
    """Print the run, or write it.

    Raises:
        ArgumentError: --csv without --cases.
        ReportError: PTM105, the file cannot be written.
    """
    if given.csv and not given.cases:
        raise ArgumentError("--csv is of the failing rows: type --cases --csv")
    document = read(given.run)
    text = _csv(document) if given.csv else _shown(document, all_cases=given.cases)
    if given.file is None:
        sys.stdout.write(text)
        return
    from pytest_ptm.ground.files import write_whole

    write_whole(given.file, text)


def _csv(document: RunDocument) -> str:
    # pydantic and NumPy: `ptm --help` pays for neither.
    from pytest_ptm.runs.failing_rows import as_csv, failing_rows

    return as_csv(failing_rows(document.verdicts))


def _shown(document: RunDocument, *, all_cases: bool) -> str:
    # pydantic and NumPy: `ptm --help` pays for neither.
    from pytest_ptm.runs import by_model, suite
    from pytest_ptm.runs.recorded import log_of
    from pytest_ptm.runs.verdict_lines import verdict_lines

    log = log_of(document)
    lines = [head(document)]
    for row in document.verdicts:
        if row.cases and (all_cases or row.outcome != "passed"):
            lines += _cases(row, None if all_cases else _CASES_SHOWN)
    if lines[1:]:
        lines.append("")
    lines += [line.text for line in verdict_lines(log, most_passed=None, more="")]
    for table in by_model.tables(log, width=columns()):
        lines += table
    gates = suite.gates(log.rows, together=_adjust(document) == "holm-gate")
    if gates is not None:
        lines.append(gates)
    lines += [f"model {visible(line)}" for line in suite.model_lines(log.rows)]
    lines.append(suite.cost_line(log))
    lines += [f"{code} {presentable(message)}" for code, message in log.problems]
    return "\n".join(lines) + "\n"


def _adjust(document: RunDocument) -> object:
    return document.settings.get("adjust")


def _cases(row: Row, most: int | None) -> Sequence[str]:
    from pytest_ptm.runs.rows import case_of
    from pytest_ptm.verdicts.cases import case_words, worst_lines

    cases = [case_words(case_of(case)) for case in row.cases[:most]]
    return [
        name_of(row),
        f"  {visible(row.headline)} on {visible(row.model.name)}",
        *worst_lines(cases, row.failing, columns()),
    ]
