"""The list of known failures: a TOML file that people read, review and merge."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from pytest_ptm.ground.display import clip
from pytest_ptm.ground.errors import SettingsError
from pytest_ptm.ground.plain_data import oddity
from pytest_ptm.ground.unknown import unknown

VERSION = 1
Key = tuple[str, int | None, str | None]
"""What tells one list of a file from another: test, place, model."""

_HEADER = """\
# Examples that are known to fail, test by test: any other that fails makes a run red.
# Written by  pytest --ptm-known-failures-update         takes out what is fixed or gone
#             pytest --ptm-known-failures-update=accept  adds what is new as well
# Edit it as you like; writing sorts it and keeps `reason`, but no other comment.
"""
# What TOML asks every reader for: 64 bits.
_LARGEST = 2**63 - 1
_SHOWN = 300
"""Characters of a name or a value that a message repeats."""
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def _test_id(value: str) -> str:
    if "::" not in value:
        raise ValueError('expected an id such as "tests/test_it.py::test_negation"')
    return value


def _name(value: str) -> str:
    if not value.strip():
        raise ValueError("expected a name, or leave the key out")
    return value


def _each_once(values: tuple[str, ...]) -> tuple[str, ...]:
    twice = [value for value, times in Counter(values).items() if times > 1]
    if twice:
        raise ValueError(f"{twice[0]!r} stands twice; delete one")
    return values


Name = Annotated[str, AfterValidator(_name)]


class _Part(BaseModel):
    # Strict: a number written as a text is a mistake of whoever wrote it.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Capability(_Part):
    """What holds for every test of a capability."""

    at_most: Annotated[int, Field(ge=0)] | None = None
    """How many known failures the lists of its tests may hold together."""
    reason: str | None = None


class KnownTest(_Part):
    """The examples of one test that are known to fail.

    ``id`` has no model's name in it. ``place`` says which of the test's verdicts is
    meant, where it reaches several; ``model`` which model, where each has its own list.
    """

    id: Annotated[str, AfterValidator(_test_id)]
    place: Annotated[int, Field(ge=0)] | None = None
    model: Name | None = None
    capability: Name | None = None
    reason: str | None = None
    # TOML has lists only; what is in them is read as strictly as the rest.
    failing: Annotated[
        tuple[str, ...], Field(strict=False), AfterValidator(_each_once)
    ] = ()

    @property
    def key(self) -> Key:
        """What tells this list from the others."""
        return self.id, self.place, self.model

    @property
    def where(self) -> str:
        """The test, and what is said beside it, for a message."""
        place = "" if self.place is None else f" place {self.place}"
        return self.id + place + ("" if self.model is None else f" on {self.model}")

    def holding(self, failing: Collection[str], capability: str | None = None) -> Self:
        """The same entry with these examples; its own capability goes before that."""
        return self.model_copy(
            update={
                "failing": tuple(sorted(failing)),
                "capability": self.capability or capability,
            }
        )


class KnownFailures(_Part):
    """A whole file."""

    version: Literal[1] = VERSION
    capabilities: Mapping[str, Capability] = Field(
        default_factory=dict[str, Capability]
    )
    tests: Annotated[tuple[KnownTest, ...], Field(strict=False)] = ()


def read_text(path: Path) -> str:
    """The text of the file.

    Raises:
        SettingsError: PTM111, it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise _wrong(
            path,
            "there is no such file. Begin one with --ptm-known-failures-update=accept",
        ) from None
    except UnicodeDecodeError as error:
        raise _wrong(path, f"it is no UTF-8 ({error.reason})") from None
    except (OSError, ValueError) as error:  # a path may hold what no path may
        why = getattr(error, "strerror", None) or error
        raise _wrong(path, f"it cannot be read ({why})") from None


def parse(text: str, *, path: Path) -> KnownFailures:
    """The lists of a file; ``path`` is for messages.

    Raises:
        SettingsError: PTM111, it is no TOML, or does not mean what a list has to mean.
    """
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise _wrong(path, f"it is no TOML: {error}") from None
    odd = oddity(data, largest=_LARGEST)
    if odd is not None:
        raise _wrong(path, odd)
    version = data.get("version")
    if type(version) is not int or version != VERSION:
        said = f"version is {version!r}" if "version" in data else "version is missing"
        raise _wrong(
            path, f"{said}; this pytest-ptm reads: version = {VERSION} (at the top)"
        )
    try:
        known = KnownFailures.model_validate(data)
    except ValidationError as error:
        raise _wrong(path, _explained(error, data, text)) from None
    _no_list_twice(known, path)
    return known


def written(known: KnownFailures) -> str:
    """The file's text: sorted, one id a line, so that a diff shows what changed."""
    lines = [_HEADER, f"version = {VERSION}"]
    for name, capability in sorted(known.capabilities.items()):
        lines += ["", f"[capabilities.{_key(name)}]"]
        lines += _pairs(at_most=capability.at_most, reason=capability.reason)
    for test in sorted(known.tests, key=_order):
        lines += ["", "[[tests]]"]
        lines += _pairs(
            id=test.id,
            place=test.place,
            model=test.model,
            capability=test.capability,
            reason=test.reason,
        )
        ids = [f"    {_string(name)}," for name in sorted(test.failing)]
        lines += ["failing = [", *ids, "]"] if ids else ["failing = []"]
    return "\n".join(lines) + "\n"


def _pairs(**values: str | int | None) -> Iterable[str]:
    for name, value in values.items():
        if value is not None:
            shown = _string(value) if isinstance(value, str) else str(value)
            yield f"{name} = {shown}"


def _order(test: KnownTest) -> tuple[str, int, str]:
    return test.id, -1 if test.place is None else test.place, test.model or ""


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _string(name)


def _string(text: str) -> str:
    # JSON's escapes are TOML's too; DEL alone is free in JSON and forbidden in TOML.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _no_list_twice(known: KnownFailures, path: Path) -> None:
    seen: dict[tuple[str, str | None], set[int | None]] = {}
    for test in known.tests:
        places = seen.setdefault((test.id, test.model), set())
        if test.place in places:
            raise _wrong(path, f"{test.where} stands twice; make one list of the two")
        places.add(test.place)
        if None in places and len(places) > 1:
            raise _wrong(
                path,
                f"{test.id} stands with a place and without; give every list of the "
                "test its place, counted from 0",
            )


def _explained(error: ValidationError, data: dict[str, Any], text: str) -> str:
    """The first mistake, with the place where it stands, in the file's words."""
    first = error.errors()[0]
    steps = list(first["loc"])
    where = "".join(
        f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps
    ).removeprefix(".")
    where = clip(where, _SHOWN)
    if len(steps) > 1 and steps[0] == "tests" and isinstance(steps[1], int):
        where = f"{where} ({_test_at(data, text, steps[1])})"
    if first["type"] == "extra_forbidden":
        parts = {"tests": KnownTest, "capabilities": Capability}
        part = KnownFailures if len(steps) == 1 else parts[str(steps[0])]
        return f"{where}: {unknown('key', str(steps[-1]), tuple(part.model_fields))}"
    if first["type"] == "missing":
        return f"{where} is missing"
    reason = first["msg"].removeprefix("Value error, ")
    return f"{where} = {clip(repr(first['input']), _SHOWN)}: {clip(reason, _SHOWN)}"


def _test_at(data: dict[str, Any], text: str, number: int) -> str:
    """The line and the id of the n-th list."""
    starts = [
        line
        for line, content in enumerate(text.splitlines(), 1)
        if re.match(r"\s*\[\[\s*tests\s*\]\]", content)
    ]
    at = f"line {starts[number]}" if number < len(starts) else "counted from 0"
    found: object = data["tests"][number]
    name = cast("dict[str, object]", found).get("id") if type(found) is dict else None
    return at if not isinstance(name, str) else f"{at}, {clip(name, _SHOWN)}"


def _wrong(path: Path, why: str) -> SettingsError:
    return SettingsError(f"{path}: {why}", code="PTM111")
