"""Does a model of images and texts know things by their names, and texts by images?

pytest examples/test_seeing.py --ptm-model=shapes=./mine
"""

import pytest
from shapes_drawn import THINGS, held_out_pairs, held_out_things, saved

from pytest_ptm import (
    BehaviourFailure,
    assert_accuracy,
    assert_bias_gap,
    assert_calibrated,
    assert_closer,
    assert_invariant,
    assert_retrieval,
    load_images,
    zero_shot_images,
)
from pytest_ptm.perturbations import gaussian_noise, jpeg, rotation

pytestmark = pytest.mark.ptm(model="shapes")


@pytest.fixture(scope="module")
def things(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn") / "things"
    rows = saved(held_out_things(20, seed=1), folder)
    return load_images(rows, image="file", label="thing", groups=["colour", "ground"])


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    rows = saved(held_out_pairs(200, seed=1), tmp_path_factory.mktemp("drawn") / "pairs")
    return load_images(rows, image="file", text="caption", label="wrong")


@pytest.fixture
def namer(ptm_model):
    return zero_shot_images(ptm_model, THINGS, templates="a photo of a {}.")


def test_things_are_known_by_their_names(namer, things):
    assert_accuracy(namer, things, at_least=0.80)


def test_images_find_their_captions(ptm_model, pairs):
    images, captions = pairs.only("image"), pairs.only("text")
    assert_retrieval(
        ptm_model, images, captions, metric="recall@5", relevant="id", at_least=0.6
    )


def test_captions_find_their_images(ptm_model, pairs):
    images, captions = pairs.only("image"), pairs.only("text")
    assert_retrieval(
        ptm_model, captions, images, metric="recall@5", relevant="id", at_least=0.6
    )
