# pyright: basic
# transformers' configs are only partly typed.
"""What decides about the tokens that are written: the checkpoint's config, and ours."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Generator
from typing import Any

from transformers import GenerationConfig

from pytest_ptm.backends.transformers.fingerprint import digest_of
from pytest_ptm.backends.transformers.padding import Loaded
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.tasks.texts.settings import USUALLY_NEW_TOKENS, Generating

_OF_DRAWING = (
    "temperature",
    "top_k",
    "top_p",
    "min_p",
    "top_h",
    "typical_p",
    "epsilon_cutoff",
    "eta_cutoff",
)
_TAKEN = (
    "num_beams",
    "repetition_penalty",
    "no_repeat_ngram_size",
    "length_penalty",
    "temperature",
    "top_p",
    "top_k",
)
_NUMBERS = ("repetition_penalty", "length_penalty", "temperature", "top_p")
_NOT_OF_AN_ANSWER = (
    # How fast and in what memory it is decoded, and by the help of which other model:
    # the tokens are the same; and a limit of seconds, which no answer may depend on.
    "assistant_confidence_threshold",
    "assistant_early_exit",
    "assistant_ensemble_weight",
    "assistant_lookbehind",
    "cache_config",
    "cache_implementation",
    "compile_config",
    "continuous_batching_config",
    "disable_compile",
    "is_assistant",
    "low_memory",
    "max_cache_len",
    "max_matching_ngram_size",
    "max_time",
    "num_assistant_tokens",
    "num_assistant_tokens_schedule",
    "prefill_chunk_size",
    "prompt_lookup_num_tokens",
    "speculation_type",
    "target_lookbehind",
    "use_mtp",
    # What is given back beside the first answer.
    "num_return_sequences",
    "output_attentions",
    "output_hidden_states",
    "output_logits",
    "output_scores",
    "return_dict_in_generate",
    # They end answers here too, beside those that a test says.
    "stop_strings",
)
_NOT_HERE: dict[str, tuple[str, object]] = {
    "constraints": ("constrained beam search", None),
    "diversity_penalty": ("diverse beam search", 0),
    "dola_layers": ("DoLa, which contrasts layers", None),
    "force_words_ids": ("constrained beam search", None),
    "guidance_scale": ("classifier-free guidance", 1),
    "num_beam_groups": ("diverse beam search", 1),
    "penalty_alpha": ("contrastive search", 0),
    "token_healing": ("token healing", False),
}
"""Ways to decode that give other answers and are none of ours; and what says none."""
_NOT_SHOWN = frozenset(
    {
        "_from_model_config",
        "bos_token_id",
        "decoder_start_token_id",
        "do_sample",
        "eos_token_id",
        "forced_bos_token_id",
        "max_length",
        "max_new_tokens",
        "num_beams",
        "pad_token_id",
        "transformers_version",
        "use_cache",
    }
)
_AS_DEFAULT: dict[str, object] = {
    "min_length": 0,
    "repetition_penalty": 1.0,
    "no_repeat_ngram_size": 0,
    "encoder_no_repeat_ngram_size": 0,
    "length_penalty": 1.0,
    "renormalize_logits": False,
    "remove_invalid_values": False,
    "early_stopping": False,
    "low_memory": False,
}
"""Values that say nothing, of which a config may be full."""

_OF_WHAT_IS_READ = {"encoder_repetition_penalty", "encoder_no_repeat_ngram_size"}
_OF_WHAT_STANDS_BEFORE = {
    "repetition_penalty",
    "no_repeat_ngram_size",
    "sequence_bias",
    "bad_words_ids",
    # Drawn by the tokens before.
    "watermarking_config",
    # Counts the prompt too.
    "min_length",
}

_USUAL_TOP_K = 50
"""What ``generate`` takes where nothing says another; said, so that a signature shows
that no other token is ever drawn."""

_LONGEST_SAID = 40


def rules_of(model: Loaded, how: Generating) -> GenerationConfig:
    """The config that ``generate`` takes: the checkpoint's, and over it the settings.

    Tokens are drawn only by a seed, whatever the checkpoint says.
    """
    found = copy.deepcopy(model.generation_config)
    longest = how.max_new_tokens or _longest(found, model)
    for name in (*_NOT_OF_AN_ANSWER, *_NOT_HERE):
        if hasattr(found, name):
            setattr(found, name, None)
    found.max_length, found.max_new_tokens = None, longest
    found.use_cache = True
    found.do_sample = how.seed is not None
    if how.seed is None:
        for name in _OF_DRAWING:
            if hasattr(found, name):
                setattr(found, name, None)
    else:
        # What is drawn is one text, not several that are compared.
        found.num_beams = 1
        if found.top_k is None:
            found.top_k = _USUAL_TOP_K
    for name in _TAKEN:
        value = getattr(how, name)
        if value is not None:
            # transformers takes no whole number for these.
            setattr(found, name, float(value) if name in _NUMBERS else value)
    return found


def refuse_other_ways(model: Loaded) -> None:
    """Refuse a checkpoint that is decoded in a way that is not done here.

    Raises:
        ArgumentError: its generation config names one.
    """
    for name, (way, nothing) in _NOT_HERE.items():
        value = getattr(model.generation_config, name, None)
        if value is not None and value != nothing:
            raise ArgumentError(
                f"the checkpoint's generation_config says {name}={value!r:.60}, which "
                f"is {way}: it would give other answers, and is not done here. Take "
                f"{name} out of generation_config.json (of a model in memory: "
                f"model.generation_config.{name} = None) to test it without"
            )


def beams_of(rules: GenerationConfig) -> int:
    """How many texts are looked at beside each other."""
    return int(rules.num_beams or 1)


def stops_of(model: Loaded, how: Generating) -> tuple[str, ...]:
    """The texts at which an answer ends.

    Raises:
        ArgumentError: they are the checkpoint's, which looks for texts by beams.
    """
    own = model.generation_config.stop_strings or ()
    own = (own,) if isinstance(own, str) else tuple(own)
    stops = own if how.stop is None else how.stop
    beams = how.num_beams or beams_of(model.generation_config)
    if stops and beams > 1 and how.seed is None:
        raise ArgumentError(
            f"the texts {list(stops)!r:.60} end an answer, and num_beams={beams} ends "
            "at the model's own token alone; say num_beams=1 or stop=[]"
        )
    return stops


def shown(rules: GenerationConfig, how: Generating) -> tuple[str, ...]:
    """What a signature says of how tokens are taken."""
    beams = beams_of(rules)
    way = "greedy" if beams == 1 else f"beams:{beams}"
    if how.seed is not None:
        way = f"drawn:seed{how.seed}"
    said = [way, f"max_new_tokens:{rules.max_new_tokens}"]
    for name, value in sorted(_own(rules).items()):
        text = f"{value:.9g}" if isinstance(value, float) else str(value)
        if len(text) > _LONGEST_SAID:
            text = digest_of(text)[:8]
        said.append(f"{name}:{text}")
    return tuple(said)


def reads_prompts(rules: GenerationConfig, *, rewrites: bool) -> bool:
    """Whether a rule looks at the tokens that were there before, padding too.

    ``rewrites``: the model is an encoder-decoder, whose answers begin for themselves.
    """
    held = _own(rules).keys()
    if held & _OF_WHAT_IS_READ:
        return True
    # A token may be forced behind a prompt that is a single one.
    is_forced = rules.forced_bos_token_id is not None
    return not rewrites and (is_forced or bool(held & _OF_WHAT_STANDS_BEFORE))


@contextlib.contextmanager
def alone(model: Loaded, rules: GenerationConfig) -> Generator[None]:
    """Inside, ``generate`` knows no other rules than these.

    It takes from the model's own config whatever is None in the one that it is given.
    """
    own = model.generation_config
    model.generation_config = rules
    try:
        yield
    finally:
        model.generation_config = own


def _own(rules: GenerationConfig) -> dict[str, Any]:
    held: dict[str, Any] = rules.to_diff_dict()
    return {
        name: value
        for name, value in held.items()
        if name not in _NOT_SHOWN
        and value is not None
        and value != _AS_DEFAULT.get(name)
    }


def _longest(rules: GenerationConfig, model: Loaded) -> int:
    if rules.max_new_tokens:
        return int(rules.max_new_tokens)
    # Of an encoder-decoder the answer alone, with the token that begins it; of others
    # prompt and answer together, which says nothing about an answer.
    usual = GenerationConfig().max_length
    length = rules.max_length
    if model.config.is_encoder_decoder and length not in (None, usual):
        return max(1, int(length) - 1)
    return USUALLY_NEW_TOKENS
