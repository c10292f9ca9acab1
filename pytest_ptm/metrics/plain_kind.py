"""A kind of answers whose metrics are all figures of one question."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.metrics.protocol import Metric, PerUnit, Range
from pytest_ptm.results import Measurement
from pytest_ptm.tasks.protocol import P, Payload, Predictor


class PlainKind(ABC, Generic[P]):
    """All of a `Kind` but the question; what one has beside that it overrides.

    ``of_what``: what its metrics are of, as a message says it.
    """

    of_what: ClassVar[str]
    answers: type[P]
    metrics: Mapping[str, Metric[Any]]

    @abstractmethod
    def asked(
        self, metric: str, gold: NDArray[Any], predictions: P, positive: int | None
    ) -> Any:  # noqa: ANN401 - what the figures of its metrics take
        """The question of one metric: what is right beside what was said.

        Raises:
            ArgumentError: they are not as many.
            DataError: PTM207, there is nothing to ask.
        """

    def metric(self, name: str) -> Metric[Any]:
        """The metric of this name."""
        return self.metrics[name]

    def per_unit(self, metric: str) -> PerUnit[Any] | None:
        """What each example adds to the figure; None where it is no mean of that."""
        return None

    def require(
        self, metric: str, by: Predictor[Payload, P], positive: int | None
    ) -> None:
        """Nothing, where no class is named: no metric is about one.

        Raises:
            ArgumentError: one is.
        """
        if positive is not None:
            raise ArgumentError(f"{metric} is of {self.of_what} and takes no positive=")

    def unit_range(
        self, metric: str, by: Predictor[Payload, P], positive: int | None
    ) -> Range | None:
        """From 0 to 1 of a mean over examples."""
        return None if self.per_unit(metric) is None else (0.0, 1.0)

    def measure(
        self,
        metric: str,
        gold: NDArray[Any],
        predictions: P,
        *,
        positive: int | None = None,
    ) -> Measurement:
        """The figure, with its interval."""
        wanted = self.metric(metric)
        asked = self.asked(metric, gold, predictions, positive)
        value, evidence = wanted.figure(asked)
        return Measurement.of(metric, value, len(gold), wanted.better, evidence)

    def scores(
        self,
        metric: str,
        gold: NDArray[Any],
        predictions: P,
        *,
        positive: int | None = None,
    ) -> NDArray[np.float64]:
        """What each example adds, float64[n].

        Raises:
            ValueError: the figure is no mean of that.
        """
        per_unit = self.per_unit(metric)
        if per_unit is None:
            raise ValueError(f"{metric} is no mean of a score for each row")
        return per_unit.scores(self.asked(metric, gold, predictions, positive))

    def right(
        self,
        metric: str,
        gold: NDArray[Any],
        predictions: P,
        *,
        positive: int | None = None,
    ) -> NDArray[np.bool_] | None:
        """As the truth has it."""
        return None

    def away(
        self, metric: str, gold: NDArray[Any], predictions: P
    ) -> NDArray[np.float64] | None:
        """As the truth has it."""
        return None

    def remarks(self, gold: NDArray[Any], predictions: P) -> Sequence[str]:
        """Nothing looks wrong."""
        return ()
