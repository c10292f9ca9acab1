"""Short passages about people, and questions that they answer or do not."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from names_text import FIRST

SIDES = "North South Old New Upper Lower Great Little"
SPOTS = "Haven Field Bridge Hill Wood Ford Mill Harbour"
JOBS = "baker teacher nurse pilot judge painter farmer singer plumber librarian"
THINGS = "boat piano house bicycle garden violin camera horse wagon clock"
# What is told of somebody, in which words, and what may be asked about it.
FACTS = {
    "birth": (
        "{person} was born in {place} in {year}.",
        "In {year} {person} was born in {place}.",
    ),
    "move": (
        "{person} moved to {place} in {year}.",
        "In {year} {person} left for {place}.",
    ),
    "job": (
        "{person} works in {place} as a {job}.",
        "{person} is a {job} in {place}.",
    ),
    "purchase": (
        "{person} bought a {thing} in {year}.",
        "In {year} {person} paid for a {thing}.",
    ),
}
QUESTIONS = {
    "birth": (
        ("Where was {person} born?", "place"),
        ("In which town was {person} born?", "place"),
        ("When was {person} born?", "year"),
    ),
    "move": (
        ("Where did {person} move to?", "place"),
        ("When did {person} move?", "year"),
        ("Who moved to {place}?", "person"),
    ),
    "job": (
        ("What is the job of {person}?", "job"),
        ("Where does {person} work?", "place"),
        ("Who works in {place}?", "person"),
    ),
    "purchase": (
        ("What did {person} buy?", "thing"),
        ("When did {person} buy a {thing}?", "year"),
        ("Who bought a {thing}?", "person"),
    ),
}


@dataclass(frozen=True)
class Answers:
    """The answers to one question, and where each begins; empty where there is none."""

    text: list[str]
    answer_start: list[int]


@dataclass(frozen=True)
class Question:
    """A question about a passage, what it asks for, and where the names are from."""

    question: str
    context: str
    answers: Answers
    asks: str
    origin: str
    passage: str


@dataclass(frozen=True)
class Fact:
    """What a passage tells of one person, and the words that it is told with."""

    kind: str
    said: str
    values: dict[str, str]


@dataclass(frozen=True)
class Passage:
    """What is told of some people, and somebody of whom nothing is."""

    name: str
    facts: list[Fact]
    stranger: str
    origin: str

    @property
    def text(self) -> str:
        """The passage as it is read."""
        return " ".join(fact.said for fact in self.facts)

    def asked(self, question: str, asks: str, answers: Answers) -> Question:
        """A question about it."""
        return Question(question, self.text, answers, asks, self.origin, self.name)


def questions(
    passages: int, *, each: int, seed: int, people: Sequence[str], places: Sequence[str]
) -> Iterator[Question]:
    """So many passages with so many questions each, of these people and places.

    About a third asks what is told of nobody, and has no answer.
    """
    rng = random.Random(seed)
    for passage in _passages(rng, passages, people, places):
        asked: set[str] = set()
        while len(asked) < each:
            if rng.random() < 2 / 3:
                question, asks, answers = _answered(rng, passage)
            else:
                question = _unanswered(rng, passage.facts)
                asks, answers = "nothing", Answers([], [])
            if question not in asked:
                asked.add(question)
                yield passage.asked(question, asks, answers)


def about_strangers(
    passages: int, *, seed: int, people: Sequence[str], places: Sequence[str]
) -> Iterator[Question]:
    """A question a passage, about somebody of whom it tells nothing.

    What is asked is told of somebody else.
    """
    rng = random.Random(seed)
    for passage in _passages(rng, passages, people, places):
        fact = rng.choice(passage.facts)
        question = _about(rng, fact.kind, {**fact.values, "person": passage.stranger})
        yield passage.asked(question, "nothing", Answers([], []))


def _passages(
    rng: random.Random, count: int, people: Sequence[str], places: Sequence[str]
) -> Iterator[Passage]:
    by_origin = {
        origin: [name for name in people if name.split()[0] in FIRST[origin].split()]
        for origin in sorted(FIRST)
    }
    for number in range(1, count + 1):
        origin = rng.choice(sorted(by_origin))
        *named, stranger = _unlike(rng, by_origin[origin], rng.randint(2, 4))
        facts = _facts(rng, named, places)
        yield Passage(f"passage-{number}", facts, stranger, origin)


def everywhere() -> list[str]:
    """Every place there is."""
    return [f"{side} {spot}" for side in SIDES.split() for spot in SPOTS.split()]


def _unlike(rng: random.Random, names: Sequence[str], count: int) -> list[str]:
    """So many names that have no word in common."""
    found: list[str] = []
    for name in rng.sample(names, len(names)):
        words = name.split()
        if not any(word in each.split() for each in found for word in words):
            found.append(name)
        if len(found) == count:
            break
    return found


def _facts(
    rng: random.Random, names: Sequence[str], places: Sequence[str]
) -> list[Fact]:
    """Something of another kind about each of the people."""
    columns = {
        "person": names,
        "place": _unlike(rng, places, len(names)),
        "year": [str(year) for year in rng.sample(range(1950, 2020), len(names))],
        "job": rng.sample(JOBS.split(), len(names)),
        "thing": rng.sample(THINGS.split(), len(names)),
    }
    kinds = rng.sample(sorted(FACTS), len(names))
    found: list[Fact] = []
    for kind, *row in zip(kinds, *columns.values(), strict=True):
        values = dict(zip(columns, row, strict=True))
        found.append(Fact(kind, rng.choice(FACTS[kind]).format(**values), values))
    return found


def _answered(rng: random.Random, passage: Passage) -> tuple[str, str, Answers]:
    """A question, what it asks for, and the answer to it."""
    fact = rng.choice(passage.facts)
    question, asks = rng.choice(QUESTIONS[fact.kind])
    answer = fact.values[asks]
    start = passage.text.index(fact.said) + fact.said.index(answer)
    return question.format(**fact.values), asks, Answers([answer], [start])


def _unanswered(rng: random.Random, facts: Sequence[Fact]) -> str:
    """A question about one of the people, of a kind that is told of nobody."""
    told = {fact.kind for fact in facts}
    kind = rng.choice([kind for kind in sorted(FACTS) if kind not in told])
    return _about(rng, kind, rng.choice(facts).values)


def _about(rng: random.Random, kind: str, values: dict[str, str]) -> str:
    """A question about a person."""
    patterns = [pattern for pattern, asks in QUESTIONS[kind] if asks != "person"]
    return rng.choice(patterns).format(**values)
