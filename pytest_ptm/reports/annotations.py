"""Annotations for GitHub Actions: workflow commands at the lines of red verdicts.

A command is one line on standard output, ``::error file=…,line=…,title=…::message``.
https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from pytest_ptm.ground.display import clip, counted, visible
from pytest_ptm.runs.log import RunLog
from pytest_ptm.runs.standing import (
    Standing,
    limit_leads,
    standing,
    worst_first,
)
from pytest_ptm.verdicts.cases import worst_of
from pytest_ptm.verdicts.figures import between, percent

if TYPE_CHECKING:
    from pytest_ptm.runs.document import Row
    from pytest_ptm.runs.log import ErrorData

Level = Literal["error", "warning"]

_SHOWN_PER_STEP = 10
"""GitHub shows so many errors and so many warnings of one step, the first ones."""
_TITLE, _LINE = 200, 300
_CASES = 5


@dataclass(frozen=True, slots=True)
class Annotation:
    """One remark; ``file`` is relative to the repository, lines count from 1."""

    level: Level
    title: str
    message: str
    file: str | None = None
    line: int | None = None


def remarks(log: RunLog, *, relative: Callable[[str], str | None]) -> list[Annotation]:
    """What a run has to say beside the code, the worst first.

    First what makes the whole run red, then failed verdicts by how far they are off,
    tests that ended before a verdict, and inconclusive ones. ``relative`` gives a
    file's path in the repository, None if it lies outside.
    """
    found = [(standing(row, log), row) for row in log.rows]

    def of(wanted: Standing) -> list[Row]:
        rows = [row for each, row in found if each == wanted]
        return sorted(rows, key=worst_first)

    return [
        *(_of_problem(code, message) for code, message in log.problems),
        *(_of_row(row, "error", relative) for row in of("failed")),
        *(_of_row(row, "error", relative, _CAUGHT) for row in of("caught")),
        *(_of_error(error, relative) for error in log.red_errors),
        *(_of_row(row, "error", relative) for row in of("inconclusive")),
        *(
            _of_row(row, "warning", relative, f"taken as {row.on_inconclusive}")
            for row in of("taken")
        ),
    ]


def commands(found: Sequence[Annotation]) -> list[str]:
    """The lines to print: as many of each level as are shown.

    The last one of a level says how many more there are.
    """
    lines: list[str] = []
    levels: tuple[Level, Level] = ("error", "warning")
    for level in levels:
        mine = [each for each in found if each.level == level]
        shown, more = mine[:_SHOWN_PER_STEP], len(mine) - _SHOWN_PER_STEP
        if more > 0:
            rest = f"and {counted(more, f'{level}')} more: the log names them all"
            last = shown[-1]
            shown[-1] = replace(last, message=f"{last.message}\n… {rest}")
        lines += [command(each) for each in shown]
    return lines


def command(annotation: Annotation) -> str:
    r"""One annotation as one line, whatever its texts hold.

    >>> command(Annotation("error", "a: b", "50 %\nmore", "test_a.py", 3))
    '::error file=test_a.py,line=3,title=a%3A b::50 %25%0Amore'
    """
    properties = {"title": annotation.title}
    if annotation.file is not None:
        properties = {"file": annotation.file, "line": str(annotation.line or 1)} | (
            properties
        )
    told = ",".join(f"{name}={_property(held)}" for name, held in properties.items())
    return f"::{annotation.level} {told}::{_data(annotation.message)}"


_CAUGHT = "the test did not fail all the same: it caught the failure, or was skipped"


def _of_row(
    row: Row,
    level: Level,
    relative: Callable[[str], str | None],
    remark: str | None = None,
) -> Annotation:
    model, capability = row.model, row.capability
    lines = [
        row.nodeid,
        *([remark] if remark else []),
        f"model {model.name} = {model.reference} on {model.device}",
        *([f"capability {capability}"] if capability else []),
        *_bounds(row),
        *_cases(row),
    ]
    at = row.at
    place = None if at is None else (at.file, at.line)
    return _placed(level, row.headline, lines, place, relative)


def _bounds(row: Row) -> list[str]:
    judged, interval = row.judged, row.interval
    shown = judged or interval
    if shown is None:
        return []
    kind = "bounds" if judged else "interval"
    if limit_leads(row):
        kind += f" of {row.metric}"
    line = f"{kind} {between(shown)} at {percent(shown.confidence)}"
    if row.more:
        line += f"; about {row.more:,} more examples would settle it"
    return [line]


def _cases(row: Row) -> list[str]:
    ids = [clip(case.id, 40) for case in row.cases[:_CASES]]
    if not ids:
        return []
    return [f"{worst_of(len(ids), row.failing)}: {', '.join(ids)}"]


def _of_error(error: ErrorData, relative: Callable[[str], str | None]) -> Annotation:
    lines = [error["nodeid"], *error["message"].split("\n")]
    at = error["at"]
    place = None if at is None else (at[0], at[1])
    return _placed("error", f"no verdict: {lines[1]}", lines, place, relative)


def _of_problem(code: str, message: str) -> Annotation:
    title = f"{code}: this run cannot be trusted"
    return _placed("error", title, message.split("\n"), None, lambda _: None)


def _placed(
    level: Level,
    title: str,
    lines: Sequence[str],
    place: tuple[str, int] | None,
    relative: Callable[[str], str | None],
) -> Annotation:
    file = None if place is None else relative(place[0])
    if place is not None and file is None:
        lines = [*lines, f"at {place[0]}:{place[1]}"]
    return Annotation(
        level,
        clip(title, _TITLE),
        "\n".join(clip(line, _LINE) for line in lines),
        None if file is None else visible(file),
        None if place is None else place[1],
    )


def _data(text: str) -> str:
    """The message of a command: the per cent sign first, it escapes the others."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
