"""Models that answer with numbers: a fake, a head fitted to STS-B, and a cosine.

Torch and transformers are imported when a model is made, not with this module, which
tests without either read too.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from ptm_fakes import Texts

from pytest_ptm.datasets.examples import Examples
from pytest_ptm.results import ModelCard
from pytest_ptm.tasks.protocol import Encoded
from pytest_ptm.tasks.text_regression import Regression

PAIR = "\x1f"
"""What stands between the texts of a pair where they are one."""


@dataclass
class FakeRegressor:
    """Answers by a function of the text, or of both texts of a pair.

    It remembers every batch it was sent.
    """

    number: Callable[..., float]
    name: str = "fake-regressor"
    task: str = "text-regression"
    batches: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def card(self) -> ModelCard:
        return ModelCard(self.name, f"python:{self.name}", self.fingerprint)

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.name.encode()).hexdigest()

    def encode(self, inputs: Mapping[str, Sequence[str]]) -> Encoded[Texts]:
        columns = [inputs[name] for name in ("text", "text_pair") if name in inputs]
        rows = tuple(PAIR.join(row) for row in zip(*columns, strict=True))
        return Encoded(
            lengths=np.array([max(1, len(row.split())) for row in rows], np.int32),
            keys=[row.encode("utf-8", "surrogatepass") for row in rows],
            truncated=np.zeros(len(rows), dtype=bool),
            payload=Texts(rows),
        )

    def forward(self, batch: Texts) -> Regression:
        self.batches.append(batch.texts)
        found = [self.number(*row.split(PAIR)) for row in batch.texts]
        return Regression(np.array(found, dtype=np.float32))

    @property
    def rows_sent(self) -> int:
        return sum(len(batch) for batch in self.batches)


def shared_words(*texts: str) -> float:
    """Of a pair, how many of its words both have, from 0 to 5; of a text, how many."""
    words = [set(text.lower().split()) for text in texts]
    if len(words) == 1:
        return float(len(words[0]))
    return 5.0 * len(words[0] & words[1]) / max(1, len(words[0] | words[1]))


def overlap(name: str = "overlap") -> FakeRegressor:
    """``python:ptm_numbers:overlap``: 5 where both texts have the same words."""
    return FakeRegressor(shared_words, name=name)


@dataclass
class Cosine(FakeRegressor):
    """How alike a sentence encoder finds two texts: the cosine, in [-1, 1]."""

    folder: str = ""

    def __post_init__(self) -> None:
        import torch
        import transformers

        self._torch = torch
        self._tokenizer = transformers.AutoTokenizer.from_pretrained(self.folder)
        self._model = transformers.AutoModel.from_pretrained(self.folder).eval()

    def forward(self, batch: Texts) -> Regression:
        self.batches.append(batch.texts)
        one, other = zip(*(row.split(PAIR) for row in batch.texts), strict=True)
        found = (self.embedded(one) * self.embedded(other)).sum(axis=1)
        return Regression(found.astype(np.float32))

    def embedded(self, texts: Sequence[str]) -> np.ndarray:
        """The mean of the tokens' vectors, of length one; float64[n, size]."""
        inputs = self._tokenizer(
            list(texts), padding=True, truncation=True, return_tensors="pt"
        )
        with self._torch.no_grad():
            hidden = self._model(**inputs).last_hidden_state.numpy().astype(np.float64)
        seen = inputs["attention_mask"].numpy()[:, :, None]
        mean = (hidden * seen).sum(axis=1) / seen.sum(axis=1)
        return mean / np.linalg.norm(mean, axis=1, keepdims=True)


def cosine(folder: str) -> Cosine:
    """``python:ptm_numbers:cosine?folder=…``: of a pair of texts."""
    return Cosine(shared_words, name=f"cosine-of-{Path(folder).name}", folder=folder)


def sts_b(data: Path) -> Examples:
    """STS-B as GLUE has it, its scores as the numbers that they are."""
    with (data / "stsb" / "dev.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return Examples(
        tuple(f"row-{number}" for number in range(1, len(rows) + 1)),
        {
            "text": tuple(row["sentence1"] for row in rows),
            "text_pair": tuple(row["sentence2"] for row in rows),
        },
        labels=tuple(float(row["score"]) for row in rows),
    )


def fitted_head(body: Path, examples: Examples, folder: Path) -> Path:
    """A checkpoint: the body as it is, and a linear head of one output fitted to it.

    Ridge regression on what the head reads of a BERT, its pooled first token; the
    penalty keeps hundreds of features from learning hundreds of rows by heart.
    """
    import torch
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(body)
    model = transformers.AutoModelForSequenceClassification.from_pretrained(
        body, num_labels=1, ignore_mismatched_sizes=True
    ).eval()
    texts, pairs = examples.inputs["text"], examples.inputs["text_pair"]
    found = []
    with torch.no_grad():
        for start in range(0, len(texts), 64):
            part = slice(start, start + 64)
            inputs = tokenizer(
                list(texts[part]),
                list(pairs[part]),
                padding=True,
                truncation=True,
                return_tensors="pt",
            )
            found.append(model.bert(**inputs).pooler_output.numpy())
    features = np.concatenate(found).astype(np.float64)
    gold = np.array(examples.labels, dtype=np.float64)
    center, mean = features.mean(axis=0), gold.mean()
    features, gold = features - center, gold - mean
    penalty = np.trace(features.T @ features) / features.shape[1] / 100
    weights = np.linalg.solve(
        features.T @ features + penalty * np.eye(features.shape[1]), features.T @ gold
    )
    with torch.no_grad():
        model.classifier.weight.copy_(torch.from_numpy(weights[None]))
        model.classifier.bias.copy_(torch.tensor([mean - center @ weights]))
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
