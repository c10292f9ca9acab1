"""Columns as a reader found them, not yet trusted."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import DataError
from pytest_ptm.ground.names import require_name

_SEPARATORS = re.compile(r"[\s_-]")
DEFAULT_ID = "id"
DEFAULT_TEXT = "text"
DEFAULT_PAIR = "text_pair"
"""Named as the field that a model of pairs is asked about: left out, it would be asked
about the first text alone, and nobody would see it."""

_READERS = {
    frozenset({"words"}): "Rows of words and tags are read by load_tagged(…)",
    frozenset({"question", "context"}): (
        "Questions about a context are read by load_questions(…)"
    ),
    frozenset({"anchor"}): "Triples of texts are read by load_triples(…)",
    frozenset({"messages"}): "Chats are read by load_chats(…)",
    frozenset({"conversations"}): (
        'Chats are read by load_chats(…, messages="conversations")'
    ),
    frozenset({"image"}): "Images are read by load_images(…)",
}
"""Who reads rows that have no text, by the columns that they have instead."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which columns the caller asked for.

    Without ``id`` a column named "id" is taken if there is one, and without
    ``text_pair`` one of that name, beside a text that is called "text".
    """

    text: str = DEFAULT_TEXT
    text_pair: str | None = None
    label: str | None = "label"
    groups: tuple[str, ...] = ()
    id: str | None = None
    choices: tuple[str, ...] = ()
    context: str | None = None
    called: tuple[str, str] = ("text", "label")
    """The arguments that name the columns with the text and with the label."""
    several: str = "choices"
    """The argument that names ``choices``."""
    pair_called: str = DEFAULT_PAIR
    """The argument that names the column with the second text."""

    def __post_init__(self) -> None:
        """Refuse a list, or anything else, in the place of a column's name.

        Raises:
            ArgumentError: a name is no text.
        """
        one = {
            self.called[0]: self.text,
            self.pair_called: self.text_pair,
            self.called[1]: self.label,
            "context": self.context,
            "id": self.id,
        }
        given = {argument: name for argument, name in one.items() if name is not None}
        for argument, name in given.items():
            require_name(argument, name, such_as=argument)
        for argument, names in (("groups", self.groups), (self.several, self.choices)):
            for name in names:
                require_name(argument, name, such_as="dialect")

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that must be there, each once."""
        one = (self.text, self.text_pair, self.context, self.label, self.id)
        named = (*one, *self.groups, *self.choices)
        return tuple(dict.fromkeys(name for name in named if name is not None))

    def among(self, available: Sequence[str], source: str) -> tuple[str, ...]:
        """The columns to read of those that are available.

        Raises:
            DataError: PTM204, one is missing; the message lists those there are.
        """
        for name in self.names:
            if name not in available:
                raise DataError(
                    f"{source} has no column {listed_short([name])}; it has "
                    f"{listed_short(available) or 'none'}. "
                    f"{self._remedy(name, available)}",
                    code="PTM204",
                )
        self._refuse_nearly_a_pair(available, source)
        usual = (name for name in self._usual if name in available)
        return tuple(dict.fromkeys((*self.names, *usual)))

    def absent(self, names: Sequence[str]) -> tuple[str, ...]:
        """Columns that are taken where they are there, and that the first row had not.

        No other row may have them.
        """
        return tuple(name for name in self._usual if name not in names)

    def pair(self, columns: Collection[str]) -> str | None:
        """Of these columns the one with the second text, if there is one."""
        if self._has_no_pair:
            return DEFAULT_PAIR if DEFAULT_PAIR in columns else None
        return self.text_pair

    @property
    def _usual(self) -> tuple[str, ...]:
        """The columns that are taken where they are there."""
        return (
            *((DEFAULT_ID,) if self.id is None else ()),
            *((DEFAULT_PAIR,) if self._has_no_pair else ()),
        )

    @property
    def _has_no_pair(self) -> bool:
        # Who names another text means that one, and says what goes with it.
        usual = self.text_pair is None and self.text == DEFAULT_TEXT
        return usual and DEFAULT_PAIR not in self.names

    def _refuse_nearly_a_pair(self, available: Sequence[str], source: str) -> None:
        if not self._has_no_pair or DEFAULT_PAIR in available:
            return
        near = _written_nearly(DEFAULT_PAIR, set(available) - set(self.names))
        if near:
            raise DataError(
                f"{source} has the column {listed_short([near])}, which would not be "
                f"asked about: only {DEFAULT_PAIR!r} is taken by itself. Write "
                f"text_pair={near!r}, or give it another name if it is no second text",
                code="PTM204",
            )

    def _remedy(self, name: str, available: Sequence[str]) -> str:
        near = _written_nearly(name, available)
        if name == DEFAULT_TEXT == self.called[0]:
            for columns, reader in _READERS.items():
                if columns <= {*available}:
                    return reader
        if near and name not in self.groups:
            return f"Name it with {self._argument(name)}={near!r}"
        if name == self.label:
            return self._no_label()
        if name in self.groups:
            return "Name the columns with groups=[…]"
        if name in self.choices:
            return f"Name it with {self.several}=…"
        return f"Name it with {self._argument(name)}=…"

    def _no_label(self) -> str:
        argument = self.called[1]
        said = f"Name it with {argument}=…"
        if argument == "label":
            return (
                f"{said}, or pass label=None for unlabelled data: "
                "load_examples(…, label=None)"
            )
        if argument == "references":
            return (
                "Name it with load_references(…, references=…), or pass "
                "references=None where none counts"
            )
        # Without its tags a row of words is of no use.
        return said if argument == "tags" else f"{said}, or pass {argument}=None"

    def _argument(self, name: str) -> str:
        named = {
            self.text: self.called[0],
            self.text_pair: self.pair_called,
            self.context: "context",
            self.label: self.called[1],
        }
        return named.get(name, "id")


@dataclass(frozen=True, slots=True)
class SourceTable:
    """Columns of values, and where each row stands in its source.

    ``lines`` holds the line each row begins at; without it rows count from 1 and are
    called rows. ``label_names`` are what a source calls the classes that its labels
    number, where it says so.
    """

    source: str
    columns: Mapping[str, Sequence[object]]
    lines: array[int] | None = None
    label_names: tuple[str, ...] | None = None

    def where(self, row: int) -> str:
        """The place of a row as a person finds it."""
        if self.lines is None:
            return f"{self.source} row {row + 1}"
        return f"{self.source} line {self.lines[row]}"

    def places(self, rows: Sequence[int], *, most: int = 3) -> str:
        """The places of several rows, without the source's name."""
        unit = "row" if self.lines is None else "line"
        found = [
            str(row + 1 if self.lines is None else self.lines[row])
            for row in rows[:most]
        ]
        if len(rows) > most:
            found.append(f"{len(rows) - most} more")
        if len(found) == 1:
            return f"{unit} {found[0]}"
        return f"{unit}s {', '.join(found[:-1])} and {found[-1]}"


def _written_nearly(name: str, available: Iterable[str]) -> str | None:
    """The name that differs in case, spaces or hyphens alone, if there is one."""
    plain = _SEPARATORS.sub("", name).lower()
    return next(
        (
            each
            for each in available
            # Dictionaries and data sets may call columns by numbers.
            if isinstance(each, str) and _SEPARATORS.sub("", each).lower() == plain  # pyright: ignore[reportUnnecessaryIsInstance]
        ),
        None,
    )


def listed_short(names: Iterable[object]) -> str:
    """Names in quotes, each cut to what a person would call a name."""
    return listed(
        f"{name[:60]}…" if isinstance(name, str) and len(name) > 60 else name
        for name in names
    )


def refuse_repeated(names: Iterable[str], available: Sequence[str], where: str) -> None:
    """Refuse to choose between two columns of one name.

    Raises:
        DataError: PTM203.
    """
    times = Counter(available)  # a file may have thousands of columns
    twice = sorted({name for name in names if times[name] > 1})
    if twice:
        raise DataError(
            f"{where} names columns twice: {listed_short(twice)}", code="PTM203"
        )


def an(name: str) -> str:
    """A column by name, with its article: ``an 'id'``, ``a 'text_pair'``."""
    return f"{'an' if name[:1] in 'aeiou' else 'a'} {name!r}"
