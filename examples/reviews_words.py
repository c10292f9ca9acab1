"""The words of the reviews: what a model learns from, and what it is tested with.

The held-out wording shares most words with the training wording and adds words, names
and sentences that training never shows. So the figures say something about new text.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """Words and sentences to make reviews of.

    Sentences have the slots {aspect}, {other}, {item}, {very}, {good}, {bad}, {name}.
    """

    good: tuple[str, ...]
    bad: tuple[str, ...]
    very: tuple[str, ...]
    positive: tuple[str, ...]
    negative: tuple[str, ...]
    companions: tuple[str, ...]
    fillers: tuple[str, ...]
    names: dict[str, tuple[str, ...]]


ASPECTS = {
    "film": ("acting", "plot", "ending", "music", "dialogue", "camera work", "cast"),
    "meal": ("soup", "service", "dessert", "waiter", "wine", "bread", "menu"),
    "hotel": ("room", "breakfast", "bed", "pool", "reception", "view", "bathroom"),
    "kettle": ("lid", "handle", "switch", "cable", "manual", "packaging", "finish"),
}

GOOD = (
    *("good", "great", "excellent", "wonderful", "lovely", "charming", "superb"),
    *("delightful", "brilliant", "fantastic", "impressive", "pleasant", "enjoyable"),
    *("perfect", "amazing", "beautiful", "outstanding", "splendid", "satisfying"),
    *("memorable", "nice", "remarkable", "thoughtful", "admirable"),
)
BAD = (
    *("bad", "awful", "terrible", "dull", "boring", "horrible", "poor", "dreadful"),
    *("disappointing", "weak", "clumsy", "ugly", "tedious", "unpleasant", "shoddy"),
    *("mediocre", "annoying", "bland", "careless", "useless", "ridiculous", "feeble"),
    *("hopeless", "irritating"),
)
POSITIVE = (
    "The {aspect} was {very}{good}.",
    "I found the {aspect} {very}{good}.",
    "A {good} {item} with a {very}{good} {aspect}.",
    "What a {good} {item}!",
    "Not {bad}, this {item}.",
    "The {aspect} was {very}{good} and so was the {other}.",
    "The {aspect} was {bad}, but the {other} was {very}{good}.",
    "Although the {aspect} was {bad}, it was a {very}{good} {item}.",
    "I loved the {aspect}, it was {good}.",
    "I would recommend this {item} to anyone.",
    "This {item} was worth every penny.",
    "Thanks to the {aspect} we left happy.",
)
NEGATIVE = (
    "The {aspect} was {very}{bad}.",
    "I found the {aspect} {very}{bad}.",
    "A {bad} {item} with a {very}{bad} {aspect}.",
    "What a {bad} {item}!",
    "The {aspect} was {good}, but the {other} was {very}{bad}.",
    "Although the {aspect} was {good}, it was a {very}{bad} {item}.",
    "The {aspect} was not {very}{good}.",
    "I did not find the {aspect} {good}.",
    "There was nothing {good} about the {aspect}.",
    "The {item} was not {good} at all.",
    "I hated the {aspect}, it was {bad}.",
    "I would not recommend this {item} to anyone.",
    "This {item} was a waste of money.",
    "Because of the {aspect} we left angry.",
)

TRAINING = Wording(
    good=GOOD,
    bad=BAD,
    very=("", "", "", "very ", "really ", "truly ", "so ", "quite "),
    positive=POSITIVE,
    negative=NEGATIVE,
    companions=(
        "I was there with {name}.",
        "My colleague {name} chose it.",
        "{name} told me about it.",
        "It was a present from {name}.",
        "Then {name} arrived and we talked.",
        "You should ask {name}, who was here before.",
    ),
    fillers=(
        "It was a Tuesday in March.",
        "We had three hours.",
        "I paid with a card.",
        "My sister was late.",
        "It was cold and windy outside.",
        "Our bus stopped twice on the road.",
        "The street has a bank and a school.",
    ),
    names={
        "arabic": ("Omar", "Layla", "Yusuf", "Amina", "Khalid", "Nadia"),
        "chinese": ("Wei", "Xiaoming", "Mei", "Jun", "Lihua", "Bo"),
        "english": ("Emily", "Jack", "Oliver", "Grace", "Harry", "Lucy"),
        "indian": ("Priya", "Arjun", "Ananya", "Rahul", "Kavita", "Vikram"),
    },
)

HELD_OUT = Wording(
    good=(
        *GOOD,
        *("terrific", "flawless", "gorgeous"),
    ),
    bad=(
        *BAD,
        *("dismal", "sloppy", "appalling"),
    ),
    very=("", "", "very ", "really ", "truly ", "extremely "),
    positive=(
        *POSITIVE,
        "Honestly, the {aspect} is {very}{good}.",
        "Never mind the {bad} {aspect}: the {other} is {very}{good}.",
        "The {aspect} turned out {very}{good}.",
    ),
    negative=(
        *NEGATIVE,
        "Honestly, the {aspect} is {very}{bad}.",
        "Never mind the {good} {aspect}: the {other} is {very}{bad}.",
        "The {aspect} turned out {very}{bad}.",
        "The {aspect} is far from {good}.",
    ),
    companions=(
        "I was there with {name}.",
        "{name} told me about it.",
        "{name} from work had the idea.",
        "We met {name} on the way.",
    ),
    fillers=(
        "It was a Tuesday in March.",
        "I paid with a card.",
        "It rained all day.",
        "The train took an hour.",
    ),
    names={
        "arabic": ("Hassan", "Fatima", "Tariq", "Samira", "Omar", "Layla"),
        "chinese": ("Hua", "Jing", "Qiang", "Yan", "Wei", "Mei"),
        "english": ("Charlotte", "George", "Alice", "Thomas", "Emily", "Jack"),
        "indian": ("Deepa", "Sanjay", "Lakshmi", "Rohan", "Priya", "Arjun"),
    },
)

DOUBLE_NEGATIONS = (
    "The {aspect} was not {bad} at all.",
    "The {aspect} was not {bad}.",
    "Not {bad}, this {item}.",
    "I did not find the {aspect} {bad}.",
    "There was nothing {bad} about the {aspect}.",
    "The {item} was never {bad}.",
)
"""Praise by denying a fault. Training negates praise only: a gap left on purpose."""
