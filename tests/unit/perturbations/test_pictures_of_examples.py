"""Examples with images under changes: made late, once, and of the columns meant."""

import hashlib
import pickle
import threading

import numpy as np
import pytest

pytest.importorskip("PIL")
from PIL import Image
from ptm_pictures import drawn, folder_of, labelled

from pytest_ptm import ArgumentError, DataError, load_examples, load_images
from pytest_ptm.datasets import pictures
from pytest_ptm.datasets.pictures import HeldPicture, look_at
from pytest_ptm.perturbations import (
    PictureChange,
    casing,
    darkness,
    gaussian_noise,
    jpeg,
    mirrored,
    saturation,
)
from pytest_ptm.perturbations.apply import perturbations_of, perturbed
from pytest_ptm.perturbations.pictures.changed import ChangedPicture

NOISE = gaussian_noise(severity=1)


def examples(n=6):
    images, names = labelled(n)
    return load_images(
        [
            {"id": f"r{i}", "image": image, "text": f"a {name} thing", "label": name}
            for i, (image, name) in enumerate(zip(images, names, strict=True))
        ],
        text="text",
    )


def pixels(found, row=0, field="image"):
    return look_at(found.images[field][row]).pixels


def test_an_image_becomes_the_same_in_any_order_and_company():
    given = examples()
    whole = perturbed(given, NOISE, seed=1)
    assert whole.changed.all()
    assert whole.examples.labels == given.labels
    assert whole.examples.inputs == given.inputs
    backwards = perturbed(given[::-1], NOISE, seed=1).examples
    alone = perturbed(given[3:4], NOISE, seed=1).examples
    for row in range(6):
        assert np.array_equal(pixels(whole.examples, row), pixels(backwards, 5 - row))
    assert np.array_equal(pixels(alone), pixels(whole.examples, 3))
    assert alone.images["image"][0].key == whole.examples.images["image"][3].key
    other = perturbed(given, NOISE, seed=2).examples
    assert not np.array_equal(pixels(other), pixels(whole.examples))
    # What it is drawn from: as the texts' changes, a digest of what it depends on.
    said = b"1\x00gaussian_noise(severity=1)\x00image\x00r3"
    seed = int.from_bytes(hashlib.blake2b(said, digest_size=8).digest(), "little")
    by_hand = NOISE(pixels(given, 3), np.random.default_rng(seed))
    assert np.array_equal(by_hand, pixels(alone))
    sent = pickle.loads(pickle.dumps(alone))
    assert sent.images["image"][0].key == alone.images["image"][0].key
    assert np.array_equal(pixels(sent), pixels(alone))


def counting(monkeypatch, kind, calls):
    """Have each decoding of such a picture counted."""
    decoded = kind.decoded
    monkeypatch.setattr(kind, "decoded", lambda self: calls.append(1) or decoded(self))


def test_what_was_changed_once_is_not_changed_again(monkeypatch):
    monkeypatch.setattr(pictures, "_digests", {})
    counted, sources = [], []
    for kind, calls in ((ChangedPicture, counted), (HeldPicture, sources)):
        counting(monkeypatch, kind, calls)
    given, change = examples(4), jpeg(4) | mirrored()
    first = perturbed(given, change, seed=0)
    assert len(counted) == 4
    # To be changed, which tells their own pixels too.
    assert len(sources) == 4
    # Nothing is drawn, so a seed changes nothing.
    perturbed(given, change, seed=7)
    assert len(counted) == 4
    # Made anew for who looks at them, and never kept.
    by_hand = (jpeg(4) | mirrored())(pixels(given), np.random.default_rng(0))
    assert np.array_equal(pixels(first.examples), by_hand)
    assert len(counted) == 5


def test_what_stays_as_it_was_does_not_count():
    grey = Image.fromarray(np.full((9, 9, 3), 80, dtype=np.uint8))
    given = load_images([{"image": grey}, {"image": drawn(1)}], label=None)
    done = perturbed(given, saturation(1), seed=0)
    same = PictureChange("same", lambda shown, rng: shown)
    assert pixels(perturbed(given, same, seed=0).examples).flags.writeable
    assert done.changed.tolist() == [False, True]
    assert perturbed(given, mirrored(), seed=0).changed.tolist() == [False, True]


def test_texts_and_images_are_changed_apart():
    given = examples(3)
    texts = perturbed(given, casing("upper"), seed=0).examples
    assert texts.inputs["text"][0] == "A RED THING"
    assert texts.images == given.images
    both = ["text", "image"]
    done = perturbed(given, darkness(2), seed=0, fields=both).examples
    assert done.inputs == given.inputs
    assert pixels(done).mean() < pixels(given).mean()
    done = perturbed(given, casing("upper"), seed=0, fields=both).examples
    assert done.inputs == texts.inputs
    chosen = perturbations_of([casing("upper"), darkness(2), NOISE])
    assert [each.name for each in chosen][1:] == [
        "darkness(severity=2)",
        "gaussian_noise(severity=1)",
    ]


TEXTS = load_examples([{"text": "good"}], label=None)
IMAGES = load_images([{"image": drawn(0)}], label=None)


@pytest.mark.parametrize(
    ("given", "change", "fields", "said"),
    [
        (
            TEXTS,
            NOISE,
            None,
            "changes images, and * has 'text'; load them with",
        ),
        (IMAGES, casing("upper"), None, "changes texts, and * has 'image'; write a ch"),
        (IMAGES, str.upper, None, "such as gaussian_noise(severity=1), or PictureCh"),
        (
            examples(1),
            NOISE,
            ["text"],
            "fields=['text']: gaussian_noise(severity=1)",
        ),
        (examples(1), NOISE, ["images"], "fields=['images']: * has 'text', 'image'"),
    ],
)
def test_a_change_of_what_there_is_not_is_refused(given, change, fields, said):
    (found,) = perturbations_of(change)
    with pytest.raises(ArgumentError) as refused:
        perturbed(given, found, seed=0, fields=fields)
    for part in said.split("*"):
        assert part in str(refused.value)


def wrong_shape(shown, rng):
    return shown[:1]


def forgot(shown, rng):
    shown + 1


def floats(shown, rng):
    return shown / 2


def breaks(shown, rng):
    raise KeyError("no lamp")


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (wrong_shape, "gave uint8[1, 32, 3], not uint8[32, 32, 3], for"),
        (forgot, "gave NoneType, not uint8[32, 32, 3]"),
        (floats, "gave float64[32, 32, 3], not uint8[32, 32, 3]"),
        (breaks, "own raised KeyError: 'no lamp' for"),
    ],
)
def test_a_change_of_ones_own_that_breaks_is_named(function, said):
    with pytest.raises(DataError) as refused:
        perturbed(IMAGES, PictureChange("own", function), seed=0)
    assert refused.value.code == "PTM205"
    assert said in str(refused.value)
    assert (refused.value.__cause__ is not None) == (function is breaks)


def test_a_change_that_draws_from_elsewhere_is_refused():
    elsewhere = np.random.default_rng(3)

    def drawn_elsewhere(shown, rng):
        return shown ^ elsewhere.integers(0, 255, shown.shape, dtype=np.uint8)

    change = PictureChange("elsewhere", drawn_elsewhere)
    changed = perturbed(IMAGES, change, seed=0).examples
    with pytest.raises(DataError, match="others each time"):
        pixels(changed)


def test_a_change_that_cannot_be_told_from_another_is_refused():
    lock = threading.Lock()
    change = PictureChange("held", lambda shown, rng: lock and shown)
    with pytest.raises(ArgumentError, match=r"held: .* frozen dataclass"):
        perturbed(IMAGES, change, seed=0)


def test_an_image_that_does_not_decode_is_named(tmp_path):
    folder_of(tmp_path, *labelled(3))
    given = load_images(tmp_path)
    whole = (tmp_path / "red" / "000.png").read_bytes()
    (tmp_path / "red" / "000.png").write_bytes(whole[:-30])
    with pytest.raises(
        DataError, match=r"example red/000\.png: .*changed|decode"
    ) as no:
        perturbed(given, jpeg(1), seed=0)
    assert no.value.code == "PTM218"


def test_as_many_threads_as_one_likes_make_the_same(monkeypatch):
    from pytest_ptm.perturbations.pictures import changed

    under = (gaussian_noise(2) | jpeg(3), mirrored())
    made = []
    for number in (1, 8):
        monkeypatch.setattr(changed, "threads", lambda number=number: number)
        monkeypatch.setattr(pictures, "_digests", {})
        # Of another seed, or it would be known already.
        found = [
            perturbed(examples(9), change, seed=11).examples.images["image"]
            for change in under
        ]
        made.append([column.fingerprints() for column in found])
    assert made[0] == made[1]
