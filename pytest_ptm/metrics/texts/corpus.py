"""BLEU, chrF and TER of a whole corpus: functions of sums that single rows add to.

Papineni et al., "BLEU", ACL 2002; Popović, "chrF", WMT 2015, and "chrF++", WMT 2017;
Snover et al., "A study of translation edit rate", AMTA 2006. Counted and summed up as
sacrebleu does, whose figures these are; rows drawn again as Koehn, EMNLP 2004.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.metrics.protocol import Estimate
from pytest_ptm.metrics.texts.referred import Referred
from pytest_ptm.metrics.texts.sacre import row_statistics
from pytest_ptm.statistics.resampled_sums import FigureOfSums
from pytest_ptm.statistics.resampling import Statistic
from pytest_ptm.statistics.row_ratio import RowRatio

Floats = NDArray[np.float64]

_BETA = 2
"""How many times recall counts beside precision in chrF."""


@dataclass(frozen=True)
class CorpusFigure(FigureOfSums):
    """A figure of a corpus; ``single`` is that of a text by itself."""

    single: Statistic

    def by_row(self) -> Floats:
        """The figure of each text, float64[n]."""
        return self.single(self.stats)


def bleu(asked: Referred) -> Estimate:
    """BLEU, 0 .. 100.

    Raises:
        DataError: PTM207, no text and no reference has as many tokens as an n-gram.
    """
    stats, order = _stats(asked), _order(asked)
    if not stats[:, -1].any() and stats[:, 1].max() < order:
        raise asked.undefined(
            f"no text has {order} tokens, and no reference; use chrf, or "
            f"bleu(max_ngram_order={max(1, int(stats[:, 1].max()))})"
        )
    found = CorpusFigure(
        stats, partial(bleu_of, order=order), partial(_sentence_bleu, order=order)
    )
    return found.value, found


def chrf(asked: Referred) -> Estimate:
    """ChrF, or chrF++ with the n-grams of words too; 0 .. 100.

    Raises:
        DataError: PTM207, no reference has a character.
    """
    stats = _stats(asked)
    if not stats[:, 1::3].any():
        raise asked.undefined("no reference has a character that counts")
    found = CorpusFigure(stats, chrf_of, chrf_of)
    return found.value, found


def ter(asked: Referred) -> Estimate:
    """Edits for each 100 words of the references.

    Raises:
        DataError: PTM207, no reference has a word.
    """
    edits, words = _stats(asked).T
    if not words.sum():
        raise asked.undefined("no reference has a word that counts")
    found = RowRatio(100 * edits, words, share=False, least=0.0)
    return found.value, found


def short_of(asked: Referred) -> Floats:
    """How far each text by itself is from the best figure, float64[n] within 0 .. 1."""
    stats = _stats(asked)
    if asked.plain == "ter":
        edits, words = stats.T
        return np.minimum(1.0, edits / np.maximum(words, 1.0))
    if asked.plain == "bleu":
        return 1.0 - _sentence_bleu(stats, order=_order(asked)) / 100
    return 1.0 - chrf_of(stats) / 100


def bleu_of(sums: Floats, *, order: int, short: bool = False) -> Floats:
    """BLEU of sums: length, reference's length, hits and n-grams of each order.

    float64[B, 2 + 2 order] to float64[B]. N-grams of an order without a hit are
    smoothed ("exp", as mteval-v13a.pl has it). ``short``: orders longer than the text
    are left out, as is meant for single texts; else there BLEU is 0.
    """
    length, wanted = sums[:, 0], sums[:, 1]
    hits, there = sums[:, 2 : 2 + order], sums[:, 2 + order :]
    met = there > 0
    missed = met & (hits == 0)
    halved = np.where(missed, 0.5 ** np.cumsum(missed, axis=1), hits)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Of shares, whose logarithm is exactly 0 where all is hit: of percentages the
        # best figure would be 100.00000000000004, beyond its own range.
        logs = np.where(met, np.log(halved / there), 0.0 if short else -np.inf)
        orders = met.sum(axis=1) if short else order
        brevity = np.exp(np.minimum(0.0, 1.0 - wanted / length))
        found = 100.0 * (brevity * np.exp(logs.sum(axis=1) / orders))
    return np.where(hits.any(axis=1), found, 0.0)


def _sentence_bleu(sums: Floats, *, order: int) -> Floats:
    return bleu_of(sums, order=order, short=True)


def chrf_of(sums: Floats) -> Floats:
    """ChrF of sums: n-grams of the text, of the reference, and hits, for each order.

    float64[B, 3 orders] to float64[B]. Orders that either lacks are left out.
    """
    said, gold, hits = (sums[:, each::3] for each in range(3))
    both = (said > 0) & (gold > 0)
    precision = np.where(both, hits / np.maximum(said, 1.0), 0.0)
    recall = np.where(both, hits / np.maximum(gold, 1.0), 0.0)
    orders = np.maximum(both.sum(axis=1), 1)
    p, r = precision.sum(axis=1) / orders, recall.sum(axis=1) / orders
    factor = _BETA**2
    below = factor * p + r
    return np.where(
        below > 0, 100 * (1 + factor) * p * r / np.where(below > 0, below, 1.0), 0.0
    )


def _order(asked: Referred) -> int:
    order = asked.settings["max_ngram_order"]
    return int(order)


def _stats(asked: Referred) -> Floats:
    return row_statistics(asked.plain, asked.settings, asked.said.written, asked.gold)
