"""Images as vectors, beside those of the texts that say what they show, or alone."""

from __future__ import annotations

from pytest_ptm.backends.transformers.checkpoint import ImageCheckpoint
from pytest_ptm.backends.transformers.towers import ImageTower, of_images
from pytest_ptm.backends.transformers.vision_bodies import VisionBody, is_body, of_body

AUTO_CLASS = "AutoModel"
HEADS = (
    "AlignModel",
    "BlipModel",
    "CLIPModel",
    "CLIPSegModel",
    "MetaClip2Model",
    "SiglipModel",
    "Siglip2Model",
    "VisionTextDualEncoderModel",
    # Without a tower for texts, by their whole names: vision_bodies.py.
    "CLIPVisionModel",
    "ConvNextModel",
    "ConvNextV2Model",
    "DINOv3ViTModel",
    "DeiTModel",
    "Dinov2Model",
    "Dinov2WithRegistersModel",
    "RegNetModel",
    "ResNetModel",
    "SiglipVisionModel",
    "SwinModel",
    "Swinv2Model",
    "ViTMSNModel",
    "ViTModel",
)
OTHERS = (
    # They end as one of these does; how their vectors are meant is not known here.
    "AltCLIPVisionModel",
    "ChineseCLIPVisionModel",
    "DonutSwinModel",
    "MobileViTModel",
    # It looks at videos.
    "XCLIPModel",
)
READS = "images"
UNUSED = ("pooler.",)
"""Weights of bodies that no answer depends on; where one pools, it has none there."""


def bind(checkpoint: ImageCheckpoint) -> ImageTower | VisionBody:
    """The tower for images, or the whole of a model that only sees.

    Raises:
        ModelError: PTM312, it is neither.
    """
    return of_body(checkpoint) if is_body(checkpoint.model) else of_images(checkpoint)
