"""Is a text closer in meaning to one text than to another?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.asking import Question, question
from pytest_ptm.behaviours.cases import cases_of
from pytest_ptm.behaviours.choice import AnyModel, answering
from pytest_ptm.behaviours.doubts import alike, blank, doubts
from pytest_ptm.behaviours.inquiry import MeanOfUnits, Units, run
from pytest_ptm.behaviours.marked import figures_by_group
from pytest_ptm.behaviours.reporting import result_over
from pytest_ptm.behaviours.rowwise import AllHeard, Asking, Rowwise, each_example
from pytest_ptm.behaviours.texts import Texts, texts_of
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.triples import FAR, NEAR
from pytest_ptm.engine.ask import Answers
from pytest_ptm.ground.display import clip, counted
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.results import Cost, Counts, Measurement, Outcomes, Result
from pytest_ptm.statistics.evidence import ShareOf
from pytest_ptm.tasks.protocol import Rows
from pytest_ptm.tasks.vectors.answers import Embeddings
from pytest_ptm.tasks.vectors.cosine import TIE, cosines

_NAME = "closer"


def evaluate_closer(
    model: AnyModel[Any],
    anchor: Texts,
    near: str | Sequence[str] | None = None,
    far: str | Sequence[str] | None = None,
) -> Result:
    """The share of texts that lie closer to what they are near than to the other.

    In [0, 1]. Closer is what has the larger cosine with the anchor; a tie (cosines
    within 1e-6, the rounding of float32) is not closer, and counts among the triples.
    It is the accuracy of triplets of Reimers and
    Gurevych 2019 ("Sentence-BERT", EMNLP), section 4.4.

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)`` or ``load_model(…)``.
        anchor: the texts; or triples, as ``load_triples`` reads them.
        near: of each a text that should be closer, unless ``anchor`` holds triples.
        far: of each one that should not, the same.

    Raises:
        ArgumentError: there is not one text of each kind.
        DataError: PTM217, two texts are the same, of which none can be closer; PTM207,
            all triples are ties.
        ModelError: the model is no sentence encoder, or cannot be loaded or asked.
    """
    return run(closer(model, anchor, near, far))


def closer(
    model: AnyModel[Any],
    anchor: Texts,
    near: str | Sequence[str] | None,
    far: str | Sequence[str] | None,
) -> Rowwise[Embeddings]:
    """The question behind `evaluate_closer`."""
    asked = question(model, _triples(anchor, near, far), answering(Embeddings))
    _refuse_alike(asked.examples)
    judged = _Judged(asked)
    return Rowwise(
        examples=asked.examples,
        units=Units.each(asked.examples),
        figure=MeanOfUnits(),
        askings=(each_example(asked), _of(asked, NEAR), _of(asked, FAR)),
        scoring=lambda heard, _: judged.right(heard).astype(np.float64),
        reporting=judged.result,
        unlimited=lambda: Units.each(asked.whole),
        of=asked.of,
    )


def _triples(
    anchor: Texts,
    near: str | Sequence[str] | None,
    far: str | Sequence[str] | None,
) -> Examples:
    """Triples as one row each: the anchor, and the two others beside it.

    Raises:
        ArgumentError: there is not one of each.
    """
    rows = texts_of(anchor)
    given = {NEAR: near, FAR: far}
    missing = [
        name for name, each in given.items() if each is None and name not in rows.inputs
    ]
    if missing:
        raise ArgumentError(
            f"{rows.source} has no texts that are {' and '.join(missing)}: give them "
            "too, assert_closer(model, anchor, near, far, …), or load it with "
            "load_triples"
        )
    found: dict[str, tuple[str, ...]] = {}
    for name, each in given.items():
        if each is None:
            found[name] = rows.inputs[name]
            continue
        texts = [each] if isinstance(each, str) else list(each)
        if len(texts) != len(rows):
            raise ArgumentError(
                f"{name}= has {counted(len(texts), 'text')} for "
                f"{counted(len(rows), 'anchor')}; give one for each"
            )
        found[name] = texts_of(texts).inputs["text"]
    return replace(rows, inputs={**rows.inputs, **found})


def _refuse_alike(examples: Examples) -> None:
    """Refuse a triple of which no model could find either text closer.

    Raises:
        DataError: PTM217.
    """
    pairs = zip(examples.inputs[NEAR], examples.inputs[FAR], strict=True)
    same = [
        row for row, (one, other) in enumerate(pairs) if one.strip() == other.strip()
    ]
    if same:
        raise DataError(
            f"{examples.source}: near and far of {clip(examples.ids[same[0]], 40)} are "
            f"the same text ({counted(len(same), 'such triple')}), and none can be "
            "closer; leave them out",
            code="PTM217",
        )


def _of(asked: Question[Embeddings], name: str) -> Asking[Embeddings]:
    """The texts of one other column, each for its triple."""
    rows = asked.examples
    inputs = {"text": rows.inputs[name]}
    every = np.arange(len(rows), dtype=np.intp)
    return Asking(asked.predictor, replace(rows, inputs=inputs), every)


@dataclass(frozen=True, slots=True)
class _Judged:
    """Triples, and how their texts are held against each other."""

    asked: Question[Embeddings]

    def right(self, heard: AllHeard[Embeddings]) -> NDArray[np.bool_]:
        """Of which triples the near text is closer, bool[n]."""
        near, far = self.both(heard)
        return near - far > TIE

    def both(
        self, heard: AllHeard[Embeddings]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The cosine of each anchor with either text, float64[n]."""
        anchor, near, far = (each.given.predictions.vectors for each in heard)
        return cosines(anchor, near), cosines(anchor, far)

    def result(self, heard: AllHeard[Embeddings], units: Rows) -> Result:
        """The share of these triples that are told apart as they should be."""
        asked = self.asked.part(units)
        near, far = self.both(heard)
        right, tied = self.right(heard), np.abs(near - far) <= TIE
        if tied.all():
            raise DataError(
                f"{_NAME} is undefined: all {len(units):,} triples of "
                f"{asked.examples.source} are ties, so that the model tells nothing "
                "apart. Look at its weights, and at how its vectors are made",
                code="PTM207",
            )

        def measure(rows: Rows) -> Measurement:
            hits, n = int(right[rows].sum()), len(rows)
            return Measurement.of(_NAME, hits / n, n, "higher", ShareOf(hits, n))

        wrong = np.flatnonzero(~right)
        answers = [each.given for each in heard]
        return result_over(
            asked,
            measure(np.arange(len(units), dtype=np.intp)),
            behaviour="closeness",
            parts=(_NAME,),
            by_group=[
                group
                for column in asked.examples.groups
                for group in figures_by_group(asked.examples, column, measure)
            ],
            cases=cases_of(
                asked.examples,
                wrong,
                severity=lambda row: float(far[row] - near[row]),
                expected=lambda _: "the second closer to the first",
                observed=lambda row: f"cosines {near[row]:.3f} and {far[row]:.3f}",
            ),
            failing=len(wrong),
            counts=_counts(answers, asked.examples),
            cost=sum((each.cost for each in answers), start=Cost()),
            notes=(
                *_ties(asked.examples, tied),
                *doubts(asked.examples, answers[0]),
            ),
            outcomes=Outcomes(
                ids=asked.examples.ids,
                right=right,
                scores=right.astype(np.float64),
                groups=asked.examples.groups,
                alike=alike(asked.examples),
            ),
        )


def _counts(answers: Sequence[Answers[Embeddings]], examples: Examples) -> Counts:
    truncated = np.stack([each.truncated for each in answers]).any(axis=0)
    return Counts(
        truncated=int(truncated.sum()), asked=len(examples), empty=blank(examples)
    )


def _ties(examples: Examples, tied: NDArray[np.bool_]) -> list[str]:
    rows = np.flatnonzero(tied)
    if not len(rows):
        return []
    first = clip(examples.ids[int(rows[0])], 40)
    return [
        f"{len(rows):,} of {len(examples):,} triples are ties (first: {first}): "
        "neither text is closer"
    ]
