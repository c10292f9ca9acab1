"""Any architecture of transformers, tiny, random, with a tokenizer of whole words.

``build(task, architecture, folder)`` shrinks what every config calls by one of a few
names, and what single architectures need beside it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers.models.auto import modeling_auto

WORDS = tuple(f"w{i}" for i in range(40))
SPECIAL = ("<pad>", "<s>", "</s>", "<unk>", "<mask>", "<cls>", "<sep>", "<other>")
VOCABULARY = 64
POSITIONS = 128
ARCHITECTURES = {
    "text-classification": tuple(
        sorted(modeling_auto.MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES)
    ),
    "fill-mask": tuple(sorted(modeling_auto.MODEL_FOR_MASKED_LM_MAPPING_NAMES)),
    "causal-scoring": tuple(sorted(modeling_auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES)),
    "text-generation": tuple(sorted(modeling_auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES)),
    "text2text-generation": tuple(
        sorted(modeling_auto.MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES)
    ),
    "token-classification": tuple(
        sorted(modeling_auto.MODEL_FOR_TOKEN_CLASSIFICATION_MAPPING_NAMES)
    ),
    "extractive-qa": tuple(
        sorted(modeling_auto.MODEL_FOR_QUESTION_ANSWERING_MAPPING_NAMES)
    ),
}
AUTO_CLASSES = {
    "text-classification": transformers.AutoModelForSequenceClassification,
    "text-regression": transformers.AutoModelForSequenceClassification,
    "fill-mask": transformers.AutoModelForMaskedLM,
    "causal-scoring": transformers.AutoModelForCausalLM,
    "masked-scoring": transformers.AutoModelForMaskedLM,
    "token-classification": transformers.AutoModelForTokenClassification,
    "extractive-qa": transformers.AutoModelForQuestionAnswering,
    "embedding": transformers.AutoModel,
    "text-generation": transformers.AutoModelForCausalLM,
    "text2text-generation": transformers.AutoModelForSeq2SeqLM,
}
SMALL: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "hidden_size": 16,
    "d_model": 16,
    "n_embd": 16,
    "emb_dim": 16,
    "embedding_size": 16,
    "dim": 16,
    "word_embed_proj_dim": 16,
    "intermediate_size": 32,
    "ffn_dim": 32,
    "ffn_hidden_size": 32,
    "hidden_dim": 32,
    "d_ff": 32,
    "d_inner": 32,
    "dff": 32,
    "d_kv": 8,
    "d_head": 8,
    "head_dim": 8,
    "encoder_ffn_dim": 32,
    "decoder_ffn_dim": 32,
    "num_hidden_layers": 2,
    "num_layers": 2,
    "num_decoder_layers": 2,
    "n_layer": 2,
    "n_layers": 2,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "num_heads": 2,
    "n_head": 2,
    "n_heads": 2,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "max_position_embeddings": POSITIONS,
    "n_positions": POSITIONS,
    "max_encoder_position_embeddings": POSITIONS,
    "max_seq_len": POSITIONS,
    "type_vocab_size": 2,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "decoder_start_token_id": 2,
    "initializer_range": 0.4,
    "init_std": 0.4,
    "num_labels": 3,
    "num_experts": 4,
    "num_local_experts": 4,
    "n_routed_experts": 4,
    "num_experts_per_tok": 2,
    "moe_intermediate_size": 32,
    "q_lora_rank": 8,
    "kv_lora_rank": 8,
    "qk_rope_head_dim": 4,
    "qk_nope_head_dim": 4,
    "v_head_dim": 8,
    "n_group": 1,
    "topk_group": 1,
    "layer_types": None,
    "rope_scaling": None,
    "layerdrop": 0.0,
}
_LINEAR = {
    "layer_types": ["linear_attention", "full_attention"],
    "linear_key_head_dim": 8,
    "linear_value_head_dim": 8,
    "linear_num_key_heads": 2,
    "linear_num_value_heads": 2,
}
_ZAMBA = {
    "layers_block_type": ["linear_attention", "hybrid"],
    "attention_hidden_size": 32,
    "attention_head_dim": 16,
    "mamba_d_state": 8,
    "use_mamba_kernels": False,
}
OPTIONS: dict[str, dict[str, Any]] = {
    "cohere_compass_text": {
        "layer_types": ["full_attention", "full_attention"],
        "rope_parameters": {
            "full_attention": {"rope_type": "default", "rope_theta": 10_000.0}
        },
    },
    "funnel": {"block_sizes": [1, 1]},
    "gpt_neo": {"attention_types": [[["global", "local"], 1]], "window_size": 8},
    "gptj": {"rotary_dim": 4},
    "jamba": {
        "attn_layer_period": 2,
        "attn_layer_offset": 1,
        "mamba_dt_rank": 4,
        "use_mamba_kernels": False,
    },
    "layoutlmv3": {"coordinate_size": 3, "shape_size": 2, "visual_embed": False},
    "lilt": {"hidden_size": 24, "intermediate_size": 48},
    "luke": {"entity_vocab_size": 8, "entity_emb_size": 8},
    "mobilebert": {"embedding_size": 8},
    "perceiver": {
        "d_latents": 16,
        "num_latents": 8,
        "num_self_attends_per_block": 2,
        "num_self_attention_heads": 2,
        "num_cross_attention_heads": 2,
    },
    "qwen2": {"initializer_range": 0.2},
    "qwen3_5_text": _LINEAR,
    "qwen3_next": _LINEAR,
    "reformer": {
        "axial_pos_embds": False,
        "attention_head_size": 8,
        "feed_forward_size": 32,
        "attn_layers": ["local", "lsh"],
        "num_buckets": 4,
        "lsh_attn_chunk_length": 8,
        "local_attn_chunk_length": 8,
        "hash_seed": 1,
    },
    "roc_bert": {
        "pronunciation_embed_dim": 8,
        "pronunciation_vocab_size": 8,
        "shape_embed_dim": 8,
        "shape_vocab_size": 8,
    },
    "t5": {"decoder_start_token_id": 0},
    "xmod": {"default_language": "en_XX"},
    "zamba": {
        **_ZAMBA,
        "num_hidden_layers": 4,
        "layers_block_type": ["linear_attention", "hybrid"] * 2,
        "mamba_dt_rank": 4,
    },
    "zamba2": {
        **_ZAMBA,
        "hybrid_layer_ids": [1],
        "mamba_headdim": 16,
        "n_mamba_heads": 2,
        "adapter_rank": 4,
        "kv_channels": 8,
        "num_query_groups": 2,
    },
}
NOT_BUILT = {
    "canine": "reads characters: test_models_of_characters.py",
    "layoutlmv2": "needs the library detectron2",
    "mra": "needs a CUDA kernel; without it every text has one answer",
    "neomme": "cannot be as small as this",
    "perceiver": "reads bytes: test_models_of_characters.py",
    "qwen2": "brings a tokenizer of its own, to which all these words are one",
    "qwen3_5": "its text model, qwen3_5_text, is tried by itself",
}
"""Architectures that are not tried, and why."""

UNSETTABLE = {
    "axk1": ("head_dim",),
    "deepseek_v3": ("head_dim",),
    "zamba": ("layer_types",),
    "zamba2": ("layer_types",),
    "xlnet": ("max_position_embeddings", "n_positions"),
}
"""What a config has a name for and takes no value of."""


def tokenizer(
    *, side: str = "right", pad_token: str | None = "<pad>", bare: bool = False
) -> transformers.PreTrainedTokenizerBase:
    """One token a word, ``<cls>`` before a text and ``</s>`` after it, unless bare."""
    ids = {word: place for place, word in enumerate((*SPECIAL, *WORDS))}
    inner = Tokenizer(models.WordLevel(ids, unk_token="<unk>"))
    inner.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    if not bare:
        inner.post_processor = processors.TemplateProcessing(
            single="<cls> $A </s>",
            pair="<cls> $A </s> $B:1 </s>:1",
            special_tokens=[("<cls>", ids["<cls>"]), ("</s>", ids["</s>"])],
        )
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=inner,
        unk_token="<unk>",
        pad_token=pad_token,
        bos_token="<s>",
        eos_token="</s>",
        cls_token="<cls>",
        sep_token="<sep>",
        mask_token="<mask>",
        padding_side=side,
        model_max_length=POSITIONS,
        model_input_names=["input_ids", "attention_mask"],
    )


def config_of(architecture: str, **options: Any) -> transformers.PretrainedConfig:
    kind = transformers.CONFIG_MAPPING[architecture]
    return kind(**{**_small(kind), **OPTIONS.get(architecture, {}), **options})


def _small(kind: type[transformers.PretrainedConfig]) -> dict[str, Any]:
    default = kind()
    # As named in the config itself, or by the name that others have for it.
    names = (set(vars(default)) | set(kind.attribute_map)) - {"attribute_map"}
    parts = {
        name: _small(type(part))
        for name, part in vars(default).items()
        if isinstance(part, transformers.PretrainedConfig)
    }
    own = {name: value for name, value in SMALL.items() if name in names}
    unsettable = UNSETTABLE.get(kind.model_type, ())
    return {
        name: value for name, value in (own | parts).items() if name not in unsettable
    }


def build(task: str, architecture: str, folder: Path, *, seed: int = 0, **options: Any):
    """A random checkpoint of the architecture, saved; the folder."""
    if task == "text-regression":
        options = {"num_labels": 1, **options}
    config = config_of(architecture, **options)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = AUTO_CLASSES[task].from_config(config)
    model.save_pretrained(folder)
    side = "left" if architecture == "xlnet" else "right"
    tokenizer(side=side).save_pretrained(folder)
    return folder
