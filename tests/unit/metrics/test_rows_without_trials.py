"""Rows that add to one sum of a ratio and nothing to the other."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_ptm.metrics.scoring.table import KIND as SCORED
from pytest_ptm.metrics.texts.table import KIND as WRITTEN
from pytest_ptm.tasks.texts.answers import GeneratedTexts
from pytest_ptm.tasks.token_scores.answers import TokenScores


def ter():
    """Sixty texts, of some of which the reference has no word that counts."""
    gold = np.empty(60, dtype=object)
    gold[:] = [("one two three four",)] * 50 + [("!!!",)] * 10
    said = ["one two three five"] * 25 + ["one two three four"] * 25
    said += ["what nobody asked for"] * 10
    return WRITTEN.measure("ter(no_punct=true)", gold, GeneratedTexts.of(said))


def word_perplexity():
    """Sixty texts, ten of them spaces that the model finds unlikely."""
    logs = np.random.default_rng(0).normal(-2, 0.2, 180).astype(np.float32)
    logs[-30:] -= 8
    said = TokenScores(
        np.full(60, 3, dtype=np.int32), np.zeros(180, dtype=np.int32), logs, logs > -1
    )
    held = np.array([[12, 2]] * 50 + [[3, 0]] * 10)
    return SCORED.measure("word_perplexity", held, said)


@pytest.mark.parametrize("measured", [ter, word_perplexity])
def test_the_limits_are_about_the_figure(measured):
    found = measured()
    assert found.interval is not None
    assert found.interval.low < found.value < found.interval.high
    bound = found.evidence.interval(side="upper")
    # A gate that nothing but the rows with trials decides would pass below the figure.
    assert found.value < bound.high < np.inf


def test_clusters_of_such_rows_have_limits_too():
    found = word_perplexity()
    rows = found.evidence.clustered(np.arange(60) // 2)
    limits = rows.interval()
    assert limits.low < found.value < limits.high
    assert rows.interval(side="upper").high > found.value


def test_a_text_that_only_costs_is_not_the_best_of_all():
    assert ter().evidence.by_row()[-1] == 400
    assert word_perplexity().evidence.by_row()[-1] > 20
