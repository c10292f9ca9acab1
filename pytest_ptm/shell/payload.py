"""Verdicts and costs as they travel: JSON on the report of the phase they are of."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from pytest_ptm.ground.display import visible
from pytest_ptm.runs.rows import case_row, cost_row, row_of
from pytest_ptm.shell.configuration import raw_key
from pytest_ptm.shell.outgoing import clean_data

if TYPE_CHECKING:
    import pytest

    from pytest_ptm.results import Cost
    from pytest_ptm.runs.document import Row
    from pytest_ptm.session import Session
    from pytest_ptm.session.running_test import Told
    from pytest_ptm.shell.configuration import Raw

_UNLISTED_SENT = 5


class Drained(NamedTuple):
    """What a session was asked since the last report.

    ``before`` is how many verdicts the test told of by then; ``of_fixtures`` are those
    of shared fixtures: the fixture's id, which of its own, the verdict.
    """

    before: int
    verdicts: list[Told]
    costs: list[Cost]
    of_fixtures: list[tuple[str, int, Told]]


def payload_of(
    session: Session, item: pytest.Item, drained: Drained, *, began: float, ended: float
) -> dict[str, Any]:
    """What a report brings; the user's own properties of the test are set beside it.

    Its phase ``began`` and ``ended``, in seconds since the epoch.
    """
    own = _own(session, item.nodeid, drained)
    theirs = [
        row_of(told, nodeid, place=place) for nodeid, place, told in drained.of_fixtures
    ]
    rows, raw = [*own, *theirs], item.config.stash[raw_key]
    every = [*drained.verdicts, *(told for _, _, told in drained.of_fixtures)]
    for row in own:
        item.user_properties += _properties(row)
    return {
        "costs": [cost_row(cost).model_dump() for cost in drained.costs],
        "rows": [_written(row) for row in rows],
        "gone": _gone(raw["known_ids"], rows, every),
        "unlisted": _unlisted(raw, rows, every),
        "expected": [told.expected for told in every],
        "within": [began <= told.when <= ended for told in every],
    }


def _own(session: Session, nodeid: str, drained: Drained) -> list[Row]:
    capability = None if session.test is None else session.test.capability
    return [
        row_of(told, nodeid, place=place, capability=capability)
        for place, told in enumerate(drained.verdicts, start=drained.before)
    ]


def _properties(row: Row) -> list[tuple[str, object]]:
    """A verdict as properties for JUnit, under the same names in every run.

    No name holds what is measured, or on which model: who follows a figure finds it
    again. From the second verdict of a test on they carry its number.
    """
    side = "at_least" if row.at_least is not None else "at_most"
    limit = row.at_most if row.at_least is None else row.at_least
    held = {
        "verdict": row.outcome,
        "headline": row.headline,
        "metric": row.metric,
        "figure": repr(row.value),
        "bound": f"{side} {limit!r}",
        "examples": str(row.n),
        "model": row.model.name,
    }
    number = f" {row.place + 1}" if row.place else ""
    return [(f"ptm {name}{number}", value) for name, value in held.items()]


def _gone(
    known: dict[str, list[str]], rows: list[Row], verdicts: list[Told]
) -> list[list[str]]:
    """Of each verdict: the known failures that its data do not hold."""
    if not known:
        return [[] for _ in rows]
    # Only for a run with a list: here the ids of all examples are at hand.
    from pytest_ptm.known.compare import not_in_data

    return [
        not_in_data(known.get(row.test, ()), told.verdict.result.outcomes)
        for row, told in zip(rows, verdicts, strict=True)
    ]


def _unlisted(
    raw: Raw, rows: list[Row], verdicts: list[Told]
) -> list[list[dict[str, Any]]]:
    """Of each verdict: the worst cases that its test's list does not hold.

    A row holds the worst cases, which may be listed all; of those that are not, here
    is what was asked, expected and got.
    """
    if raw["known_path"] is None:
        return [[] for _ in rows]
    found: list[list[dict[str, Any]]] = []
    for row, told in zip(rows, verdicts, strict=True):
        listed = set(raw["known_ids"].get(row.test, ()))
        new = (
            case
            for case in told.verdict.result.cases
            if visible(case.example_id) not in listed
        )
        written = (case_row(case).model_dump(mode="json") for case in new)
        found.append([*islice(written, _UNLISTED_SENT)])
    return cast("list[list[dict[str, Any]]]", clean_data(found))


def _written(row: Row) -> dict[str, Any]:
    data = cast("dict[str, Any]", clean_data(row.model_dump(mode="json")))
    # By its id the controller finds the test again; it is made fit where it is shown.
    return {**data, "nodeid": row.nodeid}
