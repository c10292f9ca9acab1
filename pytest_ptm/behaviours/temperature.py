"""At which temperature a model is judged: as it is, one that is said, or fitted."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass, field
from numbers import Real
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.doubts import contents
from pytest_ptm.behaviours.marked import Labelled
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.load import Source
from pytest_ptm.engine.ask import ask
from pytest_ptm.ground.display import clip, counted, listed
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.metrics.classification.temperature import (
    LEAST,
    MOST,
    fitted_temperature,
)
from pytest_ptm.results import Cost
from pytest_ptm.tasks.classes.answers import Classification

Temperature = float | Source
"""A number that logits are divided by, or labelled examples that it is fitted on."""


@dataclass(frozen=True, slots=True)
class AtTemperature:
    """A temperature; ``parts`` and ``note`` say where it is from.

    ``n`` is how many examples it was fitted on, 0 where it was said.
    """

    value: float
    parts: tuple[str, ...]
    note: str
    n: int = 0
    cost: Cost = field(default_factory=Cost)


def number_of(temperature: object) -> float | None:
    """The temperature, where it is said as a number.

    Raises:
        ArgumentError: it is none that logits can be divided by.
    """
    truth = isinstance(temperature, bool | np.bool_)
    if not isinstance(temperature, Real) and not truth:
        return None
    value = math.nan if truth else float(temperature)
    if not LEAST <= value <= MOST:
        raise ArgumentError(
            f"temperature={temperature!r}: expected a number from {LEAST:g} to "
            f"{MOST:g}, which logits are divided by, or examples to fit it on"
        )
    return value


def as_said(value: float) -> AtTemperature:
    """A temperature that is said."""
    return AtTemperature(
        value,
        (f"temperature:{value:.6g}",),
        f"temperature {value:.6g}, as said: all logits are divided by it",
    )


def fitted_on(found: Labelled[Classification]) -> AtTemperature:
    """The temperature at which the labels of these examples are likeliest.

    Raises:
        DataError: PTM207, none is.
    """
    examples = found.asked.examples
    answers = ask(found.asked.predictor, examples)
    gold = cast("Any", found.truth.gold).astype(np.intp)
    value = fitted_temperature(answers.predictions, gold)
    of = "" if found.asked.of is None else f" (of {found.asked.of:,}, by --ptm-limit)"
    return AtTemperature(
        value,
        (f"temperature:{value:.6g}", f"fitted-on:{examples.fingerprint[:8]}"),
        f"temperature {value:.6g}, fitted on {counted(len(examples), 'other example')}"
        f"{of} of {examples.source}{_absent(answers.predictions, gold)}: all logits "
        "are divided by it",
        len(examples),
        answers.cost,
    )


def _absent(said: Classification, gold: NDArray[np.intp]) -> str:
    """Classes that no label was of: how sure the model may be of them is not known."""
    seen: set[int] = set(gold.tolist())
    absent = [name for row, name in enumerate(said.class_names) if row not in seen]
    return f", none of which is labelled {listed(absent)}" if absent else ""


def refuse_shared(judged: Examples, fitted: Examples) -> None:
    """Nothing, where no example that is judged has a temperature fitted on it.

    Raises:
        DataError: PTM219, some stand in both.
    """
    known: dict[Hashable, str] = dict(zip(contents(fitted), fitted.ids, strict=True))
    both = [
        (identity, known[content])
        for identity, content in zip(judged.ids, contents(judged), strict=True)
        if content in known
    ]
    if both:
        one, other = both[0]
        raise DataError(
            f"{counted(len(both), 'example')} of {judged.source} stand in "
            f"{fitted.source} too (first: {clip(one, 40)}, there {clip(other, 40)}), "
            "and a temperature that is fitted on what it is judged by fits too well. "
            "Take them out of temperature=",
            code="PTM219",
        )
