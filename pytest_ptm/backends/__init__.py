"""What stands behind a model: load it, bind it to a task."""

from __future__ import annotations

import importlib
from typing import cast

from pytest_ptm.backends.protocol import Backend

BACKENDS = {
    "transformers": "pytest_ptm.backends.transformers.checkpoint",
    "callable": "pytest_ptm.backends.callable",
}


def find_backend(name: str) -> Backend:
    """The backend a spec names, its library imported only now."""
    return cast("Backend", importlib.import_module(BACKENDS[name]))
