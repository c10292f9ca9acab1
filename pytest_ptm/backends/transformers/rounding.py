# pyright: basic
# torch's functions are only partly typed.
"""How far apart two ways to one answer may lie."""

from __future__ import annotations

import torch

# Relative to the largest score: what another order of the same sums makes of it.
_SAME = {torch.float32: 1e-4, torch.float16: 2e-2, torch.bfloat16: 5e-2}


def same(found: torch.Tensor, expected: torch.Tensor, dtype: torch.dtype) -> bool:
    """Whether two answers differ by no more than the rounding of this precision.

    NaN is the same as NaN in its place, and infinity as infinity.
    """
    if found.shape != expected.shape:
        return False
    finite = expected[expected.isfinite()].abs()
    largest = float(finite.max()) if len(finite) else 0.0
    most = _SAME.get(dtype, 0.0) * largest
    return torch.allclose(found, expected, rtol=0.0, atol=most, equal_nan=True)
