"""p-values from limits: as halving finds them, in a few looks."""

import math
from dataclasses import dataclass, field

import numpy as np
import pytest

from pytest_ptm.results import Interval
from pytest_ptm.statistics.binned_gaps import BinnedGaps
from pytest_ptm.statistics.clustered_evidence import RatioOf
from pytest_ptm.statistics.evidence import MeanOf, ShareOf
from pytest_ptm.statistics.p_values import STEP, p_value


def by_halving(evidence, bound, *, side):
    """By nothing but halving, as it is defined."""

    def clears(alpha):
        found = evidence.interval(confidence=1 - alpha, side=side)
        return found.low >= bound if side == "lower" else found.high <= bound

    low, high = STEP, 0.5 - STEP
    if not clears(high):
        return 0.5
    if clears(low):
        return low
    while high - low > STEP:
        middle = (low + high) / 2
        low, high = (low, middle) if clears(middle) else (middle, high)
    return high


@dataclass
class Counted:
    of: object
    looks: list[float] = field(default_factory=list)

    def interval(self, *, confidence, side):
        self.looks.append(confidence)
        return self.of.interval(confidence=confidence, side=side)


class Stairs:
    """Limits that jump, and have no end at some confidences."""

    def interval(self, *, confidence, side):
        at = math.inf if confidence > 0.99 else round(confidence * 30) / 30
        return Interval(-at, at, confidence, "stairs")


def binned(random, n):
    sure = random.uniform(0.5, 1, n)
    gaps = (random.random(n) < sure - 0.03) - sure
    return BinnedGaps(gaps[:, None], (sure * 15).astype(np.intp)[:, None])


def pieces():
    """Evidence, and how many looks it may take: halving takes 21."""
    random = np.random.default_rng(5)
    for n, most in ((30, 22), (300, 12), (3000, 9)):
        scores, clusters = random.random(n), np.arange(n) // 3
        for evidence in (
            ShareOf(int(n * 0.9), n),
            ShareOf(int(n * 0.9), n).by("clopper-pearson"),
            MeanOf(scores**3, least=0, most=1),
            MeanOf(random.lognormal(size=n), least=0, most=math.inf),
            RatioOf.of_rows(scores, clusters, share=False, least=0.0, most=1.0),
            binned(random, n),
        ):
            yield evidence, most


@pytest.mark.parametrize("side", ["lower", "upper"])
def test_a_p_value_is_the_error_of_the_limit_at_the_bound(side):
    for evidence, most in pieces():
        for error in (0.49, 0.2, 0.05, 0.003, 2e-5):
            limits = evidence.interval(confidence=1 - error, side=side)
            bound = limits.low if side == "lower" else limits.high
            asked = Counted(evidence)
            # At an end of the range it is every error's limit.
            if math.isfinite(bound) and bound != 0:
                found = p_value(asked, bound, side=side)
                assert found == pytest.approx(error, abs=1.01 * STEP)
                # Below, limits that end at 0 may bend.
                assert len(asked.looks) <= most or error < 0.001


@pytest.mark.parametrize("side", ["lower", "upper"])
def test_of_limits_that_jump_it_is_that_of_halving(side):
    for bound in np.linspace(-1, 1, 41):
        found = p_value(Stairs(), bound, side=side)
        assert found == pytest.approx(by_halving(Stairs(), bound, side=side), abs=STEP)
        if found < 0.5:
            at = Stairs().interval(confidence=1 - found, side=side)
            assert at.low >= bound if side == "lower" else at.high <= bound


def test_there_is_no_p_value_where_there_are_no_limits():
    assert p_value(RatioOf(np.ones(1), np.ones(1), False), 0.5, side="lower") is None
