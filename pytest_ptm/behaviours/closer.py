"""Is a text closer in meaning to one text than to another?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pytest_ptm.behaviours.asking import question
from pytest_ptm.behaviours.choice import AnyModel, answering
from pytest_ptm.behaviours.inquiry import run
from pytest_ptm.behaviours.rowwise import AllHeard, Rowwise
from pytest_ptm.behaviours.texts import Texts, texts_of
from pytest_ptm.behaviours.told_apart import (
    Others,
    ToldApart,
    Weighed,
    Words,
    alike_inputs,
    beside,
)
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
    observed="cosines {:z.3f} and {:z.3f}",
)


def evaluate_closer(
    model: AnyModel[Any],
    anchor: Texts,
    near: Others | None = None,
    far: Others | None = None,
) -> Result:
    """The share of texts that lie closer to what they are near than to the other.

    In [0, 1]. Closer is what has the larger cosine with the anchor; a tie (cosines
    within 1e-6, the rounding of float32) is not closer, and counts among the triples.
    It is the accuracy of triplets of Reimers and
    Gurevych 2019 ("Sentence-BERT", EMNLP), section 4.4.

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)`` or ``load_model(…)``.
        anchor: the texts; or triples, as ``load_triples`` reads them; or images, as
            ``load_images`` does, of a model of images and texts.
        near: of each a text that should be closer, unless ``anchor`` holds triples; or
            an image, the same.
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
    near: Others | None,
    far: Others | None,
) -> Rowwise[Embeddings]:
    """The question behind `evaluate_closer`."""
    triples = _triples(anchor, near, far)
    able = answering(Embeddings)
    if not triples.images:
        asked = question(model, triples, able)
        return ToldApart(asked, (NEAR, FAR), _WORDS, _cosines).inquiry()
    first = "image" if "image" in triples.images else "text"
    asked = question(model, triples.only(first), able)
    by = {
        name: question(model, _as_asked(triples, name), able).predictor
        for name in (NEAR, FAR)
    }
    # Chosen by the anchor alone; what is asked has the others beside it.
    row_of = {identity: row for row, identity in enumerate(triples.ids)}
    asked = replace(
        asked,
        examples=triples.take([row_of[each] for each in asked.examples.ids]),
        whole=triples,
    )
    return ToldApart(asked, (NEAR, FAR), _WORDS, _cosines, by=by).inquiry()


def _as_asked(triples: Examples, name: str) -> Examples:
    """One input of the triples as what a model is asked about."""
    alone = triples.only(name)
    if name in alone.images:
        return replace(alone, images={"image": alone.images[name]})
    return replace(alone, inputs={"text": alone.inputs[name]})


def _triples(
    anchor: Texts,
    near: Others | None,
    far: Others | None,
) -> Examples:
    """Triples as one row each: the anchor, and the two others beside it.

    Raises:
        ArgumentError: there is not one of each.
    """
    rows = texts_of(anchor)
    given = {NEAR: near, FAR: far}
    held = {*rows.inputs, *rows.images}
    missing = [
        name for name, each in given.items() if each is None and name not in held
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
    first = "image" if "image" in triples.images else "text"
    same = alike_inputs(triples, first, NEAR)
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
