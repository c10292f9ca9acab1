"""What reports are to bring, as each process says, and what came on them.

Only for a run that uses a model: to define the two takes as long as ``session``.
"""

from __future__ import annotations

from typing import NamedTuple


class HandedOn(NamedTuple):
    """What one process put onto one report, as it says beside the reports.

    ``verdicts``: those on it, in words; ``nodeid``: the test; ``mark``: of its content,
    and of the report that it belongs on. ``None`` where no report can bring it.
    ``idle``: whether the test took a model, passed, and asked it nothing.
    """

    verdicts: list[str]
    nodeid: str
    uses_model: bool
    mark: str | None
    idle: bool = False


class Arrived(NamedTuple):
    """What came on a report: process and number it goes by, its mark, the test."""

    which: tuple[str | None, object]
    mark: str
    nodeid: str
