"""What came of single examples, as people look at it: a frame, and HTML."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pytest_ptm.ground.display import clip
from pytest_ptm.ground.errors import MissingExtraError
from pytest_ptm.results.outcomes import Outcomes

if TYPE_CHECKING:
    import pandas as pd  # pyright: ignore[reportMissingTypeStubs]

_SHOWN = 120


def frame_of(outcomes: Outcomes) -> pd.DataFrame:
    """A row a unit, in the order of the data: id, what is known of it, its groups.

    Raises:
        MissingExtraError: pandas is not installed.
    """
    # Late: optional, and slow to import.
    try:
        import pandas as pd  # pyright: ignore[reportMissingTypeStubs]
    except ImportError as error:
        raise MissingExtraError(
            "Result.to_frame", library="pandas", extra="frames"
        ) from error
    columns: dict[str, Any] = {"id": list(outcomes.ids)}
    for name, column in (
        ("right", outcomes.right),
        ("score", outcomes.scores),
        ("gain", outcomes.gains),
    ):
        if column is not None:
            columns[name] = column
    if outcomes.predicted is not None:
        places: list[int] = outcomes.predicted.tolist()
        names = outcomes.classes
        columns["predicted"] = [names[i] for i in places] if names else places
    for name, values in outcomes.groups.items():
        columns[f"group:{name}" if name in columns else name] = list(values)
    return pd.DataFrame(columns)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """An HTML table in which no text is markup; empty where there is no row."""
    body = "".join(_row("td", cells) for cells in rows)
    return f"<table>{_row('th', header)}{body}</table>" if body else ""


def paragraph(text: str) -> str:
    """An HTML paragraph in which no text is markup."""
    return f"<p>{escaped(text)}</p>"


def escaped(text: str) -> str:
    """The text shortened, in one line, with nothing that HTML would obey."""
    return html.escape(clip(text, _SHOWN))


def _row(tag: str, cells: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{escaped(cell)}</{tag}>' for cell in cells)}</tr>"
