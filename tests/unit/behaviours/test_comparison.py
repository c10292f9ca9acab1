"""Two models over the same examples: pairs, flips, margins, classes by name."""

import functools
import itertools

import numpy as np
import pytest
from ptm_fakes import FakeClassifier

from pytest_ptm import (
    ArgumentError,
    BehaviourFailure,
    DataError,
    assert_agrees,
    assert_not_worse,
    evaluate_agrees,
    evaluate_metric,
    evaluate_not_worse,
)
from pytest_ptm.behaviours.marked import labelled
from pytest_ptm.behaviours.theirs import stored
from pytest_ptm.engine.ask import ask
from pytest_ptm.metrics.classification.table import measure
from pytest_ptm.metrics.paired import Pairs, gain
from pytest_ptm.results import Bound, Earlier, Measurement, ModelCard, Result
from pytest_ptm.statistics.evidence import MeanOf
from pytest_ptm.statistics.paired import mcnemar_exact, mcnemar_mid_p
from pytest_ptm.statistics.paired_evidence import PairedCounts, PairedShares
from pytest_ptm.statistics.paired_limits import exact_difference, tango
from pytest_ptm.tasks.text_classification import Classification
from pytest_ptm.verdicts.judge import judge

CLASSES = ("negative", "positive")
NUMBERS = itertools.count()


class Fake(FakeClassifier):
    """Two of one name answer otherwise, and are not each other's memo."""

    @property
    def fingerprint(self):
        if "number" not in vars(self):
            self.number = next(NUMBERS)
        return f"{self.number:064x}"


def model(wrong=(), *, name="now", classes=CLASSES, sure=2.0, multi_label=False):
    """A model that is right about every text but these numbers."""

    def logits(text):
        number, label = text.split()
        right = label if int(number) not in wrong else other(label)
        return [sure if kind == right else 0.0 for kind in classes]

    return Fake(logits, classes, multi_label, name=name)


def other(label):
    return "positive" if label == "negative" else "negative"


def rows(n):
    labels = [CLASSES[row % 2] for row in range(n)]
    return [
        {"id": f"r{row}", "text": f"{row} {label}", "label": label, "half": half(row)}
        for row, label in enumerate(labels)
    ]


def half(row):
    return "even" if row % 4 < 2 else "odd"


def test_the_gain_is_the_difference_of_both_accuracies():
    result = evaluate_not_worse(
        model({1, 2, 3}), rows(50), than=model({3, 4}, name="then")
    )
    assert result.value == pytest.approx(47 / 50 - 48 / 50)
    assert result.measurement.metric == "gain in accuracy over then"
    assert result.measurement.better == "higher"
    assert result.measurement.interval == tango(1, 2, 50)
    assert result.measurement.evidence == PairedShares(1, 2, 50)


def test_negative_flips_are_the_cases_and_are_counted():
    result = evaluate_not_worse(
        model({1, 2, 3}), rows(50), than=model({3, 4}, name="then")
    )
    assert [case.example_id for case in result.cases] == ["r1", "r2"]
    (case, _) = result.cases
    assert case.expected == "positive"
    assert case.observed == "positive → negative 0.881"
    assert case.sides == (("then", "positive"), ("now", "negative 0.881"))
    assert result.failing == 2
    (flips,) = result.also
    assert (flips.metric, flips.value, flips.better) == (
        "negative flips",
        0.04,
        "lower",
    )
    assert result.notes[2] == (
        "negative flips 2 (4.00 %), positive flips 1 (2.00 %): r4"
    )
    assert result.notes[3] == (
        f"McNemar p {mcnemar_exact(1, 2):.4f} exact, {mcnemar_mid_p(1, 2):.4f} mid-p, "
        "that both are right equally often"
    )


def test_swapped_labels_of_either_side_are_noticed():
    """A gain over a model whose classes have the wrong names is none."""
    right, swapped = model(), model(range(60), name="then")

    def notes(ours, theirs):
        found = evaluate_not_worse(ours, rows(60), than=theirs).notes
        return [note for note in found if "look swapped" in note]

    said = "labels look swapped: after renaming the classes accuracy would be 1.0000"
    (theirs,) = notes(right, swapped)
    assert theirs.startswith(f"of then: {said}")
    (ours,) = notes(swapped, right)
    assert ours.startswith(said)
    # Of both it is the labels, and once is enough.
    (both,) = notes(swapped, model(range(60)))
    assert both.startswith(said)
    assert not notes(right, model(name="then"))


def test_a_drop_of_exactly_the_margin_passes():
    for n in range(2, 201):
        for margin in (0.01, 0.02, 0.05, 0.1, 0.57):
            lost = round(n * margin)
            if not np.isclose(lost / n, margin, rtol=0, atol=1e-12):
                continue
            first = np.arange(n) >= lost
            pairs = Pairs(np.zeros(n, dtype=np.intp), first, np.ones(n, dtype=bool))
            one, two = accuracy(first), accuracy(np.ones(n, dtype=bool))
            assert gain(one, two, pairs).value >= -margin, (n, margin)


def accuracy(right):
    said = np.where(right, 0, 1)
    certain = Classification(np.eye(2, dtype=np.float32)[said], CLASSES)
    return measure("accuracy", np.zeros(len(right), dtype=np.intp), certain)


def test_the_margin_is_inclusive():
    assert_not_worse(model({1}), rows(50), than=model(name="then"), margin=0.02)
    with pytest.raises(BehaviourFailure, match=r"^gain in accuracy over then -0.0400"):
        assert_not_worse(model({1, 2}), rows(50), than=model(name="then"))


def test_at_a_confidence_the_lower_bound_has_to_reach_the_margin():
    worse, then = model({1, 3}), model(name="then")
    # By hand: Tango's one-sided bounds of 0 gained and 2 lost.
    low = tango(0, 2, 400, confidence=0.95, side="lower").low
    assert -0.02 < low < -0.01
    assert_not_worse(worse, rows(400), than=then, confidence=0.95)
    with pytest.raises(BehaviourFailure, match="inconclusive at 95 %"):
        assert_not_worse(worse, rows(400), than=then, margin=0.01, confidence=0.95)
    bad = model(set(range(40)))
    with pytest.raises(BehaviourFailure, match=r"-0.1000 < -0.0200 at 95 %"):
        assert_not_worse(bad, rows(400), than=then, confidence=0.95)


def test_a_claim_of_safety_is_judged_by_exact_limits():
    then, how = model(name="then"), {"confidence": 0.95, "interval": "clopper-pearson"}
    result = assert_not_worse(model({1, 3}), rows(400), than=then, **how)
    assert result.measurement.interval == exact_difference(0, 2, 400)
    # Tango's bound of three lost reaches the margin; the exact one does not.
    assert tango(0, 3, 400, side="lower").low > -0.02
    with pytest.raises(BehaviourFailure, match="Clopper-Pearson of gained and lost"):
        assert_not_worse(model({1, 3, 5}), rows(400), than=then, **how)


def test_negative_flips_have_a_limit_of_their_own():
    # As many gained as lost: accuracy stays, and two examples broke.
    now, then = model({1, 2}), model({3, 4}, name="then")
    assert_not_worse(now, rows(50), than=then, at_most_negative_flips=0.04)
    with pytest.raises(BehaviourFailure, match=r"^negative flips 0.0400 > 0.0300"):
        assert_not_worse(now, rows(50), than=then, at_most_negative_flips=0.03)


@pytest.mark.parametrize("margin", [-0.01, float("nan"), float("inf"), 1.5, "0.02"])
def test_a_margin_that_is_none_is_refused_before_the_first_question(margin):
    now = model()
    with pytest.raises(ArgumentError, match="margin"):
        assert_not_worse(now, rows(10), than=model(name="then"), margin=margin)
    assert now.batches == []


def test_classes_are_brought_together_by_name():
    turned = model({3}, name="then", classes=("positive", "negative"))
    result = evaluate_not_worse(model({1}), rows(50), than=turned)
    assert (result.value, result.failing) == (0.0, 1)
    assert evaluate_agrees(model({1}), rows(50), than=turned).value == 48 / 50


def test_other_classes_are_refused_before_the_first_question():
    now, then = model(), model(name="then", classes=("negative", "neutral"))
    for evaluate in (evaluate_not_worse, evaluate_agrees):
        with pytest.raises(ArgumentError, match="only now has 'positive'; only then"):
            evaluate(now, rows(10), than=then)
    several = model(name="then", multi_label=True)
    with pytest.raises(ArgumentError, match="then is multi-label"):
        evaluate_not_worse(now, rows(10), than=several)
    assert now.batches == then.batches == several.batches == []


def test_class_ids_that_mean_another_class_to_each_are_refused():
    turned = model(name="then", classes=("positive", "negative"))
    numbered = [{**row, "label": row["label"] == "positive"} for row in rows(10)]
    numbered = [{**row, "label": int(row["label"])} for row in numbered]
    with pytest.raises(ArgumentError, match="number their classes otherwise"):
        evaluate_not_worse(model(), numbered, than=turned)


def test_each_group_has_its_own_gain():
    examples = [{**row} for row in rows(40)]
    from pytest_ptm import load_examples

    loaded = load_examples(examples, groups=["half"])
    result = evaluate_not_worse(model({0, 1}), loaded, than=model(name="then"))
    assert [(g.group, g.value, g.n) for g in result.by_group] == [
        ("even", -0.1, 20),
        ("odd", 0.0, 20),
    ]
    assert result.by_group[0].interval == tango(0, 2, 20)


@pytest.mark.parametrize("metric", ["f1_macro", "recall", "precision"])
def test_figures_of_counts_are_resampled_in_pairs(metric):
    positive = None if metric == "f1_macro" else "positive"
    then = model({3, 4, 11, *range(60, 80)}, name="then")
    now = model({1, 2, 3, 8, *range(70, 100)})
    result = evaluate_not_worse(
        now, rows(240), than=then, metric=metric, positive=positive
    )
    apart = [
        evaluate_metric(each, rows(240), metric=metric, positive=positive).value
        for each in (now, then)
    ]
    assert result.value == pytest.approx(apart[0] - apart[1], abs=1e-12)
    evidence = result.measurement.evidence
    assert isinstance(evidence, PairedCounts)
    assert evidence.joint.sum() == 240
    # An independent bootstrap, row by row.
    low, high = by_rows(now, then, 240, metric)
    found = evidence.by("percentile").interval()
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.012)


def by_rows(now, then, n, metric):
    examples = rows(n)
    gold = np.array([CLASSES.index(row["label"]) for row in examples])
    said = [
        np.array([np.argmax(each.logits(row["text"])) for row in examples])
        for each in (now, then)
    ]
    random = np.random.default_rng(1)
    drawn = []
    for _ in range(600):
        rows_ = random.integers(0, n, n)
        one, two = (by_hand(metric, gold[rows_], each[rows_]) for each in said)
        drawn.append(one - two)
    return np.quantile(drawn, [0.025, 0.975])


def by_hand(metric, gold, said):
    """The figure from its definition, of class 1 or the mean over both."""
    hits = np.array([((gold == c) & (said == c)).sum() for c in (0, 1)])
    if metric == "recall":
        return hits[1] / (gold == 1).sum()
    if metric == "precision":
        return hits[1] / (said == 1).sum()
    asked = np.bincount(gold, minlength=2) + np.bincount(said, minlength=2)
    return (2 * hits / asked).mean()


def test_lower_is_better_is_turned():
    wrong = {1, 2, 3}
    result = evaluate_not_worse(
        model(wrong), rows(50), than=model(name="then"), metric="log_loss"
    )
    p = np.exp(2) / (1 + np.exp(2))
    assert result.value == pytest.approx(-3 / 50 * (np.log(p) - np.log(1 - p)))
    assert isinstance(result.measurement.evidence, MeanOf)
    rate = evaluate_not_worse(
        model({1, 3}),
        rows(50),
        than=model(name="then"),
        metric="false_negative_rate",
        positive="positive",
    )
    assert rate.value == pytest.approx(-2 / 25)
    assert rate.measurement.interval.high <= 0


def test_an_order_has_no_paired_interval_and_is_inconclusive_at_a_confidence():
    how = {"than": model({1}, name="then"), "metric": "roc_auc", "positive": "positive"}
    result = evaluate_not_worse(model({1, 2}), rows(50), **how)
    assert result.measurement.interval is None
    assert_not_worse(model({1, 2}), rows(50), margin=0.5, **how)
    with pytest.raises(BehaviourFailure, match="inconclusive at 95 %"):
        assert_not_worse(model({1, 2}), rows(50), margin=0.5, confidence=0.95, **how)


def test_clusters_are_those_of_the_differences():
    from pytest_ptm import load_examples

    loaded = load_examples(rows(80), groups=["half"])
    result = assert_not_worse(
        model({0, 4}), loaded, than=model({2}, name="then"), margin=0.5, cluster="half"
    )
    (even, odd) = [group.value for group in result.by_group]
    assert result.value == pytest.approx((even + odd) / 2)
    interval = result.measurement.interval
    assert interval.low <= result.value <= interval.high


def test_a_copy_agrees_where_it_gives_the_same_class():
    result = evaluate_agrees(model({1, 2}), rows(50), than=model({2, 3}, name="whole"))
    assert (result.value, result.n, result.failing) == (48 / 50, 50, 2)
    assert result.measurement.metric == "agreement with whole"
    case = result.cases[0]
    assert (case.example_id, case.expected) == ("r1", "the same answer")
    assert case.observed == "positive 0.881 → negative 0.881"
    assert case.sides == (("whole", "positive 0.881"), ("now", "negative 0.881"))
    assert_agrees(
        model({1, 2}), rows(50), than=model({2, 3}, name="whole"), at_least=0.96
    )
    with pytest.raises(BehaviourFailure, match=r"0.9600 < 0.9700"):
        assert_agrees(
            model({1, 2}), rows(50), than=model({2, 3}, name="whole"), at_least=0.97
        )


def test_a_probability_that_differs_by_more_than_the_tolerance_is_apart():
    whole, copy = model(name="whole"), model(name="copy", sure=1.5)
    moved = 1 / (1 + np.exp(-2)) - 1 / (1 + np.exp(-1.5))
    plain = [row["text"] for row in rows(10)]
    assert evaluate_agrees(copy, plain, than=whole, tolerance=moved + 1e-6).value == 1
    assert evaluate_agrees(copy, plain, than=whole, tolerance=moved - 1e-6).value == 0
    with pytest.raises(ArgumentError, match="tolerance"):
        evaluate_agrees(copy, plain, than=whole, tolerance=1.5)


def test_without_anything_to_compare_with_the_call_says_what_to_type():
    with pytest.raises(ArgumentError, match="--ptm-against=SPEC or --ptm-baseline"):
        assert_not_worse(model(), rows(10))
    with pytest.raises(ArgumentError, match="--ptm-against=SPEC, or give than="):
        assert_agrees(model(), rows(10), at_least=0.5)
    with pytest.raises(ArgumentError, match="type --ptm-baseline=FILE"):
        assert_not_worse(model(), rows(10), than="baseline")
    with pytest.raises(ArgumentError, match="than='teacher': expected a model"):
        evaluate_not_worse(model(), rows(10), than="teacher")


def test_there_has_to_be_something_to_ask():
    from pytest_ptm import Examples

    empty = Examples((), {"text": ()}, ())
    for evaluate in (evaluate_not_worse, evaluate_agrees):
        with pytest.raises(DataError, match="0 examples"):
            evaluate(model(), empty, than=model(name="then"))


def test_verdicts_of_simulated_pairs_err_as_seldom_as_they_should():
    random = np.random.default_rng(7)

    def passed(more, fewer, times=500):
        drawn = random.multinomial(1000, [more, fewer, 1 - more - fewer], size=times)
        return np.mean(
            [outcome(int(up), int(down)) == "passed" for up, down, _ in drawn]
        )

    @functools.cache
    def outcome(gained, lost):
        row = np.arange(1000)
        first = (row < gained) | (row >= gained + lost)
        second = row >= gained
        pairs = Pairs(np.zeros(1000, dtype=np.intp), first, second)
        ahead = gain(accuracy(first), accuracy(second), pairs)
        figure = Measurement.of("gain", ahead.value, 1000, "higher", ahead.evidence)
        result = Result("not_worse", ModelCard("a", "a", "0" * 64), "t", figure, "s")
        return judge(result, Bound(at_least=-0.02, confidence=0.95)).outcome

    # 86.5 % and 0 of 10,000 (benchmarks/comparing.py).
    assert passed(0.025, 0.025) >= 0.85
    assert passed(0.005, 0.045) < 0.01


THREE, CYCLE = ("a", "b", "c"), ("c", "a", "b")


def of_three(classes, wrong=()):
    def logits(text):
        number, label = text.split()
        said = THREE[THREE.index(label) - 1] if int(number) in wrong else label
        return [2.0 if kind == said else 0.0 for kind in classes]

    return Fake(logits, classes)


def rows_of_three():
    labels = THREE * 10
    return [{"text": f"{row} {y}", "label": y} for row, y in enumerate(labels)]


def test_three_classes_in_another_order_are_the_same_classes():
    # Of two classes an order is its own inverse; of three it need not be.
    result = evaluate_not_worse(
        of_three(THREE, {1, 2}), rows_of_three(), than=of_three(CYCLE, {2, 3})
    )
    assert (result.value, result.failing) == (0.0, 1)
    figure = evaluate_not_worse(
        of_three(THREE, {1}), rows_of_three(), than=of_three(CYCLE), metric="f1_macro"
    )
    alone = evaluate_metric(of_three(THREE, {1}), rows_of_three(), metric="f1_macro")
    assert figure.value == pytest.approx(alone.value - 1)


def marked(model):
    """All three rows, asked and held against their labels."""
    found = labelled(model, rows_of_three(), "accuracy")
    every = np.arange(len(found.asked.examples))
    return found.part(every, ask(found.asked.predictor, found.asked.examples))


def test_stored_classes_in_another_order_are_the_same_classes():
    then = marked(of_three(CYCLE, {2, 3})).outcomes()
    earlier = Earlier("then", then.right, None, then.predicted, then.classes)
    question = labelled(of_three(THREE), rows_of_three(), "accuracy")
    theirs = stored(question, earlier)
    expected = marked(of_three(THREE, {2, 3})).predictions.predicted
    assert theirs.codes().tolist() == expected.tolist()
    assert theirs.right.tolist() == then.right.tolist()
