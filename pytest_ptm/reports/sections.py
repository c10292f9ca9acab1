"""A document cut to a size: the most important items stay, and it says what went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pytest_ptm.ground.display import counted

# For the sentence that says what was left out.
_RESERVED = 500


@dataclass(frozen=True, slots=True)
class Item:
    """A line that stays or goes as a whole; items of a lower rank stay longer."""

    rank: int
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Section:
    """Items between an opening and a closing; without any item nothing of it shows."""

    opening: str
    items: Sequence[Item]
    closing: str


def assembled(head: str, sections: Sequence[Section], *, limit: int) -> str:
    """Head and sections, at most ``limit`` bytes of UTF-8."""
    places = [
        (item.rank, section, place)
        for section, each in enumerate(sections)
        for place, item in enumerate(each.items)
    ]
    kept: dict[int, set[int]] = {}
    left_out: Counter[str] = Counter()
    used = _size(head) + _RESERVED
    for _, number, place in sorted(places):
        section = sections[number]
        item = section.items[place]
        more = _size(item.text)
        if number not in kept:
            more += _size(section.opening) + _size(section.closing)
        if used + more > limit:
            left_out[item.kind] += 1
            continue
        used += more
        kept.setdefault(number, set()).add(place)
    parts = [head]
    if left_out:
        told = ", ".join(counted(n, kind) for kind, n in left_out.items())
        parts.append(
            f"**Left out, to stay within {limit:,} bytes: {told}.** "
            "The run document (`--ptm-json`) and the log have them all."
        )
    for number, section in enumerate(sections):
        if number in kept:
            lines = [section.items[place].text for place in sorted(kept[number])]
            parts.append("\n".join([section.opening, *lines, section.closing]))
    return "\n\n".join(parts) + "\n"


def _size(text: str) -> int:
    # Two line breaks at most follow a part.
    return len(text.encode()) + 2
