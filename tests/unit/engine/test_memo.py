"""The one way to what is known: by predictor and keys, in plain columns."""

import ast
from pathlib import Path

import numpy as np
import pytest
from ptm_fakes import FakeClassifier, FakeMasked, by_word

import pytest_ptm
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask
from pytest_ptm.engine.memo import Memo
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.session import Session, activated
from pytest_ptm.tasks.text_classification import Classification


@pytest.fixture(autouse=True)
def session():
    with activated(Session()) as session:
        yield session


MODEL = FakeClassifier(by_word())


def answers(*numbers):
    logits = np.array([(number, 0) for number in numbers], dtype=np.float32)
    return Classification(logits, MODEL.class_names).columns()


def test_what_is_known_comes_back_and_what_is_not_is_said():
    memo = Memo()
    assert memo.get(MODEL, [b"a", b"b", b"a"]).missing.tolist() == [0, 1]
    assert memo.get(MODEL, [b"a"]).table is None
    memo.put(MODEL, [b"b", b"c"], answers(2, 3), np.array([[5, 1], [6, 2]], np.int32))
    memo.put(MODEL, [b"a"], answers(1))
    found = memo.get(MODEL, [b"c", b"x", b"a", b"c", b"y", b"x"])
    assert found.table.columns["logits"][:, 0].tolist() == [3, 1, 3]
    assert found.coverage.tolist() == [[6, 2], [0, 0], [6, 2]]
    assert found.missing.tolist() == [1, 4]
    other = FakeClassifier(by_word(), name="other")
    assert memo.get(other, [b"a"]).table is None


@pytest.mark.parametrize("rows", [[], [1], [1, 2, 3]])
def test_answers_that_are_not_as_many_as_the_questions_are_refused(rows):
    memo = Memo()
    with pytest.raises(ModelError, match=rf"PTM313 .* gave {len(rows)} answers to 2"):
        memo.put(MODEL, [b"a", b"b"], answers(*rows) if rows else empty())
    assert memo.get(MODEL, [b"a", b"b"]).table is None


def empty():
    return answers(1).take(np.array([], dtype=np.intp))


@pytest.mark.parametrize("given", [1, 3])
def test_a_model_that_loses_a_row_answers_for_no_other(given):
    fake = FakeClassifier(by_word())
    fake.forward = lambda batch: Classification(
        np.zeros((given, 2), dtype=np.float32), fake.class_names
    )
    with pytest.raises(ModelError, match=f"gave {given} answers to 2 questions"):
        ask(fake, Examples(("1", "2"), {"text": ("a", "b")}))


def test_two_vocabularies_are_not_told_apart_by_one_fingerprint():
    def masked(*vocabulary):
        return FakeMasked(lambda text: {}, vocabulary=("[MASK]", *vocabulary, *"cdef"))

    text = Examples(("1",), {"text": ("a [MASK]",)})
    ask(masked("a", "b"), text)
    ask(masked("a", "b"), text)
    with pytest.raises(ModelError, match=r"PTM313 .*both have one fingerprint"):
        ask(masked("b", "a"), text)


def test_nobody_reaches_behind_the_door():
    path = Path(pytest_ptm.__file__).parent / "engine/ask.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    reached = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert {name for name in reached if name.startswith("_")} == set()
    assert {name for name in vars(Memo) if not name.startswith("_")} == {"get", "put"}
