"""Masked behaviours asked in parts: joined they are the whole, and parts are theirs."""

from dataclasses import fields

import numpy as np
import pytest
from ptm_fakes import FakeMasked

from pytest_ptm import (
    assert_masked_accuracy,
    assert_masked_cross_entropy,
    assert_masked_gap,
    assert_masked_prediction,
)
from pytest_ptm.behaviours.inquiry import AsAWhole, MeanOfUnits, run
from pytest_ptm.behaviours.invariance import invariance
from pytest_ptm.behaviours.masked_gap import masked_gap
from pytest_ptm.behaviours.masked_prediction import masked_prediction
from pytest_ptm.behaviours.masked_tokens import masked_accuracy, masked_cross_entropy
from pytest_ptm.engine.plan import windows
from pytest_ptm.ground.errors import ArgumentError, BehaviourFailure
from pytest_ptm.perturbations import casing
from pytest_ptm.session import Session, activated
from pytest_ptm.settings import Settings

WORDS = ("paris", "london", "he", "she", "new", "##york", "a")
TEXTS = [f"The nurse {i} of London said [MASK] {'so ' * (i % 5)}" for i in range(90)]
PLAIN = ["he a she new paris " + "a " * (i % 7) + "she " * (i // 7) for i in range(40)]
EXPECTED = [("he", {"she", "paris"})[i % 2] for i in range(90)]
CONTEXTS = [("nurse", "London")[i % 2] for i in range(90)]
RIGHT = {"within_top": 1, "at_least_probability": None}
SIDES = {"between": ("he", {"she", "paris"})}
HIDDEN = {"mask_rate": 0.4, "whole_words": False, "seed": 3}
CHOICE = ["he", "she", "paris", "newyork"]


def fresh():
    def logits(text):
        rng = np.random.default_rng(sum(map(ord, text)))
        return dict(zip(WORDS, rng.normal(size=7).round(1).tolist(), strict=True))

    return FakeMasked(logits)


def in_vocabulary(rows):
    return masked_prediction(
        fresh(),
        [TEXTS[row] for row in rows],
        expect=[EXPECTED[row] for row in rows],
        forbid={"london"},
        candidates=None,
        **RIGHT,
    )


def among_candidates(rows):
    return masked_prediction(
        fresh(),
        [TEXTS[row] for row in rows],
        expect=[EXPECTED[row] for row in rows],
        forbid=(),
        candidates=CHOICE,
        **RIGHT,
    )


def share(rows):
    texts = [TEXTS[row] for row in rows]
    return masked_gap(fresh(), texts, **SIDES, measure="share", context=None)


def corrected(rows):
    return masked_gap(
        fresh(),
        [TEXTS[row] for row in rows],
        **SIDES,
        measure="prior_corrected",
        context=[CONTEXTS[row] for row in rows],
    )


def accuracy(rows):
    texts = [PLAIN[row] for row in rows]
    return masked_accuracy(fresh(), texts, within_top=2, **HIDDEN)


def cross_entropy(rows):
    return masked_cross_entropy(fresh(), [PLAIN[row] for row in rows], **HIDDEN)


MEANS = [in_vocabulary, among_candidates, share]
RATIOS = [corrected, accuracy, cross_entropy]


def rows_of(make):
    return range(len(PLAIN) if make in {accuracy, cross_entropy} else len(TEXTS))


def told(result, *, but=("cost",)):
    """Everything a result says, but what the asking itself cost."""
    plain = {
        f.name: getattr(result, f.name) for f in fields(result) if f.name not in but
    }
    outcomes = plain.pop("outcomes")
    if outcomes is not None:
        plain["ids"], plain["scores"] = outcomes.ids, outcomes.scores.tolist()
    return {name: repr(value) for name, value in plain.items()}


@pytest.mark.parametrize("make", [*MEANS, *RATIOS])
def test_what_is_heard_in_windows_joins_to_the_whole(make):
    whole = run(make(rows_of(make)))
    with activated(Session()):
        inquiry = make(rows_of(make))
        parts = [
            inquiry.ask(units) for units in windows(len(inquiry.units), size=17, seed=5)
        ]
        units = np.arange(len(inquiry.units))
        joined = inquiry.result(inquiry.join(parts), units)
    assert told(joined) == told(whole)
    assert joined.cost.forwarded == whole.cost.forwarded


@pytest.mark.parametrize("make", [*MEANS, corrected])
def test_the_scores_of_windows_are_those_of_the_whole(make):
    inquiry = make(rows_of(make))
    found = {}
    for units in windows(len(inquiry.units), size=13, seed=2):
        scores = inquiry.score(inquiry.ask(units), units).tolist()
        ids = [inquiry.units.ids[unit] for unit in units]
        found.update(zip(ids, scores, strict=True))
    outcomes = run(inquiry).outcomes
    assert [found[i] for i in outcomes.ids] == outcomes.scores.tolist()


@pytest.mark.parametrize("make", MEANS)
def test_the_mean_of_the_scores_is_the_figure(make):
    inquiry = make(rows_of(make))
    result = run(inquiry)
    assert isinstance(inquiry.figure, MeanOfUnits)
    assert result.outcomes.scores.mean() == pytest.approx(result.value, abs=1e-12)


@pytest.mark.parametrize("make", [*MEANS, corrected])
def test_the_result_of_some_is_that_of_asking_just_those(make):
    some = np.array([2, 3, 5, 31, 32, 33])
    inquiry = make(rows_of(make))
    parts = [inquiry.ask(some[[4, 1, 0]]), inquiry.ask(some[[5, 2, 3]])]
    found = inquiry.result(inquiry.join(parts), some)
    with activated(Session()):
        alone = run(make(some.tolist()))
    # Plain texts are named by their places: those, and so the data, are others.
    said = told(found), told(alone)
    for name in ("measurement", "counts", "notes", "failing", "also", "scores"):
        assert said[0][name] == said[1][name]
    shown = [
        [(c.shown, c.expected, c.observed) for c in r.cases] for r in (found, alone)
    ]
    assert shown[0] == shown[1]
    parted = [result.signature.split("|data:")[0] for result in (found, alone)]
    assert parted[0] == parted[1]


@pytest.mark.parametrize("make", RATIOS)
def test_a_ratio_says_why_no_part_of_it_settles_anything(make):
    figure = make(rows_of(make)).figure
    assert isinstance(figure, AsAWhole)
    assert ("no end" if make is corrected else "is a ratio: texts have") in figure.why


def test_early_stopping_of_a_ratio_is_refused_before_asking():
    model, why = fresh(), "different numbers of hidden tokens"
    how = {"early_stop": "certain"}
    with pytest.raises(ArgumentError, match=f"masked accuracy is a ratio: .*{why}"):
        assert_masked_accuracy(model, PLAIN, at_least=0.1, **how)
    with pytest.raises(ArgumentError, match=f"cross-entropy is a ratio: .*{why}"):
        assert_masked_cross_entropy(model, PLAIN, at_most=9, **how)
    with pytest.raises(ArgumentError, match="has no end: one text can outweigh"):
        assert_masked_gap(
            model, TEXTS, between=("he", "she"), at_most=9, measure="log_ratio", **how
        )
    assert not model.batches


@pytest.mark.parametrize("stop", ["certain", "confident"])
def test_a_list_of_words_goes_with_its_texts_through_every_window(stop):
    def outcome(at_least, **how):
        with activated(Session()):
            try:
                result = assert_masked_prediction(
                    fresh(), TEXTS, expect=EXPECTED, at_least=at_least, **how
                )
            except BehaviourFailure:
                return "failed"
        return "passed", result.stopped and result.stopped.asked

    for at_least in (0.01, 0.1, 0.9):
        assert outcome(at_least, early_stop=stop)[0] == outcome(at_least)[0]
    _, asked = outcome(0.01, early_stop="certain")
    assert asked == 64


def test_the_limit_takes_each_word_along_with_its_text():
    limited = Settings(limit=20)
    with activated(Session(lambda: limited)):
        expecting, gap = in_vocabulary(range(90)), corrected(range(90))
        rows = [int(identity.removeprefix("row-")) - 1 for identity in gap.examples.ids]
        assert (len(rows), gap.of) == (20, 90)
        words, found = run(expecting), run(gap)
    with activated(Session()):
        alone = run(in_vocabulary(rows)), run(corrected(rows))
    assert [words.value, found.value] == [each.value for each in alone]
    assert repr([CONTEXTS[row] for row in rows]) in found.signature


def test_contexts_are_as_many_as_the_texts_before_the_limit():
    limited, model = Settings(limit=20), fresh()
    with (
        activated(Session(lambda: limited)),
        pytest.raises(ArgumentError, match="context= has 20 words for 90 texts"),
    ):
        masked_gap(
            model, TEXTS, **SIDES, measure="prior_corrected", context=CONTEXTS[:20]
        )
    assert not model.batches


@pytest.mark.parametrize("mask", ["[MASK]", "<mask>"])
def test_the_models_own_mask_is_no_text_that_a_change_touches_beyond_the_limit(mask):
    """Of 90 texts 30 are not in capitals yet; the mask in the others never counts."""
    texts = [f"{'the' if i % 3 == 0 else 'THE'} {i} {mask}" for i in range(90)]
    with activated(Session(lambda: Settings(limit=60))):
        inquiry = invariance(
            FakeMasked(lambda text: {}, mask="<mask>"),
            texts,
            under=casing("upper"),
            tolerance=None,
            fields=None,
            seed=None,
        )
        assert len(inquiry.whole()) == 30
