"""What a perturbation is: a named change of a text, reproducible and composable."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, cast

Change = Callable[[str, random.Random], str | None]
"""A text and a source of randomness to a new text, or None where it does not apply."""


@dataclass(frozen=True, slots=True)
class Perturbation:
    """A change of a text. ``a | b`` first changes by ``a``, then by ``b``.

    ``name`` says what it does and with which arguments; it is part of a result's
    signature and of the seed, so two that differ have to differ in it.
    """

    name: str
    change: Change
    seeded: bool = True
    """Whether it draws anything; one that does not is spared its seed."""
    sees_mask: bool = False
    """Whether it is shown a text's ``[MASK]``, as a user's function is, and not one
    character it does not know in its place."""
    may_skip: bool = True
    """Whether None says that it does not apply. A user's function that gives None has
    forgotten its ``return``."""
    content: str = ""
    """A digest of a function of one's own, of whose name there may be others."""
    changes: ClassVar[str] = "texts"

    def __call__(self, text: str, rng: random.Random) -> str | None:
        """The changed text; None where the perturbation does not apply."""
        return self.change(text, rng)

    def __or__(self, other: Perturbation) -> Perturbation:
        """Both, one after the other; the second also where the first does not apply."""
        if not isinstance(cast("object", other), Perturbation):
            return NotImplemented  # a change of pictures, which knows no texts

        def both(text: str, rng: random.Random) -> str | None:
            first = self(text, rng)
            second = other(text if first is None else first, rng)
            return first if second is None else second

        return Perturbation(
            f"{self.name} | {other.name}",
            both,
            seeded=self.seeded or other.seeded,
            sees_mask=self.sees_mask and other.sees_mask,
            content="+".join(filter(None, (self.content, other.content))),
        )

    @property
    def signed(self) -> str:
        """What a signature says of it: its name, and its content where it has one."""
        return f"{self.name}#{self.content}" if self.content else self.name

    def __str__(self) -> str:
        return self.name
