"""Student's interval, against scipy.stats."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.statistics.means import t_interval


@given(
    hnp.arrays(np.float64, st.integers(2, 40), elements=st.floats(-100, 100)),
    st.sampled_from([0.8, 0.95, 0.99]),
)
def test_limits_are_scipys(values, confidence):
    ours = t_interval(values, confidence=confidence)
    error = np.sqrt(np.var(values, ddof=1) / len(values))
    half = stats.t.ppf((1 + confidence) / 2, len(values) - 1) * error
    assert ours.low == pytest.approx(values.mean() - half, abs=1e-9)
    assert ours.high == pytest.approx(values.mean() + half, abs=1e-9)
    assert (ours.confidence, ours.method) == (confidence, "t")


@pytest.mark.parametrize("values", [[], [1.0]])
def test_one_value_has_no_interval(values):
    with pytest.raises(ArgumentError, match="two values or more"):
        t_interval(np.array(values))


def test_a_value_that_is_not_finite_is_refused():
    with pytest.raises(ArgumentError, match="finite"):
        t_interval(np.array([1.0, np.nan, 2.0]))
