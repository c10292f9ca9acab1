# pyright: basic
# torch's modules are only partly typed.
"""How many parameters a model has, and what they take in memory."""

from __future__ import annotations

from pytest_ptm.backends.transformers.padding import Loaded
from pytest_ptm.tasks.powers import Weights


def counted_once(model: Loaded) -> Weights | None:
    """Its parameters, tied ones once, buffers not; None where they are packed.

    Quantised weights are integers of another number and shape, or no parameters of
    torch at all: counting them would make a large model small.
    """
    if getattr(model, "is_quantized", False) or any(
        hasattr(module, "_packed_params") for module in model.modules()
    ):
        return None
    # torch gives each parameter once, under however many names it stands.
    parameters = list(model.parameters())
    return Weights(
        parameters=sum(each.numel() for each in parameters),
        nbytes=sum(each.numel() * each.element_size() for each in parameters),
    )
