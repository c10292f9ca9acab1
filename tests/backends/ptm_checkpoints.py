"""Tiny random checkpoints of many families: FAMILIES builds a tokenizer and a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import transformers
from tokenizers import (
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)

SENTENCES = (
    "a charming and often affecting journey through a small town",
    "unflinchingly bleak and desperate, and not for everyone",
    "the acting, the costumes, the music and the sound are all astounding",
    "it takes a strange kind of laziness to waste the talents of this cast",
    "what a great film! i would watch it again tomorrow.",
    "a dull, slow and pointless sequel that nobody asked for",
)
BERT_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
ROBERTA_SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]
POSITIONS = 32
"""Tokens that every family here can see, unless its tokenizer says fewer."""

# Random weights of the usual size give all texts nearly the same logits, and then a
# wrong order or a wrong mask would go unseen.
SMALL = {"num_hidden_layers": 2, "num_attention_heads": 2, "initializer_range": 0.4}
BERT = {
    **SMALL,
    "hidden_size": 16,
    "intermediate_size": 32,
    "max_position_embeddings": POSITIONS,
}


def word_piece() -> transformers.PreTrainedTokenizerBase:
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(
        vocab_size=200, special_tokens=BERT_SPECIAL, show_progress=False
    )
    tokenizer.train_from_iterator(SENTENCES, trainer)
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return bert_like(tokenizer)


def unigram() -> transformers.PreTrainedTokenizerBase:
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=120,
        special_tokens=BERT_SPECIAL,
        unk_token="[UNK]",
        show_progress=False,
    )
    tokenizer.train_from_iterator(SENTENCES, trainer)
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return bert_like(tokenizer)


def bert_like(tokenizer: Tokenizer) -> transformers.PreTrainedTokenizerBase:
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )


def without_type_ids(
    tokenizer: transformers.PreTrainedTokenizerBase, *, model_max_length: int
) -> transformers.PreTrainedTokenizerBase:
    tokenizer.model_input_names = ["input_ids", "attention_mask"]
    tokenizer.model_max_length = model_max_length
    return tokenizer


def byte_pairs(special: list[str], size: int = 320) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(SENTENCES, trainer)
    return tokenizer


def roberta_tokenizer() -> transformers.PreTrainedTokenizerBase:
    # The trainer must not know the mask: what it adds never takes a space along.
    tokenizer = byte_pairs(ROBERTA_SPECIAL, size=319)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        cls_token="<s>",
        pad_token="<pad>",
        eos_token="</s>",
        sep_token="</s>",
        unk_token="<unk>",
        # As RoBERTa's own, which takes the space before it along.
        mask_token=transformers.AddedToken("<mask>", lstrip=True, special=True),
        model_input_names=["input_ids", "attention_mask"],
    )


def gpt2_tokenizer() -> transformers.PreTrainedTokenizerBase:
    # As GPT-2's own: no padding token, no special token around a text.
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=byte_pairs(["<|endoftext|>"]),
        bos_token="<|endoftext|>",
        eos_token="<|endoftext|>",
        model_input_names=["input_ids", "attention_mask"],
    )


Made = tuple[transformers.PreTrainedTokenizerBase, transformers.PreTrainedModel]


def bert(**options: object) -> Made:
    tokenizer = word_piece()
    config = transformers.BertConfig(vocab_size=len(tokenizer), **BERT, **options)
    return tokenizer, transformers.BertForSequenceClassification(config)


def bert_masked_lm() -> Made:
    tokenizer = word_piece()
    config = transformers.BertConfig(vocab_size=len(tokenizer), **BERT)
    return tokenizer, transformers.BertForMaskedLM(config)


def electra() -> Made:
    tokenizer = word_piece()
    config = transformers.ElectraConfig(
        vocab_size=len(tokenizer), embedding_size=8, **BERT
    )
    return tokenizer, transformers.ElectraForSequenceClassification(config)


def electra_masked_lm() -> Made:
    tokenizer = word_piece()
    config = transformers.ElectraConfig(
        vocab_size=len(tokenizer), embedding_size=8, **BERT
    )
    return tokenizer, transformers.ElectraForMaskedLM(config)


def albert() -> Made:
    tokenizer = unigram()
    config = transformers.AlbertConfig(
        vocab_size=len(tokenizer), embedding_size=8, pad_token_id=0, **BERT
    )
    return tokenizer, transformers.AlbertForSequenceClassification(config)


def albert_masked_lm() -> Made:
    tokenizer = unigram()
    config = transformers.AlbertConfig(
        vocab_size=len(tokenizer), embedding_size=8, pad_token_id=0, **BERT
    )
    return tokenizer, transformers.AlbertForMaskedLM(config)


def roberta() -> Made:
    tokenizer = roberta_tokenizer()
    # Positions count from the padding id on, so the first two rows are never used.
    positions = {"max_position_embeddings": POSITIONS + 2, "pad_token_id": 1}
    config = transformers.RobertaConfig(
        vocab_size=len(tokenizer), type_vocab_size=1, **{**BERT, **positions}
    )
    return tokenizer, transformers.RobertaForSequenceClassification(config)


def roberta_masked_lm() -> Made:
    tokenizer = roberta_tokenizer()
    # Positions count from the padding id on, so the first two rows are never used.
    positions = {"max_position_embeddings": POSITIONS + 2, "pad_token_id": 1}
    config = transformers.RobertaConfig(
        vocab_size=len(tokenizer), type_vocab_size=1, **{**BERT, **positions}
    )
    return tokenizer, transformers.RobertaForMaskedLM(config)


def distilbert() -> Made:
    tokenizer = without_type_ids(word_piece(), model_max_length=24)
    config = transformers.DistilBertConfig(
        vocab_size=len(tokenizer),
        dim=16,
        hidden_dim=32,
        n_layers=2,
        n_heads=2,
        initializer_range=0.4,
        max_position_embeddings=POSITIONS,
    )
    return tokenizer, transformers.DistilBertForSequenceClassification(config)


def distilbert_masked_lm() -> Made:
    tokenizer = without_type_ids(word_piece(), model_max_length=24)
    config = transformers.DistilBertConfig(
        vocab_size=len(tokenizer),
        dim=16,
        hidden_dim=32,
        n_layers=2,
        n_heads=2,
        initializer_range=0.4,
        max_position_embeddings=POSITIONS,
    )
    return tokenizer, transformers.DistilBertForMaskedLM(config)


def gpt2() -> Made:
    tokenizer = gpt2_tokenizer()
    config = transformers.GPT2Config(
        vocab_size=len(tokenizer),
        n_embd=16,
        n_layer=2,
        n_head=2,
        n_positions=POSITIONS,
        initializer_range=0.4,
        bos_token_id=0,
        eos_token_id=0,
        num_labels=3,
    )
    return tokenizer, transformers.GPT2ForSequenceClassification(config)


FAMILIES: Mapping[str, Callable[[], Made]] = {
    "bert": lambda: bert(
        id2label={0: "negative", 1: "positive"}, label2id={"negative": 0, "positive": 1}
    ),
    "bert-of-three": lambda: bert(num_labels=3),
    "bert-multi-label": lambda: bert(
        num_labels=3, problem_type="multi_label_classification"
    ),
    "bert-regression": lambda: bert(num_labels=1),
    "bert-masked-lm": bert_masked_lm,
    "albert-masked-lm": albert_masked_lm,
    "distilbert-masked-lm": distilbert_masked_lm,
    "electra-masked-lm": electra_masked_lm,
    "roberta-masked-lm": roberta_masked_lm,
    "roberta": roberta,
    "distilbert": distilbert,
    "albert": albert,
    "electra": electra,
    "gpt2": gpt2,
}
