"""The question of a metric of texts: what people wrote, and what the model did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.metrics.row_question import RowQuestion
from pytest_ptm.metrics.spelling import Settings, parted
from pytest_ptm.tasks.texts.answers import GeneratedTexts
from pytest_ptm.tasks.texts.sourced import Sourced

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Referred(RowQuestion[GeneratedTexts]):
    """The references of each row, and what was written, under these settings."""

    settings: Settings = field(default_factory=dict[str, str | int | bool])

    one_each = "the references of {} texts"
    none = "there is no text"

    @property
    def plain(self) -> str:
        """The metric's name without settings."""
        return parted(self.metric)[0]

    def each(self, score: Callable[[str, Sequence[str]], float]) -> Floats:
        """A score of each text beside its references, float64[n]."""
        found = [*map(score, self.said.written, self.gold)]
        return np.array(found, dtype=np.float64)

    @property
    def sources(self) -> list[str]:
        """The text that each was written from.

        Raises:
            ArgumentError: the references do not bring them along.
        """
        if not all(isinstance(own, Sourced) for own in self.gold):
            raise ArgumentError(f"{self.metric} needs the texts beside the references")
        return [own.source for own in self.gold]
