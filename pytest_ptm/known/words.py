"""What is said of the list of known failures: a summary, and what makes a run red."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_ptm.ground.display import columns, counted, listed, visible
from pytest_ptm.ground.unknown import unknown
from pytest_ptm.known.compare import Findings
from pytest_ptm.known.file import KnownFailures, KnownTest
from pytest_ptm.known.updates import over_cap
from pytest_ptm.runs.rows import case_of
from pytest_ptm.verdicts.cases import case_lines, case_words

UPDATE = "--ptm-known-failures-update"
_IDS_SHOWN = 5
# PTM110 puts two blanks before its lines, and so is each case set in.
_SET_IN = 4


@dataclass(frozen=True, slots=True)
class HeldTo:
    """What a list is held to: its file, and how what it says is to be taken.

    ``updates``: the run is to update it; ``required``: what is stale is red;
    ``carried``: the capabilities that tests of the run carry.
    """

    path: Path
    updates: bool
    required: bool
    carried: Collection[str]


def change(before: KnownFailures, after: KnownFailures) -> str:
    """What became of a list, in numbers."""
    old, new = (
        {(test.key, name) for test in known.tests for name in test.failing}
        for known in (before, after)
    )
    return f"{len(old - new):,} taken out, {len(new - old):,} added"


def summary(known: KnownFailures, found: Findings, held_to: HeldTo) -> list[str]:
    """One line for what is listed, and one each for what is not as it says."""
    number = sum(len(test.failing) for test in known.tests)
    out = [
        f"known failures: {number:,} listed in {counted(len(known.tests), 'test')} "
        f"of {held_to.path}"
    ]
    how = "" if held_to.updates else f"; take them out with {UPDATE}"
    out += _by_test("fixed", found.fixed, how)
    if not held_to.required:
        out += _by_test("stale, no such example", found.gone, how)
        out += _without_verdict("stale, no such test", found.missing)
        out += _without_verdict("not judged, no such verdict", found.unjudged)
        if found.idle:
            names = listed(found.idle, most=_IDS_SHOWN)
            out.append(f"  holds nothing, no test of this capability: {names}")
    return out + _without_verdict("not judged, skipped", found.skipped)


def taken_out_for_all(found: Findings, models: Collection[str]) -> list[str]:
    """That what these models have right was taken out for every other model as well."""
    if all(test.model is not None for test in found.fixed):
        return []
    names = " and ".join(sorted(map(visible, models)))
    have = "has" if len(models) == 1 else "have"
    return [
        f"  what {names} {have} right was taken out of "
        "lists without `model`, which hold for every model: if you gate others too, "
        "name them all in one run, or give each a list of its own"
    ]


def _by_test(what: str, tests: Sequence[KnownTest], how: str) -> list[str]:
    return [
        f"  {what}: {listed(test.failing, most=_IDS_SHOWN)} in {test.where}{how}"
        for test in tests
    ]


def _without_verdict(what: str, tests: Sequence[KnownTest]) -> list[str]:
    if not tests:
        return []
    return [f"  {what}: {listed((test.where for test in tests), most=_IDS_SHOWN)}"]


def new_failures(found: Findings, way_out: str) -> list[tuple[str, str]]:
    """PTM110: what fails and is not known to, and how to accept it."""
    if not found.new:
        return []
    number = sum(len(new.test.failing) for new in found.new)
    fail = "example fails that is" if number == 1 else "examples fail that are"
    shown: list[str] = []
    for new in found.new[:_IDS_SHOWN]:
        cases = [case_words(case_of(case)) for case in new.cases[:_IDS_SHOWN]]
        shown += [
            f"{new.test.id}{_place(new.test)} on {new.model}: "
            f"{listed(new.test.failing, most=_IDS_SHOWN)}",
            *(f"  {line}" for line in case_lines(cases, columns() - _SET_IN)),
        ]
    left = len(found.new) - _IDS_SHOWN
    more = [f"… and {counted(left, 'more list')}"] if left > 0 else []
    return [
        (
            "PTM110",
            f"{number:,} {fail} not known to: "
            + "\n  ".join([*shown, *more])
            + f"\n  Mend the model; or, to accept them, {way_out}",
        )
    ]


def _place(test: KnownTest) -> str:
    return "" if test.place is None else f" place {test.place}"


def _idle(name: str, carried: Collection[str]) -> str:
    carried = tuple(sorted(map(visible, carried))) or ("none",)
    return (
        f"{unknown('capability', name, carried)}. No test of the run carries it, so "
        f"[capabilities.{name}] holds and caps nothing; write the name as the markers "
        "do, or take it out"
    )


def what_is_wrong(
    found: Findings, held_to: HeldTo, *, is_updated: bool
) -> list[tuple[str, str]]:
    """PTM111: what is wrong with the file, and under --ptm-require what is stale."""
    why = list(found.wrong)
    if held_to.required:
        if not is_updated:
            why += [
                f"{test.where}: no example is called "
                f"{listed(test.failing, most=_IDS_SHOWN)}; take it out with {UPDATE}"
                for test in found.gone
            ]
            why += [
                f"{test.where}: there is no such test any more; write its new id, or "
                f"take it out with {UPDATE}"
                for test in found.missing
            ]
        why += [
            f"{test.where}: the test reached no such verdict, so nothing was held to "
            "its list"
            for test in found.unjudged
        ]
        why += [_idle(name, held_to.carried) for name in found.idle]
    if not why:
        return []
    shown = "\n  ".join(why[:_IDS_SHOWN])
    left = len(why) - _IDS_SHOWN
    more = f"\n  … and {left:,} more" if left > 0 else ""
    return [("PTM111", f"{held_to.path.name}: {shown}{more}")]


def beyond_caps(known: KnownFailures, found: Findings) -> list[tuple[str, str]]:
    """PTM112: capabilities with more known failures than they may have."""
    return [
        (
            "PTM112",
            f"capability {name!r} has {counted(number, 'known failure')}, where its "
            f"at_most allows {most}. Mend the model and take them out with {UPDATE}, "
            "or raise at_most by hand",
        )
        for name, number, most in over_cap(known, found.capabilities)
    ]
