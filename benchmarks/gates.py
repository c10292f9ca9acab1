"""Print how often each gate is wrong where the truth is its very bound.

    python benchmarks/gates.py [--runs 400] [--seed 0] [--only WORD]

Nominal one-sided error 5 %. Every verdict is reached by the gate that users call
(assert_accuracy, assert_bias_gap, assert_metric, assert_not_worse) on a fake model over
simulated files. Of a population the files are drawn at the bound: passed and failed are
both wrong. Of a data set, passed is of files one row short of the bound, failed of
files at it. A figure in excess of 7 % has an exclamation mark; verdicts by the figure
itself claim nothing about a population and have none.
"""

import argparse
import contextlib
import itertools
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from ptm_fakes import FakeClassifier, by_word

from pytest_ptm import (
    BehaviourFailure,
    assert_accuracy,
    assert_bias_gap,
    assert_metric,
    assert_not_worse,
)
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.runs.suite import missed_together
from pytest_ptm.session import Session, activated
from pytest_ptm.settings import Settings
from pytest_ptm.statistics.evidence import ShareOf
from pytest_ptm.statistics.p_values import p_value

BOUND, ROWS, LIMIT, MARGIN, TOO_MUCH = 0.9, 400, 200, 0.02, 0.07
SURE = {"confidence": 0.95}


@dataclass
class Gate:
    """One way to judge, and files on which its verdict would be wrong."""

    name: str
    check: Callable
    sample: Callable
    how: dict = field(default_factory=dict)
    settings: dict = field(default_factory=dict)
    beyond: Callable | None = None
    """Files of which passed is wrong, where those at the bound do pass."""


def labelled(right, *, copies=1, **groups):
    """A file about whose texts a model that always says positive is right or wrong."""
    right = np.repeat(right, copies)
    names = tuple(map(str, range(len(right))))
    texts = tuple(f"good {row // copies}" for row in range(len(right)))
    labels = tuple("positive" if each else "negative" for each in right.tolist())
    columns = {name: tuple(map(str, values)) for name, values in groups.items()}
    return Examples(names, {"text": texts}, labels, columns)


def drawn(share, n, **how):
    return lambda random: labelled(random.random(n) < share, **how)


def shuffled(hits, n):
    return lambda random: labelled(random.permutation(n) < hits)


def outcomes(gate, runs, sample, seed):
    """How often passed and failed."""
    random = np.random.default_rng(seed)
    counts = {"passed": 0, "failed": 0, "inconclusive": 0}
    for run in range(runs):
        settings = Settings(seed=run, **gate.settings)
        with activated(Session(lambda settings=settings: settings)) as session:
            with contextlib.suppress(BehaviourFailure):
                gate.check(sample(random), **gate.how)
            counts[session.verdicts[-1].verdict.outcome] += 1
    return counts["passed"] / runs, counts["failed"] / runs


def accuracy(examples, **how):
    assert_accuracy(FakeClassifier(by_word()), examples, **how)


def metric(examples, **how):
    """Of a model that says positive unless the text says why not."""
    assert_metric(FakeClassifier(by_word()), examples, **how)


def gap(examples, **how):
    assert_bias_gap(FakeClassifier(by_word()), examples, group="side", **how)


def combinations():
    """Every pair of limit, early stop, estimand and confidence."""
    fewest = math.ceil(BOUND * ROWS)
    for limit, stop, estimand, confidence in itertools.product(
        (None, LIMIT), ("off", "certain", "confident"), ("population", "dataset"),
        (0.95, None),
    ):  # fmt: skip
        if confidence is None and (estimand, stop) == ("population", "confident"):
            continue  # refused
        dataset = estimand == "dataset"
        yield Gate(
            f"accuracy: {estimand}"
            f"{', 95 %' if confidence else ', figure itself'}"
            f"{f', limit {limit}' if limit else ''}"
            f"{'' if stop == 'off' else f', {stop}'}",
            accuracy,
            shuffled(fewest, ROWS) if dataset else drawn(BOUND, ROWS),
            {
                "at_least": BOUND,
                "estimand": estimand,
                "confidence": confidence,
                "early_stop": stop,
            },
            {"limit": limit},
            beyond=shuffled(fewest - 1, ROWS) if dataset else None,
        )


def gaps():
    def sample(random):
        side = np.arange(ROWS) % 2
        right = random.random(ROWS) < np.where(side, 0.95, 0.85)
        return labelled(right, side=side)

    for limit, stop in itertools.product(
        (None, LIMIT), ("off", "certain", "confident")
    ):
        name = f"gap of .10, 95 %{f', limit {limit}' if limit else ''}, {stop}"
        how = {**SURE, "at_most": 0.1, "early_stop": stop}
        yield Gate(name, gap, sample, how, {"limit": limit})


def alike():
    """Rows that hang together: by a column, or because a text stands more than once."""

    def clusters(count, size):
        # Shares of clusters beta distributed with the bound as mean, ICC .2.
        a, b = 4 * BOUND, 4 * (1 - BOUND)

        def sample(random):
            shares = np.repeat(random.beta(a, b, count), size)
            rows = random.random(count * size) < shares
            return labelled(rows, document=np.repeat(np.arange(count), size))

        return sample

    for count in (6, 10, 30):
        how = {"at_least": BOUND, **SURE, "cluster": "document"}
        name = f"clusters: {count} of 20 rows, ICC .2"
        yield Gate(name, accuracy, clusters(count, 20), how)
    for stop in ("off", "certain", "confident"):
        yield Gate(
            f"repeated: 100 texts 4 times, {stop}",
            accuracy,
            drawn(BOUND, 100, copies=4),
            {"at_least": BOUND, **SURE, "early_stop": stop},
        )


def edges():
    """Few rows near the end of the range, where samples are often perfect."""
    for n, bound in ((20, 0.99), (50, 0.95), (100, 0.99), (300, 0.99)):
        for interval in (None, "clopper-pearson"):
            yield Gate(
                f"edge: accuracy >= {bound}, n={n}, {interval or 'unasked'}",
                accuracy,
                drawn(bound, n),
                {"at_least": bound, **SURE, "interval": interval},
            )
    for name, low in (("f1_macro", 0.95), ("roc_auc", 0.95)):
        yield Gate(
            f"edge: {name} >= {low} of perfect models (passed is right)",
            metric,
            perfect(60),
            {
                "metric": name,
                "at_least": low,
                "positive": "positive" if name == "roc_auc" else None,
                **SURE,
            },
        )


def perfect(n):
    def sample(random):
        good = random.permutation(n) % 2 == 0
        texts = tuple(
            f"{'good' if each else 'bad'} {row}" for row, each in enumerate(good)
        )
        labels = tuple("positive" if each else "negative" for each in good)
        return Examples(tuple(map(str, range(n))), {"text": texts}, labels)

    return sample


def means():
    """Losses of rows, of which the mean is known: light, heavy and with an end."""

    def check(losses, **how):
        names = tuple(map(str, range(len(losses))))
        texts = tuple(f"text {name}" for name in names)
        examples = Examples(names, {"text": texts}, ("positive",) * len(losses))

        def logits(text):
            loss = min(losses[int(text.split()[1])], 80.0)
            # log(1 + exp(-x)) is the loss of this logit.
            return 0.0, -math.log(math.expm1(max(loss, 1e-9)))

        assert_metric(FakeClassifier(logits), examples, metric="log_loss", **how)

    kinds = {
        "exponential": (1.0, lambda random, n: random.exponential(1.0, n)),
        "lognormal 1": (math.exp(0.5), lambda random, n: random.lognormal(0, 1, n)),
        "lognormal 1.5": (
            math.exp(1.125),
            lambda random, n: random.lognormal(0, 1.5, n),
        ),
        "1 % of 3": (
            0.0498,
            lambda random, n: np.where(random.random(n) < 0.01, 3.0, 0.02),
        ),
    }
    for (kind, (mean, draw)), n in itertools.product(kinds.items(), (60, 300, 1000)):
        yield Gate(
            f"means: log_loss, {kind}, n={n}",
            check,
            lambda random, draw=draw, n=n: draw(random, n).tolist(),
            {"at_most": mean, **SURE},
        )


def pairs():
    """A candidate that is worse by just the margin."""

    def check(kinds, **how):
        examples = labelled(np.ones(len(kinds), bool))

        def says(wrong, name):
            def logits(text):
                number = int(text.split()[1])
                return (2.0, 0.0) if kinds[number] in wrong else (0.0, 2.0)

            return FakeClassifier(logits, name=name)

        then = says({"gained"}, "then")
        assert_not_worse(
            says({"lost"}, "now"), examples, than=then, margin=MARGIN, **how
        )

    def sample(n, gain, loss):
        chances = [loss, gain, 1 - gain - loss]
        kinds = ["lost", "gained", "both"]
        return lambda random: random.choice(kinds, size=n, p=chances).tolist()

    for n, gain, loss in (
        (81, 0.0, 0.02),
        (100, 0.0, 0.02),
        (200, 0.005, 0.025),
        (400, 0.015, 0.035),
    ):
        for interval in (None, "clopper-pearson"):
            yield Gate(
                f"not worse by .02: n={n}, gained {gain:.1%}, lost {loss:.1%}, "
                f"{interval or 'unasked'}",
                check,
                sample(n, gain, loss),
                {**SURE, "interval": interval},
            )


def print_suite(runs, seed):
    """How often sixty gates at their bounds are red, alone and by holm-gate."""
    random, n, size = np.random.default_rng(seed), 200, 60

    @cache
    def missed(hits):
        return p_value(ShareOf(hits, n, "clopper-pearson"), BOUND, side="upper")

    alone = together = 0
    for _ in range(runs):
        rows = [
            {
                "confidence": 0.95,
                "deferred": p <= 0.05,
                "power": {"p_missed": p},
            }
            for p in map(missed, random.binomial(n, BOUND, size).tolist())
        ]
        alone += any(row["deferred"] for row in rows)
        together += bool(missed_together(rows))
    print(f"\n{size} gates that are red only if shown bad, n={n}: any red")
    print(f"alone {alone / runs:.3f}, under holm-gate {together / runs:.3f}")


def shown(share, *, claims=True):
    return f"{share:8.3f}{'!' if claims and share > TOO_MUCH else ' '}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    print(f"{'':70}{'passed':>9}{'failed':>9}")
    for gate in itertools.chain(
        combinations(), gaps(), alike(), edges(), means(), pairs()
    ):
        if asked.only not in gate.name:
            continue
        passed, failed = outcomes(gate, asked.runs, gate.sample, asked.seed)
        if gate.beyond is not None:
            passed, _ = outcomes(gate, asked.runs, gate.beyond, asked.seed)
        claims = "figure itself" not in gate.name and "is right" not in gate.name
        cells = shown(passed, claims=claims) + shown(failed, claims=claims)
        print(f"{gate.name:70}{cells}", flush=True)
    if asked.only in "suite":
        print_suite(max(asked.runs, 1000), asked.seed)


if __name__ == "__main__":
    main()
