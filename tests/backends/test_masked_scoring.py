"""Pseudo-log-likelihoods: every score against one masked copy of the text at a time."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import transformers
from ptm_architectures import ARCHITECTURES, NOT_BUILT, WORDS, build, tokenizer
from ptm_checkpoints import SENTENCES

from pytest_ptm import (
    ArgumentError,
    BehaviourFailure,
    DataError,
    ModelError,
    assert_directional,
    assert_invariant,
    assert_metric,
    evaluate_perplexity,
    evaluate_prefers,
    from_pretrained,
    load_examples,
    load_model,
    scored,
)
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask
from pytest_ptm.tasks.masked_scoring import PseudoTokenScores
from pytest_ptm.tasks.token_scores.settings import Scoring

TASK = "masked-scoring"
LENGTHS = (2, 30, 5, 31, 9, 17, 5, 1)
SAMPLE = (
    "albert",
    "bert",
    "deberta-v2",
    "electra",
    "modernbert",
    "roberta",
    "xlm-roberta",
)


def text(words, seed=0):
    return " ".join(WORDS[(i * 7 + seed) % len(WORDS)] for i in range(words))


TEXTS = tuple(text(n, seed) for seed, n in enumerate(LENGTHS))


def examples_of(*texts, **columns):
    ids = tuple(f"text-{place}" for place in range(1, len(texts) + 1))
    return Examples(ids, {"text": texts, **columns})


def plain(folder, texts, *, within_words=False):
    """Ids and log-probabilities of each text, one masked copy alone at a time."""
    model = transformers.AutoModelForMaskedLM.from_pretrained(folder).eval()
    tokens = transformers.AutoTokenizer.from_pretrained(folder)
    found = []
    for each in texts:
        encoded = tokens(each, return_tensors="pt", return_special_tokens_mask=True)
        special = encoded.pop("special_tokens_mask")[0].bool()
        if "token_type_ids" not in tokens.model_input_names:
            encoded.pop("token_type_ids", None)
        words = encoded.word_ids() if within_words else None
        ids = encoded["input_ids"][0]
        own = []
        for at in np.flatnonzero(~special.numpy()):
            masked = ids.clone()
            masked[at] = tokens.mask_token_id
            for later in range(at + 1, len(ids) if within_words else 0):
                if words[later] == words[at]:
                    masked[later] = tokens.mask_token_id
            with torch.no_grad():
                said = model(**{**encoded, "input_ids": masked[None]}).logits[0, at]
            own.append(said.double().log_softmax(dim=-1)[ids[at]].item())
        found.append((ids[~special].tolist(), own))
    return found


def bound(folder, task=TASK):
    return load_model(str(folder)).predictor(task)


def apart(predictor, texts, expected):
    """How far a mixed batch is from one copy at a time."""
    found = ask(predictor, examples_of(*texts)).predictions
    assert type(found) is PseudoTokenScores
    worst = 0.0
    for row, (ids, scores) in enumerate(expected):
        own = found.of(row)
        assert own.tokens.tolist() == ids
        worst = max(worst, np.abs(own.log_probabilities - scores).max())
    assert found.totals.std() > 1e-2
    return worst


def compared(folder, side, run_with):
    tokenizer(side=side).save_pretrained(folder)
    expected = plain(folder, TEXTS)
    worst = 0.0
    for order in (1, -1):
        with run_with():
            there = apart(bound(folder), TEXTS[::order], expected[::order])
            worst = max(worst, there)
    return worst


@pytest.mark.parametrize(
    ("architecture", "side"),
    [
        *((each, "right") for each in SAMPLE),
        # What stands on the left differs by how places are counted: not at all, and
        # from the pad token on.
        *((each, "left") for each in ("bert", "roberta")),
        *(
            pytest.param(each, "left", marks=pytest.mark.heavy)
            for each in SAMPLE
            if each not in {"bert", "roberta"}
        ),
    ],
)
def test_a_mixed_batch_in_any_order_equals_one_copy_at_a_time(
    architecture, side, tmp_path, run_with
):
    folder = build(TASK, architecture, tmp_path / architecture)
    assert compared(folder, side, run_with) < 1e-5


CLOSE = {"rembert": 1e-3}
"""Whose float32 is 2e-4 from its float64 also where transformers runs it alone."""


@pytest.mark.heavy
@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize("architecture", ARCHITECTURES["fill-mask"])
def test_every_architecture_scores_as_one_copy_at_a_time(
    architecture, side, tmp_path, run_with
):
    if architecture in NOT_BUILT:
        pytest.skip(f"{architecture} {NOT_BUILT[architecture]}")
    folder = build(TASK, architecture, tmp_path / architecture)
    assert compared(folder, side, run_with) < CLOSE.get(architecture, 1e-4)


WORDY = tuple(" ".join(each.split()[:4]) for each in SENTENCES)
"""Of words that are several tokens, and short enough for all families."""


@pytest.mark.parametrize("family", ["bert-masked-lm", "albert-masked-lm"])
def test_the_later_tokens_of_a_word_may_be_masked_too(family, checkpoint, run_with):
    folder = checkpoint(family)
    with run_with():
        usual = bound(folder)
        within = usual.scoring(Scoring(masking="within_word_l2r"))
        assert usual.settings == ("masking:original",)
        assert within.settings == ("masking:within_word_l2r",)
        assert within.fingerprint != usual.fingerprint
        expected = plain(folder, WORDY), plain(folder, WORDY, within_words=True)
        for predictor, own in zip((usual, within), expected, strict=True):
            assert apart(predictor, WORDY, own) < 1e-5
    totals = [np.array([sum(scores) for _, scores in each]) for each in expected]
    # Some of the words are one token each.
    assert (totals[0] != totals[1]).any()


def test_a_context_is_seen_and_not_scored(checkpoint, run_with):
    folder = checkpoint("bert-masked-lm")
    whole, own = "a dull sequel what a great film", "what a great film"
    with run_with():
        predictor = bound(folder)
        found = ask(
            predictor, examples_of(own, own, context=("a dull sequel ", ""))
        ).predictions
        alone = ask(predictor, examples_of(whole, own)).predictions
    assert found.counts[0] == alone.counts[1]
    last = alone.of(0).log_probabilities[-int(found.counts[0]) :]
    np.testing.assert_allclose(found.of(0).log_probabilities, last, atol=1e-5)
    np.testing.assert_array_equal(found.of(1).tokens, alone.of(1).tokens)


def test_what_is_no_question_is_refused_with_the_remedy(checkpoint, run_with):
    folder = checkpoint("bert-masked-lm")
    with run_with():
        predictor = bound(folder)
        for wrong, said in (
            ("", r"text-2: the text has no token to be scored; leave it out"),
            ("[SEP]", r"text-2: the text has no token to be scored"),
            (
                "a [MASK] film",
                r"text-2: the text has a mask, and every token",
            ),
            (
                "film " * 40,
                r"text-2: the text has 42 tokens with special ones, and the model sees "
                r"32 at once: 10 too many; score its sentences one by one",
            ),
        ):
            with pytest.raises(DataError, match=f"PTM216 .*{said}"):
                ask(predictor, examples_of("a film", wrong))
        for mask in ("<mask>", "[MASK]"):
            with pytest.raises(DataError, match=r"PTM216 .*text-1: the text has a mas"):
                ask(bound(checkpoint("roberta-masked-lm")), examples_of(f"a {mask}"))
        for wrong in ({"window": 16}, {"bos": True}, {"order": 1}):
            with pytest.raises(ArgumentError, match="is a masked model, which sees"):
                predictor.scoring(Scoring(**wrong))


def test_tokens_that_are_unknown_count_and_are_said(checkpoint, run_with):
    with run_with():
        found = ask(bound(checkpoint("bert-masked-lm")), examples_of("a film ☃"))
    assert found.predictions.counts.tolist() == [found.tokens]
    assert found.unknown == 1


def test_a_slow_tokenizer_knows_no_words(checkpoint, run_with, monkeypatch):
    with run_with():
        predictor = bound(checkpoint("bert-masked-lm"))
        kind = type(predictor.checkpoint.tokenizer)
        monkeypatch.setattr(kind, "is_fast", False)
        with pytest.raises(ArgumentError, match='use "original", or a fast tokenizer'):
            predictor.scoring(Scoring(masking="within_word_l2r"))


def test_the_head_runs_at_the_scored_mask_and_nowhere_else(checkpoint, run_with):
    sizes = []
    with run_with():
        predictor = bound(checkpoint("bert-masked-lm"))
        predictor = predictor.scoring(Scoring(masking="within_word_l2r"))
        decoder = predictor.checkpoint.model.get_output_embeddings()
        hook = decoder.register_forward_hook(
            lambda module, given, out: sizes.append(out.shape[:-1].numel())
        )
        found = ask(predictor, examples_of(*WORDY))
        hook.remove()
    assert sum(sizes) == found.predictions.counts.sum() == found.cost.forwarded


def test_texts_decide_what_a_masked_model_is_asked(checkpoint, run_with):
    with run_with():
        model = load_model(str(checkpoint("bert-masked-lm")))
        assert model.can() == {"fill-mask", TASK}
        rows = load_examples([{"text": each} for each in SENTENCES], label=None)
        masked = [each.replace("the", "[MASK]", 1) for each in SENTENCES[2:4]]
        assert assert_invariant(model, masked, under=str.upper).task == "fill-mask"
        with pytest.raises(ArgumentError, match=r"masked-scoring answers with a mean"):
            assert_invariant(model, list(SENTENCES), under=str.upper)
        found = assert_invariant(
            model, list(SENTENCES), under=str.upper, tolerance=1e-9
        )
        assert (found.task, found.value) == (TASK, 0.0)
        with pytest.raises(DataError, match=r"PTM216 .* the text has a mask"):
            assert_invariant(
                model, [*SENTENCES, *masked], under=str.upper, tolerance=0.1
            )
        with pytest.raises(DataError, match="PTM211"):
            model.predict("no hole in this")
        declared = load_model(f"{checkpoint('bert-masked-lm')}?task={TASK}")
        assert declared.predict("no hole in this").number < 0
        with pytest.raises(BehaviourFailure):
            assert_directional(
                model, rows, under=lambda each: f"{each} film", expect="increase"
            )


def test_figures_have_names_of_their_own(checkpoint, run_with):
    with run_with():
        model = load_model(str(checkpoint("bert-masked-lm")))
        texts = list(SENTENCES)
        found = evaluate_perplexity(model, texts)
        assert found.measurement.metric == "pseudo_perplexity"
        assert "|pseudo_perplexity|masking:original|" in found.signature
        scores = [
            each
            for _, own in plain(checkpoint("bert-masked-lm"), texts)
            for each in own
        ]
        assert found.value == pytest.approx(np.exp(-np.mean(scores)), rel=1e-5)
        other = evaluate_perplexity(model, texts, per="word", masking="within_word_l2r")
        assert other.measurement.metric == "pseudo_word_perplexity"
        assert "masking:within_word_l2r" in other.signature
        rows = load_examples([{"text": each} for each in texts], label=None)
        assert_metric(model, rows, metric="masked_token_accuracy", at_least=0.0)
        # No likelihood, so no perplexity.
        with pytest.raises(ModelError, match=r"PTM303|PTM321"):
            assert_metric(model, rows, metric="perplexity", at_most=1e9)


def test_pairs_and_settings_reach_the_model(checkpoint, run_with):
    better, worse = list(SENTENCES[:3]), [f"{each} film" for each in SENTENCES[:3]]
    with run_with():
        model = load_model(str(checkpoint("bert-masked-lm")))
        found = evaluate_prefers(model, better, worse)
        assert found.task == TASK
        within = scored(model, masking="within_word_l2r")
        assert (
            "masking:within_word_l2r"
            in evaluate_prefers(within, better, worse).signature
        )
        assert_invariant(within, better, under=str.upper, tolerance=1e-9)


def test_a_model_in_memory_is_scored_where_that_is_said(checkpoint, run_with):
    folder = checkpoint("bert-masked-lm")
    pair = (
        transformers.AutoModelForMaskedLM.from_pretrained(folder).eval(),
        transformers.AutoTokenizer.from_pretrained(folder),
    )
    with run_with():
        filling = from_pretrained(*pair)
        assert filling.task == "fill-mask"
        with pytest.raises(ArgumentError, match=r'task="masked-scoring" in from_pretr'):
            evaluate_perplexity(filling, list(SENTENCES))
        scoring = from_pretrained(*pair, task=TASK)
        found = evaluate_perplexity(scoring, list(SENTENCES))
        same = evaluate_perplexity(load_model(str(folder)), list(SENTENCES))
        assert found.value == pytest.approx(same.value)
        with pytest.raises(ArgumentError, match=r"BertForMaskedLM can be asked .*fill"):
            from_pretrained(*pair, task="causal-scoring")
