"""How many texts the model may not have seen to their end has a bound of its own."""

import pytest
from ptm_fakes import FakeClassifier, FakeMasked, by_word

from pytest_ptm import (
    BehaviourFailure,
    assert_accuracy,
    assert_bias_gap,
    assert_invariant,
    assert_masked_gap,
    assert_masked_prediction,
    load_examples,
)
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.runs.rows import row_of
from pytest_ptm.runs.standing import limit_leads
from pytest_ptm.session import Session, activated
from pytest_ptm.settings import Settings


def rows(long, n):
    """All right, and the first ``long`` of them beyond three words."""
    return [
        {
            "text": f"good film {i}" + " and more of it" * (i < long),
            "label": "positive",
            "side": "ab"[i % 2],
        }
        for i in range(n)
    ]


@pytest.fixture
def short_sighted():
    return FakeClassifier(by_word(), max_length=3)


def headline(session):
    from pytest_ptm.verdicts.headline import headline

    return headline(session.verdicts[-1].verdict)


def test_all_rows_truncated_are_red_where_a_bound_is_given(short_sighted, session):
    assert_accuracy(short_sighted, rows(10, 10), at_least=0.9)
    assert headline(session).endswith("(n=10) · 100 % of rows truncated")
    with pytest.raises(BehaviourFailure) as failure:
        assert_accuracy(short_sighted, rows(10, 10), at_least=0.9, max_truncated=0.5)
    first, *others = str(failure.value).splitlines()
    assert first.startswith("truncated 1.0000 > 0.5000 (n=10)")
    assert any("accuracy 1.0000 >= 0.9000" in line for line in others)
    # Accuracy's interval is not to be read as that of the share that was truncated.
    (interval,) = (line for line in others if line.strip().startswith("interval"))
    assert interval.endswith(" · of accuracy")
    passed, failed = (row_of(told, "test_it.py::test_it") for told in session.verdicts)
    assert not limit_leads(passed)
    assert limit_leads(failed)


@pytest.mark.parametrize(("long", "most"), [(0, 0), (2, 0.2), (10, 1)])
def test_a_share_up_to_the_bound_passes(short_sighted, session, long, most):
    assert_accuracy(short_sighted, rows(long, 10), at_least=0.9, max_truncated=most)
    (limit,) = session.verdicts[0].verdict.limits
    assert (limit.measurement.value, limit.measurement.n) == (long / 10, 10)


@pytest.mark.parametrize(("long", "said"), [(2, False), (3, True)])
def test_the_headline_says_it_above_a_fifth(short_sighted, session, long, said):
    assert_accuracy(short_sighted, rows(long, 10), at_least=0.9)
    assert ("30 % of rows truncated" in headline(session)) is said


def test_the_option_holds_for_every_assertion_unless_it_says_otherwise(short_sighted):
    with activated(Session(lambda: Settings(max_truncated=0.1))):
        with pytest.raises(BehaviourFailure, match=r"truncated 0\.2000 > 0\.1000"):
            assert_accuracy(short_sighted, rows(2, 10), at_least=0.9)
        assert_accuracy(short_sighted, rows(2, 10), at_least=0.9, max_truncated=0.2)
        # Of every row, so that no early end leaves some out; one asked for is refused.
        table = rows(200, 2_000)
        with (
            activated(Session(lambda: Settings(max_truncated=0, early_stop="certain"))),
            pytest.raises(BehaviourFailure, match=r"truncated 0\.1000 > 0\.0000"),
        ):
            assert_accuracy(short_sighted, table, at_least=0.5)
        with pytest.raises(
            ArgumentError, match="a further limit is of every single row"
        ):
            assert_accuracy(short_sighted, table, at_least=0.5, early_stop="certain")


@pytest.mark.parametrize("most", [-0.1, 1.1, 20, float("nan"), "0.1", True])
def test_no_share_is_refused_before_the_first_question(short_sighted, most):
    with pytest.raises(ArgumentError, match="max_truncated"):
        assert_accuracy(short_sighted, rows(1, 2), at_least=0.5, max_truncated=most)
    assert short_sighted.rows_sent == 0


def test_changed_texts_count_too(short_sighted, session):
    table = [f"good film {i}" for i in range(10)]

    def longer(text):
        return f"{text} indeed"

    with pytest.raises(BehaviourFailure, match=r"truncated 0\.5000 > 0\.4000 \("):
        assert_invariant(
            short_sighted, table, under=longer, at_most=0.1, max_truncated=0.4
        )
    (limit,) = session.verdicts[0].verdict.limits
    assert limit.measurement.n == 20


def test_a_gap_between_groups_and_masked_models_have_the_bound_too(short_sighted):
    examples = load_examples(rows(40, 80), groups=["side"])
    with pytest.raises(BehaviourFailure, match=r"truncated 0\.5000 > 0\.4000"):
        assert_bias_gap(
            short_sighted, examples, group="side", at_most=0.5, max_truncated=0.4
        )
    masked = FakeMasked(lambda _: {"paris": 5.0, "he": 2.0, "she": 2.0}, max_length=3)
    texts = ["It is [MASK] as all know", "It is [MASK]"]
    with pytest.raises(BehaviourFailure, match=r"truncated 0\.5000 > 0\.4000"):
        assert_masked_prediction(masked, texts, expect="paris", max_truncated=0.4)
    with pytest.raises(BehaviourFailure, match=r"truncated 0\.5000 > 0\.4000"):
        assert_masked_gap(
            masked, texts, between=("he", "she"), at_most=0.5, max_truncated=0.4
        )
