"""Tiny random checkpoints of several families, made here: nothing is downloaded."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers
from tokenizers.processors import TemplateProcessing

from pytest_ptm.session import Session, activated

WORDS = ["the", "a", "film", "was", "good", "bad", "not", "so", "very", "long"]
WORDS += ["story", "and", "of", "it"]
SPECIAL = ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"]


@dataclass(frozen=True)
class Family:
    """How to make one family of classifiers small."""

    config: str
    options: dict[str, object]
    takes_type_ids: bool = False
    pads: bool = True


SMALL = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
}
FAMILIES = {
    "bert": Family("BertConfig", {**SMALL, "max_position_embeddings": 32}, True),
    "roberta": Family(
        "RobertaConfig", {**SMALL, "max_position_embeddings": 34, "pad_token_id": 1}
    ),
    "distilbert": Family(
        "DistilBertConfig",
        {"dim": 16, "n_layers": 2, "n_heads": 2, "hidden_dim": 32}
        | {"max_position_embeddings": 32},
    ),
    "albert": Family(
        "AlbertConfig",
        {**SMALL, "embedding_size": 8, "max_position_embeddings": 32},
        takes_type_ids=True,
    ),
    "electra": Family(
        "ElectraConfig",
        {**SMALL, "embedding_size": 8, "max_position_embeddings": 32},
        takes_type_ids=True,
    ),
    "gpt2": Family(
        "GPT2Config",
        {"n_embd": 16, "n_layer": 2, "n_head": 2, "n_positions": 32}
        | {"bos_token_id": 3, "eos_token_id": 3},
        pads=False,
    ),
}


def make_tokenizer(family: Family, pad_id: int = 0):
    """Words and letters; an unknown letter is <unk>."""
    special = list(SPECIAL)
    if pad_id == 1:
        special[0], special[1] = special[1], special[0]
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    pieces = [*special, *WORDS, *letters, *(f"##{letter}" for letter in letters)]
    vocabulary = {piece: row for row, piece in enumerate(dict.fromkeys(pieces))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    names = ["input_ids", "attention_mask"]
    if family.takes_type_ids:
        names.insert(1, "token_type_ids")
    padding = {"pad_token": "<pad>"} if family.pads else {}
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="<unk>",
        cls_token="[CLS]",
        sep_token="[SEP]",
        eos_token="[SEP]",
        model_max_length=10**30,
        model_input_names=names,
        **padding,
    )


@pytest.fixture(scope="session")
def make_checkpoint(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., Path]:
    """A folder with a tiny model of a family; made once for each set of options."""
    made: dict[str, Path] = {}

    def make(
        family: str = "bert",
        *,
        auto: str = "AutoModelForSequenceClassification",
        **options: object,
    ) -> Path:
        key = f"{family}-{auto}-{sorted(options.items())}"
        if key not in made:
            made[key] = tmp_path_factory.mktemp(family)
            kind = FAMILIES[family]
            pad_id = int(kind.options.get("pad_token_id", 0))
            tokenizer = make_tokenizer(kind, pad_id)
            padding = {"pad_token_id": pad_id} if kind.pads else {}
            config = getattr(transformers, kind.config)(
                **{"vocab_size": len(tokenizer), **kind.options, **padding, **options}
            )
            torch.manual_seed(0)
            model = getattr(transformers, auto).from_config(config)
            # Random heads start near zero; this spreads the logits.
            for parameter in model.parameters():
                torch.nn.init.normal_(parameter, std=0.3)
            model.save_pretrained(made[key])
            tokenizer.save_pretrained(made[key])
        return made[key]

    return make


@pytest.fixture
def checkpoint(make_checkpoint, tmp_path: Path) -> Path:
    """A copy of a BERT classifier that a test may break."""
    folder = tmp_path / "checkpoint"
    shutil.copytree(make_checkpoint(), folder)
    return folder


@pytest.fixture(autouse=True)
def session():
    with activated(Session()) as session:
        yield session
