"""Any function of texts as a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.content import content_digest_of
from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ArgumentError, ModelError
from pytest_ptm.models.texts import (
    Asked,
    ClassifiesTexts,
    RatesTexts,
    checked_numbers,
    checked_probabilities,
    logits_of,
    number_of,
)
from pytest_ptm.results import ModelCard


def from_function(
    function: Callable[[Any], object],
    *,
    classes: Sequence[str] | None,
    multi_label: bool = False,
    name: str | None = None,
    fingerprint: str | None = None,
) -> ClassifiesTexts | RatesTexts:
    """A model that answers as a function does: texts in, probabilities out.

    The function takes a list of texts (of pairs, where the examples have a
    ``text_pair``) and gives float[n, k], a column for each of ``classes``. Rows sum to
    1, or with ``multi_label`` each class is decided by itself, above one half. With
    ``classes=None`` it gives numbers, float[n], and the task is text-regression.

    The model is known by the function's code, defaults, closure and globals, and by the
    content of what they hold; what cannot be read so is refused, and ``fingerprint``
    then says it: a text that changes whenever the answers may.

    >>> def polite(texts):
    ...     return [[0.1, 0.9] if "please" in text else [0.8, 0.2] for text in texts]
    >>> from_function(polite, classes=["rude", "polite"]).card.name
    'polite'

    Raises:
        ArgumentError: it is no function, classes are repeated, or nothing says what its
            answers depend on.
    """
    if not callable(function) or isinstance(function, type):
        raise ArgumentError(
            f"from_function: expected a function of texts, got {function!r:.80}"
        )
    names = None if classes is None else class_names_of(classes, of="from_function")
    if names is None and multi_label:
        raise ArgumentError("from_function: multi_label=True needs classes=[…]")
    called = str(getattr(function, "__name__", type(function).__name__))
    of = f"from_function({called})"
    content = _content(function, fingerprint, of)
    said = content_digest_of((of, content, names, multi_label), of=of)
    card = ModelCard(name or called, of, said)

    def held() -> None:
        # What it holds may be trained on; one fingerprint has one kind of answers.
        if fingerprint is None and _content(function, None, of) != content:
            raise ModelError(
                f"{of} is not the function it was: what it holds has changed since. "
                "Call from_function again after a change, and let the function itself "
                "change nothing",
                code="PTM313",
            )

    def answer(texts: Asked) -> NDArray[np.float64]:
        held()
        columns = None if names is None else len(names)
        found = checked_numbers(function(texts), texts, columns=columns, by=of)
        if names is None:
            return found
        checked_probabilities(found, texts, multi_label=multi_label, by=of)
        return logits_of(found, multi_label=multi_label)

    number = number_of(fingerprint)
    if names is None:
        return RatesTexts(card, answer, held=held, number=number)
    return ClassifiesTexts(card, answer, names, multi_label, held=held, number=number)


def class_names_of(classes: Sequence[object], *, of: str) -> tuple[str, ...]:
    """Names of classes, each its own.

    Raises:
        ArgumentError: there is none, two are alike, or a text stands for a list.
    """
    if isinstance(classes, str):
        raise ArgumentError(f"{of}: classes={classes!r} is one text; write a list")
    names = tuple(str(each) for each in classes)
    if not names or len(set(names)) < len(names):
        raise ArgumentError(
            f"{of}: classes are {listed(names) or 'none'}; expected a name for each, "
            "in the order of the columns"
        )
    return names


def _content(function: object, fingerprint: str | None, of: str) -> str:
    if fingerprint is None:
        return content_digest_of(function, of=of)
    if not isinstance(fingerprint, str) or not fingerprint:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ArgumentError(f"{of}: fingerprint={fingerprint!r} is no text")
    return f"said: {fingerprint}"
