"""What is right of a row of words: a tag for each of them.

IOB1 and IOB2: Ramshaw and Marcus, "Text chunking using transformation-based learning",
1995, and Tjong Kim Sang and Veenstra, "Representing text chunks", EACL 1999, which
names them; IOBES and BILOU mark the ends of entities as well (Ratinov and Roth, CoNLL
2009).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ArgumentError

OUTSIDE = "O"
"""The tag of a word that belongs to no entity."""

Scheme = Literal["IOB1", "IOB2", "IOBES", "BILOU"]
"""How tags say where entities begin and end."""

SCHEMES: tuple[Scheme, ...] = ("IOB1", "IOB2", "IOBES", "BILOU")

PREFIXES_OF: Mapping[Scheme, str] = {
    "IOB1": "BI",
    "IOB2": "BI",
    "IOBES": "BIES",
    "BILOU": "BILU",
}
"""What tags of entities begin with in each."""

_PREFIXES = frozenset("BIESLU")
_BEGIN = frozenset("BSU")
_END = frozenset("ESLU")


_ALSO_CALLED: Mapping[str, Scheme] = {
    "BIO": "IOB2",
    "BIO2": "IOB2",
    "IOB": "IOB1",
    "BIO1": "IOB1",
    "BIOES": "IOBES",
    "BILOU": "BILOU",
    "BIOUL": "BILOU",
}


def require_scheme(given: object) -> None:
    """Nothing, where this is the name of a scheme.

    Raises:
        ArgumentError: it is none; of what many call one the message says which.
    """
    if given in SCHEMES:
        return
    name = str(given).upper()
    meant = name if name in SCHEMES else _ALSO_CALLED.get(name)
    hint = "" if meant is None else f"; say {meant!r}"
    raise ArgumentError(f"scheme={given!r}: expected {listed(SCHEMES)}{hint}")


@dataclass(frozen=True, slots=True)
class Tags:
    """A tag for each word of a row, in their order; a tuple of labels is a set.

    >>> Tags(("B-person", "I-person", "O")).each[0]
    'B-person'
    """

    each: tuple[str | int, ...]

    def __len__(self) -> int:
        return len(self.each)


def parted(tag: str) -> tuple[str, str] | None:
    """Where in an entity a word stands, and of which type that is.

    None of a tag that says no such thing, such as a part of speech.

    >>> parted("B-person"), parted("O"), parted("NN")
    (('B', 'person'), ('O', ''), None)
    """
    if tag == OUTSIDE:
        return OUTSIDE, ""
    prefix, dash, kind = tag.partition("-")
    return (prefix, kind) if dash and kind and prefix in _PREFIXES else None


def scheme_of(names: Sequence[str]) -> Scheme | None:
    """How tags with these names look to mark entities; None where they mark none.

    What is IOB1 looks like IOB2: nobody sees it of the names.
    """
    found = [parted(name) for name in names]
    prefixes = {each[0] for each in found if each is not None}
    if None in found or not prefixes - {OUTSIDE}:
        return None
    if prefixes & {"E", "S"}:
        return "IOBES"
    return "BILOU" if prefixes & {"L", "U"} else "IOB2"


def mapped_tag(tag: str, known: Mapping[str, str]) -> str | None:
    """A tag by a map of whole tags or of types; None where it has neither.

    A type keeps where the word stands, and ``O`` stays, unless the map says otherwise.

    >>> mapped_tag("B-PER", {"PER": "person"}), mapped_tag("I-PER", {"PER": "O"})
    ('B-person', 'O')
    """
    if tag in known:
        return known[tag]
    place = parted(tag)
    if tag == OUTSIDE or place is None:
        return tag if tag == OUTSIDE else None
    kind = known.get(place[1])
    return kind if kind is None or kind == OUTSIDE else f"{place[0]}-{kind}"


def rewritten(tags: Sequence[str], scheme: Scheme) -> tuple[str, ...]:
    """The same entities in another scheme; what is misplaced begins one of its own.

    >>> rewritten(["I-person", "I-person", "O"], "IOBES")
    ('B-person', 'E-person', 'O')

    Raises:
        ValueError: a tag is of no entity and not ``O``.
    """
    words = [parted(tag) for tag in tags]
    if None in words:
        raise ValueError(f"{tags[words.index(None)]} is no tag of an entity")
    known = [word for word in words if word is not None]
    begins = [_begins(known, place) for place in range(len(known))]
    return tuple(
        tag
        if tag == OUTSIDE
        else f"{_prefix(known, begins, place, scheme)}-{known[place][1]}"
        for place, tag in enumerate(tags)
    )


def misplaced(tags: Sequence[str], scheme: Scheme) -> int | None:
    """The first word whose tag cannot stand there in this scheme."""
    then = rewritten(tags, scheme)
    return next((at for at, tag in enumerate(tags) if tag != then[at]), None)


def _begins(words: Sequence[tuple[str, str]], place: int) -> bool:
    """Whether an entity begins with this word, if it is of one."""
    prefix, kind = words[place]
    if place == 0 or prefix in _BEGIN:
        return True
    before, of = words[place - 1]
    return of != kind or before in _END


def _prefix(
    words: Sequence[tuple[str, str]], begins: list[bool], place: int, scheme: Scheme
) -> str:
    first = begins[place]
    if scheme == "IOB2":
        return "B" if first else "I"
    if scheme == "IOB1":
        touches = place > 0 and words[place - 1][1] == words[place][1]
        return "B" if first and touches else "I"
    after = place + 1
    last = (
        after == len(words)
        or words[place][0] in _END
        or begins[after]
        or words[after][0] == OUTSIDE
    )
    alone, end = ("S", "E") if scheme == "IOBES" else ("U", "L")
    if first:
        return alone if last else "B"
    return end if last else "I"
