"""Examples under a perturbation, the same in any order and beside any test."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.examples import Examples
from pytest_ptm.ground.display import listed, quoted
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.perturbations.protocol import Perturbation

Under = (
    Perturbation | Callable[[str], str] | Sequence[Perturbation | Callable[[str], str]]
)
"""What ``under=`` takes: a perturbation, a function of a text, or several of them."""


@dataclass(frozen=True, slots=True)
class Perturbed:
    """Examples after a perturbation; ``changed`` marks rows with another text."""

    perturbation: Perturbation
    examples: Examples
    changed: NDArray[np.bool_]


def perturbations_of(under: Under) -> tuple[Perturbation, ...]:
    """What ``under=`` means, each with a name of its own.

    Raises:
        ArgumentError: it is empty, no perturbation, or two have one name.
    """
    given = [under] if callable(under) else list(under)
    found = tuple(_named(each) for each in given)
    names = [each.name for each in found]
    if not found:
        raise ArgumentError("under=[]: expected at least one perturbation")
    if len(set(names)) < len(names):
        raise ArgumentError(f"under=: two perturbations have one name: {listed(names)}")
    return found


def perturbed(
    examples: Examples,
    perturbation: Perturbation,
    *,
    seed: int,
    fields: Sequence[str] | None = None,
    mask: str | None = None,
) -> Perturbed:
    """The examples with their texts changed; ids, labels and groups stay.

    Seeded by seed, perturbation and example id, so that a text becomes the same in any
    order, any worker, and beside any other test. ``fields`` are the inputs to change,
    all of them unless given. A ``mask`` in a text stays as it is.

    Raises:
        ArgumentError: there is no such field.
        DataError: PTM205, the perturbation gave something that is no text; PTM211, it
            took a mask away or added one.
    """
    names = list(examples.inputs) if fields is None else list(fields)
    missing = [name for name in names if name not in examples.inputs]
    if missing:
        raise ArgumentError(
            f"fields={names!r}: {examples.source} has {listed(list(examples.inputs))}"
        )
    rng = random.Random()
    changed = np.zeros(len(examples), dtype=np.bool_)
    inputs = dict(examples.inputs)
    for name in names:
        prefix = f"{seed}\x00{perturbation.name}\x00{name}\x00".encode()
        new: list[str] = []
        for row, (identity, text) in enumerate(
            zip(examples.ids, inputs[name], strict=True)
        ):
            if perturbation.seeded:
                # From a digest, not from hash(), which differs between processes.
                digest = hashlib.blake2b(prefix + identity.encode(), digest_size=8)
                rng.seed(int.from_bytes(digest.digest(), "little"))
            text_then = (
                perturbation(text, rng)
                if mask is None or perturbation.sees_mask
                else _around(mask, perturbation, text, rng)
            )
            if text_then is None or text_then == text:
                new.append(text)
                continue
            _refuse_no_text(perturbation, identity, text_then)
            if mask is not None and text_then.count(mask) != text.count(mask):
                raise DataError(
                    f"{perturbation.name} takes the mask of {identity} away, or adds "
                    f"one: {quoted(text_then)}",
                    code="PTM211",
                )
            new.append(text_then)
            changed[row] = True
        inputs[name] = tuple(new)
    return Perturbed(perturbation, replace(examples, inputs=inputs), changed)


def _around(
    mask: str, perturbation: Perturbation, text: str, rng: random.Random
) -> str | None:
    """The changed text; the perturbation saw an unknown character for the mask.

    One of private use: no letter, no punctuation and of no case, so that what changes
    letters, punctuation or case leaves it alone.
    """
    stand_in = next(c for c in map(chr, range(0xE000, 0xF900)) if c not in text)
    then = perturbation(text.replace(mask, stand_in), rng)
    # What is no text is refused where every text is looked at.
    return then.replace(stand_in, mask) if isinstance(then, str) else then


def _refuse_no_text(perturbation: Perturbation, identity: str, value: object) -> None:
    if not isinstance(value, str):
        raise DataError(
            f"{perturbation.name} gave {type(value).__name__}, not a text, for "
            f"{identity}",
            code="PTM205",
        )


def _named(given: object) -> Perturbation:
    if isinstance(given, Perturbation):
        return given
    if not callable(given):
        raise ArgumentError(
            "under=: expected a perturbation, such as typos(rate=0.05), or a function "
            f"from text to text, got {type(given).__name__}"
        )
    function = cast("Callable[[str], str]", given)
    name = str(getattr(given, "__name__", type(given).__name__))
    return Perturbation(
        name, lambda text, rng: function(text), seeded=False, sees_mask=True
    )
