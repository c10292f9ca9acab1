"""The run document: what a run found, as JSON with a version.

A reader checks ``schema_name`` and ``schema_version`` first. A change that a reader
could misread raises the version; ``runs/reading.py`` brings older ones up to it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_NAME = "pytest-ptm/run"
SCHEMA_VERSION = 2


class _Part(BaseModel):
    # No NaN, no infinity: JSON has neither, and a figure that is one is an error.
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class IntervalRow(_Part):
    """An interval, its confidence and its method."""

    low: float
    high: float
    confidence: float
    method: str


class GroupRow(_Part):
    """The figure over one group; null where it is undefined there."""

    column: str
    group: str
    value: float | None
    n: int
    interval: IntervalRow | None


class CaseRow(_Part):
    """One example that went wrong; texts are cut at 2,000 characters.

    ``pair``: the text before a change and after it; ``sides``: what each of two models
    said, by its name.
    """

    id: str
    shown: str
    expected: str
    observed: str
    severity: float
    note: str
    pair: tuple[str, str] | None = None
    sides: tuple[tuple[str, str], ...] = ()


class CostRow(_Part):
    """Examples asked, distinct ones, rows and batches sent, seconds, halved batches."""

    examples: int
    distinct: int
    forwarded: int
    passes: int
    seconds: float
    halvings: int


class ModelRow(_Part):
    """Which model answered, and where."""

    name: str
    reference: str
    sha256: str
    device: str
    dtype: str


class CountsRow(_Part):
    """Examples that need a word beside the figure."""

    skipped: int
    truncated: int
    unchanged: int
    invalid: int
    empty: int


class LimitRow(_Part):
    """A figure beside the main one, and its bound."""

    metric: str
    value: float
    n: int
    at_least: float | None
    at_most: float | None
    met: bool


class OutcomesRow(_Part):
    """What came of each example, compressed; ``runs/packed.py`` reads it back."""

    n: Annotated[int, Field(ge=0)]
    right: str | None
    failing: str | None
    scores: str | None
    predicted: str | None
    classes: tuple[str, ...] | None = None
    stats: tuple[str, ...] | None = None


class StoppedRow(_Part):
    """How asking ended before the last row."""

    asked: int
    total: int
    ground: Literal["certain", "confident"]
    seed: int
    confidence: float | None
    estimand: Literal["dataset", "population"] | None = None


class PowerRow(_Part):
    """What this number of examples can show.

    ``drop``: the smallest distance from the bound, on its wrong side, that is seen with
    80 % power at a one-sided 5 %; ``strictest``: the strictest bound that the figure
    clears at 95 %; ``p_cleared`` and ``p_missed``: the one-sided p-values that the
    bound is cleared, and that it is missed, of verdicts at a confidence; ``rows``: how
    many rows a share is over, of a rate of one class some of those asked.
    """

    error: float | None
    drop: float | None
    strictest: float | None
    p_cleared: float | None
    p_missed: float | None
    rows: int | None = None


class BinRow(_Part):
    """Answers that were said to be about equally likely, and how many of them came.

    Probabilities within ``low`` .. ``high``; ``confidence`` is their mean, ``accuracy``
    the share of the ``n`` that came, ``interval`` that of accuracy less confidence.
    """

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float
    interval: IntervalRow


class ReliabilityRow(_Part):
    """The bins of a calibration, ascending, without those of no row, and what of that.

    ``by_chance``: about the error of a model without a fault over so many rows;
    ``likeliest``: the temperature at which the labels of these rows are likeliest;
    null where one is not defined.
    """

    bins: tuple[BinRow, ...]
    overconfidence: float | None
    underconfidence: float | None
    by_chance: float | None
    likeliest: float | None


class LocationRow(_Part):
    """Where the assertion stands."""

    file: str
    line: int


class Row(_Part):
    """One verdict.

    ``test`` is the test's id without the name of the model, ``place`` which of the
    test's verdicts this is: together they find the same verdict in another run.
    """

    nodeid: str
    test: str
    place: int
    at: LocationRow | None
    capability: str | None
    headline: str
    behaviour: str
    task: str
    outcome: Literal["passed", "failed", "inconclusive"]
    metric: str
    value: float
    better: Literal["higher", "lower"]
    n: int
    partial_of: int | None
    at_least: float | None
    at_most: float | None
    confidence: float | None
    interval: IntervalRow | None
    interval_holds_bound: bool
    judged: IntervalRow | None
    more: int | None
    on_inconclusive: Literal["fail", "skip", "xfail", "pass"]
    stopped: StoppedRow | None
    deferred: bool = False
    power: PowerRow
    limits: tuple[LimitRow, ...] = ()
    by_group: tuple[GroupRow, ...]
    cases: tuple[CaseRow, ...]
    failing: int
    counts: CountsRow
    cost: CostRow
    notes: tuple[str, ...]
    model: ModelRow
    signature: str
    data: str
    outcomes: OutcomesRow | None
    reliability: ReliabilityRow | None = None


class TestRow(_Part):
    """One test and what came of it."""

    nodeid: str
    outcome: Literal["passed", "failed", "skipped", "xfailed", "xpassed", "crashed"]
    seconds: float
    uses_model: bool
    worker: str | None


class ProblemRow(_Part):
    """Why the run is red although no test may be."""

    code: str
    message: str


class RunDocument(_Part):
    """A whole run. ``complete`` is false where it was interrupted: it gates red."""

    schema_name: Literal["pytest-ptm/run"] = SCHEMA_NAME
    schema_version: Literal[2] = SCHEMA_VERSION
    run_id: str
    started: str
    seconds: float
    complete: bool
    partial: bool
    versions: dict[str, str]
    settings: dict[str, str | int | float | bool | None]
    models: tuple[ModelRow, ...]
    verdicts: tuple[Row, ...]
    tests: tuple[TestRow, ...]
    cost: CostRow
    problems: tuple[ProblemRow, ...]
