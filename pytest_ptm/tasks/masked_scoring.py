"""Masked scoring: how likely each token of a text is where it alone is masked."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_ptm.tasks.task import Task, as_they_are
from pytest_ptm.tasks.token_scores.answers import TokenScores
from pytest_ptm.tasks.token_scores.truth import (
    LIKELIHOOD,
    the_likelihood,
    what_is_there,
)


@dataclass(frozen=True)
class PseudoTokenScores(TokenScores):
    """How likely each token of each text is, given those on both sides of it.

    The sum over a text is its pseudo-log-likelihood (Salazar et al. 2020, "Masked
    Language Model Scoring", ACL), which is the logarithm of no probability: what
    follows a token is given too. So its figures have names of their own.
    """


TASK = Task(
    name="masked-scoring",
    fields={"text": "text"},
    optional={"context": "text"},
    answers=PseudoTokenScores,
    truth=what_is_there,
    watch=the_likelihood,
    aligned=as_they_are,
    shift=LIKELIHOOD,
)
"""``context`` stands before the text and is not scored itself."""
