"""The full stop that a text of its script ends in."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

# By the first word of a character's Unicode name.
_STOPS: dict[str, str | None] = {
    **dict.fromkeys(("CJK", "HIRAGANA", "KATAKANA"), "\u3002"),
    **dict.fromkeys(("DEVANAGARI", "BENGALI", "GURMUKHI", "ORIYA"), "\u0964"),
    "ARMENIAN": "\u0589",
    "ETHIOPIC": "\u1362",
    "KHMER": "\u17d4",
    "MYANMAR": "\u104b",
    # Written without a stop.
    **dict.fromkeys(("THAI", "LAO", "TIBETAN"), None),
}
_LOOKED_AT = 400
# A word of letters, or a character that is written without spaces between words.
_WRITTEN = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
    r"|[^\W\d_]+"
)


def stop_of(text: str) -> str | None:
    """The stop of the script that most words of the text are in; None where it has
    none. Of two scripts that have as many, the first counts.
    """
    if text.isascii():
        return "."
    words = Counter(
        unicodedata.name(word[0], "").partition(" ")[0]
        for word in _WRITTEN.findall(text[-_LOOKED_AT:])
    )
    if not words:
        return "."
    return _STOPS.get(words.most_common(1)[0][0], ".")
