"""What a predictor may know or do beside answering, whatever its task.

Each is a protocol with one member and a function that asks for it; one that stands over
another predictor has all of them of it (``pytest_ptm.tasks.over``).
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from pytest_ptm.ground.errors import ModelError
from pytest_ptm.ground.whole import whole
from pytest_ptm.tasks.protocol import Predictor


@dataclass(frozen=True, slots=True)
class Weights:
    """What a model is made of: parameters, each counted once, and their bytes.

    ``nbytes`` is of the parameters as they are in memory, whatever their precision.
    """

    parameters: int
    nbytes: int


@runtime_checkable
class KnowsItsSize(Protocol):
    """A predictor that knows the size of its model."""

    def weighed(self) -> Weights | None:
        """Its parameters; None where they cannot be counted."""
        ...


def weights_of(predictor: object) -> Weights | None:
    """The parameters of its model; None where it does not say how many there are.

    Raises:
        ModelError: PTM313, what it says is no Weights, or none that a model can have.
    """
    found = predictor.weighed() if isinstance(predictor, KnowsItsSize) else None
    if found is None:
        return None
    numbers = (
        (found.parameters, found.nbytes)
        if isinstance(found, Weights)  # pyright: ignore[reportUnnecessaryIsInstance]
        else ()
    )
    if not numbers or not all((whole(each) or 0) > 0 for each in numbers):
        raise ModelError(
            f"weighed() of {type(predictor).__name__} gave {found!r:.80}; it gives "
            "Weights(parameters, nbytes) of pytest_ptm.tasks.powers, both whole "
            "numbers from 1, or None where they cannot be counted",
            code="PTM313",
        )
    return found


@runtime_checkable
class Guarded(Protocol):
    """A predictor that looks, around each batch, whether its model stays as it is."""

    def unguarded(self) -> AbstractContextManager[Predictor[Any, Any]]:
        """The same model without that, as its users run it.

        What is looked at around each batch is looked at when the context begins and
        ends.
        """
        ...


def unguarded(
    predictor: Predictor[Any, Any],
) -> AbstractContextManager[Predictor[Any, Any]]:
    """The predictor as its users run it; one without guards as it is."""
    if isinstance(predictor, Guarded):
        return predictor.unguarded()
    return nullcontext(predictor)


@runtime_checkable
class Described(Protocol):
    """A predictor that can be asked in several ways, and says in which it is."""

    @property
    def settings(self) -> tuple[str, ...]:
        """What a signature says of it, such as ``window:512/256``."""
        ...


def settings_of(predictor: object) -> tuple[str, ...]:
    """What a signature says of a predictor; nothing where there is one way only."""
    return predictor.settings if isinstance(predictor, Described) else ()


@runtime_checkable
class InPortions(Protocol):
    """A predictor whose questions are large once they are encoded, such as images."""

    @property
    def rows_at_once(self) -> int | None:
        """How many questions it will have in memory, encoded; None: any number."""
        ...


def rows_at_once(predictor: object) -> int | None:
    """How many questions are encoded at a time, 1 or more; None where all may be."""
    most = predictor.rows_at_once if isinstance(predictor, InPortions) else None
    return None if most is None else max(1, most)


@runtime_checkable
class Unsure(Protocol):
    """A predictor that may give scores which are no probabilities."""

    @property
    def no_probabilities(self) -> str:
        """Why they are none; empty where they are."""
        ...


def no_probabilities(predictor: object) -> str:
    """Why the scores of a bound model are no probabilities; empty where they are."""
    return predictor.no_probabilities if isinstance(predictor, Unsure) else ""
