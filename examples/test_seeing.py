"""Does a model of images and texts know things by their names, and texts by images?

pytest examples/test_seeing.py --ptm-model=shapes=./mine
"""

from functools import partial

import pytest

pytest.importorskip("PIL")
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
from pytest_ptm.perturbations import gaussian_noise, saturation

pytestmark = pytest.mark.ptm(model="shapes")
failing = partial(pytest.mark.xfail, raises=BehaviourFailure, strict=True)


@pytest.fixture(scope="module")
def things(tmp_path_factory):
    rows = saved(held_out_things(20, seed=1), tmp_path_factory.mktemp("a") / "things")
    return load_images(rows, image="file", label="thing", groups=["colour", "ground"])


@pytest.fixture(scope="module")
def pale(things):
    return things.where(ground="pale")


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    rows = saved(held_out_pairs(200, seed=1), tmp_path_factory.mktemp("a") / "pairs")
    return load_images(rows, image="file", text="caption", label="wrong")


@pytest.fixture
def namer(ptm_model):
    return zero_shot_images(ptm_model, THINGS, templates="a photo of a {}.")


def test_things_are_known_by_their_names(namer, pale):
    assert_accuracy(namer, pale, at_least=0.90)


def test_each_colour_is_known_as_well(namer, pale):
    assert_bias_gap(namer, pale, group="colour", at_most=0.15)


def test_a_noisy_camera_sees_the_same(namer, pale):
    assert_invariant(namer, pale, under=gaussian_noise(severity=3), at_most=0.10)


def test_it_is_right_as_often_as_it_says(namer, pale):
    assert_calibrated(namer, pale, at_most=0.10)


@pytest.mark.parametrize("asked", [("image", "text"), ("text", "image")], ids="-".join)
def test_images_and_captions_find_each_other(ptm_model, pairs, asked):
    queries, corpus = map(pairs.only, asked)
    assert_retrieval(
        ptm_model, queries, corpus, metric="recall@5", relevant="id", at_least=0.70
    )


@failing(reason="training shows pale grounds alone")
def test_the_ground_does_not_matter(namer, things):
    assert_bias_gap(namer, things, group="ground", at_most=0.10)


@failing(reason="training shows strong colours alone")
def test_faded_colours_have_the_same_names(namer, pale):
    assert_invariant(namer, pale, under=saturation(severity=1), at_most=0.10)


@failing(reason="words are known, hardly their order")
def test_knows_which_is_on_the_left(ptm_model, pairs):
    images, near, far = pairs.only("image"), pairs.only("text"), pairs.labels
    assert_closer(ptm_model, images, near, far, at_least=0.90)
