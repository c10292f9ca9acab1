"""The values that flow from a measurement to a verdict.

All are frozen, and all but ``Outcomes`` and ``Evidence`` hold plain Python values, so
that each can be printed, compared and written to disk as it is.
"""

from __future__ import annotations

from pytest_ptm.results.answer import Answer
from pytest_ptm.results.figures import (
    Better,
    Evidence,
    GroupFigure,
    Interval,
    Measurement,
    Reliability,
    ReliabilityBin,
    Side,
)
from pytest_ptm.results.outcomes import (
    Earlier,
    Outcomes,
)
from pytest_ptm.results.result import (
    CASES_KEPT,
    Case,
    Cost,
    Counts,
    FailingExample,
    ModelCard,
    Outcome,
    Result,
    Stopped,
)
from pytest_ptm.results.verdict import (
    Bound,
    Limit,
    Verdict,
)

__all__ = [
    "CASES_KEPT",
    "Answer",
    "Better",
    "Bound",
    "Case",
    "Cost",
    "Counts",
    "Earlier",
    "Evidence",
    "FailingExample",
    "GroupFigure",
    "Interval",
    "Limit",
    "Measurement",
    "ModelCard",
    "Outcome",
    "Outcomes",
    "Reliability",
    "ReliabilityBin",
    "Result",
    "Side",
    "Stopped",
    "Verdict",
]
