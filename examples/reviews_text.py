"""Reviews made of templates and word lists: the same seed gives the same reviews."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice, product

from reviews_words import ASPECTS, DOUBLE_NEGATIONS, HELD_OUT, TRAINING, Wording


@dataclass(frozen=True, slots=True)
class Review:
    """One review with its label and the groups that it belongs to."""

    id: str
    text: str
    label: str
    length: str
    name_origin: str


def training_reviews(n: int, *, seed: int) -> list[Review]:
    """``n`` reviews to learn from; a text may come twice, as in real life."""
    return list(islice(_reviews(TRAINING, random.Random(seed), "train"), n))


def held_out_reviews(n: int, *, seed: int, unlike: list[Review]) -> list[Review]:
    """``n`` different reviews to test with, none of them among ``unlike``."""
    seen = {review.text for review in unlike}
    return list(islice(_reviews(HELD_OUT, random.Random(seed), "rev", seen=seen), n))


def double_negations(n: int, *, seed: int) -> list[Review]:
    """``n`` different reviews that praise by denying a fault ("not bad at all")."""
    rng = random.Random(seed)
    origins = cycle(sorted(HELD_OUT.names))
    reviews: dict[str, Review] = {}
    for template in cycle(DOUBLE_NEGATIONS):
        if len(reviews) == n:
            return list(reviews.values())
        # Words that training shows: what is new is the negation, not the vocabulary.
        text = _sentence(rng, TRAINING, template, rng.choice(sorted(ASPECTS)))
        if text not in reviews:
            number = len(reviews) + 1
            origin = next(origins)
            companion = rng.choice(HELD_OUT.companions).format(
                name=rng.choice(HELD_OUT.names[origin])
            )
            reviews[text] = Review(
                f"neg-{number:04}", f"{companion} {text}", "positive", "short", origin
            )
    raise AssertionError("cycle never ends")


def _reviews(
    wording: Wording, rng: random.Random, prefix: str, seen: set[str] | None = None
) -> Iterator[Review]:
    """Reviews without end, every label, length and origin equally often."""
    kinds = product(("positive", "negative"), ("short", "long"), sorted(wording.names))
    for number, (label, length, origin) in enumerate(cycle(kinds), 1):
        text = _text(rng, wording, label, length, origin)
        while seen is not None and text in seen:
            text = _text(rng, wording, label, length, origin)
        if seen is not None:
            seen.add(text)
        yield Review(f"{prefix}-{number:04}", text, label, length, origin)


def _text(
    rng: random.Random, wording: Wording, label: str, length: str, origin: str
) -> str:
    item = rng.choice(sorted(ASPECTS))
    name = rng.choice(wording.names[origin])
    companion = rng.choice(wording.companions).format(name=name)
    own, opposite = wording.positive, wording.negative
    if label == "negative":
        own, opposite = opposite, own
    if length == "short":
        parts = [companion, _sentence(rng, wording, rng.choice(own), item)]
        rng.shuffle(parts)
        return " ".join(parts)
    # Two to four opinions of the label's kind, now and then one of the other kind.
    opinions = rng.sample(own, rng.randint(2, 4))
    if len(opinions) > 2 and rng.random() < 0.5:
        opinions[0] = rng.choice(opposite)
    parts = [companion, rng.choice(wording.fillers)]
    rng.shuffle(parts)
    parts[1:1] = [_sentence(rng, wording, opinion, item) for opinion in opinions]
    return " ".join(parts)


def _sentence(rng: random.Random, wording: Wording, template: str, item: str) -> str:
    aspect, other = rng.sample(ASPECTS[item], 2)
    sentence = template.format(
        aspect=aspect,
        other=other,
        item=item,
        very=rng.choice(wording.very),
        good=rng.choice(wording.good),
        bad=rng.choice(wording.bad),
    )
    return with_right_article(sentence)


def with_right_article(sentence: str) -> str:
    """The sentence with "an" before a vowel: "an awful meal"."""
    words = sentence.split(" ")
    for place, following in enumerate(words[1:]):
        if words[place] in {"a", "A"} and following[0] in "aeiou":
            # "useless" is the one word of the lists that is said with a consonant.
            words[place] += "" if following.startswith("use") else "n"
    return " ".join(words)
