"""Is a text closer in meaning to one text than to another?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytest_ptm.behaviours.asking import question
from pytest_ptm.behaviours.choice import AnyModel, answering
from pytest_ptm.behaviours.inquiry import run
from pytest_ptm.behaviours.rowwise import AllHeard, Rowwise
from pytest_ptm.behaviours.texts import Texts, texts_of
from pytest_ptm.behaviours.told_apart import ToldApart, Weighed, Words, beside
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.triples import FAR, NEAR
from pytest_ptm.ground.display import clip, counted
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.results import Result
from pytest_ptm.tasks.protocol import Rows
from pytest_ptm.tasks.vectors.answers import Embeddings
from pytest_ptm.tasks.vectors.cosine import TIE, cosines

_WORDS = Words(
    unit="triple",
    metric="closer",
    behaviour="closeness",
    of_one="near and far of {} are the same text",
    look_at="how its vectors are made",
    expected="the second closer to the first",
    observed="cosines {:.3f} and {:.3f}",
)


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
        DataError: PTM217, two texts are the same, of which none can be closer, or near
            is the anchor itself; PTM207, all triples are ties.
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
    return ToldApart(asked, (NEAR, FAR), _WORDS, _cosines).inquiry()


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
    triples = beside(rows, given, one="anchor")
    _refuse_itself(triples)
    return triples


def _refuse_itself(triples: Examples) -> None:
    """Refuse a triple that no model can have wrong.

    Raises:
        DataError: PTM217.
    """
    both = zip(triples.inputs["text"], triples.inputs[NEAR], strict=True)
    same = [row for row, (a, b) in enumerate(both) if a.strip() == b.strip()]
    if same:
        raise DataError(
            f"{triples.source}: near of {clip(triples.ids[same[0]], 40)} is its anchor "
            f"itself ({counted(len(same), 'such triple')}), and closer to every model; "
            "leave them out",
            code="PTM217",
        )


def _cosines(heard: AllHeard[Embeddings], units: Rows) -> Weighed:
    """The cosine of each anchor with either text."""
    anchor, near, far = (each.given.predictions.vectors for each in heard)
    return Weighed(cosines(anchor, near), cosines(anchor, far), within=TIE)
