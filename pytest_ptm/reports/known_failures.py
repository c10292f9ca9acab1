"""Examples that are known to fail, by test: read, held against a run, written anew."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pytest_ptm.display import clip, listed, visible
from pytest_ptm.errors import SettingsError
from pytest_ptm.reports.packed import Packed, unpack_failing
from pytest_ptm.reports.run_log import RowData

_SHOWN = 5
_HEADER = """\
# Examples that are known to fail, by test; anything else that fails in these tests makes the run red.
# Take out what is fixed:   pytest --ptm-known-failures-update
# Add what fails by now:    pytest --ptm-known-failures-update=accept
version = 1
"""  # noqa: E501 - the lines of the file that is written


class Capability(BaseModel):
    """A cap on the failing examples of all tests of one capability, per model."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    at_most: Annotated[int, Field(ge=0)]


class Known(BaseModel):
    """The known failures of one verdict.

    ``place`` is which of the test's verdicts, from 0; ``model`` keeps the list to one.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    id: Annotated[str, Field(min_length=1)]
    place: Annotated[int, Field(ge=0)] = 0
    model: str | None = None
    capability: str | None = None
    failing: list[str] = []

    def is_about(self, row: RowData) -> bool:
        """Whether a verdict is the one meant."""
        same = (row["test"], row["place"]) == (self.id, self.place)
        return same and self.model in (None, row["model"]["name"])


class KnownFailures(BaseModel):
    """The file: caps by capability, and known failures by test."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    version: Literal[1]
    capabilities: dict[str, Capability] = {}
    tests: list[Known] = []


@dataclass(frozen=True, slots=True)
class Held:
    """A list held against a run: one entry, and what its verdicts show.

    ``new`` fail and are not listed; ``over`` are listed and fail no more, or stand in
    the data no more, for none of the models: None where the run cannot tell.
    ``wrong`` says why the entry cannot be judged at all.
    """

    known: Known
    new: tuple[str, ...] = ()
    over: tuple[str, ...] | None = None
    wrong: str = ""


def read_known(path: Path) -> KnownFailures:
    """The known failures of a file.

    Raises:
        SettingsError: it cannot be read, or does not mean anything; it says where.
    """
    shown = visible(str(path))
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        known = KnownFailures.model_validate(data)
    except OSError as error:
        raise SettingsError(
            f"known failures {shown}: {error.strerror}; begin one with "
            "--ptm-known-failures-update=accept"
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise SettingsError(
            f"known failures {shown}: {place}: {first['msg']}"
        ) from None
    except ValueError as error:
        raise SettingsError(f"known failures {shown}: {error}") from None
    seen: set[tuple[str, int, str | None]] = set()
    for entry in known.tests:
        if (key := (entry.id, entry.place, entry.model)) in seen:
            raise SettingsError(
                f"known failures {shown}: {clip(entry.id, 80)} stands twice"
            )
        seen.add(key)
        if len(set(entry.failing)) < len(entry.failing):
            raise SettingsError(
                f"known failures {shown}: {clip(entry.id, 80)} lists an id twice"
            )
    return known


def hold(known: KnownFailures, rows: Sequence[RowData]) -> list[Held]:
    """Every entry against the verdicts it is about."""
    return [
        _held(entry, [r for r in rows if entry.is_about(r)]) for entry in known.tests
    ]


def over_the_cap(known: KnownFailures, rows: Sequence[RowData]) -> list[str]:
    """A sentence for every capability with more failing examples than its cap."""
    found: list[str] = []
    for name, cap in sorted(known.capabilities.items()):
        mine = [row for row in rows if row["capability"] == name]
        for model in sorted({row["model"]["name"] for row in mine}):
            failing = {
                (row["test"], row["place"], identity)
                for row in mine
                if row["model"]["name"] == model
                for identity in failing_of(row)
            }
            if len(failing) > cap.at_most:
                found.append(
                    f"{clip(name, 40)}: {len(failing):,} examples fail on "
                    f"{clip(model, 40)}, and the cap is {cap.at_most:,}"
                )
    return found


def updated(
    known: KnownFailures, rows: Sequence[RowData], *, accept: bool
) -> KnownFailures:
    """The list without what fails no more; with what fails by now, where accepted.

    Accepting adds to the tests that are listed, and lists those that name a capability.
    """
    tests: list[Known] = []
    for held in hold(known, rows):
        failing = set(held.known.failing) - set(held.over or ())
        if accept:
            failing |= set(held.new)
        tests.append(held.known.model_copy(update={"failing": sorted(failing)}))
    if accept:
        added: dict[tuple[str, int], set[str]] = {}
        named: dict[tuple[str, int], str] = {}
        for row in rows:
            is_listed = any(entry.is_about(row) for entry in known.tests)
            if row["capability"] is None or is_listed or not _judged(row):
                continue
            key = row["test"], row["place"]
            added.setdefault(key, set()).update(failing_of(row))
            named[key] = row["capability"]
        tests += [
            Known(id=key[0], place=key[1], capability=named[key], failing=sorted(ids))
            for key, ids in added.items()
        ]
    return known.model_copy(update={"tests": tests})


def rendered(known: KnownFailures) -> str:
    """The text of the file: sorted, one id a line, so that a diff reads well."""
    lines = [_HEADER]
    for name, cap in sorted(known.capabilities.items()):
        lines += [f"[capabilities.{_quoted(name)}]", f"at_most = {cap.at_most}", ""]
    for entry in sorted(known.tests, key=lambda e: (e.id, e.place, e.model or "")):
        lines += ["[[tests]]", f"id = {_quoted(entry.id)}"]
        if entry.place:
            lines.append(f"place = {entry.place}")
        if entry.model is not None:
            lines.append(f"model = {_quoted(entry.model)}")
        if entry.capability is not None:
            lines.append(f"capability = {_quoted(entry.capability)}")
        ids = [f"    {_quoted(identity)}," for identity in sorted(entry.failing)]
        lines += ["failing = [", *ids, "]", ""] if ids else ["failing = []", ""]
    return "\n".join(lines).rstrip() + "\n"


def failing_of(row: RowData) -> tuple[str, ...]:
    """The ids of the examples that went wrong in a verdict."""
    if row["outcomes"] is None:
        return ()
    return unpack_failing(Packed(**row["outcomes"]))


def few(ids: Iterable[str]) -> str:
    """Some ids, and how many more there are."""
    return listed(sorted(ids), most=_SHOWN)


def _held(entry: Known, rows: list[RowData]) -> Held:
    if not rows:
        return Held(entry, wrong="reached no verdict")
    if not all(_judged(row) for row in rows):
        return Held(entry, wrong="has no right and wrong of single examples")
    failing = [set(failing_of(row)) for row in rows]
    everywhere = set[str]().union(*failing)
    listed_ids = set(entry.failing)
    whole = all(row["partial_of"] is None and row["stopped"] is None for row in rows)
    return Held(
        entry,
        new=tuple(sorted(everywhere - listed_ids)),
        over=tuple(sorted(listed_ids - everywhere)) if whole else None,
    )


def _judged(row: RowData) -> bool:
    return row["outcomes"] is not None and row["outcomes"]["right"] is not None


def _quoted(text: str) -> str:
    """A TOML basic string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return (
        '"'
        + "".join(
            character if character.isprintable() else f"\\U{ord(character):08x}"
            for character in escaped
        )
        + '"'
    )
