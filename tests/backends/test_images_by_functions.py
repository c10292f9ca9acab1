"""Functions and pipelines of images: asked as anything else that sees."""

from __future__ import annotations

import numpy as np
import pytest
import transformers

pytest.importorskip("PIL")
from ptm_pictures import COLOURS, bytes_of, drawn, folder_of, labelled, saved_vit

from pytest_ptm import (
    ArgumentError,
    BehaviourFailure,
    DataError,
    assert_accuracy,
    assert_closer,
    assert_invariant,
    assert_retrieval,
    from_encoder,
    from_function,
    from_pipeline,
    load_examples,
    load_images,
)
from pytest_ptm.engine.ask import ask
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.perturbations import darkness, mirrored
from pytest_ptm.session import Session, activated

NAMES = list(COLOURS)
PLAIN = [
    {"id": f"{name}-{side}", "image": drawn(side, (side, 24), name), "label": name}
    for name in NAMES
    for side in (20, 24, 40, 64)
]


@pytest.fixture(autouse=True)
def _session():
    with activated(Session()):
        yield


def nearest(images):
    """How near the middle of an image is to each colour, as probabilities."""
    found = []
    for image in images:
        box = image.width // 2, image.height // 2
        near = [
            np.exp(-np.abs(np.subtract(image.getpixel(box), colour)).sum() / 99)
            for colour in COLOURS.values()
        ]
        image.putpixel(box, (0, 0, 0))  # what it draws on is a copy
        found.append(near / np.sum(near))
    return np.array(found)


def test_a_function_of_images_is_asked_as_any_classifier(tmp_path):
    model = from_function(nearest, classes=NAMES, reads="images")
    rows = load_images(PLAIN)
    assert model.task == "image-classification"
    assert assert_accuracy(model, rows, at_least=1.0).value == 1.0
    assert_invariant(model, rows, under=mirrored(), at_most=0.0)
    dark = assert_invariant(model, rows, under=darkness(5), at_most=1.0)
    by_hand = [
        nearest([each.copy()])[0].argmax()
        != nearest([each.point(lambda value: round(value * 0.2))])[0].argmax()
        for each in (row["image"] for row in PLAIN)
    ]
    assert dark.value == pytest.approx(np.mean(by_hand)) == pytest.approx(1 / 3)
    assert [each.label for each in model.predict(rows[:2])] == ["red", "red"]
    # One image in files of two formats is one image, asked once.
    folder_of(tmp_path, [row["image"] for row in PLAIN], [r["label"] for r in PLAIN])
    again = ask(model, load_images(tmp_path))
    assert again.cost.forwarded == 0
    wrong = load_images([{**row, "label": "blue"} for row in PLAIN])
    with pytest.raises(BehaviourFailure, match="red-20"):
        assert_accuracy(model, wrong, at_least=1.0)


def test_what_a_function_of_images_must_not_do():
    rows = load_images(PLAIN)

    def counts(images):
        return [[len(images) / 99, 1 - len(images) / 99]] * len(images)

    def scores(images):
        return [[2.0, -1.0]] * len(images)

    def broken(images):
        if any(image.width == 40 for image in images):
            raise ValueError("too wide")
        return [[0.5, 0.5]] * len(images)

    def model(function, **how):
        return from_function(function, **{"classes": ["a", "b"], **how})

    with pytest.raises(ModelError, match=r"answers an image otherwise.*20 x 24 pixels"):
        ask(model(counts, reads="images"), rows)
    with pytest.raises(ModelError, match="for an image of 20 x 24 pixels; prob"):
        ask(model(scores, reads="images"), rows)
    with pytest.raises(ModelError, match=r"shape \(5, 1\) for 5 images"):
        ask(model(lambda images: [[1.0]] * len(images), reads="images"), rows)
    with pytest.raises(ModelError, match=r"red-40.*too wide"):
        ask(model(broken, reads="images"), rows)
    with pytest.raises(ArgumentError, match=r"reads='images' needs classes"):
        model(scores, classes=None, reads="images")
    with pytest.raises(ArgumentError, match="expected 'texts' or 'images'"):
        model(scores, reads="pixels")
    texts = load_examples([{"text": "fine", "label": "a"}])
    with pytest.raises(ArgumentError, match="image-classification"):
        assert_accuracy(model(broken, reads="images"), texts, at_least=0.5)
    with pytest.raises(ArgumentError, match="image-classification"):
        assert_accuracy(model(broken), rows, at_least=0.5)
    data = bytes_of(drawn(0, (64, 64)), "JPEG")
    half = [{"image": data[: len(data) // 2], "label": "a", "id": "half"}]
    with pytest.raises(DataError, match=r"half: .* does not decode") as refused:
        ask(model(broken, reads="images"), load_images(half))
    assert refused.value.code == "PTM218"


def means(images):
    return [np.asarray(image).mean(axis=(0, 1)) + 1 for image in images]


def test_a_function_that_encodes_images_finds_others_of_their_kind():
    model = from_encoder(means, reads="images")
    assert model.task == "image-embedding"
    queries = load_images(
        [
            {"id": f"q-{name}", "image": drawn(9, (30, 30), name), "relevant": name}
            for name in NAMES
        ],
        label=None,
        groups=["relevant"],
    )
    others = [{"id": name, "image": drawn(1, (50, 20), name)} for name in NAMES]
    corpus = load_images(others, label=None)
    found = {f"q-{name}": {name} for name in NAMES}
    how = {"metric": "recall@1", "at_least": 1.0}
    assert_retrieval(model, queries, corpus, relevant=found, **how)
    near, far = corpus, load_images([*others[1:], others[0]], label=None)
    assert_closer(model, queries, near=near, far=far, at_least=1.0)
    with pytest.raises(ArgumentError, match="of pairs of texts"):
        from_encoder(means, task="similarity", reads="images")


def test_a_pipeline_of_images_is_its_model(tmp_path):
    saved_vit(tmp_path)
    processor = transformers.AutoImageProcessor.from_pretrained(tmp_path, backend="pil")
    model = transformers.ViTForImageClassification.from_pretrained(tmp_path).eval()

    def piped(task="image-classification", **how):
        return transformers.pipeline(
            task, model=model, image_processor=processor, device="cpu", **how
        )

    images, names = labelled()
    answers = from_pipeline(piped()).predict(load_images((images, names)))
    for image, answer in zip(images, answers, strict=True):
        best = piped()(image.convert("RGB"), top_k=1)[0]
        assert answer.label == best["label"]
        assert answer.probabilities[best["label"]] == pytest.approx(best["score"], 1e-5)
    with pytest.raises(ArgumentError, match="applies sigmoid"):
        from_pipeline(piped(function_to_apply="sigmoid"))
    clip = transformers.CLIPModel(
        transformers.CLIPConfig(
            text_config={"num_hidden_layers": 1}, vision_config={"num_hidden_layers": 1}
        )
    )
    held = piped()
    held.task, held.model = "zero-shot-image-classification", clip
    with pytest.raises(ArgumentError, match=r"zero_shot_images\(load_model\(folder\)"):
        from_pipeline(held)
