"""A label is what the user meant, or an error: never the nearest thing it could be."""

import numpy as np
import pytest
from ptm_fakes import FakeClassifier

from pytest_ptm import Examples, evaluate_accuracy, evaluate_metric, load_examples
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.tasks.classes.labels import class_index, gold

STARS = ("1", "2", "3")


def examples(*labels, **more):
    ids = tuple(f"row-{number}" for number in range(1, len(labels) + 1))
    texts = tuple(f"text {number}" for number in range(len(labels)))
    return Examples(ids, {"text": texts}, labels, **more)


def indices(labels, names=STARS, **arguments):
    return gold(labels, names, multi_label=False, **arguments).tolist()


def sets(labels, names, **arguments):
    return gold(labels, names, multi_label=True, **arguments).tolist()


@pytest.mark.parametrize("labels", [(1, 2), ("1", "2"), ("2", "3")])
def test_a_number_that_is_a_class_and_another_one_s_id_is_refused(labels):
    with pytest.raises(DataError) as caught:
        indices(examples(*labels))
    assert caught.value.code == "PTM206"
    first = labels[0]
    by_name = {label: str(label) for label in labels}
    by_id = {label: STARS[int(label)] for label in labels if int(label) < 3}
    # What is offered knows every label, so that it can be copied as it is.
    maps = f"by name label_map={by_name!r}"
    if len(by_id) == len(labels):
        maps += f" or by id label_map={by_id!r}"
    assert caught.value.message == (
        f"examples: the label {first!r} (first in row-1) is the class named '{first}' "
        f"or the class with id {first}, which is {STARS[int(first)]!r}. Say which is "
        f"meant: {maps}"
    )
    for label_map in (by_name, *([by_id] if len(by_id) == len(labels) else [])):
        assert len(indices(examples(*labels), label_map=label_map)) == len(labels)


def test_signs_are_numbers_too():
    with pytest.raises(DataError, match=r"the label 0 .* named '0' or .* id 0, which"):
        indices(examples(-1, 0, 1), ("-1", "0", "1"))
    by_name = {-1: "-1", 0: "0", 1: "1"}
    labels = examples(-1, 0, 1)
    assert indices(labels, ("-1", "0", "1"), label_map=by_name) == [0, 1, 2]


@pytest.mark.parametrize("names", [("01", "02", "03"), ("1.0", "2.0", "3.0")])
@pytest.mark.parametrize("label", [1, "1"])
def test_so_are_names_that_a_reader_of_files_may_have_taken_for_numbers(label, names):
    with pytest.raises(DataError) as caught:
        indices(examples(label), names)
    assert f"the class named {names[0]!r} or the class with id 1" in str(caught.value)
    assert f"by name label_map={{{label!r}: {names[0]!r}}}" in str(caught.value)
    # Written as it is, a name is a name.
    assert indices(examples("01"), ("01", "02", "03")) == [0]


NUMBERED = [
    tuple(form.format(number) for number in (1, 2, 3))
    for form in ("{} star(s)", "label-{}", "class {}", "Level {}", "{}.", "★{}", "v{}")
]


@pytest.mark.parametrize("names", NUMBERED, ids=lambda names: names[0])
@pytest.mark.parametrize("labels", [(1, 2), ("1", "2"), (1, 2, 3)])
def test_names_that_number_the_classes_otherwise_than_ids_are_refused(names, labels):
    with pytest.raises(DataError) as caught:
        indices(examples(*labels), names)
    assert caught.value.code == "PTM206"
    first = labels[0]
    readings = f"{names[0]!r} or the class with id 1, which is {names[1]!r}"
    assert f"the label {first!r} (first in row-1) is the class named {readings}" in (
        caught.value.message
    )
    by_name = {label: names[int(label) - 1] for label in labels}
    assert f"by name label_map={by_name!r}" in caught.value.message
    found = indices(examples(*labels), names, label_map=by_name)
    assert found == [int(label) - 1 for label in labels]


@pytest.mark.parametrize(
    "names",
    [
        ("LABEL_0", "LABEL_1", "LABEL_2"),
        ("0 stars", "1 star", "2 stars"),
        # A number that says something else than a place.
        ("B2B", "other", "none"),
        ("B2B", "B2C", "other"),
        ("negative", "neutral", "positive"),
    ],
)
def test_names_whose_numbers_are_their_ids_or_no_places_leave_no_doubt(names):
    assert indices(examples(0, 1, 2), names) == [0, 1, 2]


def test_a_number_as_an_argument_may_be_two_classes_of_numbered_names():
    with pytest.raises(ArgumentError, match="write the name of the class as a text"):
        class_index(1, ("1 star", "2 stars"), argument="positive")
    assert class_index("1 star", ("1 star", "2 stars"), argument="positive") == 0


@pytest.mark.parametrize("label", ["00", "\u0661"])
def test_an_id_is_written_in_one_way(label):
    with pytest.raises(DataError, match="no class of the model"):
        indices(examples(label), ("a", "b"))


def test_a_map_says_which_is_meant_wherever_it_is_given():
    by_name, by_id = {1: "1", 2: "2"}, {1: 1, 2: 2}
    assert indices(examples(1, 2), label_map=by_name) == [0, 1]
    assert indices(examples(1, 2), label_map=by_id) == [1, 2]
    rows = [{"text": "x", "label": 1}, {"text": "y", "label": 2}]
    loaded = load_examples(rows, label_map=by_name)
    assert indices(loaded) == [0, 1]
    assert indices(loaded[1:]) == [1]
    assert indices(load_examples(rows, label_map=by_id)) == [1, 2]


def test_numbers_with_one_reading_are_allowed():
    assert indices(examples(0, 1), ("0", "1")) == [0, 1]
    assert indices(examples("0", "1"), ("0", "1")) == [0, 1]
    assert indices(examples("5", "4"), ("4", "5")) == [1, 0]
    assert indices(examples(1, 0), ("no", "yes")) == [1, 0]
    assert indices(examples("1", "0"), ("no", "yes")) == [1, 0]


def test_an_argument_is_a_name_where_it_is_a_text():
    assert class_index("1", STARS, argument="positive") == 0
    with pytest.raises(ArgumentError, match=r"positive=1 is the class named '1' or"):
        class_index(1, STARS, argument="positive")
    assert class_index(1, ("no", "yes"), argument="positive") == 1


@pytest.mark.parametrize("row", [(1, 0), (0, 1), ("1", "0")])
def test_lists_of_places_are_not_read_as_ids(row):
    """A model that always says both classes would be right about everything."""
    with pytest.raises(DataError) as caught:
        sets(examples(row, row), ("rude", "loud"))
    holds = ("rude", "loud")[[int(part) for part in row].index(1)]
    assert caught.value.code == "PTM206"
    assert f"a 0 or 1 for each of 2 classes (then ['{holds}'] holds)" in str(
        caught.value
    )
    assert f"Write the names of the classes that hold, such as ['{holds}']" in str(
        caught.value
    )
    assert "label_map={0: 'rude', 1: 'loud'}" in str(caught.value)


def test_lists_of_places_of_three_classes_are_refused_where_they_are_loaded():
    rows = [{"text": "x", "label": [0, 1, 0]}]
    with pytest.raises(DataError, match="holds 0 twice; where each place of the list"):
        load_examples(rows)
    with pytest.raises(DataError, match="a 0 or 1 for each of 3 classes"):
        sets(examples((0, 1, 0), (0, 0, 1)), ("a", "b", "c"))


def test_lists_that_can_only_be_ids_are_ids():
    names = ("rude", "loud")
    labels = examples((0, 1), (), (1,))
    assert sets(labels, names) == [[True, True], [False, False], [False, True]]
    labels = examples((0, 1))
    assert sets(labels, ("a", "b", "c")) == [[True, True, False]]
    said = sets(examples((0, 1)), names, label_map={0: "rude", 1: "loud"})
    assert said == [[True, True]]
    assert sets(examples(("loud",)), names) == [[False, True]]


def test_a_map_must_know_every_label():
    """ "1" was read as class id 1 beside it: 0.5 for a perfect model."""
    with pytest.raises(DataError) as caught:
        indices(
            examples("1", "2"), ("NEGATIVE", "POSITIVE"), label_map={"2": "POSITIVE"}
        )
    assert caught.value.message == (
        "examples: '1' (first in row-1) is no class of the model, which has "
        "'NEGATIVE', 'POSITIVE'. label_map= has '2'. Bring them together with "
        "label_map={'1': '…', '2': 'POSITIVE'}"
    )


def test_a_map_to_copy_knows_every_label():
    """{9: …} was offered, then {1: …} in its place, then {9: …} again."""
    with pytest.raises(DataError) as caught:
        indices(examples(1, 9, 8), ("NEGATIVE", "POSITIVE"))
    assert caught.value.message == (
        "examples: 8, 9 (first in row-2) are no classes of the model, which has "
        "'NEGATIVE', 'POSITIVE'. Bring them together with "
        "label_map={1: 'POSITIVE', 8: '…', 9: '…'}"
    )
    said = {1: "POSITIVE", 8: "NEGATIVE", 9: "POSITIVE"}
    names = ("NEGATIVE", "POSITIVE")
    assert indices(examples(1, 9, 8), names, label_map=said) == [1, 1, 0]


def test_the_hint_lists_all_that_are_unknown():
    unknown = tuple(f"class {number:02}" for number in range(20))
    with pytest.raises(DataError) as caught:
        indices(examples(*unknown), ("no", "yes"))
    for label in unknown:
        assert caught.value.message.count(repr(label)) == 2


@pytest.mark.parametrize(
    ("labels", "why"),
    [
        ((1, 1.0), "1.0 is a floating-point number, and one above is 1 is a whole"),
        (("1", 1), "1 is a whole number, and one above is '1' is a text"),
        ((("a",), (1,)), "1 is a whole number"),
        ((True, 1), "1 is a whole number, and one above is True is a truth value"),
    ],
)
def test_labels_of_several_kinds_are_refused(labels, why):
    with pytest.raises(DataError, match="row-2: labels of several kinds") as caught:
        indices(examples(*labels), ("no", "yes"))
    assert why in caught.value.message
    rows = [
        {"text": "x", "label": list(y) if isinstance(y, tuple) else y} for y in labels
    ]
    kinds = {True: "yes", False: "no"} if labels[0] is True else None
    with pytest.raises(DataError, match="row 2: 'label': labels of several kinds"):
        load_examples(rows, label_map=kinds)


class HuggingFace:
    """What is read of a data set that names its classes."""

    def __init__(self, names, labels, *, several=False):
        feature = type("ClassLabel", (), {"names": list(names)})()
        if several:
            feature = type("List", (), {"feature": feature})()
        self.columns = {"text": [f"t{i}" for i in range(len(labels))], "label": labels}
        self.column_names = list(self.columns)
        self.features = {"text": object(), "label": feature}

    def __getitem__(self, name):
        return self.columns[name]


def test_a_data_set_s_own_names_are_matched_with_the_model_s():
    source = HuggingFace(["Negative", "Positive"], [0, 1, 1])
    loaded = load_examples(source)
    assert loaded.labels == (0, 1, 1)
    assert indices(loaded, ("POSITIVE", "NEGATIVE")) == [1, 0, 0]
    assert indices(loaded[1:], ("POSITIVE", "NEGATIVE")) == [0, 0]
    # A model that was saved without names has nothing but ids.
    assert indices(loaded, ("LABEL_0", "LABEL_1")) == [0, 1, 1]
    by_map = {0: "pos", 1: "neg"}
    assert indices(loaded, ("pos", "neg"), label_map=by_map) == [0, 1, 1]
    several = load_examples(HuggingFace(["a", "b"], [[0], [0, 1]], several=True))
    assert sets(several, ("B", "A")) == [[False, True], [True, True]]


def test_names_that_do_not_match_are_refused():
    loaded = load_examples(HuggingFace(["neg", "pos"], [0, 1]))
    with pytest.raises(DataError) as caught:
        indices(loaded, ("positive", "negative"))
    assert caught.value.code == "PTM206"
    assert "the data set calls its classes 'neg', 'pos', and 'neg', 'pos'" in str(
        caught.value
    )
    assert "label_map={0: '…', 1: '…'}" in str(caught.value)
    with pytest.raises(DataError, match=r"-1 .* is no class"):
        indices(load_examples(HuggingFace(["no", "yes"], [-1])), ("yes", "no"))


def test_a_real_data_set_names_its_classes_also_in_a_file(tmp_path):
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    features = datasets.Features(
        {
            "text": datasets.Value("string"),
            "label": datasets.ClassLabel(names=["entailment", "contradiction"]),
        }
    )
    source = datasets.Dataset.from_dict(
        {"text": ["x", "y"], "label": [0, 1]}, features=features
    )
    model = FakeClassifier(
        lambda text: (0.0, 1.0) if text == "x" else (1.0, 0.0),
        ("CONTRADICTION", "ENTAILMENT"),
    )
    assert evaluate_accuracy(model, source).value == 1.0
    source.to_parquet(tmp_path / "nli.parquet")
    assert evaluate_accuracy(model, tmp_path / "nli.parquet").value == 1.0
    assert np.isfinite(evaluate_metric(model, source, metric="log_loss").value)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (["meh"], "'meh' (first in row-1) is no class of the model"),
        (["meh", "so"], "'meh', 'so' (first in row-1) are no classes of the model"),
    ],
)
def test_one_label_is_no_class_and_two_are_no_classes(labels, said):
    with pytest.raises(DataError) as caught:
        indices(examples(*labels), ("good", "bad"))
    assert said in caught.value.message


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("good", "so"), "and 'so' is no class of the model"),
        (("meh", "so"), "and 'meh', 'so' are no classes of the model"),
    ],
)
def test_so_are_the_names_of_a_data_set(names, said):
    with pytest.raises(DataError) as caught:
        indices(examples(0, 1, label_names=names), ("good", "bad"))
    assert said in caught.value.message
