"""Permuted cloze: what a permuted language model puts where a text has its mask."""

from __future__ import annotations

from dataclasses import replace

from pytest_ptm.tasks.fill_mask import TASK as FILL_MASK
from pytest_ptm.tasks.fill_mask import MaskedTokens

__all__ = ["TASK", "MaskedTokens"]

TASK = replace(FILL_MASK, name="permuted-cloze", like=FILL_MASK.name)
"""Asked and answered as fill-mask is; who answers was trained without masks."""
