"""Questions about texts, and a model of them without a framework."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.questions import load_questions
from pytest_ptm.results import ModelCard
from pytest_ptm.tasks.answer_spans.answers import column_of
from pytest_ptm.tasks.answer_spans.settings import AS_USUAL, Answering
from pytest_ptm.tasks.extractive_qa import TASK, SpanAnswers
from pytest_ptm.tasks.protocol import Encoded


def asked(
    *rows: tuple[str, str, tuple[str, ...]], **columns: Sequence[str]
) -> Examples:
    """Rows of a question, a context and the answers in it."""
    return load_questions(
        [
            {
                "question": question,
                "context": context,
                "answers": {
                    "text": list(texts),
                    "answer_start": [context.index(text) for text in texts],
                },
                **{name: column[row] for name, column in columns.items()},
            }
            for row, (question, context, texts) in enumerate(rows)
        ],
        groups=list(columns),
    )


def spans(
    *texts: str, nulls: Sequence[float] | None = None, threshold: float | None = None
) -> SpanAnswers:
    """Answers with a score of 0 each, and of there being none -1 unless given."""
    n = len(texts)
    return SpanAnswers(
        starts=np.zeros(n, dtype=np.int32),
        ends=np.array([len(text) for text in texts], dtype=np.int32),
        texts=column_of(texts),
        scores=np.zeros(n),
        nulls=np.array([-1.0] * n if nulls is None else nulls, dtype=np.float64),
        totals=np.full(n, 0.5),
        undecided=np.zeros(n, dtype=np.bool_),
        threshold=threshold,
    )


@dataclass(frozen=True)
class _Asked:
    rows: tuple[tuple[str, str], ...]

    def take(self, rows):
        return _Asked(tuple(self.rows[row] for row in rows))


@dataclass(frozen=True)
class FakeReader:
    """Answers each question by a function of it and its context.

    The null score of one that it answers with nothing is 1 above that of its context's
    first word, and -1 of any other.
    """

    answer: Callable[[str, str], str]
    name: str = "reader"
    how: Answering = AS_USUAL

    task = TASK.name

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(f"{self.name} {self.how}".encode()).hexdigest()

    @property
    def card(self) -> ModelCard:
        return ModelCard(self.name, f"python:{self.name}", self.fingerprint)

    def answering(self, how: Answering):
        return replace(self, how=how)

    def encode(self, inputs) -> Encoded[_Asked]:
        rows = tuple(zip(inputs["question"], inputs["context"], strict=True))
        return Encoded(
            lengths=np.array([len(text.split()) for _, text in rows], dtype=np.int32),
            keys=["\0".join(row).encode() for row in rows],
            truncated=np.zeros(len(rows), dtype=np.bool_),
            payload=_Asked(rows),
        )

    def forward(self, batch: _Asked) -> SpanAnswers:
        said = [self.answer(question, context) for question, context in batch.rows]
        texts = [
            text or context.split()[0]
            for text, (_, context) in zip(said, batch.rows, strict=True)
        ]
        nulls = [-1.0 if text else 1.0 for text in said]
        found = spans(*texts, nulls=nulls, threshold=self.how.no_answer_threshold)
        starts = [
            context.index(text)
            for text, (_, context) in zip(texts, batch.rows, strict=True)
        ]
        moved = np.array(starts, dtype=np.int32)
        return replace(found, starts=moved, ends=moved + found.ends)


def second_word(question: str, context: str) -> str:
    """The second word of the context, if there is one."""
    words = context.split()
    return words[1] if len(words) > 1 else ""
