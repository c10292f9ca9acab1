"""Which documents of a corpus answer which query."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Literal, cast

import numpy as np

from pytest_ptm.datasets.examples import Examples
from pytest_ptm.ground.display import clip, listed
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.metrics.ranking import RankingMetric, Relevant
from pytest_ptm.tasks.truth import labels_of

Judgements = Mapping[str, Mapping[str, float] | Iterable[str]]
"""By the id of a query the ids of the documents that answer it, with a grade or not."""

SameId = Literal["id"]
"""Each query is answered by the document of its own id, as an image by its caption."""


def require_judgements(relevant: object) -> None:
    """Nothing, where this says what answers a query.

    Raises:
        ArgumentError: it is neither None, "id" nor a mapping.
    """
    if relevant is None or relevant == "id" or isinstance(relevant, Mapping):
        return
    raise ArgumentError(
        f"relevant={type(relevant).__name__}: expected a mapping from the id of a "
        'query to ids of documents, or "id" where a query is answered by the document '
        "of its own id"
    )


def judged(
    queries: Examples,
    corpus: Examples,
    relevant: Judgements | SameId | None,
    metric: RankingMetric,
) -> tuple[Relevant, ...]:
    """The documents that answer each query.

    Raises:
        DataError: PTM206, there is none, or one is not in the corpus; PTM207, all are.
        ArgumentError: a grade is no number.
    """
    row_of = {identity: row for row, identity in enumerate(corpus.ids)}
    if relevant == "id":
        relevant = {query: (query,) for query in queries.ids}
    given = _labels(queries) if relevant is None else relevant
    found: list[Relevant] = []
    for query in queries.ids:
        graded = _graded(query, given.get(query, ()))
        unknown = [each for each in graded if each not in row_of]
        if unknown:
            raise DataError(
                f"{queries.source}: query {clip(query, 40)} is answered by "
                f"{listed(unknown)}, and {corpus.source} has no such id (but "
                f"{listed(corpus.ids[:3])}, …): give each document its own, "
                '{"id": …, "text": …}',
                code="PTM206",
            )
        if not graded:
            raise DataError(
                f"{queries.source}: query {clip(query, 40)} has no document that "
                f"answers it, so that no ranking is right; {_lacking(query, relevant)}",
                code="PTM206",
            )
        rows = np.array([row_of[each] for each in graded], dtype=np.intp)
        its = Relevant(rows, np.array([*graded.values()], dtype=np.float64))
        if metric.tells_nothing_of(its, len(corpus)):
            raise DataError(
                f"{metric.name} is undefined over {corpus.source}: all of its "
                f"documents answer query {clip(query, 40)} alike, so that every "
                "ranking is right, whatever the model. Leave it out, or take a larger "
                "corpus",
                code="PTM207",
            )
        found.append(its)
    return tuple(found)


def _lacking(query: str, relevant: Judgements | None) -> str:
    """What to do about a query without a document."""
    if relevant is None or query in relevant:
        return "leave it out"
    return (
        f"relevant= has no such id (but {listed([*relevant][:3]) or 'none'}), and ids "
        "are texts: those of a column are read by load_examples(…, id=<column>)"
    )


def _labels(queries: Examples) -> Judgements:
    """What the labels say: an id, or several."""
    each = labels_of(queries)
    several = [label if isinstance(label, tuple) else (label,) for label in each]
    ids = [[str(one) for one in label] for label in several]
    return dict(zip(queries.ids, ids, strict=True))


def _graded(query: str, given: Mapping[str, float] | Iterable[str]) -> dict[str, float]:
    """The grades above 0 of one query's documents, by their ids."""
    if isinstance(given, str):
        given = (given,)
    if not isinstance(given, Mapping):
        return dict.fromkeys(given, 1.0)
    graded = cast("Mapping[str, float]", given)
    for identity, grade in graded.items():
        if not _is_finite(grade):
            raise ArgumentError(
                f"relevant: the grade of {identity!r} for {query!r} is {grade!r}; "
                "expected a number"
            )
    return {identity: float(grade) for identity, grade in graded.items() if grade > 0}


def _is_finite(grade: object) -> bool:
    return isinstance(grade, Real) and math.isfinite(grade)
