"""Changes of texts under which a model should, or should not, change its mind."""

from __future__ import annotations

from pytest_ptm.perturbations.nlpaug import from_nlpaug
from pytest_ptm.perturbations.protocol import Perturbation
from pytest_ptm.perturbations.surface import (
    casing,
    contractions,
    punctuation,
    whitespace,
)
from pytest_ptm.perturbations.typos import typos

__all__ = [
    "Perturbation",
    "casing",
    "contractions",
    "from_nlpaug",
    "punctuation",
    "typos",
    "whitespace",
]
