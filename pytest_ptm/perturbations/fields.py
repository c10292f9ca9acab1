"""Which columns of the examples a change is for: those of texts, or those of images."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.perturbations.pictures.change import PictureChange
from pytest_ptm.perturbations.protocol import Perturbation


def chosen(
    change: Perturbation | PictureChange,
    fields: Sequence[str] | None,
    *,
    own: Sequence[str],
    held: Sequence[str],
    source: str,
) -> list[str]:
    """The columns to change: of its ``own`` kind, and named by ``fields`` if given.

    ``held`` are all columns that a person reads or looks at.

    Raises:
        ArgumentError: there are none of its kind, or ``fields`` names none of them, or
            one that there is not.
    """
    if not own:
        raise _of_another_kind(change, held, source)
    if fields is None:
        return list(own)
    names = list(fields)
    if any(name not in held for name in names):
        raise ArgumentError(f"fields={names!r}: {source} has {listed(held)}")
    found = [name for name in names if name in own]
    if not found:
        raise ArgumentError(f"fields={names!r}: {change.name} changes {listed(own)}")
    return found


def _of_another_kind(
    change: Perturbation | PictureChange, held: Sequence[str], source: str
) -> ArgumentError:
    if isinstance(change, PictureChange):
        kind = "images"
        advice = (
            "load them with load_images(…), or write a change of texts, such as "
            "typos(rate=0.05)"
        )
    else:
        kind = "texts"
        advice = (
            "write a change of images, such as gaussian_noise(severity=1), or "
            'PictureChange("its name", function) of one of your own'
        )
    return ArgumentError(
        f"under={change.name} changes {kind}, and {source} has {listed(held)}; {advice}"
    )
