"""``python:package.module:factory``: any object of the user's that can be asked.

The factory is called with the spec's options as keyword arguments, strings all, and
returns a Predictor (``pytest_ptm.tasks.protocol``): a scikit-learn pipeline, a client
of a service, a fake for tests.
"""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

from pytest_ptm.backends.protocol import AnyPredictor, LoadRequest
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.spec import ModelSpec, Scheme

SCHEME = Scheme("python", options=None, own_task=True)
"""A factory takes what options it likes, and what it makes has a task of its own."""


def locate(
    spec: ModelSpec, *, offline: bool, allow_pickle: bool = False
) -> Path | None:
    """No folder: the code is the user's own."""
    return None


def check(spec: ModelSpec, folder: Path | None, *, allow_pickle: bool = False) -> None:
    """Nothing to check before the factory is called."""


def load(request: LoadRequest) -> AnyPredictor:
    """What the factory returns.

    Raises:
        ModelError: PTM313, the factory cannot be found, or cannot be called so.
    """
    module_name, _, attribute = request.spec.place.partition(":")
    try:
        factory = getattr(importlib.import_module(module_name), attribute)
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise ModelError(
            f"{request.spec.text}: cannot import {attribute!r} from {module_name!r} "
            f"({error}); a spec is python:package.module:factory",
            code="PTM313",
        ) from error
    _refuse_uncallable(request.spec, factory)
    return factory(**dict(request.spec.options))


def _refuse_uncallable(spec: ModelSpec, factory: object) -> None:
    if not callable(factory):
        raise ModelError(
            f"{spec.text} is a {type(factory).__name__}, which cannot be called; "
            "a spec is python:package.module:factory, and the factory returns it",
            code="PTM313",
        )
    try:
        signature = inspect.signature(factory)
    except ValueError:  # some built-in callables do not say what they take
        return
    try:
        signature.bind(**dict(spec.options))
    except TypeError as error:
        raise ModelError(
            f"{spec.text}: the factory cannot be called with these options ({error}); "
            f"it takes {signature}{_meant(spec, signature)}",
            code="PTM313",
        ) from None


def _meant(spec: ModelSpec, signature: inspect.Signature) -> str:
    """What to write of a function that is the model itself, as far as it looks so."""
    needed = [
        each
        for each in signature.parameters.values()
        if each.default is each.empty
        and each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)
    ]
    if spec.options or len(needed) != 1:
        return ""
    name = spec.place.rpartition(":")[2]
    return (
        ". A function of texts is made a model by a factory, which returns "
        f"from_writer({name}) where it writes, else from_function({name}, classes=[…])"
    )
