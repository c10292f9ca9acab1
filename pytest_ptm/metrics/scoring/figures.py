"""Perplexity and its kin: how likely texts are, a token, a word, a byte.

Jelinek et al. 1977 (perplexity); Gao et al., "The Pile", 2020, section 3.1 (bits per
UTF-8 byte, which does not depend on how a model cuts texts into tokens).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.metrics.protocol import Estimate
from pytest_ptm.statistics.row_ratio import RowRatio
from pytest_ptm.tasks.token_scores.answers import TokenScores
from pytest_ptm.tasks.token_scores.truth import BYTES, WORDS


@dataclass(frozen=True, slots=True)
class Texts:
    """The question of one metric: texts (bytes and words, int64[n, 2]), how likely.

    ``names``: what the figures are called of these answers, by their names here.

    Raises:
        ArgumentError: they are not as many.
        DataError: PTM207, there are none, or no token was scored.
    """

    metric: str
    held: NDArray[np.int64]
    said: TokenScores
    names: Mapping[str, str]

    def __post_init__(self) -> None:
        if self.held.shape != (len(self.said), 2):
            raise ArgumentError(
                f"gold must be bytes and words of {len(self.said)} texts; got "
                f"{list(self.held.shape)}"
            )
        if not self.said.counts.sum():
            raise self.undefined("no token was scored. Give at least one text")

    def counted(self, column: int) -> NDArray[np.int64]:
        """Bytes or words of each text.

        Raises:
            DataError: PTM207, a part of the texts is not scored.
        """
        held = self.held[:, column]
        if (held < 0).any():
            raise self.undefined(
                "nothing stands before the first token of a text (bos:none), so that "
                "it is not scored, and its bytes and words would count all the same. "
                "Score it after a token that begins a text (bos=True), or behind a "
                "context",
                "perplexity",
            )
        return held

    def undefined(self, why: str, instead: str | None = None) -> DataError:
        """The error that the metric has no value here, and one that has."""
        use = "" if instead is None else f" Use {self.names[instead]}."
        return DataError(f"{self.metric} is undefined: {why}.{use}", code="PTM207")


def cross_entropy(asked: Texts) -> Estimate:
    """The mean negative log-probability of a token, in nats."""
    return _ratio(asked, asked.said.counts)


def perplexity(asked: Texts) -> Estimate:
    """E to the cross-entropy of a token: among how many it is chosen, as it were."""
    return _ratio(asked, asked.said.counts, power=True)


def word_perplexity(asked: Texts) -> Estimate:
    """E to the negative log-probability a word; words stand between whitespace."""
    words = asked.counted(WORDS)
    if not words.sum():
        raise asked.undefined("no text has a word", "bits_per_byte")
    return _ratio(asked, words, power=True)


def bits_per_byte(asked: Texts) -> Estimate:
    """The negative log-probability in bits, a byte of UTF-8."""
    return _ratio(asked, asked.counted(BYTES), scale=1 / math.log(2))


def token_accuracy(asked: Texts) -> Estimate:
    """The share of tokens that the model finds no other token likelier than."""
    hits, n = int(asked.said.likeliest.sum()), len(asked.said.likeliest)
    starts = np.cumsum(asked.said.counts) - asked.said.counts
    right = np.add.reduceat(np.append(asked.said.likeliest, False), starts)
    by_text = np.where(asked.said.counts > 0, right, 0).astype(np.float64)
    trials = asked.said.counts.astype(np.float64)
    return hits / n, RowRatio(
        by_text, trials, share=True, least=0.0, most=1.0, alone=True
    )


def _ratio(
    asked: Texts,
    trials: NDArray[np.integer],
    *,
    scale: float = 1.0,
    power: bool = False,
) -> Estimate:
    nats = -asked.said.totals * scale
    found = RowRatio(
        nats, trials.astype(np.float64), share=False, least=0.0, power=power
    )
    if not math.isfinite(found.value):
        raise asked.undefined("it is too large for a float", "cross_entropy")
    return found.value, found
