"""Which words say which class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self, cast

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.models.prompts.alike import first_alike

WordsByClass = Mapping[str, str | Sequence[str]]
"""Class names and the word of each, or its words."""

_FOR_EXAMPLE = 'words={"positive": ["great", "good"], "negative": "terrible"}'


@dataclass(frozen=True, slots=True)
class LabelWords:
    """The words of each class, in the order that they were given in.

    A verbalizer, as Schick and Schütze 2021 ("Exploiting Cloze Questions for Few Shot
    Text Classification and Natural Language Inference", EACL) call it.
    """

    class_names: tuple[str, ...]
    words: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, given: WordsByClass) -> Self:
        """These words, once it is sure that each says one class.

        Raises:
            ArgumentError: there are not two classes, one has no word, or a word stands
                there twice.
        """
        if not isinstance(given, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance] - users pass what they like
            raise ArgumentError(
                f"words={given!r:.60}: expected the words of each class, such as "
                f"{_FOR_EXAMPLE}"
            )
        if len(given) < 2:
            raise ArgumentError(
                f"words= has {len(given)} of the two classes or more that a text may "
                f"be of; write them all, such as {_FOR_EXAMPLE}"
            )
        found = cls(
            tuple(_class_name(name) for name in given),
            tuple(_words(name, each) for name, each in given.items()),
        )
        found.refuse_alike(found.each, what="word")
        return found

    @property
    def by_class(self) -> dict[str, tuple[str, ...]]:
        """The words of each class, by its name."""
        return dict(zip(self.class_names, self.words, strict=True))

    @property
    def each(self) -> tuple[str, ...]:
        """All words, those of the first class first."""
        return tuple(word for words in self.words for word in words)

    @property
    def owners(self) -> tuple[str, ...]:
        """The class of each word, in their order."""
        given = zip(self.class_names, self.words, strict=True)
        return tuple(name for name, words in given for _ in words)

    def named(self) -> Iterator[tuple[str, str]]:
        """Each word with its class, as a message says it."""
        for name, words in zip(self.class_names, self.words, strict=True):
            for word in words:
                yield word, f"words=: {word!r} of class {name!r}"

    def refuse_alike(self, given: Sequence[object], *, what: str) -> None:
        """Refuse two words that are one to who reads them, such as a tokenizer.

        Raises:
            ArgumentError: the probability of one would count twice.
        """
        said = (said for _, said in self.named())
        if (alike := first_alike(said, given)) is not None:
            one, other = alike
            raise ArgumentError(
                f"{other} and {one.removeprefix('words=: ')} are the same "
                f"{what}, which would count twice; leave one of them out"
            )

    def logits(self, log_probabilities: NDArray[np.float64]) -> NDArray[np.float32]:
        """The logarithm of what the words of each class have together, float32[n, k].

        ``log_probabilities`` are float64[n, w], a column for each word.
        """
        counts = np.array([len(words) for words in self.words])
        starts = np.cumsum(counts) - counts
        found = np.logaddexp.reduceat(log_probabilities, starts, axis=1)
        return found.astype(np.float32)


def _class_name(name: object) -> str:
    if not isinstance(name, str) or not name:
        raise ArgumentError(
            f"words=: the class {name!r} is no text; write the name of each class as a "
            f"text, such as {_FOR_EXAMPLE}"
        )
    return name


def _words(name: str, given: object) -> tuple[str, ...]:
    words = [given] if isinstance(given, str) else given
    if not isinstance(words, list | tuple) or not words:
        raise ArgumentError(
            f"words=: the class {name!r} has {given!r:.60}; write one word or more "
            f"that say it, such as {_FOR_EXAMPLE}"
        )
    each = [_word(name, word) for word in cast("Sequence[object]", words)]
    if len(set(each)) < len(each):
        raise ArgumentError(f"words=: {listed(each)} of {name!r}: one is there twice")
    return tuple(each)


def _word(name: str, given: object) -> str:
    if not isinstance(given, str) or not given or given != given.strip():
        raise ArgumentError(
            f"words=: {given!r} of class {name!r} is no word: expected a text without "
            "spaces around it; what stands between it and the text is the template's"
        )
    return given
