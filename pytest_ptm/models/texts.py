"""Predictors over something that takes texts as they are: no tokens, nothing padded."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.display import clip
from pytest_ptm.ground.errors import BatchFailed, ModelError, PtmError
from pytest_ptm.models.predicting import Predicts
from pytest_ptm.results import ModelCard
from pytest_ptm.tasks.protocol import Columns, Encoded, Rows, texts_of
from pytest_ptm.tasks.text_classification import TASK as CLASSES
from pytest_ptm.tasks.text_classification import Classification
from pytest_ptm.tasks.text_regression import TASK as NUMBERS
from pytest_ptm.tasks.text_regression import Regression

Asked = Sequence[str] | Sequence[tuple[str, str]]
"""Texts, or pairs of them."""
Answer = Callable[[Asked], NDArray[np.float64]]
"""Scores float64[n, k], as logits are, or numbers float64[n]."""


@dataclass(frozen=True, slots=True)
class PlainTexts:
    """Texts or pairs, as they will be handed over."""

    texts: tuple[str | tuple[str, str], ...]

    def take(self, rows: Rows) -> Self:
        """These rows, in this order."""
        chosen: list[int] = rows.tolist()
        return type(self)(tuple([self.texts[row] for row in chosen]))


def _unchanged() -> None:
    """What cannot change, or is copied, is as it was."""


_numbers = itertools.count(1)


def number_of(said: str | None) -> int:
    """The number of a new object; who says a fingerprint says who else may answer."""
    return next(_numbers) if said is None else 0


@dataclass(frozen=True)
class AnswersTexts(Predicts):
    """All of such a Predictor but its task: who it is, and what it is asked.

    ``held`` raises where what it answers by has changed since. ``number``: of objects
    of one process each has its own, but for those whose maker says a fingerprint.
    """

    card: ModelCard
    answer: Answer
    held: Callable[[], None] = field(kw_only=True, default=_unchanged)
    number: int = field(kw_only=True)

    @property
    def fingerprint(self) -> str:
        """Everything an answer depends on but the input.

        Not all of that can be read: what a file, a patched module or the environment
        gives is none of an object's content. So two objects never answer for each
        other, though they may have one content, which the card shows.

        Raises:
            ModelError: PTM313, it has changed since.
        """
        self.held()
        content = self.card.fingerprint
        return f"{content}-{self.number}" if self.number else content

    def encode(self, inputs: Columns) -> Encoded[PlainTexts]:
        """The rows as they are; nothing is truncated, and each counts as one token."""
        texts = tuple(texts_of(inputs, "text"))
        if "text_pair" in inputs:
            rows = tuple(zip(texts, texts_of(inputs, "text_pair"), strict=True))
            return _encoded(rows, [_pair_key(*row) for row in rows])
        return _encoded(texts, [_bytes(text) for text in texts])

    def asked(self, batch: PlainTexts) -> NDArray[np.float64]:
        """What is said of one batch; an error of its own is found row by row."""
        try:
            return self.answer(list(batch.texts))  # pyright: ignore[reportArgumentType]
        # Neither a time limit, which is an OSError, nor a warning made an error is a
        # fault of the texts.
        except (PtmError, OSError, Warning):
            raise
        except Exception as error:
            raise BatchFailed(f"{type(error).__name__}: {error}") from error


@dataclass(frozen=True)
class ClassifiesTexts(AnswersTexts):
    """One that gives classes."""

    class_names: tuple[str, ...]
    multi_label: bool = False

    task = CLASSES.name

    def forward(self, batch: PlainTexts) -> Classification:
        """The scores of one batch."""
        scores = self.asked(batch).astype(np.float32)
        return Classification(scores, self.class_names, self.multi_label)


@dataclass(frozen=True)
class RatesTexts(AnswersTexts):
    """One that gives numbers."""

    task = NUMBERS.name

    def forward(self, batch: PlainTexts) -> Regression:
        """The numbers of one batch."""
        return Regression(self.asked(batch).astype(np.float32))


# Beyond these a float32 logit says no more, and 0 has no logarithm.
_LEAST, _MOST = 1e-38, 1 - 2.0**-53
# What rounding in float32, or in text of a service, leaves.
_ROUNDING = 1e-3


def logits_of(
    probabilities: NDArray[np.float64], *, multi_label: bool
) -> NDArray[np.float64]:
    """Logits that give these probabilities back."""
    bounded = np.clip(probabilities, _LEAST, _MOST if multi_label else 1.0)
    # NaN stays NaN: a row without an answer is refused by its id (PTM401).
    log = np.log(bounded)
    return log - np.log1p(-bounded) if multi_label else log


def checked_numbers(
    given: object, asked: Asked, *, columns: int | None, by: str
) -> NDArray[np.float64]:
    """What was given as an array of as many rows as texts.

    ``columns``: float64[n, columns]; None: float64[n].

    Raises:
        ModelError: PTM313, it is none.
    """
    wanted = (len(asked),) if columns is None else (len(asked), columns)
    try:
        found = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ModelError(
            f"{by} gave {type(given).__name__} for {len(asked):,} texts, which is no "
            f"array of numbers of shape {wanted} ({error})",
            code="PTM313",
        ) from error
    if found.shape != wanted:
        what = "a number" if columns is None else f"{columns} probabilities"
        raise ModelError(
            f"{by} gave an array of shape {found.shape} for {len(asked):,} texts; "
            f"expected {wanted}: {what} for each text, in their order",
            code="PTM313",
        )
    return found


def checked_probabilities(
    found: NDArray[np.float64], asked: Asked, *, multi_label: bool, by: str
) -> NDArray[np.float64]:
    """The same, where each row is one of probabilities.

    Raises:
        ModelError: PTM313, one is below 0 or above 1, or a row does not sum to 1 where
            exactly one class holds.
    """
    outside = ((found < -_ROUNDING) | (found > 1 + _ROUNDING)).any(axis=1)
    if outside.any():
        row = int(outside.argmax())
        raise ModelError(
            f"{by} gave {_listed(found[row])} for {_shown(asked[row])}; probabilities "
            "lie between 0 and 1. Of scores make some first, such as "
            "scipy.special.softmax(scores, axis=1)",
            code="PTM313",
        )
    sums = found.sum(axis=1)
    apart = np.abs(sums - 1) > _ROUNDING
    if not multi_label and apart.any():
        row = int(apart.argmax())
        raise ModelError(
            f"{by} gave {_listed(found[row])} for {_shown(asked[row])}, which sum to "
            f"{sums[row]:.4g} and not to 1. Where each class is decided by itself, say "
            "from_function(…, multi_label=True)",
            code="PTM313",
        )
    return found


def _encoded(
    rows: tuple[str | tuple[str, str], ...], keys: list[bytes]
) -> Encoded[PlainTexts]:
    return Encoded(
        lengths=np.ones(len(rows), dtype=np.int32),
        keys=keys,
        truncated=np.zeros(len(rows), dtype=np.bool_),
        payload=PlainTexts(rows),
    )


def _pair_key(first: str, second: str) -> bytes:
    # The length first: ("ab", "c") and ("a", "bc") are different pairs.
    data = _bytes(first)
    return len(data).to_bytes(8, "little") + data + _bytes(second)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _listed(row: NDArray[np.float64]) -> str:
    more = ", …" if len(row) > 5 else ""
    return f"[{', '.join(f'{value:.4g}' for value in row[:5])}{more}]"


def _shown(asked: str | tuple[str, str]) -> str:
    text = asked if isinstance(asked, str) else " | ".join(asked)
    return f'"{clip(text, 60)}"'
