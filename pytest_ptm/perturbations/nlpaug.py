# pyright: basic
# nlpaug is not typed.
"""nlpaug's augmenters as perturbations: seeded, named, and true to the spacing."""

from __future__ import annotations

import copy
import importlib
import inspect
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias, cast

import numpy as np

from pytest_ptm.ground.display import quoted
from pytest_ptm.ground.errors import ArgumentError, MissingExtraError
from pytest_ptm.perturbations.fingerprint import fingerprint
from pytest_ptm.perturbations.protocol import Perturbation
from pytest_ptm.perturbations.spacing import Phrase, Spacing

# Any augmenter or flow: nlpaug says nothing of its types.
Augmenter: TypeAlias = Any


def from_nlpaug(augmenter: object) -> Perturbation:
    """An augmenter of nlpaug, or a flow of them, as a perturbation.

    What it does is drawn from our seed, in any process; what it does not change is byte
    for byte as it was, spaces and masks included. It is as it is now: settings changed
    later change nothing.

    Raises:
        MissingExtraError: nlpaug is not installed.
        ArgumentError: it is no augmenter, or one that cannot be reproduced.
    """
    try:
        # Optional, untyped, and it imports pandas.
        library = cast("Any", importlib.import_module("nlpaug"))
    except ImportError:
        raise MissingExtraError(
            "from_nlpaug", library="nlpaug", extra="nlpaug"
        ) from None
    if not isinstance(augmenter, library.Augmenter):
        raise ArgumentError(
            f"from_nlpaug: expected an augmenter, such as "
            f"nlpaug.augmenter.char.KeyboardAug(), got {type(augmenter).__name__}"
        )
    _refuse_no_texts(augmenter)
    own = _copied(augmenter)
    shown = _shown(own)
    name = f"nlpaug {shown} {fingerprint(own, of=f'from_nlpaug({shown})')}"
    _respaced(own)
    for step in _steps(own):
        _unnested(step)

    def change(text: str, rng: random.Random) -> str | None:
        bare = text.strip()
        if not bare:
            return None
        with _seeded(rng.getrandbits(32)):
            try:
                given = _first(own.augment(bare))
            except Exception as error:
                error.add_note(f"from_nlpaug: {name} failed on {quoted(text)}")
                raise
        if not isinstance(given, str):
            # None is no change; anything else is refused where every text is looked at.
            return cast("None", given)
        if not given.strip():
            # Nothing is left to ask about; in a flow nlpaug takes it as no result too.
            return None
        start = len(text) - len(text.lstrip())
        then = f"{text[:start]}{given}{text[start + len(bare) :]}"
        return None if then == text else then

    return Perturbation(name, change)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """The sources of randomness that nlpaug draws from, seeded, and then as before."""
    states = random.getstate(), np.random.get_state()
    try:
        random.seed(seed)
        np.random.seed(seed)
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])


def _first(given: object) -> object:
    """The first of what may be lists of lists; None if there is none."""
    while isinstance(given, list):
        found = cast("list[object]", given)
        given = found[0] if found else None
    return given


def _copied(augmenter: object) -> Augmenter:
    """The augmenter with steps and dictionary of its own, the latter in order."""
    own = cast("Any", copy.copy(augmenter))
    own.include_detail = False
    if _steps(own):
        own[:] = [_copied(step) for step in _steps(own)]
    if type(augmenter).__name__ == "SpellingAug":
        own.model = _spelling(own)
    if any(isinstance(group, set | frozenset) for group in _reserved(own)):
        raise ArgumentError(
            "from_nlpaug: reserved_tokens holds a set, whose order differs between "
            "processes; give lists"
        )
    return own


def _refuse_no_texts(augmenter: Augmenter) -> None:
    for step in _steps(augmenter):
        _refuse_no_texts(step)
    if augmenter.method in {"audio", "spectrogram"}:
        raise ArgumentError(
            f"from_nlpaug: {type(augmenter).__name__} changes {augmenter.method}, not "
            "texts; expected an augmenter of characters, words or sentences"
        )


def _steps(own: object) -> list[object]:
    """What a flow, which is a list, is made of."""
    return [*cast("list[object]", own)] if isinstance(own, list) else []


def _spelling(own: Augmenter) -> Augmenter:
    """Its dictionary, with mistakes in order: nlpaug's are in that of a set."""
    model = copy.copy(own.model)
    settings = (own.dict_path, own.include_reverse)
    if (model.dict_path, model.include_reverse) != settings:
        # nlpaug keeps the first dictionary of a process for all that come after.
        model = type(model)(*settings)
    model.dict = {word: sorted(wrong) for word, wrong in model.dict.items()}
    return model


def _reserved(own: Augmenter) -> list[object]:
    return list(getattr(own, "reserved_tokens", []))


def _respaced(own: Augmenter) -> None:
    """Give it, and each step of a flow, a tokenizer that keeps the spaces."""
    for step in _steps(own):
        _respaced(step)
    if not {"tokenizer", "reverse_tokenizer"} <= vars(own).keys():
        return
    called = getattr(own, "reserved_phrase_concats", [])
    patterns = getattr(own, "reserved_phrase_regexs", [])
    spacing = Spacing(
        own.tokenizer,
        own.reverse_tokenizer,
        phrases=[Phrase(*pair) for pair in zip(patterns, called, strict=True)],
    )
    own.tokenizer, own.reverse_tokenizer = spacing.split, spacing.join
    if called:
        # It would write phrases as one word, and leave them so where it draws others.
        own.preprocess = _as_it_is


def _unnested(step: Augmenter) -> None:
    """Let a flow within a flow give a list of texts, also where it draws nothing: it
    then gives what it was given, in one more list, which the next step cannot read.
    """
    if not isinstance(step, list):
        return
    for inner in _steps(step):
        _unnested(inner)
    augment = cast("Any", step).augment

    def unnested(data: object, **options: int) -> list[object]:
        found = _first(augment(data, **options))
        return [] if found is None else [found]

    cast("Any", step).augment = unnested


def _as_it_is(text: str) -> str:
    return text


def _shown(own: Augmenter) -> str:
    """Its class and what it was told that is not the default, for the reader."""
    steps = [_shown(step) for step in _steps(own)]
    told = [
        f"{name}={getattr(own, name)!r}"
        for name, parameter in inspect.signature(type(own)).parameters.items()
        if isinstance(getattr(own, name, None), str | int | float)
        and getattr(own, name) != parameter.default
        and name != "verbose"
        and not name.endswith("_path")
    ]
    return f"{type(own).__name__}({', '.join([*steps, *told])})"
