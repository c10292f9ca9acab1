"""What has to stand at a mask, and whether it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.words import WordScores
from pytest_ptm.ground.digests import digest
from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.tasks.protocol import Rows

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class WantedWords:
    """What has to stand at the masks: ``right`` of each row, ``wrong`` of none."""

    right: tuple[tuple[str, ...], ...] | None
    wrong: tuple[str, ...]
    within_top: int
    candidates: Sequence[str] | None
    least: float

    def words(self, n: int) -> list[tuple[str, ...]]:
        """The words to ask about in each of n rows.

        Raises:
            ArgumentError: one of them is not among the candidates.
        """
        right = self.right or [()] * n
        if self.candidates is None:
            return [tuple(dict.fromkeys((*row, *self.wrong))) for row in right]
        named = {*self.wrong, *(word for row in right for word in row)}
        strange = sorted(named - set(self.candidates))
        if strange:
            raise ArgumentError(f"{listed(strange)} is not among the candidates")
        return [tuple(self.candidates)] * n

    def take(self, rows: Rows) -> WantedWords:
        """What is wanted of these rows."""
        if self.right is None:
            return self
        return replace(self, right=tuple(self.right[row] for row in map(int, rows)))

    @property
    def title(self) -> str:
        """What is counted, in a few words."""
        words = (
            "forbidden words outside" if self.right is None else "expected words within"
        )
        among = f" of {len(self.candidates)} candidates" if self.candidates else ""
        p = f" at p >= {self.least:g}" if self.least else ""
        return f"{words} the top {self.within_top}{among}{p}"

    @property
    def parts(self) -> list[str]:
        """What the signature says of it."""
        right = None if self.right is None else list(self.right)
        return [
            f"masked_prediction@{self.within_top}",
            f"words:{digest(repr((right, self.wrong, self.candidates)))}",
            *([f"candidates:{len(self.candidates)}"] if self.candidates else []),
            *([f"p:{self.least}"] if self.least else []),
        ]


@dataclass(frozen=True, slots=True)
class Ranked:
    """Words of each row with probability, worst and best rank."""

    scores: WordScores
    probabilities: tuple[NDArray[np.float64], ...]
    worst: tuple[NDArray[np.int32], ...]
    best: tuple[NDArray[np.int32], ...]
    among: bool

    def top(self, row: int) -> str:
        """The likeliest words of a row, with probabilities."""
        if not self.among and self.scores.top is not None:
            return self.scores.top.spelled(row, self.scores.vocabulary, _SHOWN)
        order = np.argsort(-self.probabilities[row], kind="stable")[:_SHOWN]
        words = self.scores.spelled.words[row]
        return ", ".join(
            f"{words[int(at)]} {self.probabilities[row][at]:z.4f}" for at in order
        )


@dataclass(frozen=True, slots=True)
class FilledText:
    """What came of one text, and where it is not right the words to say so."""

    right: bool
    expected: str
    observed: str
    severity: float


def judged(scores: WordScores, wanted: WantedWords) -> tuple[FilledText, ...]:
    """What came of each row."""
    ranked = _in_vocabulary(scores) if wanted.candidates is None else _among(scores)
    return tuple(_row(ranked, row, wanted) for row in range(len(scores.spelled.words)))


def _in_vocabulary(scores: WordScores) -> Ranked:
    """Words among all that the model knows."""
    found = tuple(np.exp(logs) for logs in scores.log_probabilities)
    best = tuple(r - t for r, t in zip(scores.ranks, scores.ties, strict=True))
    return Ranked(scores, found, scores.ranks, best, among=False)


def _among(scores: WordScores) -> Ranked:
    """Words among each other; probabilities are shares of theirs together."""
    shares: list[NDArray[np.float64]] = []
    worst: list[NDArray[np.int32]] = []
    best: list[NDArray[np.int32]] = []
    for logs in scores.log_probabilities:
        raised = np.exp(logs - logs.max())
        shares.append(raised / raised.sum())
        above = (logs[None, :] > logs[:, None]).sum(axis=1)
        best.append((above + 1).astype(np.int32))
        worst.append((logs[None, :] >= logs[:, None]).sum(axis=1).astype(np.int32))
    return Ranked(scores, tuple(shares), tuple(worst), tuple(best), among=True)


def _row(ranked: Ranked, row: int, wanted: WantedWords) -> FilledText:
    """Whether the words of a row stand where they should."""
    right = wanted.right[row] if wanted.right else ()
    p, worst, best = ranked.probabilities[row], ranked.worst[row], ranked.best[row]
    at = {word: place for place, word in enumerate(ranked.scores.spelled.words[row])}
    mine = sorted((int(worst[at[word]]), -p[at[word]], word) for word in right)
    fine = not mine or any(
        rank <= wanted.within_top and -negative >= wanted.least
        for rank, negative, _ in mine
    )
    bad = [word for word in wanted.wrong if best[at[word]] <= wanted.within_top]
    said: list[str] = []
    if not fine:
        rank, negative, word = mine[0]
        others = f" (of {len(mine)})" if len(mine) > 1 else ""
        said.append(f"{word}{others}, which has rank {rank:,} at {-negative:z.4f}")
    said += [f"not {word}, which has rank {best[at[word]]:,}" for word in bad]
    missed = 0.0 if fine else 1.0 - max(float(p[at[word]]) for word in right)
    return FilledText(
        right=fine and not bad,
        expected=" and ".join(said),
        observed=ranked.top(row) if said else "",
        severity=max([missed, *(float(p[at[word]]) for word in bad)]),
    )
