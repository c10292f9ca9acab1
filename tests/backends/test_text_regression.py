"""Heads with one output: asked in batches they say what transformers says alone."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import scipy.stats
from ptm_architectures import ARCHITECTURES, NOT_BUILT, WORDS, build
from ptm_numbers import cosine, fitted_head, sts_b
from ptm_one_by_one import apart, plain

from pytest_ptm import (
    assert_invariant,
    evaluate_accuracy,
    evaluate_agrees,
    evaluate_bias_gap,
    evaluate_directional,
    evaluate_invariant,
    evaluate_metric,
    evaluate_not_worse,
)
from pytest_ptm.backends.transformers import text_classification, text_regression
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.metrics.regression.figures import Numbers, pearson, spearman
from pytest_ptm.models.handle import load_model
from pytest_ptm.results import ModelCard
from pytest_ptm.session import Session, activated

TASK = "text-regression"
SAMPLE = [
    # architecture, which rows share a batch
    *[(name, "any") for name in ("bert", "roberta", "distilbert", "albert", "electra")],
    *[(name, "any") for name in ("deberta-v2", "xlnet", "gpt2", "bart", "t5")],
    *[(name, "equal lengths") for name in ("convbert", "fnet")],
]


def text(words, seed):
    return " ".join(WORDS[(i * 7 + seed) % len(WORDS)] for i in range(words))


LENGTHS = (2, 30, 5, 31, 60, 61, 9, 30, 17, 5, 2)
TEXTS = [text(n, seed) for seed, n in enumerate(LENGTHS)]
PAIRS = [text(n, seed + 3) for seed, n in enumerate(LENGTHS[::-1])]


def compared(folder, predictor_of, run_with):
    """Hold numbers asked at once against plain ones, single texts and pairs."""
    for pairs in (None, PAIRS):
        expected = plain(TASK, folder, TEXTS, pairs)
        assert expected.shape == (len(TEXTS), 1)
        # Equal answers say nothing if all texts have the same.
        assert expected.std() > 1e-3
        for budget in (1, 4_096):
            with run_with(batch_tokens=budget):
                predictor = predictor_of(folder, TASK)
                assert apart(predictor, TEXTS, expected, pairs) < 1e-4
    return predictor.checkpoint.padding.sharing


@pytest.mark.parametrize(("architecture", "sharing"), SAMPLE)
def test_numbers_of_a_batch_are_those_of_one_text_at_a_time(
    architecture, sharing, tmp_path, predictor_of, run_with
):
    folder = build(TASK, architecture, tmp_path / architecture)
    assert compared(folder, predictor_of, run_with) == sharing


@pytest.mark.heavy
@pytest.mark.parametrize("architecture", ARCHITECTURES["text-classification"])
def test_every_architecture_gives_the_number_of_one_text_at_a_time(
    architecture, tmp_path, predictor_of, run_with
):
    if architecture in NOT_BUILT:
        pytest.skip(f"{architecture} {NOT_BUILT[architecture]}")
    folder = build(TASK, architecture, tmp_path / architecture)
    compared(folder, predictor_of, run_with)


def test_the_same_head_says_so_in_its_config_or_not(copy_of, predictor_of, rewrite):
    folder = copy_of("bert-regression")
    before = predictor_of(folder, TASK)
    rewrite(folder / "config.json", problem_type="regression")
    after = predictor_of(f"other={folder}?task={TASK}", TASK)
    pairs = Examples(("one",), {"text": ("a great film",), "text_pair": ("dull",)})
    found = [ask(each, pairs).predictions.values for each in (before, after)]
    assert found[0] == pytest.approx(found[1])
    assert before.card.name != after.card.name


REFUSED = [
    # what is asked, what its config says, what the message says
    (TASK, {}, "2 outputs, so it gives classes ('negative', 'positive')"),
    (TASK, {}, "ask it for text-classification"),
    (
        TASK,
        {"problem_type": "single_label_classification"},
        "2 outputs and problem_type 'single_label_classification'",
    ),
    (
        TASK,
        {"problem_type": "multi_label_classification"},
        "problem_type 'multi_label_classification' in config.json, so it gives classes",
    ),
    (TASK, {"problem_type": "regression"}, "2 outputs and problem_type 'regression'"),
    (TASK, {"problem_type": "regression"}, "save one with num_labels=1"),
    (
        "text-classification",
        {"problem_type": "regression"},
        "problem_type 'regression' in config.json",
    ),
]


@pytest.mark.parametrize(("task", "config", "why"), REFUSED)
def test_a_head_that_gives_no_one_number_is_refused(
    task, config, why, copy_of, predictor_of, rewrite
):
    folder = copy_of("bert")
    rewrite(folder / "config.json", **config)
    with pytest.raises(ModelError) as refused:
        predictor_of(folder, task)
    assert refused.value.code == "PTM312"
    assert refused.value.message.startswith(str(folder))
    assert why in refused.value.message


def test_one_class_of_several_is_no_number(copy_of, predictor_of, rewrite):
    folder = copy_of("bert-regression")
    rewrite(folder / "config.json", problem_type="multi_label_classification")
    with pytest.raises(ModelError, match=r"one output and problem_type 'multi_label"):
        predictor_of(folder, TASK)
    assert predictor_of(folder).multi_label


@pytest.mark.parametrize("task", [text_regression, text_classification])
def test_one_class_and_no_other_is_no_choice_and_no_number(task):
    # Newer transformers refuse such a config themselves.
    config = SimpleNamespace(problem_type="single_label_classification")
    checkpoint = SimpleNamespace(
        identity=SimpleNamespace(config=config, class_names=("only",)),
        card=ModelCard("it", "./it", "0"),
    )
    with pytest.raises(ModelError) as refused:
        task.bind(checkpoint)
    assert refused.value.code == "PTM312"
    assert refused.value.message.startswith(
        "./it has one output and problem_type 'single_label_classification' in config"
    )


def test_a_body_without_a_head_is_not_asked(shared_models, predictor_of):
    with pytest.raises(ModelError, match=r"PTM303 .* no trained head for text-regres"):
        predictor_of(shared_models / "bert-tiny-mlm", TASK)


@pytest.fixture(scope="module")
def halves(shared_data):
    whole = sts_b(shared_data)
    return whole[::2], whole[1::2]


@pytest.fixture(scope="module")
def fitted(halves, shared_models, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sts-b") / "bert-tiny"
    return fitted_head(shared_models / "bert-tiny-sst2", halves[0], folder)


@pytest.mark.heavy
def test_a_head_fitted_to_sts_b_says_what_transformers_says(
    fitted, halves, predictor_of
):
    _, asked = halves
    texts, pairs = (asked.inputs[name] for name in ("text", "text_pair"))
    answers = ask(predictor_of(fitted, TASK), asked)
    expected = plain(TASK, fitted, texts, pairs, copies=False)[:, 0]
    found = answers.predictions.values
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)
    assert answers.cost.passes < 100
    gold = np.array(asked.labels)
    as_correlations(found, gold)
    # It has learned something: a weak model, and no constant one.
    assert scipy.stats.pearsonr(found, gold)[0] > 0.4


def test_the_cosine_of_an_encoder_is_a_model_of_ones_own(halves, shared_models):
    asked = halves[1][:250]
    folder = shared_models / "minilm-l6-sst2"
    model = load_model(f"python:ptm_numbers:cosine?folder={folder}")
    assert model.can() == {TASK}
    answers = ask(model.predictor(TASK), asked)
    by_hand = cosine(str(folder))
    for row in (0, 7, 200):
        one, other = (by_hand.embedded([asked.inputs[f][row]]) for f in asked.inputs)
        expected = pytest.approx(float((one * other).sum()), abs=1e-5)
        assert answers.predictions.values[row] == expected
    gold = np.array(asked.labels)
    as_correlations(answers.predictions.values, gold)
    assert scipy.stats.spearmanr(answers.predictions.values, gold)[0] > 0.65


def as_correlations(found, gold):
    """Both correlations of the figures are SciPy's."""
    found = found.astype(np.float64)
    for figure, theirs in (
        (pearson, scipy.stats.pearsonr),
        (spearman, scipy.stats.spearmanr),
    ):
        value, _ = figure(Numbers(figure.__name__, gold, found))
        assert value == pytest.approx(theirs(found, gold)[0], abs=1e-12)


def test_every_behaviour_on_a_real_head_that_nobody_declared(fitted, halves):
    """Its one output alone says that it is asked for numbers."""
    asked = halves[1]
    length = tuple("long" if len(t) > 50 else "short" for t in asked.inputs["text"])
    asked = replace(asked, groups={"length": length})
    with activated(Session()):
        model, same = load_model(fitted), load_model(f"same={fitted}")
        other = load_model("python:ptm_numbers:overlap")
        gold = np.array(asked.labels)
        answers = ask(model.predictor(TASK), asked).predictions.values
        errors = np.abs(answers.astype(np.float64) - gold)

        found = evaluate_metric(model, asked, metric="spearman")
        assert found.value == pytest.approx(scipy.stats.spearmanr(answers, gold)[0])
        is_long = np.array(length) == "long"
        gap = evaluate_bias_gap(
            model, asked, group="length", metric="mean_absolute_error"
        )
        apart = errors[is_long].mean() - errors[~is_long].mean()
        assert gap.value == pytest.approx(abs(apart))

        # Its vocabulary has no capitals: nothing moves, and nothing is asked again.
        still = evaluate_invariant(model, asked, under=str.upper, tolerance=1e-4)
        assert (still.value, still.cost.forwarded) == (0.0, 0)
        moved = evaluate_directional(
            model,
            asked,
            under=lambda text: f"not {text}",
            fields=["text"],
            expect="not_increase",
            tolerance=5.0,
        )
        assert (moved.value, moved.n) == (0.0, 750)

        assert evaluate_agrees(model, asked, than=same, tolerance=0.0).value == 1.0
        ahead = evaluate_not_worse(
            model, asked, than=other, metric="mean_absolute_error"
        )
        theirs = ask(other.predictor(TASK), asked).predictions.values
        expected = np.abs(theirs.astype(np.float64) - gold).mean() - errors.mean()
        assert ahead.value == pytest.approx(expected)
        stopped = assert_invariant(
            model,
            asked,
            under=str.upper,
            tolerance=0.1,
            at_most=0.5,
            early_stop="certain",
        )
        assert stopped.stopped is not None
        with pytest.raises(
            ModelError, match=r"PTM312 .*answers 'text-regression'.*'pearson'"
        ):
            evaluate_accuracy(model, asked)
