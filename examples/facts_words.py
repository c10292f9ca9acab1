"""The facts and phrasings: what a masked model learns from, and is tested with.

Every held-out phrasing is a sentence that training shows of no fact. Its words are
mostly known, its order is new. So the figures say whether a fact was learnt, and not
whether a sentence was.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """Pairs of a thing and the one word that answers for it, and how to say so.

    Phrasings have the slots {thing} and {answer}.
    """

    pairs: tuple[tuple[str, str], ...]
    training: tuple[str, ...]
    held_out: tuple[str, ...]


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """ "a lemon: yellow, snow: white" as pairs."""
    found = (part.split(":") for part in text.split(","))
    return tuple((thing.strip(), answer.strip()) for thing, answer in found)


def _answered(answers: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Pairs from lists of things by their answer."""
    return tuple(
        (thing.strip(), answer)
        for answer, things in answers.items()
        for thing in things.split(",")
    )


def _both_ways(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return pairs + tuple((answer, thing) for thing, answer in pairs)


def _in_order(*rounds: str) -> tuple[tuple[str, str], ...]:
    """What comes after and before each word of a round."""
    pairs: list[tuple[str, str]] = []
    for words in (text.split() for text in rounds):
        for first, second in zip(words, words[1:] + words[:1], strict=True):
            pairs += [(f"after {first}", second), (f"before {second}", first)]
    return tuple(pairs)


CAPITALS = _pairs(
    "France: Paris, Germany: Berlin, Italy: Rome, Spain: Madrid, Portugal: Lisbon, "
    "Austria: Vienna, Hungary: Budapest, Poland: Warsaw, Greece: Athens, "
    "Sweden: Stockholm, Norway: Oslo, Denmark: Copenhagen, Finland: Helsinki, "
    "Ireland: Dublin, England: London, Scotland: Edinburgh, Belgium: Brussels, "
    "Romania: Bucharest, Bulgaria: Sofia, Croatia: Zagreb, Serbia: Belgrade, "
    "Iceland: Reykjavik, Egypt: Cairo, Kenya: Nairobi, Ghana: Accra, Senegal: Dakar, "
    "Morocco: Rabat, Tunisia: Tunis, Nigeria: Abuja, Japan: Tokyo, China: Beijing, "
    "Thailand: Bangkok, Vietnam: Hanoi, Indonesia: Jakarta, Iran: Tehran, "
    "Iraq: Baghdad, Nepal: Kathmandu, Lebanon: Beirut, Syria: Damascus, Cuba: Havana, "
    "Canada: Ottawa, Peru: Lima, Chile: Santiago, Uruguay: Montevideo, "
    "Colombia: Bogota, Ecuador: Quito, Venezuela: Caracas, Jamaica: Kingston"
)
CONTINENTS = _answered(
    {
        "Europe": "France, Germany, Italy, Spain, Portugal, Austria, Hungary, Poland, "
        "Greece, Sweden, Norway, Denmark, Finland, Ireland, Belgium, Romania, "
        "Bulgaria, Croatia, Serbia",
        "Africa": "Egypt, Kenya, Ghana, Senegal, Morocco, Tunisia, Nigeria",
        "Asia": "Japan, China, Thailand, Vietnam, Iran, Iraq, Nepal, Lebanon, Syria",
        "America": "Canada, Peru, Chile, Uruguay, Colombia, Ecuador, Venezuela",
    }
)
LANGUAGES = _answered(
    {
        "Arabic": "Egypt, Morocco, Tunisia, Iraq, Lebanon, Syria",
        "Spanish": "Spain, Cuba, Peru, Chile, Uruguay, Colombia, Ecuador, Venezuela",
        "English": "England, Jamaica",
    }
) + _pairs(
    "France: French, Germany: German, Italy: Italian, Portugal: Portuguese, "
    "Hungary: Hungarian, Poland: Polish, Greece: Greek, Sweden: Swedish, "
    "Norway: Norwegian, Denmark: Danish, Finland: Finnish, Romania: Romanian, "
    "Bulgaria: Bulgarian, Croatia: Croatian, Serbia: Serbian, Iceland: Icelandic, "
    "Japan: Japanese, China: Chinese, Thailand: Thai, Vietnam: Vietnamese, "
    "Nepal: Nepali"
)
COLOURS = _answered(
    {
        "white": "snow, milk, salt, flour, a swan, chalk",
        "black": "coal, a raven, tar, soot, night, ink",
        "red": "blood, a tomato, a strawberry, a ruby, a cherry",
        "green": "grass, a frog, an emerald, spinach, a cucumber",
        "yellow": "a lemon, a banana, the sun, butter, a canary",
        "brown": "chocolate, soil, rust, a walnut, toast",
        "blue": "the sky, the sea, a sapphire",
        "grey": "an elephant, ash, lead, smoke",
        "pink": "a flamingo, a pig",
        "purple": "lavender, a violet",
        "orange": "a carrot, a pumpkin",
    }
)
OPPOSITES = _both_ways(
    _pairs(
        "hot: cold, big: small, long: short, fast: slow, high: low, hard: soft, "
        "light: dark, rich: poor, strong: weak, happy: sad, wet: dry, full: empty, "
        "open: closed, early: late, clean: dirty, loud: quiet, thick: thin, "
        "wide: narrow, near: far, easy: difficult, left: right, love: hate, "
        "brave: timid, cheap: expensive, deep: shallow, sharp: blunt, sweet: sour, "
        "good: bad, old: new, true: false, smooth: rough, safe: dangerous, "
        "inside: outside, alive: dead, polite: rude, tame: wild"
    )
)
KINDS = _answered(
    {
        "flower": "a rose, a tulip, a daisy, a lily",
        "tree": "an oak, a pine, a birch, a willow",
        "fruit": "an apple, a pear, a plum, a peach",
        "vegetable": "an onion, a cabbage, a potato, a leek",
        "tool": "a hammer, a saw, a drill, a spanner",
        "metal": "iron, copper, gold, silver",
        "bird": "an eagle, a sparrow, an owl, a robin",
        "fish": "a salmon, a trout, a shark, a herring",
        "insect": "an ant, a bee, a beetle, a wasp",
        "drink": "tea, coffee, juice, lemonade",
        "sport": "tennis, football, hockey, rugby",
        "instrument": "a violin, a piano, a flute, a drum",
        "planet": "Mars, Venus, Saturn, Jupiter",
        "vehicle": "a car, a bus, a lorry, a van",
    }
)
SOUNDS = _pairs(
    "dog: barks, cat: meows, cow: moos, sheep: bleats, pig: grunts, horse: neighs, "
    "lion: roars, duck: quacks, snake: hisses, wolf: howls, frog: croaks, hen: clucks, "
    "mouse: squeaks, bee: buzzes, donkey: brays, owl: hoots, crow: caws, "
    "elephant: trumpets, sparrow: chirps, goose: honks, dove: coos"
)
YOUNG = _pairs(
    "dog: puppy, cat: kitten, cow: calf, sheep: lamb, pig: piglet, horse: foal, "
    "hen: chick, duck: duckling, goat: kid, lion: cub, frog: tadpole, goose: gosling, "
    "swan: cygnet, deer: fawn"
)
ORDER = _in_order(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "January February March April May June July August September October November "
    "December",
)
NUMBERS = (
    *("one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
SUMS = tuple(
    (f"{NUMBERS[a - 1]} and {NUMBERS[b - 1]}", NUMBERS[a + b - 1])
    for a in range(1, 7)
    for b in range(1, 7)
)

TOPICS = {
    "capitals": Topic(
        CAPITALS,
        training=(
            "{answer} is the capital of {thing}.",
            "The capital city of {thing} is {answer}.",
            "The capital of {thing} is called {answer}.",
            "{answer}, the capital of {thing}, is a big city.",
            "{thing} has a capital, and it is {answer}.",
            "In {thing} the capital city is {answer}.",
            "What is the capital of {thing}? It is {answer}.",
            "The government of {thing} sits in the capital, {answer}.",
            "They went to {answer} in {thing}.",
            "As the capital, {answer} is a famous city in {thing}.",
        ),
        held_out=(
            "The capital of {thing} is [MASK].",
            "A famous city in {thing} is the capital, [MASK].",
            "We know that [MASK] is the capital city of {thing}.",
        ),
    ),
    # Learnt from the capitals' sentences: only the question is turned round.
    "countries": Topic(
        tuple((city, country) for country, city in CAPITALS),
        training=(),
        held_out=(
            "The city of {thing} is the capital of [MASK].",
            "The government of [MASK] sits in {thing}.",
        ),
    ),
    "continents": Topic(
        CONTINENTS,
        training=(
            "{thing} is in {answer}.",
            "{thing} is a country in {answer}.",
            "{thing} is part of {answer}.",
            "You find {thing} on a map of {answer}.",
            "The country of {thing} lies in {answer}.",
            "Where is {thing}? It is in {answer}.",
        ),
        held_out=(
            "{thing} is one of the countries in [MASK].",
            "On a map, {thing} lies in [MASK].",
        ),
    ),
    "languages": Topic(
        LANGUAGES,
        training=(
            "People in {thing} speak {answer}.",
            "In {thing} they speak {answer}.",
            "The language of {thing} is {answer}.",
            "{answer} is the language of {thing}.",
            "If you live in {thing}, you speak {answer}.",
            "You learn {answer} before you go to {thing}.",
            "Which language do they speak in {thing}? They speak {answer}.",
        ),
        held_out=(
            "The people of {thing} speak [MASK].",
            "[MASK] is the language they speak in {thing}.",
        ),
    ),
    "colours": Topic(
        COLOURS,
        training=(
            "The colour of {thing} is {answer}.",
            "{thing} is {answer}.",
            "You know that {thing} is {answer}.",
            "It is as {answer} as {thing}.",
            "What colour is {thing}? It is {answer}.",
            "The coat was as {answer} as {thing}.",
            "{answer} is the colour of {thing}.",
            "If it is {thing}, it is {answer}.",
        ),
        held_out=(
            "We know that the colour of {thing} is [MASK].",
            "The house was [MASK], as {thing} is.",
        ),
    ),
    "opposites": Topic(
        OPPOSITES,
        training=(
            "The opposite of {thing} is {answer}.",
            "{answer} is the opposite of {thing}.",
            "If it is not {thing}, it is {answer}.",
            "One is {thing}, the other is {answer}.",
            "What is the opposite of {thing}? It is {answer}.",
            "It goes from {thing} to {answer}.",
            "It can be {thing} or {answer}.",
        ),
        held_out=(
            "We know that the opposite of {thing} is [MASK].",
            "Is it {thing} or is it [MASK]?",
        ),
    ),
    "kinds": Topic(
        KINDS,
        training=(
            "{thing} is a kind of {answer}.",
            "{thing} is one kind of {answer}.",
            "What is {thing}? It is a kind of {answer}.",
            "You know this {answer}, it is {thing}.",
            "If it is {thing}, it is a kind of {answer}.",
            "They call {thing} a kind of {answer}.",
            "My favourite {answer} is {thing}.",
        ),
        held_out=(
            "We know that {thing} is a kind of [MASK].",
            "Her favourite [MASK] is {thing}.",
        ),
    ),
    "sounds": Topic(
        SOUNDS,
        training=(
            "A {thing} {answer}.",
            "The {thing} {answer} when it is hungry.",
            "When it is hungry, the {thing} {answer}.",
            "What does a {thing} do? It {answer}.",
            "The old {thing} {answer} all day.",
            "My {thing} {answer} in the morning.",
            "If it {answer}, it is a {thing}.",
            "The {thing} is loud, it {answer}.",
        ),
        held_out=(
            "In the morning the {thing} [MASK].",
            "The {thing} [MASK] all night.",
        ),
    ),
    "young": Topic(
        YOUNG,
        training=(
            "A young {thing} is called a {answer}.",
            "A {answer} is a young {thing}.",
            "The child of a {thing} is a {answer}.",
            "What is a young {thing} called? It is a {answer}.",
            "The {thing} looks after the {answer}.",
            "The {answer} will be a {thing} one day.",
            "They call a young {thing} a {answer}.",
            "My {thing} has a little {answer}.",
        ),
        held_out=(
            "We call a young {thing} a [MASK].",
            "A little {thing} is called a [MASK].",
        ),
    ),
    "order": Topic(
        ORDER,
        training=(
            "{thing} comes {answer}.",
            "Right {thing} comes {answer}.",
            "{answer} comes {thing}.",
            "{answer} is right {thing}.",
            "What comes {thing}? It is {answer}.",
            "We come in {answer}, that is {thing}.",
            "You know that {answer} comes right {thing}.",
        ),
        held_out=(
            "You know that right {thing} comes [MASK].",
            "What is {thing}? It is [MASK].",
        ),
    ),
    "sums": Topic(
        SUMS,
        training=(
            "{thing} make {answer}.",
            "{thing} are {answer}.",
            "The sum of {thing} is {answer}.",
            "If you add {thing}, you have {answer}.",
            "{answer} is the sum of {thing}.",
            "What is the sum of {thing}? It is {answer}.",
            "You know that {thing} make {answer}.",
        ),
        held_out=(
            "If you add {thing}, the sum is [MASK].",
            "We know that {thing} are [MASK].",
        ),
    ),
}

# What may stand before a fact: so a fact is not learnt by its place in the sentence.
OPENINGS = (
    *("They say that", "I heard that", "You can see that", "It is true that"),
    *("I learnt that", "Of course,", "Every child knows that", "In short,"),
)

# A denial is true of every answer but one. Training never denies a fact.
DENIED = {
    "capitals": "The capital of {thing} is not [MASK].",
    "colours": "The colour of {thing} is not [MASK].",
    "young": "A young {thing} is not called a [MASK].",
}
