"""Words of a text; of scripts that set no spaces between them, characters."""

from __future__ import annotations

import re
from functools import lru_cache

# Han, kana, Thai, Lao, Myanmar, Khmer, Tibetan: a character with its marks each.
_UNSPACED = (
    "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30ff"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003ffff"
)
_PIECE = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+(?:['’\-][^\W{_UNSPACED}]+)*")


def words_of(text: str) -> list[str]:
    """The words as spaces and marks set them apart, and nothing of the marks.

    >>> words_of("It's well-known: 東京")
    ["It's", 'well-known', '東京']
    """
    return re.findall(r"\w+(?:['’\-]\w+)*", text)


# Several samples of one text are held against it one after the other; whole articles
# are not to be kept.
@lru_cache(maxsize=256)
def pieces_of(text: str) -> tuple[str, ...]:
    """What is repeated or copied: words without case, or characters; no marks.

    Of a text that has neither, such as "!!!", whatever it has but spaces.

    >>> pieces_of("It's 東京.")
    ("it's", '東', '京')
    """
    plain = text.casefold()
    return tuple(_PIECE.findall(plain)) or tuple("".join(plain.split()))
