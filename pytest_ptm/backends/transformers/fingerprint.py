"""Which bytes a checkpoint is made of."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pytest_ptm.backends.transformers import files
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.spec import ModelSpec

_READ_AT_ONCE = 1 << 20


def content_digest(folder: Path) -> str:
    """SHA-256 over the names and bytes of weights, tokenizer and config."""
    parts: list[str] = []
    for path in files.content(folder):
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while chunk := file.read(_READ_AT_ONCE):
                digest.update(chunk)
        parts += [path.relative_to(folder).as_posix(), digest.hexdigest()]
    return digest_of(*parts)


def refuse_other_content(spec: ModelSpec, found: str) -> None:
    """Refuse a checkpoint whose content is not the one that its spec asks for.

    Raises:
        ModelError: PTM316.
    """
    wanted = spec.option("sha256")
    if wanted not in {None, found}:
        raise ModelError(
            f"model {spec.reference!r} is not the one asked for: its content has "
            f"sha256 {found}, and the spec says {wanted}. Name the right "
            "checkpoint, or write down the new digest once you trust it",
            code="PTM316",
        )


def digest_of(*parts: str) -> str:
    """SHA-256 of several texts, each kept apart from the next."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode()
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()
