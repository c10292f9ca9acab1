"""Masked predictions as a user runs them: green, red, and never by accident."""

import json

import pytest

FACTS = """
from pytest_ptm import assert_invariant, assert_masked_gap, assert_masked_prediction
from pytest_ptm.perturbations import punctuation

FRANCE = "The capital of France is [MASK]."
NURSE = "The nurse said that [MASK] was tired."

def test_knows_the_capital(ptm_model):
    assert_masked_prediction(ptm_model, FRANCE, expect="paris")

def test_stays_without_a_full_stop(ptm_model):
    assert_invariant(ptm_model, [FRANCE, NURSE], under=punctuation("strip"))

def test_treats_nurses_alike(ptm_model):
    assert_masked_gap(ptm_model, NURSE, between=("he", "she"), at_most=0.5)
"""
MODEL = "--ptm-model=facts=python:ptm_fakes:cloze"


def test_each_verdict_is_reported(suite, how):
    suite.makepyfile(test_facts=FACTS)
    result = suite.runpytest_inprocess(MODEL, "--ptm-json=run.json", *how)
    result.assert_outcomes(passed=2, failed=1)
    headline = "masked gap (share) between he and she 0.9051 > 0.5000 (n=1)"
    result.stdout.fnmatch_lines(
        [
            f"E       pytest_ptm.BehaviourFailure: {headline}",
            "E           row-1  expected he as likely as she  got he 0.0423, "
            "she 0.8489, gap 0.91",
            'E             "The nurse said that [[]MASK[]] was tired."',
            f"FAILED {headline}  test_facts.py::test_treats_nurses_alike*",
        ]
    )
    rows = json.loads((suite.path / "run.json").read_text())["verdicts"]
    assert {row["task"] for row in rows} == {"fill-mask"}
    assert sorted(row["behaviour"] for row in rows) == [
        "invariance",
        "masked_gap",
        "masked_prediction",
    ]


@pytest.mark.parametrize("text", ["no mask", "[MASK] [MASK]", ""])
def test_a_text_without_one_mask_is_an_error_and_no_verdict(suite, how, text):
    suite.makepyfile(
        test_facts=f"""
        from pytest_ptm import assert_masked_prediction

        def test_it(ptm_model):
            assert_masked_prediction(ptm_model, {text!r}, expect="paris")
        """
    )
    result = suite.runpytest_inprocess(MODEL, *how)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E*DataError: PTM211 examples: row-1 has *"])


def test_a_classifier_is_not_asked_to_fill_masks(suite, how):
    suite.makepyfile(test_facts=FACTS)
    result = suite.runpytest_inprocess("--ptm-model=python:ptm_fakes:keyword", *how)
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(["E*ModelError: PTM313*"])


def test_a_declared_task_decides_what_texts_are_asked(suite, how):
    suite.makepyfile(
        test_facts="""
        import pytest
        from pytest_ptm import assert_invariant

        @pytest.mark.ptm(task="text-classification")
        def test_a_mask_is_a_word_like_any_other(ptm_model):
            result = assert_invariant(
                ptm_model, ["a good [MASK]", "[MASK]"], under=lambda text: text + "!"
            )
            assert result.task == "text-classification"
        """
    )
    result = suite.runpytest_inprocess("--ptm-model=python:ptm_fakes:keyword", *how)
    result.assert_outcomes(passed=1)
