"""Causal scoring: how likely each token of a text is after all that stand before it."""

from __future__ import annotations

from pytest_ptm.tasks.protocol import Model, Payload, Predictor
from pytest_ptm.tasks.task import Task, as_they_are
from pytest_ptm.tasks.token_scores.answers import TokenScores
from pytest_ptm.tasks.token_scores.truth import (
    LIKELIHOOD,
    the_likelihood,
    what_is_there,
)

__all__ = ["TASK", "AnyScorer", "TokenScores"]

AnyScorer = Model | Predictor[Payload, TokenScores]
"""What a language model may be: a handle, or a bound predictor."""

TASK = Task(
    name="causal-scoring",
    fields={"text": "text"},
    optional={"context": "text"},
    answers=TokenScores,
    truth=what_is_there,
    watch=the_likelihood,
    aligned=as_they_are,
    shift=LIKELIHOOD,
)
"""``context`` stands before the text and is not scored itself."""
