"""Sentences with names of people, places and companies, and a tag for each word."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

FIRST = {
    "north": "Anna Erik Ingrid Lars Freya Nils Astrid Sven Liv Olav Signe Harald",
    "south": "Carla Mateo Lucia Diego Elena Pablo Rosa Marco Ines Hugo Paula Bruno",
}
LAST = {
    "north": "Berg Lund Dahl Holm Strand Vik Moen Haugen Solberg Nilsen Bakke Lie",
    "south": "Costa Rossi Vega Marin Rojas Silva Moreno Conti Ferri Pinto Luna Soto",
}
PLACES = (
    "Oslo Turin Bergen Porto Malmo Sevilla Uppsala Bari Aarhus Valencia Tromso Faro "
    "Lund_Bay Monte_Alto North_Haven Santa_Clara Old_Harbour Villa_Nova"
)
FIRMS = (
    "Nordbank Solaris Fjordtech Vinoteca Helios_Foods Polar_Freight Terra_Press "
    "Aurora_Air Delta_Motors Lumen_Systems"
)
PATTERNS = (
    "{person} works for {firm} in {place} .",
    "{person} moved from {place} to {place} last year .",
    "the office of {firm} in {place} is closed today .",
    "yesterday {person} met {person} at the station .",
    "{firm} has made {person} head of sales .",
    "did {person} call {firm} about the bill ?",
    "a friend of {person} lives near {place} .",
    "rain is expected in {place} and in {place} .",
    "{firm} bought {firm} for ten million .",
    "the new book by {person} is out .",
    "nobody knows when the train will come .",
    "we had dinner with {person} and then went home .",
    "please send the papers to {person} at {firm} .",
    "he said that the weather would be fine .",
)
TYPES = ("person", "place", "company")
TAGS = ("O", *(f"{prefix}-{kind}" for kind in TYPES for prefix in "BI"))


@dataclass(frozen=True)
class Sentence:
    """Words, a tag for each, and where the people in it have their names from."""

    words: list[str]
    tags: list[str]
    origin: str


def sentences(count: int, *, seed: int, people: set[str]) -> Iterator[Sentence]:
    """So many sentences, whose people are all among these."""
    rng = random.Random(seed)
    by_origin = {
        origin: sorted(name for name in people if name.split()[0] in FIRST[origin])
        for origin in FIRST
    }
    for _ in range(count):
        pattern, origin = rng.choice(PATTERNS), rng.choice(sorted(FIRST))
        words: list[str] = []
        tags: list[str] = []
        for part in pattern.split():
            kind, name = _filled(part, rng, by_origin[origin])
            words += name
            tags += _tags(kind, len(name))
        yield Sentence(words, tags, origin if "{person}" in pattern else "none")


def everybody() -> list[str]:
    """Every first name with every last name of its origin; some by one of them."""
    return [
        name
        for origin in FIRST
        for first in FIRST[origin].split()
        for name in (
            first,
            *(f"{first} {last}" for last in LAST[origin].split()),
        )
    ]


def _filled(part: str, rng: random.Random, people: list[str]) -> tuple[str, list[str]]:
    if part == "{person}":
        return "person", rng.choice(people).split()
    if part == "{place}":
        return "place", rng.choice(PLACES.split()).split("_")
    if part == "{firm}":
        return "company", rng.choice(FIRMS.split()).split("_")
    return "", [part]


def _tags(kind: str, count: int) -> list[str]:
    if not kind:
        return ["O"] * count
    return [f"B-{kind}", *[f"I-{kind}"] * (count - 1)]
