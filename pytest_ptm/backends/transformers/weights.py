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
    if getattr(model, "is_quantized", False) or _holds_packed(model):
        return None
    # torch gives each parameter once, under however many names it stands.
    parameters = list(model.parameters())
    # What keeps its weights elsewhere is not of no size.
    if not parameters:
        return None
    return Weights(
        parameters=sum(each.numel() for each in parameters),
        nbytes=sum(each.numel() * each.element_size() for each in parameters),
    )


def _holds_packed(model: Loaded) -> bool:
    """Whether weights are integers, whoever put them there."""
    if any(hasattr(module, "_packed_params") for module in model.modules()):
        return True
    weights = [
        *model.parameters(),
        *(each for name, each in model.named_buffers() if _is_of_weights(name)),
    ]
    return any(not (each.is_floating_point() or each.is_complex()) for each in weights)


def _is_of_weights(name: str) -> bool:
    """Whether a buffer of this name holds weights, and not positions or a mask."""
    return "weight" in name.rpartition(".")[2]
