"""What a metric is, and the metrics of one kind of answers together."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.errors import ArgumentError, ModelError
from pytest_ptm.results import Better, Evidence, Measurement
from pytest_ptm.tasks.protocol import P, Payload, Predictor

Q = TypeVar("Q")
"""The question of one metric: what is right beside what was said."""

Estimate = tuple[float, Evidence | None]
"""A figure, and what it was computed from."""

Range = tuple[float, float]
"""The least and the most that one example adds to a figure that is a mean."""


@dataclass(frozen=True, slots=True)
class PerUnit(Generic[Q]):
    """What each example adds to a figure that is their mean within a known range.

    ``scores`` gives float64[n]; ``share``: each is 0 or 1.
    """

    scores: Callable[[Q], NDArray[np.float64]]
    share: bool = True


USUAL_MARGIN = 0.02
"""How much worse a figure may be, where nobody says: the share of its range above 0."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Which figures a name stands for: from ``low`` to ``high``, and the better end.

    ``high`` is None where there is no end. ``narrow`` is the end that some answers
    have, where it is another than that of others. ``directed``: one end is the better
    one; else only a bound says which is wanted.
    """

    better: Better = "higher"
    low: float = 0.0
    high: float | None = 1.0
    narrow: float | None = None
    directed: bool = True

    @property
    def usual_margin(self) -> float | None:
        """How much worse a figure may be, where nobody says; None without an end.

        Where nothing ends a figure, what is little is up to its units.
        """
        if self.high is None:
            return None
        return USUAL_MARGIN * (self.high if self.narrow is None else self.narrow)

    @property
    def widest(self) -> float | None:
        """How far two figures can lie apart; None where there is no end."""
        return None if self.high is None else self.high - self.low


@dataclass(frozen=True, slots=True)
class Metric(Generic[Q]):
    """A metric: its name, how it is computed, and what its figures can be.

    A name has one `Scale`, which ``better``, ``low``, ``high``, ``narrow`` and
    ``directed`` are of, whatever answers it is of. ``together`` says, of a metric
    that is of all answers and not of each, how; ``of_sums``: by what each adds to sums,
    or to bins (its evidence is `KeptByRow`), which a baseline holds. ``scored``: it is
    a mean of numbers, not of right and wrong. ``of_right``: it is the share of examples
    that are answered right. ``needs_labels``: it holds answers against what is right;
    without, against what was asked alone. ``behaviour`` is what results say was tested.
    """

    name: str
    figure: Callable[[Q], Estimate]
    better: Better = "higher"
    low: float = 0.0
    high: float | None = 1.0
    narrow: float | None = None
    directed: bool = True
    together: str = ""
    of_sums: bool = False
    scored: bool = False
    of_right: bool = False
    needs_labels: bool = True
    behaviour: str = "metric"

    @property
    def scale(self) -> Scale:
        """Which figures it can have."""
        ends = self.low, self.high, self.narrow
        return Scale(self.better, *ends, directed=self.directed)

    def under(self, given: Mapping[str, str]) -> Self:
        """The metric under these settings, as its name says them.

        Raises:
            ArgumentError: it has no such setting, or not of this value.
        """
        if given:
            raise ArgumentError(f"{self.name} takes no settings; leave out {[*given]}")
        return self

    def made_by(self, gold: NDArray[Any]) -> tuple[str, ...]:
        """What else a signature says of how its figures are made."""
        return ()

    def require(self, found: Measurement) -> None:
        """Nothing, where this is a figure of the metric.

        Raises:
            ModelError: PTM313, it points another way, or lies where none can.
        """
        high = math.inf if self.high is None else self.high
        # Sums of floats may end a hair outside.
        hair = 1e-9 * max(1.0, abs(self.low))
        if found.better != self.better:
            wrong = f"is better {found.better}, and its table says {self.better}"
        elif not math.isfinite(found.value):
            wrong = f"came out as {found.value}"
        elif not self.low - hair <= found.value <= high + hair:
            wrong = f"came out as {found.value}, outside {self.low:g} .. {high:g}"
        else:
            return
        raise ModelError(f"{self.name} {wrong}", code="PTM313")

    @property
    def share(self) -> bool:
        """Whether it is a share of all examples."""
        return False

    def why_whole(self) -> str:
        """Why no part of the examples settles it, where it is no mean over them."""
        if self.together:
            return f"{self.name} is {self.together}"
        if self.high is None:
            return f"{self.name} has no end: one example can outweigh all others"
        return f"{self.name} is made of ratios: what one example adds is up to the rest"


class Kind(Protocol[P]):
    """The metrics of one type of answers: ``KIND`` in ``metrics/<kind>/table.py``.

    ``gold`` is what the task's truth gives, and ``positive`` the code of the class that
    a metric is about.
    """

    @property
    def answers(self) -> type[P]:
        """The type of the answers."""
        ...

    @property
    def metrics(self) -> Mapping[str, Metric[Any]]:
        """Every metric of them by name."""
        ...

    def require(
        self, metric: str, by: Predictor[Payload, P], positive: int | None
    ) -> None:
        """Nothing, where answers to come have the metric and its class is right.

        Raises:
            ArgumentError: they have not, or a class is missing or not wanted.
        """
        ...

    def unit_range(
        self, metric: str, by: Predictor[Payload, P], positive: int | None
    ) -> Range | None:
        """Within what each example adds to the figure; None where it is no mean."""
        ...

    def measure(
        self,
        metric: str,
        gold: NDArray[Any],
        predictions: P,
        *,
        positive: int | None = None,
    ) -> Measurement:
        """The figure, with its interval.

        Raises:
            ArgumentError: the answers have no such metric, or not with this class.
            DataError: PTM207, it is undefined for these examples.
        """
        ...

    def scores(
        self,
        metric: str,
        gold: NDArray[Any],
        predictions: P,
        *,
        positive: int | None = None,
    ) -> NDArray[np.float64]:
        """What each example adds to a figure that is the mean of that, float64[n].

        Raises:
            ValueError: the metric is no such mean.
        """
        ...

    def right(
        self,
        metric: str,
        gold: NDArray[Any],
        predictions: P,
        *,
        positive: int | None = None,
    ) -> NDArray[np.bool_] | None:
        """Which answers have no mistake that the figure counts, bool[n].

        None where those are the answers that are right as a whole: then the truth says
        so.
        """
        ...

    def away(
        self, metric: str, gold: NDArray[Any], predictions: P
    ) -> NDArray[np.float64] | None:
        """How far each answer is from where this metric wants it, float64[n].

        None where that is how far it is from what is right.
        """
        ...

    def remarks(self, gold: NDArray[Any], predictions: P) -> Sequence[str]:
        """What looks wrong about the data, such as labels that are swapped."""
        ...
