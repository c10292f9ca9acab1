"""What a sentence encoder takes to mean the same, held against a bound."""

from __future__ import annotations

from typing import Any, Unpack

from pytest_ptm.assertions.gate import settle
from pytest_ptm.assertions.judging import Judging
from pytest_ptm.behaviours.choice import AnyModel
from pytest_ptm.behaviours.closer import closer
from pytest_ptm.behaviours.judgements import Judgements, SameId
from pytest_ptm.behaviours.retrieval import Similarity, retrieval
from pytest_ptm.behaviours.texts import Texts
from pytest_ptm.behaviours.told_apart import Others
from pytest_ptm.results import Result


def assert_closer(
    model: AnyModel[Any],
    anchor: Texts,
    near: Others | None = None,
    far: Others | None = None,
    *,
    at_least: float = 1.0,
    **how: Unpack[Judging],
) -> Result:
    """Fail the test unless this share of texts is closer to what it is near.

    See ``evaluate_closer`` for the other arguments and what they raise.

    Raises:
        ArgumentError: the bound is outside [0, 1].
        BehaviourFailure: too few are.
    """
    __tracebackhide__ = True
    return settle(lambda: closer(model, anchor, near, far), at_least=at_least, how=how)


def assert_retrieval(
    model: AnyModel[Any],
    queries: Texts,
    corpus: Texts,
    *,
    at_least: float,
    metric: str = "ndcg@10",
    relevant: Judgements | SameId | None = None,
    similarity: Similarity = "cosine",
    **how: Unpack[Judging],
) -> Result:
    """Fail the test unless queries find what answers them this well, in [0, 1].

    See ``evaluate_retrieval`` for the other arguments and what they raise.

    Raises:
        ArgumentError: the bound is outside [0, 1].
        BehaviourFailure: the figure is below it.
    """
    __tracebackhide__ = True
    return settle(
        lambda: retrieval(
            model,
            queries,
            corpus,
            metric=metric,
            relevant=relevant,
            similarity=similarity,
        ),
        at_least=at_least,
        how=how,
    )
