"""A framework's ways of saying that memory ran out, translated into one."""

from __future__ import annotations

import contextlib
from collections.abc import Generator

import torch

from pytest_ptm.ground.errors import ModelError, OutOfMemory

# torch raises its own class for most, but cuBLAS, older paths and CPUs only say it.
_MESSAGES = (
    "out of memory",
    "CUBLAS_STATUS_ALLOC_FAILED",
    "CUDNN_STATUS_ALLOC_FAILED",
    "can't allocate memory",
    "DefaultCPUAllocator",
)
# After any of these a process gets nothing but errors from its device.
_DEAD_CONTEXT = (
    "device-side assert",
    "an illegal memory access",
    "CUDA error",
    "HIP error",
    "cuDNN error",
)


@contextlib.contextmanager
def translated(model: str) -> Generator[None]:
    """Raise OutOfMemory for whatever the framework raises when memory ran out.

    Raises:
        OutOfMemory: the device could not hold what was asked of it.
        ModelError: PTM404, the device is unusable for this process from here on.
    """
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise OutOfMemory(str(error)) from error
    except MemoryError as error:
        raise OutOfMemory("the process is out of memory") from error
    except RuntimeError as error:
        text = str(error)
        if any(sign in text for sign in _MESSAGES):
            raise OutOfMemory(text) from error
        if any(sign in text for sign in _DEAD_CONTEXT):
            raise ModelError(
                f"{model}: the accelerator gave up ({text.splitlines()[0]}); this "
                "process can use it no more. Usual cause: a token id or label outside "
                "the model's tables; run with --ptm-device cpu to see where",
                code="PTM404",
            ) from error
        raise
