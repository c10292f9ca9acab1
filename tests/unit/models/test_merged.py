"""Classes that count as one."""

from __future__ import annotations

import math

import pytest
from ptm_fakes import FakeClassifier
from ptm_tags import FakeTagger, by_name, tagged

import pytest_ptm as ptm

NAMES = ("entailment", "neutral", "contradiction")
NLI = {"neutral": "not-entailment", "contradiction": "not-entailment"}
LOGITS = {
    "close": [math.log(0.4), math.log(0.3), math.log(0.3)],
    "apart": [math.log(0.1), math.log(0.2), math.log(0.7)],
    "level": [1.0, 1.0, 0.0],
}
MODEL = FakeClassifier(lambda text: LOGITS[text], NAMES, name="nli")


def test_the_likeliest_class_decides_as_in_the_official_script_of_hans():
    rows = [
        {"text": "close", "label": "entailment"},
        {"text": "apart", "label": "not-entailment"},
    ]
    model = ptm.merged(MODEL, NLI)
    assert model.class_names == ("entailment", "not-entailment")
    assert ptm.evaluate_accuracy(model, rows).value == 1.0
    result = ptm.evaluate_metric(model, rows, metric="f1", positive="not-entailment")
    assert result.value == 1.0
    assert "|classes:" in result.signature
    # Two of its own that are level are a tie between two that are judged.
    said = model.predict(["level"])[0]
    assert "entailment" in said.said


def test_a_map_is_part_of_who_answers():
    one, other = (ptm.merged(MODEL, {"neutral": name}) for name in ("x", "entailment"))
    assert len({MODEL.fingerprint, one.fingerprint, other.fingerprint}) == 3
    rows = [{"text": "close", "label": "entailment"}]
    plain = ptm.evaluate_accuracy(MODEL, rows).signature
    assert plain != ptm.evaluate_accuracy(one, rows).signature


def test_types_of_entities_are_merged_or_left_out():
    model = ptm.merged(FakeTagger(by_name), {"place": "O", "person": "name"})
    assert model.class_names == ("O", "B-name", "I-name")
    rows = tagged("Ann/B-name in/O Rome/O")
    assert ptm.evaluate_metric(model, rows, metric="f1").value == 1.0


@pytest.mark.parametrize(
    ("class_map", "why"),
    [
        ({}, "expected names of classes"),
        ({"neutral": 1}, "expected names of classes"),
        ({"neutrl": "x"}, "has no 'neutrl'; it has 'entailment', 'neutral'"),
        (dict.fromkeys(NAMES, "x"), "everything would count as 'x'"),
    ],
)
def test_a_map_that_means_nothing_is_refused(class_map, why):
    with pytest.raises(ptm.ArgumentError, match=why):
        ptm.merged(MODEL, class_map)


def test_what_has_no_classes_to_merge_is_refused():
    several = FakeClassifier(lambda text: [1, 1], multi_label=True, name="several")
    with pytest.raises(ptm.ArgumentError, match="decided by itself"):
        ptm.merged(several, {"negative": "bad"})


def test_questions_are_encoded_as_few_at_a_time_as_the_model_has_in_memory():
    """A classifier of images that was merged once had them all there at once."""
    seen = []

    class Large(FakeClassifier):
        rows_at_once = 2

        def encode(self, inputs):
            seen.append(len(inputs["text"]))
            return super().encode(inputs)

    rows = [{"text": text, "label": "entailment"} for text in LOGITS]
    model = ptm.merged(Large(lambda text: LOGITS[text], NAMES, name="large"), NLI)
    assert ptm.evaluate_accuracy(model, rows).n == 3
    assert seen == [2, 1]


def test_answers_of_several_rows_are_not_merged_row_by_row():
    """Logits of 1, 2 and 2.5 once made of the first two classes the likeliest, 3."""

    def logits(pair):
        return [0.0, {"a": 1.0, "b": 2.0, "c": 2.5}[pair[-2]]]

    infers = FakeClassifier(logits, ("other", "entailment"), name="infers")
    model = ptm.zero_shot(infers, ["a", "b", "c"])
    assert model.predict("x").label == "c"
    with pytest.raises(ptm.ArgumentError, match="of several rows, and merged would"):
        ptm.merged(model, {"b": "a"}).predict("x")
