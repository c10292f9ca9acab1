"""Functions and estimators as models: what they answer, and what they are refused."""

from __future__ import annotations

import functools
import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import ptm_own
import pytest
import torch
from ptm_own import LABELS, SETS, STARS, TEXTS
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC, LinearSVC

from pytest_ptm import (
    ArgumentError,
    ModelError,
    assert_accuracy,
    evaluate_accuracy,
    evaluate_metric,
    from_function,
    from_sklearn,
    load_model,
)

ROWS = [
    {"text": text, "label": label} for text, label in zip(TEXTS, LABELS, strict=True)
]
PAIR = ["neg", "pos"]


@pytest.fixture(scope="module")
def estimators():
    found = dict(ptm_own.estimators())
    assert list(found) == ptm_own.KINDS
    return found


def fitted(head=None, texts=TEXTS, labels=LABELS, **settings):
    head = head or LogisticRegression()
    return make_pipeline(TfidfVectorizer(**settings), head).fit(texts, labels)


def probabilities_of(model, texts=TEXTS):
    encoded = model.encode({"text": list(texts)})
    return model.forward(encoded.payload).probabilities


def test_a_pipeline_answers_as_it_does_alone():
    pipeline = fitted()
    model = from_sklearn(pipeline)
    said = [answer.label for answer in model.predict(list(TEXTS))]
    assert said == pipeline.predict(TEXTS).tolist()
    result = assert_accuracy(model, ROWS, at_least=0.9)
    assert result.value == pipeline.score(TEXTS, LABELS)
    assert model.class_names == ("neg", "pos")
    assert np.allclose(
        probabilities_of(model), pipeline.predict_proba(TEXTS), atol=1e-6
    )


@pytest.mark.parametrize("name", ptm_own.KINDS)
def test_every_kind_of_estimator_answers_as_it_does_alone(estimators, name):
    estimator = estimators[name]
    model = from_sklearn(estimator)
    found = model.forward(model.encode({"text": TEXTS}).payload)
    expected = estimator.predict(TEXTS)
    if name == "stars":
        assert np.allclose(found.values, expected, atol=1e-5)
    elif name == "several":
        assert np.array_equal(found.decided, expected.astype(bool))
    else:
        names = np.array(found.class_names)
        assert names[found.predicted].tolist() == expected.tolist()


def test_margins_are_an_order_and_the_card_says_so():
    model = from_sklearn(fitted(LinearSVC()))
    assert evaluate_accuracy(model, ROWS).value == 1.0
    assert "no predict_proba" in model.card.notes[0]


def test_outputs_a_class_each_are_several_labels():
    forest = MultiOutputClassifier(RandomForestClassifier(5, random_state=0))
    pipeline = fitted(forest, labels=SETS)
    model = from_sklearn(pipeline, classes=["warm", "sad"])
    assert model.multi_label
    expected = np.column_stack([p[:, 1] for p in pipeline.predict_proba(TEXTS)])
    assert np.allclose(probabilities_of(model), expected, atol=1e-6)


def test_a_regressor_answers_numbers():
    model = from_sklearn(fitted(LinearRegression(), labels=STARS))
    rows = [{"text": t, "label": s} for t, s in zip(TEXTS, STARS, strict=True)]
    assert model.task == "text-regression"
    result = evaluate_metric(model, rows, metric="mean_absolute_error")
    assert result.value == pytest.approx(0, abs=1e-4)


def test_numbered_classes_take_names():
    model = from_sklearn(fitted(labels=[1, 1, 0, 0, 1, 0]), classes=PAIR)
    assert evaluate_accuracy(model, ROWS).value == 1.0


def test_an_estimator_is_copied():
    pipeline = fitted()
    model = from_sklearn(pipeline)
    before = probabilities_of(model)
    pipeline.fit(TEXTS, LABELS[::-1])
    assert np.array_equal(probabilities_of(model), before)
    assert from_sklearn(pipeline).card.fingerprint != model.card.fingerprint


@pytest.mark.parametrize(
    ("estimator", "options", "said"),
    [
        (make_pipeline(TfidfVectorizer(), LogisticRegression()), {}, "is not fitted"),
        (LogisticRegression, {}, "expected a fitted classifier"),
        (TfidfVectorizer(), {}, "expected a fitted classifier"),
        (fitted(), {"classes": ["one"]}, "names 1, and the estimator has 2"),
        (fitted(), {"classes": ["a", "a"]}, "a name for each"),
        (fitted(LinearRegression(), labels=STARS), {"classes": PAIR}, "gives numbers"),
    ],
)
def test_what_is_no_fitted_estimator_is_refused(estimator, options, said):
    with pytest.raises(ArgumentError, match=said):
        from_sklearn(estimator, **options)


def test_a_classifier_without_a_vectorizer_is_named_with_its_error():
    matrix = CountVectorizer().fit_transform(TEXTS)
    model = from_sklearn(LogisticRegression().fit(matrix, LABELS))
    with pytest.raises(ModelError, match="PTM403"):
        evaluate_accuracy(model, ROWS)


def test_pairs_are_refused_by_an_estimator():
    with pytest.raises(ArgumentError, match="takes single texts"):
        evaluate_accuracy(
            from_sklearn(fitted()), [{**ROWS[0], "text_pair": "and another"}]
        )


def test_a_function_answers():
    model = from_function(ptm_own.by_words, classes=PAIR)
    assert np.allclose(probabilities_of(model, ["so good"]), [[0.1, 0.9]])
    assert evaluate_accuracy(model, [{"text": "good", "label": "pos"}]).value == 1.0


def test_probabilities_of_nought_and_one_are_answers():
    model = from_function(lambda texts: [[0.0, 1.0]] * len(texts), classes=PAIR)
    assert evaluate_accuracy(model, [{"text": "a", "label": "pos"}]).value == 1.0
    several = from_function(
        lambda texts: [[0.0, 1.0]] * len(texts), classes=PAIR, multi_label=True
    )
    assert probabilities_of(several, ["a"]).round(6).tolist() == [[0.0, 1.0]]


def test_a_function_without_classes_gives_numbers():
    model = from_function(lambda texts: [len(t) for t in texts], classes=None)
    rows = [{"text": "four", "label": 4.0}, {"text": "fives", "label": 6.0}]
    assert evaluate_metric(model, rows, metric="mean_absolute_error").value == 0.5


def test_a_function_is_given_pairs():
    asked = []

    def alike(pairs):
        asked.extend(pairs)
        return [[0.0, 1.0] if a == b else [1.0, 0.0] for a, b in pairs]

    rows = [
        {"text": "a", "text_pair": "a", "label": "pos"},
        {"text": "a", "text_pair": "b", "label": "neg"},
    ]
    model = from_function(alike, classes=PAIR, fingerprint="alike-1")
    assert evaluate_accuracy(model, rows).value == 1.0
    assert set(asked) == {("a", "a"), ("a", "b")}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([[0.5, 0.6]], "sum to 1.1 and not to 1"),
        ([[-1.0, 2.0]], "between 0 and 1"),
        ([[1.0]], r"shape \(1, 1\) for 1 text; expected \(1, 2\)"),
        ([0.5], r"shape \(1,\)"),
        ([[0.5, 0.5]] * 2, r"shape \(2, 2\)"),
        ("positive", "no array of numbers"),
        (None, "no array of numbers|shape"),
    ],
)
def test_what_is_no_probability_is_refused(given, said):
    model = from_function(lambda texts: given, classes=PAIR)
    with pytest.raises(ModelError, match=said) as caught:
        evaluate_accuracy(model, [{"text": "a", "label": "pos"}])
    assert caught.value.code == "PTM313"


def test_nan_is_no_answer():
    model = from_function(lambda texts: [[float("nan")] * 2], classes=PAIR)
    with pytest.raises(ModelError, match="PTM401"):
        evaluate_accuracy(model, [{"text": "a", "label": "pos"}])


def test_several_labels_need_not_sum_to_one():
    model = from_function(
        lambda texts: [[0.9, 0.8]] * len(texts), classes=PAIR, multi_label=True
    )
    rows = [{"text": "a", "label": ["neg", "pos"]}]
    assert evaluate_accuracy(model, rows).value == 1.0


def test_a_function_that_fails_names_the_example():
    def fails(texts):
        if "bad" in texts:
            raise KeyError("bad")
        return [[0.5, 0.5]] * len(texts)

    with pytest.raises(ModelError, match=r"PTM403.*row-2"):
        evaluate_accuracy(
            from_function(fails, classes=PAIR),
            [{"text": "a", "label": "pos"}, {"text": "bad", "label": "pos"}],
        )


def predicted(given, classes=PAIR, texts=("good film", "bad", "a dull one")):
    return from_function(given, classes=classes).predict(list(texts))


def test_columns_of_a_frame_go_by_their_names():
    def frame(columns):
        return lambda texts: pd.DataFrame([[0.9, 0.1]] * len(texts), columns=columns)

    neg, pos = PAIR
    assert {each.label for each in predicted(frame([neg, pos]))} == {neg}
    assert {each.label for each in predicted(frame([pos, neg]))} == {pos}
    assert {each.label for each in predicted(frame([0, 1]))} == {neg}
    with pytest.raises(ModelError, match=r"PTM313 .* gave columns 'no', 'yes', and"):
        predicted(frame(["no", "yes"]))


def test_what_is_masked_out_is_no_answer():
    def masked(texts):
        return np.ma.array([3.0] * len(texts), mask=["bad" in t for t in texts])

    with pytest.raises(ModelError, match="PTM401"):
        predicted(masked, None)


@pytest.mark.parametrize(
    ("given", "classes", "said"),
    [
        (lambda texts: np.full((len(texts), 2), 0.5 + 0.5j), PAIR, "complex numbers"),
        (lambda texts: np.array([1j] * len(texts)), None, "complex numbers"),
        (lambda texts: [16_777_217] * len(texts), None, "gave 16777217 for"),
    ],
)
def test_numbers_that_would_be_others_are_refused(given, classes, said):
    with pytest.raises(ModelError, match=f"PTM313 .*{said}"):
        predicted(given, classes)


def test_numbers_that_a_float32_holds_are_answers():
    answers = predicted(lambda texts: [33_554_432.0] * len(texts), None, "a")
    assert answers[0].number == 33_554_432


def by_length(texts):
    return np.array([float(len(text)) for text in texts])


@pytest.mark.parametrize(
    "given",
    [
        lambda texts: by_length(texts) / by_length(texts).max(),
        lambda texts: by_length(texts) - by_length(texts).mean(),
        lambda texts: by_length(sorted(texts)),
        lambda texts: np.arange(len(texts)),
    ],
    ids=["divided", "centred", "sorted", "counted"],
)
def test_answers_that_depend_on_other_texts_are_refused(given):
    with pytest.raises(ModelError, match=r"PTM313 .*otherwise beside others"):
        predicted(given, None)


def test_a_function_is_asked_again_once_only():
    calls = []

    def counted(texts):
        calls.append(len(texts))
        return by_length(texts)

    model = from_function(counted, classes=None, fingerprint="1")
    model.predict(["a", "bb", "ccc"])
    model.predict(["d", "ee", "fff"])
    assert calls == [3, 1, 2, 3]


def test_a_function_whose_weights_change_is_refused():
    weights = np.array([[0.2, 0.8]])

    def answers(texts):
        return np.repeat(weights, len(texts), axis=0)

    model = from_function(answers, classes=PAIR)
    row = {"text": "a", "label": "pos"}
    assert evaluate_accuracy(model, [row]).value == 1.0
    weights[0] = [0.8, 0.2]
    with pytest.raises(ModelError, match="not the function it was"):
        evaluate_accuracy(model, [{**row, "text": "b"}])
    again = from_function(answers, classes=PAIR)
    assert evaluate_accuracy(again, [row]).value == 0.0


def test_a_function_that_holds_what_cannot_be_read_needs_a_fingerprint():
    stream = sys.stdout

    def answers(texts):
        stream.flush()
        return [[0.5, 0.5]] * len(texts)

    with pytest.raises(ArgumentError, match=r"stream.*fingerprint='"):
        from_function(answers, classes=PAIR)
    said = from_function(answers, classes=PAIR, fingerprint="v1")
    other = from_function(answers, classes=PAIR, fingerprint="v2")
    assert said.card.fingerprint != other.card.fingerprint


def threshold(at, classes=PAIR, **more):
    def answers(texts):
        return [[1.0, 0.0] if len(text) > at else [0.0, 1.0] for text in texts]

    return from_function(answers, classes=classes, **more).card.fingerprint


def test_a_fingerprint_is_of_all_that_an_answer_depends_on():
    found = [
        threshold(3),
        threshold(4),
        threshold(3, ["pos", "neg"]),
        threshold(3, multi_label=True),
        threshold(3, fingerprint="3"),
    ]
    assert threshold(3) == found[0]
    assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    "other",
    [
        fitted(LogisticRegression(C=3.0)),
        fitted(ngram_range=(1, 2)),
        fitted(texts=[*TEXTS[:-1], "another text"]),
        fitted(labels=LABELS[::-1]),
        fitted(LogisticRegression(max_iter=101)),
    ],
)
def test_a_parameter_or_what_was_learned_makes_another_fingerprint(other):
    one, then = from_sklearn(other), from_sklearn(fitted())
    assert one.card.fingerprint != then.card.fingerprint


PRAISE = re.compile("good|fine")


class Lazy:
    @functools.cached_property
    def words(self):
        return ("good",)

    def __call__(self, texts):
        return [[0.0, 1.0] if self.words[0] in text else [1.0, 0.0] for text in texts]


@functools.singledispatch
def weight(text):
    return 0.5


@weight.register
def _(text: str):
    return 0.75


def praises(texts):
    found = [bool(PRAISE.search(text)) for text in texts]
    return [
        [1.0 - weight(text), weight(text)] if f else [1.0, 0.0]
        for f, text in zip(found, texts, strict=True)
    ]


def test_expressions_lazy_properties_and_dispatch_are_read(monkeypatch):
    first = from_function(praises, classes=PAIR)
    assert first.predict("a fine film").label == "pos"
    lazy = Lazy()
    assert lazy.words  # kept in it from now on, which is a change of what it holds
    assert from_function(lazy, classes=PAIR).predict("good").label == "pos"
    monkeypatch.setitem(globals(), "PRAISE", re.compile("good|fine", re.IGNORECASE))
    other = from_function(praises, classes=PAIR)
    assert other.card.fingerprint != first.card.fingerprint


def test_a_sparse_tensor_is_refused_by_name():
    held = torch.eye(2).to_sparse()
    with pytest.raises(ArgumentError, match=r"held is a Tensor.*fingerprint="):
        from_function(lambda texts: held, classes=PAIR)


@pytest.mark.parametrize("line", ["import own_words", "from own_words import WORDS"])
def test_a_module_that_is_imported_as_a_function_runs_is_part_of_it(
    line, tmp_path, monkeypatch
):
    monkeypatch.syspath_prepend(tmp_path)
    held = {}
    exec(f"def answers(texts):\n    {line}\n    return [[0.5, 0.5]]", held)
    found = []
    for word in ("good", "excellent"):
        monkeypatch.delitem(sys.modules, "own_words", raising=False)
        importlib.invalidate_caches()
        (tmp_path / "own_words.py").write_text(f"WORDS = ['{word}']")
        found += [
            from_function(held["answers"], classes=PAIR).card.fingerprint
            for _ in range(2)
        ]
    assert found[0] == found[1] != found[2] == found[3]


@pytest.mark.heavy
def test_fingerprints_are_equal_in_other_processes():
    script = Path(ptm_own.__file__)

    def said(seed):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "OMP_NUM_THREADS": "1"}
        ran = subprocess.run(
            [sys.executable, "-W", "ignore", script],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return dict(line.split() for line in ran.stdout.splitlines())

    first, second = said("1"), said("2")
    assert len(first) == 17
    assert {name for name in first if first[name] != second[name]} == set()
    assert len(set(first.values())) == len(first)


class Keras:
    __module__ = "keras.src.models"

    def fit(self): ...
    def predict(self): ...


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (LogisticRegression(), "got a LogisticRegression; write from_sklearn(model)"),
        (fitted(), "got a Pipeline; write from_sklearn(model)"),
        (
            ptm_own.by_words,
            "got a function; write from_function(model, classes=[…]), or from_writer",
        ),
        ("models/mine", 'got the text "models/mine"; write load_model(model)'),
        (Path("mine"), 'got the text "mine"; write load_model(model)'),
        (Keras(), "got a Keras; write from_function(f, classes=[…])"),
        (7, "expected the ptm_model fixture, ptm_load(…) or load_model(…), got int"),
    ],
)
def test_given_raw_it_says_what_to_write(model, said):
    with pytest.raises(ArgumentError) as caught:
        evaluate_accuracy(model, ROWS)
    assert said in str(caught.value)


def make_raw():
    return fitted()


def make_own():
    return from_sklearn(fitted())


def test_a_factory_may_return_one():
    handle = load_model(f"python:{__name__}:make_own")
    assert evaluate_accuracy(handle, ROWS).value == 1.0
    with pytest.raises(ModelError, match=r"return from_sklearn\(model\)"):
        evaluate_accuracy(load_model(f"python:{__name__}:make_raw"), ROWS)


STATE = {"sure": 0.9}


def from_state(texts):
    return [[1 - STATE["sure"], STATE["sure"]] for _ in texts]


def test_what_is_known_is_not_given_for_a_function_that_changed(monkeypatch):
    rows = [{"text": str(row), "label": "b"} for row in range(20)]
    model = from_function(from_state, classes=["a", "b"])
    assert evaluate_accuracy(model, rows).value == 1.0
    monkeypatch.setitem(STATE, "sure", 0.1)
    # Every row is known, and nobody has to call the function.
    with pytest.raises(ModelError, match=r"PTM313 .* is not the function it was"):
        evaluate_accuracy(model, rows)


def test_two_objects_never_answer_for_each_other(monkeypatch):
    """What the environment gives is no content of a function."""

    def from_outside(texts):
        sure = float(os.environ["PTM_SURE"])
        return [[1 - sure, sure] for _ in texts]

    rows = [{"text": str(row), "label": "b"} for row in range(20)]
    for sure, right in (("0.9", 1.0), ("0.1", 0.0)):
        monkeypatch.setenv("PTM_SURE", sure)
        model = from_function(from_outside, classes=["a", "b"])
        assert evaluate_accuracy(model, rows).value == right


def test_an_estimator_is_asked_what_it_predicts_itself():
    """Margins between pairs of classes are no margins of classes."""
    texts = [f"{word} {n}" for n in range(30) for word in ("good", "bad", "so so")]
    labels = ["good", "bad", "ok"] * 30
    pairs = make_pipeline(TfidfVectorizer(), SVC(decision_function_shape="ovo")).fit(
        texts, labels
    )
    with pytest.raises(ModelError, match="otherwise than its scores say"):
        evaluate_accuracy(from_sklearn(pairs), (texts, labels))


@pytest.mark.parametrize(
    ("held", "named"), [(["x", "y"], ["y", "x"]), ([1, 2], ["neg", "pos"])]
)
def test_names_that_would_be_of_other_classes_are_refused(held, named):
    texts = [f"{word} {n}" for n in range(9) for word in ("good", "bad")]
    own = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, held * 9)
    with pytest.raises(ArgumentError, match="classes"):
        from_sklearn(own, classes=named)
