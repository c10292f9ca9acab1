"""What a chat model, a translator and a summariser write, gated in one file.

Each stands here as a function of texts, so that the file runs with nothing else; in a
suite of your own ``chat``, ``translator`` and ``summariser`` are checkpoints, such as
``generating(ptm_load("chat"), chat=True)`` with ``--ptm-model=chat=./path``.
"""

import json
import re

import pytest
from pydantic import BaseModel

from pytest_ptm import (
    assert_generates,
    assert_invariant,
    assert_metric,
    from_writer,
    load_references,
)
from pytest_ptm.checks import length, no_copy, valid_json
from pytest_ptm.perturbations import casing

ORDERS = load_references(
    [
        {"text": "Two pizzas to Rome Street 5, please!", "references": "2"},
        {"text": "I would like 3 pizzas in Park Lane 12.", "references": "3"},
        {"text": "One pizza for Hill Road 7", "references": "1"},
    ]
)
GERMAN = load_references(
    [
        {"text": "Das alte Haus ist rot.", "references": "The old house is red."},
        {"text": "Das Haus hat 12 Zimmer.", "references": "The house has 12 rooms."},
        {"text": "Die Katze ist im Haus.", "references": "The cat is in the house."},
    ]
)
NEWS = load_references(
    [
        {
            "text": "The bridge over the Inn was closed on Monday. Some 4,000 cars "
            "cross it every day. Repairs take until May and cost 2 million euros.",
            "references": "The bridge over the Inn was closed on Monday.",
        },
        {
            "text": "Anna Berg won the race in Oslo. She needed 58 minutes. Nobody had "
            "been as fast since 2011, when the course was shorter.",
            "references": "Anna Berg won the race in Oslo in 58 minutes.",
        },
    ]
)
NUMBERS = {"one": 1, "two": 2}
DICTIONARY = {
    "alte": "old",
    "das": "the",
    "die": "the",
    "hat": "has",
    "haus": "house",
    "im": "in the",
    "ist": "is",
    "katze": "cat",
    "rot": "red",
    "zimmer": "rooms",
}


class Order(BaseModel):
    """What every answer of the chat model has to be."""

    count: int
    street: str


def orders(texts):
    found = []
    for text in texts:
        count, place = re.match(
            r"(?:.*?\blike )?(\w+) pizzas? \w+ (.+?)[,.!]*(?: please.)?$", text, re.I
        ).groups()
        number = NUMBERS.get(count.lower()) or int(count)
        found.append(json.dumps({"count": number, "street": place.rstrip(",")}))
    return found


def word_by_word(texts):
    said = (
        re.sub(r"\w+", lambda word: DICTIONARY.get(word[0].lower(), word[0]), text)
        for text in texts
    )
    return [text[:1].upper() + text[1:] for text in said]


def first_sentences(texts):
    return [" ".join(re.split(r"(?<=\.) ", text)[:2]) for text in texts]


chat = from_writer(orders)
translator = from_writer(word_by_word)
summariser = from_writer(first_sentences)


def test_the_chat_model_answers_in_json_of_the_schema():
    assert_generates(
        chat, ORDERS, expect=valid_json(Order) & length(of="characters", most=60)
    )


def test_the_translation_is_the_same_in_small_letters():
    assert_invariant(translator, GERMAN, under=casing("lower"), tolerance=0.0)


def test_the_translator_is_near_to_what_people_wrote():
    pytest.importorskip("sacrebleu", reason='pip install "pytest-ptm[metrics]"')
    assert_metric(translator, GERMAN, metric="bleu", at_least=80)
    assert_metric(translator, GERMAN, metric="numbers_kept", at_least=1.0)


def test_the_summariser_makes_nothing_up():
    assert_metric(summariser, NEWS, metric="numbers_known", at_least=1.0)
    assert_metric(summariser, NEWS, metric="names_known", at_least=1.0)


@pytest.mark.xfail(reason="sentences are copied, and no summary of one's own")
def test_the_summariser_copies_no_sentence():
    assert_generates(summariser, NEWS, expect=no_copy(most=6))
