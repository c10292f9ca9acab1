"""Where in a ranking what is relevant stands, and the figures of that.

Ties go against: of documents with one score the relevant ones come last, the more
relevant the later. A figure then promises nothing that the order of a file decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.ground.unknown import unknown
from pytest_ptm.tasks.protocol import Rows
from pytest_ptm.tasks.vectors.cosine import TIE

_AT_ONCE = 1 << 22
"""So many scores are held at a time."""
_FEW = 8
"""From so many relevant documents on a sorted row is quicker than a look for each."""


@dataclass(frozen=True, slots=True)
class Relevant:
    """The documents that answer a query: their rows, and grades, which are above 0."""

    rows: Rows
    grades: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Where the relevant documents of a query stand, from 1 on, the best first.

    ``grades`` are theirs, in that order. ``first`` is the row of a document that no
    other scores above.
    """

    ranks: NDArray[np.int64]
    grades: NDArray[np.float64]
    first: int


def ranked(
    queries: NDArray[np.float32],
    corpus: NDArray[np.float32],
    relevant: Sequence[Relevant],
) -> Iterator[Ranking]:
    """Each query's ranking of the corpus by the products of their vectors.

    Exact: all products are computed, some queries at a time.
    """
    step = max(1, _AT_ONCE // len(corpus))
    lengths = np.linalg.norm(corpus, axis=1)
    for start in range(0, len(queries), step):
        some = queries[start : start + step]
        # Of two scores each is rounded by its own vector's length, and by no other's.
        halves = TIE / 2 * np.linalg.norm(some, axis=1)
        scores = some @ corpus.T
        every = zip(scores, relevant[start:], halves.tolist(), strict=False)
        for row, its, half in every:
            yield _ranking(row, its, np.float32(half) * lengths)


def _ranking(
    scores: NDArray[np.float32], relevant: Relevant, reach: NDArray[np.float32]
) -> Ranking:
    own = scores[relevant.rows]
    order = np.argsort(-own, kind="stable")
    rows = relevant.rows[order]
    # As far below as a tie reaches, others stand before it.
    highest, level = scores + reach, (scores - reach)[rows]
    apart = np.append(0, np.cumsum(level[:-1] > highest[rows][1:]))
    grades = relevant.grades[order]
    grades = grades[np.lexsort((grades, apart))]
    if len(rows) < _FEW:
        before = np.array([np.count_nonzero(highest >= each) for each in level])
    else:
        before = len(scores) - np.searchsorted(np.sort(highest), level)
    mine = len(rows) - np.searchsorted(np.sort(highest[rows]), level)
    # Whatever may stand before one stands before all that score less.
    others = np.maximum.accumulate(before - mine)
    ranks = others + np.arange(1, len(rows) + 1)
    return Ranking(ranks.astype(np.int64), grades, int(scores.argmax()))


@dataclass(frozen=True, slots=True)
class RankingMetric:
    """A figure of one ranking, in [0, 1]; that of many is the mean of theirs.

    ``at``: how many documents from the top are looked at; None is all of them.
    """

    name: str
    at: int | None
    figure: Callable[[Ranking, int | None], float]

    def of(self, found: Ranking) -> float:
        """The figure of one ranking."""
        return self.figure(found, self.at)

    def tells_nothing_of(self, relevant: Relevant, documents: int) -> bool:
        """Whether every ranking has one figure: of documents that answer alike."""
        graded = self.figure is ndcg and len(np.unique(relevant.grades)) > 1
        return len(relevant) == documents and not graded

    @property
    def tells_nothing_beyond(self) -> bool:
        """Whether it is 1 wherever all documents are looked at."""
        return self.figure is recall


def ndcg(found: Ranking, at: int | None) -> float:
    """Discounted gain as a share of what the best order has (Järvelin 2002).

    As TREC and BEIR compute it: the gain is the grade, its discount log2(rank + 1).
    """
    best = np.sort(found.grades)[::-1][:at]
    ideal = float((best / np.log2(np.arange(2, len(best) + 2))).sum())
    seen = found.ranks <= _last(at)
    gains = found.grades[seen] / np.log2(found.ranks[seen] + 1)
    return float(gains.sum()) / ideal


def recall(found: Ranking, at: int | None) -> float:
    """The share of the relevant documents that is among the first."""
    return float((found.ranks <= _last(at)).mean())


def reciprocal_rank(found: Ranking, at: int | None) -> float:
    """1 / the rank of the first relevant document; 0 where none is seen."""
    first = int(found.ranks.min())
    return 1.0 / first if first <= _last(at) else 0.0


def _last(at: int | None) -> float:
    return np.inf if at is None else at


_FIGURES = {"ndcg": ndcg, "recall": recall, "mrr": reciprocal_rank}


def ranking_metric(name: str) -> RankingMetric:
    """The metric of this name: ``ndcg@10``, ``recall@5``, ``mrr``.

    Raises:
        ArgumentError: there is none.
    """
    if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ArgumentError(f"metric={name!r}: expected a name, such as 'ndcg@10'")
    kind, at, cut = name.partition("@")
    if kind not in _FIGURES:
        raise ArgumentError(unknown("metric", kind, tuple(_FIGURES)))
    if at and not (cut.isascii() and cut.isdigit() and int(cut)):
        raise ArgumentError(
            f"metric={name!r}: behind @ stands how many documents are looked at, such "
            f"as {kind}@10"
        )
    if kind == "recall" and not at:
        raise ArgumentError(
            "metric='recall' is 1 of every ranking; say among how many documents, such "
            f"as {listed(['recall@5', 'recall@100'])}"
        )
    return RankingMetric(name, int(cut) if at else None, _FIGURES[kind])
