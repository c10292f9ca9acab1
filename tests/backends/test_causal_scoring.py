"""Causal language models: every score against a plain forward of transformers."""

import copy
import dataclasses
import json

import numpy as np
import pytest
import torch
import transformers
from ptm_architectures import ARCHITECTURES, SPECIAL, WORDS, build, tokenizer

from pytest_ptm import (
    ArgumentError,
    DataError,
    ModelError,
    evaluate_metric,
    evaluate_perplexity,
    load_examples,
)
from pytest_ptm.backends.transformers.scored_rows import tokenised_after
from pytest_ptm.behaviours.scoring import scored
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask
from pytest_ptm.models.handle import load_model
from pytest_ptm.tasks.token_scores.settings import Scoring

LENGTHS = (2, 30, 5, 31, 60, 61, 9, 30, 17, 5, 2, 1)
SAMPLE = ("bert", "bloom", "electra", "gpt2", "llama", "mamba", "opt", "xglm")
TEXT = "w1 w2 w3 w4 w5 w6 w7 w8 w9 w10"


def text(words, seed=0):
    return " ".join(WORDS[(i * 7 + seed) % len(WORDS)] for i in range(words))


TEXTS = tuple(text(n, seed) for seed, n in enumerate(LENGTHS))


def examples_of(*texts, **columns):
    ids = tuple(f"text-{place}" for place in range(1, len(texts) + 1))
    return Examples(ids, {"text": texts, **columns})


def made(architecture, folder, **options):
    """A tiny checkpoint that sees only what came before, also of BERT's kind."""
    config = transformers.CONFIG_MAPPING[architecture]
    if hasattr(config(), "is_decoder"):
        options = {"is_decoder": True, **options}
    return build("causal-scoring", architecture, folder / architecture, **options)


def plain(folder, ids, first=1):
    """Log-probabilities of the tokens from ``first`` on, one row alone."""
    model = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([ids])).logits.double()
    found = logits.log_softmax(dim=-1)[0]
    return np.array([found[at - 1, ids[at]].item() for at in range(first, len(ids))])


def ids_of(folder, words, prefix=()):
    kept = transformers.AutoTokenizer.from_pretrained(folder)
    return [*prefix, *kept(words, add_special_tokens=False)["input_ids"]]


def bound(folder):
    return load_model(str(folder)).predictor("causal-scoring")


def apart(predictor, folder, texts):
    """How far a mixed batch is from one text at a time."""
    found = ask(predictor, examples_of(*texts)).predictions
    loaded = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
    worst = 0.0
    for row, words in enumerate(texts):
        ids = ids_of(folder, words, predictor.prefix)
        # A copy for each text: some models remember what they were asked.
        model = copy.deepcopy(loaded)
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([ids])).logits.double()
        each = logits.log_softmax(dim=-1)[0]
        expected = [each[at - 1, ids[at]].item() for at in range(1, len(ids))]
        own = found.of(row)
        assert own.tokens.tolist() == ids[1:]
        worst = max(worst, np.abs(own.log_probabilities - expected).max())
    assert found.totals.std() > 1
    return worst


@pytest.mark.parametrize("architecture", SAMPLE)
def test_a_mixed_batch_in_any_order_equals_one_text_at_a_time(
    architecture, tmp_path, run_with
):
    folder = made(architecture, tmp_path)
    for texts in (TEXTS, TEXTS[::-1]):
        with run_with():
            assert apart(bound(folder), folder, texts) < 1e-5


CLOSE = {"hrm_text": 1e-3, "qwen3_5_text": 1e-3}
"""Recurrent models that blow the rounding of another batch up."""
NOT_BUILT = {
    "xlnet": "is permuted, and another task's",
    "emu3": "has a config that its own Auto class does not load",
    "mllama": "has a config that its own Auto class does not load",
    "qwen2": "brings a tokenizer of its own, to which these words are nothing",
    "qwen3_5_moe": "brings a tokenizer of its own, to which these words are nothing",
    "qwen3_5_moe_text": "brings a tokenizer of its own",
    "cpmant": "sees what comes after a token, and is refused",
    "xlm": "sees what comes after a token unless it is causal, and is refused",
}


@pytest.mark.heavy
@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize("architecture", ARCHITECTURES["causal-scoring"])
def test_every_architecture_scores_as_one_text_at_a_time(
    architecture, side, tmp_path, run_with
):
    if architecture in NOT_BUILT:
        pytest.skip(f"{architecture} {NOT_BUILT[architecture]}")
    try:
        folder = made(architecture, tmp_path)
        ids = ids_of(folder, text(9), (1,))
        plain(folder, ids)
    except Exception as error:
        # Not ours: transformers itself builds or asks none that is so small.
        pytest.skip(f"{architecture}: {type(error).__name__}: {error}")
    tokenizer(side=side).save_pretrained(folder)
    for texts in (TEXTS, TEXTS[::-1]):
        with run_with():
            assert apart(bound(folder), folder, texts) < CLOSE.get(architecture, 1e-4)


@pytest.mark.parametrize("side", ["left", "right"])
def test_no_pad_token_is_needed_and_either_side_will_do(side, tmp_path, run_with):
    folder = made("gpt2", tmp_path)
    tokenizer(side=side, pad_token=None, bare=True).save_pretrained(folder)
    with run_with():
        predictor = bound(folder)
        # <s> begins a text, and the tokenizer puts nothing there itself.
        assert predictor.prefix == (1,)
        assert apart(predictor, folder, TEXTS) < 1e-5


def test_what_stands_before_a_text_is_said_and_may_be_left_out(tmp_path, run_with):
    folder = made("llama", tmp_path)
    with run_with():
        usual = bound(folder)
        # The tokenizer's own <cls> comes before <s>, which it does not use.
        assert usual.settings == ("bos:<cls>", "window:128/64")
        without = usual.scoring(Scoring(bos=False))
        assert without.settings[0] == "bos:none"
        assert without.fingerprint != usual.fingerprint
        found = ask(without, examples_of(TEXT)).predictions
        expected = plain(folder, ids_of(folder, TEXT))
        np.testing.assert_allclose(found.log_probabilities, expected, atol=1e-5)
        with pytest.raises(DataError, match=r"PTM216 .* text-2: the text is one token"):
            ask(without, examples_of(TEXT, "w1"))
        with pytest.raises(DataError, match=r"PTM216 .* text-1: the text has no token"):
            ask(usual, examples_of("", TEXT))


@pytest.mark.parametrize(
    ("size", "stride"), [(16, 8), (16, 15), (20, 1), (128, 64), (5, 2)]
)
def test_a_long_text_equals_a_plain_loop_over_windows(size, stride, tmp_path, run_with):
    folder = made("gpt2", tmp_path)
    with run_with():
        predictor = bound(folder).scoring(Scoring(window=size, stride=stride))
        texts = (text(200), text(3), text(size - 1), text(size), text(size + 1))
        found = ask(predictor, examples_of(*texts)).predictions
        for row, words in enumerate(texts):
            ids = ids_of(folder, words, predictor.prefix)
            expected = loop(folder, ids, size, stride)
            own = found.of(row).log_probabilities
            np.testing.assert_allclose(own, expected, atol=1e-5)


def loop(folder, ids, size, stride):
    """transformers' own page, "Perplexity of fixed-length models", without batches."""
    model = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
    found, seen = [], 1
    for begin in range(0, len(ids), stride):
        end = min(begin + size, len(ids))
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([ids[begin:end]])).logits.double()
        each = logits.log_softmax(dim=-1)[0]
        found += [each[at - 1 - begin, ids[at]].item() for at in range(seen, end)]
        seen = end
        if end == len(ids):
            return found
    raise AssertionError


def test_a_context_is_seen_and_not_scored(tmp_path, run_with):
    folder = made("gpt2", tmp_path)
    with run_with():
        predictor = bound(folder)
        contexts = ("w5 w6 w7", "w9 ")
        found = ask(predictor, examples_of("w1 w2", "w3", context=contexts)).predictions
    first = ids_of(folder, "w5 w6 w7 w1 w2", predictor.prefix)
    second = ids_of(folder, "w9 w3", predictor.prefix)
    np.testing.assert_allclose(
        found.of(0).log_probabilities, plain(folder, first, 4), atol=1e-5
    )
    np.testing.assert_allclose(
        found.of(1).log_probabilities, plain(folder, second, 2), atol=1e-5
    )
    with (
        run_with(),
        pytest.raises(DataError, match=r"the first 22 tokens of the context would be"),
    ):
        ask(predictor, examples_of("w1", context=(f"{text(148)} ",)))


def test_settings_beyond_the_model_are_refused(tmp_path, run_with):
    folder = made("gpt2", tmp_path)
    with run_with():
        for wrong, said in (
            ({"window": 129}, "window=129: gpt2 sees 128 tokens at once"),
            ({"stride": 128}, "stride=128: gpt2 sees 128 tokens at once"),
            ({"order": 1}, "order=1: gpt2 is a causal model"),
            ({"masking": "original"}, "masking='original': gpt2 is a causal model"),
        ):
            with pytest.raises(ArgumentError, match=said):
                scored(load_model(str(folder)), **wrong).predictor("causal-scoring")
    bare = tokenizer(bare=True)
    bare.bos_token = None
    bare.save_pretrained(folder)
    with run_with():
        with pytest.raises(ArgumentError, match="has no token that begins a text"):
            bound(folder).scoring(Scoring(bos=True))
        assert bound(folder).settings[0] == "bos:none"


def test_a_model_that_sees_what_comes_is_refused(tmp_path, run_with):
    folder = build("causal-scoring", "bert", tmp_path / "bert", is_decoder=False)
    with run_with(), pytest.raises(ModelError, match=r"PTM321 .* no causal language"):
        bound(folder)


def test_a_checkpoint_says_before_it_is_loaded_that_it_can(tmp_path, run_with):
    folder = made("gpt2", tmp_path)
    with run_with():
        tasks = {"causal-scoring", "multiple-choice", "text-generation"}
        assert load_model(str(folder)).can() == tasks
        found = evaluate_perplexity(load_model(str(folder)), list(TEXTS))
        assert found.task == "causal-scoring"
        assert "|perplexity|bos:<cls>|window:128/64|" in found.signature
        words = evaluate_perplexity(load_model(str(folder)), list(TEXTS), per="word")
        # One token a word here.
        assert words.value == pytest.approx(found.value)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert config["architectures"] == ["GPT2LMHeadModel"]


def test_the_head_runs_where_a_token_is_scored_and_nowhere_else(tmp_path, run_with):
    folder = made("gpt2", tmp_path)
    with run_with():
        predictor = bound(folder)
        sizes = []
        head = predictor.checkpoint.model.lm_head
        hook = head.register_forward_hook(
            lambda module, given, out: sizes.append(out.shape[:-1].numel())
        )
        ask(predictor, examples_of("w2", context=(f"{text(60)} ",)))
        hook.remove()
    assert sizes == [1]


TEMPLATE = (
    "{% if messages[0].role != 'system' %}<s> w1 w2 system {% endif %}"
    "{% for message in messages %}{{ message.role }} {{ message.content }} </s> "
    "{% endfor %}{% if add_generation_prompt %}w3 {% endif %}"
)


def test_a_context_may_be_what_a_user_says(tmp_path, run_with):
    folder = made("llama", tmp_path)
    with run_with(), pytest.raises(ArgumentError, match="has no chat template"):
        bound(folder).scoring(Scoring(chat=True))
    talks = tokenizer(bare=True)
    talks.chat_template = TEMPLATE
    talks.save_pretrained(folder)
    rows = load_examples(
        [{"text": "w9 w8", "asked": "w5 w6"}], label=None, context="asked"
    )
    with run_with():
        predictor = bound(folder).scoring(Scoring(chat=True))
        found = ask(predictor, rows).predictions
        bos, _, chat, system = predictor.settings
        assert (bos, system) == ("bos:none", "system:by the template")
        assert chat.startswith("chat:")
        with pytest.raises(ArgumentError, match="load the examples with context="):
            ask(predictor, examples_of("w9"))
    ids = ids_of(folder, "<s> w1 w2 system user w5 w6 </s> w3 w9 w8")
    expected = plain(folder, ids, len(ids) - 2)
    np.testing.assert_allclose(found.log_probabilities, expected, atol=1e-5)
    assert found.tokens.tolist() == ids[-2:]
    with run_with():
        choosing = scored(load_model(str(folder)), chat=True)
        one = choosing.predictor("multiple-choice")
        assert one.settings[2:] == (chat, system)
        among = dataclasses.replace(
            examples_of("w5 w6"), lists={"choices": (("w9 w8", "w4"),)}
        )
        scores = ask(one, among).predictions.scores
    assert scores[0] == pytest.approx(expected.sum(), abs=1e-5)


def test_a_token_of_context_and_text_at_once_is_parted(tmp_path, run_with):
    """Else what it has of the text is seen and not scored, and counted all the same."""
    folder = made("gpt2", tmp_path)
    with run_with():
        predictor = bound(folder)
        # Without a space both would be the one word w12.
        found = ask(predictor, examples_of("2 w3", context=("w1",))).predictions
    ids = [*ids_of(folder, "w1", predictor.prefix), *ids_of(folder, "2 w3")]
    assert found.tokens.tolist() == ids[-2:]
    expected = plain(folder, ids, len(ids) - 2)
    np.testing.assert_allclose(found.log_probabilities, expected, atol=1e-5)


def test_an_unknown_token_of_context_and_text_at_once_is_parted(tmp_path, run_with):
    """It is one id with the text's part and without."""
    folder = made("gpt2", tmp_path)
    with run_with():
        predictor = bound(folder)
        given = examples_of("red w3", " red w3", "w3", context=("w1 sky", "sky", "sky"))
        found = ask(predictor, given).predictions
    ids = ids_of(folder, "w1 sky red w3", predictor.prefix)
    for row, expected in ((0, ids[-2:]), (1, ids[-2:]), (2, ids[-1:])):
        assert found.of(row).tokens.tolist() == expected
    np.testing.assert_allclose(
        found.of(0).log_probabilities, plain(folder, ids, len(ids) - 2), atol=1e-5
    )


def test_where_a_tokenizer_in_python_ends_an_unknown_token_is_not_known(tmp_path):
    words = (*SPECIAL, "sky", "w3")
    (tmp_path / "vocab.txt").write_text("\n".join((*words, "[UNK]")))
    slow = transformers.BertTokenizerLegacy(str(tmp_path / "vocab.txt"))
    found = list(tokenised_after(slow, {"text": ["ed w3"], "context": ["w3 r"]}))
    unknown = slow.unk_token_id
    assert found == [([words.index("w3"), unknown], [unknown, words.index("w3")])]


def test_a_model_that_finds_all_alike_likely_finds_none_the_likeliest(
    tmp_path, run_with
):
    folder = made("gpt2", tmp_path)
    with run_with():
        predictor = bound(folder)
        head = predictor.checkpoint.model.lm_head
        with torch.no_grad():
            head.weight.zero_()
        found = ask(predictor, examples_of(*TEXTS)).predictions
    assert not found.likeliest.any()


def test_settings_of_a_model_stay_where_others_are_said(tmp_path, run_with):
    folder = made("gpt2", tmp_path)
    with run_with():
        model = scored(load_model(str(folder)), bos=False)
        found = evaluate_perplexity(model, list(TEXTS[:4]), window=32)
        assert "|bos:none|window:32/16|" in found.signature
        bare = scored(model.predictor("causal-scoring"), window=16)
        assert bare.settings == ("bos:none", "window:16/8")
        chosen = scored(scored(load_model(str(folder)), normalise="byte"), bos=False)
        assert chosen.predictor("multiple-choice").settings == (
            "bos:none",
            "normalise:byte",
        )
        with pytest.raises(ArgumentError, match="window=8: a context and its choices"):
            scored(load_model(str(folder)), window=8).predictor("multiple-choice")
        with pytest.raises(DataError, match=r"PTM207 .* \(bos:none\)"):
            evaluate_metric(model, examples_of(*TEXTS[:4]), metric="bits_per_byte")
