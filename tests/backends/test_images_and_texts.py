"""CLIP, SigLIP and their kin, against a plain forward of the whole model."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import transformers

pytest.importorskip("PIL")
from ptm_architectures import tokenizer
from ptm_image_models import trained
from ptm_pictures import drawn, labelled

from pytest_ptm import (
    ArgumentError,
    BehaviourFailure,
    DataError,
    assert_closer,
    assert_retrieval,
    evaluate_accuracy,
    evaluate_closer,
    evaluate_cost,
    evaluate_retrieval,
    from_function,
    from_pretrained,
    load_examples,
    load_images,
    load_model,
    zero_shot_images,
)
from pytest_ptm.engine.ask import ask
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.session import Session, activated

SIZES = {
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "projection_dim": 12,
    "initializer_range": 0.3,
}
TEXT = {
    **SIZES,
    "vocab_size": 64,
    "max_position_embeddings": 24,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
VISION = {**SIZES, "image_size": 32, "patch_size": 8}
SQUARE = {"size": {"height": 32, "width": 32}, "crop_size": {"height": 32, "width": 32}}
KINDS = (
    "align",
    "altclip",
    "blip",
    "chinese_clip",
    "clip",
    "clipseg",
    "metaclip_2",
    "siglip",
    "siglip2",
    "vision-text-dual-encoder",
)
FULL = {"siglip", "siglip2"}
CLASSES = {"red": "w1", "green": "w2 w3", "blue": "w4"}
TEMPLATES = ("w5 w6 {} w7", "{}")


def configured(architecture):
    """A tiny config of it."""
    kind = transformers.CONFIG_MAPPING[architecture]
    text, vision, options = dict(TEXT), dict(VISION), {"projection_dim": 12}
    if architecture in FULL:
        options = {}
    if architecture == "siglip2":
        text["projection_size"] = 16
        vision = {**SIZES, "patch_size": 8, "num_patches": 16}
    if architecture == "align":
        vision = {"width_coefficient": 0.25, "depth_coefficient": 0.2}
        vision |= {"hidden_dim": 320, "image_size": 32}
        options = {"projection_dim": 80, "temperature_init_value": 0.01}
    if architecture == "blip":
        options["image_text_hidden_size"] = 16
    if architecture == "vision-text-dual-encoder":
        text["model_type"], vision["model_type"] = "bert", "vit"
    return kind(text_config=text, vision_config=vision, **options)


def tokenizer_of(architecture):
    """The tokenizer of the tests; SigLIP 2's is loaded as its own class alone."""
    if architecture != "siglip2":
        return tokenizer()
    tokens = (
        "<pad>",
        "<s>",
        "</s>",
        "<unk>",
        "<bos>",
        "<eos>",
        "▁",
        "w",
        *"0123456789",
    )
    return transformers.Siglip2Tokenizer(
        vocab={token: place for place, token in enumerate(tokens)},
        merges=[],
        unk_token="<unk>",
        pad_token="<pad>",
        bos_token="<bos>",
        eos_token="<eos>",
    )


def saved_towers(architecture, folder):
    """A tiny random model of images and texts, its tokenizer and its processor."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = transformers.AutoModel.from_config(configured(architecture)).eval()
        if architecture == "align":
            trained(model)
    model.save_pretrained(folder)
    words = tokenizer_of(architecture)
    words.model_max_length = 24
    words.save_pretrained(folder)
    if architecture == "siglip2":
        processor = transformers.Siglip2ImageProcessorPil(
            patch_size=8, max_num_patches=16
        )
    elif architecture == "siglip":
        processor = transformers.SiglipImageProcessorPil(size=SQUARE["size"])
    else:
        processor = transformers.CLIPImageProcessorPil(**SQUARE)
    processor.save_pretrained(folder)
    return model, words, processor


@pytest.fixture(autouse=True)
def _session():
    with activated(Session()):
        yield


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clip")
    saved_towers("clip", folder)
    return folder


def captioned(n=8):
    """Images with captions of several lengths."""
    images, names = labelled(n)
    rows = [
        {"image": image, "caption": f"{CLASSES[name]} w{8 + i}" + " w9" * (i % 3)}
        for i, (image, name) in enumerate(zip(images, names, strict=True))
    ]
    return load_images(rows, text="caption", label=None)


def plain_logits(model, words, processor, images, prompts, *, full):
    each = [processor(images=image, return_tensors="pt") for image in images]
    pixels = {name: torch.cat([one[name] for one in each]) for name in each[0]}
    options = {"padding": "max_length", "max_length": 24} if full else {"padding": True}
    inputs = words(list(prompts), return_tensors="pt", **options)
    given = {"input_ids": inputs["input_ids"]}
    if not full:
        given["attention_mask"] = inputs["attention_mask"]
    with torch.inference_mode():
        found = model(**given, **pixels)
    return found.logits_per_image.numpy()


@pytest.mark.parametrize("architecture", KINDS)
def test_zero_shot_equals_the_model_asked_in_full(architecture, tmp_path):
    model, words, processor = saved_towers(architecture, tmp_path)
    handle = load_model(tmp_path)
    assert {"embedding", "image-embedding"} <= handle.can()
    images, names = labelled(8)
    asked = zero_shot_images(handle, CLASSES, templates=TEMPLATES[0])
    found = ask(
        asked.predictor("image-classification"), load_images((images, names))
    ).predictions
    prompts = [TEMPLATES[0].format(each) for each in CLASSES.values()]
    expected = plain_logits(
        model, words, processor, images, prompts, full=architecture in FULL
    )
    assert np.abs(found.logits - expected).max() < 1e-5 * max(1, np.abs(expected).max())
    assert np.ptp(expected, axis=0).max() > 1e-4


def test_several_templates_are_averaged(clip):
    asked = zero_shot_images(load_model(clip), CLASSES, templates=TEMPLATES)
    predictor = asked.predictor("image-classification")
    images, names = labelled(4)
    found = ask(predictor, load_images((images, names))).predictions.logits
    model = transformers.CLIPModel.from_pretrained(clip).eval()
    words = transformers.AutoTokenizer.from_pretrained(clip)
    processor = transformers.CLIPImageProcessorPil.from_pretrained(clip)

    def unit(vectors):
        return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)

    with torch.inference_mode():
        made = [
            unit(
                model.get_text_features(
                    **words(
                        [template.format(each) for each in CLASSES.values()],
                        return_tensors="pt",
                        padding=True,
                    )
                ).pooler_output.numpy()
            )
            for template in TEMPLATES
        ]
        pixels = processor(images=images, return_tensors="pt")
        seen = unit(model.get_image_features(**pixels).pooler_output.numpy())
    scale = float(model.logit_scale.detach().exp())
    expected = scale * seen @ unit(np.mean(made, axis=0)).T
    assert np.abs(found - expected).max() < 1e-5
    how = "projected|normalise:yes|max-tokens:24|templates:"
    assert f'{how}["w5 w6 {{}} w7", "{{}}"]' in "|".join(predictor.settings)


def test_prompts_and_images_are_encoded_once_whatever_the_classes(clip):
    model = load_model(clip)
    rows = load_images(labelled(6))
    evaluate_accuracy(zero_shot_images(model, CLASSES, templates="{}"), rows)
    predictor = model.predictor("image-embedding")
    forwarded = []

    before = type(predictor).forward

    def counting(self, batch):
        forwarded.append(len(batch))
        return before(self, batch)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(predictor), "forward", counting)
        other = {"red": "w1", "green": "w2", "blue": "w3"}
        evaluate_accuracy(zero_shot_images(model, other, templates="w5 {}"), rows)
        evaluate_retrieval(
            model, captioned(6).only("image"), captioned(6).only("text"), relevant="id"
        )
    assert sum(forwarded) == 0


def test_what_is_timed_is_no_memory_of_other_tests(clip):
    model, rows = load_model(clip), load_images(labelled(6))
    asked = zero_shot_images(model, CLASSES, templates="{}")
    evaluate_accuracy(asked, rows)
    predictor = model.predictor("image-embedding")
    forwarded, before = [], type(predictor).forward

    def counting(self, batch):
        forwarded.append(len(batch))
        return before(self, batch)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(predictor), "forward", counting)
        result = evaluate_cost(asked, rows, warm_up=2, passes=2)
    assert len(forwarded) >= 2 + 2 * 6
    parameters = {each.metric: each.value for each in result.also}["parameters"]
    loaded = transformers.CLIPModel.from_pretrained(clip)
    assert parameters == sum(each.numel() for each in loaded.parameters())


def test_labels_may_hold_several_at_once(clip):
    asked = zero_shot_images(
        load_model(clip), CLASSES, templates="{}", multi_label=True
    )
    images, names = labelled(4)
    rows = load_images((images, [[name] for name in names]))
    found = ask(asked.predictor("image-classification"), rows).predictions
    assert found.multi_label
    assert evaluate_accuracy(asked, rows).n == 4


@pytest.mark.parametrize("way", [("image", "text"), ("text", "image")])
def test_what_a_query_finds_on_the_other_side(clip, way):
    model, rows = load_model(clip), captioned()
    result = evaluate_retrieval(
        model, rows.only(way[0]), rows.only(way[1]), relevant="id", metric="recall@1"
    )
    processor = transformers.CLIPImageProcessorPil.from_pretrained(clip)
    words = transformers.AutoTokenizer.from_pretrained(clip)
    plain = plain_logits(
        transformers.CLIPModel.from_pretrained(clip).eval(),
        words,
        processor,
        labelled(8)[0],
        rows.inputs["text"],
        full=False,
    )
    scores = plain if way[0] == "image" else plain.T
    expected = np.mean(scores.argmax(axis=1) == np.arange(8))
    assert result.value == pytest.approx(expected)
    with pytest.raises(BehaviourFailure) as failed:
        assert_retrieval(
            model, rows.only(way[0]), rows.only(way[1]), relevant="id", at_least=1.0
        )
    # A case shows what was found: the caption, or the name of the image.
    shown = "first row-" in str(failed.value)
    assert shown


def test_closer_across_the_two_kinds(clip):
    model, rows = load_model(clip), captioned(6)
    images = rows.only("image")
    near, far = list(rows.inputs["text"]), list(reversed(rows.inputs["text"]))
    by_image = evaluate_closer(model, images, near=near, far=far)
    plain = plain_logits(
        transformers.CLIPModel.from_pretrained(clip).eval(),
        transformers.AutoTokenizer.from_pretrained(clip),
        transformers.CLIPImageProcessorPil.from_pretrained(clip),
        labelled(6)[0],
        near,
        full=False,
    )
    own = np.arange(6)
    assert by_image.value == np.mean(plain[own, own] > plain[own, own[::-1]])
    backwards = images.take(own[::-1].tolist())
    by_text = evaluate_closer(model, near, near=images, far=backwards)
    assert by_text.value == np.mean(plain[own, own] > plain[own[::-1], own])
    mixed = evaluate_closer(model, images, near=near, far=backwards)
    assert mixed.n == 6
    with pytest.raises(BehaviourFailure):
        assert_closer(model, images, near=near, far=far, at_least=1.0)
    with pytest.raises(DataError, match="anchor itself"):
        evaluate_closer(model, images, near=images, far=far)
    with pytest.raises(DataError, match="are the same text"):
        evaluate_closer(model, images, near=near, far=near)


def test_prompts_with_tokens_that_nobody_knows_are_noted(clip):
    model = load_model(clip)
    known = zero_shot_images(model, CLASSES, templates="{}")
    assert "does not know" not in str(
        known.predictor("image-classification").card.notes
    )
    odd = {**CLASSES, "red": "chartreuse"}
    asked = zero_shot_images(model, odd, templates="{}").predictor(
        "image-classification"
    )
    said = "1 of 3 prompts have tokens that the tokenizer does not know, such as "
    assert f'{said}"chartreuse"' in asked.card.notes


def test_what_cannot_be_told_classes_is_refused(clip, checkpoint):
    model, rows = load_model(clip), load_images(labelled(3))

    def said(handle):
        with pytest.raises(ArgumentError) as refused:
            evaluate_accuracy(handle, rows)
        return str(refused.value)

    assert "is longer than what" in said(
        zero_shot_images(model, CLASSES, templates="w1 " * 40 + "{}")
    )
    unknown = {"red": "nobody", "blue": "noone"}
    assert "never tell their classes apart" in said(
        zero_shot_images(model, unknown, templates="{}")
    )
    bert = zero_shot_images(load_model(checkpoint("bert")), CLASSES)
    assert "is no model of images and texts" in said(bert)
    with pytest.raises(ArgumentError, match=r"expected one \{\}"):
        zero_shot_images(model, CLASSES, templates="no place")
    with pytest.raises(ArgumentError, match="has one twice"):
        zero_shot_images(model, CLASSES, templates=["{}", "{}"])
    with pytest.raises(ArgumentError, match="told its classes already"):
        zero_shot_images(zero_shot_images(model, CLASSES), CLASSES)
    with pytest.raises(ArgumentError, match="expected a model of images and texts"):
        zero_shot_images(from_function(len, classes=["a", "b"]), CLASSES)


def test_an_input_that_is_not_there_is_named():
    rows = load_images([{"image": drawn(0)}], label=None)
    with pytest.raises(ArgumentError, match="has no input 'text'; it has 'image'"):
        rows.only("text")


@pytest.mark.parametrize("architecture", ["siglip", "clip"])
@pytest.mark.parametrize("limit", [None, 100])
def test_a_long_text_is_cut_where_its_tower_ends(architecture, limit, tmp_path):
    """A tokenizer that knows no limit, as SigLIP 2's, or one beyond the tower."""
    model, words, _ = saved_towers(architecture, tmp_path)
    words.model_max_length = limit or int(1e30)
    words.save_pretrained(tmp_path)
    texts = ["w1 w2", " ".join(f"w{i}" for i in range(1, 40))]
    rows = load_examples([{"text": text} for text in texts], label=None)
    found = ask(load_model(tmp_path).predictor("embedding"), rows)
    full = architecture in FULL
    inputs = words(
        texts,
        return_tensors="pt",
        truncation=True,
        max_length=24,
        padding="max_length" if full else True,
    )
    given = {name: inputs[name] for name in ("input_ids", "attention_mask")}
    with torch.inference_mode():
        expected = model.get_text_features(
            **({"input_ids": given["input_ids"]} if full else given)
        ).pooler_output
    expected = torch.nn.functional.normalize(expected).numpy()
    assert np.abs(found.predictions.vectors - expected).max() < 1e-6
    assert found.truncated.tolist() == [False, True]


def test_padding_to_full_length_is_where_the_tokenizer_puts_it(tmp_path):
    model, words, _ = saved_towers("siglip", tmp_path)
    words.padding_side = "left"
    words.save_pretrained(tmp_path)
    rows = load_examples([{"text": "w1 w2"}], label=None)
    found = ask(load_model(tmp_path).predictor("embedding"), rows).predictions.vectors
    ids = words("w1 w2", return_tensors="pt", padding="max_length", max_length=24)
    with torch.inference_mode():
        expected = model.get_text_features(ids["input_ids"]).pooler_output
    expected = torch.nn.functional.normalize(expected).numpy()
    assert np.abs(found - expected).max() < 1e-6


def test_what_a_corpus_has_of_doubts_is_said(clip):
    rows = captioned(4)
    unknown = load_examples(
        [{"id": each, "text": f"nobody w{row}"} for row, each in enumerate(rows.ids)],
        label=None,
    )
    result = evaluate_retrieval(
        load_model(clip), rows.only("image"), unknown, relevant="id"
    )
    assert any(note.startswith("of the corpus: ") for note in result.notes)


def test_images_are_predicted_as_they_are_loaded(clip):
    asked = zero_shot_images(load_model(clip), CLASSES, templates="{}")
    said = asked.predict(load_images(labelled(3)))
    assert len(said) == 3
    assert all(each.label in CLASSES for each in said)
    with pytest.raises(ModelError, match=r"zero_shot_images\(model, classes\)"):
        evaluate_accuracy(load_model(clip), load_images(labelled(3)))


def test_mistakes_are_named_by_the_argument_they_are_in(clip):
    model = load_model(clip)
    with pytest.raises(ArgumentError, match=r"templates=.*a photo of a \{\}"):
        zero_shot_images(model, CLASSES, templates="{x}")
    twice = load_images([{"image": drawn(0), "label": name} for name in CLASSES])
    result = evaluate_accuracy(zero_shot_images(model, CLASSES, templates="{}"), twice)
    assert any("1 image with contradicting labels" in note for note in result.notes)


def test_a_model_in_memory_is_asked_about_either(clip):
    model = transformers.CLIPModel.from_pretrained(clip).eval()
    words = transformers.AutoTokenizer.from_pretrained(clip)
    images = transformers.CLIPImageProcessorPil.from_pretrained(clip)
    assert from_pretrained(model, words).task == "embedding"
    assert from_pretrained(model, images).task == "image-embedding"
    both = transformers.CLIPProcessor(images, words)
    with pytest.raises(ArgumentError, match="say which with task="):
        from_pretrained(model, both)
    held = from_pretrained(model, both, task="image-embedding")
    rows = load_images(labelled(4))
    found = ask(held, rows).predictions.vectors
    expected = ask(load_model(clip).predictor("image-embedding"), rows).predictions
    assert np.abs(found - expected.vectors).max() < 1e-6
