"""A model's answer to one question, as a person asks for it outside any test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """What a model says to one text or pair: in words, and by the kind of its answers.

    Classes: ``label``, its ``probability``, and those of all classes. Several labels:
    ``labels``, and no single one. A tie has no label. A number: ``number``. Masks:
    ``words``, the likeliest at each. A text's ``vector``: its numbers, in their order.
    A ``text`` that was written, and its ``probability``. What is not of the kind is
    None or empty.
    """

    said: str
    label: str | None = None
    probability: float | None = None
    labels: tuple[str, ...] = ()
    probabilities: Mapping[str, float] = field(default_factory=dict[str, float])
    number: float | None = None
    words: tuple[str, ...] = ()
    vector: tuple[float, ...] = ()
    text: str | None = None

    def __bool__(self) -> bool:
        """Refuse to be true or false: ``assert model.predict(…)`` would never fail.

        Raises:
            TypeError: always.
        """
        raise TypeError(
            "an Answer is neither true nor false: compare what it says, as in "
            f'assert answer.label == "…" ({self!r})'
        )

    def __str__(self) -> str:
        return self.said

    def __repr__(self) -> str:
        return f"<{self.said}>"
