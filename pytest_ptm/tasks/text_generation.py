"""Text generation: what a causal language model writes after a text."""

from __future__ import annotations

from pytest_ptm.tasks.task import Task, as_they_are
from pytest_ptm.tasks.texts.answers import GeneratedTexts
from pytest_ptm.tasks.texts.truth import (
    WORDS,
    has_references,
    has_texts,
    what_people_wrote,
    what_was_asked,
)

__all__ = ["TASK", "GeneratedTexts"]

TASK = Task(
    name="text-generation",
    fields={"text": "text"},
    optional={"system": "text", "turns": "texts", "sample": "numbers"},
    answers=GeneratedTexts,
    suits=has_references,
    might=has_texts,
    truth=what_people_wrote,
    unlabelled=what_was_asked,
    aligned=as_they_are,
    shift=WORDS,
)
"""Of a chat, ``system`` is what stands before it, and ``turns`` what was said before
the ``text``, by the user and the model in turn. ``sample`` is the number of an answer
that is drawn, so that one text may have several."""
