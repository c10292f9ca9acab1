"""What higher rooms keep in a session, as it sees them: types, nothing that runs."""

from __future__ import annotations

from typing import Protocol, TypedDict

from pytest_ptm.results import Earlier


class ProgressSink(Protocol):
    """Where long work says how far it is."""

    def update(self, what: str, done: int, total: int) -> None:
        """``done`` of ``total`` rows of ``what`` are answered."""
        ...

    def loading(self, what: str) -> None:
        """``what`` is being loaded from here on; empty: it is there."""
        ...


class Baseline(Protocol):
    """Verdicts of an earlier run."""

    def find(
        self,
        nodeid: str,
        place: int,
        *,
        model: str,
        behaviour: str,
        signature: str,
        data: str,
    ) -> Earlier | str:
        """What was found in this place over the same data, or why nothing fits."""
        ...


class Watched(Protocol):
    """A loaded model that a run must find as it was."""

    def left_by(self, nodeid: str) -> Exception | None:
        """What a test that has ended did to the model; told once."""
        ...

    def changed(self) -> str | None:
        """What became of its files; None if they are as they were."""
        ...


class ModelsAtTheEnd(TypedDict):
    """What one process says of the models it loaded, as JSON.

    ``contents``: the digests each was found to have, by what was asked for;
    ``changed``: those whose files are other ones by now.
    """

    contents: dict[str, list[str]]
    changed: list[str]
