"""Two runs, verdict by verdict: figures then and now, examples broken and fixed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.reports.document import Row
from pytest_ptm.reports.packed import Packed, unpack_failing, unpack_right
from pytest_ptm.results import Interval
from pytest_ptm.statistics.paired import agresti_min, mcnemar_mid_p


@dataclass(frozen=True, slots=True)
class Compared:
    """One verdict in two runs.

    ``then`` or ``now`` is None where only the other run has it. ``why`` says why the
    two cannot be compared; then nothing below is set. ``difference`` is of now minus
    then, for shares over the same rows; ``newly_broken`` and ``fixed`` are example ids.
    """

    then: Row | None
    now: Row | None
    why: str = ""
    difference: Interval | None = None
    p_value: float | None = None
    newly_broken: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()

    @property
    def row(self) -> Row:
        """The later row, or the only one."""
        row = self.now or self.then
        if row is None:
            raise ValueError("a verdict of neither run")
        return row


def compare_runs(then: Sequence[Row], now: Sequence[Row]) -> list[Compared]:
    """Every verdict of either run, in the order of the later one.

    Verdicts belong together by test (without its model), place in the test, and model;
    by test and place alone where each run has one model.
    """
    one_model = all(len({row.model.name for row in rows}) <= 1 for rows in (then, now))

    def key(row: Row) -> tuple[str, int, str]:
        return row.test, row.place, "" if one_model else row.model.name

    before = {key(row): row for row in then}
    after = {key(row): row for row in now}
    found = [compare_rows(before.get(place), row) for place, row in after.items()]
    gone = [row for place, row in before.items() if place not in after]
    return [*found, *(Compared(row, None) for row in gone)]


def compare_rows(then: Row | None, now: Row) -> Compared:
    """What became of one verdict."""
    if then is None:
        return Compared(None, now)
    why = not_comparable(then, now)
    if why:
        return Compared(then, now, why)
    one, other = _right(then), _right(now)
    if one is None or other is None:
        return Compared(then, now)
    failing_then, failing_now = _failing(then), _failing(now)
    difference, p_value = _difference(then, now, one, other)
    return Compared(
        then,
        now,
        difference=difference,
        p_value=p_value,
        newly_broken=tuple(x for x in failing_now if x not in set(failing_then)),
        fixed=tuple(x for x in failing_then if x not in set(failing_now)),
    )


def not_comparable(then: Row, now: Row) -> str:
    """Why two verdicts of one test say nothing about each other; "" if they do."""
    if then.metric != now.metric or then.behaviour != now.behaviour:
        return f"the metric was {then.metric!r} and is {now.metric!r}"
    if not then.data or not now.data:
        return "one of the runs does not say which data it asked"
    if then.data != now.data:
        return f"the data differ ({then.data[:8]} then, {now.data[:8]} now)"
    if then.stopped is not None or now.stopped is not None:
        return "asking stopped early in one of the runs"
    if _question(then.signature) != _question(now.signature):
        return f"the question differs: {then.signature} then, {now.signature} now"
    if then.n != now.n:
        return f"the figure was over {then.n:,} examples and is over {now.n:,}"
    return ""


def _question(signature: str) -> tuple[str, ...]:
    """A signature without the version that wrote it."""
    return tuple(part for part in signature.split("|") if not part.startswith("ptm:"))


def _right(row: Row) -> NDArray[np.bool_] | None:
    return None if row.outcomes is None else unpack_right(_packed(row))


def _failing(row: Row) -> tuple[str, ...]:
    return unpack_failing(_packed(row))


def _packed(row: Row) -> Packed:
    if row.outcomes is None:
        raise ValueError(f"{row.nodeid} has no outcomes")
    return Packed(**row.outcomes.model_dump())


def _difference(
    then: Row, now: Row, one: NDArray[np.bool_], other: NDArray[np.bool_]
) -> tuple[Interval | None, float | None]:
    """Of figures that are the share of examples that went well, or that did not."""
    gained, lost = int((other & ~one).sum()), int((one & ~other).sum())
    for sign, figures in ((1, (one, other)), (-1, (~one, ~other))):
        shares = [float(figure.mean()) for figure in figures]
        if abs(shares[0] - then.value) < 1e-9 and abs(shares[1] - now.value) < 1e-9:
            pair = (gained, lost) if sign == 1 else (lost, gained)
            return agresti_min(*pair, len(one)), mcnemar_mid_p(gained, lost)
    return None, None
