"""Examples of a run document in lines of their own."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_ptm.ground.display import clip, visible
from pytest_ptm.runs.document import CaseRow


def case_lines(cases: Sequence[CaseRow]) -> list[str]:
    """One line for each: its id, what was expected, what came, its text."""
    ids = [clip(case.id, 40) for case in cases]
    width = max(map(len, ids), default=0)
    return [
        f"{name:<{width}}  expected {clip(case.expected, 60)}  "
        f'got {clip(case.observed, 90)}  "{clip(case.shown, 120)}"'
        + (f"  {visible(case.note)}" if case.note else "")
        for name, case in zip(ids, cases, strict=True)
    ]
