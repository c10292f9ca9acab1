"""Predictors without a framework: a plugin test asks them through ``python:`` specs."""

from __future__ import annotations

import hashlib
import math
import os
import pathlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from pytest_ptm.errors import OutOfMemory
from pytest_ptm.results import ModelCard
from pytest_ptm.tasks.protocol import Encoded
from pytest_ptm.tasks.text_classification import Classification

Logits = Callable[[str], Sequence[float]]


@dataclass(frozen=True)
class Texts:
    """A payload: the texts themselves."""

    texts: tuple[str, ...]

    def take(self, rows) -> Texts:
        return Texts(tuple(self.texts[row] for row in rows))


@dataclass
class FakeClassifier:
    """Answers by a function of the text, and remembers every batch it was sent."""

    logits: Logits
    class_names: tuple[str, ...] = ("negative", "positive")
    multi_label: bool = False
    name: str = "fake"
    largest_batch: int | None = None
    max_length: int | None = None
    dtype: str = "float32"
    batches: list[tuple[str, ...]] = field(default_factory=list)
    task: str = "text-classification"

    @property
    def card(self) -> ModelCard:
        return ModelCard(
            self.name, f"python:{self.name}", self.fingerprint, dtype=self.dtype
        )

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.name.encode()).hexdigest()

    def encode(self, inputs: Mapping[str, Sequence[str]]) -> Encoded[Texts]:
        joined = [" | ".join(row) for row in zip(*inputs.values(), strict=True)]
        words = [text.split() for text in joined]
        most = self.max_length or 10**9
        seen = [" ".join(row[:most]) for row in words]
        return Encoded(
            lengths=np.array(
                [max(1, len(text.split())) for text in seen], dtype=np.int32
            ),
            keys=[text.encode("utf-8", "surrogatepass") for text in seen],
            truncated=np.array([len(row) > most for row in words]),
            payload=Texts(tuple(seen)),
        )

    def forward(self, batch: Texts) -> Classification:
        if self.largest_batch is not None and len(batch.texts) > self.largest_batch:
            raise OutOfMemory("the fake device is full")
        self.batches.append(batch.texts)
        rows = np.array([self.logits(text) for text in batch.texts], dtype=np.float32)
        return Classification(rows, self.class_names, self.multi_label)

    @property
    def rows_sent(self) -> int:
        return sum(len(batch) for batch in self.batches)


def by_word(good: str = "good") -> Logits:
    """Positive if the word is in the text."""
    return lambda text: (0.0, 2.0) if good in text else (2.0, 0.0)


def keyword(
    good: str = "good", name: str = "keyword", longest: str = ""
) -> FakeClassifier:
    """``python:ptm_fakes:keyword``: positive if the text holds the word."""
    return FakeClassifier(
        by_word(good),
        name=f"{name}-{good}",
        max_length=int(longest) if longest else None,
    )


def nan() -> FakeClassifier:
    """``python:ptm_fakes:nan``: answers NaN to whatever holds "odd"."""
    return FakeClassifier(
        lambda text: (math.nan, 0.0) if "odd" in text else (1.0, 0.0), name="nan"
    )


def unloadable() -> FakeClassifier:
    """``python:ptm_fakes:unloadable``: fails to load, and says so in a file."""
    from pytest_ptm.errors import ModelError

    with pathlib.Path(os.environ["PTM_FAKE_LOADS"]).open("a", encoding="utf-8") as file:
        file.write("load\n")
    raise ModelError("the fake cannot be loaded", code="PTM310")
