"""Which of several texts an encoder-decoder would write for the one that it reads."""

from __future__ import annotations

from dataclasses import replace

from pytest_ptm.tasks.choices.answers import ChoiceScores
from pytest_ptm.tasks.multiple_choice import TASK as MULTIPLE_CHOICE

__all__ = ["TASK", "ChoiceScores"]

TASK = replace(MULTIPLE_CHOICE, name="text2text-choice", like=MULTIPLE_CHOICE.name)
"""``text`` is what the encoder reads; each of ``choices`` is all that is written."""
