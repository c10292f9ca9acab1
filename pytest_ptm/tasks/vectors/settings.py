"""How the vectors of a text's tokens become one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol, Self, get_args, runtime_checkable

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.tasks.asked_how import AskedHow
from pytest_ptm.tasks.protocol import Payload, Predictor
from pytest_ptm.tasks.task import Task
from pytest_ptm.tasks.vectors.answers import Embeddings, Similarities

Pooling = Literal["mean", "cls", "last", "max"]
"""Over all tokens of a text, special ones too; or the vector of the first, or the last,
of them."""


@dataclass(frozen=True, slots=True)
class Embedding(AskedHow):
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

    def suits(self, task: Task) -> bool:
        """Whether its answers are vectors, or made of them."""
        return issubclass(task.answers, Embeddings | Similarities)

    def taken_by(self, predictor: Predictor[Payload, Any]) -> Any:  # noqa: ANN401
        """The sentence encoder with these settings; None of another model."""
        return predictor.embedding(self) if isinstance(predictor, Encoder) else None

    @property
    def refused(self) -> tuple[str, str]:
        """Of a message to another model, what was said and what it has not."""
        return "embedded", "no pooling= and no normalise="


@runtime_checkable
class Encoder(Protocol):
    """A predictor that can make its vectors in several ways."""

    def embedding(self, how: Embedding) -> Self:
        """The same model with these settings; what is None stays as it is."""
        ...
