"""Two runs, verdict by verdict: figures then and now, examples broken and fixed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pytest_ptm.datasets.columns import is_numbered
from pytest_ptm.runs.document import Row
from pytest_ptm.runs.flips import Flips, flips_of, why_not_comparable
from pytest_ptm.statistics.paired import mcnemar_mid_p


@dataclass(frozen=True, slots=True)
class Compared:
    """One verdict in two runs.

    ``then`` or ``now`` is None where only the other run has it. ``why`` says why the
    two cannot be compared; else ``flips`` is set. Where their figures are of different
    metrics, as of a gain and the figure it is stored with, the examples are compared
    and the figures are not.
    """

    then: Row | None
    now: Row | None
    why: str = ""
    flips: Flips | None = None

    @property
    def row(self) -> Row:
        """The later row, or the only one."""
        row = self.now or self.then
        if row is None:
            raise ValueError("a verdict of neither run")
        return row

    @property
    def change(self) -> float | None:
        """The figure now less the one then; None where they are of two kinds."""
        if self.then is None or self.now is None or self.flips is None:
            return None
        same = self.then.metric == self.now.metric
        return self.now.value - self.then.value if same else None

    @property
    def newly_broken(self) -> tuple[str, ...]:
        """Ids of the examples that went well then and do not now."""
        return () if self.flips is None else self.flips.newly_broken

    @property
    def fixed(self) -> tuple[str, ...]:
        """Ids of the examples that went wrong then and do not now."""
        return () if self.flips is None else self.flips.fixed

    @property
    def p_value(self) -> float | None:
        """McNemar's mid-p that as many went well then as now, of shares."""
        if self.flips is None or self.flips.difference is None:
            return None
        return mcnemar_mid_p(len(self.fixed), len(self.newly_broken))


@dataclass(frozen=True, slots=True)
class Turned:
    """How many examples of one model turned, each counted once.

    An example is its id, however many verdicts and slices of the data it is in. Where
    rows have no ids of their own, but numbers, it is one in the same data only. One
    that broke in one verdict and was mended in another is of both.
    """

    model: str
    newly_broken: int
    fixed: int


def turned(found: Sequence[Compared]) -> list[Turned]:
    """What turned, by model, in the order of the later run."""
    broken: dict[str, set[tuple[str, str]]] = {}
    fixed: dict[str, set[tuple[str, str]]] = {}
    for each in found:
        if each.flips is None:
            continue
        model, data = each.row.model.name, each.row.data
        for held, names in ((broken, each.newly_broken), (fixed, each.fixed)):
            found_here = held.setdefault(model, set())
            found_here.update(
                (data if is_numbered(name) else "", name) for name in names
            )
    return [
        Turned(model, len(names), len(fixed[model])) for model, names in broken.items()
    ]


def models_of_one(
    then: Sequence[Row], now: Sequence[Row]
) -> tuple[list[str], list[str]]:
    """The models that only the earlier run has, and those that only the later has.

    None where each run has one: they belong together, whatever they are called.
    """
    before, after = (
        dict.fromkeys(row.model.name for row in rows) for rows in (then, now)
    )
    if len(before) <= 1 and len(after) <= 1:
        return [], []
    return (
        [name for name in before if name not in after],
        [name for name in after if name not in before],
    )


def compare_runs(then: Sequence[Row], now: Sequence[Row]) -> list[Compared]:
    """Every verdict of either run, in the order of the later one.

    Verdicts belong together by test (without its model), place in the test, and model;
    by test and place alone where each run has one model.
    """
    one_model = all(len({row.model.name for row in rows}) <= 1 for rows in (then, now))

    def key(row: Row) -> tuple[str, int, str]:
        return row.test, row.place, "" if one_model else row.model.name

    before, after = _by_key(then, key), _by_key(now, key)
    found = [_compared(before.get(place, []), rows) for place, rows in after.items()]
    gone = [
        Compared(row, None)
        for place, rows in before.items()
        if place not in after
        for row in rows
    ]
    return [each for group in found for each in group] + gone


def _by_key(
    rows: Sequence[Row], key: Callable[[Row], tuple[str, int, str]]
) -> dict[tuple[str, int, str], list[Row]]:
    found: dict[tuple[str, int, str], list[Row]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def _compared(then: Sequence[Row], now: Sequence[Row]) -> list[Compared]:
    if len(then) > 1 or len(now) > 1:
        why = "one of the runs has this verdict several times"
        first = then[0] if then else None
        return [Compared(first, row, why) for row in now]
    return [compare_rows(then[0] if then else None, row) for row in now]


def compare_rows(then: Row | None, now: Row) -> Compared:
    """What became of one verdict."""
    if then is None:
        return Compared(None, now)
    why = _not_comparable(then, now)
    if why:
        return Compared(then, now, why)
    return Compared(then, now, flips=flips_of(then, now))


def _not_comparable(then: Row, now: Row) -> str:
    """Why two verdicts of one test say nothing about each other; "" if they do."""
    if not then.data or not now.data:
        return "one of the runs does not say which data it asked"
    if then.stopped is not None or now.stopped is not None:
        return "asking stopped early in one of the runs"
    return why_not_comparable(then, now.behaviour, now.signature, now.data)
