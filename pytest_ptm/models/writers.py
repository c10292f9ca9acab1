"""Any function from texts to texts as a model that writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.chats import SYSTEM, TURNS
from pytest_ptm.ground.display import clip, quoted
from pytest_ptm.ground.errors import ModelError, RowRefused
from pytest_ptm.models.functions import Alone
from pytest_ptm.models.known_functions import KnownFunction, refuse_no_function
from pytest_ptm.models.texts import AnswersTexts, Asked, PlainTexts, number_of
from pytest_ptm.tasks.protocol import Columns, Encoded, lists_of, texts_of
from pytest_ptm.tasks.text_generation import TASK, GeneratedTexts


@dataclass(frozen=True)
class WritesTexts(AnswersTexts):
    """A Predictor over a function that writes."""

    task = TASK.name

    def encode(self, inputs: Columns) -> Encoded[PlainTexts]:
        """The texts as they are.

        Raises:
            RowRefused: one stands in a chat, of which the function is not told.
        """
        told: list[Sequence[str] | Sequence[tuple[str, ...]]] = []
        if SYSTEM in inputs:
            told.append(texts_of(inputs, SYSTEM))
        if TURNS in inputs:
            told.append(lists_of(inputs, TURNS))
        for column in told:
            lost = next((row for row, said in enumerate(column) if said), None)
            if lost is not None:
                raise RowRefused(
                    lost,
                    f"{self.card.name} is a function of texts, and is not told what "
                    "stands before them in a chat; give it one text that has it all",
                )
        return super().encode(inputs)

    def forward(self, batch: PlainTexts) -> GeneratedTexts:
        """What is written for one batch, each text ended by itself."""
        return GeneratedTexts.of(self.asked(batch).tolist())


def from_writer(
    function: Callable[[list[str]], object],
    *,
    name: str | None = None,
    fingerprint: str | None = None,
) -> WritesTexts:
    """A model that writes as a function does: a list of texts in, as many texts out.

    A translation service, a chain of prompts, a rule. Known, and tried once, as
    `from_function` does it: what it writes depends on the text alone, and is not drawn.

    >>> from_writer(lambda texts: [text.upper() for text in texts]).predict("hi").text
    'HI'

    Raises:
        ArgumentError: it is no function, or nothing says what its answers depend on.
    """
    refuse_no_function(function, of="from_writer")
    known = KnownFunction.of(function, fingerprint, by="from_writer")

    def given(texts: Asked) -> NDArray[Any]:
        return _checked(function(list(cast("Sequence[str]", texts))), texts, known)

    alone = Alone(given, known.reference, said=lambda _, text: quoted(text, 60))

    def answer(texts: Asked) -> NDArray[Any]:
        known.held()
        return alone.tried(given(texts), texts)

    return WritesTexts(
        known.card(name),
        answer,
        held=known.held,
        plain=given,
        number=number_of(fingerprint),
    )


def _checked(given: object, texts: Asked, known: KnownFunction) -> NDArray[Any]:
    """The texts that a function gave, object[n].

    Raises:
        ModelError: PTM313, they are not one for each text, or one is none.
    """
    by = known.reference
    if isinstance(given, str) or not hasattr(given, "__iter__"):
        raise ModelError(
            f"{by} gave {type(given).__name__}; expected a list of {len(texts):,} "
            "texts",
            code="PTM313",
        )
    found = [*cast("Any", given)]
    if len(found) != len(texts):
        raise ModelError(
            f"{by} gave {len(found):,} texts for {len(texts):,}", code="PTM313"
        )
    for asked, text in zip(texts, found, strict=True):
        if not isinstance(text, str):
            raise ModelError(
                f"{by} gave {type(text).__name__} for {clip(str(asked), 60)!r}; "
                "expected a text",
                code="PTM313",
            )
    held = np.empty(len(found), dtype=object)
    held[:] = found
    return held
