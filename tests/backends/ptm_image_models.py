"""Any architecture of transformers that classifies images, tiny and random.

``build_image_model(architecture, folder)`` shrinks what configs call by one of a few
names, and what single architectures need beside it.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import torch
import transformers
from torch.nn import BatchNorm2d
from transformers.models.auto import image_processing_auto, modeling_auto

CLASSES = {0: "red", 1: "green", 2: "blue"}
SIDE = 32
IMAGE_ARCHITECTURES = tuple(
    sorted(modeling_auto.MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES)
)
NOT_BUILT_OF_IMAGES = {
    "dinat": "it needs natten",
    "shieldgemma2": "it answers a prompt",
    "timm_wrapper": "it needs timm",
}
SHRUNK: dict[str, Any] = {
    "image_size": SIDE,
    "patch_size": 8,
    "hidden_size": 16,
    "embed_dim": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "initializer_range": 0.3,
    "embedding_size": 16,
    "num_channels": 3,
}
STAGES: dict[str, dict[str, Any]] = {
    "bit": {"hidden_sizes": [128, 128], "depths": [1, 1], "embedding_size": 32},
    "convnext": {"hidden_sizes": [8, 16], "depths": [1, 1], "num_stages": 2},
    "convnextv2": {"hidden_sizes": [8, 16], "depths": [1, 1], "num_stages": 2},
    "donut-swin": {"depths": [1, 1], "num_heads": [2, 2], "window_size": 2},
    "efficientnet": {
        "image_size": SIDE,
        "width_coefficient": 0.25,
        "depth_coefficient": 1.0,
        "num_block_repeats": [1, 1, 1, 1, 1, 1, 1],
        "hidden_dim": 320,
    },
    "focalnet": {"depths": [1, 1], "hidden_sizes": [16, 32], "focal_levels": [1, 1]},
    "hgnet_v2": {},
    "hiera": {
        "image_size": [SIDE, SIDE],
        "patch_size": [7, 7],
        "patch_stride": [4, 4],
        "patch_padding": [3, 3],
        "depths": [1, 1, 1],
        "num_heads": [1, 2, 4],
        "query_stride": [2, 2],
        "num_query_pool": 1,
    },
    "imagegpt": {"n_embd": 16, "n_layer": 2, "n_head": 2, "n_positions": SIDE * SIDE},
    "levit": {
        "patch_size": 16,
        "hidden_sizes": [16, 24, 32],
        "num_attention_heads": [1, 2, 2],
        "depths": [1, 1, 1],
        "key_dim": [8, 8, 8],
        "image_size": 64,
    },
    "mobilevit": {
        "image_size": 64,
        "hidden_sizes": [16, 24, 32],
        "neck_hidden_sizes": [8, 8, 16, 16, 16, 16, 32],
        "patch_size": 2,
    },
    "mobilevitv2": {
        "image_size": 64,
        "width_multiplier": 0.25,
        "n_attn_blocks": [1, 1, 1],
    },
    "perceiver": {"image_size": SIDE, "num_latents": 8, "d_latents": 16},
    "poolformer": {
        "patch_size": 16,
        "hidden_sizes": [8, 8, 16, 16],
        "depths": [1, 1, 1, 1],
    },
    "pvt": {
        "depths": [1, 1, 1, 1],
        "hidden_sizes": [8, 16, 20, 32],
        "num_attention_heads": [1, 2, 2, 4],
        "mlp_ratios": [2, 2, 2, 2],
        "sequence_reduction_ratios": [1, 1, 1, 1],
        "image_size": SIDE,
        "num_labels": 3,
    },
    "pvt_v2": {
        "depths": [1, 1, 1, 1],
        "hidden_sizes": [8, 16, 20, 32],
        "image_size": SIDE,
    },
    "regnet": {"hidden_sizes": [16, 16], "depths": [1, 1], "groups_width": 8},
    "resnet": {"hidden_sizes": [16, 32], "depths": [1, 1]},
    "segformer": {"depths": [1, 1, 1, 1], "hidden_sizes": [8, 16, 16, 16]},
    "siglip2": {"num_patches": 16},
    "swiftformer": {"depths": [1, 1, 1, 1], "embed_dims": [8, 16, 16, 32]},
    "swin": {"depths": [1, 1], "num_heads": [2, 2], "window_size": 2, "patch_size": 4},
    "swinv2": {
        "depths": [1, 1],
        "num_heads": [2, 2],
        "window_size": 2,
        "patch_size": 4,
    },
    "pp_lcnet": {"scale": 0.25, "class_expand": 64},
    "textnet": {
        "stem_out_channels": 8,
        "hidden_sizes": [8, 8, 8, 16, 16],
        "conv_layer_kernel_sizes": [[[3, 3]], [[3, 1]], [[1, 3]], [[3, 3]]],
        "conv_layer_strides": [[1], [2], [2], [2]],
    },
}
LARGER = {"efficientnet", "levit", "mobilevit", "mobilevitv2", "pp_lcnet"}
UNBALANCED = {"efficientnet", "mobilevit", "mobilevitv2", "pp_lcnet", "textnet"}
# Whose names for sizes mean something else, or whose shape follows from others.
AS_THEY_ARE = {
    "bit",
    "cvt",
    "efficientnet",
    "focalnet",
    "hgnet_v2",
    "hiera",
    "imagegpt",
    "levit",
    "mobilenet_v1",
    "mobilenet_v2",
    "mobilevit",
    "mobilevitv2",
    "perceiver",
    "poolformer",
    "pp_lcnet",
    "pvt",
    "pvt_v2",
    "segformer",
    "swiftformer",
    "textnet",
}


def build_image_model(architecture: str, folder: Path) -> Any:
    """A model of it and its image processor, saved; the class of the model."""
    config = _config(architecture)
    names = modeling_auto.MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES[architecture]
    kind = getattr(transformers, names if isinstance(names, str) else names[0])
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = kind(config).eval()
        trained(model)
        if architecture in UNBALANCED:
            _in_balance(model, _side(architecture))
    model.save_pretrained(folder)
    _processor(architecture, folder)
    return kind


def trained(model: Any) -> None:
    """Weights large enough that what goes in is seen in what comes out.

    Fresh ones of many layers, and scales of layers that begin at 0, hide all of it.
    """
    for name, weight in model.named_parameters():
        if weight.dim() > 1 and min(weight.shape) > 0:
            torch.nn.init.normal_(weight, std=(2 / max(1, weight[0].numel())) ** 0.5)
        elif "scale" in name or "lambda" in name or "gamma" in name:
            torch.nn.init.ones_(weight)
    for name, buffer in model.named_buffers():
        if name.endswith("running_mean"):
            buffer.normal_(std=0.1)


def _in_balance(model: Any, side: int) -> None:
    """The means and variances that training keeps, of images that it might have seen.

    Without them what a layer gives is many times too large or too small for the next.
    """
    norms = [each for each in model.modules() if isinstance(each, BatchNorm2d)]
    for norm in norms:
        norm.momentum = 1.0
        torch.nn.init.ones_(norm.weight)
    model.train()
    with torch.no_grad():
        model(pixel_values=torch.randn(32, 3, side, side))
    model.eval()


def _side(architecture: str) -> int:
    return 64 if architecture in LARGER else SIDE


def _config(architecture: str) -> Any:
    kind = transformers.CONFIG_MAPPING[architecture]
    options: dict[str, Any] = {} if architecture in AS_THEY_ARE else dict(SHRUNK)
    own = STAGES.get(architecture, {})
    default = kind()
    if hasattr(default, "vision_config"):
        return kind(vision_config=dict(SHRUNK), id2label=CLASSES)
    known = inspect.signature(kind.__init__).parameters
    meant = dict(getattr(default, "attribute_map", {}))
    known = {*known, *default.to_dict(), *meant}
    options = {
        name: value
        for name, value in options.items()
        if name in known and meant.get(name, name) not in own
    }
    return kind(**options | own, id2label=CLASSES)


def _processor(architecture: str, folder: Path) -> None:
    names = image_processing_auto.IMAGE_PROCESSOR_MAPPING_NAMES.get(architecture) or {}
    kind = getattr(transformers, names.get("pil", "ViTImageProcessorPil"))
    side = _side(architecture)
    options: dict[str, Any] = {
        "size": {"height": side, "width": side},
        "crop_size": {"height": side, "width": side},
    }
    if "ConvNext" in kind.__name__ or architecture == "textnet":
        options = {"size": {"shortest_edge": side}}
    if architecture == "imagegpt":
        clusters = [[a, b, c] for a in (-1, 1) for b in (-1, 1) for c in (-1, 1)]
        options = {"size": {"height": 8, "width": 8}, "clusters": clusters}
    if architecture == "siglip2":
        options = {"patch_size": 8, "max_num_patches": 16}
    kind(**options).save_pretrained(folder)
