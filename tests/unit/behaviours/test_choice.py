"""Which task a model is asked, and what is said where nothing follows."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from ptm_fakes import FakeClassifier
from ptm_numbers import FakeRegressor

from pytest_ptm import evaluate_metric, evaluate_not_worse, load_examples
from pytest_ptm.behaviours.choice import Able, able_to, answering, chosen, decided
from pytest_ptm.behaviours.marked import able as metric_tasks
from pytest_ptm.behaviours.tolerance import comparable
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.ragged import Ragged
from pytest_ptm.ground.errors import ArgumentError, DataError, ModelError
from pytest_ptm.tasks import find_task
from pytest_ptm.tasks.classes.answers import Classification
from pytest_ptm.tasks.texts.answers import GeneratedTexts

CLASSES, NUMBERS, MASKS = map(
    find_task, ("text-classification", "text-regression", "fill-mask")
)
IMAGES = replace(CLASSES, name="image-classification", fields={"image": "numbers"})
PAIRS = replace(
    CLASSES,
    name="pair-classification",
    fields=dict.fromkeys(("text", "text_pair"), "text"),
    optional={},
)


def texts(*rows, **columns):
    ids = tuple(map(str, range(len(rows))))
    return Examples(ids, {"text": rows, **columns})


@dataclass
class Handle:
    """A model that may know what it can, and loads for some tasks only."""

    able: frozenset[str] | None = None
    loads: frozenset[str] = frozenset()
    task: str | None = None
    name: str = "handle"

    def can(self):
        return self.able

    def predictor(self, task):
        if task not in self.loads:
            raise ModelError(f"no head for {task}", code="PTM303")
        return FakeClassifier(lambda text: [0.0, 1.0])


def of(*tasks):
    return Able(tasks)


def can(*names):
    return Handle(frozenset(names))


def test_one_that_is_able_needs_no_reason():
    assert chosen(can("nothing"), texts("a"), of(CLASSES)) is CLASSES


def test_what_is_declared_is_asked_whatever_else_there_is():
    declared = Handle(frozenset({"fill-mask"}), task="text-classification")
    assert chosen(declared, texts("a [MASK]"), able_to(comparable)) is CLASSES
    with pytest.raises(ArgumentError, match="declared for 'fill-mask'; this asks"):
        chosen(Handle(task="fill-mask"), texts("a"), answering(Classification))


def test_rows_with_a_mask_are_a_question_of_masks():
    every = able_to(comparable)
    filling = Handle(loads=frozenset({"fill-mask", "text-classification"}))
    assert chosen(filling, texts("a [MASK]", "[MASK]"), every) is MASKS
    # A classifier would answer them too, and say nothing of it.
    assert chosen(can("text-classification"), texts("[MASK]"), every) is MASKS
    assert chosen(can("text-classification"), texts("[MASK]", "b"), every) is CLASSES


@pytest.mark.parametrize("task", [CLASSES, NUMBERS])
def test_what_the_model_can_decides(task):
    assert chosen(can(task.name), texts("a"), able_to(comparable)) is task


def test_what_the_examples_have_decides():
    model = can("text-classification", "image-classification")
    assert chosen(model, texts("a"), of(CLASSES, IMAGES)) is CLASSES
    pixels = Examples(("1",), {}, numbers={"image": Ragged.of([[1, 2]])})
    assert chosen(model, pixels, of(CLASSES, IMAGES)) is IMAGES
    only = replace(CLASSES, optional={})
    both = can("text-classification", "pair-classification")
    assert chosen(both, texts("a"), of(only, PAIRS)) is only
    assert chosen(both, texts("a", text_pair=("b",)), of(only, PAIRS)) is PAIRS


def test_what_the_model_can_decides_before_a_row_is_read():
    assert decided(can("text-classification"), of(CLASSES, PAIRS)) is CLASSES
    assert decided(can("text-classification", PAIRS.name), of(CLASSES, PAIRS)) is None
    assert decided(Handle(), of(CLASSES, PAIRS)) is None
    # A mask in every row would decide otherwise.
    assert decided(can("text-classification"), of(CLASSES, MASKS)) is None


def test_where_only_loading_tells_it_is_loaded():
    model = Handle(loads=frozenset({"text-regression"}))
    assert chosen(model, texts("a"), of(CLASSES, NUMBERS)) is NUMBERS
    with pytest.raises(ModelError) as caught:
        chosen(Handle(), texts("a"), of(CLASSES, NUMBERS))
    # Each says what it lacks: which of them was meant is not known.
    assert str(caught.value) == (
        "PTM303 model handle can be asked none of this. text-classification: no head "
        "for text-classification; text-regression: no head for text-regression"
    )


def test_of_two_of_a_kind_that_it_cannot_do_one_says_why():
    masks = answering(MASKS.answers)
    assert {task.name for task in masks.tasks} == {"fill-mask", "permuted-cloze"}
    assert chosen(can("text-classification"), texts("[MASK]"), masks) is MASKS
    permuted = chosen(can("permuted-cloze"), texts("[MASK]"), masks)
    assert permuted.name == "permuted-cloze"


def test_two_that_remain_are_named():
    model = Handle(loads=frozenset({"text-classification", "text-regression"}))
    with pytest.raises(ArgumentError, match="could all answer this"):
        chosen(model, texts("a"), of(CLASSES, NUMBERS))


def test_a_predictor_has_one_task():
    fake = FakeRegressor(lambda text: 1.0)
    assert chosen(fake, texts("[MASK]"), able_to(comparable)) is NUMBERS
    with pytest.raises(ArgumentError, match="answers 'text-regression'; this asks"):
        chosen(fake, texts("a"), answering(Classification))
    with pytest.raises(ArgumentError, match="model: expected the ptm_model fixture"):
        chosen(np.zeros(3), texts("a"), able_to(comparable))


@pytest.mark.parametrize(
    ("can", "metric", "said"),
    [
        (
            ("fill-mask", "masked-scoring"),
            "perplexity",
            r"model handle answers 'fill-mask', 'masked-scoring'; this asks "
            r"'causal-scoring', 'permuted-scoring'. perplexity is no figure of "
            r"masked-scoring; say metric='pseudo_perplexity', [^(]*$",
        ),
        (
            ("causal-scoring", "multiple-choice"),
            "pseudo_bits_per_byte",
            "is no figure of causal-scoring; say metric='perplexity'",
        ),
        (
            ("causal-scoring", "multiple-choice"),
            "log_loss",
            "log_loss is no figure of causal-scoring; say metric='perplexity'",
        ),
        (("text-classification",), "perplexity", "say metric='accuracy'"),
    ],
)
def test_a_model_without_the_figure_says_which_it_has(can, metric, said):
    rows = load_examples([{"text": "a b"}], label=None)
    for asks in (
        lambda model: evaluate_metric(model, rows, metric=metric),
        lambda model: evaluate_not_worse(model, rows, than=model, metric=metric),
    ):
        with pytest.raises(ModelError, match=said):
            asks(Handle(frozenset(can)))


def test_a_model_that_should_be_able_says_itself_what_is_wrong():
    rows = load_examples([{"text": "a b"}], label=None)
    for can in (None, frozenset({"masked-scoring"})):
        with pytest.raises(ModelError, match=r"^PTM303 no head for masked-scoring$"):
            evaluate_metric(Handle(can), rows, metric="pseudo_perplexity")


def test_examples_without_what_is_asked_about_are_told_so_before_their_labels():
    model = Handle(frozenset({"multiple-choice"}), frozenset({"multiple-choice"}))
    rows = load_examples([{"text": "a", "label": 0}])
    with pytest.raises(ArgumentError, match="multiple-choice asks about 'choices'"):
        evaluate_metric(model, rows, metric="accuracy")
    with pytest.raises(DataError, match=r"load_examples\(\[\{\"text\": text\} for"):
        evaluate_metric(model, ["a b"], metric="accuracy")


def test_labels_that_are_plain_texts_are_references_to_a_model_that_only_writes():
    rows = load_examples(
        [{"text": "a", "label": "Paris"}, {"text": "b", "label": "Rome"}]
    )
    able = metric_tasks("f1")
    writes = can("text-generation", "causal-scoring")
    assert chosen(writes, rows, able).name == "text-generation"
    assert chosen(can("text2text-generation"), rows, able).name.startswith("text2text")
    # Classes have such names as well, and one that knows classes means them.
    both = can("text-classification", "text-generation")
    assert chosen(both, rows, able) is CLASSES
    numbers = load_examples([{"text": "a", "label": 1}, {"text": "b", "label": 0}])
    assert chosen(writes, numbers, able) is CLASSES


def test_what_is_asked_is_named_where_no_row_says_which_task():
    asks = answering(GeneratedTexts)
    with (
        pytest.raises(ModelError, match="asks 'text-generation', 'text2text-gen") as at,
        asks.advising(can("text-classification"), texts("a")),
    ):
        raise ModelError("no head", code="PTM303")
    assert at.value.code == "PTM303"
