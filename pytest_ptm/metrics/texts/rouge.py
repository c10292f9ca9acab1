"""ROUGE of summaries, as the library rouge-score has it.

Lin, "ROUGE: a package for automatic evaluation of summaries", 2004.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from functools import lru_cache, partial
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.errors import MissingExtraError
from pytest_ptm.metrics.spelling import MetricSetting, Settings
from pytest_ptm.metrics.texts.referred import Referred

Floats = NDArray[np.float64]

KINDS = ("rouge1", "rouge2", "rougeL", "rougeLsum")
KNOWN = {"stemmer": MetricSetting(usual=False)}


def by_rouge(asked: Referred) -> Floats:
    """The F1 of each text with the reference that it is nearest to, float64[n].

    Raises:
        DataError: PTM207, the library reads little of the references.
        MissingExtraError: it is not installed.
    """
    _require_readable(asked)
    kind, stemmer = asked.plain, bool(asked.settings["stemmer"])
    rouge(kind, stemmer=stemmer)
    return asked.each(partial(_best, kind, stemmer))


def _best(kind: str, stemmer: bool, said: str, gold: Sequence[str]) -> float:  # noqa: FBT001 - bound by place
    return max(_f1(kind, stemmer, said, each) for each in gold)


# One question asks for the same rows of all examples and of each group.
@lru_cache(maxsize=16_384)
def _f1(kind: str, stemmer: bool, said: str, gold: str) -> float:  # noqa: FBT001 - bound by place
    found = rouge(kind, stemmer=stemmer).score(gold, said)
    return float(found[kind].fmeasure)


@lru_cache(maxsize=16)
def rouge(kind: str, *, stemmer: bool) -> Any:  # noqa: ANN401 - it has no types
    """The library's own scorer.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        # It brings nltk along: seconds to import.
        scorers = importlib.import_module("rouge_score.rouge_scorer")
    except ImportError:
        raise MissingExtraError(kind, library="rouge-score", extra="metrics") from None
    return scorers.RougeScorer([kind], use_stemmer=stemmer)


def made_by(settings: Settings) -> str:
    """The library's version, and whether words are stemmed."""
    stem = "yes" if settings["stemmer"] else "no"
    return f"rouge-score:{version('rouge-score')}|stem:{stem}"


def _require_readable(asked: Referred) -> None:
    """Refuse references of another script: all that is not a-z and 0-9 parts words.

    Raises:
        DataError: PTM207, fewer than half of their letters are read.
    """
    letters: NDArray[np.int64] = np.zeros(2, dtype=np.int64)
    for own in asked.gold:
        for text in own:
            found = [each for each in text.lower() if each.isalpha()]
            letters += len(found), sum(map(str.isascii, found))
    there, read = letters
    if there and 2 * read < there:
        raise asked.undefined(
            f"it reads the letters a-z alone, which are {read:,} of {there:,} letters "
            "of the references; use chrf"
        )
