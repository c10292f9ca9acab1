"""How questions are asked: windows, the longest answer, and when there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Protocol, Self, runtime_checkable

from pytest_ptm.ground.errors import ArgumentError

WINDOW = 384
STRIDE = 128
LONGEST = 30
"""Tokens, as in the scripts that BERT's figures on SQuAD were made with."""


@dataclass(frozen=True, slots=True)
class Answering:
    """How a model of extractive QA is asked; None is the usual way.

    ``no_answer_threshold``: by how much the null score has to be above the best span's
    for there to be no answer; usually there always is one. ``window``: tokens that are
    seen at once, usually 384 or what the model can; ``stride``: by how many a window
    moves on, usually 128 or half of what it holds of the context; ``longest``: tokens
    in an answer at most, usually 30.

    Raises:
        ArgumentError: one of them is none of that.
    """

    no_answer_threshold: float | None = None
    window: int | None = None
    stride: int | None = None
    longest: int | None = None

    def __post_init__(self) -> None:
        for name in ("window", "stride", "longest"):
            value: int | None = getattr(self, name)
            if value is not None and (not _is_whole(value) or value < 1):
                raise ArgumentError(
                    f"{name}={value!r}: expected a number of tokens, 1 or more"
                )
        threshold: object = self.no_answer_threshold
        if threshold is not None and not _is_score(threshold):
            raise ArgumentError(
                f"no_answer_threshold={threshold!r}: expected a difference of scores, "
                "such as 0.0, the convention of SQuAD 2.0"
            )

    def over(self, earlier: Answering) -> Answering:
        """These settings, and of earlier ones what they leave as it is."""
        return replace(earlier, **self.given)  # pyright: ignore[reportArgumentType] - by name

    @property
    def given(self) -> dict[str, object]:
        """What is not left as usual, by name."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


AS_USUAL = Answering()


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_score(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value)


@runtime_checkable
class Answerer(Protocol):
    """A predictor that can be asked in other ways than the usual one."""

    @property
    def how(self) -> Answering:
        """The settings that it has."""
        ...

    def answering(self, how: Answering) -> Self:
        """The same model with these settings: another predictor, another fingerprint.

        Raises:
            ArgumentError: it has no such setting, or cannot see so much at once.
        """
        ...
