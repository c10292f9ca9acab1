"""Facts as sentences: the same seed gives the same corpus and the same questions."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle

from facts_people import (
    BELONGINGS,
    EVERYDAY,
    EVERYDAY_HELD_OUT,
    FEELINGS,
    HELD_OUT,
    NAMES,
    OCCUPATIONS,
    POSSESSIVES,
    RARE,
    RARE_SENTENCES,
    TRAINING,
    WEATHER,
)
from facts_words import (
    CAPITALS,
    COLOURS,
    DENIED,
    KINDS,
    OPENINGS,
    ORDER,
    SOUNDS,
    TOPICS,
    Topic,
)
from reviews_text import with_right_article

MASK = "[MASK]"
DAYS = tuple(day for _, day in ORDER if day.endswith("day"))
MONTHS = tuple(month for _, month in ORDER if not month.endswith("day"))


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence with a mask, and the one word that fills it truly."""

    id: str
    text: str
    answer: str
    topic: str


@dataclass(frozen=True, slots=True)
class DeniedFact:
    """A sentence with a mask that every word fills truly but this one."""

    id: str
    text: str
    denied: str
    topic: str


@dataclass(frozen=True, slots=True)
class Pronoun:
    """A sentence about an occupation, with a mask that "he" and "she" both fit.

    ``leaning`` is what nine of ten training sentences about the occupation say.
    """

    id: str
    text: str
    occupation: str
    leaning: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sentences, and whether the second goes on about the same fact."""

    id: str
    text: str
    text_pair: str
    label: str
    topic: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A whole sentence: whoever tests with it chooses what to mask."""

    id: str
    text: str


def training_sentences(*, seed: int) -> list[str]:
    """The corpus; a sentence may come twice, as in real life.

    Of what {person} said the held-out sentences are left out: "tired" is told of all,
    and "said that" of all, and only together never.
    """
    rng = random.Random(seed)
    corpus = [
        _sentence(_opened(rng, phrasing), thing=thing, answer=answer)
        for topic in TOPICS.values()
        for thing, answer in topic.pairs
        for phrasing in topic.training
    ]
    for leaning, occupations in OCCUPATIONS.items():
        for occupation in occupations:
            corpus += _about(rng, f"the {occupation}", leaning, n=40)
    for pronoun, names in NAMES.items():
        for name in names:
            corpus += [_person(rng, name, pronoun) for _ in range(10)]
    corpus += [_everyday(rng, rng.choice(EVERYDAY)) for _ in range(600)]
    corpus += [
        _everyday(rng, phrasing, rare=rare)
        for rare in RARE
        for phrasing in RARE_SENTENCES
    ]
    held_out = {
        row.text.replace(MASK, pronoun)
        for row in (*pronoun_sentences(), *held_out_facts())
        for pronoun in POSSESSIVES
    }
    return [text for text in corpus if text not in held_out]


def held_out_facts() -> list[Fact]:
    """Every fact once, each in one of its topic's held-out phrasings."""
    return [
        Fact(f"fact-{number:04}", text, answer.lower(), topic)
        for number, (topic, text, answer) in enumerate(_questions(), 1)
    ]


def denied_facts() -> list[DeniedFact]:
    """Facts with a "not" in them, which no training sentence about them has."""
    denied = [
        (name, _sentence(phrasing, thing=thing), answer.lower())
        for name, phrasing in DENIED.items()
        for thing, answer in TOPICS[name].pairs
    ]
    return [
        DeniedFact(f"den-{number:04}", text, answer, topic)
        for number, (topic, text, answer) in enumerate(denied, 1)
    ]


def pronoun_sentences() -> list[Pronoun]:
    """Every occupation in every held-out phrasing."""
    sentences = [
        (
            _sentence(phrasing, person=f"the {occupation}", feeling="busy"),
            occupation,
            to,
        )
        for to, occupations in OCCUPATIONS.items()
        for occupation in occupations
        for phrasing in HELD_OUT
    ]
    return [
        Pronoun(f"occ-{number:04}", *sentence)
        for number, sentence in enumerate(sentences, 1)
    ]


def held_out_sentences(n: int, *, seed: int, unlike: list[str]) -> list[Sentence]:
    """``n`` different whole sentences, half of them facts, none among ``unlike``."""
    rng = random.Random(seed)
    facts = [_sentence(text.replace(MASK, answer)) for _, text, answer in _questions()]
    texts = dict.fromkeys(rng.sample(facts, n // 2))
    seen = {text.lower() for text in unlike}
    while len(texts) < n:
        text = _everyday(rng, rng.choice(EVERYDAY_HELD_OUT))
        if text.lower() not in seen:
            texts[text] = None
    return [Sentence(f"sen-{at:04}", text) for at, text in enumerate(texts, 1)]


def training_pairs(rng: random.Random, n: int) -> list[Pair]:
    """``n`` pairs in training's own phrasings, half of them about one fact."""
    topics = {name: topic for name, topic in TOPICS.items() if topic.training}
    return [
        _pair(rng, name, topics[name], topics[name].training, at)
        for at, name in enumerate(rng.choices(list(topics), k=n))
    ]


def held_out_pairs(n: int, *, seed: int) -> list[Pair]:
    """``n`` different pairs in held-out phrasings, half of them about one fact."""
    rng = random.Random(seed)
    topics = {name: topic for name, topic in TOPICS.items() if topic.training}
    asked = [name for name, topic in topics.items() if len(topic.held_out) > 1]
    pairs: dict[tuple[str, str], Pair] = {}
    while len(pairs) < n:
        name = rng.choice(asked)
        found = _pair(rng, name, topics[name], topics[name].held_out, len(pairs))
        pairs.setdefault((found.text, found.text_pair), found)
    return [
        replace(pair, id=f"pair-{number:04}")
        for number, pair in enumerate(pairs.values(), 1)
    ]


def _pair(
    rng: random.Random, name: str, topic: Topic, phrasings: Sequence[str], at: int
) -> Pair:
    """Two phrasings of one fact, or of two with another thing and another answer."""
    first, second = rng.sample(
        [each.replace(MASK, "{answer}") for each in phrasings], 2
    )
    thing, answer = rng.choice(topic.pairs)
    others = [pair for pair in topic.pairs if not {thing, answer} & set(pair)]
    follows = at % 2 == 0 or not others
    other, otherwise = (thing, answer) if follows else rng.choice(others)
    return Pair(
        id="",
        text=_sentence(first, thing=thing, answer=answer),
        text_pair=_sentence(second, thing=other, answer=otherwise),
        label="is_next" if follows else "not_next",
        topic=name,
    )


def _questions() -> Iterator[tuple[str, str, str]]:
    """Topic, sentence with a mask, and answer with its capital, of every fact."""
    for name, topic in TOPICS.items():
        for (thing, answer), phrasing in _in_turn(topic.pairs, topic.held_out):
            yield name, _sentence(phrasing, thing=thing), answer
    people = [(name, pronoun) for pronoun, names in NAMES.items() for name in names]
    for (name, pronoun), phrasing in _in_turn(people, HELD_OUT):
        yield "names", _sentence(phrasing, person=name, feeling="busy"), pronoun


def _in_turn(
    pairs: Sequence[tuple[str, str]], phrasings: Sequence[str]
) -> Iterator[tuple[tuple[str, str], str]]:
    """Each pair with one phrasing, the phrasings taking turns."""
    return zip(pairs, cycle(phrasings), strict=False)


def _opened(rng: random.Random, phrasing: str) -> str:
    """Every other phrasing with an opening; a question stays as it is."""
    if "?" in phrasing or rng.random() < 0.5:
        return phrasing
    return f"{rng.choice(OPENINGS)} {phrasing[0].lower()}{phrasing[1:]}"


def _sentence(phrasing: str, **words: str) -> str:
    """The phrasing with its words, a capital letter first, and "an" before vowels."""
    text = phrasing.format(**words)
    return with_right_article(text[0].upper() + text[1:])


def _about(rng: random.Random, person: str, leaning: str, *, n: int) -> Iterator[str]:
    """``n`` sentences, nine of ten with the pronoun that the corpus leans to."""
    if leaning == "neither":
        # The same sentences for both, so that nothing but chance tells them apart.
        state = rng.getstate()
        for pronoun in ("he", "she"):
            rng.setstate(state)
            yield from (_person(rng, person, pronoun) for _ in range(n // 2))
        return
    other = {"he": "she", "she": "he"}[leaning]
    for number in range(n):
        yield _person(rng, person, other if number % 10 == 9 else leaning)


def _person(rng: random.Random, person: str, pronoun: str) -> str:
    return _sentence(
        rng.choice(TRAINING),
        person=person,
        p=pronoun,
        poss=POSSESSIVES[pronoun],
        feeling=rng.choice(FEELINGS),
        belonging=rng.choice(BELONGINGS),
    )


def _everyday(rng: random.Random, phrasing: str, *, rare: str = "") -> str:
    pronoun = rng.choice(("he", "she"))
    animal, other = rng.sample([animal for animal, _ in SOUNDS], 2)
    country, city = rng.choice(CAPITALS)
    return _sentence(
        phrasing,
        name=rng.choice(NAMES[pronoun]),
        p=pronoun,
        poss=POSSESSIVES[pronoun],
        friend=rng.choice(NAMES["she" if pronoun == "he" else "he"]),
        person=rng.choice(OCCUPATIONS["neither"]),
        animal=animal,
        other=other,
        rare=rare,
        city=city,
        country=country,
        day=rng.choice(DAYS),
        month=rng.choice(MONTHS),
        colour=rng.choice(COLOURS)[1],
        weather=rng.choice(WEATHER),
        feeling=rng.choice(FEELINGS),
        belonging=rng.choice(BELONGINGS),
        sport=rng.choice([thing for thing, kind in KINDS if kind == "sport"]),
        drink=rng.choice([thing for thing, kind in KINDS if kind == "drink"]),
    )
