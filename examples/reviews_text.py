"""Reviews that nobody wrote: short texts from templates, with labels that are known.

Training and held-out reviews share most words and some templates. The held-out ones add
templates that a model has not seen, so that its figures say something.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

NOUNS = {
    "film": ["film", "plot", "acting", "soundtrack", "ending", "dialogue", "cast"],
    "hotel": ["hotel", "room", "bed", "view", "staff", "pool", "breakfast"],
    "restaurant": ["restaurant", "food", "soup", "waiter", "dessert", "menu", "wine"],
    "phone": ["phone", "screen", "battery", "camera", "speaker", "keyboard", "price"],
}
PRAISE = [
    *("lovely", "great", "excellent", "charming", "superb", "delightful"),
    *("brilliant", "wonderful", "fantastic", "impressive", "pleasant", "perfect"),
    *("beautiful", "remarkable", "splendid", "good", "fine", "outstanding"),
]
BLAME = [
    *("awful", "terrible", "dull", "dreadful", "poor", "disappointing"),
    *("horrible", "boring", "bad", "annoying", "useless", "shabby"),
    *("mediocre", "unpleasant", "miserable", "tiresome", "weak", "clumsy"),
]
LIKED = ["loved", "enjoyed", "adored", "recommend", "praised"]
DISLIKED = ["hated", "regretted", "disliked", "complained about", "returned"]
VERY = ["", "", "really ", "very ", "quite ", "truly ", "absolutely "]
NAMES = {
    "english": ["Emily", "Jack", "Olivia", "Harry"],
    "turkish": ["Elif", "Mehmet", "Zeynep", "Emre"],
    "indian": ["Priya", "Arjun", "Ananya", "Rahul"],
    "nigerian": ["Chioma", "Emeka", "Ngozi", "Tunde"],
}

# {g} holds a word of the review's own polarity, {b} one of the other.
TRAINED = [
    "The {noun} was {very}{g}.",
    "{name} thought the {noun} was {very}{g}.",
    "A {very}{g} {noun}, and the {noun2} was {g2} too.",
    "{name} {verb} the {noun}.",
    "The {noun} was {b}, but the {noun2} was {very}{g}.",
    "Although the {noun} was {b}, the {noun2} was {very}{g}.",
    "We {verb} the {noun}, and {name} said it was {g}.",
]
# "not good" is learnt; "not bad" is not: the known weakness of the model.
TRAINED_BLAME = ["The {noun} was not {b}.", "{name} did not find the {noun} {b}."]
HELD_OUT = [
    *TRAINED[:4],
    "What a {g} {noun}!",
    "If you ask {name}, the {noun} could hardly be more {g}.",
    "Although the {noun} was {b}, {name} found the {noun2} {very}{g}.",
    "{name} expected a {b} {noun} and got a {g} one.",
]
DOUBLE_NEGATION = [
    "The {noun} was not {b} at all.",
    "{name} did not find the {noun} {b}.",
    "The {noun} was never {b}.",
]
FOLLOW_UP = "The {noun} was {very}{g}."


@dataclass(frozen=True)
class Review:
    """One review: its text, its label, and what it can be grouped by."""

    text: str
    label: str
    length: str
    name_origin: str


def training_reviews(n: int, *, seed: int) -> Iterator[Review]:
    """Reviews to learn from."""
    rng = random.Random(f"training:{seed}")
    for row in range(n):
        label = ("negative", "positive")[row % 2]
        extra = TRAINED_BLAME if label == "negative" else []
        yield _review(rng, label, [*TRAINED, *extra])


def held_out_reviews(n: int, *, seed: int) -> Iterator[Review]:
    """Reviews to test with, each text once."""
    rng = random.Random(f"held-out:{seed}")
    seen: set[str] = set()
    while len(seen) < n:
        review = _review(rng, ("negative", "positive")[len(seen) % 2], HELD_OUT)
        if review.text not in seen:
            seen.add(review.text)
            yield review


def double_negations(n: int, *, seed: int) -> Iterator[Review]:
    """Praise in the form of denied blame: "not bad at all"."""
    rng = random.Random(f"double-negations:{seed}")
    seen: set[str] = set()
    while len(seen) < n:
        review = _review(rng, "positive", DOUBLE_NEGATION, sentences=1)
        if review.text not in seen:
            seen.add(review.text)
            yield review


def _review(
    rng: random.Random,
    label: str,
    templates: list[str],
    *,
    sentences: int | None = None,
) -> Review:
    topic = rng.choice(sorted(NOUNS))
    origin = rng.choice(sorted(NAMES))
    count = rng.choice((1, 1, 3)) if sentences is None else sentences
    parts = [_sentence(rng, label, topic, origin, rng.choice(templates))]
    parts += [_sentence(rng, label, topic, origin, FOLLOW_UP) for _ in range(count - 1)]
    rng.shuffle(parts)
    length = "long" if count > 1 else "short"
    return Review(" ".join(parts), label, length, origin)


def _sentence(
    rng: random.Random, label: str, topic: str, origin: str, template: str
) -> str:
    own, other = (PRAISE, BLAME) if label == "positive" else (BLAME, PRAISE)
    noun, noun2 = rng.sample(NOUNS[topic], 2)
    good, good2 = rng.sample(own, 2)
    text = template.format(
        noun=noun,
        noun2=noun2,
        g=good,
        g2=good2,
        b=rng.choice(other),
        very=rng.choice(VERY),
        verb=rng.choice(LIKED if label == "positive" else DISLIKED),
        name=rng.choice(NAMES[origin]),
    )
    return re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", text)
