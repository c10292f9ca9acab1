"""What is written around a text, and where the word stands that says its class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Self

from pytest_ptm.ground.display import quoted
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.ground.unknown import unknown
from pytest_ptm.tasks.protocol import Columns, texts_of

_TEXT, _PAIR, _WORD = "text", "text_pair", "mask"
_KNOWN = (_TEXT, _PAIR, _WORD)
_FOR_EXAMPLE = '"{text} It was {mask}."'

_ONE_WORD = "{mask}, and one word says the class; write {mask} once, where it belongs"

Row = tuple[str, ...]
"""The texts of one question, one for each field of the template."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Letters that stand in every prompt, or the name of what is put in their place."""

    letters: str = ""
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """A prompt with places for the texts of a question and for one word.

    What stands in a text is never read as a place.
    """

    written: str
    before: tuple[_Part, ...]
    after: tuple[_Part, ...]
    has_word: bool = True

    @classmethod
    def parsed(cls, written: str) -> Self:
        """The template that somebody wrote: ``{text}``, ``{text_pair}``, ``{mask}``.

        >>> Template.parsed("{text} It was {mask}.").around(("Lovely.",))
        ('Lovely. It was ', '.')

        Without ``{mask}`` all of it is read before the word is written.

        Raises:
            ArgumentError: a place is missing, unknown or there twice, or a text touches
                the word.
        """
        parts = _parts(written)
        names = [part.field for part in parts if part.field is not None]
        for name in names:
            if name not in _KNOWN:
                known = tuple(f"{{{each}}}" for each in _KNOWN)
                raise _wrong(written, unknown("place", f"{{{name}}}", known))
        if _TEXT not in names:
            raise _wrong(written, "no {text}: every example would be asked the same")
        if names.count(_WORD) > 1:
            raise _wrong(written, f"{names.count(_WORD)} {_ONE_WORD}")
        if _WORD not in names:
            return cls(written, tuple(parts), (), has_word=False)
        place = parts.index(_Part(field=_WORD))
        before, after = parts[:place], parts[place + 1 :]
        _refuse_touching(written, before[-1:], after[:1])
        return cls(written, tuple(before), tuple(after))

    def require_word(self) -> None:
        """Nothing, where the word has a place.

        Raises:
            ArgumentError: it has none.
        """
        if not self.has_word:
            raise _wrong(self.written, f"no {_ONE_WORD}")

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of a question that have a place in it."""
        named = {part.field for part in (*self.before, *self.after)}
        return tuple(name for name in (_TEXT, _PAIR) if name in named)

    @property
    def tried(self) -> tuple[str, str]:
        """What stands before the word and after it, a plain word being each text."""
        return self.around(("word",) * len(self.fields))

    @property
    def letters(self) -> str:
        """What stands in every prompt, whatever the texts are."""
        return "".join(part.letters for part in (*self.before, *self.after))

    def around(self, row: Row) -> tuple[str, str]:
        """What stands before the word and after it, in the prompt of one question."""
        given = dict(zip(self.fields, row, strict=True))
        before, after = (
            "".join(
                part.letters if part.field is None else given[part.field]
                for part in parts
            )
            for parts in (self.before, self.after)
        )
        return before, after

    def rows(self, inputs: Columns) -> list[Row]:
        """The texts of each question, in the order of ``fields``.

        Raises:
            ArgumentError: the template has a place for a text that there is not, or
                none for one that there is.
        """
        if _PAIR in self.fields and _PAIR not in inputs:
            raise _wrong(
                self.written,
                "{text_pair}, and the examples have no second text; load them with "
                "text_pair=<column>",
            )
        if _PAIR in inputs and _PAIR not in self.fields:
            raise _wrong(
                self.written,
                "no {text_pair}, and the examples have a second text, which nobody "
                "would see; write {text_pair} where it belongs, or load the examples "
                "without it",
            )
        columns = [texts_of(inputs, field) for field in self.fields]
        return list(zip(*columns, strict=True))


def _parts(written: str) -> list[_Part]:
    if not isinstance(written, str):  # pyright: ignore[reportUnnecessaryIsInstance] - users pass what they like
        raise ArgumentError(
            f"template={written!r:.60}: expected a text such as {_FOR_EXAMPLE}"
        )
    found: list[_Part] = []
    try:
        for letters, field, spec, conversion in Formatter().parse(written):
            if letters:
                found.append(_Part(letters))
            if spec or conversion:
                raise _wrong(written, "more than a name between { and }; write {text}")
            if field is not None:
                found.append(_Part(field=field))
    except ValueError as error:
        raise _wrong(
            written, f"braces that do not close ({error}); write {{{{ for a {{ itself"
        ) from None
    return found


def _refuse_touching(
    written: str, before: Sequence[_Part], after: Sequence[_Part]
) -> None:
    """Refuse a text beside the word: which tokens the word is would hang on it."""
    for part, order in ((before, "{{{}}}{{mask}}"), (after, "{{mask}}{{{}}}")):
        if part and part[0].field is not None:
            touching = order.format(part[0].field)
            raise _wrong(
                written,
                f"{touching} with nothing between, so that the tokens of a word would "
                "depend on each text; write a space or a sign there",
            )


def _wrong(written: str, what: str) -> ArgumentError:
    return ArgumentError(f"template={quoted(written)} has {what}")
