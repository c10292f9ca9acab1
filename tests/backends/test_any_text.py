"""Any text, from a file to a report: no crash, and nothing that steers a reader."""

from __future__ import annotations

import csv
import io
import json
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ptm_texts import ODD, steers, strings

from pytest_ptm import (
    Examples,
    evaluate_accuracy,
    evaluate_bias_gap,
    evaluate_invariant,
    evaluate_masked_accuracy,
    evaluate_masked_gap,
    evaluate_masked_prediction,
    load_examples,
    load_model,
)
from pytest_ptm.ground.errors import DataError
from pytest_ptm.perturbations import (
    Perturbation,
    casing,
    contractions,
    punctuation,
    typos,
    whitespace,
)
from pytest_ptm.perturbations.apply import perturbed
from pytest_ptm.results import Bound
from pytest_ptm.runs.rows import row_of
from pytest_ptm.session import Session, activated
from pytest_ptm.session.running_test import Told
from pytest_ptm.settings import Settings
from pytest_ptm.verdicts.judge import judge
from pytest_ptm.verdicts.words import message_of

texts = st.lists(
    st.sampled_from(ODD)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=9),
    max_size=4,
).map("".join)
CHANGES = (
    *(casing(way) for way in ("upper", "lower", "title", "swap")),
    *(punctuation(how) for how in ("strip", "add")),
    *(contractions(how) for how in ("expand", "contract")),
    *(typos(rate=0.3), typos(count=2), whitespace()),
)
COMPOSED = tuple(one | other for one, other in pairwise(CHANGES))
FAMILIES = ("bert", "albert", "gpt2")
thorough = settings(
    max_examples=40,
    # The session is made anew for a test, and any number of texts may share it.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def predictors(checkpoint):
    return {
        family: bound(checkpoint(family), "text-classification") for family in FAMILIES
    }


@pytest.fixture(scope="module")
def masked(checkpoint):
    families = ("bert-masked-lm", "roberta-masked-lm")
    return {family: bound(checkpoint(family), "fill-mask") for family in families}


def bound(folder, task):
    with activated(Session(read_settings=lambda: Settings(device="cpu"))):
        return load_model(folder).predictor(task)


def check_outgoing(result):
    """The message and the row of the run document, of a verdict with many cases."""
    bound = (
        Bound(at_least=1.5)
        if result.measurement.better == "higher"
        else Bound(at_most=-0.5)
    )
    verdict = judge(result, bound)
    message = str(message_of(verdict, show_cases=50, rerun="pytest x"))
    assert not steers(message, lines=True)
    assert not any(line.lstrip().startswith("::") for line in message.split("\n"))
    document = row_of(Told(verdict), "test_it.py::test_it").model_dump_json()
    document.encode("utf-8")
    for text in strings(json.loads(document)):
        assert not steers(text)
        assert len(text) < 10_000


def as_jsonl(rows, folder):
    path = folder / "data.jsonl"
    path.write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows),
        encoding="utf-8",
        newline="",
    )
    return path


def as_csv(rows, folder):
    path = folder / "data.csv"
    file = io.StringIO()
    writer = csv.DictWriter(file, rows[0], quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(file.getvalue(), encoding="utf-8", newline="")
    return path


def in_memory(rows, folder):
    return rows


@pytest.mark.parametrize("way", [as_jsonl, as_csv, in_memory])
@given(values=st.lists(texts, min_size=1, max_size=5), number=st.integers(0, 2))
@thorough
def test_any_text_goes_the_whole_way(way, values, number, predictors, tmp_path_factory):
    rows = [
        {"text": text, "label": str(row % 2), "id": f"{row}{text}", "g": f"g{text}"}
        for row, text in enumerate(values)
    ]
    source = way(rows, tmp_path_factory.mktemp("any"))
    if way is as_csv and any("\x00" in text for text in values):
        with pytest.raises(DataError, match=r"PTM20[23]") as refused:
            load_examples(source, groups=["g"])
        assert not steers(str(refused.value))
        return
    examples = load_examples(source, groups=["g"])
    assert examples.inputs["text"] == tuple(values)
    result = evaluate_accuracy(predictors[FAMILIES[number]], examples)
    blank = [text for text in values if not text.strip()]
    assert (result.n, result.counts.empty) == (len(values), len(blank))
    check_outgoing(result)
    if len(set(values)) > 1:
        check_outgoing(
            evaluate_bias_gap(predictors["gpt2"], examples, group="g", min_group_size=1)
        )


@pytest.mark.parametrize("family", ["bert-masked-lm", "roberta-masked-lm"])
@given(before=texts, after=texts)
@thorough
def test_any_text_around_a_mask_goes_the_whole_way(family, before, after, masked):
    text, change = f"{before} [MASK] {after}", COMPOSED[0] | CHANGES[8]
    model = masked[family]
    # Unchanged, a mask too many, one beyond what so small a model sees, or a word that
    # the text beside it takes in.
    codes = {"PTM210", "PTM211", "PTM212", "PTM213"}
    judged_or_refused(
        lambda: evaluate_masked_prediction(model, text, expect="a"), codes
    )
    judged_or_refused(
        lambda: evaluate_masked_gap(model, text, between=("a", "i")), codes
    )
    judged_or_refused(lambda: evaluate_invariant(model, text, under=change), codes)


@pytest.mark.parametrize("family", ["bert-masked-lm", "roberta-masked-lm"])
@given(values=st.lists(texts, min_size=1, max_size=4))
@thorough
def test_any_text_can_have_tokens_hidden(family, values, masked):
    judged_or_refused(
        lambda: evaluate_masked_accuracy(masked[family], values), {"PTM201", "PTM211"}
    )


def judged_or_refused(evaluate, codes):
    try:
        result = evaluate()
    except DataError as error:
        refused = error
    else:
        check_outgoing(result)
        return
    assert refused.code in codes
    assert not steers(str(refused))


@pytest.mark.parametrize("change", [*CHANGES, *COMPOSED], ids=str)
@given(values=st.lists(texts, min_size=1, max_size=5))
@settings(thorough, max_examples=15)
def test_any_text_can_be_changed(change, values):
    ids = tuple(f"{row}{text}" for row, text in enumerate(values))
    examples = Examples(ids, {"text": tuple(values)})
    then = perturbed(examples, change, seed=0)
    again = perturbed(examples.take(reversed(range(len(ids)))), change, seed=0)
    assert again.examples.inputs["text"][::-1] == then.examples.inputs["text"]
    for before, after, changed in zip(
        values, then.examples.inputs["text"], then.changed, strict=True
    ):
        assert changed == (before != after)
        after.encode("utf-8")


@given(
    values=st.lists(texts, min_size=2, max_size=5),
    change=st.sampled_from([*CHANGES, *COMPOSED]),
    family=st.sampled_from(FAMILIES),
)
@thorough
def test_any_text_can_be_asked_before_and_after_a_change(
    values, change, family, predictors
):
    predictor, examples = predictors[family], load_examples((values, None))
    if not perturbed(examples, change, seed=0).changed.any():
        with pytest.raises(DataError, match="PTM210"):
            evaluate_invariant(predictor, examples, under=change)
        return
    check_outgoing(evaluate_invariant(predictor, examples, under=change))


@given(name=texts)
@thorough
def test_no_name_of_a_change_steers_a_report(name, predictors):
    change = Perturbation(name, lambda text, rng: f"{text}!", seeded=False)
    check_outgoing(
        evaluate_invariant(predictors["bert"], (["film"], None), under=change)
    )


@given(
    values=st.lists(texts, min_size=1, max_size=4),
    before=texts,
    half=st.characters(categories=["Cs"]),
    row=st.integers(0, 3),
)
@thorough
def test_half_a_character_is_refused_with_row_and_code_point(
    values, before, half, row, predictors, tmp_path_factory
):
    row %= len(values)
    # Two halves that meet are one character, which JSON would make of them.
    values[row] = f"{before}-{half}-"
    where = f"character {len(before) + 2} is the lone surrogate U+{ord(half):04X}"
    rows = [{"text": text, "label": "0"} for text in values]
    path = tmp_path_factory.mktemp("half") / "data.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in rows))
    for source, place in ((rows, f"row {row + 1}"), (path, f"line {row + 1}")):
        with pytest.raises(DataError) as refused:
            load_examples(source)
        assert refused.value.code == "PTM205"
        assert f"{place}: 'text': {where}" in str(refused.value)
    examples = Examples(tuple(map(str, range(len(values)))), {"text": tuple(values)})
    with pytest.raises(DataError, match="PTM205"):
        evaluate_invariant(predictors["bert"], examples, under=lambda text: f"{text}!")


MEGABYTE = 1 << 20


@pytest.mark.parametrize(
    "unit",
    [
        "a great film. ",
        "a",
        " ",
        "\u0301",
        "\U0001f468\u200d",
        "\x00",
        "שלום ",
        "一",
        # A token a mark, as of that: the same claim, three times as long.
        pytest.param("'\".", marks=pytest.mark.heavy),
    ],
    ids=ascii,
)
def test_a_megabyte_goes_the_whole_way(unit, predictors):
    text = unit * (MEGABYTE // len(unit.encode()))
    rows = [{"text": text, "label": 0}, {"text": f"x{text[:-1]}"[:50], "label": 1}]
    examples = load_examples(rows)
    for change in (typos(rate=0.001), whitespace() | punctuation("strip")):
        then = perturbed(examples, change, seed=0)
        assert len(then.examples.inputs["text"]) == 2
    result = evaluate_accuracy(predictors["bert"], examples)
    assert result.n == 2
    check_outgoing(result)
    with pytest.raises(DataError, match=r"PTM205 .* is the most"):
        load_examples([{"text": f"{text}{unit * 2}", "label": 0}])
