"""Calibration of models: what is judged, at which temperature, what is refused."""

from pathlib import Path

import numpy as np
import pytest
from ptm_fakes import FakeClassifier
from ptm_numbers import FakeRegressor
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from pytest_ptm import (
    assert_bias_gap,
    assert_calibrated,
    assert_metric,
    assert_not_worse,
    evaluate_calibrated,
    evaluate_metric,
    evaluate_not_worse,
    from_function,
    from_sklearn,
    load_examples,
    load_model,
    merged,
)
from pytest_ptm.ground.errors import (
    ArgumentError,
    BehaviourFailure,
    DataError,
    Inconclusive,
)
from pytest_ptm.session import Session, activated
from pytest_ptm.settings import Settings

CLASSES = ("negative", "positive")


def rows(n, of="a", right=8):
    """Texts that say what the model answers; ``right`` of ten have that as label."""
    return [
        {
            "id": f"{of}{row}",
            "text": f"{of}{row} {CLASSES[row % 2]}",
            "label": CLASSES[(row % 2) ^ (row // 2 % 10 >= right)],
            "half": ("even", "odd")[row // 2 % 2],
        }
        for row in range(n)
    ]


def sure(logit, name="fake", classes=CLASSES):
    """Says what the text says, always as sure."""

    def logits(text):
        return [logit if each in text.split()[1] else 0.0 for each in classes]

    return FakeClassifier(logits, classes, name=name)


AT_80 = sure(np.log(4))
"""Says .8, which it is."""
AT_98 = sure(4.0, "rash")


def also(result):
    return {each.metric: each.value for each in result.also}


def test_the_figure_its_bins_and_what_else_there_is():
    result = assert_calibrated(AT_98, rows(400), at_most=0.2)
    p = 1 / (1 + np.exp(-4.0))
    assert result.value == pytest.approx(p - 0.8, abs=1e-7)
    assert result.behaviour == "calibration"
    (only,) = result.reliability.bins
    assert (only.low, only.high, only.n) == (14 / 15, 1.0, 400)
    assert (only.accuracy, only.gap) == (0.8, pytest.approx(0.8 - p, abs=1e-7))
    assert only.interval.low < only.gap < only.interval.high
    found = also(result)
    assert found["overconfidence"] == pytest.approx(result.value)
    assert found["underconfidence"] == 0
    assert found["mce"] == pytest.approx(result.value)
    assert found["brier"] == pytest.approx(0.8 * (1 - p) ** 2 + 0.2 * p**2, abs=1e-7)
    parts = found["reliability"] - found["resolution"] + found["uncertainty"]
    inside = found["within_variance"] - found["within_covariance"]
    assert parts + inside == pytest.approx(found["brier"], abs=1e-12)
    assert found["ece"] == evaluate_metric(AT_98, rows(400), metric="ece").value
    assert "|ece|" in result.signature
    assert result.reliability.overconfidence == pytest.approx(result.value)
    assert result.reliability.likeliest == pytest.approx(4 / np.log(4), abs=1e-6)
    assert 0 < result.reliability.by_chance < 0.01
    # A green run is told nothing that nobody has to do anything about.
    assert result.notes == ()
    assert result.failing == 80
    assert result.cases[0].observed == "negative 0.982"
    # A wrong answer may be as unsure as it should be: no list of failures is held.
    assert result.outcomes.right is None
    assert "0.933 .. 1.000" in result._repr_html_()


def test_bounds_decide_and_the_parts_have_bounds_of_their_own():
    assert_calibrated(AT_80, rows(400), at_most=0.001)
    with pytest.raises(BehaviourFailure, match=r"ece 0.1820 > 0.1000"):
        assert_calibrated(AT_98, rows(400), at_most=0.1)
    with pytest.raises(BehaviourFailure, match=r"overconfidence 0.1820 > 0.0") as red:
        assert_calibrated(AT_98, rows(400), at_most=1.0, at_most_overconfidence=0.05)
    alone = evaluate_metric(AT_98, rows(400), metric="overconfidence")
    own = alone.measurement.interval
    # Not that of the ece, whose bound holds.
    stands_on = f"95 % signed bins {own.low:.4f} .. {own.high:.4f} · clear at 95 %"
    assert f"interval   {stands_on}" in str(red.value)
    assert " of ece" not in str(red.value)
    assert_calibrated(AT_98, rows(400), at_most=1.0, at_most_underconfidence=0.0)
    wary = sure(0.1, "wary")
    with pytest.raises(BehaviourFailure, match=r"underconfidence\(bins=10\) 0.2750"):
        assert_calibrated(
            wary, rows(400), at_most=1.0, bins=10, at_most_underconfidence=0.2
        )


def test_at_a_confidence_a_small_sample_shows_neither():
    assert_calibrated(AT_80, rows(2000), at_most=0.05, confidence=0.95)
    with pytest.raises(Inconclusive, match=r"ece 0.0000, at_most=0.0500"):
        assert_calibrated(AT_80, rows(100), at_most=0.05, confidence=0.95)
    with pytest.raises(BehaviourFailure, match=r"> 0.0500 at 95 %"):
        assert_calibrated(AT_98, rows(400), at_most=0.05, confidence=0.95)


def test_a_message(golden):
    examples = [
        {"id": f"rev-{row}", "text": f"{row}", "label": CLASSES[row % 7 < 4]}
        for row in range(240)
    ]

    def logits(text):
        number = int(text)
        says = (number % 7 < 4) ^ (number % 5 == 0)
        return [0.0, (0.4 + number % 9) * (1 if says else -1)]

    model = FakeClassifier(logits, CLASSES, name="candidate")
    with pytest.raises(BehaviourFailure) as failure:
        assert_calibrated(
            model,
            examples[:200],
            at_most=0.05,
            bins=10,
            temperature=examples[200:],
            at_most_overconfidence=0.04,
        )
    # What it took is another each time.
    lines = [line for line in str(failure.value).split("\n") if "cost" not in line]
    golden("calibration", "\n".join(lines))


def test_a_temperature_that_is_said_divides_the_logits():
    cooled = evaluate_calibrated(AT_98, rows(400), temperature=4 / np.log(4))
    assert cooled.value == pytest.approx(0, abs=1e-6)
    assert also(cooled)["temperature"] == pytest.approx(4 / np.log(4))
    assert "|temperature:2.88539|" in cooled.signature
    as_a_float = evaluate_calibrated(AT_98, rows(400), temperature=np.float64(2.0))
    assert "|temperature:2|" in as_a_float.signature
    for end in (0.001, 1000):
        assert also(evaluate_calibrated(AT_98, rows(20), temperature=end))[
            "temperature"
        ] == pytest.approx(end)
    # Of 1e-310 no logit would stay finite, for which the model was blamed.
    for wrong in (0, -1.0, float("nan"), float("inf"), 1e-310, True, np.True_, 1001):
        with pytest.raises(ArgumentError, match=r"expected a number from 0\.001 to"):
            evaluate_calibrated(AT_98, rows(400), temperature=wrong)


def test_a_temperature_is_fitted_on_other_examples():
    batches = len(AT_98.batches)
    found = evaluate_calibrated(AT_98, rows(400), temperature=rows(100, of="b"))
    assert len(AT_98.batches) > batches
    assert also(found)["temperature"] == pytest.approx(4 / np.log(4), abs=1e-6)
    assert found.value == pytest.approx(0, abs=1e-6)
    assert found.cost.examples == 500
    assert found.notes[0].startswith(
        "temperature 2.88539, fitted on 100 other examples"
    )
    assert "|temperature:2.88539|fitted-on:" in found.signature
    with activated(Session(lambda: Settings(limit=60))):
        (note, *_) = evaluate_calibrated(
            AT_98, rows(400), temperature=rows(100, of="d")
        ).notes
    assert "fitted on 60 other examples (of 100, by --ptm-limit)" in note
    # Others that give another one, and other ones that give the same, are told apart.
    again = evaluate_calibrated(AT_98, rows(400), temperature=rows(100, of="c"))
    assert again.value == found.value
    assert again.signature != found.signature


def test_classes_that_a_temperature_was_not_fitted_on_are_named():
    three = sure(2.0, "three", (*CLASSES, "neutral"))
    found = evaluate_calibrated(three, rows(400), temperature=rows(100, of="b"))
    assert "none of which is labelled 'neutral': all logits" in found.notes[0]
    one = [row for row in rows(100, of="b") if row["label"] == "positive"]
    found = evaluate_calibrated(AT_98, rows(400), temperature=one)
    assert "none of which is labelled 'negative': all logits" in found.notes[0]
    # Labels of one class are judged as any others are.
    positive = [{**row, "label": "positive"} for row in rows(400)]
    p = 1 / (1 + np.exp(-4.0))
    assert evaluate_calibrated(AT_98, positive).value == pytest.approx(p - 0.5)


def test_no_temperature_is_fitted_on_what_it_is_judged_by():
    shared = [*rows(100, of="b"), {**rows(8)[7], "id": "other"}]
    with pytest.raises(DataError, match=r"PTM219 1 example .*first: a7, there other"):
        evaluate_calibrated(AT_98, rows(400), temperature=shared)
    limited = Session(lambda: Settings(limit=60))
    with activated(limited), pytest.raises(DataError, match="PTM219"):
        # Nor where a sample leaves the shared one out.
        evaluate_calibrated(AT_98, rows(400), temperature=shared)


def test_every_kind_of_model_with_probabilities_is_judged():
    def polite(texts):
        return [[0.2, 0.8] if "positive" in text else [0.8, 0.2] for text in texts]

    function = from_function(polite, classes=CLASSES)
    of_function = evaluate_calibrated(function, rows(400))
    assert of_function.value == pytest.approx(0, abs=1e-7)
    # On the edge of two bins of fifteen, which .8 is, it is in the lower one.
    assert of_function.reliability.bins[0].high == 0.8
    texts = [row["text"] for row in rows(400)]
    labels = [row["label"] for row in rows(400)]
    pipeline = make_pipeline(CountVectorizer(), LogisticRegression()).fit(texts, labels)
    of_sklearn = evaluate_calibrated(from_sklearn(pipeline), rows(400, of="b"))
    p = pipeline.predict_proba([row["text"] for row in rows(400, of="b")]).max(axis=1)
    assert of_sklearn.value == pytest.approx(abs(0.8 - p.mean()), abs=1e-6)
    three = sure(2.0, "three", classes=("negative", "positive", "other"))
    fewer = merged(three, {"other": "negative"})
    assert evaluate_calibrated(fewer, rows(400)).n == 400
    of_three = evaluate_calibrated(three, rows(400), metric="ece_classwise")
    assert sum(each.n for each in of_three.reliability.bins) == 1200


def test_what_has_no_probabilities_is_refused_by_name():
    texts = [row["text"] for row in rows(40)]
    labels = [row["label"] for row in rows(40)]
    pipeline = make_pipeline(CountVectorizer(), LinearSVC()).fit(texts, labels)
    margins = from_sklearn(pipeline, name="svm")
    for model in (
        margins,
        merged(margins, {"negative": "positive", "positive": "negative"}),
    ):
        with pytest.raises(ArgumentError, match="model svm gives none: decision_func"):
            evaluate_calibrated(model, rows(400))
    with pytest.raises(ArgumentError, match="svm gives none"):
        assert_metric(margins, rows(400), metric="ece", at_most=0.1)
    numbers = [{"text": "good", "label": 3.5}] * 20
    with pytest.raises(ArgumentError, match="answers 'text-regression'"):
        evaluate_calibrated(FakeRegressor(len), numbers)


def test_several_labels_are_judged_class_by_class():
    def logits(text):
        return [2.0 if name in text else -2.0 for name in CLASSES]

    model = FakeClassifier(logits, CLASSES, multi_label=True, name="several")
    labelled = [{**row, "label": [row["label"]]} for row in rows(400)]
    with pytest.raises(ArgumentError, match="ece is not defined for multi-label"):
        evaluate_calibrated(model, labelled)
    found = evaluate_calibrated(model, labelled, metric="ece_classwise")
    p = 1 / (1 + np.exp(-2.0))
    assert found.value == pytest.approx(p - 0.8, abs=1e-7)
    assert set(also(found)) == {"ece_classwise"}
    with pytest.raises(
        ArgumentError, match="several may hold of several; say a number"
    ):
        evaluate_calibrated(
            model, labelled, metric="ece_classwise", temperature=labelled
        )


def test_one_class_can_be_watched():
    found = evaluate_calibrated(AT_98, rows(400), positive="positive")
    p = 1 / (1 + np.exp(-4.0))
    assert [each.accuracy for each in found.reliability.bins] == pytest.approx(
        [0.2, 0.8]
    )
    assert found.value == pytest.approx(p - 0.8, abs=1e-7)
    assert "|positive:positive|" in found.signature
    assert "ece_classwise" not in also(found)


def test_wrong_arguments_are_refused_before_anything_is_asked():
    asked = len(AT_98.batches)
    for wrong, why in (
        ({"metric": "brier"}, "calibration error"),
        ({"metric": "ecе"}, "calibration error"),
        ({"bins": 0}, "expected a whole number, 1 .. 1000"),
        ({"bins": 2.5}, "expected a whole number"),
        ({"bins": np.bool_(True)}, "expected a whole number"),
        ({"bins": True}, "expected a whole number"),
        ({"early_stop": "certain"}, "made of bins"),
        ({"at_most_overconfidence": 2}, "outside the metric's range"),
        ({"at_least": 0.1}, "bound this figure with at_most="),
    ):
        with pytest.raises(ArgumentError, match=why):
            assert_calibrated(AT_98, rows(400), **{"at_most": 0.1, **wrong})
    assert len(AT_98.batches) == asked
    with pytest.raises(DataError, match="PTM207 ece is undefined: 15 bins among 10"):
        evaluate_calibrated(AT_98, rows(10))


def test_groups_have_figures_and_gaps_of_their_own():
    examples = [
        {**row, "label": row["text"].split()[1]} if row["half"] == "odd" else row
        for row in rows(400, right=7)
    ]
    examples = load_examples(examples, groups=["half"])
    found = evaluate_calibrated(AT_80, examples)
    even, odd = found.by_group
    assert odd.value == pytest.approx(0.2, abs=1e-7)
    assert even.interval.low <= even.value <= even.interval.high
    gap = assert_bias_gap(AT_80, examples, group="half", metric="ece", at_most=0.2)
    assert gap.value == pytest.approx(abs(odd.value - even.value), abs=1e-12)


def test_two_models_are_compared_by_it():
    found = evaluate_not_worse(AT_80, rows(2000), than=AT_98, metric="ece")
    p = 1 / (1 + np.exp(-4.0))
    assert found.value == pytest.approx(p - 0.8, abs=1e-6)
    assert found.measurement.interval.low > 0.1
    for metric in ("mce", "overconfidence(bins=5)"):
        assert_not_worse(
            AT_80, rows(2000), than=AT_98, metric=metric, margin=0, confidence=0.95
        )
    with pytest.raises(BehaviourFailure, match="gain in ece over fake"):
        assert_not_worse(AT_98, rows(400), than=AT_80, metric="ece", margin=0.05)


def test_sst2_by_a_plain_loop(shared_models: Path, shared_data: Path):
    model = load_model(shared_models / "minilm-l6-sst2")
    path = shared_data / "sst2" / "dev.tsv"
    examples = load_examples(path, text="sentence").take(list(range(120)))
    found = evaluate_calibrated(model, examples)
    answers = model.predict(list(examples.inputs["text"]))
    names = ("NEGATIVE", "POSITIVE")
    sums, total = {}, 0.0
    for answer, label in zip(answers, examples.labels, strict=True):
        for cell in range(15):
            if cell / 15 < answer.probability <= (cell + 1) / 15:
                hits, said = sums.get(cell, (0, 0.0))
                right = answer.label == names[int(label)]
                sums[cell] = hits + right, said + answer.probability
    for hits, said in sums.values():
        total += abs(hits - said) / 120
    assert found.value == pytest.approx(total, abs=1e-12)
    assert len(found.reliability.bins) == len(sums)
