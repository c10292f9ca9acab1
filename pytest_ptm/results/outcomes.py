"""What came of each example: in this run, and in an earlier one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """What came of each example that the figure is over, in the order of the data.

    ``right`` bool[n] says which went well, None where the behaviour has no right and
    wrong of a single example. ``scores`` float64[n] is what each adds to the figure,
    where that is their mean. ``predicted`` intp[n] is the class of each, where a
    classifier gives one, of those that ``classes`` names. ``groups`` are the columns of
    the data. ``gains`` float64[n] is what each adds to the difference of two figures,
    where the figure is one: then right, scores and predicted are the first model's.
    ``stats`` float64[n, k] is what each adds to the sums that a figure is a function
    of, where it is none of their mean.
    ``alike`` intp[n] holds one number for all examples with equal inputs. ``graded``:
    scores are numbers, not right and wrong, though in one run all may be 0 or 1.
    """

    ids: tuple[str, ...]
    right: NDArray[np.bool_] | None = None
    scores: NDArray[np.float64] | None = None
    predicted: NDArray[np.intp] | None = None
    groups: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict[str, tuple[str, ...]]
    )
    classes: tuple[str, ...] | None = None
    gains: NDArray[np.float64] | None = None
    alike: NDArray[np.intp] | None = None
    stats: NDArray[np.float64] | None = None
    graded: bool = False

    @property
    def failing(self) -> tuple[str, ...]:
        """The ids of the examples that went wrong."""
        if self.right is None:
            return ()
        return tuple(self.ids[int(row)] for row in (~self.right).nonzero()[0])


@dataclass(frozen=True, slots=True, eq=False)
class Earlier:
    """What an earlier run found in the same place, in the order of the same data.

    ``note`` says which run and model; the rest is as in `Outcomes`.
    """

    note: str
    right: NDArray[np.bool_] | None
    scores: NDArray[np.float64] | None
    predicted: NDArray[np.intp] | None
    classes: tuple[str, ...] | None
    stats: NDArray[np.float64] | None = None
