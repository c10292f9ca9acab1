"""What the verdicts of a run say together."""

import numpy as np
from ptm_rows import row
from scipy.stats import binom

from pytest_ptm.runs.suite import family, gates, missed_together, together

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


def test_few_gates_and_those_that_are_always_met_are_not_counted():
    assert gates([row()] * 4) is None
    share = {"error": 0.1, "drop": 0.1, "strictest": 0.5, "rows": 100}
    share |= {"p_cleared": None, "p_missed": None}
    met = [
        row(at_least=0.0, power=share),
        row(at_least=None, at_most=1.0, power=share),
    ]
    assert gates([*[row()] * 4, *met]) is None
    assert gates([*[row()] * 5, *met]).startswith("5 gates: 5 by")
    # A gain of nothing can be missed, and so can a loss of one.
    ahead = row(at_least=0.0, power=share, behaviour="not_worse")
    loss = row(at_least=None, at_most=1.0, power={**share, "rows": None})
    assert gates([*[row()] * 4, ahead, loss]).startswith("6 gates")
