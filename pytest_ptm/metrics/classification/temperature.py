"""Temperature scaling: all logits divided by one number, so that no answer changes.

Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks", ICML 2017,
section 4.2. A function's logits are the logs of its probabilities, which is the same:
softmax does not change with what is added to all logits of a row.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.errors import DataError
from pytest_ptm.tasks.classes.answers import Classification

LEAST, MOST = 1e-3, 1e3
"""A temperature beyond these makes of every answer nearly a certainty, or a draw."""


def at_temperature(said: Classification, temperature: float) -> Classification:
    """The answers with their logits divided by the temperature, above 0."""
    logits = said.logits.astype(np.float64) / temperature
    # Kept in float64: the likeliest class must not become a tie by rounding.
    return Classification(logits, said.class_names, said.multi_label)


def fitted_temperature(said: Classification, gold: NDArray[np.intp]) -> float:
    """The temperature at which the gold classes are likeliest.

    The mean negative log-likelihood is convex in 1 / temperature, so that it has one
    minimum: where its slope, the mean logit less that of the gold class, is 0.

    Raises:
        DataError: PTM207, there is none: every gold class has the highest logit, so
            that the lower it is the better, or they have no higher ones than others.
    """
    logits = said.logits.astype(np.float64)
    # From the highest down, so that no power overflows.
    logits -= logits.max(axis=1, keepdims=True)
    own = logits[np.arange(len(gold)), gold]

    def slope(inverse: float) -> float:
        weights = np.exp(inverse * logits)
        means = (weights * logits).sum(axis=1) / weights.sum(axis=1)
        return float((means - own).mean())

    if len(gold) < 2 or not np.isfinite(logits).all():
        raise _undefined("there are not two rows with finite logits", len(gold))
    if slope(1 / MOST) >= 0:
        raise _undefined("the right classes are no likelier than the others", len(gold))
    if slope(1 / LEAST) <= 0:
        raise _undefined(
            "(nearly) every answer is right, and the surer the better", len(gold)
        )
    # A tenth of a second that only who fits one waits for.
    from scipy.optimize import brentq

    found = brentq(slope, 1 / MOST, 1 / LEAST, xtol=1e-13, rtol=1e-13)
    return 1 / float(found)


def _undefined(why: str, n: int) -> DataError:
    return DataError(
        f"no temperature can be fitted: {why} among {n:,} examples. Fit it on more, or "
        "say a number, temperature=1.5",
        code="PTM207",
    )
