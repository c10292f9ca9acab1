"""A function that answers as a model, known by what its answers depend on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from pytest_ptm.ground.content import content_digest_of
from pytest_ptm.ground.errors import ArgumentError, ModelError
from pytest_ptm.results import ModelCard


@dataclass(frozen=True, slots=True)
class KnownFunction:
    """A function, and what it held when it was made a model.

    ``fingerprint``: what its maker says instead, where that cannot be read.
    """

    function: Callable[..., object]
    fingerprint: str | None
    name: str
    by: str
    content: str

    @classmethod
    def of(
        cls, function: Callable[..., object], fingerprint: str | None, *, by: str
    ) -> Self:
        """The function as it is now; ``by`` is what makes a model of it.

        Raises:
            ArgumentError: nothing says what its answers depend on.
        """
        name = str(getattr(function, "__name__", type(function).__name__))
        content = _content(function, fingerprint, f"{by}({name})")
        return cls(function, fingerprint, name, by, content)

    @property
    def reference(self) -> str:
        """What a card says it was made by."""
        return f"{self.by}({self.name})"

    def card(self, name: str | None, *answers: object) -> ModelCard:
        """What a report says of the model; ``answers`` is what its answers are."""
        of = self.reference
        said = content_digest_of((of, self.content, *answers), of=of)
        return ModelCard(name or self.name, of, said)

    def held(self) -> None:
        """Nothing, where it still is what it was.

        Raises:
            ModelError: PTM313, it is not.
        """
        of = self.reference
        # What it holds may be trained on; one fingerprint has one kind of answers.
        if self.fingerprint is None and self.content != _content(
            self.function, None, of
        ):
            raise ModelError(
                f"{of} is not the function it was: what it holds has changed since. "
                f"Call {self.by} again after a change, and let the function itself "
                "change nothing",
                code="PTM313",
            )


def refuse_no_function(function: object, *, of: str) -> None:
    """Refuse what cannot be asked.

    Raises:
        ArgumentError: it is no function, or a class.
    """
    if not callable(function) or isinstance(function, type):
        raise ArgumentError(f"{of}: expected a function, got {function!r:.80}")


def _content(function: object, fingerprint: str | None, of: str) -> str:
    if fingerprint is None:
        return content_digest_of(function, of=of)
    if not isinstance(fingerprint, str) or not fingerprint:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ArgumentError(f"{of}: fingerprint={fingerprint!r} is no text")
    return f"said: {fingerprint}"
