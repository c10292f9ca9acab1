"""Images that tests draw themselves, and tiny models that look at them."""

from __future__ import annotations

import io

import numpy as np
import torch
import transformers
from PIL import Image

COLOURS = {"red": (220, 30, 30), "green": (30, 200, 60), "blue": (40, 60, 220)}
SIZES = ((32, 32), (20, 44), (61, 17), (7, 90), (1, 1), (33, 2), (48, 48), (3, 40))


def drawn(seed, size=(32, 32), colour="red"):
    """A noisy square of a colour on grey; size is width and height."""
    rng = np.random.default_rng(seed)
    pixels = rng.integers(90, 160, (size[1], size[0], 3)).astype(np.uint8)
    top, left = size[1] // 4, size[0] // 4
    pixels[top : size[1] - top, left : size[0] - left] = COLOURS[colour]
    return Image.fromarray(pixels)


def labelled(n=12):
    """Images of several sizes, and the colours of their squares."""
    names = [list(COLOURS)[i % 3] for i in range(n)]
    images = [drawn(i, SIZES[i % len(SIZES)], name) for i, name in enumerate(names)]
    return images, names


def folder_of(root, images, names, *, suffix="png"):
    """The same as a folder for each class."""
    for number, (image, name) in enumerate(zip(images, names, strict=True)):
        (root / name).mkdir(parents=True, exist_ok=True)
        image.save(root / name / f"{number:03}.{suffix}")
    return root


def bytes_of(image, kind="PNG", **options):
    """An image as a file has it."""
    held = io.BytesIO()
    image.save(held, kind, **options)
    return held.getvalue()


def saved_vit(folder, *, size=32, classes=tuple(COLOURS), **options):
    """A tiny random ViT beside its image processor."""
    names = dict(enumerate(classes))
    config = transformers.ViTConfig(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        image_size=size,
        patch_size=8,
        id2label=names,
        label2id={name: at for at, name in names.items()},
        initializer_range=0.3,
        **options,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        transformers.ViTForImageClassification(config).save_pretrained(folder)
    shape = {"height": size, "width": size}
    transformers.ViTImageProcessorPil(size=shape).save_pretrained(folder)
    return folder
