"""The list of known failures after a run: shorter, longer, and held to its caps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pytest_ptm.known.compare import Findings
from pytest_ptm.known.file import Capability, Key, KnownFailures, KnownTest
from pytest_ptm.runs.document import Row


def reduced(known: KnownFailures, found: Findings) -> KnownFailures:
    """The lists without what is fixed, gone or missing.

    A list that becomes empty stays: its test is still held to it.
    """
    out: dict[Key, set[str]] = {}
    for test in (*found.fixed, *found.gone):
        out.setdefault(test.key, set()).update(test.failing)
    missing = {test.key for test in found.missing}
    kept = [
        test.holding(
            set(test.failing) - out.get(test.key, set()),
            found.capabilities.get(test.key),
        )
        for test in known.tests
        if test.key not in missing
    ]
    return known.model_copy(update={"tests": tuple(kept)})


def extended(known: KnownFailures, found: Findings) -> KnownFailures:
    """The lists with what fails and is not known to."""
    tests = {test.key: test for test in known.tests}
    for new in (unlisted.test for unlisted in found.new):
        test = tests.get(new.key, new)
        tests[new.key] = test.holding(
            {*test.failing, *new.failing}, found.capabilities.get(new.key)
        )
    return known.model_copy(update={"tests": tuple(tests.values())})


def opened(known: KnownFailures, rows: Sequence[Row]) -> KnownFailures:
    """The file with an entry for every capability that a test of the run carries.

    What accepting starts from: so the first one finds all there is to list.
    """
    names = {row.capability for row in rows if row.capability is not None}
    new = {name: Capability() for name in sorted(names - known.capabilities.keys())}
    return known.model_copy(update={"capabilities": {**known.capabilities, **new}})


def over_cap(
    known: KnownFailures, capabilities: Mapping[Key, str]
) -> list[tuple[str, int, int]]:
    """Capabilities whose lists hold more than they may: name, how many, how many may.

    Where models have lists of their own, the longest counts. ``capabilities`` are
    those of the tests' markers, for lists that name none.
    """
    found: list[tuple[str, int, int]] = []
    for name, capability in sorted(known.capabilities.items()):
        tests = [
            test
            for test in known.tests
            if (test.capability or capabilities.get(test.key)) == name
        ]
        number = max(
            (_known_of(model, tests) for model in {test.model for test in tests}),
            default=0,
        )
        if capability.at_most is not None and number > capability.at_most:
            found.append((name, number, capability.at_most))
    return found


def _known_of(model: str | None, tests: Sequence[KnownTest]) -> int:
    """How many examples a model may fail: its own list goes before one for all."""
    own = {(test.id, test.place) for test in tests if test.model == model}
    return sum(
        len(test.failing)
        for test in tests
        if test.model == model
        or (test.model is None and (test.id, test.place) not in own)
    )
