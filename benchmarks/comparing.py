"""Print how often comparisons of models and of groups come out as they should.

    python benchmarks/comparing.py

Two models on the same 1,000 examples, margin .02, confidence .95; groups with and
without a gap, tolerance .05, confidence .95. 10,000 simulations of pairs, 2,000 of
groups.
"""

import functools

import numpy as np

from pytest_ptm.metrics.paired import Pairs, gain
from pytest_ptm.results import Bound, Measurement, ModelCard, Result
from pytest_ptm.statistics.evidence import ShareOf
from pytest_ptm.statistics.groups import largest_gap_of_shares
from pytest_ptm.verdicts.judge import judge

PAIRS, GROUPS = 10_000, 2_000
MARGIN, TOLERANCE = 0.02, 0.05


def outcomes_of_pairs(n, more, fewer):
    """Shares of passed and failed verdicts of assert_not_worse(confidence=0.95)."""
    random = np.random.default_rng(0)
    passed = failed = 0
    for gained, lost, _ in random.multinomial(
        n, [more, fewer, 1 - more - fewer], size=PAIRS
    ).tolist():
        outcome = verdict(gained, lost, n).outcome
        passed += outcome == "passed"
        failed += outcome == "failed"
    return passed / PAIRS, failed / PAIRS


@functools.cache
def verdict(gained, lost, n):
    """As evaluate_not_worse makes it of the answers, and assert_not_worse judges it."""
    rows = np.arange(n)
    first = (rows < gained) | (rows >= gained + lost)
    second = rows >= gained
    one, other = (
        Measurement("accuracy", hits / n, n, "higher", evidence=ShareOf(hits, n))
        for hits in (int(first.sum()), int(second.sum()))
    )
    ahead = gain(one, other, Pairs(np.zeros(n, dtype=np.intp), first, second))
    result = Result(
        behaviour="not_worse",
        model=ModelCard("candidate", "candidate", "0" * 64),
        task="text-classification",
        measurement=Measurement(
            "gain in accuracy", ahead.value, n, "higher", evidence=ahead.evidence
        ),
        signature="",
    )
    return judge(result, Bound(at_least=-MARGIN, confidence=0.95))


def outcomes_of_groups(shares, n):
    """Shares of gaps: judged too wide by the point, by a bound; judged narrow."""
    random = np.random.default_rng(0)
    sizes = np.full(len(shares), n)
    point = wide = narrow = 0
    for _ in range(GROUPS):
        hits = random.binomial(sizes, shares)
        point += np.ptp(hits / sizes) > TOLERANCE
        wide += largest_gap_of_shares(hits, sizes, side="lower").low > TOLERANCE
        narrow += largest_gap_of_shares(hits, sizes, side="upper").high <= TOLERANCE
    return point / GROUPS, wide / GROUPS, narrow / GROUPS


def main():
    print("Not worse by .02?            passed  failed")
    for name, n, more, fewer in (
        ("no change, 5 % differ", 1000, 0.025, 0.025),
        ("no change, 10 % differ", 1000, 0.05, 0.05),
        ("2 points worse, 5 % differ", 1000, 0.015, 0.035),
        ("4 points worse, 5 % differ", 1000, 0.005, 0.045),
        ("4 points worse, 10 % differ", 1000, 0.03, 0.07),
        ("no change, 5 % differ, n=200", 200, 0.025, 0.025),
    ):
        passed, failed = outcomes_of_pairs(n, more, fewer)
        print(f"{name:28} {passed:6.1%}  {failed:6.1%}")
    print("\nGap within .05?           by the point  bound: failed  passed")
    for name, shares, n in (
        ("none, 5 groups of 200", (0.9,) * 5, 200),
        ("none, 10 groups of 200", (0.9,) * 10, 200),
        ("none, 10 groups of 1,000", (0.9,) * 10, 1000),
        ("none, 5 groups of 2,000", (0.9,) * 5, 2000),
        ("gap .10, 5 groups of 200", (0.9,) * 4 + (0.8,), 200),
        ("gap .10, 5 groups of 500", (0.9,) * 4 + (0.8,), 500),
        ("gap .10, 5 groups of 1,000", (0.9,) * 4 + (0.8,), 1000),
        ("gap .05, 2 groups of 500", (0.9, 0.85), 500),
    ):
        point, wide, narrow = outcomes_of_groups(shares, n)
        print(f"{name:28}{point:8.1%} failed{wide:10.1%}{narrow:12.1%}")


if __name__ == "__main__":
    main()
