"""No better answer ever makes a verdict worse, at a confidence, whatever the metric."""

import numpy as np
import pytest

from pytest_ptm.ground.errors import DataError
from pytest_ptm.metrics.classification.comparison import compare
from pytest_ptm.metrics.classification.table import METRICS
from pytest_ptm.results import Bound
from pytest_ptm.statistics.bounds import one_sided
from pytest_ptm.statistics.combined_evidence import repeated
from pytest_ptm.statistics.repeats import Repeats
from pytest_ptm.tasks.text_classification import Classification

OF_ONE_CLASS = {name for name, each in METRICS.items() if each.needs_positive}
JUDGED = [
    name
    for name, each in METRICS.items()
    # Who is right more often than said is not calibrated either.
    if not each.calibrates
    # Not about right and wrong; no bound is offered.
    and name not in {"selection_rate", "average_precision"}
    and not name.startswith("roc_auc_")
]


def bounds(metric, gold, logits, repeats=None):
    """The figure with its lower and upper one-sided bound; None where undefined."""
    k = logits.shape[1]
    predictions = Classification(logits, tuple("abcd"[:k]))
    positive = 0 if metric in OF_ONE_CLASS else None
    try:
        asked = compare(metric, gold, predictions, positive=positive)
        value, evidence = METRICS[metric].figure(asked)
    except DataError:
        return None
    if repeats is not None:
        evidence = repeated(evidence, value, repeats)
    judged = one_sided(evidence, Bound(at_least=0.5, confidence=0.95))
    assert judged is not None
    sign = 1 if METRICS[metric].better == "higher" else -1
    return sorted((sign * judged.low, sign * judged.high)), sign * value


def drawn(random, k):
    """Some rows that are mostly right, in every class, and rows that repeat others."""
    n = int(random.integers(k, 24))
    gold = np.concatenate([np.arange(k), random.integers(0, k, n - k)])
    logits = random.normal(size=(n, k)).astype(np.float32)
    logits[np.arange(n), gold] += random.choice([0.0, 1.0, 3.0])
    copies = random.integers(0, n, n)
    copies[:2] = 0, 1
    return gold, logits, Repeats(copies)


def bettered(random, gold, logits):
    """One row answered rightly, and more clearly than before."""
    row = int(random.integers(len(gold)))
    better = logits.copy()
    better[row, gold[row]] = better[row].max() + random.choice([0.5, 4.0])
    return better


@pytest.mark.parametrize("copies", [False, True])
@pytest.mark.parametrize("k", [2, 3])
@pytest.mark.parametrize("metric", JUDGED)
def test_one_row_more_that_is_right_moves_no_bound_the_wrong_way(metric, k, copies):
    if metric == "roc_auc" and k > 2:
        pytest.skip("of two classes")
    random = np.random.default_rng(k)
    tried = 0
    for _ in range(40):
        gold, logits, repeats = drawn(random, k)
        better = bettered(random, gold, logits)
        repeats = repeats if copies else None
        before = bounds(metric, gold, logits, repeats)
        after = bounds(metric, gold, better, repeats)
        if before is None or after is None or after[1] < before[1]:
            # Matthews' coefficient below 0 can itself fall with a better answer.
            continue
        tried += 1
        assert before[0][0] <= after[0][0] + 1e-9
        assert before[0][1] <= after[0][1] + 1e-9
    assert tried > 20


@pytest.mark.parametrize("metric", JUDGED)
def test_a_perfect_model_is_shown_to_be_at_least_as_good_as_one_with_an_error(metric):
    gold = np.array([0, 1] * 100)
    right = np.where(np.eye(2)[gold] > 0, 60, -60).astype(np.float32)
    once = right.copy()
    once[0] = once[0, ::-1]
    (low, _), value = bounds(metric, gold, right)
    assert bounds(metric, gold, once)[0][0] <= low <= value
