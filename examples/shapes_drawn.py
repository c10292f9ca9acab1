"""Drawings of one coloured shape or of two, and captions that say what they show."""

from __future__ import annotations

import colorsys
import json
import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageDraw

SIDE = 96
SMOOTH = 2
"""So many times as large it is drawn, for smooth edges."""

HUES = {"red": 0, "yellow": 56, "green": 125, "blue": 225, "purple": 275, "pink": 325}
SHAPES = ("circle", "square", "triangle", "star")
THINGS = tuple(f"{colour} {shape}" for colour in HUES for shape in SHAPES)
RELATIONS = {"left of": "right of", "above": "below"}
OPPOSITES = RELATIONS | {each: other for other, each in RELATIONS.items()}
GROUNDS = {"pale": (0.85, 1.0), "grey": (0.5, 0.7)}
"""How light they are; in training all are pale."""

SCARCE = "purple"
"""Drawn a sixth as often as others, for training."""

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Drawing:
    """An image, and what is known of it."""

    id: str
    image: Image.Image = field(repr=False)
    things: tuple[str, ...]
    relation: str
    ground: str

    @property
    def caption(self) -> str:
        """What it shows: "a red circle left of a blue square"."""
        return f" {self.relation} ".join(f"a {thing}" for thing in self.things)

    @property
    def turned(self) -> str:
        """The same, told from the other thing; of one thing there is one way."""
        if not self.relation:
            return self.caption
        one, other = self.things
        return f"a {other} {OPPOSITES[self.relation]} a {one}"

    def told(self) -> dict[str, str]:
        """What rows say of it, beside the file."""
        known = {"caption": self.caption, "ground": self.ground}
        if self.relation:
            return known | {"wrong": self.wrong, "relation": self.relation}
        colour, shape = self.things[0].split()
        return known | {"thing": self.things[0], "colour": colour, "shape": shape}

    @property
    def wrong(self) -> str:
        """What it does not show: the same words in the other order."""
        one, *others = self.things
        return " ".join([*(f"a {each} {self.relation}" for each in others), f"a {one}"])


def training_drawings(count: int, *, seed: int) -> Iterator[Drawing]:
    """Of one thing or two on a pale ground; little of it is purple."""
    rng = random.Random(seed)
    often = [6 if SCARCE not in thing else 1 for thing in THINGS]
    for number in range(count):
        things = rng.choices(THINGS, often, k=1 if number % 5 < 2 else 2)
        yield drawing(f"train-{number}", things, "pale", rng)


def held_out_things(each: int, *, seed: int) -> list[Drawing]:
    """So many of every thing, alone, half of them on an unseen ground."""
    rng = random.Random(seed)
    return [
        drawing(f"{thing}/{number}", [thing], [*GROUNDS][number % 2], rng)
        for thing in THINGS
        for number in range(each)
    ]


def held_out_pairs(count: int, *, seed: int) -> list[Drawing]:
    """Two different things each, and no two drawings that one caption fits."""
    rng = random.Random(seed)
    found: list[Drawing] = []
    taken: set[str] = set()
    while len(found) < count:
        number = len(found)
        ground = [*GROUNDS][number % 2]
        made = drawing(f"pair-{number:03}", rng.sample(THINGS, 2), ground, rng)
        if made.caption not in taken:
            taken |= {made.caption, made.turned}
            found.append(made)
    return found


def drawing(name: str, things: list[str], ground: str, rng: random.Random) -> Drawing:
    """These things somewhere, of some size, on such a ground."""
    image = _ground(ground, rng)
    if len(things) == 1:
        size = rng.uniform(16, 40)
        _draw(image, things[0], _within(size, rng), size, rng)
        return Drawing(name, _smoothed(image), tuple(things), "", ground)
    relation = rng.choice([*OPPOSITES])
    upright = relation in ("above", "below")
    places = [-1, 1] if relation in RELATIONS else [1, -1]
    for thing, side in zip(things, places, strict=True):
        size = rng.uniform(14, 20)
        along = SIDE / 2 + side * rng.uniform(size + 1, SIDE / 2 - size)
        across = SIDE / 2 + rng.uniform(-10, 10)
        place = (across, along) if upright else (along, across)
        _draw(image, thing, place, size, rng)
    return Drawing(name, _smoothed(image), tuple(things), relation, ground)


def _within(size: float, rng: random.Random) -> tuple[float, float]:
    """A place where all of it is in the picture."""
    return rng.uniform(size, SIDE - size), rng.uniform(size, SIDE - size)


def _draw(
    image: Image.Image,
    thing: str,
    place: tuple[float, float],
    size: float,
    rng: random.Random,
) -> None:
    """One thing, of a hue and a tilt near its own; ``size`` is its radius."""
    colour, shape = thing.split()
    hue = rng.gauss(HUES[colour], 7) / 360 % 1
    fill = _rgb(hue, rng.uniform(0.65, 1), rng.uniform(0.6, 1))
    x, y = place
    draw = ImageDraw.Draw(image)
    if shape == "circle":
        box = (x - size, y - size, x + size, y + size)
        draw.ellipse([SMOOTH * each for each in box], fill=fill)
        return
    corners = {"square": 4, "triangle": 3, "star": 10}[shape]
    tilt = rng.gauss(0, 6) + (45 if shape == "square" else 0)
    outline: list[tuple[float, float]] = []
    for corner in range(corners):
        reach = size / 2 if shape == "star" and corner % 2 else size
        angle = math.radians(tilt + 360 * corner / corners)
        outline.append(
            (
                SMOOTH * (x + reach * math.sin(angle)),
                SMOOTH * (y - reach * math.cos(angle)),
            )
        )
    draw.polygon(outline, fill=fill)


def _ground(ground: str, rng: random.Random) -> Image.Image:
    """One faint colour all over."""
    value = rng.uniform(*GROUNDS[ground])
    faint = _rgb(rng.random(), rng.uniform(0, 0.15), value)
    return Image.new("RGB", (SMOOTH * SIDE, SMOOTH * SIDE), faint)


def _rgb(hue: float, saturation: float, value: float) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(hue, saturation, value)
    return round(255 * red), round(255 * green), round(255 * blue)


def _smoothed(image: Image.Image) -> Image.Image:
    return image.reduce(SMOOTH)


def saved(drawings: Iterable[Drawing], folder: Path) -> Path:
    """Each as an image in a folder; beside the folder rows that tell of them."""
    rows: list[str] = []
    for drawing in drawings:
        file = folder / f"{drawing.id}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        drawing.image.save(file)
        told = {"file": str(file.relative_to(folder.parent)), **drawing.told()}
        rows.append(json.dumps({"id": drawing.id, **told}))
    beside = folder.with_suffix(".jsonl")
    beside.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return beside
