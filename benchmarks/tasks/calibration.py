"""The calibration error of a million answers, with its interval and all beside it.

    python benchmarks/tasks/calibration.py [--cpu]

Answers of two classes that are drawn at random; medians of several rounds.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np

from pytest_ptm.metrics.classification.brier_parts import brier_parts
from pytest_ptm.metrics.classification.calibration import said
from pytest_ptm.metrics.classification.comparison import compare
from pytest_ptm.metrics.classification.reliability import reliability
from pytest_ptm.metrics.classification.table import measure
from pytest_ptm.metrics.classification.temperature import fitted_temperature
from pytest_ptm.statistics.p_values import p_value
from pytest_ptm.tasks.text_classification import Classification

ROWS = 1_000_000
TARGET = 2.0


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument(
        "--cpu", action="store_true", help="CPU time, where others work"
    )
    arguments = parser.parse_args()
    clock = time.process_time if arguments.cpu else time.perf_counter
    random = np.random.default_rng(0)
    logits = random.normal(0, 2, (arguments.rows, 2)).astype(np.float32)
    yes = 1 / (1 + np.exp(logits[:, 0].astype(float) - logits[:, 1]))
    gold = (random.random(arguments.rows) < yes**1.2).astype(np.intp)

    def answers() -> Classification:
        # Anew: probabilities are kept once they are computed.
        return Classification(logits, ("no", "yes"))

    ways: dict[str, Callable[[], object]] = {
        name: lambda name=name: measure(name, gold, answers())
        for name in ("ece", "ece_equal_mass", "ece_classwise", "mce", "brier")
    }
    shown = measure("ece", gold, answers())
    evidence, value, limits = shown.evidence, shown.value, shown.interval
    # What is cleared by little takes longest.
    bound = value + 0.7 * (limits.high - value)
    for side in ("upper", "lower"):
        ways[f"p-value of ece by the {side} limit"] = lambda side=side: p_value(
            evidence, bound, side=side
        )
    ways["fitting a temperature"] = lambda: fitted_temperature(answers(), gold)
    ways["bins and parts of the Brier score"] = lambda: parts(gold, answers())
    print(f"| {arguments.rows:,} rows | seconds | target |\n|---|--:|--:|")
    for name, way in ways.items():
        took: list[float] = []
        for _ in range(arguments.rounds):
            began = clock()
            way()
            took.append(clock() - began)
        target = f"{TARGET:.1f}" if name == "ece" else ""
        print(f"| {name} | {statistics.median(took):.2f} | {target} |", flush=True)


def parts(gold: np.ndarray, answers: Classification) -> object:
    """The table of bins and what the Brier score is made of."""
    asked = compare("ece", gold, answers)
    return reliability(said(asked), bins=15, mass=False), brier_parts(asked, bins=15)


if __name__ == "__main__":
    main()
