# pyright: basic
# torch's modules are only partly typed.
"""A layer behind the pooling of a sentence encoder: vectors of another size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from safetensors.torch import load_file

from pytest_ptm.backends.transformers.sentence_folder import WEIGHTS, DenseFolder
from pytest_ptm.ground.errors import ModelError

_ACTIVATIONS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "Identity": lambda vectors: vectors,
    "Tanh": torch.tanh,
}


@dataclass(frozen=True, slots=True, eq=False)
class Dense:
    """``weight`` float32[out, in] and ``bias`` float32[out], if there is one."""

    weight: torch.Tensor
    bias: torch.Tensor | None
    activation: str

    def __call__(self, vectors: torch.Tensor) -> torch.Tensor:
        """Of float32[rows, in] float32[rows, out]."""
        found = torch.nn.functional.linear(vectors, self.weight, self.bias)
        return _ACTIVATIONS[self.activation](found)


def load_layers(
    folders: Sequence[DenseFolder], size: int, device: str
) -> Iterator[Dense]:
    """The layers, one behind the other, the first behind vectors of this size.

    Raises:
        ModelError: PTM310, weights are not of the sizes that they should have.
    """
    for layer in folders:
        path = layer.place / WEIGHTS
        held = load_file(path, device=device)
        wanted: dict[str, tuple[int, ...]] = {"linear.weight": (layer.size, size)}
        if layer.has_bias:
            wanted["linear.bias"] = (layer.size,)
        shapes = {name: tuple(each.shape) for name, each in held.items()}
        if shapes != wanted:
            raise ModelError(
                f"{path} holds weights of shapes {shapes}; expected {wanted}",
                code="PTM310",
            )
        yield Dense(
            held["linear.weight"].float(),
            held["linear.bias"].float() if layer.has_bias else None,
            layer.activation,
        )
        size = layer.size
