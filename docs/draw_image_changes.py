"""Draw docs/image-changes.jpg: every change at every severity, of one drawn scene.

python docs/draw_image_changes.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from pytest_ptm import perturbations
from pytest_ptm.perturbations.pictures import kinds

SIDE = 224
SHOWN = 64
LABEL = 12
BLOCKS = 2


def scene() -> np.ndarray:
    """A house, a tree and the sun before hills, uint8[224, 224, 3]."""
    y = np.arange(SIDE)[:, None, None] / SIDE
    sky = np.array((120, 175, 235)) + np.array((90, 50, 0)) * y
    image = Image.fromarray(sky.repeat(SIDE, axis=1).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    draw.ellipse((160, 18, 200, 58), fill=(255, 222, 90))
    hills = [(int(s), int(150 - 22 * np.sin(s / 34))) for s in range(0, SIDE + 1, 4)]
    draw.polygon([(0, SIDE), *hills, (SIDE, SIDE)], fill=(96, 152, 78))
    draw.rectangle((48, 108, 124, 182), fill=(205, 96, 70), outline=(90, 40, 30))
    draw.polygon([(38, 110), (86, 62), (134, 110)], fill=(92, 58, 50))
    for left in (58, 94):
        draw.rectangle((left, 122, left + 20, 142), fill=(240, 236, 200))
        draw.line((left + 10, 122, left + 10, 142), fill=(90, 40, 30), width=2)
    draw.rectangle((78, 148, 96, 182), fill=(70, 52, 90))
    draw.rectangle((170, 138, 178, 190), fill=(98, 66, 38))
    draw.ellipse((148, 88, 202, 148), fill=(40, 104, 56))
    grain = np.random.default_rng(0).normal(0, 3, (SIDE, SIDE, 3))
    return np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8)


def main() -> None:
    """Write the picture beside this file."""
    before = scene()
    names = [
        name
        for name in vars(kinds)
        if name in perturbations.__all__ and name not in {"mirrored", "PictureChange"}
    ]
    rows = -(-len(names) // BLOCKS)
    size = (BLOCKS * (6 * SHOWN + 8) - 8, rows * (SHOWN + LABEL))
    sheet = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(sheet)
    for place, name in enumerate(names):
        block, row = divmod(place, rows)
        left, top = block * (6 * SHOWN + 8), row * (SHOWN + LABEL)
        draw.text((left, top), name, fill="black")
        for severity in range(6):
            pixels = before
            if severity:
                change = getattr(perturbations, name)(severity)
                found = change(before, np.random.default_rng(severity))
                pixels = before if found is None else found
            small = Image.fromarray(pixels).resize((SHOWN, SHOWN))
            sheet.paste(small, (left + severity * SHOWN, top + LABEL))
    target = Path(__file__).with_name("image-changes.jpg")
    sheet.save(target, quality=72, optimize=True)


if __name__ == "__main__":
    main()
