"""How the subcommands print: names of verdicts, heads of runs, JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from pytest_ptm.ground.display import visible

if TYPE_CHECKING:
    from pytest_ptm.runs.document import Row, RunDocument
    from pytest_ptm.runs.planning import Plan, Suggestion


def read(path: Path) -> RunDocument:
    """The run document of a file.

    Raises:
        DataError: PTM215, it cannot be read.
    """
    # pydantic and SciPy: `ptm --help` pays for neither.
    from pytest_ptm.runs.reading import read_run

    return read_run(path)


def print_head(run: RunDocument, label: str = "run") -> None:
    """Print the head of a run."""
    print(head(run, label))


def head(run: RunDocument, label: str = "run") -> str:
    """One line: when, which models, whether whole."""
    models = ", ".join(visible(model.name) for model in run.models) or "no model"
    state = "" if run.complete else " · INTERRUPTED"
    partial = " · PARTIAL by --ptm-limit" if run.partial else ""
    return f"{label}: {visible(run.started[:19])} · {models}{state}{partial}"


def name_of(row: Row) -> str:
    """A verdict's test, its place in it and where it stands."""
    place = f" (verdict {row.place + 1})" if row.place else ""
    at = "" if row.at is None else f"  {visible(Path(row.at.file).name)}:{row.at.line}"
    return f"\n{visible(row.nodeid)}{place}{at}"


def named(row: Row) -> dict[str, object]:
    """What each entry of the JSON says first."""
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


def plain(each: Plan | Suggestion) -> dict[str, object]:
    """The fields beside the row."""
    held = {name: getattr(each, name) for name in each.__slots__}
    del held["row"]
    return held


def print_json(data: object) -> None:
    """Print data with every string fit for a terminal."""
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
