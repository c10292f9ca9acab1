"""Every field of transformers' GenerationConfig: honoured, refused, or of no answer.

What a checkpoint says of how it writes has to be what is measured; a field that a newer
transformers adds is in none of these tables, and fails here until somebody looks at it.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch
import transformers
from ptm_architectures import WORDS, build
from ptm_written_one_by_one import differing, prompts_of, written
from transformers.generation import logits_process as rules

from pytest_ptm import ArgumentError, load_model
from pytest_ptm.backends.transformers import generation_rules
from pytest_ptm.datasets.ragged import Ragged
from pytest_ptm.tasks.texts.settings import Generating

CAUSAL, TO_TEXT = "text-generation", "text2text-generation"
NEW = 8
ENDS = [2, *range(8, 48, 2)]
WATERMARK = {"greenlist_ratio": 0.25, "bias": 20.0, "seeding_scheme": "lefthash"}
HONOURED: dict[str, dict[str, object]] = {
    "bad_words_ids": {"bad_words_ids": [[token] for token in range(8, 40)]},
    "begin_suppress_tokens": {"begin_suppress_tokens": list(range(8, 40))},
    "bos_token_id": {"bos_token_id": 40, "decoder_start_token_id": None},
    "decoder_start_token_id": {"decoder_start_token_id": 40},
    "early_stopping": {"early_stopping": True, "num_beams": 4, "eos_token_id": ENDS},
    "encoder_no_repeat_ngram_size": {"encoder_no_repeat_ngram_size": 1},
    "encoder_repetition_penalty": {"encoder_repetition_penalty": 0.2},
    "eos_token_id": {"eos_token_id": ENDS},
    "exponential_decay_length_penalty": {
        "exponential_decay_length_penalty": (1, 3.0),
        "eos_token_id": [2, 40],
    },
    "forced_bos_token_id": {"forced_bos_token_id": 40},
    "forced_eos_token_id": {"forced_eos_token_id": 2},
    "length_penalty": {"length_penalty": -4.0, "num_beams": 3, "eos_token_id": ENDS},
    "min_length": {"min_length": 9, "eos_token_id": ENDS},
    "min_new_tokens": {"min_new_tokens": 6, "eos_token_id": ENDS},
    "no_repeat_ngram_size": {"no_repeat_ngram_size": 1},
    "num_beams": {"num_beams": 4},
    "remove_invalid_values": {"remove_invalid_values": True},
    "renormalize_logits": {
        "renormalize_logits": True,
        "num_beams": 4,
        "suppress_tokens": list(range(8, 40)),
    },
    "repetition_penalty": {"repetition_penalty": 1.9},
    "sequence_bias": {"sequence_bias": [[[40], 30.0]]},
    "suppress_tokens": {"suppress_tokens": list(range(8, 40))},
    "watermarking_config": {"watermarking_config": WATERMARK},
}
DRAWN: dict[str, tuple[float, object]] = {
    "epsilon_cutoff": (0.03, lambda: rules.EpsilonLogitsWarper(0.03)),
    "eta_cutoff": (0.06, lambda: rules.EtaLogitsWarper(0.06)),
    "min_p": (0.2, lambda: rules.MinPLogitsWarper(0.2)),
    "top_h": (0.3, lambda: rules.TopHLogitsWarper(0.3)),
    "top_k": (3, lambda: rules.TopKLogitsWarper(3)),
    "top_p": (0.5, lambda: rules.TopPLogitsWarper(0.5)),
    "typical_p": (0.5, lambda: rules.TypicalLogitsWarper(0.5)),
}
REFUSED = {
    "constraints": ["any"],
    "diversity_penalty": 0.5,
    "dola_layers": "low",
    "force_words_ids": [[9]],
    "guidance_scale": 1.5,
    "num_beam_groups": 2,
    "penalty_alpha": 0.6,
    "token_healing": True,
}
ELSEWHERE = {
    "do_sample": "tokens are drawn by a seed alone: docs/generation.md",
    "max_length": "test_the_checkpoints_own_config_decides_and_is_shown",
    "max_new_tokens": "the same",
    "temperature": "test_tokens_are_drawn_as_often_as_they_are_likely",
    "stop_strings": "test_the_configs_own_texts_stop_an_answer",
    "use_cache": "of no answer, and always on",
    "pad_token_id": "what pads is tried: neutral.py",
    "transformers_version": "of no answer",
}
TEXTS = ["w1", "w5 w6 w7 w2 w2", "w9 w8", "w11 w30 w31", "w9 w3", "w20 w20 w21 w4"]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("writers")
    return {
        CAUSAL: build(CAUSAL, "llama", root / "llama"),
        TO_TEXT: build(TO_TEXT, "bart", root / "bart", forced_eos_token_id=None),
    }


def test_every_field_is_in_one_of_the_tables():
    fields = {name for name in vars(transformers.GenerationConfig()) if name[0] != "_"}
    tables = (HONOURED, DRAWN, REFUSED, ELSEWHERE, generation_rules._NOT_OF_AN_ANSWER)
    known = [name for table in tables for name in table if name != "stop_strings"]
    assert sorted(known) == sorted(set(known))
    assert fields - set(known) - {"stop_strings"} == set()


def configured(model, base, held):
    return transformers.GenerationConfig.from_dict({**base, **held})


def plainly(model, config, prompts):
    """What ``generate`` itself writes by a config, one prompt at a time."""
    ends = config.eos_token_id
    ends = ends if isinstance(ends, list) else [ends]
    rewrites = model.config.is_encoder_decoder
    own = model.generation_config
    model.generation_config = config
    for prompt in prompts:
        ids = torch.tensor([prompt])
        said = model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=NEW,
            pad_token_id=0,
        )[0].tolist()
        row = said[1:] if rewrites else said[len(prompt) :]
        stop = next((at for at, token in enumerate(row) if token in ends), NEW)
        yield row[: stop + 1]
    model.generation_config = own


@pytest.mark.parametrize("task", [CAUSAL, TO_TEXT])
def test_what_a_config_says_is_what_is_written(task, folders, run_with):
    with run_with():
        predictor = load_model(folders[task]).predictor(task)
        predictor = predictor.generating(Generating(max_new_tokens=NEW))
        model = predictor.checkpoint.model
        base = model.generation_config.to_dict()
        prompts = prompts_of(predictor, TEXTS)
        plain = {
            ends: list(plainly(model, configured(model, base, held), prompts))
            for ends, held in ((False, {}), (True, {"eos_token_id": ENDS}))
        }
        without_effect = set()
        for name, held in HONOURED.items():
            config = configured(model, base, held)
            expected = list(plainly(model, config, prompts))
            model.generation_config = config
            said = written(predictor, TEXTS)
            assert differing(said, expected) == [], (name, expected, said.tokens)
            if expected == plain["eos_token_id" in held and name != "eos_token_id"]:
                without_effect.add(name)
    of_decoders = {"bos_token_id", "decoder_start_token_id"}
    # No score of these models is invalid.
    none = {"remove_invalid_values"}
    if task == CAUSAL:
        # A token is forced, as it is of no prompt but one of a single token.
        none |= of_decoders | {"forced_bos_token_id"}
    assert without_effect == none


@pytest.mark.parametrize("name", DRAWN)
def test_what_a_config_says_of_drawing_holds_with_a_seed(name, folders, run_with):
    value, made = DRAWN[name]
    n = 400
    with run_with():
        predictor = load_model(folders[CAUSAL]).predictor(CAUSAL)
        model = predictor.checkpoint.model
        base = model.generation_config.to_dict()
        model.generation_config = configured(model, {**base, "top_k": 0}, {name: value})
        # What is drawn by nobody stays as it is.
        assert not any(name in each for each in predictor.settings)
        drawn = predictor.generating(Generating(max_new_tokens=1, seed=4))
        assert any(each.startswith(name) for each in drawn.settings)
        texts, numbers = [WORDS[3]] * n, Ragged.of([[number] for number in range(n)])
        found = set(written(drawn, texts, sample=numbers).tokens.values.tolist())
        (prompt,) = prompts_of(drawn, texts[:1])
        with torch.no_grad():
            logits = model(torch.tensor([prompt])).logits[:, -1]
        allowed = made()(torch.tensor([prompt]), logits.clone())[0]
    kept = set(np.flatnonzero(torch.isfinite(allowed).numpy()).tolist())
    assert 1 <= len(kept) < 30
    assert found <= kept
    assert len(found) > len(kept) // 2


@pytest.mark.parametrize("name", REFUSED)
def test_a_way_to_decode_that_is_not_done_is_refused_by_name(name, folders, run_with):
    with run_with():
        predictor = load_model(folders[CAUSAL]).predictor(CAUSAL)
        setattr(predictor.checkpoint.model.generation_config, name, REFUSED[name])
        with pytest.raises(ArgumentError, match=rf"generation_config says {name}="):
            predictor.generating(Generating(max_new_tokens=2))
        with pytest.raises(ArgumentError, match=f"Take {name} out of"):
            written(predictor, TEXTS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("low_memory", True),
        ("max_time", 1e-9),
        ("num_return_sequences", 2),
        ("prefill_chunk_size", 1),
        ("use_mtp", True),
        ("is_assistant", True),
        ("prompt_lookup_num_tokens", 3),
        ("assistant_early_exit", 1),
        ("cache_implementation", "static"),
        ("output_scores", True),
    ],
)
def test_what_is_of_no_answer_changes_none(name, value, folders, run_with):
    with run_with():
        predictor = load_model(folders[CAUSAL]).predictor(CAUSAL)
        predictor = predictor.generating(Generating(max_new_tokens=NEW, num_beams=2))
        before = written(predictor, TEXTS)
        setattr(predictor.checkpoint.model.generation_config, name, value)
        assert written(predictor, TEXTS).written == before.written
