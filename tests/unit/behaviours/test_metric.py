"""Accuracy and metrics over a fake model: figures, labels, groups, cases, bounds."""

import numpy as np
import pytest
from ptm_fakes import FakeClassifier, by_word
from sklearn import metrics as sklearn_metrics

from pytest_ptm import (
    BehaviourFailure,
    assert_accuracy,
    assert_metric,
    evaluate_accuracy,
    evaluate_metric,
    load_examples,
)
from pytest_ptm.behaviours.doubts import doubts
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import Answers
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.results import Cost
from pytest_ptm.session import Session, activated
from pytest_ptm.settings import Settings

TEXTS = ["good one", "good two", "bad one", "bad two", "good but bad"]
LABELS = ["positive", "positive", "negative", "negative", "negative"]


@pytest.fixture
def model():
    return FakeClassifier(by_word())


def rows(labels=LABELS, texts=TEXTS):
    return [{"text": t, "label": y} for t, y in zip(texts, labels, strict=True)]


def test_accuracy_is_the_share_of_right_answers(model):
    result = evaluate_accuracy(model, rows())
    assert (result.value, result.n, result.failing) == (0.8, 5, 1)
    assert result.measurement.interval.method == "Wilson"
    assert result.cases[0].example_id == "row-5"
    assert result.cases[0].expected == "negative"
    assert result.cases[0].observed == "positive 0.881"


def test_log_loss_is_in_nats_and_from_the_logits(model):
    result = evaluate_metric(model, rows(), metric="log_loss")
    p = np.exp(2) / (1 + np.exp(2))
    assert result.value == pytest.approx(
        (4 * -np.log(p) - np.log(1 - p)) / 5, abs=1e-12
    )


def test_f1_needs_its_positive_class(model):
    result = evaluate_metric(model, rows(), metric="f1", positive="positive")
    assert result.value == pytest.approx(
        sklearn_metrics.f1_score([1, 1, 0, 0, 0], [1, 1, 0, 0, 1]), abs=1e-12
    )
    assert "|positive:positive|" in result.signature
    with pytest.raises(ArgumentError, match="pass positive="):
        evaluate_metric(model, rows(), metric="f1")
    with pytest.raises(ArgumentError, match="positive='good' is no class"):
        evaluate_metric(model, rows(), metric="f1", positive="good")


@pytest.mark.parametrize(
    "labels",
    [[1, 1, 0, 0, 0], ["1", "1", "0", "0", "0"], ["positive", "1", "0", "0", "0"]],
    ids=["ids", "digits", "mixed"],
)
def test_labels_may_be_ids_or_digits(model, labels):
    assert evaluate_accuracy(model, rows(labels)).value == 0.8


def test_digits_are_names_where_the_model_calls_its_classes_so():
    stars = FakeClassifier(by_word(), class_names=("5", "1"))
    labels = ["1", "1", "5", "5", "5"]
    assert evaluate_accuracy(stars, rows(labels)).value == 0.8


def test_an_unknown_label_shows_both_sets_and_a_map_to_copy(model):
    labels = ["POSITIVE", "positive", "negative", "neutral", "0"]
    with pytest.raises(DataError) as error:
        evaluate_accuracy(model, rows(labels))
    message = str(error.value)
    assert message.startswith("PTM206")
    assert "'POSITIVE', 'neutral' (first in row-1)" in message
    assert "which has 'negative', 'positive'" in message
    assert (
        "label_map={'0': 'negative', 'POSITIVE': 'positive', 'negative': 'negative', "
        "'neutral': '…', 'positive': 'positive'}" in message
    )
    assert model.rows_sent == 0


@pytest.mark.parametrize(
    ("label_map", "said"),
    [
        ({"+": "positive", "-": 0}, 'a class name for "+", and a number for "-"'),
        ({"+": None}, "says None: the value is missing"),
        (["negative", "positive"], "expected a dictionary from labels of the data"),
    ],
)
def test_a_label_map_that_is_none_is_refused_before_anything_is_asked(
    model, label_map, said
):
    with pytest.raises(ArgumentError) as error:
        evaluate_accuracy(model, "no-such-file.csv", label_map=label_map)
    assert said in str(error.value)


def test_a_label_map_brings_them_together(model):
    labels = ["+", "+", "-", "-", "-"]
    names = {"+": "positive", "-": "negative"}
    assert evaluate_accuracy(model, rows(labels), label_map=names).value == 0.8
    assert (
        evaluate_accuracy(model, rows([9, 9, 8, 8, 8]), label_map={9: 1, 8: 0}).n == 5
    )


def test_an_id_out_of_range_is_unknown(model):
    with pytest.raises(DataError, match=r"PTM206 .* 2 "):
        evaluate_accuracy(model, rows([1, 1, 0, 0, 2]))


def test_unlabelled_examples_are_refused(model):
    examples = load_examples((TEXTS, None))
    with pytest.raises(DataError, match=r"PTM206 .* has no labels"):
        evaluate_accuracy(model, examples)


def test_swapped_labels_are_noticed():
    texts = [f"{'good' if i % 2 else 'bad'} {i}" for i in range(60)]
    labels = ["negative" if i % 2 else "positive" for i in range(60)]
    result = evaluate_accuracy(FakeClassifier(by_word()), rows(labels, texts))
    assert result.value == 0.0
    assert (
        "labels look swapped: after renaming the classes accuracy would be 1.0000"
        in (result.notes[0])
    )


def test_groups_have_figures_of_their_own(model):
    examples = load_examples(
        [
            {**row, "g": group}
            for row, group in zip(rows(), ["x", "y", "x", "y", "y"], strict=True)
        ],
        groups=["g"],
    )
    figures = {
        f.group: (f.value, f.n) for f in evaluate_accuracy(model, examples).by_group
    }
    assert figures == {"x": (1.0, 2), "y": (pytest.approx(2 / 3), 3)}


def test_a_figure_undefined_in_one_group_is_said_so(model):
    examples = load_examples(
        [
            {**row, "g": group}
            for row, group in zip(rows(), ["x", "x", "y", "y", "y"], strict=True)
        ],
        groups=["g"],
    )
    result = evaluate_metric(model, examples, metric="roc_auc", positive="positive")
    assert [f.value for f in result.by_group] == [None, None]


def test_an_undefined_figure_is_an_error(model):
    with pytest.raises(DataError, match=r"PTM207 .*roc_auc is undefined"):
        evaluate_metric(
            model, rows(["positive"] * 5), metric="roc_auc", positive="positive"
        )


def test_several_labels_at_once():
    def logits(text):
        return [1.0 if word in text else -1.0 for word in ("good", "long", "sad")]

    model = FakeClassifier(logits, ("good", "long", "sad"), multi_label=True)
    examples = load_examples(
        [
            {"text": "good long", "label": ["good", "long"]},
            {"text": "sad", "label": ["sad"]},
            {"text": "dull", "label": []},
            {"text": "good", "label": ["good", "sad"]},
        ]
    )
    result = evaluate_accuracy(model, examples)
    assert result.value == 0.75
    assert (result.cases[0].expected, result.cases[0].observed) == ("good+sad", "good")
    gold = np.array([[1, 1, 0], [0, 0, 1], [0, 0, 0], [1, 0, 1]])
    said = np.array([[1, 1, 0], [0, 0, 1], [0, 0, 0], [1, 0, 0]])
    assert evaluate_metric(model, examples, metric="f1_micro").value == pytest.approx(
        sklearn_metrics.f1_score(gold, said, average="micro"), abs=1e-12
    )


def test_several_labels_for_a_model_of_one_are_refused(model):
    with pytest.raises(DataError, match=r"PTM206 .*row-1 has several labels"):
        evaluate_accuracy(model, [{"text": "x", "label": ["positive"]}])


def test_truncated_and_repeated_texts_are_counted():
    model = FakeClassifier(by_word(), max_length=1)
    result = evaluate_accuracy(
        model, rows(texts=["good", "good", "bad", "bad x", "bad y"])
    )
    assert result.counts.truncated == 2
    # By hand: 5 * 5 / (2 * 2 + 1 + 1 + 1) = 3.57.
    assert result.notes == (
        "1 of 5 repeat an earlier text: 4 distinct, effective number 3.6",
    )


def test_a_limit_asks_a_seeded_sample():
    with activated(Session(lambda: Settings(limit=3, seed=4))):
        model = FakeClassifier(by_word())
        result = evaluate_accuracy(model, rows())
    assert (result.n, result.of, model.rows_sent) == (3, 5, 3)
    assert "|seed:4|limit:3" in result.signature


def test_an_assertion_returns_the_result_or_fails_with_the_report(model, session):
    assert assert_accuracy(model, rows(), at_least=0.8).value == 0.8
    with pytest.raises(BehaviourFailure, match=r"^accuracy 0.8000 < 0.8100 \(n=5\)"):
        assert_accuracy(model, rows(), at_least=0.81)
    assert assert_metric(model, rows(), metric="log_loss", at_most=1).value < 1
    outcomes = [told.verdict.outcome for told in session.verdicts]
    assert outcomes == ["passed", "failed", "passed"]


@pytest.mark.parametrize(
    ("bound", "message"),
    [
        (90, r"at_least=90 is outside the metric's range 0 .. 1; did you mean 0.90\?"),
        (-0.1, "outside the metric's range"),
        (float("nan"), "at_least=nan is no bound"),
        ("0.9", r"at_least: expected a number, got '0.9' \(str\)"),
        (True, "expected a number, got True"),
        (np.bool_(False), "expected a number, got .*False"),
        (None, "give exactly one bound"),
    ],
)
def test_a_wrong_bound_is_refused_before_the_first_question(model, bound, message):
    with pytest.raises(ArgumentError, match=message):
        assert_accuracy(model, rows(), at_least=bound)
    assert model.rows_sent == 0


def test_bounds_follow_the_range_of_their_metric(model):
    assert_metric(model, rows(), metric="matthews_corrcoef", at_least=-0.5)
    assert_metric(model, rows(), metric="log_loss", at_most=50)
    with pytest.raises(ArgumentError, match="range from 0"):
        assert_metric(model, rows(), metric="log_loss", at_most=-1)
    with pytest.raises(ArgumentError, match="exactly one bound"):
        assert_metric(model, rows(), metric="accuracy", at_least=0.1, at_most=0.9)
    assert_accuracy(model, rows(), at_least=np.float32(0.5))
    assert_accuracy(model, rows(), at_least=np.int64(0))


@pytest.mark.parametrize(
    ("metric", "arguments"),
    [
        ("log_loss", {}),
        ("brier", {}),
        ("false_positive_rate", {"positive": "positive"}),
        ("false_negative_rate", {"positive": "positive"}),
    ],
)
def test_a_loss_has_no_bound_from_below(model, metric, arguments):
    with pytest.raises(ArgumentError, match=r"at_least=0.1: .* with at_most="):
        assert_metric(model, rows(), metric=metric, at_least=0.1, **arguments)
    assert model.rows_sent == 0


def test_a_score_may_be_bounded_from_above(model):
    """A leak, a probe, a set that is known to be too hard (docs/metrics.md)."""
    assert assert_metric(model, rows(), metric="accuracy", at_most=0.9).value == 0.8
    with pytest.raises(BehaviourFailure, match=r"accuracy 0.8000 > 0.5000"):
        assert_metric(model, rows(), metric="accuracy", at_most=0.5)


def test_an_unknown_metric_is_refused_before_the_first_question(model):
    with pytest.raises(ArgumentError, match="unknown metric 'acuracy'; did you mean"):
        assert_metric(model, rows(), metric="acuracy", at_least=0.5)
    assert model.rows_sent == 0


@pytest.mark.parametrize("model", [None, 7, object()])
def test_what_cannot_be_asked_is_refused(model):
    with pytest.raises(ArgumentError, match="expected the ptm_model fixture"):
        evaluate_accuracy(model, rows())


def test_a_predictor_of_another_task_is_refused():
    model = FakeClassifier(by_word(), task="fill-mask")
    with pytest.raises(ArgumentError, match=r"this asks .*'text-classif"):
        evaluate_accuracy(model, rows())


def test_empty_and_blank_texts_are_counted(model):
    texts = ["good", "", " \n", "\u00a0", "bad"]
    result = evaluate_accuracy(model, rows(LABELS, texts))
    assert (result.n, result.counts.empty) == (5, 3)


def test_a_pair_with_one_empty_text_counts_as_empty(model):
    examples = load_examples(
        [
            {"text": "good", "more": "x", "label": 1},
            {"text": "good", "more": "", "label": 1},
        ],
        text_pair="more",
    )
    assert evaluate_accuracy(model, examples).counts.empty == 1


def test_one_text_with_two_labels_is_noted(model):
    texts = ["good", "good", "bad", "bad", "good"]
    result = evaluate_accuracy(model, rows(["1", "0", "0", "0", "positive"], texts))
    assert result.notes == (
        # By hand: 5 * 5 / (3 * 3 + 2 * 2) = 1.92.
        "3 of 5 repeat an earlier text: 2 distinct, effective number 1.9",
        "1 text with contradicting labels (first: row-1 and row-2); no model can be "
        "right about both",
    )


def test_one_text_with_two_sets_of_labels_is_noted():
    model = FakeClassifier(lambda text: [1.0, -1.0], ("a", "b"), multi_label=True)
    same = [{"text": "x", "label": ["a", "b"]}, {"text": "x", "label": ["b", "a"]}]
    (note,) = evaluate_accuracy(model, same).notes
    assert note.startswith("1 of 2 repeat")
    other = [*same, {"text": "x", "label": ["a"]}]
    assert "(first: row-1 and row-3)" in evaluate_accuracy(model, other).notes[1]


def test_texts_that_all_differ_are_not_noted(model):
    assert evaluate_accuracy(model, rows()).notes == ()


def test_names_that_the_model_was_saved_without_are_asked_for():
    model = FakeClassifier(by_word(), class_names=("LABEL_0", "LABEL_1"))
    with pytest.raises(DataError) as refused:
        evaluate_accuracy(model, rows())
    message = str(refused.value)
    assert "'negative', 'positive' (first in row-1) are no classes" in message
    assert "which has 'LABEL_0', 'LABEL_1'" in message
    assert model.rows_sent == 0


@pytest.mark.parametrize("n", [3, 7, 49, 100, 128, 200])
def test_a_share_typed_as_a_decimal_is_met_by_exactly_that_many(n, session):
    """Binary numbers must not decide: 57 of 100 meet 0.57 and 56 do not."""
    model = FakeClassifier(by_word())
    for typed in range(1, 100, 7):
        bound = float(f"0.{typed:02}")
        needed = -(-typed * n // 100)
        for right in (needed - 1, needed):
            texts = [f"good {i}" if i < right else f"bad {i}" for i in range(n)]
            met = right * 100 >= typed * n
            try:
                assert_accuracy(model, rows([1] * n, texts), at_least=bound)
            except BehaviourFailure:
                assert not met
            else:
                assert met


def test_empty_contexts_are_noted():
    contexts = ("asked", "", " \n")
    rows = Examples(tuple("abc"), {"text": ("x",) * 3, "context": contexts})
    answers = Answers(None, np.zeros(3, bool), Cost())
    note = "2 of 3 contexts are empty (first: b): nothing is said before their texts"
    assert note in doubts(rows, answers)
    assert not doubts(rows.take([0]), answers)


def test_a_row_is_wrong_where_a_figure_of_one_class_counts_it():
    """Two other classes that are exchanged say nothing of the one asked about."""
    names = ("bad", "fair", "good")
    said = {"a": "good", "b": "fair", "c": "bad", "d": "good", "e": "good", "f": "bad"}
    gold = {"a": "good", "b": "bad", "c": "fair", "d": "fair", "e": "bad", "f": "good"}
    model = FakeClassifier(
        lambda text: [2.0 * (said[text] == name) for name in names], class_names=names
    )
    data = [{"text": text, "label": label, "id": text} for text, label in gold.items()]

    def wrong(metric, positive):
        found = evaluate_metric(model, data, metric=metric, positive=positive)
        assert sorted(found.outcomes.failing) == sorted(
            c.example_id for c in found.cases
        )
        return "".join(sorted(found.outcomes.failing))

    assert wrong("precision", "good") == wrong("false_positive_rate", "good") == "de"
    assert wrong("recall", "good") == wrong("false_negative_rate", "good") == "f"
    assert wrong("true_positive_rate", "bad") == "be"
    for metric in ("f1", "average_precision", "brier"):
        assert wrong(metric, "good") == "def"
    assert "".join(sorted(evaluate_accuracy(model, data).outcomes.failing)) == "bcdef"


def test_what_each_row_adds_is_what_the_metric_says_it_does(model):
    """As many are selected as are right, and other rows."""
    data = rows(["positive", "positive", "negative", "negative", "negative"])
    data += rows(["negative"] * 2, ["good", "good"])
    found = evaluate_metric(model, data, metric="selection_rate", positive="positive")
    assert found.outcomes.scores.tolist() == [1, 1, 0, 0, 1, 1, 1]
    own = evaluate_accuracy(model, data).outcomes
    assert own.scores.tolist() == own.right.tolist()
