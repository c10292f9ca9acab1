"""What people hand over in the place of a model, and what to write instead.

Known by what it can do and by the module of its class: nothing is imported for it.
"""

from __future__ import annotations

import os
from typing import cast

from pytest_ptm.ground.display import quoted
from pytest_ptm.ground.errors import ArgumentError

_NEEDED = ("task", "card", "fingerprint", "encode", "forward")


def refuse_raw(model: object) -> None:
    """Refuse what is neither a handle nor a Predictor, with what to write.

    Raises:
        ArgumentError: the call that makes a model of it.
    """
    is_class = isinstance(model, type)
    if not is_class and all(hasattr(model, name) for name in _NEEDED):
        return
    instead = what_to_write(model)
    if instead is None:
        raise ArgumentError(
            "model: expected the ptm_model fixture, ptm_load(…) or load_model(…), "
            f"got {f'the class {model.__name__}' if is_class else type(model).__name__}"
        )
    raise ArgumentError(f"model: got {_shown(model)}; write {instead}")


def what_to_write(given: object) -> str | None:
    """The call that makes a model of this; None where there is none.

    >>> what_to_write("models/mine")
    'load_model(model)'
    """
    if isinstance(given, str | os.PathLike):
        return "load_model(model)"
    if isinstance(given, tuple):
        pair = len(cast("tuple[object, ...]", given)) == 2
        return "from_pretrained(*model)" if pair else None
    if isinstance(given, type):
        return None
    libraries = {each.__module__.partition(".")[0] for each in type(given).__mro__}
    if hasattr(given, "tokenizer") and hasattr(given, "preprocess"):
        return "from_pipeline(model)"
    if "transformers" in libraries and hasattr(given, "forward"):
        return "from_pretrained(model, tokenizer)"
    if libraries & {"torch", "keras", "tensorflow", "tf_keras", "flax", "jax"}:
        return (
            "from_function(f, classes=[…]) with a function f that makes "
            "probabilities float[n, k] of a list of texts with it"
        )
    if hasattr(given, "fit") and hasattr(given, "predict"):
        return "from_sklearn(model)"
    either = "from_function(model, classes=[…]), or from_writer(model) if it writes"
    return either if callable(given) else None


def _shown(model: object) -> str:
    if isinstance(model, str | os.PathLike):
        return f"the text {quoted(os.fspath(model))}"
    kind = type(model).__name__
    return f"{'an' if kind[:1] in 'AEIOUaeiou' else 'a'} {kind}"
