"""What is right of a question about a text: the answers that people took from it.

Rajpurkar et al., "SQuAD: 100,000+ questions for machine comprehension of text", EMNLP
2016; Rajpurkar, Jia and Liang, "Know what you don't know", ACL 2018, in which some
questions have none.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GoldAnswers:
    """Every answer that is right, and the character of the context it begins at.

    None where the context does not say it.

    >>> GoldAnswers(("Rome", "in Rome"), (11, 8)).texts[0]
    'Rome'
    """

    texts: tuple[str, ...] = ()
    starts: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.texts)
