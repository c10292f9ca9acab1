"""Examples under a perturbation, the same in any order and beside any test."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import ne
from types import FunctionType
from typing import cast

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.chats import SYSTEM
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.tagged import WORDS
from pytest_ptm.ground.content import content_digest_of
from pytest_ptm.ground.digests import digest
from pytest_ptm.ground.display import clip, listed, quoted
from pytest_ptm.ground.errors import (
    ArgumentError,
    DataError,
    PtmError,
)
from pytest_ptm.perturbations.failing import raised
from pytest_ptm.perturbations.fields import chosen
from pytest_ptm.perturbations.nlpaug import from_nlpaug
from pytest_ptm.perturbations.pictures import kinds
from pytest_ptm.perturbations.pictures.change import PictureChange
from pytest_ptm.perturbations.pictures.changed import changed_pictures
from pytest_ptm.perturbations.protocol import Perturbation
from pytest_ptm.perturbations.surface import (
    casing,
    contractions,
    punctuation,
    whitespace,
)
from pytest_ptm.perturbations.typos import typos

_One = Perturbation | PictureChange | Callable[[str], str]
Under = _One | Sequence[_One]
"""What ``under=`` takes: a change of texts or of images, a function of a text, or
several of them."""

_CALLS: tuple[tuple[FunctionType, str], ...] = (
    (typos, "typos(rate=0.05)"),
    (casing, 'casing("upper")'),
    (punctuation, 'punctuation("strip")'),
    (contractions, 'contractions("expand")'),
    (whitespace, "whitespace()"),
    (from_nlpaug, "from_nlpaug(augmenter)"),
)
"""What makes a perturbation, and is none itself; and how it is called."""


@dataclass(frozen=True, slots=True)
class Perturbed:
    """Examples after a perturbation; ``changed`` marks rows with another text or image.

    ``parted``: rows of words that it would have changed, and which stay as they were
    because more or fewer words came back.
    """

    perturbation: Perturbation | PictureChange
    examples: Examples
    changed: NDArray[np.bool_]
    parted: int = 0


def perturbations_of(under: Under) -> tuple[Perturbation | PictureChange, ...]:
    """What ``under=`` means, each with a name of its own.

    Raises:
        ArgumentError: it is empty, no perturbation, or two have one name.
    """
    found = tuple(_named(each) for each in _each(under))
    names = [each.name for each in found]
    if not found:
        raise ArgumentError("under=[]: expected at least one perturbation")
    if len(set(names)) < len(names):
        raise ArgumentError(f"under=: two perturbations have one name: {listed(names)}")
    return found


def perturbed(
    examples: Examples,
    perturbation: Perturbation | PictureChange,
    *,
    seed: int,
    fields: Sequence[str] | None = None,
    mask: str | None = None,
) -> Perturbed:
    """The examples with their texts, or images, changed; ids, labels and groups stay.

    Seeded by seed, perturbation and example id, so that a text becomes the same in any
    order, any worker, and beside any other test. ``fields`` are the inputs to change,
    all of them unless given; a change of texts leaves images alone, and the other way.
    A ``mask`` in a text stays as it is. Words are changed as one text, and stay as they
    were where it does not come back as so many words. Pixels of changed images are made
    when they are asked about.

    Raises:
        ArgumentError: there is no such field, or nothing that it could change.
        DataError: PTM205, the perturbation raised an error (the cause of this one), or
            gave something that is no text, or no pixels of the same shape; PTM211, it
            took a mask away or added one; PTM218, an image has no pixels.
    """
    if isinstance(perturbation, PictureChange):
        return _with_images(examples, perturbation, seed=seed, fields=fields)
    texts = _texts(examples)
    names = _chosen(examples, perturbation, fields, texts)
    rng = random.Random()
    changed = np.zeros(len(examples), dtype=np.bool_)
    inputs, lists = dict(examples.inputs), dict(examples.lists)
    parted = 0
    for name in names:
        seed_of = _seeds(seed, perturbation, name)
        new: list[str] = []
        for identity, text in zip(examples.ids, texts[name], strict=True):
            if name == SYSTEM and not text:
                # A change that adds words would say something where nobody does.
                new.append(text)
                continue
            if perturbation.seeded:
                rng.seed(seed_of(identity))
            new.append(_changed(perturbation, text, rng, identity=identity, mask=mask))
        if name in lists:
            lists[name] = tuple(map(_as_words, new, lists[name]))
            moved = [*map(ne, lists[name], examples.lists[name])]
            parted = sum(map(ne, new, texts[name])) - sum(moved)
        else:
            inputs[name] = tuple(new)
            moved = map(ne, new, texts[name])
        changed |= np.array([*moved], dtype=np.bool_)
    then = replace(examples, inputs=inputs, lists=lists)
    return Perturbed(perturbation, then, changed, parted)


def _with_images(
    examples: Examples,
    change: PictureChange,
    *,
    seed: int,
    fields: Sequence[str] | None,
) -> Perturbed:
    own = dict(examples.images)
    changed = np.zeros(len(examples), dtype=np.bool_)
    images = dict(own)
    for name in _chosen(examples, change, fields, own):
        images[name], moved = changed_pictures(
            own[name],
            change,
            examples.ids,
            _seeds(seed, change, name),
            source=examples.source,
        )
        changed |= moved
    return Perturbed(change, replace(examples, images=images), changed)


def _chosen(
    examples: Examples,
    change: Perturbation | PictureChange,
    fields: Sequence[str] | None,
    own: Mapping[str, object],
) -> list[str]:
    return chosen(
        change,
        fields,
        own=list(own),
        held=[*_texts(examples), *examples.images],
        source=examples.source,
    )


def _seeds(
    seed: int, change: Perturbation | PictureChange, field: str
) -> Callable[[str], int]:
    """The seed of each example, by its id."""
    prefix = f"{seed}\x00{change.name}\x00{field}\x00".encode()

    def seed_of(identity: str) -> int:
        # From a digest, not from hash(), which differs between processes.
        digest = hashlib.blake2b(prefix + identity.encode(), digest_size=8)
        return int.from_bytes(digest.digest(), "little")

    return seed_of


def _texts(examples: Examples) -> dict[str, tuple[str, ...]]:
    """Every column of texts; words are one text, joined by single spaces."""
    words = examples.lists.get(WORDS)
    if words is None:
        return dict(examples.inputs)
    return {**examples.inputs, WORDS: tuple(" ".join(row) for row in words)}


def _as_words(text: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """The changed text as words, if each of them is still there."""
    then = tuple(text.split(" "))
    kept = len(then) == len(words) and all(word.strip() for word in then)
    return then if kept else words


def _changed(
    perturbation: Perturbation,
    text: str,
    rng: random.Random,
    *,
    identity: str,
    mask: str | None,
) -> str:
    """What became of one text: itself, where the perturbation leaves it out.

    Raises:
        DataError: what was raised, or what came of it is no text or has other masks.
    """
    try:
        found = (
            perturbation(text, rng)
            if mask is None or perturbation.sees_mask
            else _around(mask, perturbation, text, rng)
        )
    except PtmError:
        raise
    except Exception as error:
        raise raised(perturbation.name, identity, error) from error
    if found == text or (found is None and perturbation.may_skip):
        return text
    if not isinstance(found, str):
        raise _no_text(perturbation, identity, found)
    if mask is not None and found.count(mask) != text.count(mask):
        raise DataError(
            f"{perturbation.name} takes the mask of {identity} away, or adds one: "
            f"{quoted(found)}",
            code="PTM211",
        )
    return found


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


def _no_text(perturbation: Perturbation, identity: str, value: object) -> DataError:
    name = perturbation.name
    hint = ""
    if value is None:
        hint = "; return the text itself where it stays as it is"
    elif isinstance(value, Perturbation):
        hint = f"; write under={name}(…), which makes the perturbation"
    return DataError(
        f"{name} gave {type(value).__name__}, not a text, for {identity}{hint}",
        code="PTM205",
    )


def _each(under: object) -> Sequence[object]:
    """What was given one by one; what is no list, by itself."""
    # A text is no list of letters, nor a flow of nlpaug one of augmenters.
    if callable(under) or isinstance(under, str) or hasattr(under, "augment"):
        return [under]
    return (
        [*cast("Iterable[object]", under)] if isinstance(under, Iterable) else [under]
    )


def _named(given: object) -> Perturbation | PictureChange:
    if isinstance(given, Perturbation | PictureChange):
        return given
    if callable(given) and not isinstance(given, type):
        _refuse_not_called(given)
        function = cast("Callable[[str], str]", given)
        name = str(getattr(given, "__name__", type(given).__name__))
        return Perturbation(
            name,
            lambda text, rng: function(text),
            seeded=False,
            sees_mask=True,
            may_skip=False,
            content=_content(given, name),
        )
    if hasattr(given, "augment"):
        raise ArgumentError(
            f"under=: got the augmenter {type(given).__name__} itself; write "
            "under=from_nlpaug(augmenter)"
        )
    got = (
        f"the class {given.__name__}"
        if isinstance(given, type)
        else f"{clip(repr(given), 40)} ({type(given).__name__})"
    )
    calls = {function.__name__: call for function, call in _CALLS}
    named = given.partition("(")[0] if isinstance(given, str) else ""
    if named in calls:
        raise ArgumentError(
            f"under={clip(repr(given), 40)} is a text: import {named} from "
            f"pytest_ptm.perturbations and write under={calls[named]}"
        )
    raise ArgumentError(
        "under=: expected a perturbation, such as typos(rate=0.05), or a function from "
        f"text to text, such as str.upper, got {got}"
    )


def _content(function: object, name: str) -> str:
    """A digest of a function of one's own; nothing where it cannot be read."""
    if not isinstance(function, FunctionType):
        return ""  # str.upper and its like are told by their names
    try:
        return digest(content_digest_of(function, of=f"under={name}"))
    except ArgumentError:
        return ""


def _refuse_not_called(given: Callable[..., object]) -> None:
    if getattr(given, "__module__", "") == kinds.__name__:
        name = getattr(given, "__name__", "")
        call = f"{name}()" if given is kinds.mirrored else f"{name}(severity=1)"
        raise ArgumentError(f"under={name} is not called: write under={call}")
    for function, call in _CALLS:
        if given is function:
            raise ArgumentError(
                f"under={function.__name__} is not called: write under={call}"
            )
