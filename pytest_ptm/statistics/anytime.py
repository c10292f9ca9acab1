"""Intervals that hold however often one looks."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, gammaln

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results import Interval
from pytest_ptm.statistics.confidence import require_confidence
from pytest_ptm.statistics.proportions import require_counts


def anytime_share(
    successes: int, asked: int, *, total: int, confidence: float = 0.95
) -> Interval:
    """Interval for the share of all rows, valid wherever one stopped asking.

    The prior-posterior ratio of Waudby-Smith and Ramdas, "Confidence sequences for
    sampling without replacement", NeurIPS 2020, with every number of hits equally
    likely beforehand: over all moments together, the true share is missed in at most
    1 - confidence of the shuffles. For the report of a run that ended early; an
    interval that knows nothing of the looking is too narrow there.

    >>> limits = anytime_share(62, 64, total=1000)
    >>> round(limits.low, 3), round(limits.high, 3)
    (0.84, 0.998)

    Raises:
        ArgumentError: the counts are not possible.
    """
    require_confidence(confidence)
    require_counts(successes, asked)
    if asked > total:
        raise ArgumentError(
            f"no more rows can be asked than there are; got {asked:,} of {total:,}"
        )
    truths = np.arange(successes, total - asked + successes + 1)
    posterior = _log_posterior(truths - successes, successes, asked, total)
    # Prior over posterior is below 1 / alpha, and the prior is even.
    kept = truths[posterior + math.log(total + 1) > math.log(1 - confidence)]
    low, high = float(kept[0] / total), float(kept[-1] / total)
    return Interval(low, high, confidence, "prior-posterior ratio")


def _log_posterior(
    more: NDArray[np.int64], successes: int, asked: int, total: int
) -> NDArray[np.float64]:
    """How likely that many more hits are among the rows left: beta-binomial."""
    left = total - asked
    a, b = successes + 1, asked - successes + 1
    choices = gammaln(left + 1) - gammaln(more + 1) - gammaln(left - more + 1)
    return choices + betaln(more + a, left - more + b) - betaln(a, b)
