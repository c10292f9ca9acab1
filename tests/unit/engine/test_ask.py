import dataclasses
import threading

import numpy as np
import pytest
from ptm_fakes import FakeClassifier, by_word, nan

from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask
from pytest_ptm.ground.errors import (
    ArgumentError,
    BatchFailed,
    DataError,
    ModelError,
    OutOfMemory,
)
from pytest_ptm.session import Session, activated, current_session
from pytest_ptm.settings import Settings
from pytest_ptm.tasks.text_classification import Classification


def examples_of(*texts, **columns):
    ids = tuple(f"row-{i}" for i in range(1, len(texts) + 1))
    return Examples(ids, {"text": tuple(texts), **columns})


def by_length(text):
    """Logits that differ for every text, to see that answers keep their order."""
    return (float(len(text)), float(sum(map(ord, text)) % 97))


def test_answers_come_in_the_order_of_the_examples():
    texts = [f"{'word ' * (i % 7)}{i}" for i in range(50)]
    fake = FakeClassifier(by_length)
    answers = ask(fake, examples_of(*texts))
    expected = np.array([by_length(text) for text in texts], dtype=np.float32)
    assert (answers.predictions.logits == expected).all()


@dataclasses.dataclass
class FillsAgain(FakeClassifier):
    """Hands over one array for every batch, as a runtime with bound outputs does."""

    handed: np.ndarray = dataclasses.field(
        default_factory=lambda: np.zeros((512, 2), dtype=np.float32)
    )

    def forward(self, batch):
        logits = super().forward(batch).logits
        self.handed[: len(logits)] = logits
        return Classification(self.handed[: len(logits)], self.class_names)


def test_an_answer_stays_what_it_was_when_the_model_fills_its_array_again():
    texts = [f"{'word ' * (i % 7)}{i}" for i in range(300)]
    fake = FillsAgain(by_length)
    answers = ask(fake, examples_of(*texts))
    assert len(fake.batches) > 1
    expected = np.array([by_length(text) for text in texts], dtype=np.float32)
    assert (answers.predictions.logits == expected).all()


def test_identical_texts_are_asked_once():
    fake = FakeClassifier(by_word())
    answers = ask(fake, examples_of("good", "bad", "good", "good"))
    assert fake.rows_sent == 2
    assert answers.predictions.predicted.tolist() == [1, 0, 1, 1]
    assert (answers.cost.examples, answers.cost.distinct) == (4, 2)
    assert answers.cost.forwarded == 2


def test_what_the_model_sees_as_one_is_asked_once():
    fake = FakeClassifier(by_word())
    ask(fake, examples_of("good  film", "good film"))
    assert fake.rows_sent == 1


def test_a_second_question_about_known_texts_costs_nothing():
    fake = FakeClassifier(by_word())
    ask(fake, examples_of("good", "bad"))
    again = ask(fake, examples_of("bad", "new", "good"))
    assert fake.rows_sent == 3
    assert again.cost.forwarded == 1
    assert again.predictions.predicted.tolist() == [0, 0, 1]


def test_two_fingerprints_never_answer_for_each_other():
    one = FakeClassifier(lambda text: (1.0, 0.0), name="one")
    other = FakeClassifier(lambda text: (0.0, 1.0), name="other")
    assert ask(one, examples_of("x")).predictions.predicted.tolist() == [0]
    assert ask(other, examples_of("x")).predictions.predicted.tolist() == [1]


def test_a_thread_that_a_test_starts_shares_the_session(session):
    fake = FakeClassifier(by_word())
    ask(fake, examples_of("good"))
    found = []
    thread = threading.Thread(target=lambda: found.append(current_session()))
    thread.start()
    thread.join()
    assert found == [session]


@pytest.mark.parametrize("budget", [1, 7, 64, 10_000])
def test_the_budget_changes_batches_and_no_answer(budget):
    with activated(Session(lambda: Settings(batch_tokens=budget))):
        fake = FakeClassifier(by_length)
        texts = [f"{'w ' * (i % 9)}{i}" for i in range(40)]
        answers = ask(fake, examples_of(*texts))
    assert answers.predictions.logits[:, 0].tolist() == [float(len(t)) for t in texts]
    assert answers.cost.passes == len(fake.batches)
    assert answers.cost.forwarded == 40


def test_out_of_memory_halves_and_redoes_that_batch_only():
    fake = FakeClassifier(by_length, largest_batch=3)
    texts = [f"text{i}" for i in range(16)]
    answers = ask(fake, examples_of(*texts))
    sent = [text for batch in fake.batches for text in batch]
    assert sorted(sent) == sorted(texts)
    assert answers.predictions.logits[:, 0].tolist() == [float(len(t)) for t in texts]
    # 16 rows in one batch: 16 -> 8 -> 4 -> 2, and no later batch is tried as large.
    assert answers.cost.halvings == 3


def test_out_of_memory_with_one_row_says_its_length():
    fake = FakeClassifier(by_length, largest_batch=0)
    with pytest.raises(OutOfMemory, match=r"PTM402 out of memory .* 1, length 2"):
        ask(fake, examples_of("two words"))


def test_what_was_answered_before_a_failure_is_not_asked_again():
    interrupted = [True]

    def fail_late(text):
        if text == "short" and interrupted.pop():
            raise KeyboardInterrupt
        return (1.0, 0.0)

    fake = FakeClassifier(fail_late)
    examples = examples_of("a longer text", "short")
    with activated(Session(lambda: Settings(batch_tokens=1))):
        with pytest.raises(KeyboardInterrupt):
            ask(fake, examples)
        interrupted.append(False)
        ask(fake, examples)
    sent = [text for batch in fake.batches for text in batch]
    assert sent.count("a longer text") == 1


def test_nan_rows_are_refused_with_the_first_id():
    examples = examples_of("fine", "odd one", "odd two")
    with pytest.raises(ModelError, match=r"PTM401 2 of 3 rows .*first: row-2"):
        ask(nan(), examples)
    with pytest.raises(ModelError, match="PTM401"):
        ask(nan(), examples)


def test_nan_in_half_precision_suggests_float32():
    fake = FakeClassifier(lambda text: (float("inf"), 0.0), dtype="float16")
    with pytest.raises(ModelError, match="try --ptm-dtype float32"):
        ask(fake, examples_of("x"))


def test_truncated_rows_are_counted_wherever_their_answer_comes_from():
    fake = FakeClassifier(by_word(), max_length=2)
    answers = ask(fake, examples_of("one two three", "one two", "one two four"))
    assert answers.truncated.tolist() == [True, False, True]
    assert fake.rows_sent == 1


def test_pairs_are_asked_as_pairs():
    fake = FakeClassifier(by_word())
    examples = examples_of("a", "a", text_pair=("good", "bad"))
    assert ask(fake, examples).predictions.predicted.tolist() == [1, 0]


def test_no_examples_is_an_error():
    with pytest.raises(DataError, match="PTM201"):
        ask(FakeClassifier(by_word()), examples_of())


def test_a_missing_field_is_named():
    with pytest.raises(ArgumentError, match=r"asks about 'text'; .* has 'question'"):
        ask(FakeClassifier(by_word()), Examples(("a",), {"question": ("why",)}))


def test_progress_is_told_how_far_it_is(session):
    told = []

    class Sink:
        def update(self, what, done, total):
            told.append((what, done, total))

    session.progress = Sink()
    ask(FakeClassifier(by_word()), examples_of("a", "b", "c"))
    assert told[-1] == ("fake", 3, 3)


def test_the_tokenizer_is_never_handed_an_empty_list(monkeypatch):
    model, handed = FakeClassifier(by_word()), []
    encode = model.encode
    monkeypatch.setattr(
        model, "encode", lambda inputs: handed.append(inputs) or encode(inputs)
    )
    ask(model, examples_of("good", "bad"))
    # All of it is known now.
    ask(model, examples_of("bad", "good"))
    with pytest.raises(DataError, match="PTM201"):
        ask(model, examples_of())
    assert handed == [{"text": ["good", "bad"]}]


def test_half_a_character_is_refused_wherever_it_comes_from():
    model = FakeClassifier(by_word())
    with pytest.raises(DataError) as refused:
        ask(model, examples_of("good", "go\udfffod"))
    assert refused.value.code == "PTM205"
    assert "row-2: 'text': character 3 is the lone surrogate U+DFFF" in str(
        refused.value
    )
    assert model.rows_sent == 0


def failing_on(*, above=1, texts=()):
    """A fake that fails on larger batches, and on these texts also alone."""
    fake = FakeClassifier(by_length)
    forward, sent = fake.forward, []

    def fragile(batch):
        sent.append(len(batch.texts))
        if len(batch.texts) > above or set(batch.texts) & set(texts):
            raise BatchFailed("ValueError: no two at once")
        return forward(batch)

    fake.forward = fragile
    return fake, sent


def test_the_rows_of_a_batch_that_fails_are_asked_one_by_one():
    fake, sent = failing_on()
    texts = ("a", "bb b", "ccc", "d")
    answers = ask(fake, examples_of(*texts))
    assert answers.predictions.logits[:, 0].tolist() == [float(len(t)) for t in texts]
    assert sent == [4, 1, 1, 1, 1]
    assert (answers.cost.passes, answers.cost.halvings) == (5, 0)


def test_a_row_that_fails_by_itself_is_named_by_its_example():
    fake, _ = failing_on(above=9, texts=("odd",))
    ask(fake, examples_of("known"))
    # Neither the known text nor the repeated ones may shift the count.
    examples = examples_of("known", "fine", "fine", "odd", "odd")
    with pytest.raises(
        ModelError, match="PTM403 fake fails on example row-4"
    ) as caught:
        ask(fake, examples)
    assert "no two at once" in caught.value.message
    assert isinstance(caught.value.__cause__, BatchFailed)
    assert ask(fake, examples_of("fine")).cost.forwarded == 0


def test_any_other_error_of_a_predictor_ends_the_asking():
    calls = []

    def unreachable(text):
        calls.append(text)
        raise ConnectionError("no route to the service")

    with pytest.raises(ConnectionError):
        ask(FakeClassifier(unreachable), examples_of("a", "b", "c"))
    assert len(calls) == 1


def test_rows_are_grouped_as_the_predictor_says():
    fake = FakeClassifier(by_length)
    encode = fake.encode

    def in_groups(inputs):
        encoded = encode(inputs)
        return dataclasses.replace(encoded, groups=encoded.lengths)

    fake.encode = in_groups
    ask(fake, examples_of("b"))
    ask(fake, examples_of("a a", "b", "c", "d d", "e e e"))
    assert fake.batches[1:] == [("e e e",), ("a a", "d d"), ("c",)]


OTHERS = [
    {"class_names": ("negative", "positive", "mixed")},
    {"class_names": ("positive", "negative")},
    {"class_names": ("bad", "good")},
    {"multi_label": True},
]
"""What a model may have that takes another one's fingerprint."""


def refused_for_its_classes(predictor, text):
    with pytest.raises(ModelError) as refused:
        ask(predictor, examples_of(text))
    assert refused.value.code == "PTM313"
    named = "same (python:same) has the classes 'negative', 'positive'"
    assert refused.value.message.startswith(named)
    assert "fingerprint" in refused.value.message


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("text", ["good", "new"])
def test_answers_of_other_classes_are_not_taken_for_those_of_a_model(other, text):
    first = FakeClassifier(by_word(), name="same")
    ask(first, examples_of("good", "bad"))
    refused_for_its_classes(FakeClassifier(by_word(), name="same", **other), text)
    assert ask(first, examples_of("good")).predictions.predicted.tolist() == [1]


@pytest.mark.parametrize("other", OTHERS)
def test_nor_where_only_the_answers_say_which_classes_there_are(other):
    first = FakeClassifier(by_word(), name="same")
    ask(first, examples_of("good"))

    class Silent:
        task, card = first.task, first.card
        fingerprint, encode = first.fingerprint, first.encode

        def forward(self, batch):
            names = other.get("class_names", first.class_names)
            logits = np.zeros((len(batch.texts), len(names)), dtype=np.float32)
            return Classification(logits, names, other.get("multi_label", False))

    refused_for_its_classes(Silent(), "new")


def test_logits_have_a_column_for_each_class():
    fake = FakeClassifier(lambda text: (1.0, 0.0, 0.0))
    with pytest.raises(ModelError, match=r"PTM313 .*shape \(1, 3\) for 2 classes"):
        ask(fake, examples_of("a"))


class Cheap(FakeClassifier):
    """Rows that take less of a batch than their tokens."""

    def __init__(self, answer, costs):
        super().__init__(answer)
        self.costs = costs

    def encode(self, inputs):
        encoded = super().encode(inputs)
        costs = np.array(self.costs[: len(encoded)], dtype=np.int32)
        return dataclasses.replace(encoded, costs=costs)


def test_what_a_row_costs_decides_how_many_share_a_batch():
    texts = [f"one two three four {number}" for number in range(8)]
    settings = Settings(batch_tokens=10)
    for fake, passes in (
        (FakeClassifier(by_word()), 4),
        (Cheap(by_word(), [1] * 8), 1),
        (Cheap(by_word(), [20] * 8), 8),
    ):
        with activated(Session(read_settings=lambda: settings)):
            assert ask(fake, examples_of(*texts)).cost.passes == passes
    with pytest.raises(ModelError, match="7 costs"):
        ask(Cheap(by_word(), [1] * 7), examples_of(*texts))
