"""How the vectors of a text's tokens become one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Protocol, Self, get_args, runtime_checkable

from pytest_ptm.ground.errors import ArgumentError

Pooling = Literal["mean", "cls", "last", "max"]
"""Over all tokens of a text, special ones too; or the vector of the first, or the last,
of them."""


@dataclass(frozen=True, slots=True)
class Embedding:
    """How a model makes one vector of a text; None is the checkpoint's own way.

    ``pooling``: what becomes of the vectors of its tokens. ``normalise``: whether it
    has length 1.

    Raises:
        ArgumentError: one of them is none of that.
    """

    pooling: Pooling | None = None
    normalise: bool | None = None

    def __post_init__(self) -> None:
        known = get_args(Pooling)
        if self.pooling is not None and self.pooling not in known:
            raise ArgumentError(
                f"pooling={self.pooling!r}: expected {', '.join(map(repr, known))}"
            )
        if self.normalise not in (None, True, False):
            raise ArgumentError(f"normalise={self.normalise!r}: expected True or False")

    def over(self, other: Embedding) -> Embedding:
        """These settings, and those of the other that are not said here."""
        pooling = other.pooling if self.pooling is None else self.pooling
        said = self.normalise is not None
        return replace(
            self,
            pooling=pooling,
            normalise=self.normalise if said else other.normalise,
        )


@runtime_checkable
class Encoder(Protocol):
    """A predictor that can make its vectors in several ways."""

    def embedding(self, how: Embedding) -> Self:
        """The same model with these settings; what is None stays as it is."""
        ...
