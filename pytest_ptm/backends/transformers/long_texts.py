# pyright: basic
# The tokenizers library is only partly typed.
"""Very long texts, cut before they are tokenised where that provably changes nothing.

A megabyte takes a second to tokenise, twice, for the few hundred tokens a model sees.
If a tokenizer works word by word, its tokens up to the end of a word are the same
whatever follows, so a beginning that has more tokens than the model sees stands for
the whole.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import transformers

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_CHARACTERS_A_TOKEN = 16
_GROWTH = 4
# Each of these changes one character, or one letter with its accents, at a time.
_LOCAL_NORMALIZERS = {
    "BertNormalizer",
    "Lowercase",
    "NFC",
    "NFD",
    "NFKC",
    "NFKD",
    "StripAccents",
}


def beginnings(
    tokenizer: PreTrainedTokenizerBase, texts: list[str], max_length: int | None
) -> list[str]:
    """The texts; of very long ones a beginning with the same truncated tokens.

    Every beginning has more than ``max_length`` tokens itself, so that it counts as
    truncated. Texts without spaces between words, and those of a tokenizer that does
    not provably work word by word, come back whole.
    """
    if max_length is None:
        return texts
    longest = 2 * _CHARACTERS_A_TOKEN * max_length
    if all(len(text) <= longest for text in texts) or not _by_word(tokenizer):
        return texts
    return [
        text if len(text) <= longest else _beginning(tokenizer, text, max_length)
        for text in texts
    ]


def _beginning(tokenizer: PreTrainedTokenizerBase, text: str, max_length: int) -> str:
    size = _CHARACTERS_A_TOKEN * max_length
    while 2 * size <= len(text):
        part = _whole_words(text, size)
        if part is None:
            return text
        tokens = tokenizer(part, return_attention_mask=False, verbose=False)
        if len(tokens["input_ids"]) > max_length:
            return part
        size *= _GROWTH
    return text


def _whole_words(text: str, size: int) -> str | None:
    """At most ``size`` characters, ending in a letter or digit that a space follows."""
    place = text.rfind(" ", 0, size)
    while place > 0:
        if text[place - 1].isalnum():
            return text[:place]
        place = text.rfind(" ", 0, place)
    return None


def _by_word(tokenizer: PreTrainedTokenizerBase) -> bool:
    """Whether what follows a word and a space has no part in the word's tokens."""
    fast = transformers.PreTrainedTokenizerFast
    if not isinstance(tokenizer, fast) or tokenizer.truncation_side != "right":
        return False
    kind = type(tokenizer)
    if kind.__call__ is not fast.__call__ or kind._encode_plus is not fast._encode_plus:
        # A tokenizer that does something of its own to the text.
        return False
    backend = tokenizer.backend_tokenizer
    added = [token.content for token in tokenizer.added_tokens_decoder.values()]
    return (
        _is_local(_parts(backend.normalizer))
        and _splits_at_spaces(_parts(backend.pre_tokenizer))
        # Dropout draws for every word anew.
        and getattr(backend.model, "dropout", None) is None
        # These are found before anything is split, so a space must not be inside one.
        and all(token.isascii() and token.split() == [token] for token in added)
    )


def _parts(component: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - of a Rust library
    """What a normalizer or pre-tokenizer is made of, as tokenizer.json would say it."""
    if component is None:
        return []
    state = json.loads(component.__getstate__())
    return state.get("normalizers") or state.get("pretokenizers") or [state]


def _is_local(normalizers: list[dict[str, Any]]) -> bool:
    for part in normalizers:
        kind = part["type"]
        if kind == "Replace":
            pattern = part["pattern"].get("String", "")
            if not pattern or pattern.split() != [pattern]:
                return False
        elif kind not in _LOCAL_NORMALIZERS:
            return False
    return True


def _splits_at_spaces(pre_tokenizers: list[dict[str, Any]]) -> bool:
    """Whether the first step makes every space a border; later ones only split more."""
    if not pre_tokenizers:
        return False
    first = pre_tokenizers[0]
    return first["type"] in {"BertPreTokenizer", "Whitespace", "WhitespaceSplit"} or (
        # GPT-2's expression and Metaspace let a space begin a piece, never end one.
        (first["type"] == "ByteLevel" and first["use_regex"])
        or (first["type"] == "Metaspace" and first["split"])
    )
