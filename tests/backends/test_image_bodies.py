"""Bodies of images without a tower for texts, against plain transformers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import transformers

pytest.importorskip("PIL")
from ptm_image_models import trained
from ptm_pictures import drawn, labelled

from pytest_ptm import (
    ArgumentError,
    assert_closer,
    assert_retrieval,
    from_pretrained,
    load_images,
    load_model,
    zero_shot_images,
)
from pytest_ptm.backends.transformers import embedding, image_embedding
from pytest_ptm.backends.transformers.vision_bodies import FIRST, POOLED
from pytest_ptm.engine.ask import ask
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.session import Session, activated

TASK = "image-embedding"
SHRUNK = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "image_size": 32,
    "patch_size": 8,
}
SWIN = {
    "embed_dim": 8,
    "depths": [1, 1],
    "num_heads": [2, 2],
    "window_size": 2,
    "image_size": 32,
    "patch_size": 4,
}
STAGES = {"hidden_sizes": [8, 16], "depths": [1, 1], "num_stages": 2}
CONFIGS = {
    "CLIPVisionModel": (transformers.CLIPVisionConfig, SHRUNK),
    "ConvNextModel": (transformers.ConvNextConfig, STAGES),
    "ConvNextV2Model": (transformers.ConvNextV2Config, STAGES),
    "DINOv3ViTModel": (transformers.DINOv3ViTConfig, SHRUNK),
    "DeiTModel": (transformers.DeiTConfig, SHRUNK),
    "Dinov2Model": (transformers.Dinov2Config, SHRUNK),
    "Dinov2WithRegistersModel": (transformers.Dinov2WithRegistersConfig, SHRUNK),
    "RegNetModel": (
        transformers.RegNetConfig,
        {"hidden_sizes": [16, 16], "depths": [1, 1], "groups_width": 8},
    ),
    "ResNetModel": (
        transformers.ResNetConfig,
        {"hidden_sizes": [16, 32], "depths": [1, 1]},
    ),
    "SiglipVisionModel": (transformers.SiglipVisionConfig, SHRUNK),
    "SwinModel": (transformers.SwinConfig, SWIN),
    "Swinv2Model": (transformers.Swinv2Config, SWIN),
    "ViTMSNModel": (transformers.ViTMSNConfig, SHRUNK),
    "ViTModel": (transformers.ViTConfig, SHRUNK),
}


@pytest.fixture(autouse=True)
def _session():
    with activated(Session()):
        yield


def saved(name, folder):
    """A tiny random body and its image processor."""
    kind, options = CONFIGS[name]
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = getattr(transformers, name)(kind(**options)).eval()
        trained(model)
    model.save_pretrained(folder)
    size = {"height": 32, "width": 32}
    transformers.ViTImageProcessorPil(size=size).save_pretrained(folder)
    return model


def pictures():
    images = labelled(9)[0]
    return images, load_images([{"image": each} for each in images], label=None)


@pytest.mark.parametrize("name", sorted(CONFIGS))
def test_vectors_equal_one_image_at_a_time(name, tmp_path):
    model = saved(name, tmp_path)
    images, rows = pictures()
    loaded = load_model(tmp_path)
    assert loaded.can() == {TASK}
    found = ask(loaded.predictor(TASK), rows).predictions.vectors
    processor = transformers.AutoImageProcessor.from_pretrained(tmp_path, backend="pil")
    expected = []
    for image in images:
        inputs = processor(images=image, return_tensors="pt")
        with torch.inference_mode():
            said = model(**inputs)
        pooled = said.last_hidden_state[:, 0] if name in FIRST else said.pooler_output
        vector = pooled.flatten().numpy()
        expected.append(vector / np.linalg.norm(vector))
    assert np.abs(found - np.array(expected)).max() < 1e-5
    assert np.ptp(np.array(expected), axis=0).max() > 1e-3
    if name.startswith("Dinov2"):
        assert torch.equal(said.pooler_output, said.last_hidden_state[:, 0])


def test_all_bodies_are_declared_where_a_config_is_read():
    bodies = {*FIRST, *POOLED}
    assert set(CONFIGS) == bodies
    assert bodies <= set(image_embedding.HEADS)
    # Those of a type of their own would otherwise be taken for bodies that read.
    assert set(embedding.OTHERS) == bodies - {"CLIPVisionModel", "SiglipVisionModel"}


def test_images_find_images(tmp_path):
    saved("Dinov2Model", tmp_path)
    model = load_model(tmp_path)
    corpus = load_images(
        [{"id": f"c{i}", "image": drawn(i, (40, 40))} for i in range(5)], label=None
    )
    noisy = [
        {"id": f"q{i}", "image": drawn(i, (40, 40)).resize((44, 44))} for i in range(5)
    ]
    queries = load_images(noisy, label=None)
    relevant = {f"q{i}": {f"c{i}"} for i in range(5)}
    how = {"metric": "recall@1", "at_least": 1.0}
    found = assert_retrieval(model, queries, corpus, relevant=relevant, **how)
    assert "pooling:first" in str(found.signature)
    far = load_images([*noisy[1:], noisy[0]], label=None)
    assert_closer(model, corpus, near=queries, far=far, at_least=1.0)
    with pytest.raises(ArgumentError, match="is no model of images and texts"):
        zero_shot_images(model, ["red", "blue"]).predictor("image-classification")


def test_a_body_in_memory_and_one_that_is_not_known(tmp_path):
    model = saved("ViTModel", tmp_path)
    processor = transformers.AutoImageProcessor.from_pretrained(tmp_path, backend="pil")
    _, rows = pictures()
    held = from_pretrained(model, processor)
    assert held.task == TASK
    loaded = ask(load_model(tmp_path).predictor(TASK), rows).predictions.vectors
    assert np.abs(ask(held, rows).predictions.vectors - loaded).max() < 1e-6
    # DINO's checkpoints are ViTs without a pooler: nothing of the answer is of it.
    transformers.ViTModel(model.config, add_pooling_layer=False).save_pretrained(
        tmp_path / "bare"
    )
    processor.save_pretrained(tmp_path / "bare")
    load_model(tmp_path / "bare").predictor(TASK)
    beit = transformers.BeitModel(transformers.BeitConfig(**SHRUNK)).eval()
    with pytest.raises(ModelError, match="no head that can be asked about images"):
        from_pretrained(beit, processor)
