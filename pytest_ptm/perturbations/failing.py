"""What is said of a change that breaks on an example."""

from __future__ import annotations

from pytest_ptm.ground.display import clip
from pytest_ptm.ground.errors import PerturbationFailed


def raised(
    name: str, identity: str, error: Exception, *, of: str = "a text"
) -> PerturbationFailed:
    """The error that stands for one of a change, which is its cause."""
    said = f": {clip(str(error), 200)}" if str(error) else ""
    return PerturbationFailed(
        f"{name} raised {type(error).__name__}{said} for {identity}; mend it, or let "
        f"it give back {of} that it cannot change",
        code="PTM205",
    )
