"""Whether a text is a reference, and how near it is: as SQuAD reads answers.

SQuAD's script takes away articles and punctuation, and of an answer such as "A" leaves
what an empty one is. Of questions every one of which has an answer that would count
silence as right; so a text that is nothing else has to be there itself.
"""

from __future__ import annotations

import string
from collections.abc import Sequence

from pytest_ptm.ground.composed import composed
from pytest_ptm.tasks.answer_spans.overlap import Parts, f1, normalised, words


def same_words(said: str, wanted: str) -> bool:
    """Whether both are one answer, once normalised; itself where nothing is left.

    >>> same_words("The U.S. dollar", "us dollar"), same_words("a.", "A")
    (True, True)
    >>> same_words("", "A"), same_words("the", "A")
    (False, False)
    """
    plain = normalised(wanted)
    return normalised(said) == plain if plain else _bare(said) == _bare(wanted)


def is_one_of(said: str, references: Sequence[str]) -> bool:
    """Whether the text is one of the references."""
    return any(same_words(said, each) for each in references)


def nearest(said: str, references: Sequence[str], parts: Parts = words) -> float:
    """The F1 of parts with the reference that the text is nearest to, in [0, 1].

    1 or 0 beside a reference without a part: whether the text is this very one.
    """
    return max(
        f1(said, [each], parts) if parts(each) else float(_bare(said) == _bare(each))
        for each in references
    )


def _bare(text: str) -> str:
    """The text in lower case without punctuation, unless it has nothing else."""
    plain = composed(text).casefold().strip()
    return plain.strip(string.punctuation).strip() or plain
