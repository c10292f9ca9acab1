"""Which bytes a checkpoint is made of."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pytest_ptm.backends.transformers import files

_READ_AT_ONCE = 1 << 20


def content_digest(folder: Path) -> str:
    """SHA-256 over the names and bytes of weights, tokenizer and config."""
    parts: list[str] = []
    for path in files.content(folder):
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while chunk := file.read(_READ_AT_ONCE):
                digest.update(chunk)
        parts += [path.name, digest.hexdigest()]
    return digest_of(*parts)


def digest_of(*parts: str) -> str:
    """SHA-256 of several texts, each kept apart from the next."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode()
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()
