"""What a function or an estimator gave for some texts, checked and made ours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.display import clip, counted, listed
from pytest_ptm.ground.errors import ModelError

if TYPE_CHECKING:
    from PIL.Image import Image
else:
    Image = Any

Asked: TypeAlias = Sequence[str] | Sequence[tuple[str, str]] | Sequence[Image]
"""Texts, or pairs of them, or images."""

# Beyond these a float32 logit says no more, and 0 has no logarithm.
_LEAST, _MOST = 1e-38, 1 - 2.0**-53
# What rounding in float32, or in text of a service, leaves.
_ROUNDING = 1e-3


def logits_of(
    probabilities: NDArray[np.float64], *, multi_label: bool
) -> NDArray[np.float64]:
    """Logits that give these probabilities back."""
    bounded = np.clip(probabilities, _LEAST, _MOST if multi_label else 1.0)
    # NaN stays NaN: a row without an answer is refused by its id (PTM401).
    log = np.log(bounded)
    return log - np.log1p(-bounded) if multi_label else log


def checked_numbers(
    given: object, asked: Asked, *, columns: int | None, by: str
) -> NDArray[np.float64]:
    """What was given as an array of as many rows as texts.

    ``columns``: float64[n, columns]; None: float64[n].

    Raises:
        ModelError: PTM313, it is none.
    """
    wanted = (len(asked),) if columns is None else (len(asked), columns)
    try:
        found = numbers_in(given)
    # torch raises the last, of sparse tensors and of those that need a gradient.
    except (TypeError, ValueError, RuntimeError) as error:
        raise ModelError(
            f"{by} gave {type(given).__name__} for {how_many(asked)}, which is no "
            f"array of numbers of shape {wanted} ({error})",
            code="PTM313",
        ) from error
    if found.shape != wanted:
        what = "a number" if columns is None else f"{columns} probabilities"
        raise ModelError(
            f"{by} gave an array of shape {found.shape} for {how_many(asked)}; "
            f"expected {wanted}: {what} for each {kind_of(asked)}, in their order",
            code="PTM313",
        )
    return found


def in_order_of(given: object, classes: Sequence[str], *, by: str) -> object:
    """What was given, its columns in the order of the classes where they have names.

    Raises:
        ModelError: PTM313, the columns are named otherwise than the classes.
    """
    frame: Any = given
    named = getattr(frame, "columns", None)
    if named is None or not hasattr(frame, "to_numpy"):
        return given
    names = [str(each) for each in named]
    if names == list(classes) or names == [str(i) for i in range(len(classes))]:
        return frame.to_numpy()
    if sorted(names) != sorted(classes):
        raise ModelError(
            f"{by} gave columns {listed(names)}, and classes are {listed(classes)}; "
            "name the columns as the classes, or give .to_numpy() in their order",
            code="PTM313",
        )
    array: Any = frame.to_numpy()
    return array[:, [names.index(each) for each in classes]]


def rounded(
    found: NDArray[np.float64],
    asked: Sequence[str | tuple[str, str]],
    *,
    by: str,
) -> NDArray[np.float32]:
    """The numbers as answers hold them.

    Raises:
        ModelError: PTM313, a whole number would be another one.
    """
    with np.errstate(over="ignore"):  # to infinity, which is refused by row
        small = found.astype(np.float32)
    whole = np.isfinite(small) & (found == np.round(found))
    other = whole & (small.astype(np.float64) != found)
    if other.any():
        row = int(other.argmax())
        raise ModelError(
            f"{by} gave {found[row]:.17g} for {shown(asked[row])}, and answers are "
            "held as float32, whose whole numbers end at 16,777,216. Give the "
            "difference to a number near by, or take a larger unit",
            code="PTM313",
        )
    return small


def checked_probabilities(
    found: NDArray[np.float64], asked: Asked, *, multi_label: bool, by: str
) -> NDArray[np.float64]:
    """The same, where each row is one of probabilities.

    Raises:
        ModelError: PTM313, one is below 0 or above 1, or a row does not sum to 1 where
            exactly one class holds.
    """
    outside = ((found < -_ROUNDING) | (found > 1 + _ROUNDING)).any(axis=1)
    if outside.any():
        row = int(outside.argmax())
        raise ModelError(
            f"{by} gave {_listed(found[row])} for {shown(asked[row])}; probabilities "
            "lie between 0 and 1. Of scores make some first, such as "
            "scipy.special.softmax(scores, axis=1)",
            code="PTM313",
        )
    sums = found.sum(axis=1)
    apart = np.abs(sums - 1) > _ROUNDING
    if not multi_label and apart.any():
        row = int(apart.argmax())
        raise ModelError(
            f"{by} gave {_listed(found[row])} for {shown(asked[row])}, which sum to "
            f"{sums[row]:.4g} and not to 1. Where each class is decided by itself, say "
            "from_function(…, multi_label=True)",
            code="PTM313",
        )
    return found


def numbers_in(given: object) -> NDArray[np.float64]:
    """float64 of any shape, of its own; what is masked out is no answer.

    A copy: the next call may be written over what a function hands over.

    Raises:
        TypeError, ValueError, RuntimeError: it holds something else than numbers.
    """
    held = np.ma.asanyarray(cast("Any", given)) if _is_masked(given) else given
    array: NDArray[Any] = np.asarray(cast("Any", held))
    if np.iscomplexobj(array):
        raise TypeError("complex numbers have no order")
    found = array.astype(np.float64)
    if _is_masked(given):
        found[np.ma.getmaskarray(cast("Any", given))] = np.nan
    return found


def _is_masked(given: object) -> bool:
    return isinstance(given, np.ma.MaskedArray)


def _listed(row: NDArray[np.float64]) -> str:
    more = ", …" if len(row) > 5 else ""
    return f"[{', '.join(f'{value:.4g}' for value in row[:5])}{more}]"


def handed_over(asked: Asked) -> Asked:
    """What a function gets: of images copies, which it may draw on."""
    if kind_of(asked) == "text":
        return asked
    return [each.copy() for each in cast("Sequence[Image]", asked)]


def kind_of(asked: Sequence[object]) -> str:
    """What a function was asked about, in the singular."""
    return "text" if all(isinstance(each, str | tuple) for each in asked) else "image"


def how_many(asked: Sequence[object]) -> str:
    """How many of them, as in "3 texts"."""
    return counted(len(asked), kind_of(asked))


def shown(asked: str | tuple[str, str] | Image) -> str:
    """A text, a pair or an image, short, as errors name it."""
    if not isinstance(asked, str | tuple):
        return f"an image of {asked.width:,} x {asked.height:,} pixels"
    text = asked if isinstance(asked, str) else " | ".join(asked)
    return f'"{clip(text, 60)}"'
