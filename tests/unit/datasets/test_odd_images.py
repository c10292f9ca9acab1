"""What is no plain image file: held by Pillow, of odd colours, an address, a link."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest

pytest.importorskip("PIL")
from PIL import Image
from ptm_pictures import bytes_of, drawn, folder_of, labelled

from pytest_ptm import ArgumentError, DataError, load_images
from pytest_ptm.datasets.pictures import look_at

RED = Image.new("RGB", (4, 2), (200, 10, 20))


def pixels(examples, row=0):
    return look_at(examples.images["image"][row]).pixels


def one(value):
    return load_images([{"image": value, "label": "red"}])


def deep_png(width, height):
    """A PNG of 16 bits a channel, which Pillow itself does not write."""

    def chunk(name, data):
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    rows = b"".join(b"\0" + bytes(range(width * 6)) for _ in range(height))
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + parts + chunk(b"IEND", b"")


def test_what_pillow_holds_is_refused_and_said_as_its_file_is():
    def opened(data):
        return Image.open(io.BytesIO(data))

    frames = [drawn(i, (8, 8)) for i in range(3)]
    moving = io.BytesIO()
    frames[0].save(moving, "GIF", save_all=True, append_images=frames[1:])
    half = bytes_of(drawn(0, (64, 64)), "JPEG")[:700]
    closed = opened(bytes_of(RED))
    closed.close()
    for held, why in (
        (opened(moving.getvalue()), "3 frames.*image.copy"),
        (opened(half), "gives no pixels of it .*truncated"),
        (closed, "gives no pixels of it .*closed"),
    ):
        with pytest.raises(DataError, match=f"PTM218 .*row 1.*{why}"):
            one(held)
    deep = deep_png(5, 4)
    said = one(opened(deep)).images["image"][0].decoded().said
    assert said == one(deep).images["image"][0].decoded().said
    assert said == ("16 bits a channel made 8",)


def test_colours_that_pillow_warns_of_or_has_no_way_to_are_read():
    palette = drawn(0, (8, 8)).quantize(16)
    plain = one(palette.convert("RGB"))
    pale = bytes_of(palette, transparency=bytes(range(16)))
    # Warnings are errors here.
    assert np.array_equal(pixels(one(pale)), pixels(plain))
    assert np.array_equal(pixels(one(Image.open(io.BytesIO(pale)))), pixels(plain))
    assert pixels(one(Image.new("La", (4, 4), (90, 255)))).mean() == 90


def test_eight_bits_of_grey_in_more_are_not_black():
    dark = np.full((4, 4), 200, dtype=np.uint16)
    with pytest.raises(DataError, match="end at 200 of 65,535, which is black"):
        one(Image.fromarray(dark))
    assert pixels(one(Image.fromarray(dark * 257))).max() == 200


def test_what_is_no_path_is_said():
    for value in ("", "a\0b.png"):
        with pytest.raises(DataError, match=r"PTM218 .*expected the path"):
            one(value)
    with pytest.raises(DataError, match=r"is an address; download"):
        one("https://example.org/a.png")
    with pytest.raises(ArgumentError, match=r"a list of str; write \(images, labels\)"):
        load_images(["a.png"], label=None)


def test_an_array_of_images_is_many_of_them():
    names = ["red", "green", "blue"]
    stack = np.stack([np.asarray(drawn(i, (9, 7))) for i in range(3)])
    found = load_images((stack, names))
    assert found.fingerprint == load_images((list(stack), names)).fingerprint
    with pytest.raises(ArgumentError, match=r"name an input: 'image'"):
        found.only()


def test_links_are_followed_and_one_to_nothing_is_no_image_left_out(tmp_path):
    place, elsewhere = tmp_path / "photographs", tmp_path / "elsewhere"
    folder_of(place, *labelled(3))
    folder_of(elsewhere, *labelled(3))
    (place / "red" / "more").symlink_to(elsewhere / "blue")
    (place / "cyan").symlink_to(elsewhere / "green")
    (place / "red" / "circle").symlink_to(place)
    found = load_images(place)
    assert sorted(set(found.labels)) == ["blue", "cyan", "green", "red"]
    assert "red/more/002.png" in found.ids
    assert len(found) == 5
    (place / "red" / "lost.png").symlink_to(tmp_path / "not fetched.png")
    with pytest.raises(DataError, match=r"PTM218 .*lost.png: .*cannot be read"):
        load_images(place)


def test_one_pixel_that_is_not_opaque_is_transparency_left_out():
    array = np.full((2, 3, 4), 255, dtype=np.uint8)
    assert look_at(one(array).images["image"][0]).said == ()
    array = array.copy()
    array[1, 2, 3] = 254
    assert look_at(one(array).images["image"][0]).said == ("transparency left out",)


def test_an_orientation_that_is_none_turns_nothing():
    exif = Image.Exif()
    exif[0x0112] = 0
    seen = look_at(one(bytes_of(RED, exif=exif)).images["image"][0])
    assert (seen.pixels.shape, seen.said) == ((2, 4, 3), ())


def test_an_array_without_pixels_is_refused_by_width_and_height():
    with pytest.raises(DataError, match=r"it has no pixels \(5 x 0\)"):
        one(np.zeros((0, 5, 3), dtype=np.uint8))
