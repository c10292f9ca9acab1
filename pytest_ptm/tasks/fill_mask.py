"""Fill-mask: which token belongs where a text has its mask."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol, Self, cast, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.ragged import Ragged
from pytest_ptm.ground.display import quoted
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.results import Answer
from pytest_ptm.tasks.protocol import Model, P, Payload, Predictor
from pytest_ptm.tasks.table import Table, Tabular
from pytest_ptm.tasks.task import Task, TextMark

MASK = "[MASK]"
"""The mask as every text here has it; a predictor puts its own token there."""

TOP_KEPT = 10
"""How many of the likeliest tokens an answer holds at each mask."""

TokenIds = tuple[int, ...]
Counts = NDArray[np.int32]


class Spelling(Protocol):
    """Whatever gives the word of a token id."""

    def __getitem__(self, token: int, /) -> str: ...


class _Ids:
    """Spells tokens where nobody is there who knows their words."""

    def __getitem__(self, token: int, /) -> str:
        return f"<id {token}>"


@dataclass(frozen=True)
class MaskedTokens(Tabular):
    """Answers of a masked language model, at each mask of each row.

    ``masks[i]`` is how many masks row i has; the masks of all rows stand one after the
    other, m in all. ``top_ids`` int32[m, k] and ``top_log_probabilities`` float32[m, k]
    are the likeliest tokens, the likeliest first. ``wanted[j]`` is how many tokens mask
    j was asked about by name; their ``log_probabilities`` float32[w] and ``ranks``
    int32[w] stand one after the other too. A rank is 1 for the likeliest; of tokens
    that are equally likely each has the last place, and ``ties`` says with how many
    others it shares it. Which words the ids are is the model's to say, who need not be
    loaded any more.
    """

    masks: Counts
    top_ids: NDArray[np.int32]
    top_log_probabilities: NDArray[np.float32]
    wanted: Counts
    log_probabilities: NDArray[np.float32]
    ranks: NDArray[np.int32]
    ties: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.masks)

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Rows with finite log-probabilities at all of their masks."""
        finite = np.isfinite(self.top_log_probabilities).all(axis=1)
        rows = np.repeat(np.arange(len(self)), self.masks)
        return np.bincount(rows[~finite], minlength=len(self)) == 0

    def columns(self) -> Table:
        """The masks of each row, and what was asked about by name at all of them."""
        asked = np.bincount(
            np.repeat(np.arange(len(self)), self.masks),
            weights=self.wanted,
            minlength=len(self),
        ).astype(np.int32)
        return Table(
            {
                "top_ids": Ragged(self.top_ids, self.masks),
                "top_log_probabilities": Ragged(self.top_log_probabilities, self.masks),
                "wanted": Ragged(self.wanted, self.masks),
                "log_probabilities": Ragged(self.log_probabilities, asked),
                "ranks": Ragged(self.ranks, asked),
                "ties": Ragged(self.ties, asked),
            },
            {},
        )

    @classmethod
    def from_columns(cls, table: Table) -> Self:
        """The same, made of its columns."""
        columns = cast("dict[str, Ragged]", table.columns)
        return cls(
            masks=columns["wanted"].counts,
            **{name: column.values for name, column in columns.items()},
        )

    @cached_property
    def predicted(self) -> NDArray[np.int32]:
        """The likeliest token at each mask, int32[m]."""
        return self.top_ids[:, 0]

    def differs(
        self, other: Self, *, tolerance: float | None = None
    ) -> NDArray[np.bool_]:
        """Rows whose likeliest token is another at some mask, bool[n].

        Tokens that share the first place are the answer together, as far as they are
        kept here. With a tolerance also those whose probability moves by more.
        """
        rows = np.repeat(np.arange(len(self)), self.masks)
        apart = self.predicted != other.predicted
        for place in np.flatnonzero(self._tied | other._tied).tolist():
            apart[place] = self._first(place) != other._first(place)
        moved = np.bincount(rows[apart], minlength=len(self)) > 0
        return moved if tolerance is None else moved | (self.shift(other) > tolerance)

    def shift(self, other: Self) -> NDArray[np.float64]:
        """How far the probability of the first answer moves, at most; float64[n].

        Exact while the token is among the likeliest of the other answer; beyond them
        it counts as having lost all of its probability.
        """
        mine = np.exp(self.top_log_probabilities[:, 0].astype(np.float64))
        same = other.top_ids == self.predicted[:, None]
        theirs = np.where(
            same, np.exp(other.top_log_probabilities.astype(np.float64)), 0.0
        ).sum(axis=1)
        largest = np.zeros(len(self))
        rows = np.repeat(np.arange(len(self)), self.masks)
        np.maximum.at(largest, rows, np.abs(mine - theirs))
        return largest

    def said(self, row: int) -> str:
        """The likeliest tokens at the masks of a row, by their ids."""
        return self.spelled(row, _Ids())

    def spelled(self, row: int, vocabulary: Spelling, most: int = 1) -> str:
        """The likeliest tokens at the masks of a row, with probabilities."""
        start = int(self.masks[:row].sum())
        places = range(start, start + int(self.masks[row]))
        return " + ".join(self.spelled_at(each, vocabulary, most) for each in places)

    def answer(self, row: int, vocabulary: Sequence[str] | None = None) -> Answer:
        """The likeliest word at each mask of one row."""
        known = _Ids() if vocabulary is None else vocabulary
        start = int(self.masks[:row].sum())
        best: list[int] = self.predicted[start : start + int(self.masks[row])].tolist()
        words = tuple(str(known[token]) for token in best)
        return Answer(self.spelled(row, known), words=words)

    def spelled_at(self, place: int, vocabulary: Spelling, most: int = 1) -> str:
        """The likeliest tokens at one mask, with probabilities."""
        ids = self.top_ids[place, :most].tolist()
        logs = self.top_log_probabilities[place, :most].tolist()
        return ", ".join(
            f"{vocabulary[token]} {math.exp(log):z.4f}"
            for token, log in zip(ids, logs, strict=True)
        )

    @property
    def _tied(self) -> NDArray[np.bool_]:
        """Masks whose first place is shared, bool[m]."""
        logs = self.top_log_probabilities
        return (logs[:, 1:2] == logs[:, :1]).any(axis=1)

    def _first(self, place: int) -> set[int]:
        """The tokens that share the first place at one mask."""
        logs = self.top_log_probabilities[place]
        ids: list[int] = self.top_ids[place][logs == logs[0]].tolist()
        return set(ids)


@runtime_checkable
class MaskedLanguageModel(Protocol):
    """What a predictor of this task also says, before it is asked anything."""

    @property
    def mask(self) -> str:
        """The model's own spelling of the mask, such as ``<mask>``."""
        ...

    @property
    def vocabulary(self) -> Sequence[str]:
        """The tokens by id, as a person reads them."""
        ...

    def pieces(
        self, before: Sequence[str], words: Sequence[str], after: Sequence[str]
    ) -> list[TokenIds | None]:
        """The tokens that each word is between what stands before and after it.

        Those of the filled text ``before + word + after`` at the place of the mask;
        other masks of the text stand there as ``[MASK]``. None (``()``) of a word that
        is unknown; ``None`` where the word has no tokens of its own, because they reach
        beyond it or the masked text has other tokens before the mask.
        """
        ...

    def maskable(self, texts: Sequence[str]) -> list[tuple[TokenIds, ...]]:
        """Places of the tokens that can be hidden, for each text, word by word.

        Places count from the first token of the encoded row. Special tokens, unknown
        ones and what truncation cuts off are not among them.
        """
        ...


AnyMaskedModel = Model | Predictor[Payload, MaskedTokens]
"""What the behaviours of this task take first: a handle, or a bound masked model."""


def masked_model(predictor: Predictor[Payload, P]) -> MaskedLanguageModel:
    """A bound model as one that also says its mask and its tokens.

    Raises:
        ArgumentError: it does not say them.
    """
    if not isinstance(predictor, MaskedLanguageModel):
        raise ArgumentError(
            f"model {predictor.card.name} answers {predictor.task} without saying its "
            "mask, vocabulary, pieces and maskable places"
        )
    return predictor


def with_own_mask(
    examples: Examples, predictor: Predictor[Payload, MaskedTokens]
) -> Examples:
    """The examples with ``[MASK]`` where the model's own mask stands."""
    own = masked_model(predictor).mask
    column = tuple(text.replace(own, MASK) for text in examples.inputs["text"])
    return replace(examples, inputs={"text": column})


def require_one_mask(examples: Examples) -> None:
    """Nothing, where every text has one mask.

    Raises:
        DataError: PTM211, one has none, or several.
    """
    for identity, text in zip(examples.ids, examples.inputs["text"], strict=True):
        found = text.count(MASK)
        if found != 1:
            many = "no mask" if not found else f"{found} masks"
            raise DataError(
                f"{examples.source}: {identity} has {many}, and exactly one is "
                f"asked about: {quoted(text)}. Write {MASK} where the word belongs",
                code="PTM211",
            )


def require_masks(
    examples: Examples, said: MaskedTokens, masks: int | Sequence[int] = 1
) -> None:
    """Nothing, where the model saw that many masks in every row, or in each.

    Raises:
        DataError: PTM212, a mask was cut off with the end of its text.
    """
    lost = np.flatnonzero(said.masks != np.array(masks))
    if len(lost):
        raise DataError(
            f"{examples.source}: the mask of {examples.ids[int(lost[0])]} lies beyond "
            f"what the model can see ({len(lost):,} such texts); shorten the text "
            "before the mask",
            code="PTM212",
        )


def have_masks(examples: Examples) -> bool:
    """Whether all texts have a mask."""
    return bool(len(examples)) and all(MASK in text for text in examples.inputs["text"])


TASK = Task(
    name="fill-mask",
    fields={"text": "text"},
    optional={"wanted": "numbers", "hidden": "numbers"},
    answers=MaskedTokens,
    suits=have_masks,
    mark=TextMark(MASK, with_own_mask, require_one_mask, require_masks),
    usual=True,
)
"""Numbers both: ``wanted`` names the tokens to report, each with its mask
(``wanted_tokens``); ``hidden`` are places of tokens that become masks, and are
themselves wanted there."""


def wanted_tokens(rows: Sequence[Sequence[Sequence[int]]]) -> Ragged:
    """Token ids by row and mask as the field ``wanted`` holds them.

    >>> wanted_tokens([[[7, 12], [], [3]]])[0].tolist()
    [[0, 7], [0, 12], [2, 3]]
    """
    pairs = [
        [(mask, token) for mask, tokens in enumerate(row) for token in tokens]
        for row in rows
    ]
    return Ragged.of(pairs, shape=(2,))
