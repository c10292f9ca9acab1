"""A model spec: ``[name=][scheme:]reference[@revision][?key=value&…]``.

What a scheme is, which options it takes and what its references mean is declared by the
backend behind it (``Scheme``); nothing here knows one by name.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from unicodedata import category
from urllib.parse import parse_qsl

from pytest_ptm.ground.errors import SettingsError

NAME = re.compile(r"[A-Za-z0-9_.+-]+")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+):(?!\\)")
# Also without the slashes, which is no address but may hold a password all the same.
_USER = re.compile(r"(?<=//)[^/@]*(?=@)|(?<![^=])[^/@:=]*:[^/@]*(?=@)")
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_HUB_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?")
_MOST_SHOWN = 200
GRAMMAR = "[name=]reference[@revision][?key=value&…]"
_TASK = "task"
"""The one option that every backend takes."""

Value = str | int | float | bool
Kind = Literal["text", "whole number", "number", "true or false", "sha256"]


@dataclass(frozen=True, slots=True)
class SpecOption:
    """What may stand behind the ``?`` of a spec, as its backend declares it."""

    name: str
    means: str
    kind: Kind = "text"
    default: Value | None = None

    def read(self, text: str) -> Value:
        """The value that the text means.

        Raises:
            ValueError: it means none of this kind.
        """
        reader, expected = _KINDS[self.kind]
        value = reader(text)
        if value is None:
            raise ValueError(f"{self.name} is {expected}")
        return value


@dataclass(frozen=True, slots=True)
class Scheme:
    """What specs of one scheme may say.

    ``name`` stands before the colon; it is empty for references that need none.
    ``options`` beside ``task``; None: any, as text. ``files``: a reference is a local
    folder, or a Hugging Face id that may have a revision; otherwise it is taken as it
    stands. ``own_task``: a model says itself which task it answers, and loading it
    needs none.
    """

    name: str
    options: tuple[SpecOption, ...] | None = ()
    files: bool = False
    own_task: bool = False

    def read(self, pairs: Sequence[tuple[str, str]]) -> tuple[tuple[str, Value], ...]:
        """The options with a value, the declared ones in their order.

        Raises:
            ValueError: one is not declared, or is not of its kind.
        """
        if self.options is None:
            return tuple(pairs)
        declared = [option.name for option in self.options]
        for key, _ in pairs:
            if key not in declared:
                known = ", ".join((_TASK, *declared))
                raise ValueError(
                    f"the option {_shown(key)!r} is unknown; known: {known}"
                )
        given = dict(pairs)
        found = [
            (one.name, one.read(given[one.name]) if one.name in given else one.default)
            for one in self.options
        ]
        return tuple((name, value) for name, value in found if value is not None)


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """Which model, by which name, through which backend."""

    name: str
    backend: str
    """The scheme that the backend declares; empty where it needs none."""
    reference: str
    """What was written, its scheme included."""
    revision: str | None = None
    task: str | None = None
    options: tuple[tuple[str, Value], ...] = ()
    text: str = ""
    folder: Path | None = None
    """Where a local reference leads, absolute: a test may change the directory."""

    @property
    def place(self) -> str:
        """The reference without its scheme."""
        return self.reference.removeprefix(f"{self.backend}:" if self.backend else "")

    def option(self, name: str) -> Value | None:
        """The value of an option, or its default; None where it has neither."""
        return dict(self.options).get(name)


def parse(
    text: str, scheme_of: Callable[[str], Scheme], *, base: Path | None = None
) -> ModelSpec:
    """The spec a line of text means.

    ``scheme_of`` gives what a scheme declares, and raises ValueError for one there is
    not. A reference to files is a local folder if there is one, or looks like one
    (``./x``, ``../x``, ``/x``, ``~/x``); otherwise a Hugging Face id. A relative folder
    starts at ``base``, the working directory unless given.

    Raises:
        SettingsError: the text is no spec, with what to type instead.
    """
    _refuse_no_text(text)
    body, _, query = text.strip().partition("?")
    name, body = _name(body, text)
    scheme, body = _scheme(body, scheme_of, text)
    base = (base or Path.cwd()).absolute()
    body, revision = _revision(body, base, text) if scheme.files else (body, None)
    if not body:
        raise _wrong(text, "the reference is empty")
    task, options = _options(query, scheme, text)
    folder = None
    if scheme.files:
        folder = _folder(body, base, text)
        if folder is not None and base != Path.cwd():
            # Shown as seen from here, wherever the spec was written.
            body = os.path.relpath(folder)
        _check_reference(body, folder, revision, text)
    return ModelSpec(
        name=name or default_name(os.path.normpath(folder) if folder else body),
        backend=scheme.name,
        reference=f"{scheme.name}:{body}" if scheme.name else body,
        revision=revision,
        task=task,
        options=options,
        text=text.strip(),
        folder=folder,
    )


def default_name(reference: str) -> str:
    """The last part of a path or id, with what no name may hold replaced by ``-``.

    >>> default_name("./models/candidate/")
    'candidate'
    """
    last = reference.rstrip("/").rsplit("/", 1)[-1].rsplit(":", 1)[-1]
    return re.sub(r"[^A-Za-z0-9_.+-]+", "-", last) or "model"


def _refuse_no_text(text: str) -> None:
    """Refuse what no path, no address and no name of a model is made of."""
    found = next((one for one in text.strip() if category(one) in {"Cc", "Cs"}), None)
    if found is not None:
        raise _wrong(
            text, f"{found!r} is a control character or half a character; leave it out"
        )


def _name(body: str, text: str) -> tuple[str | None, str]:
    before, equals, after = body.partition("=")
    # A path may hold '='; a name never holds '/', so what stands before is a path then.
    if not equals or "/" in before or ":" in before:
        return None, body
    if not NAME.fullmatch(before):
        raise _wrong(
            text, f"the name {_shown(before)!r} may hold letters, digits and _.+- only"
        )
    return before, after


def _scheme(
    body: str, scheme_of: Callable[[str], Scheme], text: str
) -> tuple[Scheme, str]:
    match = _SCHEME.match(body)
    # One letter and a colon is a Windows drive; the pattern asks for two or more.
    name = match.group(1) if match else ""
    try:
        return scheme_of(name), body[match.end() :] if match else body
    except ValueError as error:
        raise _wrong(text, str(error)) from None


def _revision(body: str, base: Path, text: str) -> tuple[str, str | None]:
    if "@" not in body or _exists(_path(body, base, text)):
        return body, None
    reference, _, revision = body.rpartition("@")
    if not revision:
        raise _wrong(text, "the revision after '@' is empty")
    return reference, revision


def _options(
    query: str, scheme: Scheme, text: str
) -> tuple[str | None, tuple[tuple[str, Value], ...]]:
    """The task, where one is declared, and the scheme's own options."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError:
        raise _wrong(text, f"{_shown(query)!r} is not key=value&key=value") from None
    keys = [key for key, _ in pairs]
    if len(set(keys)) < len(keys):
        raise _wrong(text, "an option is given twice")
    try:
        own = scheme.read([pair for pair in pairs if pair[0] != _TASK])
    except ValueError as error:
        raise _wrong(text, str(error)) from None
    return dict(pairs).get(_TASK), own


def _folder(reference: str, base: Path, text: str) -> Path | None:
    """The absolute folder a reference means; None for a Hugging Face id."""
    path = _path(reference, base, text)
    looks_local = reference.startswith(("./", "../", "/", "~"))
    return path if looks_local or reference in {".", ".."} or _exists(path) else None


def _path(reference: str, base: Path, text: str) -> Path:
    try:
        return base / Path(reference).expanduser()
    except RuntimeError as error:
        raise _wrong(text, f"there is no such home folder ({error})") from None


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name too long for a file, a folder nobody may look into
        return False


def _check_reference(
    reference: str, folder: Path | None, revision: str | None, text: str
) -> None:
    if folder is not None and revision is not None:
        raise SettingsError(
            f"model spec {_shown(text)!r}: {_shown(reference)} is a local folder, "
            f"and a folder has no revision; leave out '@{_shown(revision)}'",
            code="PTM308",
        )
    if folder is None and (not _HUB_ID.fullmatch(reference) or ".." in reference):
        raise _wrong(
            text,
            f"{_shown(reference)!r} is neither a folder here nor a Hugging Face id "
            "(owner/name); for a folder type ./path",
        )


def _read_whole(text: str) -> int | None:
    return int(text) if _WHOLE.fullmatch(text) else None


def _read_number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _read_sha256(text: str) -> str | None:
    return text.lower() if _SHA256.fullmatch(text.lower()) else None


_KINDS: dict[Kind, tuple[Callable[[str], Value | None], str]] = {
    "text": (str, "text"),
    "whole number": (_read_whole, "a whole number, such as 4"),
    "number": (_read_number, "a number, such as 0.5"),
    "true or false": ({"true": True, "false": False}.get, "true or false"),
    "sha256": (
        _read_sha256,
        "64 hexadecimal digits, as the run document's models say",
    ),
}
"""How each kind is read, None where it cannot be, and what is expected then."""


def _wrong(text: str, why: str) -> SettingsError:
    return SettingsError(f"model spec {_shown(text)!r}: {why}. A spec is {GRAMMAR}")


def _shown(text: str) -> str:
    """The text without what an address says of its user, and not endless."""
    text = _USER.sub("…", text)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"
