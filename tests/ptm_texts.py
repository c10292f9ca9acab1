"""Texts that steer a terminal or break a reader, and how to find what they left."""

from __future__ import annotations

import unicodedata

ODD = (
    *("", " ", "\x00", "\x07\x08\x1b[2J", "\x1b]0;title\x07", "\x85", "\x9b31m"),
    *("\u202eabc", "\u2066x\u2069", "\u200f", "\u2028", "\u2029", "\ufeff", "\ufffe"),
    *(
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\U0001f44d\U0001f3fd",
        "\U000e0041",
    ),
    *(
        "שלום עולם",
        "فيلم رائع",
        "e\u0301\u0323\u0301",
        "\u0301",
        "İıß",
        "一部好电影",
        "ﬁ",
    ),
    *("\n::stop-commands::x", "::error::x", "</script><b>", "=cmd()", "don't", "..."),
    *("[MASK]", "[SEP][CLS]", "<|endoftext|>", "a" * 300, "a\r\nb", '",\t"'),
)


def steers(text, *, lines=False):
    """What could move a cursor, turn the reading order, or be no character at all."""
    return [
        character
        for character in text
        if (
            unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}
            and not (lines and character == "\n")
        )
        or character in "\u200e\u200f\u061c\ufeff"
        or "\u202a" <= character <= "\u202e"
        or "\u2066" <= character <= "\u2069"
    ]


def strings(value):
    if isinstance(value, dict):
        return [
            text for item in value.items() for part in item for text in strings(part)
        ]
    if isinstance(value, list):
        return [text for part in value for text in strings(part)]
    return [value] if isinstance(value, str) else []
