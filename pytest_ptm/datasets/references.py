"""What is right of a text that a model writes: texts that people wrote for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class References:
    """The texts that an answer is held against, of which any will do.

    None where nobody wrote one.

    >>> References(("Paris", "the city of Paris")).texts[0]
    'Paris'
    """

    texts: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.texts)
