"""Where batches go: to this process, and behind the same seam to any other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from pytest_ptm.ground.errors import BatchFailed, OutOfMemory
from pytest_ptm.tasks.protocol import B, P, Payload, Predictor

B_contra = TypeVar("B_contra", bound=Payload, contravariant=True)


@dataclass(frozen=True, slots=True)
class Reply(Generic[P]):
    """What came of the batch of this number: its answers, or why there are none."""

    number: int
    given: P | OutOfMemory | BatchFailed


class Sender(Protocol[B_contra, P]):
    """Takes numbered batches and gives numbered replies, in any order.

    So a sender may be replicas of a model, or other machines.
    """

    @property
    def most(self) -> int:
        """How many batches may be out at one time, 1 or more."""
        ...

    def send(self, number: int, payload: B_contra) -> None:
        """Take one batch; its reply is heard from ``receive``."""
        ...

    def receive(self) -> Reply[P]:
        """The reply to one of the batches that are out, whichever comes first.

        Any error but those of a reply ends the asking.
        """
        ...


class Local(Generic[B, P]):
    """Asks the predictor itself, one batch after the other."""

    most = 1

    def __init__(self, predictor: Predictor[B, P]) -> None:
        self._predictor = predictor
        self._out: tuple[int, B] | None = None

    def send(self, number: int, payload: B) -> None:
        """Keep the batch; it is asked when its reply is wanted."""
        self._out = number, payload

    def receive(self) -> Reply[P]:
        """The answers to the batch that was sent."""
        if self._out is None:
            raise LookupError("nothing was sent")
        (number, payload), self._out = self._out, None
        try:
            return Reply(number, self._predictor.forward(payload))
        except (OutOfMemory, BatchFailed) as error:
            return Reply(number, error)
