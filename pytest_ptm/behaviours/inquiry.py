"""What a behaviour is: a question that can be asked whole or in parts.

`run` asks it whole. Whoever may stop early asks some units, scores them, and asks for
the result of those it heard (``assertions/stopping.py``); no behaviour knows of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.examples import Examples
from pytest_ptm.results import Result
from pytest_ptm.tasks.protocol import Rows

H = TypeVar("H")
Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Units:
    """What the figure counts, and the groups of each.

    An example is not always one: of 400 texts a change may touch 28.
    """

    ids: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]]

    @classmethod
    def each(cls, examples: Examples) -> Units:
        """Every example is one."""
        return cls(examples.ids, examples.groups)

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class MeanOfUnits:
    """The figure is the mean of one score a unit, each from ``least`` to ``most``."""

    least: float = 0.0
    most: float = 1.0


@dataclass(frozen=True, slots=True)
class GapOfUnits:
    """The figure is the largest difference of shares between groups of a column."""

    column: str


@dataclass(frozen=True, slots=True)
class AsAWhole:
    """The figure is of all units together; ``why`` no part of them settles it."""

    why: str


@dataclass(frozen=True, slots=True)
class ToBeStored:
    """The figure is for later runs to be compared with: they need all units of it."""


Figure = MeanOfUnits | GapOfUnits | AsAWhole | ToBeStored
"""What is known of the figure before anything is asked; early stopping reads it."""


class Inquiry(Protocol[H]):
    """A behaviour of a model, ready to be asked; nothing is asked yet.

    What is heard of some units is a value that can be joined with what is heard of
    others. ``examples`` are what the signature names, cut by ``--ptm-limit`` where that
    is given.
    """

    @property
    def examples(self) -> Examples:
        """The examples that are asked about."""
        ...

    @property
    def units(self) -> Units:
        """What the figure counts, in the order of the examples."""
        ...

    @property
    def figure(self) -> Figure:
        """What kind of figure it is."""
        ...

    @property
    def of(self) -> int | None:
        """The full number of examples where ``--ptm-limit`` left some out."""
        ...

    def whole(self) -> Units:
        """What the figure would count, were there no ``--ptm-limit``."""
        ...

    def ask(self, units: Rows) -> H:
        """What the model says about these units, heard in this order."""
        ...

    def join(self, parts: Sequence[H]) -> H:
        """What was heard in parts, as if heard at once, in the order of the data."""
        ...

    def score(self, heard: H, units: Rows) -> Scores:
        """What each of these units adds to the figure, in their order.

        Of a gap, to the figure of its group. Never the figure itself, which may be
        undefined over so few.
        """
        ...

    def result(self, heard: H, units: Rows) -> Result:
        """The figure over these units, which are in the order of the data."""
        ...


def run(inquiry: Inquiry[H]) -> Result:
    """The result over all units, asked at once."""
    units = np.arange(len(inquiry.units), dtype=np.intp)
    return inquiry.result(inquiry.ask(units), units)
