"""Images from folders, rows and memory; what cannot be used is refused by its row."""

from __future__ import annotations

import json
import pickle
import sys

import numpy as np
import pytest

pytest.importorskip("PIL")
import datasets
import pandas as pd
from PIL import Image
from ptm_pictures import bytes_of, drawn, folder_of, labelled

from pytest_ptm import ArgumentError, DataError, load_examples, load_images
from pytest_ptm.datasets.pictures import look_at
from pytest_ptm.ground.errors import MissingExtraError

RED = Image.new("RGB", (4, 2), (200, 10, 20))


def pixels(examples, row=0):
    return look_at(examples.images["image"][row]).pixels


def one(value):
    return load_images([{"image": value, "label": "red"}])


def test_a_folder_of_classes(tmp_path):
    images, names = labelled(6)
    folder_of(tmp_path, images, names)
    (tmp_path / "red" / ".DS_Store").write_bytes(b"x")
    (tmp_path / "red" / "more").mkdir()
    drawn(9).save(tmp_path / "red" / "more" / "deep.PNG")
    found = load_images(tmp_path)
    assert found.ids[:2] == ("blue/002.png", "blue/005.png")
    assert found.ids[-1] == "red/more/deep.PNG"
    assert set(found.labels) == {"red", "green", "blue"}
    assert found.labels[-1] == "red"
    assert np.array_equal(pixels(found, 0), np.asarray(images[2]))
    mapped = load_images(tmp_path, label_map={"red": "r", "green": "g", "blue": "b"})
    assert (mapped.labels[0], mapped.mapped) == ("b", True)
    loose = load_images(tmp_path / "blue", label=None)
    assert (loose.ids, loose.labels) == (("002.png", "005.png"), None)


def test_a_folder_that_is_not_one(tmp_path):
    def said(**options):
        with pytest.raises(DataError) as refused:
            load_images(tmp_path, **options)
        return str(refused.value)

    assert "has 0 images" in said()
    folder_of(tmp_path, *labelled(3))
    (tmp_path / "cyan").mkdir()
    assert "no image in 'cyan'" in said()
    (tmp_path / "cyan" / "notes.heic").write_bytes(b"?")
    assert "'cyan/notes.heic'" in said()
    (tmp_path / "cyan" / "notes.heic").unlink()
    (tmp_path / "cyan").rmdir()
    drawn(0).save(tmp_path / "loose.png")
    assert "label=None" in said()
    (tmp_path / "loose.png").write_bytes(b"")
    assert "loose.png: the file is empty" in said(label=None)
    (tmp_path / "loose.png").unlink()
    assert "min_examples=9" in said(min_examples=9)
    assert "PTM206" in said(label_map={"red": "r"})
    with pytest.raises(ArgumentError, match="is a folder, and text= is of rows"):
        load_images(tmp_path, text="caption")
    with pytest.raises(DataError, match=r"read by load_images\(…\)"):
        load_examples(tmp_path)


def test_rows_with_paths_beside_their_file(tmp_path):
    (tmp_path / "photos").mkdir()
    RED.save(tmp_path / "photos" / "a.png")
    row = {"file": "photos/a.png", "caption": "a red one", "label": "red", "hue": "r"}
    table = tmp_path / "rows.jsonl"
    table.write_text(json.dumps(row) + "\n")
    found = load_images(table, image="file", text="caption", groups=["hue"])
    assert found[0].inputs == {"text": "a red one"}
    assert (found[0].images["image"].name, found.ids) == ("photos/a.png", ("row-1",))
    assert found.where(hue="r").images["image"].keys() == found.images["image"].keys()
    csv = tmp_path / "rows.csv"
    csv.write_text("image,label\na.png,red\n")
    assert len(load_images(csv, root=tmp_path / "photos")) == 1
    with pytest.raises(DataError, match=r"rows.csv line 2: 'image': .*a.png cannot be"):
        load_images(csv)


def test_one_image_however_it_is_stored_is_one(tmp_path):
    RED.save(tmp_path / "a.png")
    RED.save(tmp_path / "b.bmp")
    array = np.asarray(RED)
    ways = [
        RED,
        array,
        array.copy(),
        tmp_path / "a.png",
        str(tmp_path / "b.bmp"),
        bytes_of(RED),
        {"bytes": bytes_of(RED), "path": None},
        {"bytes": None, "path": str(tmp_path / "a.png")},
    ]
    assert len({one(way).fingerprint for way in ways}) == 1
    other = array.copy()
    other[0, 0, 0] += 1
    assert one(other).fingerprint != one(array).fingerprint
    turned = array.reshape(4, 2, 3)
    assert one(turned).fingerprint != one(array).fingerprint


def test_frames_data_sets_and_columns(tmp_path):
    images, names = labelled(3)
    expected = load_images((images, names))
    assert expected.labels == tuple(names)
    frame = pd.DataFrame({"image": images, "label": names})
    assert load_images(frame).fingerprint == expected.fingerprint
    features = datasets.Features(
        {"image": datasets.Image(), "label": datasets.ClassLabel(names=["g", "r"])}
    )
    held = datasets.Dataset.from_dict(
        {"image": [{"bytes": bytes_of(RED), "path": None}] * 2, "label": [1, 0]},
        features=features,
    )
    found = load_images(held)
    assert (found.label_names, found.labels) == (("g", "r"), (1, 0))
    # As they are stored: a data set that fits on a disk need not fit into memory.
    assert type(found.images["image"][0]).__name__ == "EncodedPicture"


def test_what_was_given_may_change_afterwards():
    array = np.asarray(RED).copy()
    image = RED.copy()
    held, drawn_on = one(array), one(image)
    before = held.fingerprint
    array[:] = 0
    image.putpixel((0, 0), (0, 0, 0))
    assert np.array_equal(pixels(held), pixels(drawn_on))
    pixels(held)[:] = 0
    assert pixels(held).any()
    assert one(RED).fingerprint == before
    again = pickle.loads(pickle.dumps(held))
    assert again.fingerprint == before


def test_a_file_that_changes_while_it_is_used(tmp_path):
    RED.save(tmp_path / "a.png")
    found = one(tmp_path / "a.png")
    assert found.images["image"][0].key
    drawn(3).save(tmp_path / "a.png")
    with pytest.raises(DataError, match="has changed since"):
        look_at(found.images["image"][0])


GREY16 = Image.fromarray(np.array([[0, 257, 65_535]], dtype=np.uint16))
CLEAR = Image.new("RGBA", (2, 1), (10, 20, 30, 255))
GLASS = Image.new("RGBA", (2, 1), (10, 20, 30, 128))
CONVERTED = {
    "cmyk": (
        bytes_of(Image.new("CMYK", (2, 1), (0, 255, 255, 0)), "TIFF"),
        [[255, 0, 0]],
        "CMYK made RGB",
    ),
    "grey of 16 bits": (
        bytes_of(GREY16),
        [[0] * 3, [1] * 3, [255] * 3],
        "16 bits a channel made 8",
    ),
    "transparent": (bytes_of(GLASS), [[10, 20, 30]], "transparency left out"),
    "opaque": (bytes_of(CLEAR), [[10, 20, 30]], None),
    "grey": (bytes_of(Image.new("L", (1, 1), 7)), [[7, 7, 7]], None),
    "black and white": (bytes_of(Image.new("1", (1, 1), 1)), [[255] * 3], None),
    "palette": (bytes_of(RED.convert("P")), None, None),
    "lab": (bytes_of(Image.new("LAB", (1, 1)), "TIFF"), None, "LAB made RGB"),
}


@pytest.mark.parametrize("kind", CONVERTED)
def test_what_is_stored_otherwise_is_converted_and_said(kind):
    data, expected, said = CONVERTED[kind]
    found = one(data)
    seen = look_at(found.images["image"][0])
    assert seen.said == (() if said is None else (said,))
    if expected is not None:
        assert seen.pixels[0, : len(expected)].tolist() == expected
    assert found.images["image"].said() == ({} if said is None else {said: 1})


def test_colours_of_16_bits_are_said():
    # A PNG of one pixel with 16 bits of red, green and blue, written by hand.
    import struct
    import zlib

    def chunk(name, data):
        body = name + data
        crc = struct.pack(">I", zlib.crc32(body))
        return struct.pack(">I", len(data)) + body + crc

    row = b"\0" + struct.pack(">HHH", 65_535, 0x8000, 0)
    data = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 16, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(row))
        + chunk(b"IEND", b"")
    )
    seen = look_at(one(data).images["image"][0])
    assert seen.pixels.tolist() == [[[255, 128, 0]]]
    assert seen.said == ("16 bits a channel made 8",)


def test_exif_rotation_is_applied_and_said():
    exif = Image.Exif()
    exif[0x0112] = 6
    wide = Image.new("RGB", (6, 2), (0, 0, 0))
    wide.putpixel((0, 0), (255, 255, 255))
    seen = look_at(one(bytes_of(wide, exif=exif)).images["image"][0])
    assert seen.pixels.shape == (6, 2, 3)
    assert seen.pixels[0, 1].tolist() == [255, 255, 255]
    assert seen.said == ("rotated as its EXIF data say",)


FRAMES = [Image.new("RGB", (2, 2), colour) for colour in ("red", "blue")]
REFUSED = {
    "nothing": (b"", "the file is empty"),
    "a page": (b"<!DOCTYPE html><html>", "a web page"),
    "a drawing": (b"<svg xmlns=''/>", "an SVG drawing"),
    "a pointer": (b"version https://git-lfs.github.com/spec/v1", "git lfs pull"),
    "noise": (bytes(range(200)), "no image that Pillow knows"),
    "animated": (
        bytes_of(FRAMES[0], "GIF", save_all=True, append_images=FRAMES[1:]),
        "it has 2 frames",
    ),
    "an array of floats": (np.zeros((2, 2, 3)), "does not say how bright"),
    "channels first": (np.zeros((3, 5, 5), np.uint8), r"transpose\(1, 2, 0\)"),
    "no rows": (np.zeros((0, 5, 3), np.uint8), "no pixels"),
    "five channels": (np.zeros((2, 2, 5), np.uint8), "is no image"),
    "floating point": (
        bytes_of(Image.fromarray(np.zeros((2, 2), np.float32)), "TIFF"),
        None,
    ),
    "a number": (7, "expected an image"),
    "None": (None, "expected an image"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_image_is_refused_by_its_row(kind):
    value, why = REFUSED[kind]
    rows = [{"image": RED, "label": "red", "id": "ok"}]
    rows += [{"image": value, "label": "red", "id": "bad"}]

    def used():
        found = load_images(rows)
        return found.fingerprint

    with pytest.raises(DataError, match=why) as refused:
        used()
    assert "bad" in str(refused.value) or "row 2" in str(refused.value)
    assert refused.value.code in ("PTM205", "PTM218")


def test_a_decompression_bomb_is_refused_before_it_is_decoded(monkeypatch):
    data = bytes_of(Image.new("RGB", (60, 40)))
    for limit in (2_000, 500):
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
        with pytest.raises(DataError, match="decompression bomb"):
            one(data)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 2_400)
    assert one(data).fingerprint


def test_half_a_file_is_refused_when_it_is_decoded_and_names_the_example():
    data = bytes_of(drawn(0, (64, 64)), "JPEG")
    found = load_images([{"image": data[: len(data) // 2], "label": "red", "id": "x"}])
    with pytest.raises(DataError, match="example x: it does not decode"):
        _ = found.fingerprint


def test_without_pillow_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(MissingExtraError, match=r"pytest-ptm\[images\]"):
        load_images([{"image": b"", "label": "red"}])


def test_images_loaded_are_not_loaded_again():
    with pytest.raises(ArgumentError, match="loaded already"):
        load_images(one(RED))
    with pytest.raises(ArgumentError, match="expected a list"):
        load_images([{"image": RED}], groups="hue")
    with pytest.raises(DataError, match=r"Images are read by load_images\(…\)"):
        load_examples([{"image": RED, "label": "red"}])


def test_folders_that_are_numbered_have_to_be_told_what_they_mean(tmp_path):
    for name in ("0", "2", "10"):
        (tmp_path / name).mkdir()
        drawn(int(name)).save(tmp_path / name / "a.png")
    with pytest.raises(DataError, match=r'label_map=\{"0": "…", "10": "…"') as refused:
        load_images(tmp_path)
    assert refused.value.code == "PTM206"
    told = {"0": "red", "2": "green", "10": "blue"}
    assert load_images(tmp_path, label_map=told).labels == ("red", "blue", "green")
    assert load_images(tmp_path, label=None).labels is None
    (tmp_path / "other").mkdir()
    drawn(1).save(tmp_path / "other" / "a.png")
    assert load_images(tmp_path).labels == ("0", "10", "2", "other")


def test_images_beside_labels_are_called_images():
    with pytest.raises(DataError, match=r"examples row 2: 'image': expected an image"):
        load_images(([drawn(1), 7], ["a", "b"]))
    with pytest.raises(ArgumentError, match=r"\(images, labels\): 1 image and 2"):
        load_images(([drawn(1)], ["a", "b"]))
