"""Classes of images, against a plain forward of one image at a time."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import transformers

pytest.importorskip("PIL")
from ptm_image_models import (
    IMAGE_ARCHITECTURES,
    NOT_BUILT_OF_IMAGES,
    build_image_model,
)
from ptm_pictures import COLOURS, bytes_of, drawn, folder_of, labelled, saved_vit

from pytest_ptm import (
    ArgumentError,
    BehaviourFailure,
    DataError,
    assert_accuracy,
    evaluate_accuracy,
    evaluate_bias_gap,
    evaluate_not_worse,
    from_pretrained,
    load_examples,
    load_images,
    load_model,
)
from pytest_ptm.backends.transformers import image_rows
from pytest_ptm.engine.ask import ask
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.session import Session, activated

TASK = "image-classification"
SAMPLE = ("beit", "convnext", "deit", "resnet", "siglip", "swin", "vit")


@pytest.fixture(autouse=True)
def _session():
    with activated(Session()):
        yield


@pytest.fixture(scope="module")
def vit(tmp_path_factory):
    return saved_vit(tmp_path_factory.mktemp("vit"))


@pytest.fixture
def examples():
    return load_images(labelled())


AUTO = transformers.AutoModelForImageClassification


def plain(folder, images, *, kind=AUTO, dtype=torch.float32):
    """The logits of each image by itself."""
    processor = transformers.AutoImageProcessor.from_pretrained(folder, backend="pil")
    model = kind.from_pretrained(folder, dtype=dtype).eval()
    found = []
    for image in images:
        inputs = processor(images=image.convert("RGB"), return_tensors="pt")
        for name, each in inputs.items():
            if each.is_floating_point():
                inputs[name] = each.to(dtype)
        with torch.inference_mode():
            said = model(**inputs)
        logits = said["last_hidden_state" if "logits" not in said else "logits"]
        found.append(logits.float().numpy())
    return np.concatenate(found)


@pytest.mark.parametrize(
    "architecture",
    [
        pytest.param(name, marks=() if name in SAMPLE else pytest.mark.heavy)
        for name in IMAGE_ARCHITECTURES
    ],
)
def test_answers_equal_one_image_at_a_time(architecture, tmp_path):
    if architecture in NOT_BUILT_OF_IMAGES:
        pytest.skip(NOT_BUILT_OF_IMAGES[architecture])
    kind = build_image_model(architecture, tmp_path)
    images, names = labelled(9)
    predictor = load_model(tmp_path).predictor(TASK)
    found = ask(predictor, load_images((images, names))).predictions
    expected = plain(tmp_path, images, kind=kind)
    assert np.abs(found.logits - expected).max() < 1e-5 * max(1, np.abs(expected).max())
    # A model that says the same of every image would prove nothing.
    assert np.ptp(expected, axis=0).max() > 1e-4


SQUARE = {"height": 32, "width": 32}
WIDE = {"height": 96, "width": 96}
ODD = {"shortest_edge": 48}, {"height": 40, "width": 56}


@pytest.mark.parametrize(
    ("architecture", "processor"),
    [
        ("resnet", {"do_resize": False}),
        ("resnet", {"do_resize": False, "do_pad": True, "pad_size": WIDE}),
        ("resnet", {"do_resize": False, "do_pad": True}),
        ("resnet", {"size": ODD[0], "do_center_crop": True, "crop_size": ODD[1]}),
        ("vit", {"do_rescale": False}),
        ("vit", {"do_rescale": False, "do_normalize": False}),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, dict) else given,
)
def test_whatever_a_processor_makes_of_images(architecture, processor, tmp_path):
    kind = build_image_model(architecture, tmp_path)
    made = transformers.ViTImageProcessorPil(**{"size": SQUARE, **processor})
    made.save_pretrained(tmp_path)
    images = [each for each in labelled(14)[0] if min(each.size) > 1]
    found = ask(
        load_model(tmp_path).predictor(TASK),
        load_images([{"image": each} for each in images], label=None),
    )
    expected = plain(tmp_path, images, kind=kind)
    assert np.abs(found.predictions.logits - expected).max() < 1e-5
    assert np.ptp(expected, axis=0).max() > 1e-2


@pytest.mark.parametrize(
    ("architecture", "processor", "said"),
    [
        (
            "vit",
            {"do_resize": False},
            r"match model \(32\*32\).*float32\[3, 48, 48\]",
        ),
        ("resnet", {"do_rescale": False, "do_normalize": False}, r"uint8\[3, 32, 32\]"),
    ],
)
def test_what_a_model_cannot_take_says_what_it_was_shown(
    architecture, processor, said, tmp_path
):
    build_image_model(architecture, tmp_path)
    made = transformers.ViTImageProcessorPil(**{"size": SQUARE, **processor})
    made.save_pretrained(tmp_path)
    rows = load_images([{"image": drawn(1, (48, 48))}], label=None)
    with pytest.raises(ModelError, match=said) as refused:
        ask(load_model(tmp_path).predictor(TASK), rows)
    assert "preprocessor_config.json" in str(refused.value)


@pytest.mark.parametrize(("dtype", "most"), [("float16", 0.01), ("bfloat16", 0.1)])
@pytest.mark.parametrize("architecture", ["convnext", "resnet", "vit"])
def test_half_precision_is_that_of_transformers(
    architecture, dtype, most, tmp_path, run_with
):
    kind = build_image_model(architecture, tmp_path)
    images = labelled(9)[0]
    rows = load_images([{"image": each} for each in images], label=None)
    with run_with(dtype=dtype):
        predictor = load_model(tmp_path).predictor(TASK)
        found = ask(predictor, rows).predictions.logits
    assert predictor.card.dtype == dtype
    exact = plain(tmp_path, images, kind=kind)
    half = plain(tmp_path, images, kind=kind, dtype=getattr(torch, dtype))
    assert found.dtype == np.float32
    assert np.abs(found - half).max() < most * np.abs(exact).max()
    assert 0 < np.abs(found - exact).max() < most * 2 * np.abs(exact).max()


def test_figures_groups_and_gaps(vit, examples):
    model = load_model(vit)
    assert model.can() == {TASK}
    result = evaluate_accuracy(model, examples)
    images, names = labelled()
    said = [list(COLOURS)[place] for place in plain(vit, images).argmax(axis=1)]
    expected = np.mean(np.array(said) == names)
    assert (result.value, result.task) == (pytest.approx(expected), TASK)
    assert evaluate_not_worse(model, examples, than=load_model(vit)).value == 0
    rows = [
        {"image": image, "label": name, "large": str(image.width > 30)}
        for image, name in zip(images, names, strict=True)
    ]
    gap = evaluate_bias_gap(
        model, load_images(rows, groups=["large"]), group="large", min_group_size=2
    )
    assert {each.group for each in gap.by_group} == {"True", "False"}


def test_a_failure_names_the_files_and_what_was_converted(vit, tmp_path):
    folder_of(tmp_path, *labelled())
    (tmp_path / "red" / "cmyk.tif").write_bytes(
        bytes_of(drawn(3).convert("CMYK"), "TIFF")
    )
    with pytest.raises(BehaviourFailure) as failed:
        assert_accuracy(load_model(vit), load_images(tmp_path), at_least=1.0)
    said = str(failed.value)
    assert "1 of 13 images: CMYK made RGB" in said
    assert "red/" in said or "green/" in said or "blue/" in said


def test_what_was_asked_is_not_asked_again_whatever_it_is_stored_as(vit, tmp_path):
    images, names = labelled()
    model = load_model(vit)
    first = evaluate_accuracy(model, load_images((images, names)))
    folder_of(tmp_path, images, names)
    again = evaluate_accuracy(model, load_images(tmp_path))
    assert (first.cost.forwarded, again.cost.forwarded) == (12, 0)


def test_images_are_encoded_so_many_at_a_time(vit, monkeypatch):
    predictor = load_model(vit).predictor(TASK)
    seen = []
    before = image_rows.encode

    def encode(processor, inputs, **options):
        seen.append(len(inputs["image"]))
        return before(processor, inputs, **options)

    monkeypatch.setattr("pytest_ptm.backends.transformers.image_bound.encode", encode)
    monkeypatch.setattr(type(predictor), "rows_at_once", 5)
    found = ask(predictor, load_images(labelled()))
    assert (seen, found.cost.forwarded, len(found.truncated)) == ([5, 5, 2], 12, 12)
    expected = plain(vit, labelled()[0])
    assert np.abs(found.predictions.logits - expected).max() < 1e-5


@pytest.mark.parametrize(
    ("config", "length"),
    [
        (transformers.ViTConfig(patch_size=32), 4),
        (transformers.CLIPConfig(vision_config={"patch_size": 32}), 4),
        (transformers.SwinConfig(patch_size=4), 16),
        (transformers.ResNetConfig(), 16),
    ],
)
def test_a_batch_has_as_many_images_as_their_patches_allow(config, length):
    shape = {"height": 64, "width": 64}
    processor = transformers.ViTImageProcessorPil(size=shape)
    inputs = load_images(labelled(2)).images
    patch = image_rows.patch_of(config)
    taken = ["pixel_values"]
    found = image_rows.encode(processor, inputs, taken=taken, patch=patch)
    assert found.lengths.tolist() == [length, length]


def test_an_image_that_does_not_decode_names_the_example(vit):
    data = bytes_of(drawn(0, (64, 64)), "JPEG")
    rows = [
        {"image": drawn(1), "label": "red", "id": "whole"},
        {"image": data[: len(data) // 2], "label": "red", "id": "half"},
    ]
    with pytest.raises(DataError, match=r"example half: .* does not decode") as refused:
        evaluate_accuracy(load_model(vit), load_images(rows))
    assert refused.value.code == "PTM218"


def test_an_image_that_the_processor_refuses_names_the_example(vit):
    predictor = load_model(vit).predictor(TASK)

    def broken(images, **options):
        raise ValueError("too thin")

    predictor.checkpoint.identity.processor.__dict__["preprocess"] = broken
    with pytest.raises(DataError, match=r"row-1: .*\(32 x 32 pixels\).*too thin"):
        ask(predictor, load_images(([drawn(1)], ["red"])))


def test_models_and_examples_of_other_kinds_are_told_apart(vit, examples, checkpoint):
    texts = load_examples([{"text": "fine", "label": "red"}])
    with pytest.raises(ArgumentError, match="image-classification"):
        evaluate_accuracy(load_model(vit), texts)
    with pytest.raises(ArgumentError, match="image-classification"):
        evaluate_accuracy(load_model(checkpoint("bert")), examples)


def test_without_an_image_processor_it_is_refused(vit, tmp_path):
    saved_vit(tmp_path)
    (tmp_path / "preprocessor_config.json").unlink()
    with pytest.raises(ModelError, match="has no image processor") as refused:
        load_model(tmp_path).predictor(TASK)
    assert refused.value.code == "PTM302"


def test_the_processor_decides_about_the_fingerprint(vit, tmp_path):
    saved_vit(tmp_path)
    path = tmp_path / "preprocessor_config.json"
    path.write_text(path.read_text().replace('"resample": 2', '"resample": 3'))
    prints = {
        load_model(folder).predictor(TASK).fingerprint for folder in (vit, tmp_path)
    }
    assert len(prints) == 2


def test_several_labels_an_image(tmp_path):
    saved_vit(tmp_path, problem_type="multi_label_classification")
    images, names = labelled()
    rows = load_images((images, [[name] for name in names]))
    result = evaluate_accuracy(load_model(tmp_path), rows)
    assert 0 <= result.value <= 1


def test_a_model_in_memory_beside_its_image_processor(vit, examples):
    model = transformers.ViTForImageClassification.from_pretrained(vit).eval()
    processor = transformers.AutoImageProcessor.from_pretrained(vit, backend="pil")
    held = from_pretrained(model, processor)
    assert held.task == TASK
    expected = plain(vit, labelled()[0])
    found = ask(held, examples).predictions.logits
    assert np.abs(found - expected).max() < 1e-5
    assert held.fingerprint != from_pretrained(model, processor).fingerprint
    with torch.no_grad():
        model.classifier.bias += 1
    with pytest.raises(ModelError, match="call it again after a change"):
        ask(held, examples)
    with pytest.raises(ArgumentError, match="or its image processor, got dict"):
        from_pretrained(model, {})


def test_images_are_predicted_as_they_are_loaded(vit, examples):
    expected = plain(vit, labelled()[0]).argmax(axis=1)
    said = load_model(vit).predict(examples)
    assert [each.label for each in said] == [list(COLOURS)[i] for i in expected]
    with pytest.raises(ArgumentError, match=r"images come as load_images\(…\)"):
        load_model(vit).predict([drawn(0)])
