"""Figures of a text beside its source: nobody needs to have written a reference."""

from __future__ import annotations

import re

import pytest
from ptm_written import FakeWriter, echo

from pytest_ptm import (
    BehaviourFailure,
    DataError,
    assert_bias_gap,
    assert_metric,
    assert_not_worse,
    evaluate_metric,
    evaluate_not_worse,
    load_chats,
    load_references,
)

ROWS = [
    {
        "text": f"On day {n} we met Ann, and later Bo, in Rome .",
        "document": str(n // 4),
        "lang": "en" if n % 2 else "de",
    }
    for n in range(40)
]
SOURCES = load_references(ROWS, references=None, groups=["document", "lang"])


def wrong_day(text: str, _: int) -> str:
    """The text, with one number that is none of its own in every fourth."""
    day = int(re.findall(r"\d+", text)[0])
    return text if day % 4 else text.replace(str(day), str(day + 1000))


good, bad = FakeWriter(echo, name="good"), FakeWriter(wrong_day, name="bad")
OF_SOURCE = ("numbers_kept", "numbers_known", "names_kept", "names_known")


@pytest.mark.parametrize("metric", OF_SOURCE)
def test_no_reference_is_needed_and_none_is_looked_at(metric):
    found = evaluate_metric(bad, SOURCES, metric=metric)
    share = 0.75 if metric.startswith("numbers") else 1.0
    assert (found.value, found.n) == (share, 40)
    told = load_references(
        [{**row, "references": "Nothing"} for row in ROWS], groups=["document", "lang"]
    )
    assert evaluate_metric(bad, told, metric=metric).value == found.value
    assert found.by_group == evaluate_metric(bad, told, metric=metric).by_group


def test_a_failure_shows_the_texts_that_are_wrong():
    with pytest.raises(BehaviourFailure) as caught:
        assert_metric(bad, SOURCES, metric="numbers_known", at_least=1.0)
    assert "of 10\n" in str(caught.value)
    assert 'expected what its text says  got "On day 1000 we' in str(caught.value)
    # Nothing was said of references, and so nothing of how they end.
    assert "cut into tokens" not in str(caught.value)


@pytest.mark.parametrize("metric", ["f1", "exact_match", "rougeL", "bleu", "ter"])
def test_a_figure_of_references_is_refused_by_row(metric):
    for rows in (SOURCES, load_chats(CHATS)):
        with pytest.raises(DataError, match=r"row-\d+ has no reference") as caught:
            evaluate_metric(good, rows, metric=metric)
        assert caught.value.code == "PTM206"
    with pytest.raises(DataError, match="row-2 has no reference"):
        evaluate_metric(good, load_chats(CHATS), metric=metric)
    assert good.sent == []


def said(*texts):
    roles = ("user", "assistant") * len(texts)
    pairs = zip(roles, texts, strict=False)
    return {"messages": [{"role": role, "content": text} for role, text in pairs]}


CHATS = [
    said("Ann was born in 1901.", "I see.", "And when was that?", "In 1901."),
    said("Ann was born in 1901.", "I see.", "And when was that?"),
]


def test_the_source_of_a_chat_is_all_that_was_said_in_it():
    model = FakeWriter(lambda text, _: "In 1901, not in 1902.", name="historian")
    assert evaluate_metric(model, load_chats(CHATS), metric="numbers_known").value == (
        2 / 4
    )


def test_two_models_groups_and_clusters_need_none_either():
    found = evaluate_not_worse(bad, SOURCES, than=good, metric="numbers_known")
    assert (found.value, found.failing) == (-0.25, 10)
    assert found.cases[0].severity == 1.0
    with pytest.raises(BehaviourFailure):
        assert_not_worse(bad, SOURCES, than=good, metric="numbers_known", margin=0.2)
    assert_not_worse(good, SOURCES, than=bad, metric="numbers_known", confidence=0.95)
    gap = assert_bias_gap(
        bad,
        SOURCES,
        group="lang",
        metric="numbers_known",
        at_most=0.6,
        min_group_size=20,
    )
    assert gap.value == 0.5
    clusters = assert_metric(
        bad, SOURCES, metric="numbers_known", at_least=0.5, cluster="document"
    )
    assert "clusters" in clusters.measurement.interval.method
