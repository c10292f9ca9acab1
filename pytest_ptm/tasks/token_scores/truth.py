"""What is right of a text that is scored: the text itself, and how much of it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.columns import LabelMap
from pytest_ptm.datasets.examples import Examples, Label
from pytest_ptm.datasets.ragged import Rows
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results import Earlier
from pytest_ptm.tasks.protocol import Payload, Predictor
from pytest_ptm.tasks.token_scores.answers import TokenScores
from pytest_ptm.tasks.truth import Restored, Shift, WatchedNumber, why_lost

LIKELIHOOD = Shift(what="a mean log-probability", most=None, needed=True)
"""How two texts lie apart, in nats a token."""

BYTES, WORDS = 0, 1
"""The columns of what a text holds."""


@dataclass(frozen=True, slots=True)
class TextTruth:
    """How many bytes of UTF-8 and words each text has, int64[n, 2].

    Both are -1 where the first token of a text is not scored: the rest of it cannot be
    counted so. Words are what stands between whitespace. No text is right or wrong:
    some are likelier.
    """

    gold: NDArray[np.int64]
    names: None = None

    def take(self, rows: Rows) -> TextTruth:
        """What these texts hold."""
        return TextTruth(self.gold[rows])

    def positive(self, label: Label) -> NoReturn:
        """Nothing: there are no classes."""
        raise ArgumentError(
            f"positive={label!r} names a class, and these answers are probabilities of "
            "tokens; leave it out"
        )

    def right(self, said: TokenScores) -> None:
        """Nothing: a text is more or less likely."""

    def away(self, said: TokenScores) -> NDArray[np.float64]:
        """How surprising each text is, in nats a token; float64[n]."""
        return -said.means

    def codes(self, said: TokenScores) -> None:
        """Nothing: there are no classes."""

    def expected(self, row: int) -> str:
        """A likelier text, which no label is needed to say."""
        return "likelier tokens"

    def label(self, said: TokenScores, row: int) -> str:
        """How likely one text is."""
        return f"{said.means[row]:z.3f} nats a token"

    def require_same(self, other: TextTruth, name: str, theirs: str) -> None:
        """Nothing: a text is the same to all models."""

    def restored(self, earlier: Earlier, name: str) -> Restored[TokenScores]:
        """Nothing but what each row added to the figure, which a run keeps."""
        return why_lost(earlier.scores, self.gold)


def what_is_there(
    examples: Examples,
    predictor: Predictor[Payload, Any],
    *,
    label_map: LabelMap | None = None,
) -> TextTruth:
    """Bytes and words of the texts; labels are not looked at.

    Raises:
        ArgumentError: ``label_map=`` is given, and there is nothing to map.
    """
    if label_map is not None:
        raise ArgumentError(
            f"label_map= maps labels, and {predictor.task} asks how likely the texts "
            "themselves are; leave it out"
        )
    texts = examples.inputs["text"]
    if getattr(predictor, "skips_first", False) and "context" not in examples.inputs:
        return TextTruth(np.full((len(texts), 2), -1, dtype=np.int64))
    held = [(len(text.encode()), len(text.split())) for text in texts]
    return TextTruth(np.array(held, dtype=np.int64).reshape(len(texts), 2))


def the_likelihood(
    predictor: Predictor[Payload, Any], of: Label | None
) -> WatchedNumber[TokenScores]:
    """The mean log-probability of a text.

    Raises:
        ArgumentError: ``of=`` names a class.
    """
    if of is not None:
        raise ArgumentError(
            f"of={of!r} names a class, and {predictor.card.name} answers "
            f"{predictor.task} with probabilities of tokens; leave it out"
        )
    return WatchedNumber("the mean log-probability", lambda said: said.means)
