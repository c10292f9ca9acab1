"""How many further examples a verdict asks for, held against sums of binomials."""

import numpy as np
import pytest
from scipy.stats import binom

from pytest_ptm.results import Bound, Measurement
from pytest_ptm.statistics.bounds import more_to_tell
from pytest_ptm.statistics.clustered_evidence import RatioOf
from pytest_ptm.statistics.combined_evidence import Wider
from pytest_ptm.statistics.evidence import ShareOf
from pytest_ptm.statistics.repeats import Repeats
from pytest_ptm.statistics.row_ratio import RowRatio


def settled_from(share, threshold, *, power=0.8, alpha=0.05):
    """The least number from which on every one settles it, by adding up binomials."""
    last, n = 0, 0
    while n <= last + 300:
        n += 1
        hits = np.arange(n + 1)
        if share > threshold:
            shown = binom.sf(hits - 1, n, threshold) <= alpha
        else:
            shown = binom.cdf(hits, n, threshold) <= alpha
        if binom.pmf(hits, n, share)[shown].sum() < power:
            last = n
    return last + 1


def figure(evidence, share, n):
    return Measurement.of("accuracy", share, n, "higher", evidence)


@pytest.mark.parametrize(
    ("hits", "n", "threshold"),
    [(20, 20, 0.97), (30, 30, 0.95), (59, 60, 0.95), (17, 20, 0.7), (2, 40, 0.15)],
)
@pytest.mark.parametrize("times", [1, 2, 20])
def test_copies_ask_for_as_many_copies_of_what_single_rows_ask(
    hits, n, threshold, times
):
    more = settled_from(hits / n, threshold) - n
    evidence = ShareOf(hits * times, n * times).repeated(
        Repeats(np.repeat(np.arange(n), times))
    )
    told = more_to_tell(
        figure(evidence, hits / n, n * times),
        Bound(at_least=threshold, confidence=0.95),
    )
    assert told == max(0, more) * times


def test_copies_of_some_rows_ask_for_more_by_what_they_are_worth():
    """Of 30 rows 10 are one: they are worth 30 / (120 / 30) = 7.5 drawn apart."""
    which = np.concatenate([np.zeros(10), np.arange(1, 21)]).astype(int)
    evidence = ShareOf(30, 30).repeated(Repeats(which))
    bound = Bound(at_least=0.95, confidence=0.95)
    assert more_to_tell(figure(evidence, 1.0, 30), bound) == 59 * 4 - 30


@pytest.mark.parametrize(("hits", "threshold"), [(20, 0.97), (19, 0.9)])
def test_clusters_of_rows_alike_ask_as_copies_do(hits, threshold):
    totals, trials = np.zeros(20), np.full(20, 5.0)
    totals[:hits] = 5.0
    by_cluster = RatioOf(totals, trials, share=True)
    bound = Bound(at_least=threshold, confidence=0.95)
    share = hits / 20
    told = more_to_tell(figure(by_cluster, share, 100), bound)
    assert told == pytest.approx(5 * settled_from(share, threshold) - 100, rel=0.35)
    copies = ShareOf(5 * hits, 100, copies=5.0)
    both = more_to_tell(figure(Wider((by_cluster, copies)), share, 100), bound)
    assert both == max(told, more_to_tell(figure(copies, share, 100), bound))


def test_texts_whose_tokens_are_counted_ask_for_texts():
    """Forty texts of a hundred tokens, two of them wrong in every second text."""
    trials, n = np.full(40, 100.0), 40
    tokens = RowRatio(trials - 2.0 * (np.arange(40) % 2), trials, share=True)
    bound = Bound(at_least=0.985, confidence=0.95)
    told = more_to_tell(figure(tokens, 0.99, n), bound)
    # The bound of 160 such texts is .9815, and that of 240 is .9876.
    assert 160 < told + n < 240


def test_clusters_that_show_nothing_ask_for_no_number():
    one = RatioOf(np.array([5.0]), np.array([5.0]), share=True)
    bound = Bound(at_least=0.9, confidence=0.95)
    assert more_to_tell(figure(one, 1.0, 5), bound) is None
