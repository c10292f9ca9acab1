"""Multiple choice: which of several texts follows the one that stands before them."""

from __future__ import annotations

from pytest_ptm.tasks.choices.answers import ChoiceScores
from pytest_ptm.tasks.choices.truth import what_is_right
from pytest_ptm.tasks.task import Task, as_they_are

__all__ = ["TASK", "ChoiceScores"]

TASK = Task(
    name="multiple-choice",
    fields={"text": "text", "choices": "texts"},
    answers=ChoiceScores,
    truth=what_is_right,
    aligned=as_they_are,
)
"""``text`` is the context, or the question; each of ``choices`` continues it."""
