"""Numbers as answers: one for each question, whatever the question is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self, cast

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.errors import ModelError
from pytest_ptm.results import Answer
from pytest_ptm.tasks.table import Table, Tabular


@dataclass(frozen=True)
class Regression(Tabular):
    """Answers that are numbers.

    ``values`` are float32[n], as the model gave them, in the units that it was trained
    on: nothing is scaled, cut off or rounded.
    """

    values: NDArray[np.float32]

    def __post_init__(self) -> None:
        """Refuse values that are not one real number a row."""
        dtype = getattr(self.values, "dtype", None)
        if dtype is None or dtype.kind not in "fiu":
            raise ModelError(
                f"a model gave {dtype or type(self.values).__name__} for numbers; a "
                "Regression takes an array, float32[n]",
                code="PTM313",
            )
        if self.values.ndim != 1:
            raise ModelError(
                f"a model gave numbers of shape {self.values.shape}; there is one "
                "number for each text, float32[n] (of logits with one column that is "
                "logits[:, 0])",
                code="PTM313",
            )

    def __len__(self) -> int:
        return len(self.values)

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Rows whose number is finite."""
        return np.isfinite(self.values)

    def columns(self) -> Table:
        """The numbers; nothing is shared."""
        return Table({"values": self.values}, {})

    @classmethod
    def from_columns(cls, table: Table) -> Self:
        """The same, made of its columns."""
        return cls(cast("Any", table.columns["values"]))

    def differs(
        self, other: Self, *, tolerance: float | None = None
    ) -> NDArray[np.bool_]:
        """Rows whose numbers are more than ``tolerance`` apart, bool[n].

        Without a tolerance any difference counts, the last digit of a float32 too:
        what the rounding of another batch makes of one text then differs. NaN
        differs from everything.
        """
        if tolerance is None:
            return self.values != other.values
        # What cannot be compared is no small difference.
        return ~(self.shift(other) <= tolerance)

    def shift(self, other: Self) -> NDArray[np.float64]:
        """How far the number moves, in its units; float64[n]."""
        with np.errstate(invalid="ignore"):  # of two infinities there is no difference
            return np.abs(
                other.values.astype(np.float64) - self.values.astype(np.float64)
            )

    def said(self, row: int) -> str:
        """The number of one row, with four digits that say something.

        >>> Regression(np.array([3.8124, -1234567.0, 0.00001234], "f4")).said(0)
        '3.812'
        """
        value = float(self.values[row])
        # 12346 reads better than 1.235e+04, and nobody counts the zeros of 1e+30.
        if 9_999.5 <= abs(value) < 1e15:
            return f"{value:z.0f}"
        return f"{value:.4g}"

    def answer(self, row: int, vocabulary: Sequence[str] | None = None) -> Answer:
        """The number of one row, unrounded."""
        return Answer(self.said(row), number=float(self.values[row]))
