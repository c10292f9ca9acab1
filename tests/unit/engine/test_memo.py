"""The one way to what is known: by predictor and keys, in plain columns."""

import ast
import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ptm_fakes import FakeClassifier, FakeMasked, by_word

import pytest_ptm
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.ragged import Ragged
from pytest_ptm.engine.ask import ask
from pytest_ptm.engine.memo import Memo
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.tasks.table import Table
from pytest_ptm.tasks.text_classification import Classification

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


def test_rows_of_a_key_that_is_known_move_no_other():
    """Two threads that ask the same at once both bring its answer."""
    memo = Memo()
    memo.put(MODEL, [b"a", b"b"], answers(1, 2))
    memo.put(MODEL, [b"a", b"c"], answers(1, 3))
    memo.put(MODEL, [b"d"], answers(4))
    found = memo.get(MODEL, [b"d", b"c", b"b", b"a"])
    assert found.table.columns["logits"][:, 0].tolist() == [4, 3, 2, 1]


def test_threads_that_ask_the_same_at_once_each_have_their_own_answers(session):
    both = threading.Barrier(2)

    def logits(text):
        both.wait(timeout=60)
        return (float(ord(text)), 0.0)

    def heard(*texts):
        asked = ask(model, Examples(texts, {"text": texts}))
        return asked.predictions.logits[:, 0].tolist()

    model = FakeClassifier(logits)
    with ThreadPoolExecutor(2) as pool:
        asked = [
            pool.submit(contextvars.copy_context().run, heard, *texts)
            for texts in (("a", "b"), ("a", "c"))
        ]
    assert [each.result()[0] for each in asked] == [ord("a")] * 2
    model.logits = lambda text: (float(ord(text)), 0.0)
    assert heard("d") == [ord("d")]
    assert heard(*"dcba") == list(map(ord, "dcba"))


@pytest.mark.parametrize("lost", [{"logits": 1}, {"more": 1}, {"more": 3}])
def test_every_column_of_an_answer_has_a_row_for_each_question(lost):
    sizes = {"logits": 2, "more": 2, **lost}
    table = Table({name: np.zeros(size) for name, size in sizes.items()}, {})
    with pytest.raises(ModelError, match=r"PTM313 .* answers to 2 questions"):
        Memo().put(MODEL, [b"a", b"b"], table)
    with pytest.raises(ModelError, match=r"PTM313 .* gave no answers to 2 questions"):
        Memo().put(MODEL, [b"a", b"b"], Table({}, {}))


class OldAnswers:
    """As answers were written before they were columns."""

    def __init__(self, logits):
        self.logits, self.valid = logits, np.ones(len(logits), dtype=bool)

    def __len__(self):
        return len(self.logits)

    def take(self, rows):
        return OldAnswers(self.logits[rows])

    @staticmethod
    def concatenate(parts):
        return OldAnswers(np.concatenate([part.logits for part in parts]))


def test_answers_of_the_form_before_columns_are_told_what_to_return():
    fake = FakeClassifier(by_word())
    fake.forward = lambda batch: OldAnswers(np.zeros((len(batch.texts), 2)))
    with pytest.raises(ModelError) as caught:
        ask(fake, Examples(("1",), {"text": ("a",)}))
    assert str(caught.value) == (
        "PTM313 fake (python:fake) answers text-classification with OldAnswers; "
        "forward returns a Classification, of pytest_ptm.tasks.classes.answers "
        "(docs/extending.md shows one)"
    )


def test_answers_of_another_task_are_refused():
    fake = FakeClassifier(by_word())
    masked = FakeMasked(lambda text: {})
    texts = {"text": ("a [MASK]",)}
    fake.forward = lambda batch: masked.forward(masked.encode(texts).payload)
    with pytest.raises(ModelError, match="with MaskedTokens; forward returns a Cla"):
        ask(fake, Examples(("1",), texts))


@pytest.mark.parametrize("given", [1, 3])
@pytest.mark.parametrize(
    "column", ["lengths", "keys", "truncated", "coverage", "groups"]
)
def test_an_encoding_that_loses_a_row_is_refused(column, given):
    fake = FakeClassifier(by_word())
    sound, values = fake.encode, [b"k"] * given
    if column != "keys":
        values = np.ones((given, 2) if column == "coverage" else given, dtype=np.int32)
    fake.encode = lambda inputs: replace(sound(inputs), **{column: values})
    with pytest.raises(ModelError, match=rf"PTM313 .*2 questions.*{given} {column}"):
        ask(fake, Examples(("1", "2"), {"text": ("a", "b")}))
    assert fake.rows_sent == 0


def test_one_number_in_another_field_is_another_question():
    """Which tokens are wanted, and which are hidden, may be the same bytes."""
    model = FakeMasked(lambda text: {"paris": 2.0})
    text, pairs = ("a london [MASK]",), Ragged.of([[(0, 1)]], shape=(2,))
    places = Ragged.of([[0, 1]])
    assert pairs.keys() == places.keys()

    def asked(**numbers):
        return ask(model, Examples(("1",), {"text": text}, numbers=numbers)).predictions

    wanted, hidden = asked(wanted=pairs), asked(hidden=places)
    assert wanted.masks.tolist() == [1]
    assert hidden.masks.tolist() == [3]


def test_nobody_reaches_behind_the_door():
    path = Path(pytest_ptm.__file__).parent / "engine/ask.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    reached = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert {name for name in reached if name.startswith("_")} == set()
    assert {name for name in vars(Memo) if not name.startswith("_")} == {"get", "put"}
