"""The CLIP of the examples is the one that its script makes, and is told the truth."""

from pathlib import Path

import numpy as np
import pytest
import transformers

pytest.importorskip("PIL")

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SHAPES = EXAMPLES / "models/shapes"


@pytest.fixture
def drawn(monkeypatch):
    monkeypatch.syspath_prepend(str(EXAMPLES))
    import shapes_drawn

    return shapes_drawn


def test_a_caption_fits_one_drawing_alone(drawn):
    pairs = drawn.held_out_pairs(200, seed=1)
    told = [caption for each in pairs for caption in {each.caption, each.turned}]
    assert len(set(told)) == len(told) == 400
    assert not {
        each.wrong for each in pairs if each.wrong in (each.caption, each.turned)
    }
    first = pairs[0]
    assert first.caption.split() != first.wrong.split()
    assert sorted(first.caption.split()) == sorted(first.wrong.split())


def test_a_caption_says_where_each_thing_is(drawn):
    """By the colours on either side of the drawing."""
    rng = drawn.random.Random(0)
    for _ in range(20):
        made = drawn.drawing("it", ["red circle", "blue square"], "pale", rng)
        pixels = np.asarray(made.image).astype(int)
        towards_red = pixels[:, :, 0] - pixels[:, :, 2]
        (y, x), (v, u) = (
            np.argwhere(one > 60).mean(axis=0) for one in (towards_red, -towards_red)
        )
        found = {"left of": x < u, "right of": x > u, "above": y < v, "below": y > v}
        assert found[made.relation]


def test_the_same_seed_draws_the_same_and_another_something_else(drawn):
    one, again, other = (
        [np.asarray(each.image) for each in drawn.held_out_things(1, seed=seed)]
        for seed in (1, 1, 2)
    )
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_the_checkpoint_is_of_the_shape_that_its_script_has(drawn):
    import train_shapes

    tokenizer, processor = train_shapes.readers()
    read = transformers.AutoTokenizer.from_pretrained(SHAPES)
    assert read.get_vocab() == tokenizer.get_vocab()
    saved = transformers.AutoImageProcessor.from_pretrained(SHAPES, backend="pil")
    assert saved.size == processor.size
    config = transformers.CLIPConfig.from_pretrained(SHAPES)
    wanted = train_shapes.configured(tokenizer)
    for tower in ("text_config", "vision_config"):
        one, other = (getattr(each, tower).to_dict() for each in (config, wanted))
        assert {**one, "dtype": None} == {**other, "dtype": None}
    assert sum(file.stat().st_size for file in SHAPES.iterdir()) < 2_000_000


def test_the_picture_of_the_page_is_small():
    assert (EXAMPLES.parent / "docs/images-example.png").stat().st_size < 40_000
