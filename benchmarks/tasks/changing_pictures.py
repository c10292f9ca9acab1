"""How many pictures a second each change of pictures makes, at every severity.

    python benchmarks/tasks/changing_pictures.py [--side 224] [--pictures 40] [--cpu]

Pictures of smooth shapes with grain, drawn here: speed hardly depends on what they
show. Decoding is not timed.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from pytest_ptm import perturbations
from pytest_ptm.perturbations import PictureChange

TARGET = 200
"""Pictures of 224 x 224 a second that the cheap ones are to reach."""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=224)
    parser.add_argument("--pictures", type=int, default=40)
    parser.add_argument(
        "--cpu", action="store_true", help="CPU time, where others work"
    )
    arguments = parser.parse_args()
    clock = time.process_time if arguments.cpu else time.perf_counter
    pictures = [drawn(arguments.side, seed) for seed in range(arguments.pictures)]
    print("| change | 1 | 2 | 3 | 4 | 5 |")
    print("|---|--:|--:|--:|--:|--:|")
    slow: list[str] = []
    for name in sorted(set(perturbations.__all__) & set(KINDS)):
        rates = []
        for severity in range(1, 6):
            change: PictureChange = getattr(perturbations, name)(severity)
            change(pictures[0], np.random.default_rng(0))
            began = clock()
            for seed, picture in enumerate(pictures):
                change(picture, np.random.default_rng(seed))
            rates.append(len(pictures) / (clock() - began))
        print(f"| {name} | " + " | ".join(f"{rate:,.0f}" for rate in rates) + " |")
        if min(rates) < TARGET:
            slow.append(name)
    print(f"\nbelow {TARGET} a second at some severity: {', '.join(slow) or 'none'}")


KINDS = tuple(
    name
    for name in perturbations.__all__
    if getattr(getattr(perturbations, name), "__module__", "").endswith(".kinds")
    and name != "mirrored"
)


def drawn(side: int, seed: int) -> np.ndarray:
    """A picture of gradients, a disk and grain, uint8[side, side, 3]."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:side, :side] / side
    planes = [a * x + b * y + c * x * y for a, b, c in rng.uniform(0, 100, (3, 3))]
    inside = np.hypot(x - rng.random(), y - rng.random()) < 0.3
    picture = np.stack(planes, axis=2) + inside[:, :, None] * rng.uniform(0, 120, 3)
    return np.clip(picture + rng.normal(0, 3, picture.shape), 0, 255).astype(np.uint8)


if __name__ == "__main__":
    main()
