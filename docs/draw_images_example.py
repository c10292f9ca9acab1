"""Draw docs/images-example.png: what the example's CLIP takes for something else.

python docs/draw_images_example.py

On the left of each pair the drawing, on the right one of what it was taken for.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.special import softmax

from pytest_ptm import load_images, load_model, zero_shot_images
from pytest_ptm.engine.ask import ask
from pytest_ptm.session import Session, activated

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "examples"))
from shapes_drawn import (  # noqa: E402
    SIDE,
    THINGS,
    Drawing,
    drawing,
    held_out_things,
)

GAP = 8


def main() -> None:
    """Write the picture beside this file, and print what it shows."""
    drawings = [each for each in held_out_things(20, seed=1) if each.ground == "grey"]
    rows = [{"image": each.image, "label": each.things[0]} for each in drawings]
    model = load_model(ROOT / "examples/models/shapes")
    namer = zero_shot_images(model, THINGS, templates="a photo of a {}.")
    with activated(Session()):
        logits = ask(namer.predictor(namer.task), load_images(rows)).predictions.logits
    order = np.argsort(-softmax(logits, axis=1).max(axis=1), kind="stable")
    # Of each shape the one that it is surest of, though wrong.
    found: dict[str, tuple[Drawing, str]] = {}
    for row in order.tolist():
        shown, taken_for = drawings[row], THINGS[int(logits[row].argmax())]
        if taken_for != shown.things[0]:
            found.setdefault(shown.things[0].split()[1], (shown, taken_for))
    width = len(found) * (2 * SIDE + GAP) - GAP
    sheet = Image.new("RGB", (width, SIDE), "white")
    for place, (shown, taken_for) in enumerate(found.values()):
        other = drawing("", [taken_for], "pale", random.Random(place))
        left = place * (2 * SIDE + GAP)
        sheet.paste(shown.image, (left, 0))
        sheet.paste(other.image, (left + SIDE, 0))
        # What the page says below the picture.
        print(f"a {shown.things[0]}, taken for a {taken_for}")  # noqa: T201
    sheet.save(Path(__file__).with_name("images-example.png"), optimize=True)


if __name__ == "__main__":
    main()
