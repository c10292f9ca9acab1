"""A tiny ViT asked before and after changes, against the checkpoint by itself."""

import numpy as np
import pytest

pytest.importorskip("PIL")
import torch
import transformers
from PIL import Image
from ptm_pictures import COLOURS, labelled, saved_vit

from pytest_ptm import (
    BehaviourFailure,
    DataError,
    assert_invariant,
    evaluate_directional,
    evaluate_invariant,
    load_images,
    load_model,
)
from pytest_ptm.datasets import pictures
from pytest_ptm.perturbations import (
    casing,
    darkness,
    gaussian_noise,
    mirrored,
    saturation,
)
from pytest_ptm.perturbations.apply import perturbed
from pytest_ptm.perturbations.pictures.changed import ChangedPicture
from pytest_ptm.session import Session, activated


@pytest.fixture(scope="module")
def vit(tmp_path_factory):
    return saved_vit(tmp_path_factory.mktemp("vit"))


@pytest.fixture(scope="module")
def examples():
    return load_images(labelled(12))


def answers(folder, arrays):
    model = transformers.AutoModelForImageClassification.from_pretrained(folder).eval()
    processor = transformers.ViTImageProcessorPil.from_pretrained(folder)
    images = [Image.fromarray(array) for array in arrays]
    with torch.inference_mode():
        logits = [
            model(**processor(images=image, return_tensors="pt")).logits[0].numpy()
            for image in images
        ]
    return np.array(logits).argmax(axis=1)


def arrays(given):
    return [picture.decoded().pixels for picture in given.images["image"]]


def test_the_share_of_answers_that_change_is_the_checkpoint_s_own(vit, examples):
    changes = [gaussian_noise(severity=5), darkness(severity=4), mirrored()]
    before = answers(vit, arrays(examples))
    moved, shares = np.zeros(12, dtype=bool), []
    touched = np.zeros(12, dtype=bool)
    for change in changes:
        done = perturbed(examples, change, seed=0)
        after = answers(vit, arrays(done.examples))
        rows = done.changed
        shares.append(np.mean(after[rows] != before[rows]))
        moved |= (after != before) & rows
        touched |= rows
    result = evaluate_invariant(load_model(vit), examples, under=changes, seed=0)
    assert 0 < result.value < 1
    assert result.value == pytest.approx(moved.sum() / touched.sum())
    assert [each.value for each in result.by_group] == pytest.approx(shares)
    notes = [note for note in result.notes if "images changed" in note]
    assert len(notes) == 3
    case = result.cases[0]
    assert case.pair[1] in {f"{case.pair[0]} [{change.name}]" for change in changes}


def test_what_was_asked_once_is_neither_made_nor_asked_again(
    vit, examples, monkeypatch
):
    model, under = load_model(vit), [gaussian_noise(severity=2), darkness(severity=2)]
    monkeypatch.setattr(pictures, "_digests", {})
    counted = []
    decoded = ChangedPicture.decoded
    monkeypatch.setattr(
        ChangedPicture, "decoded", lambda self: counted.append(1) or decoded(self)
    )
    with activated(Session()):
        first = evaluate_invariant(model, examples, under=under, seed=5)
        # Once to know which have changed, once for the model.
        assert len(counted) == 2 * 2 * 12
        again = evaluate_invariant(model, examples, under=under, seed=5)
    assert len(counted) == 2 * 2 * 12
    assert (again.value, again.cost.forwarded) == (first.value, 0)


def test_a_message_names_the_image_and_what_was_done_to_it(vit, examples):
    with pytest.raises(BehaviourFailure) as failure:
        assert_invariant(
            load_model(vit), examples, under=gaussian_noise(severity=5), seed=0
        )
    said = str(failure.value)
    assert "changed answers under gaussian_noise(severity=5)" in said.split("\n")[0]
    assert "[gaussian_noise(severity=5)]" in said


def test_a_direction_is_asked_of_images(vit, examples):
    result = evaluate_directional(
        load_model(vit),
        examples,
        under=[darkness(severity=5)],
        expect="decrease",
        of=next(iter(COLOURS)),
        seed=0,
    )
    assert result.measurement.n == 12


def test_texts_beside_images_are_not_what_a_classifier_of_images_sees(vit, examples):
    grey = [np.full((8, 8, 3), 9 * i, dtype=np.uint8) for i in range(3)]
    given = load_images([{"image": array} for array in grey], label=None)
    with pytest.raises(DataError, match="changed none of 3 images") as none:
        evaluate_invariant(load_model(vit), given, under=saturation(severity=3))
    assert none.value.code == "PTM210"
    with pytest.raises(ValueError, match="such as gaussian_noise"):
        evaluate_invariant(load_model(vit), given, under=casing("upper"))
