"""What fuzzing found, an input each: tests/fuzz looks for more of them."""

import pytest
from pydantic import ValidationError

from pytest_ptm import (
    evaluate_bias_gap,
    evaluate_directional,
    evaluate_metric,
    from_function,
    load_examples,
)
from pytest_ptm.backends import parse_spec
from pytest_ptm.checks import written_in
from pytest_ptm.ground.errors import ArgumentError, DataError, PtmError, SettingsError
from pytest_ptm.known.file import parse
from pytest_ptm.perturbations import casing, contractions, punctuation, typos
from pytest_ptm.settings import Settings, explained
from pytest_ptm.statistics.proportions import share_method

ROWS = [
    {"text": "a good film", "label": "pos"},
    {"text": "a bad film", "label": "neg"},
]


@pytest.fixture(scope="module")
def model():
    return from_function(
        lambda texts: [[0.9, 0.1] if "bad" in each else [0.2, 0.8] for each in texts],
        classes=["neg", "pos"],
    )


@pytest.mark.parametrize("name", [["f1"], {"f1": 1}, 1.5, float("nan"), None])
def test_a_name_that_is_no_text_is_told_so(model, name):
    rows = load_examples(ROWS)
    up = str.upper
    for call in (
        lambda: evaluate_metric(model, ROWS, metric=name),
        lambda: evaluate_bias_gap(model, rows, group=name),
        lambda: evaluate_directional(model, ROWS, under=up, expect=name, of="pos"),
        lambda: share_method(name),
        lambda: casing(name),
        lambda: punctuation(name),
        lambda: contractions(name),
        lambda: written_in(name),
        lambda: typos(rate=name or "0.5"),
        lambda: typos(kinds=name),
    ):
        try:
            call()
        except ArgumentError:
            continue
        # Only a rate may be a number, and only between 0 and 1.
        pytest.fail(f"{name!r} was taken")


@pytest.mark.parametrize("key", [None, 7, ("a",)])
def test_a_column_that_is_called_by_no_text_is_shown(key):
    with pytest.raises(DataError, match=r"PTM204 .* has no column 'text'; it has"):
        load_examples([{key: "a good film", "label": "pos"}])


@pytest.mark.parametrize("pair", [(["a"], 0), (3, ["pos"]), (None, ["pos"])])
def test_one_label_is_told_from_a_column_of_them(pair):
    with pytest.raises(ArgumentError, match="put one into a list"):
        load_examples(pair)


def test_thousands_of_columns_take_no_square_of_their_number(tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text(",".join(["text", "label"] * 20_000) + "\na,b\n")

    with pytest.raises(DataError, match="names columns twice: 'label', 'text'"):
        load_examples(path)


@pytest.mark.parametrize(
    "text",
    ["./a?" + "x" * 9000, "b" * 9000 + "!=./a", "./a?" + "x" * 9000 + "=1"],
    ids=["query", "name", "option"],
)
def test_a_message_does_not_repeat_what_is_endless(text, tmp_path):
    with pytest.raises(SettingsError) as caught:
        parse_spec(text, base=tmp_path)
    assert len(str(caught.value)) < 1000


def test_nor_do_others(model, tmp_path):
    path = tmp_path / "known.toml"
    long = "x" * 9000
    calls = (
        lambda: evaluate_metric(model, ROWS, metric="f1" * 5000),
        lambda: load_examples("a text that is no path " * 500),
        lambda: parse(f"version = 1\n[capabilities.{long}]\nat_mos = 1\n", path=path),
        lambda: parse(
            f"version = 1\n[[tests]]\nid = 'a::b'\nplace = '{long}'", path=path
        ),
        lambda: casing([long]),
        lambda: load_examples(ROWS, quoting=[long]),
        lambda: Settings.model_validate({"dtype": long}),
    )
    for call in calls:
        with pytest.raises((PtmError, ValidationError)) as caught:
            call()
        error = caught.value
        if isinstance(error, ValidationError):
            error = explained(error, {})
        assert len(str(error)) < 4200
