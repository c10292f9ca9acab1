"""Verdicts of an earlier run: found again, held against those of today, written anew.

An entry is found by the test's id without the model's name, and by which of the test's
verdicts it is. It is compared only with the same question over the same data: what it
was computed from (`signature`) and the data's fingerprint must be equal.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from pytest_ptm.display import clip, listed, presentable, visible
from pytest_ptm.errors import DataError
from pytest_ptm.reports.document import (
    SCHEMA_NAME,
    SCHEMA_VERSION,
    OutcomesRow,
    Row,
    RunDocument,
    without_model,
)
from pytest_ptm.reports.packed import (
    Packed,
    unpack_failing,
    unpack_predicted,
    unpack_right,
    unpack_scores,
)
from pytest_ptm.reports.run_log import RowData
from pytest_ptm.results import Earlier, Interval, Outcome
from pytest_ptm.statistics.paired import agresti_min

_IDS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Seen:
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
    then: Seen
    now: Seen
    newly_broken: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    difference: Interval | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """A run held against its baseline.

    ``unmatched`` says of each verdict without an entry that fits why there is none;
    ``left`` are the tests of entries that the run did not come to.
    """

    flips: tuple[Flips, ...]
    unmatched: tuple[str, ...]
    left: tuple[str, ...]


class StoredRun:
    """The run document that ``--ptm-baseline`` names, read on first use.

    ``replaced``: this run is to take its place, so what is no baseline does not matter.
    """

    def __init__(self, path: Path, *, replaced: bool = False) -> None:
        self.path = path
        self._replaced = replaced
        self._why_none = f"there is no file {path}"

    @cached_property
    def run(self) -> RunDocument | None:
        """The document; None where the file does not exist.

        Raises:
            DataError: PTM215, it is no run document of a version that is known, or the
                run was not finished.
        """
        if not self.path.exists():
            return None
        try:
            return read_run(self.path)
        except DataError as error:
            if not self._replaced:
                raise
            self._why_none = error.message
            return None

    @cached_property
    def _rows(self) -> dict[tuple[str, int], list[Row]]:
        found: dict[tuple[str, int], list[Row]] = {}
        for row in () if self.run is None else self.run.verdicts:
            found.setdefault((row.test, row.place), []).append(row)
        return found

    def find(
        self,
        nodeid: str,
        place: int,
        *,
        model: str,
        behaviour: str,
        signature: str,
        data: str,
    ) -> Earlier | str:
        """What was found in this place over the same data, or why nothing fits.

        Raises:
            DataError: the file cannot be read, or what it holds is damaged.
        """
        row = self._entry(
            presentable(without_model(nodeid, model)),
            place,
            model=model,
            behaviour=behaviour,
            signature=visible(signature),
            data=data,
        )
        if isinstance(row, str):
            return row
        if row.outcomes is None:
            return f"{self.path.name} does not say what came of each example"
        try:
            return self._earlier(row, row.outcomes)
        except DataError as error:
            if not self._replaced:
                raise
            return error.message

    def _earlier(self, row: Row, outcomes: OutcomesRow) -> Earlier:
        packed = _packed(outcomes)
        card = row.model
        started = "" if self.run is None else f", run of {self.run.started[:10]}"
        return Earlier(
            note=f"the baseline: {card.name} = {card.reference} "
            f"(sha256 {card.sha256[:7]}…){started}",
            right=unpack_right(packed),
            scores=unpack_scores(packed),
            predicted=unpack_predicted(packed),
            classes=outcomes.classes,
        )

    def compare(self, rows: Sequence[RowData]) -> Compared:
        """Every verdict of this run against its entry.

        Raises:
            DataError: the file cannot be read, or what it holds is damaged.
        """
        flips: list[Flips] = []
        unmatched: list[str] = []
        reached: set[tuple[str, int]] = set()
        for data in rows:
            now = Row.model_validate(data)
            reached.add((now.test, now.place))
            then = self._entry(
                now.test,
                now.place,
                model=now.model.name,
                behaviour=now.behaviour,
                signature=now.signature,
                data=now.data,
            )
            if not isinstance(then, str):
                try:
                    flips.append(_flips(then, now))
                    continue
                except DataError as error:
                    if not self._replaced:
                        raise
                    then = error.message
            unmatched.append(f"{now.nodeid}: {then}")
        left = dict.fromkeys(
            test for test, place in self._rows if (test, place) not in reached
        )
        return Compared(tuple(flips), tuple(unmatched), tuple(left))

    def _entry(
        self,
        test: str,
        place: int,
        *,
        model: str,
        behaviour: str,
        signature: str,
        data: str,
    ) -> Row | str:
        if self.run is None:
            return self._why_none
        found = self._rows.get((test, place), [])
        if len(found) > 1:
            names = [row.model.name for row in found]
            found = [row for row in found if row.model.name == model]
            if len(found) != 1:
                return f"{self.path.name} has it for {listed(names)}, not for {model!r}"
        if not found:
            return f"{self.path.name} has no verdict {place + 1} of {test}"
        (row,) = found
        differs = _differs(row, behaviour, signature, data)
        return f"{self.path.name} is stale, {differs}" if differs else row


def read_run(path: Path) -> RunDocument:
    """A run document of the version that this release writes.

    Raises:
        DataError: PTM215, it cannot be read, is another document or version, or says
            that its run was not finished.
    """
    try:
        document = cast("object", json.loads(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise _unreadable(path, str(error)) from None
    if not isinstance(document, dict):
        raise _unreadable(path, "it is no JSON object")
    held = cast("dict[str, object]", document)
    name, version = held.get("schema_name"), held.get("schema_version")
    if (name, version) != (SCHEMA_NAME, SCHEMA_VERSION):
        raise _unreadable(
            path,
            f"its schema is {name!r} version {version!r}, and this release reads "
            f"{SCHEMA_NAME!r} version {SCHEMA_VERSION}",
        )
    try:
        run = RunDocument.model_validate(held)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise _unreadable(path, f"{where}: {first['msg']}") from None
    if not run.complete:
        raise _unreadable(path, "its run was interrupted and is not complete")
    return run


def has_changed(flips: Flips) -> bool:
    """Whether the figure, the verdict or any example is another one than it was."""
    return flips.then != flips.now or bool(flips.newly_broken or flips.fixed)


def then_and_now(flips: Flips) -> str:
    """One line: the figure and the verdict then and now, and which examples changed."""
    then, now = flips.then, flips.now
    if then.metric == now.metric:
        figure = f"{visible(now.metric)} {then.value:.4f} → {now.value:.4f}"
    else:
        figure = (
            f"{visible(then.metric)} {then.value:.4f} → "
            f"{visible(now.metric)} {now.value:.4f}"
        )
    apart = flips.difference
    between = (
        ""
        if apart is None
        else f" ({now.value - then.value:+.4f}, {apart.confidence * 100:g} % "
        f"{apart.method} {apart.low:+.4f} .. {apart.high:+.4f})"
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


def _unreadable(path: Path, why: str) -> DataError:
    return DataError(
        f"{path} cannot be compared with: {why}. Write it anew with "
        "--ptm-baseline-update, or take it away",
        code="PTM215",
    )


def _differs(row: Row, behaviour: str, signature: str, data: str) -> str:
    """What keeps an entry from being compared; empty if nothing does."""
    if row.behaviour != behaviour:
        return f"there it is {row.behaviour}, here {behaviour}"
    if row.data != data:
        return f"the data are others: sha256 {row.data[:12]} there, {data[:12]} here"
    then, now = row.signature.split("|"), signature.split("|")
    if then == now:
        return ""
    there = [part for part in then if part not in now]
    here = [part for part in now if part not in then]
    return (
        f"it was computed otherwise: {listed(there) or 'nothing else'} there, "
        f"{listed(here) or 'nothing else'} here"
    )


def _flips(then: Row, now: Row) -> Flips:
    plain = Flips(now.test, now.model.name, _seen(then), _seen(now))
    if then.outcomes is None or now.outcomes is None:
        return plain
    before, after = _packed(then.outcomes), _packed(now.outcomes)
    was, is_ = unpack_right(before), unpack_right(after)
    if was is None or is_ is None or len(was) != len(is_):
        return plain
    # Ids are stored of the wrong ones only, in the order of the data.
    broken, fixed = was & ~is_, is_ & ~was
    shares = _shares(then, was.mean()), _shares(now, is_.mean())
    gained, lost, n = int(fixed.sum()), int(broken.sum()), len(is_)
    difference = None
    if then.metric == now.metric and shares[0] == shares[1] and shares[0] is not None:
        more, fewer = (gained, lost) if shares[0] == "right" else (lost, gained)
        difference = agresti_min(more, fewer, n)
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
    if abs(row.value - right) < 1e-12:
        return "right"
    return "wrong" if abs(row.value - (1 - right)) < 1e-12 else None


def _chosen(ids: Sequence[str], which: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(name for name, holds in zip(ids, which.tolist(), strict=True) if holds)


def _seen(row: Row) -> Seen:
    return Seen(row.outcome, row.metric, row.value, row.n)


def _packed(row: OutcomesRow) -> Packed:
    return Packed(row.n, row.right, row.failing, row.scores, row.predicted, row.classes)
