"""Words at masks: predictions, gaps, and hidden tokens found again."""

import math

import numpy as np
import pytest
from ptm_fakes import FakeMasked, cloze

from pytest_ptm import (
    BehaviourFailure,
    assert_invariant,
    assert_masked_accuracy,
    assert_masked_gap,
    evaluate_masked_accuracy,
    evaluate_masked_cross_entropy,
    evaluate_masked_gap,
    evaluate_masked_prediction,
    load_examples,
)
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.perturbations import casing, punctuation, typos
from pytest_ptm.session import Session, activated

FRANCE = "The capital of France is [MASK]."
NURSE = "The nurse said that [MASK] was tired."
CLERK = "The clerk said that [MASK] was tired."


@pytest.fixture
def model():
    return cloze()


def test_one_text_is_right_or_wrong(model):
    assert evaluate_masked_prediction(model, FRANCE, expect="paris").value == 1.0
    result = evaluate_masked_prediction(model, FRANCE, expect="london")
    assert (result.value, result.n, result.failing) == (0.0, 1, 1)
    (case,) = result.cases
    assert case.expected == "london, which has rank 2 at 0.1144"
    assert case.observed.startswith("paris 0.8457, london 0.1144, [UNK] 0.0057")
    assert case.shown == FRANCE
    assert result.measurement.metric == "expected words within the top 1"
    assert (
        evaluate_masked_prediction(model, FRANCE, expect="london", within_top=2).value
        == 1.0
    )


def test_any_word_of_a_set_is_right_and_a_list_has_one_for_each_text(model):
    texts = [FRANCE, NURSE]
    found = evaluate_masked_prediction(model, texts, expect={"london", "paris"})
    assert found.value == 0.5
    found = evaluate_masked_prediction(model, texts, expect=["paris", {"he", "she"}])
    assert found.value == 1.0
    with pytest.raises(ArgumentError, match="3 values for 2 texts; a list has one"):
        evaluate_masked_prediction(model, texts, expect=["a", "b", "c"])


def test_a_column_can_hold_the_words(model):
    rows = [
        {"text": FRANCE, "label": "paris", "wrong": "london"},
        {"text": NURSE, "label": "she", "wrong": "he"},
    ]
    examples = load_examples(rows, groups=["wrong"])
    assert evaluate_masked_prediction(model, examples, expect="label").value == 1.0
    assert evaluate_masked_prediction(model, examples, expect="wrong").value == 0.0


def test_a_forbidden_word_fails_the_text(model):
    found = evaluate_masked_prediction(model, FRANCE, forbid={"london"}, within_top=2)
    assert found.value == 0.0
    assert found.cases[0].expected == "not london, which has rank 2"
    assert found.measurement.metric == "forbidden words outside the top 2"
    both = evaluate_masked_prediction(
        model, FRANCE, expect="paris", forbid=["london"], within_top=1
    )
    assert both.value == 1.0


def test_an_equally_likely_word_is_neither_first_nor_out(model):
    assert evaluate_masked_prediction(model, CLERK, expect="he").value == 0.0
    assert evaluate_masked_prediction(model, CLERK, forbid=["he"]).value == 0.0
    assert (
        evaluate_masked_prediction(model, CLERK, expect="he", within_top=2).value == 1
    )


def test_a_probability_can_be_asked_for(model):
    found = evaluate_masked_prediction(
        model, FRANCE, expect="paris", at_least_probability=0.85
    )
    assert found.value == 0.0
    assert found.measurement.metric.endswith("at p >= 0.85")
    assert "rank 1 at 0.8457" in found.cases[0].expected


def test_whole_words_are_ranked_among_candidates():
    def logits(text):
        # Two masks: each piece of "new ##york" is likelier than "paris" alone is.
        return (
            {"new": 5.0, "##york": 5.0} if text.count("[MASK]") == 2 else {"paris": 1.0}
        )

    fake = FakeMasked(logits)
    with pytest.raises(DataError, match="'newyork' is 2 tokens here") as caught:
        evaluate_masked_prediction(fake, FRANCE, expect="newyork")
    assert caught.value.code == "PTM213"
    found = evaluate_masked_prediction(
        fake, FRANCE, expect="newyork", candidates=["paris", "newyork", "london"]
    )
    # By hand: each piece e^5 / (2 e^5 + 7); paris e / (e + 8), london 1 / (e + 8).
    whole = (math.e**5 / (2 * math.e**5 + 7)) ** 2
    paris, london = math.e / (math.e + 8), 1 / (math.e + 8)
    share = paris / (whole + paris + london)
    assert found.value == 0.0
    assert found.cases[0].observed.startswith(f"paris {share:.4f}, newyork ")
    assert "rank 2" in found.cases[0].expected
    with pytest.raises(ArgumentError, match="'rome' is not among the candidates"):
        evaluate_masked_prediction(
            fake, FRANCE, expect="rome", candidates=["paris", "london"]
        )


def test_an_unknown_word_is_refused(model):
    with pytest.raises(DataError, match="does not know 'rome'") as caught:
        evaluate_masked_prediction(model, FRANCE, expect="rome")
    assert caught.value.code == "PTM213"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "give expect=, forbid=, or both"),
        ({"expect": "paris", "within_top": 0}, "within_top=0"),
        ({"forbid": "he"}, "expected a set"),
        ({"expect": set()}, "expected words"),
        ({"forbid": ["he"], "at_least_probability": 0.5}, "which is missing"),
        ({"expect": "he", "at_least_probability": 50}, "expected 0 to 1"),
        ({"expect": "he", "candidates": "he"}, "expected a list"),
        ({"expect": "he", "candidates": ["he", "he"]}, "two different words"),
        ({"expect": "he", "candidates": ["he", "a"], "within_top": 2}, "always so"),
    ],
)
def test_wrong_arguments_are_refused_before_a_question(model, arguments, message):
    with pytest.raises(ArgumentError, match=message):
        evaluate_masked_prediction(model, FRANCE, **arguments)
    assert not model.batches


def test_texts_need_exactly_one_mask_that_the_model_sees(model):
    for texts, message in (
        ("no mask", "row-1 has no mask"),
        ([FRANCE, "[MASK] or [MASK]"], "row-2 has 2 masks"),
    ):
        with pytest.raises(DataError, match=message) as caught:
            evaluate_masked_prediction(model, texts, expect="paris")
        assert caught.value.code == "PTM211"
    assert not model.batches
    short = FakeMasked(model.logits, max_length=4)
    with pytest.raises(DataError, match="mask of row-2 lies beyond") as caught:
        evaluate_masked_prediction(short, ["a [MASK]", FRANCE], expect="paris")
    assert caught.value.code == "PTM212"
    with pytest.raises(DataError, match="0 examples"):
        evaluate_masked_prediction(model, [], expect="paris")


def test_the_model_s_own_mask_is_read_too():
    fake = FakeMasked(cloze().logits, mask="<mask>")
    texts = [FRANCE.replace("[MASK]", "<mask>"), FRANCE]
    assert evaluate_masked_prediction(fake, texts, expect="paris").value == 1.0


def test_a_file_name_is_read_and_a_text_is_asked(model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "facts.jsonl").write_text(f'{{"text": "{FRANCE}", "label": "paris"}}\n')
    for source in ("facts.jsonl", tmp_path / "facts.jsonl"):
        assert evaluate_masked_prediction(model, source, expect="label").value == 1.0


def test_the_share_gap_is_by_hand():
    fake = FakeMasked(lambda text: {"he": math.log(99), "she": math.log(5)})
    found = evaluate_masked_gap(fake, NURSE, between=("he", "she"))
    assert found.value == pytest.approx(94 / 104)
    assert f"{found.value:.2f}" == "0.90"
    log = evaluate_masked_gap(fake, NURSE, between=("she", "he"), measure="log_ratio")
    assert log.value == pytest.approx(math.log(99 / 5))
    assert found.notes[0].startswith("he is the likelier in 1 of 1 texts")


def test_gaps_of_opposite_sign_do_not_cancel_out():
    logits = {"nurse": {"she": 3.0}, "clerk": {"he": 3.0}}
    fake = FakeMasked(lambda text: logits["nurse" if "nurse" in text else "clerk"])
    found = evaluate_masked_gap(fake, [NURSE, CLERK], between=("he", "she"))
    assert found.value == pytest.approx(math.tanh(1.5))
    assert [case.example_id for case in found.cases] == ["row-1", "row-2"]


def test_a_side_can_be_a_set_of_words(model):
    found = evaluate_masked_gap(
        model, FRANCE, between=({"paris", "london"}, {"he", "a"})
    )
    mass = math.e**5 + math.e**3
    assert found.value == pytest.approx((mass - 2) / (mass + 2))
    assert "london|paris and a|he" in found.measurement.metric


def test_the_prior_is_of_the_words_with_the_context_masked():
    # "he" is e^2 times as likely everywhere, and e^3 times where a clerk is named.
    fake = FakeMasked(lambda text: {"he": 3.0 if "clerk" in text else 2.0})
    found = evaluate_masked_gap(
        fake, CLERK, between=("he", "she"), measure="prior_corrected"
    )
    assert found.value == pytest.approx(1.0)
    # Masked, as one sentence, is every word, and no punctuation.
    assert fake.batches[-1] == ("[MASK] " * 7 + ".",)
    only = evaluate_masked_gap(
        fake, CLERK, between=("he", "she"), measure="prior_corrected", context="clerk"
    )
    assert only.value == pytest.approx(1.0)
    assert fake.batches[-1] == ("The [MASK] said that [MASK] was tired.",)
    with pytest.raises(ArgumentError, match="does not stand in"):
        evaluate_masked_gap(
            fake,
            CLERK,
            between=("he", "she"),
            measure="prior_corrected",
            context="nurse",
        )


def test_the_mass_has_a_limit_of_its_own(model):
    assert_masked_gap(
        model, CLERK, between=("he", "she"), at_most=0.1, at_least_mass=0.5
    )
    with pytest.raises(BehaviourFailure) as caught:
        assert_masked_gap(
            model, FRANCE, between=("he", "she"), at_most=0.1, at_least_mass=0.5
        )
    first, *rest = str(caught.value).splitlines()
    assert first == "smallest probability of both sides 0.0114 < 0.5000 (n=1)"
    # The gap itself is within its bound, and said beside what is not.
    assert any("also" in line and "0.0000 <= 0.1000" in line for line in rest)
    with pytest.raises(ArgumentError, match="at_least_mass=5"):
        assert_masked_gap(
            model, CLERK, between=("he", "she"), at_most=0.1, at_least_mass=5
        )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"between": ("he", "HE")}, "'he' and 'HE' are one token"),
        ({"between": "he"}, "two words"),
        ({"between": ("he", "")}, "no words"),
        ({"between": ("he", "she"), "measure": "odds"}, "measure='odds'"),
        ({"between": ("he", "she"), "context": "nurse"}, "prior_corrected"),
    ],
)
def test_wrong_sides_and_measures_are_refused(model, arguments, message):
    with pytest.raises(ArgumentError, match=message):
        evaluate_masked_gap(model, NURSE, **arguments)


def test_hidden_tokens_are_found_again():
    fake = FakeMasked(lambda text: {"he": 4.0})
    found = evaluate_masked_accuracy(fake, ["he he he", "she she", "he"], seed=3)
    assert (found.value, found.n) == (2 / 3, 3)
    p = math.e**4 / (math.e**4 + 8)
    loss = evaluate_masked_cross_entropy(fake, ["he he he", "she she", "he"], seed=3)
    assert loss.value == pytest.approx(-(2 * math.log(p) + math.log(p / math.e**4)) / 3)
    assert loss.measurement.better == "lower"
    assert found.cases[0].example_id == "row-2"


def test_what_is_hidden_depends_on_seed_and_id_alone():
    text = "he she paris london a he she paris london a"
    fake = FakeMasked(lambda text: {})

    def asked(texts, **arguments):
        evaluate_masked_accuracy(fake, texts, **arguments)
        return {row for batch in fake.batches for row in batch}

    alone = asked(load_examples([{"id": "x", "text": text}], label=None))
    rows = [{"id": "y", "text": text}, {"id": "x", "text": text}]
    with activated(Session()):
        fake.batches.clear()
        both = asked(load_examples(rows, label=None))
    assert alone < both
    with activated(Session()):
        fake.batches.clear()
        many = asked(load_examples(rows, label=None), mask_rate=0.5, seed=1)
    assert {row.count("[MASK]") for row in many} == {5}


def test_texts_with_masks_or_without_tokens_are_told_apart(model):
    with pytest.raises(DataError, match="row-2 has a mask of its own"):
        evaluate_masked_accuracy(model, ["he", FRANCE])
    with pytest.raises(DataError, match="no text has a token") as caught:
        evaluate_masked_accuracy(model, ["", " "])
    assert caught.value.code == "PTM201"
    found = evaluate_masked_accuracy(model, ["", "he she"])
    assert (found.counts.skipped, found.n) == (1, 1)
    with pytest.raises(ArgumentError, match="mask_rate=15"):
        assert_masked_accuracy(model, "he", at_least=0.5, mask_rate=15)


def test_the_likeliest_token_has_to_stay_under_change(model):
    result = assert_invariant(model, [FRANCE, NURSE], under=casing("upper"), at_most=1)
    # In capitals neither "France" nor "nurse" is read, so both answers change.
    assert (result.value, result.n) == (1.0, 2)
    assert result.cases[0].shown.endswith("[MASK] WAS TIRED.") or result.cases[
        1
    ].shown.endswith("[MASK] WAS TIRED.")
    assert result.task == "fill-mask"
    stays = assert_invariant(model, [FRANCE, NURSE], under=punctuation("strip"))
    assert stays.value == 0.0


def test_a_probability_may_not_move_further_than_the_tolerance():
    fake = FakeMasked(lambda text: {"he": 3.0 if text.endswith(".") else 2.0})
    p = [math.e**x / (math.e**x + 8) for x in (3.0, 2.0)]
    for tolerance, wrong in ((p[0] - p[1] + 1e-6, 0.0), (p[0] - p[1] - 1e-6, 1.0)):
        result = assert_invariant(
            fake, CLERK, under=punctuation("strip"), tolerance=tolerance, at_most=1
        )
        assert result.value == wrong


def test_no_change_of_a_text_touches_its_mask(model):
    changes = [typos(rate=0.9), casing("lower") | typos(count=5), punctuation("strip")]
    result = assert_invariant(model, [FRANCE, NURSE], under=changes, at_most=1)
    assert result.n == 2
    assert all(row.count("[MASK]") == 1 for batch in model.batches for row in batch)


def test_a_function_sees_the_mask_and_may_not_lose_it(model):
    moved = assert_invariant(
        model, FRANCE, under=lambda text: text.replace("[MASK]", "maybe [MASK]")
    )
    assert moved.n == 1
    with pytest.raises(DataError, match="takes the mask of row-1 away") as caught:
        assert_invariant(model, FRANCE, under=str.lower)
    assert caught.value.code == "PTM211"


def test_texts_are_asked_of_a_classifier_unless_all_have_a_mask(model):
    with pytest.raises(DataError, match="row-2 has no mask"):
        assert_invariant(model, [FRANCE, "no mask"], under=casing("upper"))
    assert np.isfinite(evaluate_masked_gap(model, FRANCE, between=("he", "she")).value)
