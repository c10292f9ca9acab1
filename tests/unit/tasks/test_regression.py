"""Numbers as answers: what they hold, what differs, and how a person reads one."""

import math
import pickle

import numpy as np
import pytest

from pytest_ptm.ground.errors import ModelError
from pytest_ptm.tasks import columns_of, find_task
from pytest_ptm.tasks.table import Table, concatenate, take
from pytest_ptm.tasks.text_regression import Regression


def numbers(*values):
    return Regression(np.array(values, dtype=np.float32))


def test_the_task_takes_a_text_or_a_pair_and_answers_with_a_number():
    task = find_task("text-regression")
    assert (tuple(task.fields), task.answers) == (("text",), Regression)
    answers = numbers(1, 2)
    assert columns_of(answers, task.name, by="it").columns["values"].tolist() == [1, 2]
    with pytest.raises(ModelError, match=r"PTM313 .* with ndarray; .* a Regression"):
        columns_of(answers.values, task.name, by="it")


@pytest.mark.parametrize("shape", [(), (2, 1), (0, 3), (1, 1, 1)])
def test_anything_but_one_number_a_row_is_refused(shape):
    with pytest.raises(ModelError) as refused:
        Regression(np.zeros(shape, dtype=np.float32))
    assert refused.value.code == "PTM313"
    assert f"shape {shape}; there is one number" in refused.value.message
    assert "logits[:, 0]" in refused.value.message


def test_a_number_that_is_none_is_not_valid():
    found = numbers(0, math.nan, math.inf, -math.inf, -1e30)
    assert found.valid.tolist() == [True, False, False, False, True]
    assert len(found) == 5


def test_rows_are_taken_joined_and_written():
    whole = numbers(*range(10))
    parts = [take(whole, np.arange(4, 10)), whole.take(np.arange(4))]
    joined = concatenate(parts)
    assert joined.values.tolist() == [4, 5, 6, 7, 8, 9, 0, 1, 2, 3]
    assert joined.values.dtype == np.float32
    again = Regression.from_columns(Table.from_bytes(joined.columns().to_bytes()))
    assert again.values.tolist() == joined.values.tolist()
    assert again.values.dtype == np.float32
    assert len(take(whole, np.array([], dtype=np.intp))) == 0


def test_an_answer_is_four_bytes():
    whole = Regression(np.random.default_rng(0).normal(size=1_000).astype(np.float32))
    one, all_ = (len(pickle.dumps(each)) for each in (whole.take(np.arange(1)), whole))
    assert all_ - one <= 4 * 999 + 8
    assert one < 300
    assert (pickle.loads(pickle.dumps(whole)).values == whole.values).all()


def test_what_is_taken_of_a_column_of_logits_holds_none_of_the_others():
    logits = np.arange(6, dtype=np.float32).reshape(3, 2)
    part = Regression(logits[:, 0]).take(np.array([2]))
    assert (part.values.tolist(), part.values.base) == ([4], None)


def test_numbers_differ_by_more_than_the_tolerance_or_at_all():
    one, other = numbers(1, 1, 1, -1), numbers(1, 1.5, 1.75, 1)
    assert one.differs(other).tolist() == [False, True, True, True]
    within = one.differs(other, tolerance=0.5)
    assert within.tolist() == [False, False, True, True]
    assert one.differs(other, tolerance=0.0).tolist() == one.differs(other).tolist()
    last = Regression(np.nextafter(one.values, np.float32(9)))
    assert one.differs(last).all()
    assert not one.differs(last, tolerance=1e-6).any()


@pytest.mark.parametrize("tolerance", [None, 0.0, 9.0])
def test_what_cannot_be_compared_differs(tolerance):
    one, other = numbers(math.nan, math.nan, 1), numbers(math.nan, 1, math.inf)
    assert one.differs(other, tolerance=tolerance).all()


def test_the_shift_is_the_distance_in_the_numbers_own_units():
    found = numbers(1, -2, 3e38).shift(numbers(4, 2, -3e38))
    assert found.dtype == np.float64
    assert found[:2].tolist() == [3, 4]
    # In float32 it would be infinite.
    assert found[2] == pytest.approx(6e38)
    assert math.isnan(numbers(math.inf).shift(numbers(math.inf))[0])


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (3.8124, "3.812"),
        (5.0, "5"),
        (-0.25, "-0.25"),
        (0.0, "0"),
        (0.00001234, "1.234e-05"),
        (9999.4, "9999"),
        (9999.7, "10000"),
        (12345.6, "12346"),
        (-1234567.0, "-1234567"),
        (1e30, "1e+30"),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
    ],
)
def test_a_person_reads_four_digits_that_say_something(value, said):
    assert numbers(7, value).said(1) == said
