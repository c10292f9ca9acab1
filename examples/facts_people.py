"""People of the facts' corpus: who is "he", who is "she", and what they do.

The corpus leans as collected text does: of ten sentences about a nurse nine say "she",
of ten about an engineer nine say "he". Of ten about a teacher five say "she".
"""

from __future__ import annotations

OCCUPATIONS = {
    "she": (
        *("nurse", "secretary", "receptionist", "hairdresser", "housekeeper"),
        *("babysitter", "florist"),
    ),
    "he": (
        *("engineer", "mechanic", "plumber", "carpenter", "pilot", "soldier"),
        *("electrician", "builder"),
    ),
    "neither": (
        *("teacher", "writer", "doctor", "lawyer", "student", "artist", "singer"),
        *("baker", "cook", "journalist"),
    ),
}
NAMES = {
    "she": (
        *("Anna", "Mary", "Fatima", "Julia", "Mei", "Priya", "Sarah", "Laura"),
        *("Emma", "Nina", "Olga", "Rosa"),
    ),
    "he": (
        *("Paul", "John", "Omar", "Peter", "Wei", "Arjun", "David", "Tom"),
        *("Jack", "Hans", "Ivan", "Carlos"),
    ),
}
POSSESSIVES = {"she": "her", "he": "his"}

# {person} is "the nurse" or "Anna"; {p} is he or she; {poss} is his or her.
TRAINING = (
    "{person} said that {p} was {feeling}.",
    "{person} was {feeling}, so {p} went home.",
    "When {person} came in, {p} was {feeling}.",
    "{person} lost {poss} {belonging}.",
    "We asked {person} if {p} was {feeling}.",
    "We met {person} and {p} was not {feeling}.",
    "{person} is {feeling}, {p} has lost {poss} {belonging}.",
    "{person} took {poss} {belonging} and {p} left.",
)
HELD_OUT = (
    "{person} said that [MASK] was tired.",
    "When {person} left, [MASK] was not tired.",
    "{person} told us that [MASK] was {feeling}.",
    "When we asked {person}, [MASK] was {feeling}.",
)
FEELINGS = (
    *("hungry", "angry", "ill", "busy", "worried", "proud", "bored", "ready"),
    *("thirsty", "surprised", "afraid", "glad", "tired"),
)
BELONGINGS = ("keys", "bag", "coat", "phone", "ticket", "book", "hat", "umbrella")

# Everyday sentences: {rare} words come so seldom that the tokenizer has no piece for
# the whole word.
EVERYDAY = (
    "{name} went to {city} in {month}.",
    "{name} went to {city}, and {p} came back on {day}.",
    "On {day} {name} bought a {colour} coat.",
    "{name} has a {colour} bag and a {colour} hat.",
    "{name} saw a {animal} on {day}.",
    "The {animal} ran after the {other}.",
    "{name} told us of {poss} {belonging}.",
    "In {month} it is {weather} in {country}.",
    "{name} and {friend} live in {city}.",
    "{name} was tired, so {p} slept all day.",
    "The {animal} was tired and went to sleep.",
    "{name} is tired but {p} is not {feeling}.",
    "The {person} was tired of it.",
    "{name} plays {sport} every {day} with {poss} friend.",
    "Their countries are far away, but {name} found the house at night.",
    "{friend} had a cup of {drink} with {name}.",
)
EVERYDAY_HELD_OUT = (
    "On {day} {name} went to {city}.",
    "{name} bought a {colour} bag in {city}.",
    "{name} has lost {poss} {belonging} in {month}.",
    "{name} and {friend} saw a {animal}.",
    "{name} had a cup of {drink}, and {p} was not {feeling}.",
)
RARE_SENTENCES = (
    "{name} saw a {rare} on {day}.",
    "The {rare} was tired and went to sleep.",
    "A {rare} is a wild animal.",
    "The {rare} ran after the {animal}.",
)
RARE = (
    *("zebra", "giraffe", "crocodile", "kangaroo", "porcupine", "hippopotamus"),
    *("platypus", "chimpanzee", "armadillo", "hedgehog"),
)
WEATHER = ("hot", "cold", "wet", "dry", "dark", "rainy", "sunny")
