"""Any function of rows of words as a model of tags."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self, cast

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.prediction import Predicts
from pytest_ptm.ground.display import clip, listed
from pytest_ptm.ground.errors import BatchFailed, ModelError, PtmError
from pytest_ptm.models.functions import Alone, class_names_of
from pytest_ptm.models.known_functions import KnownFunction, refuse_no_function
from pytest_ptm.models.texts import number_of
from pytest_ptm.results import ModelCard
from pytest_ptm.tasks.protocol import Columns, Encoded, Rows, lists_of
from pytest_ptm.tasks.token_classification import TASK, Tagging

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WordLists:
    """Rows of words, as they will be handed over."""

    rows: tuple[Row, ...]

    def take(self, rows: Rows) -> Self:
        """These rows, in this order."""
        chosen: list[int] = rows.tolist()
        return type(self)(tuple([self.rows[row] for row in chosen]))


@dataclass(frozen=True)
class TagsWords(Predicts):
    """A Predictor over a function of rows of words."""

    card: ModelCard
    known: KnownFunction
    answer: Callable[[Sequence[Row]], NDArray[Any]]
    class_names: tuple[str, ...]
    number: int = field(kw_only=True)

    task = TASK.name

    @property
    def fingerprint(self) -> str:
        """Everything an answer depends on but the input.

        Raises:
            ModelError: PTM313, the function has changed since.
        """
        self.known.held()
        content = self.card.fingerprint
        return f"{content}-{self.number}" if self.number else content

    def encode(self, inputs: Columns) -> Encoded[WordLists]:
        """The rows as they are; each word counts as one token."""
        rows = tuple(lists_of(inputs, "words"))
        return Encoded(
            lengths=np.array([len(row) for row in rows], dtype=np.int32),
            keys=[_key(row) for row in rows],
            truncated=np.zeros(len(rows), dtype=np.bool_),
            payload=WordLists(rows),
        )

    @contextlib.contextmanager
    def unguarded(self) -> Generator[Self]:
        """The same, looked at before and behind all that it is asked."""
        self.known.held()
        # Who says a fingerprint is not looked at.
        said = replace(self.known, fingerprint=self.card.fingerprint)
        yield replace(self, known=said)
        self.known.held()

    def forward(self, batch: WordLists) -> Tagging:
        """The tags of one batch, each as sure as a function is of what it says.

        Raises:
            BatchFailed: the function raised an error of its own.
            ModelError: PTM313, it did not give a known tag for each word, or looks at
                other rows.
        """
        self.known.held()
        try:
            given = self.answer(batch.rows)
        # Neither a time limit, which is an OSError, nor a warning made an error is a
        # fault of the words.
        except (PtmError, OSError, Warning):
            raise
        except Exception as error:
            raise BatchFailed(f"{type(error).__name__}: {error}") from error
        tags = [tag for row in given for tag in row]
        return Tagging(
            counts=np.array([len(row) for row in batch.rows], dtype=np.int32),
            predicted=np.array(tags, dtype=np.int32),
            probabilities=np.ones(len(tags), dtype=np.float32),
            undecided=np.zeros(len(tags), dtype=np.bool_),
            class_names=self.class_names,
        )


def from_tagger(
    function: Callable[[list[list[str]]], object],
    *,
    tags: Sequence[str],
    name: str | None = None,
    fingerprint: str | None = None,
) -> TagsWords:
    """A model that tags words as a function does: rows of words in, rows of tags out.

    The function takes a list of rows, each a list of words, and gives a list of as many
    tags for each, all of them among ``tags``; what its library needs to know words by,
    such as spaCy's ``Doc(vocab, words=…)``, is up to it. Known, and tried once, as
    `from_function` does it.

    >>> def loud(rows):
    ...     return [["NAME" if word.isupper() else "O" for word in row] for row in rows]
    >>> from_tagger(loud, tags=["O", "NAME"]).predict([["HAL", "spoke"]])[0].said
    'NAME O'

    Raises:
        ArgumentError: it is no function, tags are repeated, or nothing says what its
            answers depend on.
    """
    refuse_no_function(function, of="from_tagger")
    names = class_names_of(tags, of="from_tagger")
    known = KnownFunction.of(function, fingerprint, by="from_tagger")
    card = known.card(name, names)

    def given(rows: Sequence[Row]) -> NDArray[Any]:
        found = np.empty(len(rows), dtype=object)
        said = function([list(row) for row in rows])
        found[:] = _checked(said, rows, names, by=known.reference)
        return found

    def worded(_: Row, numbers: Sequence[int]) -> str:
        return " ".join(names[number] for number in numbers)

    alone = Alone(given, known.reference, said=worded)

    def answer(rows: Sequence[Row]) -> NDArray[Any]:
        return alone.tried(given(rows), rows)

    return TagsWords(card, known, answer, names, number=number_of(fingerprint))


def _checked(
    given: object, rows: Sequence[Row], names: Sequence[str], *, by: str
) -> list[tuple[int, ...]]:
    """The numbers of the tags of each row.

    Raises:
        ModelError: PTM313, they are not one for each word, or one is unknown.
    """
    try:
        held = [list(row) for row in cast("Any", given)]
    except TypeError as error:
        raise ModelError(
            f"{by} gave {type(given).__name__}; expected a list of tags for each of "
            f"{len(rows):,} rows",
            code="PTM313",
        ) from error
    numbers = {name: number for number, name in enumerate(names)}
    if len(held) != len(rows):
        raise ModelError(
            f"{by} gave {len(held):,} rows of tags for {len(rows):,} of words",
            code="PTM313",
        )
    for words, tags in zip(rows, held, strict=True):
        unknown = [
            tag for tag in tags if not isinstance(tag, str) or tag not in numbers
        ]
        if len(tags) != len(words) or unknown:
            why = (
                f"the tag {unknown[0]!r:.40}, which is none of {listed(names)}"
                if unknown
                else f"{len(tags)} tags for {len(words)} words"
            )
            shown = clip(" ".join(words), 60)
            raise ModelError(f"{by} gave {why}, for {shown!r}", code="PTM313")
    return [tuple(numbers[tag] for tag in tags) for tags in held]


def _key(row: Row) -> bytes:
    # Lengths first: ("ab", "c") and ("a", "bc") are other words.
    text = f"{','.join(str(len(word)) for word in row)}:{''.join(row)}"
    return text.encode("utf-8", "surrogatepass")
