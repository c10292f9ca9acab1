# pyright: basic
# transformers is only partly typed.
"""What transformers prints and raises while it loads something, made ours."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from pathlib import Path

import transformers

from pytest_ptm.backends.protocol import LoadRequest
from pytest_ptm.ground.display import clip
from pytest_ptm.ground.errors import ModelError, PtmError


@contextlib.contextmanager
def refusals(request: LoadRequest, folder: Path) -> Generator[None]:
    """Whatever transformers raises inside is the checkpoint's fault, and named so.

    Raises:
        ModelError: PTM310; PTM311, it would run code that the checkpoint brings.
    """
    try:
        yield
    except PtmError:
        raise
    # A config or tokenizer file can break transformers in any of its parts, and what
    # comes out then has no common class (StrictDataclassError, AssertionError, …).
    except Exception as error:
        raise _load_error(request, folder, error) from error


def _load_error(request: LoadRequest, folder: Path, error: Exception) -> ModelError:
    text = str(error)
    if "trust_remote_code" in text:
        return ModelError(
            f"{folder} needs code of its own to load, and such code is not run "
            "unasked. If you have read it and trust it: --ptm-trust-remote-code",
            code="PTM311",
        )
    return ModelError(
        f"{folder} cannot be loaded for {request.task}: "
        f"{type(error).__name__}: {clip(text, 1_000)}",
        code="PTM310",
    )


@contextlib.contextmanager
def quiet() -> Generator[None]:
    """Transformers without its progress bars and hints, as it was before afterwards."""
    logging = transformers.utils.logging
    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()
