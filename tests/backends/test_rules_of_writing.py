"""Models that write: what is taken from the checkpoint's own config, and what not."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
import transformers
from ptm_architectures import WORDS, build, tokenizer
from ptm_written_one_by_one import differing, plainly, prompts_of, written
from tokenizers.processors import TemplateProcessing
from transformers import DynamicCache

from pytest_ptm import load_model
from pytest_ptm.backends.transformers.decoding import _leave
from pytest_ptm.backends.transformers.generation_rules import reads_prompts
from pytest_ptm.backends.transformers.stop_texts import StopTexts
from pytest_ptm.datasets.ragged import Ragged
from pytest_ptm.tasks.texts.settings import Generating

CAUSAL, TO_TEXT = "text-generation", "text2text-generation"
NEW = 8
ENDS = [2, *range(8, 48, 3)]


def sentence(n, seed):
    rng = np.random.default_rng(seed)
    return " ".join(WORDS[place] for place in rng.integers(0, len(WORDS), n))


TEXTS = [sentence(n, row) for row, n in enumerate((1, 9, 3, 20, 3, 2, 14, 5, 9, 1))]


def made(task, architecture, folder, **held):
    build(task, architecture, folder)
    path = folder / "generation_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | held))
    return folder


def bound(folder, task=CAUSAL, **how):
    return (
        load_model(folder)
        .predictor(task)
        .generating(Generating(max_new_tokens=NEW, **how))
    )


def around(folder, single):
    own = tokenizer()
    own._tokenizer.post_processor = TemplateProcessing(
        single=single, special_tokens=[("<s>", 1), ("</s>", 2)]
    )
    own.save_pretrained(folder)
    return own


@pytest.mark.parametrize(
    "held",
    [
        {"num_return_sequences": 2, "num_beams": 2},
        {"return_dict_in_generate": True, "output_scores": True, "num_beams": 2},
    ],
    ids=lambda held: next(iter(held)),
)
def test_other_ways_to_decode_are_not_taken_from_the_config(held, tmp_path, run_with):
    folder = made(CAUSAL, "gpt2", tmp_path, **held)
    beams = {"num_beams": held["num_beams"]} if "num_beams" in held else {}
    other = made(CAUSAL, "gpt2", tmp_path / "plain")
    with run_with():
        predictor = bound(folder)
        own = predictor.checkpoint.model.generation_config
        said = written(predictor, TEXTS)
        assert predictor.checkpoint.model.generation_config is own
        prompts = prompts_of(predictor, TEXTS)
        expected = plainly(CAUSAL, other, prompts, max_new_tokens=NEW, **beams)
    assert differing(said, expected) == []


def test_the_configs_own_texts_stop_an_answer(tmp_path, run_with):
    folder = made(CAUSAL, "gpt2", tmp_path, stop_strings=["w3"])
    with run_with():
        said = written(bound(folder), TEXTS)
        whole = written(bound(folder, stop=()), TEXTS)
    assert "stop" in said.stopped
    for one, two in zip(whole.written, said.written, strict=True):
        assert one.partition("w3")[0] == two


def test_a_config_of_many_ends_keeps_no_text_from_sharing_a_batch(tmp_path, run_with):
    folder = made(CAUSAL, "opt", tmp_path, eos_token_id=ENDS)
    with run_with():
        assert bound(folder).checkpoint.padding.sharing == "any"


@pytest.mark.parametrize(
    ("held", "texts"),
    [
        ({"min_length": 9, "eos_token_id": ENDS}, TEXTS),
        ({"forced_bos_token_id": 11}, ["w1", "w1 w2 w3 w4 w5", "w5 w6"]),
    ],
    ids=["min_length", "forced_bos_token_id"],
)
def test_a_rule_that_counts_the_prompt_does_not_count_padding(
    held, texts, tmp_path, run_with
):
    folder = made(CAUSAL, "llama", tmp_path, **held)
    own = tokenizer()
    own._tokenizer.post_processor = None
    own.save_pretrained(folder)
    with run_with():
        predictor = bound(folder)
        assert predictor.checkpoint.padding.sharing == "any"
        prompts = prompts_of(predictor, texts)
        expected = plainly(CAUSAL, folder, prompts, max_new_tokens=NEW)
        assert min(len(prompt) for prompt in prompts) == 1
        assert differing(written(predictor, texts), expected) == []


def test_an_encoder_decoder_is_asked_in_mixed_batches_whatever_it_writes_by():
    config = transformers.GenerationConfig
    for held in (
        {"no_repeat_ngram_size": 3},
        {"min_length": 9},
        {"forced_bos_token_id": 1},
    ):
        assert reads_prompts(config(**held), rewrites=False)
        assert not reads_prompts(config(**held), rewrites=True)
    held = config(encoder_repetition_penalty=1.5)
    assert reads_prompts(held, rewrites=True)


def test_the_log_probability_of_beams_heeds_where_padding_stands(tmp_path, run_with):
    folder = made(CAUSAL, "gpt2", tmp_path, num_beams=2)
    with run_with():
        predictor = bound(folder)
        assert predictor.checkpoint.padding.sharing == "any"
        together = written(predictor, TEXTS)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
    for row, prompt in enumerate(prompts_of(predictor, TEXTS)):
        ids = [*prompt, *together.tokens[row].tolist()]
        with torch.no_grad():
            logs = model(torch.tensor([ids])).logits[0].log_softmax(-1)
        own_sum = sum(
            float(logs[at - 1, ids[at]]) for at in range(len(prompt), len(ids))
        )
        assert together.log_probabilities[row] == pytest.approx(own_sum, abs=1e-3)


@pytest.mark.parametrize("side", ["left", "right"])
def test_what_is_cut_off_is_none_of_the_tokens_around_a_text(side, tmp_path, run_with):
    long = sentence(140, 1)
    two_sided = made(TO_TEXT, "bart", tmp_path / "bart")
    one_sided = made(CAUSAL, "llama", tmp_path / "llama")
    for folder, task, single in (
        (two_sided, TO_TEXT, "<s> $A </s>"),
        (one_sided, CAUSAL, "<s> $A"),
    ):
        own = around(folder, single)
        own.truncation_side = side
        with run_with():
            (ids,) = prompts_of(bound(folder, task, truncate=side), [long])
        assert ids == own(long, truncation=True, max_length=len(ids))["input_ids"]
        assert len(ids) < 140


def test_a_special_token_can_stop_an_answer(tmp_path, run_with):
    folder = made(CAUSAL, "llama", tmp_path)
    with run_with():
        whole = written(bound(folder), TEXTS)
        stopped = written(bound(folder, stop=("<unk>", "<other>")), TEXTS)
    places = tokenizer()
    found = 0
    for row in range(len(TEXTS)):
        tokens = whole.tokens[row].tolist()
        at = next((n for n, token in enumerate(tokens) if token in (3, 7)), None)
        if at is None:
            assert stopped.written[row] == whole.written[row]
            continue
        found += 1
        assert stopped.tokens[row].tolist() == tokens[: at + 1]
        assert stopped.stopped[row] == "stop"
        before = places.decode(tokens[:at], skip_special_tokens=True)
        assert stopped.written[row].strip() == before.strip()
    assert found


def test_a_stop_of_words_and_a_special_token_is_no_part_of_the_answer():
    own = tokenizer()
    stops = StopTexts.of(own, ["w2 <unk>", "</s>"])
    ids = own("w1 w2", add_special_tokens=False)["input_ids"]
    assert not stops.end(ids)
    assert stops.before(ids, ended=False) is None
    assert stops.end([*ids, 3])
    assert stops.before([*ids, 3], ended=False) == "w1 "
    # The model's own end is no text that stops an answer.
    assert stops.before([*ids, 2], ended=True) is None
    assert stops.before([*ids, 2], ended=False) == "w1 w2"


def test_a_signature_says_of_how_many_tokens_one_is_drawn(tmp_path, run_with):
    folder = made(CAUSAL, "gpt2", tmp_path)
    one_each = Ragged.of([[number] for number in range(1_500)])
    with run_with():
        for given, shown in (({}, 50), ({"top_k": 64}, 64)):
            predictor = bound(folder, seed=5, temperature=50.0, **given)
            assert f"top_k:{shown}" in predictor.settings
            said = written(predictor, ["w1"] * len(one_each), sample=one_each)
            first = {int(row[0]) for row in map(said.tokens.__getitem__, range(1_500))}
            assert len(first) == shown
        assert not any(each.startswith("top_k") for each in bound(folder).settings)


def test_a_cache_that_cannot_lose_rows_stays_whole():
    """Attention before a recurrent layer, whose state cannot be cut."""

    class Recurrent:
        pass

    cache = DynamicCache()
    cache.update(torch.zeros(4, 1, 2, 3), torch.zeros(4, 1, 2, 3), 0)
    carried = {"use_cache": True, "cache": cache, "attention_mask": torch.ones(4, 2)}
    whole = dict(carried)
    cache.layers.append(Recurrent())
    assert not _leave(carried, torch.tensor([1, 3]), 4)
    assert carried == whole
    assert len(cache.layers[0].keys) == 4
    cache.layers.pop()
    assert _leave(carried, torch.tensor([1, 3]), 4)
    assert len(cache.layers[0].keys) == len(carried["attention_mask"]) == 2
