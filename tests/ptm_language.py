"""A language model without a framework: words have fixed probabilities."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from pytest_ptm.ground.errors import RowRefused
from pytest_ptm.results import ModelCard
from pytest_ptm.tasks.protocol import Encoded
from pytest_ptm.tasks.token_scores.answers import TokenScores


@dataclass(frozen=True)
class Windows:
    """A payload: the words of each row."""

    rows: tuple[tuple[str, ...], ...]

    def take(self, rows) -> Windows:
        return Windows(tuple(self.rows[row] for row in rows))


@dataclass
class Unigrams:
    """Scores each word by itself; longer texts than ``window`` in several rows."""

    probabilities: Mapping[str, float]
    window: int = 1_000
    name: str = "unigrams"
    sent: list[tuple[str, ...]] = field(default_factory=list)
    task: str = "causal-scoring"

    @property
    def vocabulary(self) -> list[str]:
        return [*self.probabilities, "<unk>"]

    @property
    def card(self) -> ModelCard:
        return ModelCard(self.name, f"python:{self.name}", self.fingerprint)

    @property
    def fingerprint(self) -> str:
        said = f"{self.name}{sorted(self.probabilities.items())}{self.window}"
        return hashlib.sha256(said.encode()).hexdigest()

    def encode(self, inputs: Mapping[str, Sequence[str]]) -> Encoded[Windows]:
        rows: list[tuple[str, ...]] = []
        parts: list[int] = []
        for place, text in enumerate(inputs["text"]):
            words = text.split()
            if not words:
                raise RowRefused(place, "the text has no word; write one")
            starts = range(0, len(words), self.window)
            rows += [tuple(words[at : at + self.window]) for at in starts]
            parts.append(len(starts))
        return Encoded(
            lengths=np.array([len(row) for row in rows], dtype=np.int32),
            keys=[" ".join(row).encode() for row in rows],
            truncated=np.zeros(len(parts), dtype=bool),
            payload=Windows(tuple(rows)),
            parts=np.array(parts, dtype=np.int32),
        )

    def forward(self, batch: Windows) -> TokenScores:
        self.sent += batch.rows
        known = self.vocabulary
        words = [word for row in batch.rows for word in row]
        places = [
            known.index(word) if word in known else len(known) - 1 for word in words
        ]
        logs = [math.log(self.probabilities.get(word, 0.001)) for word in words]
        best = max(self.probabilities.values())
        return TokenScores(
            counts=np.array([len(row) for row in batch.rows], dtype=np.int32),
            tokens=np.array(places, dtype=np.int32),
            log_probabilities=np.array(logs, dtype=np.float32),
            likeliest=np.array([log >= math.log(best) for log in logs], dtype=bool),
        )


def unigrams(a: str = "0.6", cut: str = "", name: str = "unigrams") -> Unigrams:
    """``python:ptm_language:unigrams``: the word a is so likely, and b the rest."""
    likely = {"a": float(a), "b": 1 - float(a)}
    return Unigrams(likely, name=f"{name}-{a}{cut}")
