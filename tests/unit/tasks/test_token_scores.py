import math
import pickle

import numpy as np
import pytest

from pytest_ptm.ground.errors import ArgumentError, ModelError
from pytest_ptm.tasks.token_scores.answers import TokenScores
from pytest_ptm.tasks.token_scores.settings import Scoring


def scores(*rows, tokens=None):
    flat = [value for row in rows for value in row]
    return TokenScores(
        np.array([len(row) for row in rows], dtype=np.int32),
        np.array(tokens or range(len(flat)), dtype=np.int32),
        np.array(flat, dtype=np.float32),
        np.array([value > -1 for value in flat], dtype=bool),
    )


def test_sums_and_means_are_of_each_text():
    said = scores([-1.0, -2.0], [-0.5])
    assert said.totals.tolist() == [-3.0, -0.5]
    assert said.means.tolist() == [-1.5, -0.5]
    with pytest.raises(ModelError, match=r"PTM313 .* no score of any token of a text"):
        scores([-1.0, -2.0], [], [-0.5])


def test_windows_join_to_their_text():
    said = scores([-1.0], [-2.0, -4.0], [-8.0]).joined(np.array([2, 1]))
    assert said.totals.tolist() == [-7.0, -8.0]
    assert said.counts.dtype == np.int32


def test_what_is_not_finite_is_no_answer():
    said = scores([-1.0, math.nan], [-1.0], [-math.inf])
    assert said.valid.tolist() == [False, True, False]


def test_a_text_is_said_with_its_least_likely_token():
    said = scores([-1.0, -2.5, -0.5], [-0.25])
    assert said.spelled(0, ["a", "b", "c"]) == (
        "-4.000 nats over 3 tokens, least likely b -2.500"
    )
    assert said.said(1) == "-0.250 nats over 1 token, least likely <id 3> -0.250"
    assert said.answer(0).number == -4.0


def test_a_mean_moves_by_its_difference():
    before, after = scores([-1.0, -2.0], [-1.0]), scores([-1.0], [-1.0])
    assert before.shift(after).tolist() == [0.5, 0.0]
    assert before.differs(after, tolerance=0.5).tolist() == [False, False]
    assert before.differs(after, tolerance=0.4).tolist() == [True, False]


def test_what_is_written_is_read_again():
    said = scores([-1.0, -2.0], [-0.5])
    again = pickle.loads(pickle.dumps(said))
    assert (again.totals == said.totals).all()
    assert (again.likeliest == said.likeliest).all()
    assert said.take(np.array([1])).totals.tolist() == [-0.5]


def test_settings_add_up():
    earlier = Scoring(bos=False, window=8)
    assert Scoring(window=4).over(earlier) == Scoring(bos=False, window=4)
    assert Scoring(chat=True).over(Scoring(normalise="byte")).normalise == "byte"


def test_columns_that_do_not_fit_are_refused():
    with pytest.raises(ModelError, match=r"PTM313 .* its counts say that there are 3"):
        TokenScores(
            np.array([3], dtype=np.int32),
            np.zeros(2, dtype=np.int32),
            np.zeros(2, dtype=np.float32),
            np.zeros(2, dtype=bool),
        )
    with pytest.raises(ModelError, match=r"PTM313 .* above 0"):
        scores([0.5])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"window": 1}, "window=1: expected a whole number, 2 or more"),
        ({"window": True}, "window=True"),
        ({"stride": 0}, "stride=0"),
        ({"window": 4, "stride": 4}, "stride=4 is not below window=4"),
        ({"bos": "no"}, "bos='no': expected True or False"),
        ({"chat": 1}, "chat=1: expected True or False"),
        ({"chat": True, "bos": True}, "what begins a text is the template's"),
        ({"masking": "random"}, "masking='random': expected one of original"),
        ({"order": "right"}, "order='right': expected \"left_to_right\" or a seed"),
    ],
)
def test_settings_that_are_none_are_refused(wrong, said):
    with pytest.raises(ArgumentError, match=said):
        Scoring(**wrong)
