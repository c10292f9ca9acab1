"""What a task or its metrics say that cannot be: red, and it is said who said it."""

import math
from dataclasses import replace

import numpy as np
import pytest
from ptm_fakes import FakeClassifier
from ptm_numbers import FakeRegressor
from ptm_planted import Counter, plant, rows_of

from pytest_ptm import (
    ArgumentError,
    ModelError,
    assert_agrees,
    assert_bias_gap,
    assert_directional,
    assert_invariant,
    assert_metric,
    assert_not_worse,
    evaluate_agrees,
    evaluate_directional,
    evaluate_invariant,
    evaluate_metric,
    evaluate_not_worse,
    load_examples,
)
from pytest_ptm.datasets.ragged import Ragged
from pytest_ptm.metrics.finding import kinds_with
from pytest_ptm.results import Measurement
from pytest_ptm.session import Session, activated
from pytest_ptm.statistics.evidence import ShareOf
from pytest_ptm.tasks import known_tasks
from pytest_ptm.tasks.numbers.answers import Regression
from pytest_ptm.tasks.truth import WatchedNumber

KIND = "letters"
NOTHING = float("nan")


@pytest.fixture(autouse=True)
def planted(tmp_path, monkeypatch):
    plant(KIND, tmp_path, monkeypatch)
    with activated(Session()):
        yield known_tasks()[f"planted-{KIND}"]


@pytest.fixture
def examples():
    return load_examples(rows_of(KIND), groups=["half"])


@pytest.fixture
def says(planted, monkeypatch):
    """Lets the task say something else."""

    def change(**parts):
        monkeypatch.setitem(known_tasks(), planted.name, replace(planted, **parts))

    return change


def more(text):
    return f"{text} more"


@pytest.mark.parametrize("expect", ["increase", "decrease", "not_decrease"])
@pytest.mark.parametrize("value", [NOTHING, math.inf])
def test_a_direction_is_of_a_finite_number(examples, says, expect, value):
    says(
        watch=lambda by, of: WatchedNumber("the size", lambda a: np.full(len(a), value))
    )
    with pytest.raises(ModelError, match="PTM313 the size of planted-letters is NaN"):
        assert_directional(Counter(KIND), examples, under=more, expect=expect)


@pytest.mark.parametrize(
    ("shift", "why"),
    [
        (
            lambda self, other: np.full(len(self), NOTHING),
            "shift of planted-letters is N",
        ),
        (
            lambda self, other: np.zeros(1),
            r"shift of planted-letters has the shape \(1,\)",
        ),
    ],
)
def test_a_shift_is_a_finite_number_of_each(planted, examples, monkeypatch, shift, why):
    monkeypatch.setattr(planted.answers, "shift", shift, raising=False)
    model, other = Counter(KIND), Counter(KIND, "other")
    with pytest.raises(ModelError, match=why):
        assert_invariant(model, examples, under=more, tolerance=1.0, at_most=1.0)
    with pytest.raises(ModelError, match=why):
        assert_agrees(model, examples, than=other, tolerance=1.0, at_least=0.0)


@pytest.mark.parametrize(
    "differs", [np.zeros(1, dtype=bool), np.zeros(60, dtype=np.float64)]
)
def test_differs_says_yes_or_no_of_each(planted, examples, monkeypatch, differs):
    def same(self, other, *, tolerance=None):
        return differs

    monkeypatch.setattr(planted.answers, "differs", same, raising=False)
    with pytest.raises(ModelError, match="PTM313 differs of planted-letters"):
        evaluate_agrees(Counter(KIND), examples, than=Counter(KIND, "other"))
    with pytest.raises(ModelError, match="PTM313 differs of planted-letters"):
        evaluate_invariant(Counter(KIND), examples, under=more)


@pytest.fixture
def kind(planted):
    return kinds_with("exact_match")[planted.answers]


@pytest.mark.parametrize(
    ("value", "better", "why"),
    [
        (0.5, "lower", "is better lower, and its table says higher"),
        (2.0, "higher", "came out as 2.0, outside 0 .. 1"),
        (-1.0, "higher", "came out as -1.0, outside 0 .. 1"),
        (math.inf, "higher", "came out as inf"),
        (NOTHING, "higher", "came out as nan"),
    ],
)
def test_a_figure_is_one_of_its_metric(examples, kind, monkeypatch, value, better, why):
    def measure(metric, gold, predictions, *, positive=None):
        return Measurement(metric, value, len(gold), better)

    monkeypatch.setattr(kind, "measure", measure, raising=False)
    model, other = Counter(KIND), Counter(KIND, "other")
    for call in (
        lambda: assert_metric(model, examples, metric="exact_match", at_least=0.1),
        lambda: assert_not_worse(model, examples, than=other, metric="exact_match"),
        lambda: assert_bias_gap(
            model, examples, group="half", metric="exact_match", at_most=1.0
        ),
    ):
        with pytest.raises(ModelError, match=f"PTM313 exact_match {why}"):
            call()


@pytest.mark.parametrize("when", ["certain", "confident"])
def test_what_rows_add_is_the_figure(kind, monkeypatch, when):
    """Else a verdict would be settled by one figure and shown with another."""

    def measure(metric, gold, predictions, *, positive=None):
        return Measurement.of(metric, 0.0, len(gold), "higher", ShareOf(0, len(gold)))

    def scores(metric, gold, predictions, *, positive=None):
        return np.ones(len(gold))

    monkeypatch.setattr(kind, "measure", measure, raising=False)
    monkeypatch.setattr(kind, "scores", scores, raising=False)
    with pytest.raises(ModelError, match=r"PTM313 exact_match is 0\.0.*adds is 1\.0"):
        assert_metric(
            Counter(KIND, wrong_at="w"),
            rows_of(KIND, 2_000),
            metric="exact_match",
            at_least=0.9,
            early_stop=when,
        )


@pytest.mark.parametrize(
    ("name", "column", "why"),
    [
        (
            "right",
            np.ones(1, dtype=bool),
            r"right of planted-letters has the shape \(1",
        ),
        ("right", np.ones(60), "right of planted-letters is float64"),
        ("away", np.full(60, NOTHING), "away of planted-letters is NaN"),
    ],
)
def test_truth_says_it_of_each(examples, says, planted, name, column, why):
    def truth(*given, **how):
        found = planted.truth(*given, **how)

        class Wrong:
            def __getattr__(self, asked):
                return getattr(found, asked)

            def take(self, rows):
                return self

        setattr(Wrong, name, lambda self, said: column)
        return Wrong()

    says(truth=truth)
    with pytest.raises(ModelError, match=f"PTM313 {why}"):
        evaluate_metric(Counter(KIND), examples, metric="exact_match")


def test_valid_is_said_of_each(planted, examples, monkeypatch):
    monkeypatch.setattr(planted.answers, "valid", np.ones(1, dtype=bool))
    with pytest.raises(ModelError, match=r"PTM313 .* \(1,\) are said to be valid"):
        evaluate_metric(Counter(KIND), examples, metric="exact_match")


@pytest.mark.parametrize(
    "given",
    [
        [1.0, 2.0],
        np.array(["1", "2"]),
        np.array([1j, 2j]),
        np.array([None, 1.0], dtype=object),
        np.array([True, False]),
    ],
)
def test_numbers_are_an_array_of_real_ones(given):
    with pytest.raises(ModelError, match=r"PTM313 a model gave .* for numbers"):
        Regression(given)


def test_ragged_rows_of_no_whole_numbers_are_refused():
    with pytest.raises(ArgumentError, match=r"whole numbers, and these are float64"):
        Ragged.of([[1.9], [2.2, 0.4]])
    assert Ragged.of([[], []]).counts.tolist() == [0, 0]
    assert Ragged.of([[True]])[0].tolist() == [1]


def number(text):
    return float(len(text))


@pytest.mark.parametrize("tolerance", [math.inf, math.nan, "0.1", -0.1, [0.1]])
def test_a_tolerance_is_a_finite_number(tolerance):
    rows = [{"text": "a b", "label": 1.0}] * 2
    for call in (
        lambda: evaluate_invariant(
            FakeRegressor(number), rows, under=more, tolerance=tolerance
        ),
        lambda: evaluate_directional(
            FakeRegressor(number),
            rows,
            under=more,
            expect="increase",
            tolerance=tolerance,
        ),
    ):
        with pytest.raises(ArgumentError, match="tolerance="):
            call()


def test_a_direction_has_a_tolerance_whatever_is_expected():
    model = FakeRegressor(number)
    with pytest.raises(ArgumentError, match="tolerance=None: expected"):
        evaluate_directional(
            model,
            [{"text": "a", "label": 1.0}],
            under=more,
            expect=lambda before, after: True,
            tolerance=None,
        )
    assert not model.batches


def test_classes_that_have_one_name_are_not_compared():
    def model(right, name):
        return FakeClassifier(
            lambda text: [0.0, 2.0] if right and int(text) % 2 else [2.0, 0.0],
            class_names=("negative", "negative"),
            name=name,
        )

    rows = [{"text": str(row), "label": row % 2} for row in range(40)]
    with pytest.raises(ArgumentError, match="several classes named 'negative'"):
        evaluate_not_worse(model(False, "poor"), rows, than=model(True, "good"))
