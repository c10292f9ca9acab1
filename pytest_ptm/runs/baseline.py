"""Verdicts of an earlier run: found again, held against those of today, written anew.

An entry is found by the test's id without the model's name, and by which of the test's
verdicts it is. It is compared only with the same question over the same data: what it
was computed from (`signature`) and the data's fingerprint must be equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from pytest_ptm.ground.display import listed, presentable, visible
from pytest_ptm.ground.errors import DataError
from pytest_ptm.results import Earlier
from pytest_ptm.runs.document import (
    OutcomesRow,
    Row,
    RunDocument,
)
from pytest_ptm.runs.flips import (
    AgainstBaseline,
    Flips,
    flips_of,
    packed,
    why_not_comparable,
)
from pytest_ptm.runs.packed import (
    unpack_predicted,
    unpack_right,
    unpack_scores,
    unpack_stats,
)
from pytest_ptm.runs.reading import read_run
from pytest_ptm.runs.rows import without_model


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
            return read_baseline(self.path)
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
        columns = packed(outcomes)
        card = row.model
        started = "" if self.run is None else f", run of {self.run.started[:10]}"
        return Earlier(
            note=f"the baseline: {card.name} = {card.reference} "
            f"(sha256 {card.sha256[:7]}…){started}",
            right=unpack_right(columns),
            scores=unpack_scores(columns),
            predicted=unpack_predicted(columns),
            classes=outcomes.classes,
            stats=unpack_stats(columns),
        )

    def compare(self, rows: Sequence[Row]) -> AgainstBaseline:
        """Every verdict of this run against its entry.

        Raises:
            DataError: the file cannot be read, or what it holds is damaged.
        """
        flips: list[Flips] = []
        unmatched: list[str] = []
        reached: set[tuple[str, int]] = set()
        for now in rows:
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
                    flips.append(flips_of(then, now))
                    continue
                except DataError as error:
                    if not self._replaced:
                        raise
                    then = error.message
            unmatched.append(f"{now.nodeid}: {then}")
        left = dict.fromkeys(
            test for test, place in self._rows if (test, place) not in reached
        )
        return AgainstBaseline(tuple(flips), tuple(unmatched), tuple(left))

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
        differs = why_not_comparable(row, behaviour, signature, data)
        return f"{self.path.name} is stale, {differs}" if differs else row


def read_baseline(path: Path) -> RunDocument:
    """The run document of a run that was finished.

    Raises:
        DataError: PTM215, it cannot be read, or says that its run was not finished.
    """
    run = read_run(path)
    if not run.complete:
        raise DataError(
            f"{visible(str(path))}: its run was interrupted and is no baseline. Write "
            "it anew with --ptm-baseline-update, or take it away",
            code="PTM215",
        )
    return run
