"""Tiny tokenizers of the kinds that masked language models have."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import transformers
from ptm_checkpoints import word_piece
from tokenizers import (
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    trainers,
)

TEXTS = 5 * [
    "the capital of france is paris and london is a city (paris) \"london\" 'she'",
    "he said that she was unhappy and unable. he was able, well-known",
    "paris\nlondon\tparis, a great city! (he) she-he \"she\" 'he'",
]


def unigram(
    scheme: str, *, strips: bool = False, lstrip: bool = True
) -> transformers.PreTrainedTokenizerBase:
    """SentencePiece's kind: a space is a ``▁`` at the beginning of a piece."""
    tokenizer = Tokenizer(models.Unigram())
    spaces = normalizers.Replace("\n", " ")
    tokenizer.normalizer = (
        normalizers.Sequence([normalizers.Strip(), spaces])
        if strips
        else normalizers.Nmt()
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme=scheme)
    tokenizer.decoder = decoders.Metaspace(prepend_scheme=scheme)
    trainer = trainers.UnigramTrainer(
        vocab_size=110,
        special_tokens=["<pad>", "<unk>"],
        unk_token="<unk>",
        show_progress=False,
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    return _with_mask(tokenizer, lstrip=lstrip, unk_token="<unk>")


def byte_pairs(
    *, add_prefix_space: bool, lstrip: bool
) -> transformers.PreTrainedTokenizerBase:
    """RoBERTa's kind: a space is a ``Ġ`` at the beginning of a piece."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(
        add_prefix_space=add_prefix_space
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=340,
        special_tokens=["<pad>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    return _with_mask(tokenizer, lstrip=lstrip)


def _with_mask(
    tokenizer: Tokenizer, *, lstrip: bool, **special: str
) -> transformers.PreTrainedTokenizerBase:
    # The trainer must not know the mask: what it adds never takes a space along.
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        mask_token=transformers.AddedToken("<mask>", lstrip=lstrip, special=True),
        **special,
    )


TOKENIZERS: Mapping[str, Callable[[], transformers.PreTrainedTokenizerBase]] = {
    "bert": word_piece,
    "roberta": lambda: byte_pairs(add_prefix_space=False, lstrip=True),
    "roberta-prefix-space": lambda: byte_pairs(add_prefix_space=True, lstrip=True),
    "byte-pairs-plain-mask": lambda: byte_pairs(add_prefix_space=False, lstrip=False),
    # ALBERT, XLM-R and CamemBERT begin every part of a text with a space, ...
    "xlm-roberta": lambda: unigram("always"),
    # ... newer ones the first only, and DeBERTa strips the parts instead.
    "unigram-first": lambda: unigram("first"),
    "deberta-v2": lambda: unigram("always", strips=True, lstrip=False),
}
