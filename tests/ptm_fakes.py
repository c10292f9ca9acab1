"""Predictors without a framework: a plugin test asks them through ``python:`` specs."""

from __future__ import annotations

import hashlib
import math
import os
import pathlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from pytest_ptm.ground.errors import OutOfMemory
from pytest_ptm.results import ModelCard
from pytest_ptm.tasks.fill_mask import MaskedTokens
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


VOCABULARY = ("[UNK]", "[MASK]", "paris", "london", "he", "she", "new", "##york", "a")


@dataclass(frozen=True)
class Clozes:
    """A payload: tokens and what is wanted at the masks, row by row."""

    rows: tuple[tuple[tuple[str, ...], tuple[tuple[int, int], ...]], ...]

    def take(self, rows) -> Clozes:
        return Clozes(tuple(self.rows[row] for row in rows))


@dataclass
class FakeMasked:
    """Fills masks by a function of the text from word to logit; others have 0.

    Tokens are what stands between spaces; ``newyork`` is two of them.
    """

    logits: Callable[[str], Mapping[str, float]]
    vocabulary: tuple[str, ...] = VOCABULARY
    name: str = "masked"
    mask: str = "[MASK]"
    max_length: int = 10**9
    batches: list[tuple[str, ...]] = field(default_factory=list)
    task: str = "fill-mask"

    @property
    def card(self) -> ModelCard:
        return ModelCard(self.name, f"python:{self.name}", self.fingerprint)

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.name.encode()).hexdigest()

    def pieces(self, before: Sequence[str], words: Sequence[str], after: Sequence[str]):
        return [self._ids(word) for word in words]

    def _ids(self, word: str) -> tuple[int, ...]:
        if word == "newyork":
            return (6, 7)
        known = {token: place for place, token in enumerate(self.vocabulary)}
        return (known[word.lower()],) if word.lower() in known else ()

    def maskable(self, texts: Sequence[str]):
        return [tuple((place,) for place in range(len(text.split()))) for text in texts]

    def encode(self, inputs: Mapping[str, Sequence[str]]) -> Encoded[Clozes]:
        rows = []
        for row, text in enumerate(inputs["text"]):
            apart = text.replace("[MASK]", " [MASK] ").replace("\u200b", "")
            tokens = apart.split()[: self.max_length]
            wanted = inputs["wanted"][row].tolist() if "wanted" in inputs else []
            if "hidden" in inputs:
                places = inputs["hidden"][row].tolist()
                wanted = [
                    (mask, token)
                    for mask, place in enumerate(places)
                    for token in self._ids(tokens[place])
                ]
                tokens = [
                    "[MASK]" if place in places else token
                    for place, token in enumerate(tokens)
                ]
            rows.append((tuple(tokens), tuple(map(tuple, wanted))))
        return Encoded(
            lengths=np.array(
                [max(1, len(tokens)) for tokens, _ in rows], dtype=np.int32
            ),
            keys=[repr(row).encode() for row in rows],
            truncated=np.array(
                [len(text.split()) > self.max_length for text in inputs["text"]]
            ),
            payload=Clozes(tuple(rows)),
        )

    def forward(self, batch: Clozes) -> MaskedTokens:
        self.batches.append(tuple(" ".join(tokens) for tokens, _ in batch.rows))
        masks, tops, logs, wanted, own, ranks, ties = [], [], [], [], [], [], []
        for tokens, asked in batch.rows:
            given = self.logits(" ".join(tokens))
            scores = np.array([given.get(word, 0.0) for word in self.vocabulary])
            scores -= np.log(np.exp(scores).sum())
            order = np.argsort(-scores, kind="stable")[:5]
            masks.append(tokens.count("[MASK]"))
            for place in range(masks[-1]):
                ids = [token for mask, token in asked if mask == place]
                tops.append(order)
                logs.append(scores[order])
                wanted.append(len(ids))
                own += [scores[token] for token in ids]
                ranks += [int((scores >= scores[token]).sum()) for token in ids]
                ties += [int((scores == scores[token]).sum()) - 1 for token in ids]
        return MaskedTokens(
            masks=np.array(masks, dtype=np.int32),
            top_ids=np.array(tops, dtype=np.int32).reshape(-1, 5),
            top_log_probabilities=np.array(logs, dtype=np.float32).reshape(-1, 5),
            wanted=np.array(wanted, dtype=np.int32),
            log_probabilities=np.array(own, dtype=np.float32),
            ranks=np.array(ranks, dtype=np.int32),
            ties=np.array(ties, dtype=np.int32),
        )


def cloze() -> FakeMasked:
    """``python:ptm_fakes:cloze``: knows one capital, and who is a nurse."""

    def logits(text: str) -> Mapping[str, float]:
        if "France" in text:
            return {"paris": 5.0, "london": 3.0}
        return {"she": 4.0, "he": 1.0} if "nurse" in text else {"he": 2.0, "she": 2.0}

    return FakeMasked(logits)


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


def infers() -> FakeClassifier:
    """``python:ptm_fakes:infers``: what ends a hypothesis follows if the text has it.

    Logits of contradiction, neutral and entailment: 0, 0, 3 if so, 2, 0, 1 if not.
    """

    def logits(pair: str) -> Sequence[float]:
        text, _, hypothesis = pair.lower().partition(" | ")
        phrase = hypothesis.rstrip(".").partition(" is ")[2]
        return (0.0, 0.0, 3.0) if phrase in text else (2.0, 0.0, 1.0)

    names = ("contradiction", "neutral", "entailment")
    return FakeClassifier(logits, class_names=names, name="infers")


def nan() -> FakeClassifier:
    """``python:ptm_fakes:nan``: answers NaN to whatever holds "odd"."""
    return FakeClassifier(
        lambda text: (math.nan, 0.0) if "odd" in text else (1.0, 0.0), name="nan"
    )


def unloadable() -> FakeClassifier:
    """``python:ptm_fakes:unloadable``: fails to load, and says so in a file."""
    from pytest_ptm.ground.errors import ModelError

    with pathlib.Path(os.environ["PTM_FAKE_LOADS"]).open("a", encoding="utf-8") as file:
        file.write("load\n")
    raise ModelError("the fake cannot be loaded", code="PTM310")
