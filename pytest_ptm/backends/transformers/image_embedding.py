"""Images as vectors, beside those of the texts that say what they show."""

from __future__ import annotations

from pytest_ptm.backends.transformers.towers import of_images

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
)
OTHERS = (
    # It looks at videos.
    "XCLIPModel",
)
READS = "images"

bind = of_images
