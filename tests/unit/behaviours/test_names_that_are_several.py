"""Lists and sets in the place of a name or an order: an answer to each, no crash."""

import numpy as np
import pytest

from pytest_ptm import (
    assert_accuracy,
    evaluate_bias_gap,
    evaluate_calibrated,
    evaluate_directional,
    evaluate_metric,
    from_function,
    from_tagger,
    load_examples,
    load_references,
)
from pytest_ptm.ground.errors import ArgumentError

ROWS = load_examples(
    [
        {"text": f"{number}", "label": "b", "g": "xy"[number % 2], "h": "z"}
        for number in range(80)
    ],
    groups=["g", "h"],
)
MODEL = from_function(lambda texts: [[0.1, 0.9] for _ in texts], classes=["a", "b"])
SEVERAL = {
    "group": lambda: evaluate_bias_gap(MODEL, ROWS, group=["g", "h"]),
    "cluster": lambda: assert_accuracy(MODEL, ROWS, at_least=0.5, cluster=["g"]),
    "value": lambda: ROWS.where(g=["x", "y"]),
    "metric": lambda: evaluate_metric(MODEL, ROWS, metric=["f1", "accuracy"]),
    "function": lambda: evaluate_metric(MODEL, ROWS, metric=max),
    "error": lambda: evaluate_calibrated(MODEL, ROWS, metric=["ece", "mce"]),
    "way": lambda: evaluate_directional(
        MODEL, ROWS, under=str.upper, expect=["increase"], of="a"
    ),
    **{
        argument: lambda argument=argument: load_examples([], **{argument: [["t"]]})
        for argument in ("text", "text_pair", "context", "label", "id", "groups")
    },
}


@pytest.mark.parametrize("asked", SEVERAL.values(), ids=SEVERAL)
def test_several_are_no_name(asked):
    with pytest.raises(ArgumentError, match="expected") as raised:
        asked()
    assert "=" in str(raised.value)


UNORDERED = {
    "set": {"a", "b"},
    "frozenset": frozenset({"a", "b"}),
    "label2id": {"b": 1, "a": 0},
}


@pytest.mark.parametrize("classes", UNORDERED.values(), ids=UNORDERED)
def test_classes_without_the_order_of_the_columns_are_refused(classes):
    """A set is in another order in each process: the figures would be anything."""
    with pytest.raises(ArgumentError, match="whose order is not that of the columns"):
        from_function(len, classes=classes)
    with pytest.raises(ArgumentError, match="write a list"):
        from_tagger(len, tags=classes)


def test_columns_are_listed_in_an_order():
    row = {"text": "t", "one": "x", "two": "y", "label": 0}
    with pytest.raises(ArgumentError, match="choices= is a set, which has no order"):
        load_examples([row], choices={"one", "two"})
    with pytest.raises(ArgumentError, match="references= is a set"):
        load_references([row], references={"one", "two"})


@pytest.mark.parametrize("mask", [[True, False] * 40, np.array([True, False] * 40)])
def test_a_mask_of_rows_is_no_list_of_their_numbers(mask):
    """True is 1: a mask took the rows 1 and 0 over and over."""
    with pytest.raises(ArgumentError, match="truth value for each; write filter"):
        ROWS.take(mask)
    assert ROWS.take(np.flatnonzero(mask)).ids == ROWS.where(g="x").ids
