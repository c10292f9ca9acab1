"""Rows of words, and a tagger of them without a framework."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.tags import Tags
from pytest_ptm.results import ModelCard
from pytest_ptm.tasks.protocol import Encoded
from pytest_ptm.tasks.token_classification import TASK, Tagging

NAMES = ("O", "B-person", "I-person", "B-place", "I-place")


def tagged(*rows: str, **columns: Sequence[str]) -> Examples:
    """Rows such as ``"Ann/B-person left/O"``, with columns of groups."""
    parts = [[word.rpartition("/")[::2] for word in row.split()] for row in rows]
    return Examples(
        tuple(f"row-{number}" for number in range(1, len(rows) + 1)),
        {},
        tuple(Tags(tuple(tag for _, tag in row)) for row in parts),
        {name: tuple(column) for name, column in columns.items()},
        lists={"words": tuple(tuple(word for word, _ in row) for row in parts)},
    )


def tagging(*rows: str, names: Sequence[str] = NAMES) -> Tagging:
    """Answers such as ``"B-person O"``; a ``?`` behind a tag leaves it undecided."""
    tags = [tag for row in rows for tag in row.split()]
    numbers = [tuple(names).index(tag.removesuffix("?")) for tag in tags]
    return Tagging(
        counts=np.array([len(row.split()) for row in rows], dtype=np.int32),
        predicted=np.array(numbers, dtype=np.int32),
        probabilities=np.full(len(tags), 0.75, dtype=np.float32),
        undecided=np.array([tag.endswith("?") for tag in tags], dtype=np.bool_),
        class_names=tuple(names),
    )


@dataclass(frozen=True)
class _Words:
    rows: tuple[tuple[str, ...], ...]

    def take(self, rows):
        return _Words(tuple(self.rows[row] for row in rows))


@dataclass(frozen=True)
class FakeTagger:
    """Tags each word by a function of it."""

    tag: Callable[[str], str]
    class_names: tuple[str, ...] = NAMES
    name: str = "tagger"

    task = TASK.name

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.name.encode()).hexdigest()

    @property
    def card(self) -> ModelCard:
        return ModelCard(self.name, f"python:{self.name}", self.fingerprint)

    def encode(self, inputs) -> Encoded[_Words]:
        rows = tuple(inputs["words"])
        return Encoded(
            lengths=np.array([len(words) for words in rows], dtype=np.int32),
            keys=["\0".join(words).encode() for words in rows],
            truncated=np.zeros(len(rows), dtype=np.bool_),
            payload=_Words(rows),
        )

    def forward(self, batch: _Words) -> Tagging:
        rows = [" ".join(self.tag(word) for word in words) for words in batch.rows]
        return tagging(*rows, names=self.class_names)


def by_name(word: str) -> str:
    """Ann and Bob are persons, Rome and Oslo places."""
    kinds = {"Ann": "B-person", "Bob": "B-person", "Rome": "B-place", "Oslo": "B-place"}
    return kinds.get(word, "O")
