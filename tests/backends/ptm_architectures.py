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
}
AUTO_CLASSES = {
    "text-classification": transformers.AutoModelForSequenceClassification,
    "fill-mask": transformers.AutoModelForMaskedLM,
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
OPTIONS: dict[str, dict[str, Any]] = {}


def tokenizer(
    *, side: str = "right", pad_token: str | None = "<pad>"
) -> transformers.PreTrainedTokenizerBase:
    """One token a word, an end token after each text; as T5 and its kin have it."""
    ids = {word: place for place, word in enumerate((*SPECIAL, *WORDS))}
    inner = Tokenizer(models.WordLevel(ids, unk_token="<unk>"))
    inner.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
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
    default = kind()
    # As named in the config itself, or by the name that others have for it.
    names = set(vars(default)) | set(kind.attribute_map)
    small = {name: value for name, value in SMALL.items() if name in names}
    return kind(**{**small, **OPTIONS.get(architecture, {}), **options})


def build(task: str, architecture: str, folder: Path, *, seed: int = 0, **options: Any):
    """A random checkpoint of the architecture, saved; the folder."""
    config = config_of(architecture, **options)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = AUTO_CLASSES[task].from_config(config)
    model.save_pretrained(folder)
    side = "left" if architecture == "xlnet" else "right"
    tokenizer(side=side).save_pretrained(folder)
    return folder
