import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pytest_ptm.engine.plan import default_budget, plan

lengths = st.lists(st.integers(0, 600), max_size=300).map(
    lambda values: np.array(values, dtype=np.int32)
)


@given(lengths, st.integers(1, 5_000))
def test_a_plan_is_a_permutation_with_every_row_once(lengths, batch_tokens):
    batches = plan(lengths, batch_tokens=batch_tokens)
    rows = [row for batch in batches for row in batch.tolist()]
    assert sorted(rows) == list(range(len(lengths)))
    assert all(len(batch) for batch in batches)


@given(lengths, st.integers(1, 5_000))
def test_only_a_single_row_may_exceed_the_budget(lengths, batch_tokens):
    for batch in plan(lengths, batch_tokens=batch_tokens):
        cost = len(batch) * int(lengths[batch].max())
        assert cost <= batch_tokens or len(batch) == 1


@given(lengths, st.integers(1, 5_000))
def test_the_longest_rows_go_first(lengths, batch_tokens):
    batches = plan(lengths, batch_tokens=batch_tokens)
    in_order = [int(lengths[row]) for batch in batches for row in batch]
    assert in_order == sorted(in_order, reverse=True)


def test_rows_of_one_length_stay_in_their_order():
    assert [
        batch.tolist() for batch in plan(np.full(5, 4, np.int32), batch_tokens=8)
    ] == [
        [0, 1],
        [2, 3],
        [4],
    ]


def test_no_rows_need_no_batches():
    assert plan(np.array([], dtype=np.int32), batch_tokens=8) == []


def test_a_cpu_has_a_fixed_budget():
    assert default_budget("cpu") == 1_024
    assert default_budget("cuda:1") == 16_384


@given(lengths, st.integers(1, 5_000), st.integers(1, 9))
def test_rows_of_different_groups_never_share_a_batch(lengths, batch_tokens, kinds):
    groups = (lengths * 7) % kinds
    batches = plan(lengths, batch_tokens=batch_tokens, groups=groups)
    assert all(len(set(groups[batch].tolist())) == 1 for batch in batches)
    in_order = [int(lengths[row]) for batch in batches for row in batch]
    assert in_order == sorted(in_order, reverse=True)
    assert len(in_order) == len(lengths)


def test_rows_of_one_group_fill_their_batches():
    values = np.array([3, 5, 3, 5, 3, 3], dtype=np.int32)
    batches = plan(values, batch_tokens=9, groups=values)
    assert [batch.tolist() for batch in batches] == [[1], [3], [0, 2, 4], [5]]
