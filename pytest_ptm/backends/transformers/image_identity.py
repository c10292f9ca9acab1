# pyright: basic
# transformers' Auto classes and torch's modules are only partly typed.
"""What an answer about an image depends on: config and image processor, one digest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
import transformers

from pytest_ptm.backends.protocol import LoadRequest
from pytest_ptm.backends.transformers.fingerprint import digest_of
from pytest_ptm.backends.transformers.identity import class_of, described, precision
from pytest_ptm.backends.transformers.loading import refusals
from pytest_ptm.backends.transformers.padding import Loaded
from pytest_ptm.backends.transformers.processor_files import check_processor
from pytest_ptm.datasets.pixels import pillow


@dataclass(frozen=True, slots=True)
class ImageIdentity:
    """A checkpoint but for its weights, as one that images are shown to.

    ``content``: the digest of its files; ``decided``: what else its answers depend on
    but the ``task`` that they are to.
    """

    config: Loaded
    processor: Loaded
    content: str
    task: str
    decided: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """Everything an answer depends on but the input."""
        return digest_of(self.content, self.task, *self.decided)

    @property
    def class_names(self) -> tuple[str, ...]:
        """What the outputs of a classifier's head are called, in their order."""
        config = self.config
        return tuple(str(config.id2label[index]) for index in range(config.num_labels))


@dataclass(frozen=True, slots=True)
class ImageSkeleton:
    """What is read of such a checkpoint before its weights."""

    config: Loaded
    processor: Loaded
    model: Loaded
    attention: str

    def identity(self, request: LoadRequest, content: str) -> ImageIdentity:
        """Who the checkpoint with these bytes is.

        How an image is made smaller is Pillow's work, so its version decides too.
        """
        return ImageIdentity(
            config=self.config,
            processor=self.processor,
            content=content,
            task=request.task,
            decided=(
                precision(request, self.config),
                request.device.partition(":")[0],
                torch.__version__,
                transformers.__version__,
                pillow_version(),
                class_of(self.model),
                class_of(self.processor),
                self.attention,
            ),
        )


def image_skeleton_of(
    request: LoadRequest, folder: Path, auto_class: str
) -> ImageSkeleton:
    """Image processor and config, and the model as they describe it.

    Raises:
        ModelError: PTM302, there is no image processor; PTM310, PTM311, transformers
            makes nothing of them.
        MissingExtraError: Pillow is not installed.
    """
    trust = request.trust_remote_code
    check_processor(folder)
    pillow("a model of images")
    with refusals(request, folder):
        # By Pillow also where torchvision is installed: the same pixels everywhere.
        processor = transformers.AutoImageProcessor.from_pretrained(
            folder, local_files_only=True, trust_remote_code=trust, backend="pil"
        )
        config = transformers.AutoConfig.from_pretrained(
            folder, local_files_only=True, trust_remote_code=trust
        )
        attention = str(getattr(config, "_attn_implementation", None))
        model = described(getattr(transformers, auto_class), config, trust=trust)
    return ImageSkeleton(config, processor, model, attention)


def pillow_version() -> str:
    """Which Pillow scales images here."""
    import PIL

    return f"pillow {PIL.__version__}"
