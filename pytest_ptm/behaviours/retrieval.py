"""Does a query find the texts that answer it, in a corpus?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.asking import Question, question, rows_of
from pytest_ptm.behaviours.by_group import figures_by_group
from pytest_ptm.behaviours.cases import cases_of, shown
from pytest_ptm.behaviours.choice import AnyModel, answering
from pytest_ptm.behaviours.doubts import alike, blank, contents, doubts
from pytest_ptm.behaviours.inquiry import MeanOfUnits, Scores, Units, run
from pytest_ptm.behaviours.judgements import (
    Judgements,
    SameId,
    judged,
    require_judgements,
)
from pytest_ptm.behaviours.reporting import result_over
from pytest_ptm.behaviours.rowwise import AllHeard, Rowwise, each_example
from pytest_ptm.behaviours.texts import Texts, texts_of, without_labels
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import Answers, ask
from pytest_ptm.ground.digests import digest
from pytest_ptm.ground.display import clip, listed
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.metrics.ranking import (
    Ranking,
    RankingMetric,
    Relevant,
    ranked,
    ranking_metric,
)
from pytest_ptm.results import Counts, Measurement, Outcomes, Result
from pytest_ptm.statistics.evidence import MeanOf
from pytest_ptm.tasks.protocol import Payload, Predictor, Rows
from pytest_ptm.tasks.task import Task
from pytest_ptm.tasks.vectors.answers import Embeddings
from pytest_ptm.tasks.vectors.cosine import of_length_one

Similarity = Literal["cosine", "dot"]
"""By what vectors are compared: their directions, or their lengths too."""


def evaluate_retrieval(
    model: AnyModel[Any],
    queries: Texts,
    corpus: Texts,
    *,
    metric: str = "ndcg@10",
    relevant: Judgements | SameId | None = None,
    similarity: Similarity = "cosine",
) -> Result:
    """How well queries find the texts of a corpus that answer them, in [0, 1].

    The whole corpus is ranked for each query, exactly. The figure is the mean over
    queries. Ties go against it: of documents with one score (within 1e-6) the relevant
    ones come last.

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)`` or ``load_model(…)``.
        queries: Examples, or what ``load_examples`` takes; the label of each is the id
            of the document that answers it, or a list of several. Of a model of images
            and texts they may be images, as ``load_images`` reads them.
        corpus: the documents; Examples with their ids, or what ``load_examples`` takes;
            images for such a model.
        metric: ``ndcg`` (Järvelin and Kekäläinen 2002, with the grade as the gain, as
            TREC and BEIR have it), ``mrr`` (Voorhees 1999) or ``recall``, each of the
            first documents only with ``@`` and their number.
        relevant: in the place of labels, by the id of each query the ids of documents,
            or their grades; a grade of 0 is that of a document that does not answer it.
            "id": each query is answered by the document of its own id.
        similarity: by what vectors are compared, the "cosine" or the "dot" product.

    Raises:
        ArgumentError: ``metric``, ``relevant`` or ``similarity`` is wrong.
        DataError: PTM206, a query has no document that answers it, or one that is not
            in the corpus; PTM207, every ranking has one figure, of so few documents,
            where all answer a query, or each query finds itself; PTM208, two
            documents have one id.
        ModelError: the model is no sentence encoder, or cannot be loaded or asked.
    """
    return run(
        retrieval(
            model,
            queries,
            corpus,
            metric=metric,
            relevant=relevant,
            similarity=similarity,
        )
    )


def retrieval(
    model: AnyModel[Any],
    queries: Texts,
    corpus: Texts,
    *,
    metric: str,
    relevant: Judgements | SameId | None,
    similarity: Similarity,
) -> Rowwise[Embeddings]:
    """The question behind `evaluate_retrieval`."""
    wanted = ranking_metric(metric)
    if similarity not in get_args(Similarity):
        known = " or ".join(map(repr, get_args(Similarity)))
        raise ArgumentError(f"similarity={similarity!r}: expected {known}")
    require_judgements(relevant)
    rows = texts_of(queries, load=rows_of if relevant is None else without_labels)
    asked = question(model, rows, answering(Embeddings))
    given = _documents(texts_of(corpus, load=without_labels), wanted)
    # A corpus of images is asked of the same model, bound to images.
    looked_at = question(model, given, answering(Embeddings))
    documents = _alone(given, looked_at.task)
    answered_by = judged(asked.examples, documents, relevant, wanted)
    if looked_at.task.fields == asked.task.fields:
        _refuse_its_own(asked, documents, answered_by)
    found = _Search(
        asked, looked_at.predictor, documents, answered_by, wanted, similarity
    )
    return Rowwise(
        examples=asked.examples,
        units=Units.each(asked.examples),
        figure=MeanOfUnits(),
        askings=(each_example(asked),),
        scoring=found.scores,
        reporting=found.result,
        unlimited=lambda: Units.each(asked.whole),
        of=asked.of,
    )


def _documents(corpus: Examples, metric: RankingMetric) -> Examples:
    """The corpus, if it can be ranked.

    Raises:
        DataError: PTM201, it is empty; PTM207, PTM208.
    """
    if not len(corpus):
        raise DataError(f"{corpus.source} has 0 examples", code="PTM201")
    if len(set(corpus.ids)) < len(corpus):
        raise DataError(
            f"{corpus.source}: two documents have one id, and a query cannot say which "
            "of them answers it",
            code="PTM208",
        )
    if metric.tells_nothing_beyond and metric.at and metric.at >= len(corpus):
        raise DataError(
            f"{metric.name} is undefined over {corpus.source}: of {len(corpus):,} "
            f"documents all are among the first {metric.at:,}, whatever the model. "
            "Take fewer, or a larger corpus",
            code="PTM207",
        )
    return corpus


def _refuse_its_own(
    asked: Question[Embeddings], corpus: Examples, relevant: tuple[Relevant, ...]
) -> None:
    """Refuse queries that are all documents which answer them.

    Raises:
        DataError: PTM207.
    """
    queries = contents(_alone(asked.examples, asked.task))
    documents = contents(corpus)
    for query, its in zip(queries, relevant, strict=True):
        if all(documents[row] != query for row in its.rows.tolist()):
            return
    raise DataError(
        f"{asked.examples.source}: each query is itself the document that answers it, "
        "so that it finds itself, whatever the model. Take others as queries, such as "
        "the captions of images",
        code="PTM207",
    )


def _alone(corpus: Examples, task: Task) -> Examples:
    """The corpus without what may stand beside what is asked about."""
    (field,) = task.fields
    return Examples(
        corpus.ids,
        {name: each for name, each in corpus.inputs.items() if name == field},
        images={name: each for name, each in corpus.images.items() if name == field},
        source=corpus.source,
    )


@dataclass(frozen=True)
class _Search:
    """Queries, a corpus, and what each query should find in it.

    ``ranks``: the model, as it is asked about the corpus.
    """

    asked: Question[Embeddings]
    ranks: Predictor[Payload, Embeddings]
    corpus: Examples
    relevant: tuple[Relevant, ...]
    metric: RankingMetric
    similarity: Similarity

    @cached_property
    def documents(self) -> Answers[Embeddings]:
        """What the model says of the corpus: asked once, with the first queries."""
        return ask(self.ranks, self.corpus)

    @cached_property
    def _vectors(self) -> NDArray[np.float32]:
        return self._compared(self.documents.predictions)

    def _compared(self, said: Embeddings) -> NDArray[np.float32]:
        """Vectors whose products are what they are compared by."""
        if self.similarity == "cosine":
            return of_length_one(said.vectors)
        return said.vectors.astype(np.float32)

    def ranked(self, heard: AllHeard[Embeddings], units: Rows) -> list[Ranking]:
        """The rankings for these queries."""
        (answers,) = heard
        queries = self._compared(answers.given.predictions)
        chosen: list[int] = units.tolist()
        relevant = [self.relevant[unit] for unit in chosen]
        return list(ranked(queries, self._vectors, relevant))

    def scores(self, heard: AllHeard[Embeddings], units: Rows) -> Scores:
        """The figure of each ranking."""
        return np.array([self.metric.of(each) for each in self.ranked(heard, units)])

    def result(self, heard: AllHeard[Embeddings], units: Rows) -> Result:
        """The figure over these queries."""
        asked, name = self.asked.part(units), self.metric.name
        found = self.ranked(heard, units)
        scores = np.array([self.metric.of(each) for each in found])
        answers = heard[0].given

        def measure(rows: Rows) -> Measurement:
            some = scores[rows]
            evidence = MeanOf(some, least=0.0, most=1.0)
            return Measurement.of(
                name, float(some.mean()), len(rows), "higher", evidence
            )

        return result_over(
            asked,
            measure(np.arange(len(units), dtype=np.intp)),
            behaviour="retrieval",
            parts=(
                name,
                f"similarity:{self.similarity}",
                f"corpus:{self.corpus.fingerprint[:8]}",
                f"relevant:{self._digest()}",
            ),
            by_group=[
                group
                for column in asked.examples.groups
                for group in figures_by_group(asked.examples, column, measure)
            ],
            cases=cases_of(
                asked.examples,
                np.flatnonzero(scores < 1.0),
                severity=lambda row: float(1.0 - scores[row]),
                expected=lambda row: self._expected(int(units[row])),
                observed=lambda row: self._observed(found[row], float(scores[row])),
            ),
            failing=int((scores < 1.0).sum()),
            counts=self._counts(asked.examples, answers),
            cost=answers.cost + self.documents.cost,
            notes=[
                *doubts(asked.examples, answers),
                *(f"of the corpus: {said}" for said in self._doubts),
            ],
            outcomes=Outcomes(
                ids=asked.examples.ids,
                right=None,
                scores=scores,
                groups=asked.examples.groups,
                alike=alike(asked.examples),
            ),
        )

    @cached_property
    def _doubts(self) -> list[str]:
        return doubts(self.corpus, self.documents)

    def _digest(self) -> str:
        """Which documents answer which query, in a few letters."""
        said = [(its.rows.tolist(), its.grades.tolist()) for its in self.relevant]
        return digest(repr(said))

    def _counts(self, queries: Examples, answers: Answers[Embeddings]) -> Counts:
        cut = answers.truncated.sum() + self.documents.truncated.sum()
        return Counts(
            truncated=int(cut),
            asked=len(queries) + len(self.corpus),
            empty=blank(queries) + blank(self.corpus),
        )

    def _expected(self, unit: int) -> str:
        its = self.relevant[unit]
        best: list[int] = its.rows[np.argsort(-its.grades)].tolist()
        return f"{listed([self.corpus.ids[row] for row in best])} first"

    def _observed(self, found: Ranking, score: float) -> str:
        ranks = ", ".join(str(rank) for rank in found.ranks[:3].tolist())
        more = ", …" if len(found.ranks) > 3 else ""
        first = clip(shown(self.corpus, found.first), 60)
        return (
            f"at {ranks}{more} ({self.metric.name} {score:z.3f}); first "
            f"{self.corpus.ids[found.first]}: {first}"
        )
