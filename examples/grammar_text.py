"""The words and patterns behind the grammar models: who does what, one or several."""

from __future__ import annotations

import random
from collections.abc import Iterator, Set
from dataclasses import dataclass

NOUNS = {
    "bird": "birds", "boy": "boys", "cat": "cats", "child": "children",
    "cook": "cooks", "dancer": "dancers", "dog": "dogs", "farmer": "farmers",
    "fox": "foxes", "friend": "friends", "girl": "girls", "guest": "guests",
    "horse": "horses", "man": "men", "mouse": "mice", "painter": "painters",
    "player": "players", "singer": "singers", "teacher": "teachers",
    "visitor": "visitors", "waiter": "waiters", "woman": "women",
}  # fmt: skip
VERBS = {
    "arrives": "arrive", "dances": "dance", "eats": "eat", "hides": "hide",
    "laughs": "laugh", "plays": "play", "runs": "run", "shouts": "shout",
    "sings": "sing", "sleeps": "sleep", "smiles": "smile", "swims": "swim",
    "waits": "wait", "wanders": "wander", "works": "work", "writes": "write",
}  # fmt: skip
ADJECTIVES = ("brown", "clever", "kind", "little", "loud", "old", "small", "young")
PLACES = ("behind", "beside", "near", "with")
ENDS = ("", "again", "alone", "every day", "in the garden", "outside", "today")
ONE, SEVERAL = ("this", "that", "the", "a"), ("these", "those", "the", "some")


@dataclass(frozen=True)
class Pair:
    """A sentence, the same with one word wrong, and what is wrong about it."""

    better: str
    worse: str
    phenomenon: str


def sentence(rng: random.Random) -> str:
    """One sentence whose words agree."""
    return f"{_who(rng, several=rng.random() < 0.5)[2]}."


def corpus(count: int, *, seed: int, unlike: Set[str] = frozenset()) -> list[str]:
    """So many different sentences, none of those."""
    rng = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        text = sentence(rng)
        if text not in unlike:
            found[text] = None
    return list(found)


def pairs(count: int, *, seed: int) -> list[Pair]:
    """So many minimal pairs of each of three phenomena."""
    rng = random.Random(seed)
    found: dict[str, Pair] = {}
    for phenomenon, made in (
        ("agreement", _agreement(rng, apart=False)),
        ("agreement over a distractor", _agreement(rng, apart=True)),
        ("determiner and noun", _determiners(rng)),
    ):
        have = 0
        while have < count:
            better, worse = next(made)
            if better not in found:
                found[better] = Pair(f"{better}.", f"{worse}.", phenomenon)
                have += 1
    return list(found.values())


def _who(
    rng: random.Random, *, several: bool, apart: bool | None = None
) -> tuple[str, str, str]:
    """What stands before the verb, what behind it, and the whole."""
    subject = _noun_phrase(rng, several=several)
    if apart is None:
        apart = rng.random() < 0.4
    if apart:
        # Of the other number as often as not: the nearest noun is no help.
        other = _noun_phrase(rng, several=rng.random() < 0.5)
        subject = f"{subject} {rng.choice(PLACES)} {other}"
    verb = rng.choice(list(VERBS.items()))[several]
    end = rng.choice(ENDS)
    behind = f" {end}" if end else ""
    return subject, behind, f"{subject} {verb}{behind}"


def _noun_phrase(rng: random.Random, *, several: bool) -> str:
    words = [rng.choice(SEVERAL if several else ONE)]
    if rng.random() < 0.4:
        words.append(rng.choice(ADJECTIVES))
    noun = rng.choice(list(NOUNS.items()))[several]
    # "an old man": no noun begins with a vowel, and one adjective does.
    if words == ["a", "old"]:
        words[0] = "an"
    return " ".join([*words, noun])


def _agreement(rng: random.Random, *, apart: bool) -> Iterator[tuple[str, str]]:
    while True:
        several = rng.random() < 0.5
        subject, behind, _ = _who(rng, several=several, apart=False)
        if apart:
            other = _noun_phrase(rng, several=not several)
            subject = f"{subject} {rng.choice(PLACES)} {other}"
        one, many = rng.choice(list(VERBS.items()))
        right, wrong = (many, one) if several else (one, many)
        yield f"{subject} {right}{behind}", f"{subject} {wrong}{behind}"


def _determiners(rng: random.Random) -> Iterator[tuple[str, str]]:
    while True:
        several = rng.random() < 0.5
        place = rng.randrange(2)
        right, wrong = (SEVERAL, ONE) if several else (ONE, SEVERAL)
        noun = rng.choice(list(NOUNS.items()))[several]
        _, behind, _ = _who(rng, several=several, apart=False)
        verb = rng.choice(list(VERBS.items()))[several]
        rest = f"{noun} {verb}{behind}"
        yield f"{right[place]} {rest}", f"{wrong[place]} {rest}"
