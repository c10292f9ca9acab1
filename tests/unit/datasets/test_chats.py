"""Chats as data sets have them: read strictly, message by message."""

from __future__ import annotations

import json

import pytest
from ptm_written import FakeWriter, echo

from pytest_ptm import (
    ArgumentError,
    DataError,
    evaluate_generates,
    evaluate_metric,
    from_writer,
    load_chats,
    load_examples,
)
from pytest_ptm.checks import Check, no_copy
from pytest_ptm.datasets.cells import Column
from pytest_ptm.datasets.messages import chat_in
from pytest_ptm.datasets.references import References
from pytest_ptm.datasets.table import SourceTable
from pytest_ptm.perturbations.apply import perturbations_of, perturbed


def said(*turns):
    """Messages of these roles, by their first letters, with these texts."""
    roles = {"s": "system", "u": "user", "a": "assistant"}
    return [{"role": roles[who], "content": text} for who, text in turns]


LONG = said(("s", "Be brief."), ("u", "Hi"), ("a", "Hello"), ("u", "Who?"), ("a", "I"))
SHORT = said(("u", "Hi"))


def test_what_the_user_says_last_is_asked_and_the_rest_stands_before_it(tmp_path):
    rows = [{"messages": LONG, "lang": "en"}, {"messages": SHORT, "lang": "de"}]
    chats = load_chats(rows, groups=["lang"])
    assert chats.inputs == {"text": ("Who?", "Hi"), "system": ("Be brief.", "")}
    assert chats.lists == {"turns": (("Hi", "Hello"), ())}
    assert chats.labels == (References(("I",)), References(()))
    assert chats.group("lang") == ("en", "de")
    path = tmp_path / "chats.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    assert load_chats(path, groups=["lang"]).fingerprint == chats.fingerprint


def test_nobody_answered_is_no_label_and_nobody_before_it_no_system_text():
    chats = load_chats([{"messages": SHORT}])
    assert chats.labels is None
    assert chats.inputs == {"text": ("Hi",)}
    # A classifier, or a model that is asked no chat, would read the text alone.
    assert chats.lists == {"turns": ((),)}


def test_conversations_of_sharegpt_are_the_same():
    names = {"system": "system", "user": "human", "assistant": "gpt"}
    theirs = [{"from": names[m["role"]], "value": m["content"]} for m in LONG]
    found = load_chats([{"conversations": theirs}], messages="conversations")
    assert found.fingerprint == load_chats([{"messages": LONG}]).fingerprint


@pytest.mark.parametrize(
    ("messages", "why"),
    [
        ("Hi", "expected a list of messages"),
        (None, "expected a list of messages"),
        ([], "no message is the user's"),
        (said(("s", "Be brief.")), "no message is the user's"),
        (said(("a", "Hi")), "no message is the user's"),
        (["Hi"], "message 1: expected a role and a content"),
        ([{"role": "user"}], "message 1 has 'role'; expected 'role' and 'content'"),
        ([{"role": "tool", "content": "3"}], "message 1: role is \"'tool'\".*known: "),
        ([{"role": None, "content": "3"}], "message 1: role is None"),
        (said(("u", "a"), ("u", "b")), "messages 1 and 2 are both the user's"),
        (
            said(("s", "x"), ("u", "a"), ("a", "b"), ("a", "c"), ("u", "d")),
            "messages 3 and 4 are both the assistant's",
        ),
        (said(("a", "b"), ("u", "a")), "message 1 is the assistant's, and nobody"),
        (said(("u", "a"), ("s", "b")), "message 2 is the system's, which has to be"),
        (
            said(("s", "a"), ("s", "b"), ("u", "a")),
            "message 2 is the system's, which has to be",
        ),
        (said(("u", " \n")), "message 1 is empty"),
        (said(("s", ""), ("u", "a")), "message 1 is empty"),
        (said(("u", None)), "message 1: expected a text, got None"),
        (said(("u", "\ud800")), "lone surrogate"),
        (said(("u", "a" * (1 << 20) + "a")), "more than 1,048,576 bytes"),
        (
            said(("u", [{"type": "text"}, {"type": "image_url"}])),
            r"message 1: its content is a list of parts \('text', 'image_url'\)",
        ),
        (
            [*SHORT, {"role": "assistant", "content": "x", "tool_calls": [{"id": 1}]}],
            "message 2 has 'tool_calls', which the model would not be told",
        ),
        *(
            ([{**SHORT[0], lost: "x"}], f"message 1 has '{lost}', which")
            for lost in ("function_call", "tool_call_id")
        ),
    ],
)
def test_a_row_that_is_no_chat_is_refused_by_its_name(messages, why):
    rows = [{"id": "one", "messages": SHORT}, {"id": "two", "messages": messages}]
    with pytest.raises(DataError, match=why) as caught:
        load_chats(rows)
    assert caught.value.code == "PTM205"
    assert 'row 2 (id "two")' in caught.value.message


def test_columns_of_nothing_say_nothing():
    plain = [{**SHORT[0], "tool_calls": None, "name": None}]
    assert load_chats([{"messages": plain}]).inputs["text"] == ("Hi",)


def test_who_reads_chats_is_said():
    with pytest.raises(DataError, match=r"Chats are read by load_chats\(…\)"):
        load_examples([{"messages": SHORT}], label=None)
    with pytest.raises(DataError, match=r"has no column 'messages'.*messages=…"):
        load_chats([{"chat": SHORT}])
    with pytest.raises(ArgumentError, match="loaded already"):
        load_chats(load_chats([{"messages": SHORT}]))
    with pytest.raises(ArgumentError, match=r"such as \['lang'\]"):
        load_chats([{"messages": SHORT}], groups="lang")
    with pytest.raises(DataError, match="0 examples"):
        load_chats([])


def test_a_function_of_texts_is_asked_no_chat():
    model = from_writer(lambda texts: list(texts))
    alone = load_chats([{"messages": said(("u", "Hi"), ("a", "Hi"))}])
    assert evaluate_metric(model, alone, metric="exact_match").value == 1.0
    before = said(("s", "Be brief."), ("u", "Hi"), ("a", "Hi"))
    for messages in (LONG, before):
        with pytest.raises(DataError, match="is not told what stands before them"):
            evaluate_metric(model, load_chats([{"messages": messages}]), metric="f1")


def test_rows_without_a_system_text_are_neither_empty_nor_shown_so():
    rows = [{"messages": LONG}, {"messages": said(("u", "Hi"), ("a", "Hello"))}]
    found = evaluate_metric(FakeWriter(echo), load_chats(rows), metric="f1")
    assert found.counts.empty == 0
    assert {case.shown for case in found.cases} == {"Who? | Be brief.", "Hi"}


def test_a_check_sees_all_that_was_said():
    chats = load_chats([{"messages": LONG}])
    told = FakeWriter(lambda text, _: "I was told: be brief.", name="leaky")
    assert evaluate_generates(told, chats, expect=no_copy(1)).value == 0.0
    assert evaluate_generates(told, chats, expect=no_copy(2)).value == 1.0
    seen = Check("sees all", lambda written: written.prompt)
    found = evaluate_generates(told, chats, expect=seen)
    assert r"Be brief.\nHi\nHello\nWho?" in found.cases[0].observed


def test_a_change_says_nothing_where_there_is_no_system_text():
    chats = load_chats([{"messages": LONG}, {"messages": SHORT}])
    (kindly,) = perturbations_of(lambda text: f"{text} Kindly.")
    found = perturbed(chats, kindly, seed=0).examples
    assert found.inputs["system"] == ("Be brief. Kindly.", "")
    assert found.inputs["text"] == ("Who? Kindly.", "Hi Kindly.")
    assert found.lists == chats.lists


def test_bytes_are_what_a_text_may_have_so_many_of():
    column = Column(
        SourceTable("x", {"messages": [said(("u", "é" * 6))]}), "messages", None
    )
    assert chat_in(column, 0, max_bytes=12).text == "é" * 6
    with pytest.raises(DataError, match="message 1 has more than 11 bytes"):
        chat_in(column, 0, max_bytes=11)
