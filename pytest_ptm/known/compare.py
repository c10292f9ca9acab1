"""Which examples fail that are not known to, and which known ones do not any more."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from pytest_ptm.ground.display import presentable, visible
from pytest_ptm.known.file import Key, KnownFailures, KnownTest
from pytest_ptm.results import Outcomes
from pytest_ptm.runs.document import CaseRow, Row
from pytest_ptm.runs.flips import packed
from pytest_ptm.runs.log import TestOutcome
from pytest_ptm.runs.packed import unpack_failing
from pytest_ptm.runs.rows import without_model


@dataclass(frozen=True, slots=True)
class Seen:
    """What a run saw.

    ``models`` were asked for in this run, ``named`` are all that a test's id may hold.
    ``cases`` are some that no list holds, by the test's full id and place.
    ``gone`` has the listed ids that a verdict's data do not hold, by the test's full id
    and place. ``left_out`` were deselected. ``covers`` says of an id in the file
    whether the run would have run it. ``capabilities`` are those that its tests carry;
    None where the run was only a part of what there is.
    """

    rows: Sequence[Row]
    tests: Mapping[str, TestOutcome]
    models: Collection[str]
    named: Collection[str]
    left_out: Collection[str]
    gone: Mapping[tuple[str, int], Collection[str]]
    covers: Callable[[str], bool]
    capabilities: Collection[str] | None = None
    cases: Mapping[tuple[str, int], Sequence[CaseRow]] = field(
        default_factory=dict[tuple[str, int], Sequence[CaseRow]]
    )


@dataclass(frozen=True, slots=True)
class Unlisted:
    """What fails on a model and is not on the list that its verdict is held to.

    ``cases`` say of some of them, the worst first, what was expected and what came.
    """

    test: KnownTest
    model: str
    cases: tuple[CaseRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """The lists against the run; each list here holds the ids it is about.

    ``new`` fail and are not listed; ``fixed`` are listed and go well; ``gone`` are not
    in the data any more; ``missing`` are lists of tests that are not there any more.
    ``unjudged`` are lists that nothing was held to; ``skipped`` those of them whose
    tests pytest itself shows as skipped. ``idle`` are capabilities that no test has, so
    that nothing is held to them. ``wrong`` says what else is.
    """

    new: tuple[Unlisted, ...]
    fixed: tuple[KnownTest, ...]
    gone: tuple[KnownTest, ...]
    missing: tuple[KnownTest, ...]
    unjudged: tuple[KnownTest, ...]
    skipped: tuple[KnownTest, ...]
    wrong: tuple[str, ...]
    idle: tuple[str, ...] = ()
    capabilities: Mapping[Key, str] = field(default_factory=dict[Key, str])
    """What the markers of the tests say, by list."""


def compare(known: KnownFailures, seen: Seen) -> Findings:
    """What the run says about the lists, and the lists about the run.

    A list without a model holds for every model: an id of it is fixed once no model of
    the run fails on it. A test that has lists for other models only, and one whose
    capability has an entry, is held to an empty list.
    """
    places, models = _places(seen.rows), _models(seen.rows)
    held: dict[Key, list[tuple[KnownTest, Row]]] = {}
    wrong: dict[str, Key] = {}
    stated = {test.key for test in known.tests}
    for row in seen.rows:
        test = _list_of(
            row,
            known,
            has_several=len(places[row.nodeid]) > 1,
            on_several=len(models[row.test]) > 1,
        )
        if test is None:
            continue
        why = _refused(test, row, len(places[row.nodeid]))
        if why is None:
            held.setdefault(test.key, []).append((test, row))
        elif why or test.key in stated:
            wrong[f"{test.where}: {why or _NO_RIGHT_OR_WRONG}"] = test.key
    met = {*held, *wrong.values()}
    missing, unjudged, skipped = _not_held(known, met, seen)
    fixed, gone = _no_longer(known, held, seen)
    return Findings(
        new=tuple(
            Unlisted(test.holding(new), row.model.name, _cases(row, new, seen))
            for rows in held.values()
            for test, row in rows
            if (new := _failing(row) - set(test.failing))
        ),
        fixed=fixed,
        gone=gone,
        missing=missing,
        unjudged=unjudged,
        skipped=skipped,
        wrong=tuple(wrong),
        idle=_idle(known, seen),
        capabilities={
            key: row.capability
            for key, rows in held.items()
            for _, row in rows
            if row.capability is not None
        },
    )


def _cases(row: Row, new: Collection[str], seen: Seen) -> tuple[CaseRow, ...]:
    """What is known of new failures: of the worst of them, each once."""
    found = (*row.cases, *seen.cases.get((row.nodeid, row.place), ()))
    return tuple({case.id: case for case in found if case.id in new}.values())


def _idle(known: KnownFailures, seen: Seen) -> tuple[str, ...]:
    """Capabilities of the file that neither a test of the run nor a list names."""
    if seen.capabilities is None:
        return ()
    named = {test.capability for test in known.tests if test.capability is not None}
    return tuple(
        sorted(known.capabilities.keys() - named - {*map(visible, seen.capabilities)})
    )


def not_in_data(listed: Collection[str], outcomes: Outcomes | None) -> list[str]:
    """The listed ids that none of the examples has, as reports show ids."""
    if outcomes is None:
        return []
    left = set(listed) - set(outcomes.ids)
    if left:
        # Most ids are shown as they are; only what is left pays for being sure.
        left -= {visible(name) for name in outcomes.ids}
    return sorted(left)


_NO_RIGHT_OR_WRONG = (
    "its verdict has no right and wrong of a single example, so no list can be held "
    "against it; take it out of the file"
)


def _places(rows: Sequence[Row]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for row in rows:
        found.setdefault(row.nodeid, set()).add(row.place)
    return found


def _models(rows: Sequence[Row]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row.test, set()).add(row.model.name)
    return found


def _list_of(
    row: Row, known: KnownFailures, *, has_several: bool, on_several: bool
) -> KnownTest | None:
    """The list that a verdict is held to; None where it is held to none."""
    model = row.model.name
    here = [
        test
        for test in known.tests
        if test.id == row.test and test.place in {None, row.place}
    ]
    for wanted in (model, None):
        for test in here:
            if test.model == wanted:
                return test
    if here or row.capability in known.capabilities:
        return KnownTest(
            id=row.test,
            place=row.place if has_several else None,
            model=model if here or on_several else None,
            capability=row.capability,
        )
    return None


def _refused(test: KnownTest, row: Row, verdicts: int) -> str | None:
    """Why a verdict cannot be held to its list; empty where it has no ids to hold."""
    if test.place is None and verdicts > 1:
        return (
            f"the test reaches {verdicts} verdicts; say which with place = 0 "
            f"to {verdicts - 1}, in the order of its assertions"
        )
    if row.outcomes is None or row.outcomes.right is None:
        return ""
    if test.capability and row.capability not in {None, test.capability}:
        return (
            f"the file says capability {test.capability!r}, the test's marker "
            f"{row.capability!r}; make them the same"
        )
    if row.stopped is not None:
        return (
            f"asking ended early, after {row.stopped.asked:,} of "
            f"{row.stopped.total:,} examples; a list needs all of them: give the "
            'test early_stop="off"'
        )
    return None


def _failing(row: Row) -> set[str]:
    return set() if row.outcomes is None else set(unpack_failing(packed(row.outcomes)))


def _no_longer(
    known: KnownFailures,
    held: Mapping[Key, list[tuple[KnownTest, Row]]],
    seen: Seen,
) -> tuple[tuple[KnownTest, ...], tuple[KnownTest, ...]]:
    """The examples that are fixed, and those that are gone."""
    fixed: list[KnownTest] = []
    gone: list[KnownTest] = []
    for test in known.tests:
        rows = [row for _, row in held.get(test.key, ())]
        told = {row.nodeid for row in rows}
        # A model whose test broke down, or was asked a sample only, may still fail.
        if (
            not rows
            or any(row.partial_of is not None for row in rows)
            or set(_nodeids(test, seen, seen.tests)) - told
        ):
            continue
        well = set(test.failing).difference(*map(_failing, rows))
        left = well.intersection(
            *(seen.gone.get((row.nodeid, row.place), ()) for row in rows)
        )
        if well - left:
            fixed.append(test.holding(well - left))
        if left:
            gone.append(test.holding(left))
    return tuple(fixed), tuple(gone)


def _not_held(
    known: KnownFailures, met: Collection[Key], seen: Seen
) -> tuple[tuple[KnownTest, ...], tuple[KnownTest, ...], tuple[KnownTest, ...]]:
    """Lists that no verdict was held to: tests missing, without verdict, skipped."""
    missing: list[KnownTest] = []
    unjudged: list[KnownTest] = []
    skipped: list[KnownTest] = []
    for test in known.tests:
        if test.key in met:
            continue
        outcomes = {seen.tests[nodeid] for nodeid in _nodeids(test, seen, seen.tests)}
        if not outcomes:
            if _nodeids(test, seen, seen.left_out):
                continue
            of_this_run = test.model is None or test.model in seen.models
            if of_this_run and seen.covers(test.id):
                missing.append(test)
        elif outcomes & {"failed", "crashed"}:
            continue  # red as it is
        elif outcomes == {"skipped"}:
            skipped.append(test)
        else:
            unjudged.append(test)
    return tuple(missing), tuple(unjudged), tuple(skipped)


def _nodeids(test: KnownTest, seen: Seen, among: Collection[str]) -> list[str]:
    """The full ids, among these, of the test that a list is about."""
    function = test.id.partition("[")[0]
    names = seen.named if test.model is None else (test.model,)
    return [
        nodeid
        for nodeid in among
        if nodeid.partition("[")[0] == function
        # Rows have their ids as reports show them.
        and test.id
        in {
            presentable(nodeid),
            *(presentable(without_model(nodeid, name)) for name in names),
        }
    ]
