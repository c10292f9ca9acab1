"""The question of a metric of texts: what people wrote, and what the model did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.metrics.spelling import Settings, parted
from pytest_ptm.tasks.texts.answers import GeneratedTexts
from pytest_ptm.tasks.texts.sourced import Sourced

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Referred:
    """The references of each row, and what was written, under these settings.

    Raises:
        ArgumentError: they are not as many.
        DataError: PTM207, there is no text.
    """

    metric: str
    gold: NDArray[Any]
    said: GeneratedTexts
    settings: Settings = field(default_factory=dict[str, str | int | bool])

    def __post_init__(self) -> None:
        if len(self.gold) != len(self.said):
            raise ArgumentError(
                f"gold must be the references of {len(self.said)} texts; got "
                f"{len(self.gold)}"
            )
        if not len(self.gold):
            raise self.undefined("there is no text")

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

    def undefined(self, why: str) -> DataError:
        """The error that the metric has no value here."""
        return DataError(f"{self.metric} is undefined: {why}.", code="PTM207")
