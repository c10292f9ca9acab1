"""Matthews' coefficient, bounded by how many rows are wrong."""

import numpy as np

from pytest_ptm.statistics.class_bounds import Correlation


def test_errors_that_all_go_one_way_lie_below_the_upper_limit():
    # 100 of 1,000 positive, 300 negatives called positive: the coefficient is .408,
    # and the limit was 0.
    gold = np.repeat([1, 0], [100, 900])
    found = np.corrcoef(gold, np.repeat([1, 1, 0], [100, 300, 600]))[0, 1]
    assert Correlation(300, gold).limits(0.95)[1] >= found
