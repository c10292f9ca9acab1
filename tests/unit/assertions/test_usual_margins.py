"""How much worse a model may be, where nobody says: a share of the metric's range."""

from __future__ import annotations

import pytest
from ptm_written import FakeWriter, referred

from pytest_ptm import ArgumentError, BehaviourFailure, assert_not_worse, load_model
from pytest_ptm.metrics.finding import kinds, scale_of

NAMES = sorted(
    {name for kind in kinds() for name, own in kind.metrics.items() if own.directed}
)
OF_SHARES, OF_POINTS = 0.02, 2.0
POINTS = {"bleu", "chrf", "chrf++"}
ENDLESS = {
    "bits_per_byte",
    "cross_entropy",
    "log_loss",
    "mean_absolute_error",
    "mean_squared_error",
    "perplexity",
    "pseudo_bits_per_byte",
    "pseudo_cross_entropy",
    "pseudo_perplexity",
    "pseudo_word_perplexity",
    "ter",
    "word_perplexity",
}


@pytest.mark.parametrize("name", NAMES)
def test_it_is_two_hundredths_of_what_lies_above_0(name):
    expected = OF_POINTS if name in POINTS else OF_SHARES
    assert scale_of(name).usual_margin == (None if name in ENDLESS else expected)


def test_settings_move_no_end():
    assert scale_of("bleu(tokenize=zh)").usual_margin == OF_POINTS


@pytest.mark.parametrize("name", sorted(ENDLESS))
def test_of_a_figure_without_an_end_it_has_to_be_said(name):
    # Before either model is loaded, of which there is none.
    nobody = load_model("./no-such-model")
    with pytest.raises(ArgumentError, match=rf"margin= is left out, and {name} has no"):
        assert_not_worse(nobody, [], than=nobody, metric=name)


ROWS = referred(*[(f"the cat {n} sat on mat {n} of house",) * 2 for n in range(60)])


def lost_in(rows: int) -> FakeWriter:
    """The texts, the last word of so many of which is another."""

    def answer(text: str, _: int) -> str:
        return text.replace("house", "tent") if int(text.split()[2]) < rows else text

    return FakeWriter(answer, name=f"lost{rows}")


def test_two_points_of_bleu_are_little_and_three_are_not():
    none = lost_in(0)
    # Eight tokens and 60 texts: about 0.3 points of each text that is lost.
    result = assert_not_worse(lost_in(6), ROWS, than=none, metric="bleu")
    assert -2.0 <= result.value < -1.0
    with pytest.raises(BehaviourFailure, match=r"< -2\.0000"):
        assert_not_worse(lost_in(15), ROWS, than=none, metric="bleu")
    with pytest.raises(BehaviourFailure, match=r"< -0\.0200"):
        assert_not_worse(lost_in(6), ROWS, than=none, metric="exact_match")
