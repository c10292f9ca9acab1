"""A model spec: ``[name=]reference[@revision][?key=value&…]``."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from unicodedata import category
from urllib.parse import parse_qsl

from pytest_ptm.ground.errors import SettingsError

NAME = re.compile(r"[A-Za-z0-9_.+-]+")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+):(?!\\)")
# Also without the slashes, which is no address but may hold a password all the same.
_USER = re.compile(r"(?<=//)[^/@]*(?=@)|(?<![^=])[^/@:=]*:[^/@]*(?=@)")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_HUB_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?")
_MOST_SHOWN = 200
GRAMMAR = "[name=]reference[@revision][?key=value&…]"
SCHEMES = {
    "python": "callable",
    "onnx": "onnx",
    "keras": "keras",
    "endpoint": "endpoint",
}
OPTIONS = ("task", "sha256")
"""What may stand behind ``?`` of a checkpoint; a ``python:`` factory takes any."""


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """Which model, by which name, through which backend."""

    name: str
    backend: str
    reference: str
    revision: str | None = None
    task: str | None = None
    options: tuple[tuple[str, str], ...] = ()
    text: str = ""
    folder: Path | None = None
    """Where a local reference leads, absolute: a test may change the directory."""
    sha256: str | None = None
    """The content the checkpoint must have; None: whatever it has."""


def parse_spec(text: str, *, base: Path | None = None) -> ModelSpec:
    """The spec a line of text means.

    A reference without a scheme is a local folder if there is one, or looks like one
    (``./x``, ``../x``, ``/x``, ``~/x``); otherwise a Hugging Face id. A relative folder
    starts at ``base``, the working directory unless given.

    Raises:
        SettingsError: the text is no spec, with what to type instead.
    """
    _refuse_no_text(text)
    body, _, query = text.strip().partition("?")
    name, body = _name(body, text)
    backend, body = _backend(body, text)
    base = (base or Path.cwd()).absolute()
    body, revision = _revision(body, backend, base, text)
    if not body:
        raise _wrong(text, "the reference is empty")
    options = _options(query, backend, text)
    # A factory knows no sha256 of ours; an option of that name is its own.
    taken = OPTIONS if backend == "transformers" else ("task",)
    folder = None
    if backend == "transformers":
        folder = _folder(body, base, text)
        if folder is not None and base != Path.cwd():
            # Shown as seen from here, wherever the spec was written.
            body = os.path.relpath(folder)
        _check_reference(body, folder, revision, text)
    return ModelSpec(
        name=name or default_name(os.path.normpath(folder) if folder else body),
        backend=backend,
        reference=body,
        revision=revision,
        task=dict(options).get("task"),
        options=tuple(pair for pair in options if pair[0] not in taken),
        text=text.strip(),
        folder=folder,
        sha256=_sha256(dict(options), text) if "sha256" in taken else None,
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
            text, f"the name {before!r} may hold letters, digits and _.+- only"
        )
    return before, after


def _backend(body: str, text: str) -> tuple[str, str]:
    match = _SCHEME.match(body)
    # One letter and a colon is a Windows drive; the pattern asks for two or more.
    if match is None:
        return "transformers", body
    scheme = match.group(1)
    if scheme not in SCHEMES:
        known = ", ".join(f"{name}:" for name in sorted(SCHEMES))
        raise _wrong(text, f"the scheme {scheme!r} is unknown; known: {known}")
    if scheme != "python":
        raise _wrong(
            text,
            f"the {scheme}: backend is not there yet; "
            "use a folder, a Hugging Face id or python:module:factory",
        )
    if not body[match.end() :]:
        raise _wrong(text, "the reference is empty")
    return SCHEMES[scheme], body


def _revision(body: str, backend: str, base: Path, text: str) -> tuple[str, str | None]:
    if backend != "transformers" or "@" not in body:
        return body, None
    if _exists(_path(body, base, text)):
        return body, None
    reference, _, revision = body.rpartition("@")
    if not revision:
        raise _wrong(text, "the revision after '@' is empty")
    return reference, revision


def _options(query: str, backend: str, text: str) -> list[tuple[str, str]]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError:
        raise _wrong(text, f"'{query}' is not key=value&key=value") from None
    keys = [key for key, _ in pairs]
    if len(set(keys)) < len(keys):
        raise _wrong(text, "an option is given twice")
    unknown = [key for key in keys if key not in OPTIONS]
    if unknown and backend != "callable":
        known = ", ".join(OPTIONS)
        raise _wrong(text, f"the option {unknown[0]!r} is unknown; known: {known}")
    return pairs


def _sha256(options: dict[str, str], text: str) -> str | None:
    digest = options.get("sha256")
    if digest is not None and not _SHA256.fullmatch(digest.lower()):
        raise _wrong(
            text, "sha256 is 64 hexadecimal digits, as the run document's models say"
        )
    return digest.lower() if digest else None


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
            f"model spec {text!r}: {reference} is a local folder, and a folder has "
            f"no revision; leave out '@{revision}'",
            code="PTM308",
        )
    if folder is None and (not _HUB_ID.fullmatch(reference) or ".." in reference):
        raise _wrong(
            text,
            f"{_shown(reference)!r} is neither a folder here nor a Hugging Face id "
            "(owner/name); for a folder type ./path",
        )


def _wrong(text: str, why: str) -> SettingsError:
    return SettingsError(f"model spec {_shown(text)!r}: {why}. A spec is {GRAMMAR}")


def _shown(text: str) -> str:
    """The text without what an address says of its user, and not endless."""
    text = _USER.sub("…", text)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"
