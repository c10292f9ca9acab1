"""Every failing row of a run, for a table: its id, and what is known of it besides."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields

from pytest_ptm.ground.display import visible
from pytest_ptm.runs.document import CaseRow, Row
from pytest_ptm.runs.flips import packed
from pytest_ptm.runs.packed import unpack_failing

# What a spreadsheet takes for a formula, in the width of East Asian letters too.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@dataclass(frozen=True, slots=True)
class FailingRow:
    """One example that went wrong in one verdict.

    A run document keeps of all of them the ids, and of the worst of each verdict what
    was asked, expected and got; the others have nothing there.
    """

    test: str
    verdict: str
    model: str
    outcome: str
    metric: str
    id: str
    expected: str = ""
    got: str = ""
    text: str = ""
    note: str = ""


def failing_rows(rows: Sequence[Row]) -> list[FailingRow]:
    """Every failing row of every verdict: the worst first, then in the data's order.

    Raises:
        DataError: PTM214, what came of each example is damaged.
    """
    return [each for row in rows for each in _of(row)]


def as_csv(rows: Sequence[FailingRow]) -> str:
    """The rows as CSV with a header; no cell is a formula to a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([field.name for field in fields(FailingRow)])
    writer.writerows([_inert(cell) for cell in astuple(row)] for row in rows)
    return out.getvalue()


def _of(row: Row) -> list[FailingRow]:
    ids = () if row.outcomes is None else unpack_failing(packed(row.outcomes))
    told = {case.id for case in row.cases}
    return [
        *(_row(row, case) for case in row.cases),
        *(_row(row, name) for name in ids if name not in told),
    ]


def _row(row: Row, case: CaseRow | str) -> FailingRow:
    at = row.test, str(row.place + 1), row.model.name, row.outcome, row.metric
    if isinstance(case, str):
        return FailingRow(*at, id=case)
    return FailingRow(
        *at,
        id=case.id,
        expected=case.expected,
        got=case.observed,
        text=case.shown,
        note=case.note,
    )


def _inert(cell: str) -> str:
    # What stands before a formula and is skipped, such as a tab, is made visible.
    shown = visible(cell)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
