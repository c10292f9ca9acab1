"""Any function of texts or images as a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ArgumentError, ModelError
from pytest_ptm.models.given_arrays import (
    Asked,
    checked_numbers,
    checked_probabilities,
    handed_over,
    in_order_of,
    kind_of,
    logits_of,
    shown,
)
from pytest_ptm.models.images import ClassifiesImages, Reads, reads_images
from pytest_ptm.models.known_functions import KnownFunction, refuse_no_function
from pytest_ptm.models.texts import ClassifiesTexts, RatesTexts, number_of

# What a service, or sums in another order, may leave between two answers to one text.
_ROUNDING = 1e-3


def from_function(
    function: Callable[[Any], object],
    *,
    classes: Sequence[str] | None,
    multi_label: bool = False,
    reads: Reads = "texts",
    name: str | None = None,
    fingerprint: str | None = None,
) -> ClassifiesTexts | RatesTexts:
    """A model that answers as a function does: texts in, probabilities out.

    The function takes a list of texts (of pairs, where the examples have a
    ``text_pair``) and gives float[n, k], a column for each of ``classes``. Rows sum to
    1, or with ``multi_label`` each class is decided by itself, above one half. With
    ``classes=None`` it gives numbers, float[n], and the task is text-regression.
    Columns of a frame go by their names. Once, a text is asked again by itself and in
    another order: an answer may depend on its own text only.

    With ``reads="images"`` it takes a list of PIL images instead, RGB and upright, and
    needs ``classes``; the task is image-classification.

    The model is known by the function's code, defaults, closure and globals, and by the
    content of what they hold; what cannot be read so is refused, and ``fingerprint``
    then says it: a text that changes whenever the answers may.

    >>> def polite(texts):
    ...     return [[0.1, 0.9] if "please" in text else [0.8, 0.2] for text in texts]
    >>> from_function(polite, classes=["rude", "polite"]).card.name
    'polite'

    Raises:
        ArgumentError: it is no function, classes are repeated or missing, or nothing
            says what its answers depend on.
    """
    refuse_no_function(function, of="from_function")
    names = None if classes is None else class_names_of(classes, of="from_function")
    if names is None and multi_label:
        raise ArgumentError("from_function: multi_label=True needs classes=[…]")
    sees = reads_images(reads, of="from_function")
    if sees and names is None:
        raise ArgumentError(
            "from_function: reads='images' needs classes=[…]: no figure here is of "
            "numbers that are said of images"
        )
    known = KnownFunction.of(function, fingerprint, by="from_function")
    said = (names, multi_label, reads) if sees else (names, multi_label)
    card, of = known.card(name, *said), known.reference

    def given(texts: Asked) -> NDArray[np.float64]:
        handed = handed_over(texts)
        if names is None:
            return checked_numbers(function(handed), texts, columns=None, by=of)
        array = in_order_of(function(handed), names, by=of)
        found = checked_numbers(array, texts, columns=len(names), by=of)
        return checked_probabilities(found, texts, multi_label=multi_label, by=of)

    alone = Alone(given, of)

    def scores(found: NDArray[np.float64]) -> NDArray[np.float64]:
        return found if names is None else logits_of(found, multi_label=multi_label)

    def answer(texts: Asked) -> NDArray[np.float64]:
        known.held()
        return scores(alone.tried(given(texts), texts))

    def plain(texts: Asked) -> NDArray[np.float64]:
        return scores(given(texts))

    number = number_of(fingerprint)
    if names is None:
        return RatesTexts(card, answer, held=known.held, plain=plain, number=number)
    kind = ClassifiesImages if sees else ClassifiesTexts
    return kind(
        card,
        answer,
        names,
        multi_label,
        held=known.held,
        plain=plain,
        number=number,
    )


def class_names_of(classes: Sequence[object], *, of: str) -> tuple[str, ...]:
    """Names of classes, each its own.

    Raises:
        ArgumentError: there is none, two are alike, a text stands for a list, or they
            have no order.
    """
    if isinstance(classes, str):
        raise ArgumentError(f"{of}: classes={classes!r} is one text; write a list")
    if isinstance(classes, set | frozenset | Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        # A set has another order in each process, and a mapping such as label2id the
        # one in which it was filled.
        raise ArgumentError(
            f"{of}: classes are a {type(classes).__name__}, whose order is not that of "
            "the columns; write a list"
        )
    names = tuple(str(each) for each in classes)
    if not names or len(set(names)) < len(names):
        raise ArgumentError(
            f"{of}: classes are {listed(names) or 'none'}; expected a name for each, "
            "in the order of the columns"
        )
    return names


def _as_it_is(_: object, answer: object) -> str:
    return f"{answer}"


class Alone:
    """Whether a text has the answer alone that it has beside others, tried once.

    ``given`` is asked some of the texts, pairs or rows of words, and gives numbers, or
    objects that are equal or not; ``said`` words an answer to one.
    """

    def __init__(
        self,
        given: Callable[[Any], NDArray[Any]],
        of: str,
        *,
        rounding: float = _ROUNDING,
        said: Callable[[Any, Any], str] = _as_it_is,
    ) -> None:
        self._given, self._of, self._done = given, of, False
        self._rounding, self._said = rounding, said

    def tried(self, found: NDArray[Any], texts: Sequence[Any]) -> NDArray[Any]:
        """The answers to these texts, unless others beside them change one.

        Raises:
            ModelError: PTM313, they do, or their order does.
        """
        if self._done or len(texts) < 2:
            return found
        last = len(texts) - 1
        # By itself for what is made of all rows, turned round for rows out of order.
        for rows in ([0], [last, 0]):
            again = self._given([texts[row] for row in rows])
            if not self._alike(again, found[rows], scale=found):
                kind, a_kind, first = kind_of(texts[:1]), "a text", f"{texts[0]!r:.60}"
                if kind == "image":
                    a_kind, first = "an image", shown(texts[0])
                now, before = (
                    self._said(texts[0], answer) for answer in (again[-1], found[0])
                )
                raise ModelError(
                    f"{self._of} answers {a_kind} otherwise beside others, or in "
                    f"another order: {now} for {first}, and {before} among "
                    f"{len(texts):,}. Let each row depend on its own {kind}, in their "
                    "order, and let nothing be drawn at random",
                    code="PTM313",
                )
        self._done = True
        return found

    def _alike(
        self,
        again: NDArray[Any],
        before: NDArray[Any],
        *,
        scale: NDArray[Any],
    ) -> bool:
        """Whether two answers differ by no more than other batches may make of one."""
        if scale.dtype == object:
            return again.tolist() == before.tolist()
        finite = np.abs(scale[np.isfinite(scale)])
        most = self._rounding * float(finite.max(initial=0.0))
        return np.allclose(again, before, rtol=0.0, atol=most, equal_nan=True)
