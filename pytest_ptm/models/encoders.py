"""Any function of texts as a sentence encoder, or of images as one of these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ArgumentError, ModelError
from pytest_ptm.models.functions import Alone
from pytest_ptm.models.given_arrays import Asked, handed_over, how_many, numbers_in
from pytest_ptm.models.images import AnswersImages, Reads, reads_images
from pytest_ptm.models.known_functions import KnownFunction, refuse_no_function
from pytest_ptm.models.texts import AnswersTexts, PlainTexts, number_of
from pytest_ptm.tasks.embedding import TASK as VECTORS
from pytest_ptm.tasks.image_embedding import TASK as IMAGES
from pytest_ptm.tasks.protocol import Columns, Encoded, texts_of
from pytest_ptm.tasks.similarity import TASK as PAIRS
from pytest_ptm.tasks.vectors.answers import Embeddings, Similarities


@dataclass(frozen=True)
class EncodesTexts(AnswersTexts):
    """One that gives a vector."""

    task = VECTORS.name

    def forward(self, batch: PlainTexts) -> Embeddings:
        """The vectors of one batch."""
        return Embeddings(self.asked(batch).astype(np.float32))


@dataclass(frozen=True)
class ComparesTexts(AnswersTexts):
    """One that gives the cosine of a pair, each of its texts asked by itself."""

    task = PAIRS.name

    def encode(self, inputs: Columns) -> Encoded[PlainTexts]:
        """Each pair as two rows, one after the other."""
        pairs = (texts_of(inputs, name) for name in ("text", "text_pair"))
        texts = [text for pair in zip(*pairs, strict=True) for text in pair]
        encoded = super().encode({"text": texts})
        n = len(texts) // 2
        return replace(
            encoded,
            truncated=np.zeros(n, dtype=np.bool_),
            parts=np.full(n, 2, dtype=np.int32),
        )

    def forward(self, batch: PlainTexts) -> Similarities:
        """The vectors of one batch, of which pairs are made."""
        return Similarities.of_texts(self.asked(batch).astype(np.float32))


@dataclass(frozen=True)
class EncodesImages(AnswersImages, EncodesTexts):  # pyright: ignore[reportIncompatibleMethodOverride]
    """One that gives a vector of an image."""

    task = IMAGES.name


def from_encoder(
    function: Callable[[list[Any]], object],
    *,
    task: Literal["embedding", "similarity"] = "embedding",
    reads: Reads = "texts",
    name: str | None = None,
    fingerprint: str | None = None,
) -> EncodesTexts | ComparesTexts:
    """A sentence encoder that answers as a function does: texts in, vectors out.

    The function takes a list of texts and gives float[n, d], such as
    ``SentenceTransformer(…).encode``. With ``task="similarity"`` it is asked for the
    cosine of pairs, ``text`` and ``text_pair``. With ``reads="images"`` it takes a list
    of PIL images, RGB and upright, and is asked about images alone. Known as
    `from_function` knows one.

    >>> def letters(texts):
    ...     return [[1 + text.count("a"), 1 + text.count("b")] for text in texts]
    >>> from_encoder(letters).predict("abba").vector
    (3.0, 3.0)

    Raises:
        ArgumentError: it is no function, there is no such task, or nothing says what
            its answers depend on.
    """
    refuse_no_function(function, of="from_encoder")
    kinds = {VECTORS.name: EncodesTexts, PAIRS.name: ComparesTexts}
    if task not in kinds:
        raise ArgumentError(
            f"from_encoder: task={task!r}: expected {' or '.join(map(repr, kinds))}"
        )
    sees = reads_images(reads, of="from_encoder")
    if sees and task != VECTORS.name:
        raise ArgumentError(
            f"from_encoder: task={task!r} is of pairs of texts; leave it out where "
            "images are read: assert_closer compares them"
        )
    known = KnownFunction.of(function, fingerprint, by="from_encoder")

    widths: set[int] = set()

    def given(texts: Asked) -> NDArray[np.float64]:
        handed = cast("list[Any]", handed_over(texts))
        found = _checked(function(handed), texts, by=known.reference)
        widths.add(found.shape[1])
        if len(widths) > 1:
            raise ModelError(
                f"{known.reference} gave vectors of {listed(sorted(widths))} numbers; "
                "all have to be of one length",
                code="PTM313",
            )
        return found

    alone = Alone(given, known.reference)

    def answer(texts: Asked) -> NDArray[np.float64]:
        known.held()
        return alone.tried(given(texts), texts)

    number = number_of(fingerprint)
    kind = EncodesImages if sees else kinds[task]
    card = known.card(name, IMAGES.name if sees else task)
    return kind(card, answer, held=known.held, plain=given, number=number)


def _checked(given: object, texts: Asked, *, by: str) -> NDArray[np.float64]:
    """One vector for each text, float64[n, d].

    Raises:
        ModelError: PTM313, they are something else.
    """
    try:
        found = numbers_in(given)
    # torch raises the last, of sparse tensors and of those that need a gradient.
    except (TypeError, ValueError, RuntimeError) as error:
        raise ModelError(
            f"{by} gave {type(given).__name__}, which is no array of numbers "
            f"({error}); expected a vector for each of {how_many(texts)}",
            code="PTM313",
        ) from error
    if found.ndim != 2 or len(found) != len(texts) or not found.shape[1]:
        raise ModelError(
            f"{by} gave an array of shape {found.shape}; expected a vector for each of "
            f"{how_many(texts)}, float[{len(texts)}, d]",
            code="PTM313",
        )
    return found
