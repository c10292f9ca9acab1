"""What somebody wrote to ask a model by, as it stands in a signature."""

from __future__ import annotations

import hashlib
import json

from pytest_ptm.ground.display import clip

_SHOWN = 200
"""So many characters of a template or of words stand in a signature."""


def as_json(said: object) -> str:
    """The same text for the same, and another for anything else."""
    return json.dumps(said, ensure_ascii=False)


def in_a_signature(said: str) -> str:
    """What was written, in one line and without the sign that ends its parts."""
    digest = hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    short = said if len(said) <= _SHOWN else f"{clip(said, _SHOWN)} {digest}"
    return short.replace("|", "\\u007c")
