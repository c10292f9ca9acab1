"""Asking ends once the verdict is settled, and says so."""

import contextlib

import numpy as np
import pytest
from ptm_fakes import FakeClassifier, by_word

from pytest_ptm import (
    BehaviourFailure,
    Inconclusive,
    assert_accuracy,
    assert_bias_gap,
    assert_invariant,
    assert_metric,
    load_examples,
)
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.runs.rows import row_of
from pytest_ptm.session import Session, activated
from pytest_ptm.settings import Settings
from pytest_ptm.statistics.evidence import ShareOf
from pytest_ptm.statistics.p_values import p_value
from pytest_ptm.verdicts.headline import headline


def rows(right, n):
    """Sorted: the ``right`` ones first, as a file sorted by difficulty is."""
    labels = ["positive"] * right + ["negative"] * (n - right)
    return [{"text": f"good {i}", "label": y} for i, y in enumerate(labels)]


def test_a_clear_pass_asks_a_few_hundred_of_ten_thousand(model, session):
    result = assert_accuracy(
        model, rows(9_500, 10_000), at_least=0.9, early_stop="confident"
    )
    stopped = result.stopped
    assert (stopped.outcome, stopped.ground, stopped.total) == (
        "passed",
        "confident",
        10_000,
    )
    assert stopped.asked == result.n == model.rows_sent == result.cost.forwarded
    assert stopped.asked < 1_000
    assert result.cost.examples == stopped.asked
    assert sum(cost.examples for cost in session.costs) == stopped.asked


def test_the_message_never_gives_a_partial_figure_as_the_data_sets(model):
    with pytest.raises(BehaviourFailure) as failure:
        assert_accuracy(model, rows(800, 1_000), at_least=0.9, early_stop="confident")
    first, *others = str(failure.value).splitlines()
    asked = model.rows_sent
    assert first.startswith(
        f"accuracy < 0.9000 in the data set, confident at 95 % after {asked} of 1,000 "
        "examples ("
    )
    assert "among those" in first
    assert any("shuffled with seed 0" in line for line in others)
    assert any("not of the data" in line for line in others)


def test_certain_never_differs_from_the_whole_data_set(model):
    # 57 of 100 reach 0.57, though 0.57 * 100 lies below 57 as a float.
    for right in (56, 57, 58):
        with activated(Session()):
            try:
                result = assert_accuracy(
                    model, rows(right, 100), at_least=0.57, early_stop="certain"
                )
            except BehaviourFailure:
                assert right < 57
            else:
                assert right >= 57
                assert result.stopped is None or result.stopped.ground == "certain"


def test_what_is_certain_at_a_confidence_says_at_which(model, session):
    """Certain is only what all examples would show, and these show it at 95 %."""
    table = rows(1_000, 1_000)
    assert_accuracy(model, table, at_least=0.5, early_stop="certain", confidence=0.95)
    assert headline(session.verdicts[-1].verdict).startswith(
        "accuracy >= 0.5000 at 95 %, certain after "
    )
    assert_accuracy(model, table, at_least=0.5, early_stop="certain")
    assert headline(session.verdicts[-1].verdict).startswith(
        "accuracy >= 0.5000, certain after "
    )


def test_asked_to_the_end_it_is_a_plain_result(model, session):
    result = assert_accuracy(model, rows(60, 60), at_least=0.5, early_stop="certain")
    assert result.stopped is None
    assert result.value == 1.0
    assert sum(cost.examples for cost in session.costs) == 60


def test_sorted_data_is_saved_by_the_shuffle():
    # The first half right throughout, 88 % over all: the verdict is that of the whole.
    wrong = 0
    for seed in range(20):
        with activated(Session(lambda seed=seed: Settings(seed=seed))):
            try:
                assert_accuracy(
                    FakeClassifier(by_word()),
                    rows(1_760, 2_000),
                    at_least=0.9,
                    early_stop="confident",
                )
            except BehaviourFailure:
                continue
            wrong += 1
    assert wrong <= 3


def test_at_a_confidence_certain_waits_for_the_very_bounds(model):
    how = {"at_least": 0.9, "confidence": 0.95, "early_stop": "certain"}
    result = assert_accuracy(model, rows(990, 1_000), **how)
    assert result.stopped is None or result.stopped.outcome == "passed"
    with activated(Session()), pytest.raises(Inconclusive, match="inconclusive at"):
        assert_accuracy(FakeClassifier(by_word()), rows(905, 1_000), **how)


def test_invariance_counts_only_texts_that_change(model):
    texts = [f"good film {i}" if i % 2 else f"x{i}" for i in range(2_000)]
    change = {"good": lambda text: text.replace("good", "fine", 1)}["good"]
    with pytest.raises(BehaviourFailure) as failure:
        assert_invariant(model, texts, under=change, at_most=0.1, early_stop="certain")
    assert "of 1,000 examples" in str(failure.value).splitlines()[0]
    assert model.rows_sent < 600


def test_a_gap_between_groups_is_settled_early(model):
    table = [
        {
            "text": f"good {i}",
            "label": "positive" if i % 2 or i % 10 < 5 else "negative",
            "side": "a" if i % 2 else "b",
        }
        for i in range(4_000)
    ]
    examples = load_examples(table, text="text", label="label", groups=["side"])
    with pytest.raises(BehaviourFailure) as failure:
        assert_bias_gap(
            model, examples, group="side", at_most=0.05, early_stop="confident"
        )
    assert "of 4,000 examples" in str(failure.value).splitlines()[0]
    assert model.rows_sent < 1_000


@pytest.mark.parametrize(
    ("how", "match"),
    [
        ({"metric": "f1_macro", "early_stop": "certain"}, "made of ratios"),
        (
            {
                "metric": "accuracy",
                "early_stop": "confident",
                "estimand": "population",
            },
            "estimand='dataset'",
        ),
        (
            {"metric": "accuracy", "early_stop": "certain", "interval": "jeffreys"},
            "over all rows",
        ),
    ],
)
def test_what_cannot_stop_early_says_why(model, how, match):
    with pytest.raises(ArgumentError, match=match):
        assert_metric(model, rows(4, 5), at_least=0.1, **how)
    assert model.rows_sent == 0


def test_the_option_stops_where_it_can_and_asks_everything_elsewhere(model):
    with activated(Session(lambda: Settings(early_stop="confident"))):
        labels = rows(4_500, 5_000)
        result = assert_metric(model, labels, metric="f1_macro", at_least=0.1)
        assert result.n == 5_000
        assert assert_accuracy(model, labels, at_least=0.5).stopped is not None


def test_a_limit_is_drawn_first_and_marked(model):
    with activated(Session(lambda: Settings(limit=500))):
        result = assert_accuracy(
            model, rows(4_900, 5_000), at_least=0.5, early_stop="confident"
        )
    assert result.of == 5_000
    assert result.stopped.total == 500


def test_a_change_is_made_once_also_where_it_would_not_be_the_same_twice(model):
    rng = np.random.default_rng(0)
    texts = [f"good {i}" for i in range(300)]

    def moody(text):
        return text + "!" if rng.random() < 0.5 else text

    result = assert_invariant(
        model, texts, under=moody, at_most=0.5, early_stop="certain"
    )
    # The texts that were changed are the units, and each of them is asked as it became.
    sent = [text for batch in model.batches for text in batch]
    changed = [text for text in sent if text.endswith("!")]
    assert len(changed) == len(sent) / 2 == result.stopped.asked
    assert {text[:-1] for text in changed} == {*sent} - {*changed}


def test_a_gap_asked_to_the_end_is_known(model):
    table = [
        {"text": f"good {i}", "label": "positive", "side": "ab"[i % 2]}
        for i in range(120)
    ]
    examples = load_examples(table, groups=["side"])
    how = {"group": "side", "at_most": 0.0, "early_stop": "confident"}
    assert assert_bias_gap(model, examples, **how).value == 0.0
    result = assert_bias_gap(
        model,
        examples,
        confidence=0.95,
        estimand="dataset",
        **{**how, "at_most": 0.05},
    )
    assert result.value == 0.0


def outcome(check, *args, **how):
    """What an assertion comes to, in a session that has asked nothing yet."""
    settings = how.pop("settings", {})
    with (
        activated(Session(lambda: Settings(**settings))) as session,
        contextlib.suppress(BehaviourFailure),
    ):
        check(FakeClassifier(by_word()), *args, **how)
    return session.verdicts[-1].verdict.outcome


def drawn(share, n, seed, *, groups=()):
    """A file of so many rows, themselves drawn where the model is right this often."""
    right = np.random.default_rng(seed).random(n) < share
    table = [
        {
            "text": f"good {row}",
            "label": "positive" if hit else "negative",
            "side": "ab"[row % 2],
        }
        for row, hit in enumerate(right.tolist())
    ]
    return load_examples(table, text="text", label="label", groups=list(groups))


def test_what_a_limit_leaves_out_stays_unknown():
    # 64 of 300 passed: a sample of 200 was taken for all 10,000 rows.
    examples = load_examples(rows(8_800, 10_000), text="text", label="label")
    for estimand in (None, "dataset"):
        how = {"at_least": 0.9, "confidence": 0.95, "estimand": estimand}
        passed = sum(
            outcome(
                assert_accuracy,
                examples,
                early_stop="confident",
                settings={"limit": 200, "seed": seed},
                **how,
            )
            == "passed"
            for seed in range(30)
        )
        assert passed <= 2


@pytest.mark.parametrize("estimand", [None, "population", "dataset"])
@pytest.mark.parametrize("confidence", [None, 0.95])
@pytest.mark.parametrize("limit", [None, 90])
def test_certain_is_the_verdict_of_the_full_run(estimand, confidence, limit):
    # 122 of 428 differed under estimand="dataset".
    # Of 130 rows two are left at the second look.
    found = set()
    for right in (102, 109, 114, 117, 118, 121, 127):
        examples = load_examples(rows(right, 130), text="text", label="label")
        how = {
            "at_least": 0.9,
            "confidence": confidence,
            "estimand": estimand,
            "settings": {"limit": limit, "seed": right},
        }
        full, early = (
            outcome(assert_accuracy, examples, early_stop=stop, **how)
            for stop in ("off", "certain")
        )
        assert early == full, right
        found.add(full)
    assert {"passed", "failed"} <= found or limit is not None


@pytest.mark.parametrize("estimand", [None, "dataset"])
@pytest.mark.parametrize("confidence", [None, 0.95])
def test_a_certain_gap_is_the_verdict_of_the_full_run(estimand, confidence):
    found = set()
    for share, seed in ((0.6, 0), (0.7, 1), (0.9, 2), (0.97, 4)):
        examples = drawn(share, 260, seed, groups=["side"])
        how = {
            "group": "side",
            "at_most": 0.05,
            "confidence": confidence,
            "estimand": estimand,
        }
        full, early = (
            outcome(assert_bias_gap, examples, early_stop=stop, **how)
            for stop in ("off", "certain")
        )
        assert early == full
        found.add(full)
    assert len(found) > 1 or (confidence and not estimand)


def test_at_the_bound_a_population_seldom_passes():
    # 54 % passed "at 95 %": what was sure was about the rows of the file.
    words = [
        outcome(
            assert_accuracy,
            drawn(0.9, 448, seed),
            at_least=0.9,
            confidence=0.95,
            early_stop="confident",
        )
        for seed in range(40)
    ]
    assert words.count("passed") <= 5
    assert words.count("failed") <= 5
    good = outcome(
        assert_accuracy,
        drawn(0.97, 2_000, 0),
        at_least=0.9,
        confidence=0.95,
        early_stop="confident",
    )
    assert good == "passed"


def test_a_gap_at_its_bound_seldom_passes_in_a_population():
    words = []
    for seed in range(15):
        random = np.random.default_rng(seed)
        side = np.arange(512) % 2
        right = random.random(512) < np.where(side, 0.95, 0.85)
        table = [
            {
                "text": f"good {row}",
                "label": "positive" if hit else "negative",
                "side": s,
            }
            for row, (hit, s) in enumerate(
                zip(right.tolist(), side.tolist(), strict=True)
            )
        ]
        examples = load_examples(table, text="text", label="label", groups=["side"])
        words.append(
            outcome(
                assert_bias_gap,
                examples,
                group="side",
                at_most=0.1,
                confidence=0.95,
                early_stop="confident",
            )
        )
    assert words.count("passed") <= 3
    assert words.count("failed") <= 3


def test_the_message_says_what_the_verdict_is_about(model):
    how = {"at_least": 0.9, "early_stop": "confident"}
    labels = rows(800, 1_000)
    for more, said, ground in (
        ({}, "in the data set, confident at 95 %", "shuffle without replacement"),
        ({"confidence": 0.99}, "< 0.9000, confident at 99 %", "are a sample of"),
        (
            {"confidence": 0.99, "estimand": "dataset"},
            "in the data set, confident at 99 %",
            "shuffle without replacement",
        ),
    ):
        with activated(Session()), pytest.raises(BehaviourFailure) as failure:
            assert_accuracy(model, labels, **how, **more)
        assert said in str(failure.value).splitlines()[0]
        assert ground in str(failure.value)


def test_at_the_end_of_the_file_the_looks_have_had_their_part_of_the_error(
    model, session
):
    with pytest.raises(Inconclusive) as failure:
        assert_accuracy(
            model, rows(182, 200), at_least=0.9, confidence=0.95, early_stop="confident"
        )
    text = str(failure.value)
    assert text.startswith("inconclusive at 95 %: accuracy 0.9100, at_least=0.9000")
    assert "98.5 % lower bound" in text
    assert "earlier looks had 70 % of the error" in text
    # A p-value of 5 % is one of 1.5 % by the bound alone.
    power = row_of(session.verdicts[-1], "test_a.py::test_b").power
    alone = p_value(ShareOf(182, 200), 0.9, side="lower")
    assert power.p_cleared == min(1.0, alone / 0.3)


def test_rows_that_repeat_are_no_draws_and_are_all_asked(model):
    labels = [
        {"text": f"good {row % 400}", "label": "positive"} for row in range(2_000)
    ]
    how = {"at_least": 0.5, "confidence": 0.95}
    result = assert_accuracy(model, labels, early_stop="confident", **how)
    assert (result.stopped, result.n) == (None, 2_000)
    with activated(Session()):
        result = assert_accuracy(model, labels, early_stop="certain", **how)
        assert result.stopped is None
        # Of the file itself they are rows like any other.
        result = assert_accuracy(
            model, labels, early_stop="confident", estimand="dataset", **how
        )
    assert result.stopped is not None


def test_a_population_without_a_confidence_is_asked_in_full_under_the_option(model):
    with activated(Session(lambda: Settings(early_stop="confident"))):
        result = assert_accuracy(
            model, rows(990, 1_000), at_least=0.5, estimand="population"
        )
    assert result.stopped is None
