"""Extractive question answering: which part of a text answers a question about it."""

from __future__ import annotations

from pytest_ptm.tasks.answer_spans.answers import SpanAnswers
from pytest_ptm.tasks.answer_spans.truth import what_is_right
from pytest_ptm.tasks.task import Task, as_they_are

__all__ = ["TASK", "SpanAnswers"]

TASK = Task(
    name="extractive-qa",
    fields={"question": "text", "context": "text"},
    answers=SpanAnswers,
    truth=what_is_right,
    aligned=as_they_are,
)
