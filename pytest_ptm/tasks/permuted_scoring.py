"""Permuted scoring: how likely each token is after those before it in some order.

The order is one in which tokens are said; where they stand in the text stays as it is.
"""

from __future__ import annotations

from pytest_ptm.tasks.task import Task, as_they_are
from pytest_ptm.tasks.token_scores.answers import TokenScores
from pytest_ptm.tasks.token_scores.truth import (
    LIKELIHOOD,
    the_likelihood,
    what_is_there,
)

__all__ = ["TASK", "TokenScores"]

TASK = Task(
    name="permuted-scoring",
    fields={"text": "text"},
    optional={"context": "text"},
    answers=TokenScores,
    truth=what_is_there,
    watch=the_likelihood,
    aligned=as_they_are,
    shift=LIKELIHOOD,
    like="causal-scoring",
)
"""``context`` stands before the text, is seen by all of it, and is not scored."""
