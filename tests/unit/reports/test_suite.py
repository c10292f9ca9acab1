"""What the verdicts of a run say together."""

from dataclasses import replace

import numpy as np
import pytest
from ptm_rows import row
from scipy.stats import binom

from pytest_ptm.results import Bound
from pytest_ptm.runs.suite import family, gates, missed_together, together
from pytest_ptm.statistics import levels
from pytest_ptm.statistics.bounds import one_sided, outcome_of
from pytest_ptm.statistics.evidence import ShareOf

STOPPED = {
    "asked": 64,
    "total": 100,
    "ground": "confident",
    "seed": 0,
    "confidence": 0.95,
}


def told(p, *, deferred=None, takes="pass", **changed):
    """A verdict at 95 % with this p-value that its bound is missed."""
    power = {"error": 0.1, "drop": 0.1, "strictest": 0.5, "p_cleared": 0.5}
    left = deferred if deferred is not None else p is not None and p <= 0.05
    return row(
        confidence=0.95,
        on_inconclusive=takes,
        outcome="inconclusive",
        deferred=left,
        power={**power, "p_missed": p},
        **changed,
    )


def test_what_misses_alone_is_missed_only_together():
    # Holm: the smallest of three against a third of the error.
    assert missed_together([told(0.03), told(0.5), told(0.5)]) == []
    first, *_ = rows = [told(0.01), told(0.5), told(0.03)]
    assert missed_together(rows) == [first]
    assert len(missed_together([told(0.01), told(0.02), told(0.04)])) == 3
    assert missed_together([]) == []


def test_were_all_bounds_met_one_run_in_twenty_would_be_red():
    random = np.random.default_rng(0)
    runs = [[told(p) for p in random.random(60).tolist()] for _ in range(400)]
    assert sum(bool(missed_together(rows)) for rows in runs) / 400 <= 0.075
    # Alone, one of the sixty is missed in nearly every run.
    assert sum(any(row.deferred for row in rows) for rows in runs) / 400 > 0.9


def test_what_was_left_open_is_never_lost():
    # No p-value, or one that halving put a little above the level.
    assert missed_together([told(None, deferred=True)])
    many = [told(None, deferred=True), *(told(0.5) for _ in range(59))]
    assert missed_together(many) == many[:1]
    assert missed_together([told(0.0500004, deferred=True)])


def test_what_was_left_open_is_of_the_family_however_it_was_held():
    left = [
        told(0.01, takes="fail", deferred=True),
        told(0.01, stopped=STOPPED, deferred=True),
    ]
    assert family(left) == left
    assert missed_together(left) == left


def test_a_gate_that_clearly_fails_is_red_among_sixty():
    random = np.random.default_rng(1)
    others = [told(p) for p in random.uniform(0.06, 1.0, 59)]
    bad = told(1e-6)
    assert missed_together([*others, bad]) == [bad]


def test_gates_at_their_bounds_are_red_as_often_as_by_hand():
    """Sixty shares of exactly .9 over 200 rows, stepped down as Holm wrote it."""
    random, reds = np.random.default_rng(3), 0
    missed = binom.cdf(np.arange(201), 200, 0.9)
    for _ in range(300):
        values = missed[random.binomial(200, 0.9, 60)].tolist()
        by_hand = 0
        for place, value in enumerate(sorted(values)):
            if value > 0.05 / (60 - place):
                break
            by_hand += 1
        rows = [told(value) for value in values]
        assert len(missed_together(family(rows))) == by_hand
        reds += by_hand > 0
    # 5 %, and three standard errors of so few runs.
    assert reds / 300 <= 0.05 + 3 * (0.05 * 0.95 / 300) ** 0.5


def test_only_what_is_red_if_shown_bad_is_judged_together():
    rows = [
        told(0.01),
        told(0.01, takes="fail", deferred=False),
        row(),
        told(0.01, stopped=STOPPED, deferred=False),
    ]
    assert family(rows) == rows[:1]
    assert together(rows)[0] == "holm-gate over 1 verdict at a confidence:"
    assert "missed: accuracy" in together(rows)[1]


def test_false_alarms_of_a_family_are_counted_once():
    rows = [told(0.5) for _ in range(40)]
    assert "40 red only if shown bad" in gates(rows)
    assert "2.0 would be red" in gates(rows)
    shared = gates(rows, together=True)
    assert "40 red only if together shown bad" in shared
    assert "0.1 would be red" in shared


def test_where_asking_ended_does_not_change_what_a_test_is_held_to():
    """Those that stopped early were counted as red only if shown bad."""
    asked = {"asked": 64, "total": 100, "seed": 0}
    stopped = {**asked, "ground": "confident", "confidence": 0.95}
    certain = {**stopped, "ground": "certain", "confidence": None}
    rows = [told(0.5, takes="fail", stopped=how) for how in (stopped, certain)]
    assert "6 gates: 6 red unless shown good;" in gates(rows * 3)
    assert "5.7 would be red by chance" in gates(rows * 3)
    assert "5 gates: 5 by the figure itself;" in gates([row(stopped=stopped)] * 5)


def share(rows, **changed):
    """A share of so many rows, at 95 % where it is judged by bounds."""
    power = {"error": 0.1, "drop": 0.1, "strictest": 0.5, "rows": rows}
    bounds = {"low": 0.5, "high": 0.9, "confidence": 0.95, "method": "Clopper-Pearson"}
    judged = bounds if changed.get("confidence") else None
    power |= {"p_cleared": None, "p_missed": None}
    return row(power=power, **{"judged": judged, "n": rows, **changed})


def test_false_alarms_are_counted_by_the_levels_that_gates_have():
    def alarms(one, times=1_000):
        return float(gates([one] * times).split()[-6]) / times

    # Nine of ten hold .9 and eight do not: P(X <= 8) of ten draws.
    assert alarms(share(10)) == pytest.approx(binom.cdf(8, 10, 0.9), abs=1e-4)
    most = share(10, at_least=None, at_most=0.1)
    assert alarms(most) == pytest.approx(binom.sf(1, 10, 0.1), abs=1e-4)
    # All right is what a model without fault always is.
    assert alarms(share(10, at_least=1.0)) == 0
    # 85 of 100 is shown to miss .9 and 84 is not: the most below 5 %.
    bad = share(100, confidence=0.95, on_inconclusive="pass")
    tails = binom.cdf(np.arange(101), 100, 0.9)
    assert alarms(bad) == pytest.approx(tails[tails < 0.05].max(), abs=1e-4)
    good = share(100, confidence=0.95)
    tails = binom.sf(np.arange(101) - 1, 100, 0.9)
    assert alarms(good) == pytest.approx(1 - tails[tails <= 0.05].max(), abs=1e-4)
    # What is no share is red in every other sample, or by its confidence.
    assert alarms(row()) == 0.5
    assert alarms(told(0.5)) == 0.05


@pytest.mark.parametrize("side", ["at_least", "at_most"])
@pytest.mark.parametrize("n", [1, 7, 30])
def test_levels_are_how_often_the_very_gate_is_red(n, side):
    """Of every count of hits whether it is red, as verdicts are judged."""
    for limit in (0.1, 0.57, 0.9, 1.0 if side == "at_least" else 0.0):
        bound = Bound(**{side: limit})
        weights = binom.pmf(np.arange(n + 1), n, limit)
        red = [not bound.holds(hits / n) for hits in range(n + 1)]
        assert levels.by_figure(n, bound) == pytest.approx(weights[red].sum())
        if limit in (0.0, 1.0):
            continue
        bound = replace(bound, confidence=0.95)
        shown = [
            outcome_of(one_sided(ShareOf(hits, n), bound), bound)
            for hits in range(n + 1)
        ]
        bad = weights[[each == "failed" for each in shown]].sum()
        assert levels.shown_bad(n, bound, 0.05) == pytest.approx(bad)
        open_or_bad = weights[[each != "passed" for each in shown]].sum()
        assert levels.not_shown_good(n, bound, 0.05) == pytest.approx(open_or_bad)


def test_what_nothing_can_make_red_is_no_gate():
    held = [share(10)] * 4
    # None of three being right is no proof at 95 % that .3 is missed.
    few = share(3, at_least=0.3, confidence=0.95, on_inconclusive="pass")
    stored = row(headline="stored, not judged: accuracy 0.8000 (n=5)")
    assert gates([*held, few, stored]) is None
    limit = {"metric": "truncated", "value": 0.1, "n": 3, "met": True}
    limited = {"limits": [{**limit, "at_least": None, "at_most": 0.2}]}
    can = share(3, at_least=0.3, confidence=0.95, on_inconclusive="pass", **limited)
    assert gates([*held, can]).startswith("5 gates")
    assert gates([*held, share(3, at_least=0.0, **limited)]).startswith("5 gates")


def test_few_gates_and_those_that_are_always_met_are_not_counted():
    assert gates([row()] * 4) is None
    met = [share(100, at_least=0.0), share(100, at_least=None, at_most=1.0)]
    assert gates([*[row()] * 4, *met]) is None
    assert gates([*[row()] * 5, *met]).startswith("5 gates: 5 by")
    # A gain of nothing can be missed, and so can a loss of one.
    ahead = share(100, at_least=0.0, behaviour="not_worse")
    loss = row(at_least=None, at_most=1.0)
    assert gates([*[row()] * 4, ahead, loss]).startswith("6 gates")
