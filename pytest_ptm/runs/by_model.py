"""A run of several models as a table: a verdict a line, a model a column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pytest_ptm.ground.display import visible
from pytest_ptm.runs.log import RunLog
from pytest_ptm.runs.standing import Standing, standing

_WORDS: dict[Standing, str] = {
    "failed": "failed",
    "inconclusive": "inconclusive",
    "caught": "failed",
    "taken": "inconclusive",
    "expected": "as expected",
    "passed": "passed",
}
_TESTS = 28
"""So many columns have the names of tests at least; a model more is another table."""
_MODEL = 20
_GAP = "  "

_Cells = Mapping[str, str]
"""What became of one verdict of a test, by model."""


def tables(log: RunLog, *, width: int = 80) -> list[list[str]]:
    """Each as lines, its models first; none where no verdict is of two models.

    So many that none is wider than ``width``.
    """
    found: dict[tuple[str, int], dict[str, str]] = {}
    # Sorted, both: workers report in any order.
    for row in sorted(log.rows, key=lambda row: (row.test, row.place)):
        cells = found.setdefault((row.test, row.place), {})
        cells[row.model.name] = f"{row.value:z.4f} {_WORDS[standing(row, log)]}"
    models: dict[str, set[str]] = {}
    for (test, _), cells in found.items():
        models.setdefault(test, set()).update(cells)
    # A test of one model only has nothing to stand beside.
    lines = {
        _name(test, place): cells
        for (test, place), cells in found.items()
        if len(models[test]) > 1
    }
    if not lines:
        return []
    return [
        _table(
            {name: cells for name, cells in lines.items() if cells.keys() & widths},
            widths,
            width,
        )
        for widths in _fitting(lines, width)
    ]


def _name(test: str, place: int) -> str:
    return visible(test) + (f" (verdict {place + 1})" if place else "")


def _fitting(lines: Mapping[str, _Cells], width: int) -> Iterator[dict[str, int]]:
    """The models of each table and how wide their columns are."""
    widths: dict[str, int] = {}
    for model in sorted({model for cells in lines.values() for model in cells}):
        said = (cells.get(model, "") for cells in lines.values())
        wide = max(len(_end_of(visible(model), _MODEL)), *map(len, said))
        if widths and _TESTS + _wide({**widths, model: wide}) > width:
            yield widths
            widths = {}
        widths[model] = wide
    yield widths


def _wide(widths: Mapping[str, int]) -> int:
    return sum(len(_GAP) + wide for wide in widths.values())


def _table(
    lines: Mapping[str, _Cells], widths: Mapping[str, int], width: int
) -> list[str]:
    room = min(max(map(len, lines)), width - _wide(widths))

    def line(name: str, cells: _Cells) -> str:
        parts = [f"{cells.get(model, '-'):<{wide}}" for model, wide in widths.items()]
        return _GAP.join([f"{_end_of(name, room):<{room}}", *parts]).rstrip()

    return [
        line("", {model: _end_of(visible(model), _MODEL) for model in widths}),
        *(line(name, cells) for name, cells in lines.items()),
    ]


def _end_of(text: str, room: int) -> str:
    """The end of a text, which is where names differ."""
    return text if len(text) <= room else f"…{text[1 - room :]}"
