"""What each change of pictures does to pixels, and that it does the same again."""

import hashlib
import io
import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pytest_ptm import perturbations
from pytest_ptm.ground.errors import ArgumentError, MissingExtraError
from pytest_ptm.perturbations import (
    PictureChange,
    brightness,
    contrast,
    crop,
    darkness,
    defocus_blur,
    elastic_transform,
    fog,
    gaussian_blur,
    gaussian_noise,
    glass_blur,
    impulse_noise,
    jpeg,
    mirrored,
    motion_blur,
    occlusion,
    perspective,
    pixelate,
    rotation,
    saturation,
    shift,
    shot_noise,
    snow,
    spatter,
    speckle_noise,
    typos,
    white_balance,
    zoom_blur,
)

KINDS = (
    gaussian_noise,
    shot_noise,
    impulse_noise,
    speckle_noise,
    gaussian_blur,
    defocus_blur,
    motion_blur,
    zoom_blur,
    glass_blur,
    fog,
    snow,
    brightness,
    darkness,
    contrast,
    saturation,
    white_balance,
    jpeg,
    pixelate,
    rotation,
    shift,
    crop,
    perspective,
    occlusion,
    spatter,
    elastic_transform,
)
ALL = [mirrored(), *(kind(level) for kind in KINDS for level in range(1, 6))]


def drawn(height, width, seed=0):
    """A picture of a gradient, a disk, a slanted box and grain."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width] / np.array([[[height]], [[width]]])
    planes = np.stack([60 + 90 * x, 150 - 80 * y, 70 + 70 * x * y], axis=2)
    planes[np.hypot(x - 0.3, y - 0.4) < 0.2] = 220, 60, 40
    planes[(abs(x - 0.7) < 0.15) & (abs(y - 0.6) < 0.1 + 0.2 * x)] = 20, 30, 90
    return np.clip(planes + rng.normal(0, 4, planes.shape), 0, 255).astype(np.uint8)


def once(change, pixels, seed=0):
    return change(pixels, np.random.default_rng(seed))


def moved(change, pixels, seed=0):
    """The mean squared change of a value."""
    then = once(change, pixels, seed)
    return 0.0 if then is None else np.mean((then.astype(float) - pixels) ** 2)


def test_every_change_of_pictures_is_among_them():
    home = PictureChange.__module__.removesuffix(".change")
    exported = {
        name
        for name in perturbations.__all__
        if getattr(perturbations, name).__module__.startswith(home)
    }
    assert exported == {kind.__name__ for kind in (*KINDS, mirrored, PictureChange)}
    assert len(KINDS) >= 15


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_higher_severity_changes_more_and_all_of_it_is_seeded(kind):
    pictures = [drawn(224, 224, seed) for seed in range(2)]
    levels = [kind(level) for level in range(1, 6)]
    assert [str(each) for each in levels] == [
        f"{kind.__name__}(severity={level})" for level in range(1, 6)
    ]
    means = [
        np.mean([moved(each, one, seed) for seed, one in enumerate(pictures)])
        for each in levels
    ]
    if kind is saturation:  # first paler, then gaudier
        assert means[0] < means[1]
        means = means[2:]
    if kind is elastic_transform:  # first as a whole, then each place by itself
        means = means[2:]
    if kind is spatter:  # first water, then mud
        assert means[3] < means[4]
        means = means[:3]
    if kind is snow:  # ImageNet-C's second severity has more flakes than its third
        del means[1]
    assert sorted(means) == means
    assert means[0] > 0
    # What draws nothing says so, and is spared its seed.
    twice = [once(levels[2], pictures[0], seed=seed) for seed in (1, 2, 1)]
    assert np.array_equal(twice[0], twice[2])
    assert np.array_equal(twice[0], twice[1]) == (not levels[2].seeded)


@settings(max_examples=150)
@given(
    st.sampled_from(ALL),
    st.sampled_from([(1, 1), (2, 3), (3, 2), (1, 500), (500, 1), (17, 40), (230, 9)]),
    st.sampled_from(["drawn", "grey", "black", "white"]),
    st.integers(0, 9),
)
def test_any_picture_stays_one_of_its_shape(change, shape, how, seed):
    pixels = drawn(*shape)
    if how == "grey":
        pixels = np.repeat(pixels[:, :, :1], 3, axis=2)
    elif how != "drawn":
        pixels = np.full((*shape, 3), 255 * (how == "white"), dtype=np.uint8)
    before = pixels.copy()
    pixels.flags.writeable = False
    then = once(change, pixels, seed)
    assert np.array_equal(pixels, before)
    if then is not None:
        assert then.dtype == np.uint8
        assert then.shape == pixels.shape
        assert not np.array_equal(then, pixels)
        assert np.array_equal(then, once(change, pixels, seed))
        assert not np.shares_memory(then, pixels)


@pytest.mark.parametrize(
    ("change", "pixels"),
    [
        (contrast(1), np.full((8, 8, 3), 77, dtype=np.uint8)),
        (saturation(5), np.repeat(drawn(8, 8)[:, :, :1], 3, axis=2)),
        (occlusion(5), np.full((8, 8, 3), 127, dtype=np.uint8)),
        (darkness(5), np.zeros((8, 8, 3), dtype=np.uint8)),
        (gaussian_blur(5), np.full((8, 8, 3), 9, dtype=np.uint8)),
        (gaussian_blur(1), drawn(1, 1)),
        (mirrored(), np.full((4, 4, 3), 9, dtype=np.uint8)),
    ],
    ids=str,
)
def test_what_changes_nothing_does_not_apply(change, pixels):
    assert once(change, pixels) is None


def test_noise_has_the_strength_that_was_published():
    grey = np.full((224, 224, 3), 128, dtype=np.uint8)
    found = once(gaussian_noise(1), grey).astype(float) / 255
    assert np.std(found) == pytest.approx(0.08, rel=0.02)
    assert np.mean(found) == pytest.approx(128 / 255, abs=0.001)
    found = once(speckle_noise(2), grey).astype(float) / 255
    assert np.std(found) == pytest.approx(0.2 * 128 / 255, rel=0.02)
    # Poisson: as much variance as mean, 60 photons being 255.
    found = once(shot_noise(1), grey).astype(float) / 255 * 60
    assert np.var(found) == pytest.approx(60 * 128 / 255, rel=0.03)
    found = once(impulse_noise(5), grey)
    assert np.mean(found == 0) == pytest.approx(0.135, abs=0.005)
    assert np.mean(found == 255) == pytest.approx(0.135, abs=0.005)


def test_tiny_pictures_have_the_parameters_of_tiny_ones():
    grey = np.full((32, 4000, 3), 128, dtype=np.uint8)
    found = [np.std(once(gaussian_noise(level), grey)) / 255 for level in range(1, 6)]
    assert found == pytest.approx([0.04, 0.06, 0.08, 0.09, 0.1], rel=0.03)
    found = once(shot_noise(5), grey).astype(float) / 255 * 50
    assert np.var(found) == pytest.approx(50 * 128 / 255, rel=0.03)
    assert np.mean(once(impulse_noise(5), grey) != 128) == pytest.approx(
        0.07, abs=0.005
    )
    found = once(speckle_noise(5), grey) / 128
    assert np.std(found) == pytest.approx(0.2, rel=0.03)
    tiny = drawn(32, 32)
    stored = io.BytesIO()
    Image.fromarray(tiny).save(stored, "JPEG", quality=40)
    assert np.array_equal(once(jpeg(5), tiny), np.array(Image.open(stored)))
    stored = Image.fromarray(tiny).resize((20, 20), Image.Resampling.BOX)
    stored = np.array(stored.resize((32, 32), Image.Resampling.BOX))
    assert np.array_equal(once(pixelate(5), tiny), stored)


def test_noise_of_a_large_picture_is_as_strong_once_it_is_made_small():
    grey = np.full((896, 896, 3), 128, dtype=np.uint8)
    for change in (gaussian_noise(1), shot_noise(1), impulse_noise(1)):
        large = once(change, grey)
        small = np.array(
            Image.fromarray(large).resize((224, 224), Image.Resampling.BOX)
        )
        assert np.std(small) == pytest.approx(
            np.std(once(change, grey[:224, :224])), rel=0.05
        )


def test_blurs_are_those_of_an_independent_filter():
    from scipy import ndimage

    pixels = drawn(224, 224)
    want = ndimage.gaussian_filter(pixels.astype(float), (2, 2, 0), mode="reflect")
    assert np.abs(once(gaussian_blur(2), pixels) - want).max() <= 0.51
    y, x = np.mgrid[-4:5, -4:5]
    disk = (np.hypot(x, y) <= 4).astype(float)
    want = ndimage.convolve(
        pixels.astype(float), disk[:, :, None] / disk.sum(), mode="reflect"
    )
    # Its edge is smooth here, and was made smooth by another blur there.
    assert np.abs(once(defocus_blur(2), pixels) - want).mean() < 1
    # A point becomes a line of the weights that were published, to one side.
    point = np.zeros((224, 224, 3), dtype=np.uint8)
    point[110:114, 110:114] = 255
    streak = once(motion_blur(5), point).astype(float).sum(axis=(0, 2))
    assert streak.sum() == pytest.approx(16 * 3 * 255, rel=0.2)
    reached = np.nonzero(streak)[0]
    assert 25 < np.ptp(reached) <= 2 * 20 + 4


def test_a_blur_of_a_picture_twice_as_large_is_twice_as_wide():
    pixels = drawn(224, 224)
    twice = pixels.repeat(2, axis=0).repeat(2, axis=1)
    for change in (gaussian_blur(3), defocus_blur(3), zoom_blur(3), pixelate(5)):
        small = once(change, pixels).astype(float)
        large = once(change, twice).reshape(224, 2, 224, 2, 3).mean(axis=(1, 3))
        assert np.abs(large - small).mean() < 2, change


def test_light_is_that_of_hsv():
    pixels = drawn(20, 30)

    def hsv(found):
        import colorsys

        flat = found.reshape(-1, 3) / 255
        return np.array([colorsys.rgb_to_hsv(*each) for each in flat])

    before, after = hsv(pixels), hsv(once(brightness(2), pixels))
    assert np.abs(after[:, 2] - np.minimum(before[:, 2] + 0.2, 1)).max() < 0.003
    assert np.abs(after[:, 1] - before[:, 1]).max() < 0.02
    after = hsv(once(saturation(1), pixels))
    assert np.abs(after[:, 1] - 0.3 * before[:, 1]).max() < 0.02
    assert np.abs(after[:, 2] - before[:, 2]).max() < 0.003
    after = once(contrast(1), pixels).astype(float)
    means = pixels.mean(axis=(0, 1))
    assert np.abs(after - ((pixels - means) * 0.4 + means)).max() <= 0.51


def test_fog_and_snow_add_light_as_was_published():
    pixels = drawn(224, 224)
    seen, brightest = pixels / 255, pixels.max() / 255
    thick = 2.5
    darker = brightest / (brightest + thick)
    then = once(fog(3), pixels) / 255
    assert (then >= seen * darker - 0.003).all()
    assert (then <= (seen + thick) * darker + 0.003).all()
    # Somewhere there is none, and somewhere all of it.
    assert np.ptp((then / darker - seen)[:, :, 1]) > 0.5 * thick
    then = once(snow(1), pixels) / 255
    grey = (seen @ np.array([0.299, 0.587, 0.114]))[:, :, None]
    bare = 0.8 * seen + 0.2 * np.maximum(seen, grey * 1.5 + 0.5)
    assert (then >= np.minimum(bare, 1) - 0.003).all()
    flakes = (then - np.minimum(bare, 1)).mean(axis=2)
    assert 0.05 < np.mean(flakes > 0.1) < 0.7
    # They fall: longer from top to bottom than from side to side.
    down, right = (np.abs(np.diff(flakes, axis=axis)).mean() for axis in (0, 1))
    assert down < 0.8 * right


@pytest.mark.parametrize(("severity", "strong"), [(3, 0.05), (4, 0.07), (5, 0.12)])
def test_rubber_is_bent_as_far_as_was_published(severity, strong):
    # A picture that says where each of its pixels stood.
    y, x = np.mgrid[:224, :224].astype(np.uint8)
    places = np.stack([x, y, np.zeros_like(x)], axis=2)
    then = once(elastic_transform(severity), places).astype(float)[20:-20, 20:-20]
    place = np.column_stack(
        [each[20:-20, 20:-20].ravel() for each in (x, y, np.ones_like(x))]
    ).astype(float)
    # Uniform noise, smoothed over 2.44 pixels and made stronger: by hand.
    want = 244 * strong * np.sqrt(1 / 3) / (2 * np.sqrt(np.pi) * 2.44)
    for axis in (0, 1):
        seen = then[:, :, axis].ravel()
        plane, *_ = np.linalg.lstsq(place, seen, rcond=None)
        apart = seen - place @ plane
        # Places are whole numbers here: a part of their own variance.
        assert np.sqrt(apart.var() - 1 / 12) == pytest.approx(want, rel=0.1)
        # As a whole it moves by a few pixels a side, not by tens.
        assert np.abs(place @ plane - place[:, axis]).max() < 25


def test_drops_of_water_shine_and_mud_is_brown():
    pixels = drawn(224, 224) // 2
    water = once(spatter(1), pixels)
    assert (water >= pixels).all()
    added = (water.astype(float) - pixels).reshape(-1, 3)
    assert added.max() == pytest.approx(0.6 * 238, abs=1)
    # Of one colour, wherever there is some.
    wet = added[added.max(axis=1) > 60]
    assert np.abs(wet[:, 0] / wet[:, 1] - 175 / 238).max() < 0.02
    assert 0.005 < np.mean(added.max(axis=1) > 0) < 0.2
    mud = once(spatter(5), pixels)
    covered = np.abs(mud.astype(int) - (63, 42, 20)).max(axis=2)
    assert 0.05 < np.mean((mud != pixels).any(axis=2)) < 0.5
    # What is seen of it is thick, and nothing is brighter for it but the darkest.
    changed = (mud != pixels).any(axis=2)
    assert np.median(covered[changed]) < 15


def test_what_is_turned_moved_and_covered_is_where_it_should_be():
    pixels = drawn(100, 200)
    turned = once(rotation(3), pixels)
    image = Image.fromarray(pixels)
    middle = np.s_[30:70, 60:140]
    away = [
        np.abs(
            np.array(image.rotate(way, Image.Resampling.BILINEAR))[middle].astype(float)
            - turned[middle]
        ).mean()
        for way in (-12, 12)
    ]
    assert min(away) < 0.5
    covered = once(occlusion(4), pixels)
    there = (covered == 127).all(axis=2)
    assert there.sum() == pytest.approx(0.2 * 100 * 200, rel=0.03)
    rows, columns = np.nonzero(there)
    assert np.ptp(rows) == pytest.approx(np.ptp(columns), abs=1)
    away = [
        np.abs(np.roll(pixels, (down, right), axis=(0, 1)).astype(float) - found)[
            middle
        ]
        for found in [once(shift(2), pixels)]
        for down in range(-5, 6)
        for right in range(-10, 11)
    ]
    assert min(each.max() for each in away) == 0
    assert np.array_equal(once(mirrored(), pixels), pixels[:, ::-1])
    # Nothing is black that was not: edges are mirrored, corners drawn inwards.
    white = np.full((60, 90, 3), 255, dtype=np.uint8)
    changes = (rotation, shift, crop, perspective, zoom_blur, motion_blur, glass_blur)
    changes += (elastic_transform,)
    assert [str(kind(5)) for kind in changes if once(kind(5), white) is not None] == []


def test_two_are_composed_left_to_right():
    pixels = drawn(40, 40)
    both = darkness(3) | mirrored()
    assert str(both) == "darkness(severity=3) | mirrored"
    assert not both.seeded
    assert (darkness(3) | gaussian_noise(1)).seeded
    assert np.array_equal(once(both, pixels), once(darkness(3), pixels)[:, ::-1])
    assert once(mirrored() | mirrored(), pixels) is None
    for one, other in ((darkness(3), typos()), (typos(), darkness(3))):
        with pytest.raises(TypeError, match="unsupported operand"):
            one | other


@pytest.mark.parametrize("severity", [0, 6, 2.5, -1, True, "3", None, np.arange(3)])
def test_a_severity_that_is_none_is_refused(severity):
    with pytest.raises(ArgumentError, match=r"such as jpeg\(severity=1\)"):
        jpeg(severity)


def test_a_severity_may_be_a_number_of_numpy():
    assert jpeg(np.int64(3)) == jpeg(3.0) == jpeg(severity=3)


def inverted(pixels, rng):
    return 255 - pixels


def test_it_is_known_by_its_name_settings_and_code(monkeypatch):
    assert len({each.fingerprint for each in ALL}) == len(ALL)
    assert jpeg(2).fingerprint == jpeg(2).fingerprint
    own = PictureChange("inverted", inverted, seeded=False)
    other = PictureChange("inverted", lambda pixels, rng: 254 - pixels, seeded=False)
    assert own.fingerprint != other.fingerprint
    before = jpeg(2).fingerprint
    from pytest_ptm.perturbations.pictures import change

    monkeypatch.setattr(change, "_code", lambda: "another one")
    assert jpeg(2).fingerprint != before


def test_it_is_the_same_in_another_process():
    changes = [*ALL, jpeg(1) | rotation(2)]
    assert pickle.loads(pickle.dumps(changes)) == changes
    code = (
        "import hashlib, pickle, sys, numpy as np\n"
        "changes, pixels = pickle.load(sys.stdin.buffer)\n"
        "for each in changes:\n"
        "    found = each(pixels, np.random.default_rng(7))\n"
        "    print(each.fingerprint, hashlib.sha256(found).hexdigest())\n"
    )
    pixels = drawn(120, 110)
    there = subprocess.run(
        [sys.executable, "-c", code],
        input=pickle.dumps((changes, pixels)),
        stdout=subprocess.PIPE,
        check=True,
    )
    here = [
        f"{each.fingerprint} {hashlib.sha256(once(each, pixels, 7)).hexdigest()}"
        for each in changes
    ]
    assert there.stdout.decode().split("\n")[:-1] == here


def test_one_that_writes_into_the_picture_is_stopped():
    def blackened(pixels, rng):
        pixels[:] = 0
        return pixels

    with pytest.raises(ValueError, match="read-only"):
        once(PictureChange("blackened", blackened), drawn(4, 4))


def test_without_pillow_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    with pytest.raises(MissingExtraError, match=r'pip install "pytest-ptm\[images\]"'):
        once(jpeg(1), drawn(8, 8))
    assert once(darkness(1), drawn(8, 8)) is not None
