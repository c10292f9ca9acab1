"""A verdict then and now, and which examples changed between right and wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.display import clip, listed, visible
from pytest_ptm.ground.errors import DataError
from pytest_ptm.results import Interval, Outcome
from pytest_ptm.runs.document import OutcomesRow, Row
from pytest_ptm.runs.packed import Packed, unpack_failing, unpack_right
from pytest_ptm.statistics.paired_limits import tango

_IDS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Reached:
    """A verdict as one of the two runs reached it."""

    outcome: Outcome
    metric: str
    value: float
    n: int


@dataclass(frozen=True, slots=True)
class Flips:
    """One verdict then and now, and which examples changed between right and wrong.

    ``difference`` is the interval of now less then, of figures that are a share of the
    examples that are right, or of those that are wrong.
    """

    test: str
    model: str
    then: Reached
    now: Reached
    newly_broken: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    difference: Interval | None = None


@dataclass(frozen=True, slots=True)
class AgainstBaseline:
    """A run held against its baseline.

    ``unmatched`` says of each verdict without an entry that fits why there is none;
    ``left`` are the tests of entries that the run did not come to.
    """

    flips: tuple[Flips, ...]
    unmatched: tuple[str, ...]
    left: tuple[str, ...]


def flips_of(then: Row, now: Row) -> Flips:
    """What came of a verdict, and of each of its examples, since an earlier run.

    Raises:
        DataError: PTM214, what came of each example is damaged.
    """
    plain = Flips(now.test, now.model.name, _seen(then), _seen(now))
    if then.outcomes is None or now.outcomes is None:
        return plain
    before, after = packed(then.outcomes), packed(now.outcomes)
    was, is_ = unpack_right(before), unpack_right(after)
    if was is None or is_ is None or len(was) != len(is_):
        return plain
    for right, ids in ((was, unpack_failing(before)), (is_, unpack_failing(after))):
        if len(ids) != int((~right).sum()):
            raise DataError(
                f"{now.test}: as many ids as wrong examples were expected; the run "
                "document is damaged: write it anew",
                code="PTM214",
            )
    # Ids are stored of the wrong ones only, in the order of the data.
    broken, fixed = was & ~is_, is_ & ~was
    shares = _shares(then, was.mean()), _shares(now, is_.mean())
    gained, lost, n = int(fixed.sum()), int(broken.sum()), len(is_)
    difference = None
    if then.metric == now.metric and shares[0] == shares[1] and shares[0] is not None:
        more, fewer = (gained, lost) if shares[0] == "right" else (lost, gained)
        difference = tango(more, fewer, n)
    return Flips(
        plain.test,
        plain.model,
        plain.then,
        plain.now,
        newly_broken=_chosen(unpack_failing(after), broken[~is_]),
        fixed=_chosen(unpack_failing(before), fixed[~was]),
        difference=difference,
    )


def _shares(row: Row, right: float) -> str | None:
    """Whether the figure is the share that is right, or that is wrong."""
    kind, share = ("right", right) if row.better == "higher" else ("wrong", 1 - right)
    return kind if abs(row.value - share) < 1e-12 else None


def _chosen(ids: Sequence[str], which: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(name for name, holds in zip(ids, which.tolist(), strict=True) if holds)


def _seen(row: Row) -> Reached:
    return Reached(row.outcome, row.metric, row.value, row.n)


def packed(row: OutcomesRow) -> Packed:
    """The columns of a row, as they are unpacked."""
    return Packed(
        row.n,
        row.right,
        row.failing,
        row.scores,
        row.predicted,
        row.classes,
        row.stats,
    )


def has_changed(flips: Flips) -> bool:
    """Whether the figure, the verdict or any example is another one than it was."""
    return flips.then != flips.now or bool(flips.newly_broken or flips.fixed)


def then_and_now(flips: Flips) -> str:
    """One line: the figure and the verdict then and now, and which examples changed."""
    then, now = flips.then, flips.now
    if then.metric == now.metric:
        figure = f"{visible(now.metric)} {then.value:z.4f} → {now.value:z.4f}"
    else:
        figure = (
            f"{visible(then.metric)} {then.value:z.4f} → "
            f"{visible(now.metric)} {now.value:z.4f}"
        )
    apart = flips.difference
    between = (
        ""
        if apart is None
        else f" ({now.value - then.value:+z.4f}, {apart.confidence * 100:g} % "
        f"{apart.method} {apart.low:+z.4f} .. {apart.high:+z.4f})"
    )
    verdict = (
        f", {now.outcome} as before"
        if then.outcome == now.outcome
        else f", {then.outcome} → {now.outcome}"
    )
    return (
        f"then → now {figure}{between}{verdict}"
        f"{_named('newly broken', flips.newly_broken)}{_named('fixed', flips.fixed)}"
        f"  {visible(flips.test)} on {visible(flips.model)}"
    )


def _named(what: str, ids: Sequence[str]) -> str:
    if not ids:
        return ""
    shown = ", ".join(clip(name, 40) for name in ids[:_IDS_SHOWN])
    more = f", … ({len(ids) - _IDS_SHOWN:,} more)" if len(ids) > _IDS_SHOWN else ""
    return f" · {what} {shown}{more}"


def why_not_comparable(row: Row, behaviour: str, signature: str, data: str) -> str:
    """What keeps an entry from being compared; empty if nothing does."""
    if row.behaviour != behaviour:
        return f"there it is {row.behaviour}, here {behaviour}"
    if row.data != data:
        return f"the data are others: sha256 {row.data[:12]} there, {data[:12]} here"
    if row.signature == signature:
        return ""
    then, now = _BARS.split(row.signature), _BARS.split(signature)
    there = [part for part in then if part not in now]
    here = [part for part in now if part not in then]
    if not there and not here:
        # The same parts in another order.
        there, here = [row.signature], [signature]
    return f"it was computed otherwise: {'; '.join(_otherwise(there, here))}"


_BARS = re.compile(r"(?<!<)\|(?!>)")
"""Between parts of a signature; those of a token such as <|im_start|> are its own."""


def _otherwise(there: Sequence[str], here: Sequence[str]) -> Iterator[str]:
    """Settings that both have, by name; then what only one of them has."""
    before, after = _settings(there), _settings(here)
    both = [name for name in before if name in after]
    for name in both:
        yield f"{name} is {before[name]!r} there, {after[name]!r} here"
    left, more = (
        [part for part in parts if part.partition(":")[0] not in both]
        for parts in (there, here)
    )
    if left or more:
        yield (
            f"{listed(left) or 'nothing else'} there, "
            f"{listed(more) or 'nothing else'} here"
        )


def _settings(parts: Sequence[str]) -> dict[str, str]:
    """What stands behind the name of each part that has one."""
    split = [part.partition(":") for part in parts]
    return {name: value for name, colon, value in split if colon}
