"""A mistake of a person who has read the documentation once, and what is said of it."""

import re

import pytest

import pytest_ptm as ptm
from pytest_ptm import perturbations as changes
from pytest_ptm.ground.errors import ArgumentError, ModelError, PtmError

ROWS = [
    {"text": "a good film", "label": "pos", "who": "a"},
    {"text": "a bad film", "label": "neg", "who": "b"},
]


@pytest.fixture(scope="module")
def model():
    return ptm.from_function(
        lambda texts: [[0.9, 0.1] if "bad" in each else [0.2, 0.8] for each in texts],
        classes=["neg", "pos"],
    )


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        (lambda: changes.typos(rate=5), "did you mean 0.05?"),
        (lambda: ptm.load_pairs([{"good": "a", "bad": "b"}]), "better=…"),
        (lambda: ptm.load_pairs([{"better": "a", "bad": "b"}]), "worse=…"),
        (lambda: ptm.load_pairs([ROWS[0]], groups="who"), "such as ['who']"),
        (lambda: ptm.load_examples([("a", "pos")]), "[{'text': …, 'label': …}, …]"),
        (lambda: ptm.load_examples(["a"]), 'load_examples([{"text": text} for'),
        (
            lambda: ptm.load_tagged([{"words": ["a", "b"], "tags": ["O"]}]),
            "1 tag for 2 words; each word has one of its own, 'O' where",
        ),
        (
            lambda: ptm.load_examples(ROWS, groups=["who"]).group("whom"),
            "Did you mean 'who'?",
        ),
        (lambda: ptm.load_examples(ROWS).group("stars"), "groups=['stars']"),
    ],
)
def test_says_what_to_type(mistake, said):
    with pytest.raises(PtmError, match=re.escape(said)):
        mistake()


@pytest.mark.parametrize("written", ["typos", "typos(rate=.05)"])
def test_a_change_in_quotation_marks(model, written):
    said = "import typos from pytest_ptm.perturbations and write under=typos(rate=0.05)"
    with pytest.raises(ArgumentError, match=re.escape(said)):
        ptm.evaluate_invariant(model, ROWS, under=written)


def test_a_margin_below_nothing(model):
    with pytest.raises(ArgumentError, match=r"may be worse, .* write margin=0\.02"):
        ptm.assert_not_worse(model, ROWS, than=model, margin=-0.02)


def test_more_bins_than_examples_are_not_recommended(model):
    with pytest.raises(ptm.DataError, match="fewer bins, at most 2"):
        ptm.evaluate_metric(model, ROWS, metric="ece(bins=5)")


def test_documents_without_ids():
    encoder = ptm.from_encoder(lambda texts: [[1.0, len(text)] for text in texts])
    with pytest.raises(ptm.DataError, match=re.escape('{"id": …, "text": …}')):
        ptm.evaluate_retrieval(
            encoder, [{"text": "q", "label": "x"}], [{"text": "d"}], metric="mrr"
        )


def test_a_mistyped_name_of_ours_suggests_the_right_one():
    with pytest.raises(AttributeError, match="did you mean 'assert_accuracy'"):
        ptm.assert_acuracy  # noqa: B018
    assert not hasattr(ptm, "__wrapped__")


def test_an_image_is_no_list_of_images_and_one_that_is_not_there(tmp_path):
    (tmp_path / "a.png").write_bytes(b"x")
    with pytest.raises(ptm.DataError, match=r"format \.png .* load_images reads a"):
        ptm.load_images(tmp_path / "a.png")
    with pytest.raises(ptm.DataError, match=r"No such file .* or at root="):
        ptm.load_images([{"image": "b.png", "label": "x"}], root=tmp_path)


def test_a_folder_that_is_no_model_is_told_once(tmp_path):
    (tmp_path / "data").mkdir()
    with pytest.raises(ModelError) as caught:
        ptm.load_model(str(tmp_path / "data")).predict("x")
    assert str(caught.value).count("has no config.json") == 1


def test_a_file_or_a_mistyped_folder_for_a_model(tmp_path):
    (tmp_path / "candidate").mkdir()
    weights = tmp_path / "candidate" / "model.safetensors"
    weights.write_bytes(b"x")
    said = (
        f"is not a folder but a file; name the folder that holds it, {weights.parent}"
    )
    with pytest.raises(ModelError) as caught:
        ptm.load_model(str(weights)).predict("x")
    assert said in str(caught.value).replace("'", "")
    with pytest.raises(ModelError, match=r"did you mean .*candidate'"):
        ptm.load_model(str(tmp_path / "candidat")).predict("x")
