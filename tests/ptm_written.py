"""Texts with references, and a model that writes without a framework."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.written import load_references
from pytest_ptm.results import ModelCard
from pytest_ptm.tasks.protocol import Encoded
from pytest_ptm.tasks.text_generation import TASK
from pytest_ptm.tasks.texts.answers import GeneratedTexts, Stopped


def referred(
    *rows: tuple[str, str | Sequence[str]], **columns: Sequence[str]
) -> Examples:
    """Rows of a text and its references."""
    return load_references(
        [
            {
                "text": text,
                "references": [given] if isinstance(given, str) else list(given),
                **{name: column[row] for name, column in columns.items()},
            }
            for row, (text, given) in enumerate(rows)
        ],
        groups=list(columns),
    )


@dataclass(frozen=True)
class _Prompts:
    rows: tuple[tuple[str, int], ...]

    def take(self, rows):
        return _Prompts(tuple(self.rows[row] for row in rows))


@dataclass(frozen=True)
class FakeWriter:
    """Writes for each text what a function says; of a drawn answer by its number too.

    ``answer(text, sample)``; ``stopped`` is why every answer ends.
    """

    answer: Callable[[str, int], str]
    name: str = "writer"
    stopped: Stopped = "end"
    sent: list[tuple[str, int]] = field(default_factory=list, compare=False)

    task = TASK.name

    @property
    def fingerprint(self) -> str:
        code = self.answer.__code__
        said = f"{self.name} {self.stopped} {code.co_code.hex()} {code.co_names}"
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def card(self) -> ModelCard:
        return ModelCard(self.name, f"python:{self.name}", self.fingerprint)

    def encode(self, inputs) -> Encoded[_Prompts]:
        texts = inputs["text"]
        samples = (
            inputs["sample"].values.tolist() if "sample" in inputs else [0] * len(texts)
        )
        rows = tuple(zip(texts, samples, strict=True))
        return Encoded(
            lengths=np.array([1 + len(text.split()) for text in texts], np.int32),
            keys=[f"{sample} {text}".encode() for text, sample in rows],
            truncated=np.zeros(len(rows), dtype=bool),
            payload=_Prompts(rows),
        )

    def forward(self, batch: _Prompts) -> GeneratedTexts:
        self.sent.extend(batch.rows)
        texts = [self.answer(text, sample) for text, sample in batch.rows]
        return GeneratedTexts.of(
            texts,
            tokens=[range(len(text.split())) for text in texts],
            reasons=[self.stopped] * len(texts),
        )


def echo(text: str, sample: int = 0) -> str:
    """The text itself."""
    return text
