"""The verdicts of a run, a line each: in its summary, and where it is shown again."""

from __future__ import annotations

from typing import Literal, NamedTuple

from pytest_ptm.ground.display import visible
from pytest_ptm.results import Counts
from pytest_ptm.runs.document import ModelRow, Row
from pytest_ptm.runs.log import RunLog
from pytest_ptm.runs.standing import is_expected, limit_leads, xfailed
from pytest_ptm.verdicts.figures import between as ends
from pytest_ptm.verdicts.figures import percent
from pytest_ptm.verdicts.words import counts_text


class VerdictLine(NamedTuple):
    """A line, fit for a terminal, and what it is of."""

    text: str
    kind: Literal["failed", "inconclusive", "expected", "passed"]


def verdict_lines(
    log: RunLog, *, most_passed: int | None, more: str
) -> list[VerdictLine]:
    """What failed first, expected failures last of it; then what passed, with notes.

    ``most_passed``: how many that passed are shown, None for all; ``more`` says how to
    see the others.
    """
    failed = [row for row in log.rows if row.outcome != "passed"]
    passed = [row for row in log.rows if row.outcome == "passed"]
    # Expected failures last among the failed: nobody has to act on them.
    said = {each for row in failed for each in _notes(row)}
    lines = [
        _failed(row, log)
        for row in sorted(failed, key=lambda row: is_expected(row, log))
    ]
    for row in passed[:most_passed]:
        lines.append(VerdictLine(f"passed {verdict_line(row)}", "passed"))
        # The message of a failed test has them all; of a passed one this is the only
        # place, once for all tests of one model over the same data.
        lines += [
            VerdictLine(f"  note {visible(note.text)}", "passed")
            for note in _notes(row)
            if note not in said
        ]
        said.update(_notes(row))
    if most_passed is not None and len(passed) > most_passed:
        left = len(passed) - most_passed
        lines.append(VerdictLine(f"passed … {left} more ({more})", "passed"))
    return lines


def verdict_line(row: Row) -> str:
    """One verdict: its headline, where the truth may lie, counts, and its test."""
    interval = row.interval
    between = ""
    if row.confidence is None and row.stopped is None and interval is not None:
        inside = ", inconclusive" if row.interval_holds_bound else ""
        between = f" [{ends(interval)} at {percent(interval.confidence)}{inside}]"
    if row.judged is not None:
        between = f" [{ends(row.judged)}]"
    if between and limit_leads(row):
        between = f" · {row.metric}{between}"
    counts = counts_text(Counts(**row.counts.model_dump()))
    beside = f" · {counts}" if counts else ""
    return visible(f"{row.headline}{between}{beside}  {row.nodeid}")


class _Note(NamedTuple):
    """A note, and whose answers to what it is about."""

    text: str
    model: ModelRow
    data: str


def _notes(row: Row) -> list[_Note]:
    return [_Note(note, row.model, row.data) for note in dict.fromkeys(row.notes)]


def _failed(row: Row, log: RunLog) -> VerdictLine:
    if is_expected(row, log):
        word = "xfailed" if xfailed(row, log) else "expected"
        return VerdictLine(f"{word} {verdict_line(row)}", "expected")
    kind = "inconclusive" if row.outcome == "inconclusive" else "failed"
    # A headline may begin with the word, for those who read no colours.
    said = verdict_line(row).removeprefix(f"{row.outcome} ")
    return VerdictLine(f"{row.outcome.upper()} {said}", kind)
