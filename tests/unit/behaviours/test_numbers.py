"""Answers that are numbers, through every behaviour: none of them knows of numbers."""

from pathlib import Path

import numpy as np
import pytest
from ptm_numbers import PAIR, FakeRegressor, overlap, sts_b
from scipy import stats
from sklearn import metrics

from pytest_ptm import (
    ArgumentError,
    BehaviourFailure,
    DataError,
    assert_agrees,
    assert_bias_gap,
    assert_invariant,
    assert_metric,
    assert_not_worse,
    evaluate_accuracy,
    evaluate_agrees,
    evaluate_bias_gap,
    evaluate_directional,
    evaluate_invariant,
    evaluate_metric,
    evaluate_not_worse,
    load_examples,
)
from pytest_ptm.behaviours.marked import labelled
from pytest_ptm.behaviours.theirs import stored
from pytest_ptm.metrics.finding import scale_of
from pytest_ptm.results import Earlier

FIGURES = {
    "pearson": lambda x, y: stats.pearsonr(x, y).statistic,
    "spearman": lambda x, y: stats.spearmanr(x, y).statistic,
    "mean_squared_error": metrics.mean_squared_error,
    "mean_absolute_error": metrics.mean_absolute_error,
}


def noise(text):
    """A number from -0.5 to 0.5 that a text has for itself."""
    return (sum(map(ord, text)) * 37 % 101) / 100 - 0.5


def counts(off=0.0, name="counts"):
    """Counts the words of a text, not quite, and is ``off`` by that much."""
    return FakeRegressor(lambda text: len(text.split()) + noise(text) + off, name=name)


def rows(n=120, *, labels=float):
    found = []
    for number in range(n):
        words = 1 + number * 7 % 11
        found.append(
            {
                "text": " ".join(f"w{number}" for _ in range(words)),
                "label": labels(words),
                "half": "even" if number % 2 == 0 else "odd",
            }
        )
    return load_examples(found, groups=["half"])


def said(model, examples):
    """What it says of each example, and the labels, as float64."""
    texts = zip(*examples.inputs.values(), strict=True)
    found = [np.float32(model.number(*row)) for row in texts]
    return np.array(examples.labels, float), np.array(found, float)


@pytest.mark.parametrize("name", FIGURES)
def test_figures_are_those_of_scipy_and_scikit_learn(name):
    examples, model = rows(), counts()
    result = evaluate_metric(model, examples, metric=name)
    assert result.value == pytest.approx(FIGURES[name](*said(model, examples)))
    interval = result.measurement.interval
    assert interval.low < result.value < interval.high
    for group in result.by_group:
        part = examples.where(half=group.group)
        assert group.value == pytest.approx(FIGURES[name](*said(model, part)))


@pytest.mark.parametrize("name", FIGURES)
def test_figures_of_real_pairs(name, shared_data):
    examples, model = sts_b(shared_data), overlap()
    result = evaluate_metric(model, examples, metric=name)
    assert result.value == pytest.approx(FIGURES[name](*said(model, examples)))
    assert result.n == 1_500


def test_the_worst_are_the_farthest():
    examples, model = rows(), counts()
    result = evaluate_metric(model, examples, metric="mean_absolute_error")
    gold, answers = said(model, examples)
    away = np.abs(gold - answers)
    worst = examples.ids[int(away.argmax())]
    assert result.cases[0].example_id == worst
    assert result.cases[0].severity == pytest.approx(away.max())
    assert result.failing == (away > 0).sum()
    assert result.cases[0].expected == f"{gold[away.argmax()]:.4g}"


def test_the_worst_of_a_correlation_are_in_its_own_units():
    """Of a scale of its own every answer is far from its label, the right ones too."""
    examples = rows()
    strange = examples.ids[17]

    def number(text):
        return 100.0 if "w17" in text.split() else 50 + len(text.split()) / 100

    for name in ("pearson", "spearman"):
        result = evaluate_metric(FakeRegressor(number), examples, metric=name)
        assert result.cases[0].example_id == strange


@pytest.mark.parametrize("labels", [float, int, str])
def test_labels_are_numbers_however_they_are_written(labels):
    plain = evaluate_metric(counts(), rows(), metric="pearson")
    same = evaluate_metric(counts(), rows(labels=labels), metric="pearson")
    assert same.value == plain.value


@pytest.mark.parametrize("label", ["good", "nan", "inf", "1e999", "1,5"])
def test_a_label_that_is_no_number_is_named(label):
    examples = load_examples(
        [{"text": "a b", "label": "2"}, {"text": "a", "label": label}]
    )
    with pytest.raises(DataError, match=r"PTM206 .* is no number"):
        evaluate_metric(counts(), examples, metric="pearson")


def test_words_that_are_mapped_to_numbers():
    examples = load_examples((["a b", "a", "a b c"], ["two", "one", "three"]))
    with pytest.raises(DataError, match="is no number"):
        evaluate_metric(counts(), examples, metric="mean_absolute_error")
    result = evaluate_metric(
        FakeRegressor(lambda text: len(text.split())),
        examples,
        metric="mean_absolute_error",
        label_map={"one": 1, "two": 2, "three": 3},
    )
    assert result.value == 0.0


def test_a_gap_of_mean_error():
    examples = rows()
    tilted = FakeRegressor(
        lambda text: len(text.split()) + (0.5 if int(text.split()[0][1:]) % 2 else 0.25)
    )
    gap = evaluate_bias_gap(
        tilted, examples, group="half", metric="mean_absolute_error"
    )
    assert gap.value == pytest.approx(0.25)
    assert {case.note for case in gap.cases} == {"odd"}
    assert_bias_gap(
        tilted, examples, group="half", metric="mean_absolute_error", at_most=0.25
    )
    with pytest.raises(BehaviourFailure):
        assert_bias_gap(
            tilted, examples, group="half", metric="mean_squared_error", at_most=0.01
        )


def test_invariance_needs_a_tolerance_before_anything_is_asked():
    model = counts()
    with pytest.raises(ArgumentError, match=r"tolerance= is left out; .*text-regressi"):
        evaluate_invariant(model, rows(), under=str.upper)
    with pytest.raises(
        ArgumentError, match=r"tolerance=-1: expected a number from 0 on"
    ):
        evaluate_invariant(model, rows(), under=str.upper, tolerance=-1)
    assert not model.batches


def test_invariance_within_a_tolerance():
    examples, model = rows(), counts()
    far = evaluate_invariant(
        model, examples, under=lambda text: f"{text} more", tolerance=3.0
    )
    assert (far.value, far.n) == (0.0, 120)
    texts = examples.inputs["text"]
    moved = [
        abs(np.float32(model.number(f"{text} more")) - np.float32(model.number(text)))
        for text in texts
    ]
    near = evaluate_invariant(
        model, examples, under=lambda text: f"{text} more", tolerance=1.0
    )
    assert near.value == np.mean([float(each) > 1.0 for each in moved])
    assert near.cases[0].severity == pytest.approx(max(moved))


def test_pairs_are_changed_by_field():
    examples = load_examples(
        [{"text": "a b", "text_pair": "a b c", "label": 3.3}] * 3, id=None
    )
    result = evaluate_invariant(
        overlap(), examples, under=lambda t: f"{t} x", fields=["text"], tolerance=0.01
    )
    assert result.value == 1.0
    assert PAIR not in result.cases[0].shown


def test_a_direction_is_of_the_number_itself():
    model, examples = counts(), rows()
    result = evaluate_directional(
        model, examples, under=lambda text: f"{text} {text}", expect="increase"
    )
    grown = [
        model.number(f"{text} {text}") > model.number(text)
        for text in examples.inputs["text"]
    ]
    assert result.value == 1 - np.mean(grown)
    assert "of the number" in result.measurement.metric
    with pytest.raises(ArgumentError, match=r"of='good' names a class"):
        evaluate_directional(
            model, examples, under=str.upper, expect="increase", of="good"
        )


def test_two_models_agree_within_a_tolerance():
    examples, model, other = rows(), counts(), counts(0.25, "other")
    with pytest.raises(ArgumentError, match="tolerance= is left out"):
        evaluate_agrees(model, examples, than=other)
    assert evaluate_agrees(model, examples, than=other, tolerance=0.2).value == 0.0
    agreed = assert_agrees(model, examples, than=other, tolerance=0.3, at_least=1.0)
    assert "a number differs by up to 0.2500" in agreed.notes


@pytest.mark.parametrize("name", FIGURES)
def test_how_far_one_is_ahead(name):
    examples, model, other = rows(), counts(), counts(0.25, "other")
    gain = evaluate_not_worse(model, examples, than=other, metric=name)
    sign = 1 if scale_of(name).better == "higher" else -1
    ours = FIGURES[name](*said(model, examples))
    theirs = FIGURES[name](*said(other, examples))
    assert gain.value == pytest.approx(sign * (ours - theirs))
    assert not gain.also


def test_what_is_farther_than_before_is_shown():
    examples, model, other = rows(), counts(0.25), counts(name="other")
    gain = evaluate_not_worse(model, examples, than=other, metric="mean_absolute_error")
    gold, now = said(model, examples)
    _, then = said(other, examples)
    worse = np.abs(now - gold) > np.abs(then - gold)
    assert gain.failing == worse.sum()
    assert any("farther from right than theirs" in note for note in gain.notes)
    assert not any("McNemar" in note for note in gain.notes)
    with pytest.raises(ArgumentError, match="negative flips"):
        assert_not_worse(
            model,
            examples,
            than=other,
            metric="mean_absolute_error",
            margin=1,
            at_most_negative_flips=0.1,
        )


def test_a_stored_run_is_what_each_row_added():
    examples, other = rows(), counts(0.25, "other")
    metric = "mean_absolute_error"
    then = evaluate_metric(other, examples, metric="mean_absolute_error").outcomes
    question = labelled(counts(), examples, metric)
    theirs = stored(question, Earlier("then", None, then.scores, None, None))
    assert theirs.label(0) == "nearer"
    assert theirs.scores.mean() == then.scores.mean()
    short = Earlier("then", None, then.scores[:7], None, None)
    assert stored(question, short) == "the entry does not say what came of each example"
    none = Earlier("then", then.right, None, None, None)
    assert "mean_absolute_error" in stored(question, none)


def test_classes_and_numbers_are_not_mixed_up():
    model = counts()
    with pytest.raises(ArgumentError, match="answers 'text-regression'"):
        evaluate_accuracy(model, rows())
    with pytest.raises(ArgumentError, match="positive='good' names a class"):
        evaluate_metric(model, rows(), metric="pearson", positive="good")
    assert not model.batches


def test_the_usual_metric_of_classes_names_those_of_numbers():
    rest = r"accuracy is no figure of text-regression; say metric='pearson', 'spearman'"
    with pytest.raises(ArgumentError, match=rest):
        evaluate_bias_gap(counts(), rows(), group="half")
    with pytest.raises(ArgumentError, match=rest):
        evaluate_not_worse(counts(), rows(), than=counts(0.25, "other"))


def test_what_has_no_end_is_not_stopped():
    for name, why in (
        ("mean_squared_error", "has no end"),
        ("pearson", "of how all answers vary together"),
    ):
        bound = {"at_most": 9} if name == "mean_squared_error" else {"at_least": 0.1}
        with pytest.raises(ArgumentError, match=why):
            assert_metric(counts(), rows(), metric=name, early_stop="certain", **bound)
    stopped = assert_invariant(
        counts(),
        rows(2_000),
        under=str.upper,
        tolerance=100,
        at_most=0.5,
        early_stop="certain",
    )
    assert stopped.stopped is not None


def test_constant_answers_have_no_correlation():
    with pytest.raises(DataError, match=r"PTM207 .*all 120 predictions are 1"):
        evaluate_metric(FakeRegressor(lambda text: 1.0), rows(), metric="pearson")


def test_a_number_that_is_none_is_red():
    model = FakeRegressor(lambda text: float("nan") if "w3" in text else 1.0)
    with pytest.raises(Exception, match="NaN"):
        evaluate_metric(model, rows(), metric="mean_absolute_error")
    with pytest.raises(Exception, match="NaN"):
        evaluate_invariant(model, rows(), under=str.upper, tolerance=1)


def test_the_file_of_the_real_data_is_read(shared_data):
    path = Path(shared_data) / "stsb" / "dev.tsv"
    examples = load_examples(
        path, text="sentence1", text_pair="sentence2", label="score"
    )
    result = evaluate_metric(overlap(), examples, metric="spearman")
    plain = evaluate_metric(overlap(), sts_b(shared_data), metric="spearman")
    assert result.value == plain.value
