"""Sentences that say of a text which class it has, one for each class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Self, cast

from pytest_ptm.ground.display import listed, quoted
from pytest_ptm.ground.errors import ArgumentError

Classes = Sequence[str] | Mapping[str, str]
"""Names of classes, or each with the phrase that says it in a sentence."""

_FOR_EXAMPLE = (
    'classes=["politics", "sport"], or {"pos": "a good film", "neg": "a bad"}'
)


@dataclass(frozen=True, slots=True)
class Hypotheses:
    """The hypothesis of each class, in the order that the classes were given in.

    ``written`` is the sentence with ``{}`` where the phrase of a class stands.
    """

    written: str
    class_names: tuple[str, ...]
    phrases: tuple[str, ...]

    @classmethod
    def of(
        cls, classes: Classes, written: str, *, least: int, called: str = "hypothesis"
    ) -> Self:
        """The hypotheses of ``least`` classes or more, no two of them the same.

        ``called``: the argument that a user gave the sentence as.

        >>> Hypotheses.of(["joy", "fear"], "It is {}.", least=2).each
        ('It is joy.', 'It is fear.')

        Raises:
            ArgumentError: there are fewer classes, one is no text or there twice, or
                the sentence has no ``{}``, or more.
        """
        names, phrases = _named(classes)
        if len(names) < least:
            raise ArgumentError(
                f"classes={classes!r:.60}: expected {least} classes or more, each with "
                f"a name: {_FOR_EXAMPLE}"
            )
        for given in (names, phrases):
            if twice := sorted({each for each in given if given.count(each) > 1}):
                raise ArgumentError(
                    f"classes= has {listed(twice)} twice, and two classes that are "
                    "said alike are never told apart; leave one out"
                )
        _refuse_unwritten(written, called)
        return cls(written, names, phrases)

    @property
    def by_class(self) -> dict[str, str]:
        """The phrase of each class, by its name."""
        return dict(zip(self.class_names, self.phrases, strict=True))

    @property
    def each(self) -> tuple[str, ...]:
        """The sentence of each class."""
        return tuple(self.written.format(phrase) for phrase in self.phrases)


_SENTENCES = {"hypothesis": "This example is {}.", "templates": "a photo of a {}."}


def _named(classes: object) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if isinstance(classes, Mapping):
        given = cast("Mapping[object, object]", classes)
        return _texts(given), _texts(given.values())
    if not isinstance(classes, list | tuple):
        raise ArgumentError(
            f"classes={classes!r:.60}: expected a list of names, or a mapping of names "
            f"and phrases: {_FOR_EXAMPLE}"
        )
    names = _texts(cast("Sequence[object]", classes))
    return names, names


def _texts(given: object) -> tuple[str, ...]:
    each = tuple(cast("Sequence[object]", given))
    for text in each:
        if not isinstance(text, str) or not text.strip():
            raise ArgumentError(
                f"classes= has {text!r:.60}; every class has one name and one phrase, "
                "each a text. Several wordings are several models: hold them against "
                "each other with assert_agrees"
            )
    return cast("tuple[str, ...]", each)


def _refuse_unwritten(written: object, called: str) -> None:
    example = _SENTENCES[called]
    if not isinstance(written, str):
        raise ArgumentError(
            f"{called}={written!r:.60}: expected a sentence with {{}} where a class "
            f'stands, such as "{example}"'
        )
    try:
        parts = list(Formatter().parse(written))
    except ValueError as error:
        raise ArgumentError(
            f"{called}={quoted(written)} has braces that do not close ({error}); "
            "write {{ for a { itself"
        ) from None
    places = [part for part in parts if part[1] is not None]
    if len(places) != 1 or places[0][1:] != ("", "", None):
        raise ArgumentError(
            f"{called}={quoted(written)}: expected one {{}}, where the phrase of a "
            f'class stands, such as "{example}"; {{{{ is a brace'
        )
