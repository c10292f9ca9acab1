# pyright: basic
# transformers' Auto classes and torch's modules are only partly typed.
"""A checkpoint folder, loaded for a task: weights, tokenizer, and what they are."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import torch
import transformers

from pytest_ptm.backends.out_of_memory import translated
from pytest_ptm.backends.protocol import AnyPredictor, LoadRequest
from pytest_ptm.backends.transformers import files
from pytest_ptm.backends.transformers.fingerprint import (
    content_digest,
    digest_of,
    refuse_other_content,
)
from pytest_ptm.backends.transformers.module_state import ModuleState
from pytest_ptm.backends.transformers.padding import (
    Padding,
    embedding_rows,
    first_choice,
    takes,
)
from pytest_ptm.backends.transformers.watch import Watch
from pytest_ptm.ground.display import clip, listed
from pytest_ptm.ground.errors import ModelError, OutOfMemory, PtmError
from pytest_ptm.results import ModelCard
from pytest_ptm.session import current_session
from pytest_ptm.spec import ModelSpec

# Any model and any tokenizer: transformers has no common type that says what these
# functions need of them.
Loaded: TypeAlias = Any

_DTYPES = {
    "float32": torch.float32,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
    "auto": "auto",
}
# CVE-2026-24747: before it, a pickle could run code in spite of weights_only.
_TORCH_FOR_PICKLES = (2, 10)
# A tokenizer that knows no limit says 1e30.
_NO_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A loaded model with its tokenizer, ready to be bound to a task.

    ``max_length``: tokens the model can see at once, special ones included; None where
    it knows no limit. ``empty_id``: the token that stands for a text without tokens.
    """

    model: Loaded
    tokenizer: Loaded
    card: ModelCard
    fingerprint: str
    max_length: int | None
    empty_id: int
    takes_type_ids: bool
    pads_itself: bool
    padding: Padding
    state: ModuleState


def load(request: LoadRequest) -> AnyPredictor:
    """The checkpoint bound to its task by the task's module in this folder.

    Raises:
        ModelError: PTM302, PTM303, PTM310 … what docs/errors.md lists for loading.
        OutOfMemory: PTM402, the weights do not fit on the device.
    """
    name = request.task.replace("-", "_")
    try:
        task = importlib.import_module(f"pytest_ptm.backends.transformers.{name}")
    except ModuleNotFoundError:
        raise ModelError(
            f"transformers models cannot be asked {request.task!r} yet", code="PTM314"
        ) from None
    try:
        return task.bind(_checkpoint(request, task.AUTO_CLASS))
    except OutOfMemory as error:
        raise OutOfMemory(
            f"{request.folder} does not fit on {request.device} as {request.dtype} "
            f"({clip(error.message, 200)}); free memory there, or take a larger device",
            code="PTM402",
        ) from error


def _checkpoint(request: LoadRequest, auto_class: str) -> Checkpoint:
    folder = request.folder
    if folder is None:
        raise ValueError("a transformers model has a folder")
    _refuse_pickle(request, folder)
    before = files.state(folder)
    # Hashing releases the GIL, and so does reading the weights: both at once.
    with ThreadPoolExecutor(max_workers=1) as other, _quiet():
        digest = other.submit(content_digest, folder)
        model, tokenizer = _from_pretrained(request, folder, auto_class)
        content = digest.result()
    watch = Watch(model, name=request.spec.name, folder=folder, files_before=before)
    watch.loaded(content)
    # Looked at before it was loaded, and it may have been another one by then.
    refuse_other_content(request.spec, content)
    current_session().watches.append(watch)
    pads_itself = tokenizer.pad_token_id is not None
    padding = first_choice(model, tokenizer)
    max_length = _max_length(model, tokenizer)
    dtype = str(model.dtype).removeprefix("torch.")
    card = ModelCard(
        name=request.spec.name,
        reference=_reference(request.spec, folder),
        fingerprint=content,
        device=request.device,
        dtype=dtype,
        notes=_notes(request, folder),
    )
    return Checkpoint(
        model=model,
        tokenizer=tokenizer,
        card=card,
        fingerprint=digest_of(
            content,
            request.task,
            dtype,
            request.device.partition(":")[0],
            str(max_length),
            torch.__version__,
            str(getattr(model.config, "_attn_implementation", None)),
        ),
        max_length=max_length,
        empty_id=_empty_token(tokenizer, padding.pad_id),
        takes_type_ids="token_type_ids" in tokenizer.model_input_names
        and takes(model, "token_type_ids"),
        pads_itself=pads_itself,
        padding=padding,
        state=ModuleState(model),
    )


def _from_pretrained(
    request: LoadRequest, folder: Path, auto_class: str
) -> tuple[Loaded, Loaded]:
    common = {
        "local_files_only": True,
        # Never None: transformers would then ask on standard input, with an alarm that
        # disarms pytest-timeout.
        "trust_remote_code": request.trust_remote_code,
    }
    spec = request.spec
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **common)
        with translated(spec.name):
            model, report = getattr(transformers, auto_class).from_pretrained(
                folder,
                dtype=_DTYPES[request.dtype],
                use_safetensors=not files.is_pickled(folder),
                # Also where a pickle is allowed: tensors are read and no code is run.
                weights_only=True,
                output_loading_info=True,
                # Refused below, by name: transformers itself only prints them.
                ignore_mismatched_sizes=True,
                **common,
            )
    except PtmError:
        raise
    # A config or tokenizer file can break transformers in any of its parts, and what
    # comes out then has no common class (StrictDataclassError, AssertionError, …).
    except Exception as error:
        raise _load_error(request, folder, error) from error
    _refuse_mismatched(folder, report["mismatched_keys"])
    _refuse_missing(request, folder, report["missing_keys"])
    _refuse_large_vocabulary(spec, model, tokenizer)
    with translated(spec.name):
        model = model.eval().to(request.device)
    return model, tokenizer


def _refuse_pickle(request: LoadRequest, folder: Path) -> None:
    if not files.is_pickled(folder):
        return
    if not request.allow_pickle:
        # The checks before loading say more; this is for whoever comes around them.
        raise ModelError(
            f"{folder} has no safetensors, and loading a pickle can run any code",
            code="PTM310",
        )
    version = tuple(int(part) for part in torch.__version__.split(".")[:2])
    if version < _TORCH_FOR_PICKLES:
        raise ModelError(
            f"{folder}: --ptm-allow-pickle needs torch 2.10 or newer, found "
            f"{torch.__version__}: in older ones a pickle can run code in spite of "
            "weights_only. Upgrade torch, or convert the weights to safetensors",
            code="PTM310",
        )


def _notes(request: LoadRequest, folder: Path) -> tuple[str, ...]:
    """What a reader of a report must know of how the model was loaded."""
    notes: list[str] = []
    if files.brings_code(folder):
        notes.append(
            "code of the checkpoint was run (--ptm-trust-remote-code)"
            if request.trust_remote_code
            else "remote code ignored: the checkpoint brings code of its own (auto_map)"
            ", and transformers' own classes answered"
        )
    if files.is_pickled(folder):
        notes.append("weights were read from a pickle (--ptm-allow-pickle)")
    return tuple(notes)


def _refuse_mismatched(
    folder: Path, mismatched: Iterable[tuple[str, Iterable[int], Iterable[int]]]
) -> None:
    found = [
        f"{name} {tuple(stored)} instead of {tuple(wanted)}"
        for name, stored, wanted in sorted(mismatched)
    ]
    if found:
        raise ModelError(
            f"{folder} has weights of other shapes than its config.json asks for: "
            f"{listed(found)}; correct config.json (the labels decide the head's "
            "size), or save both again with model.save_pretrained()",
            code="PTM310",
        )


def _refuse_missing(request: LoadRequest, folder: Path, missing: Iterable[str]) -> None:
    names = sorted(missing)
    if names:
        raise ModelError(
            f"{folder} has no trained head for {request.task}: the checkpoint lacks "
            f"{listed(names)}, and random weights have no behaviour to test. "
            f"Fine-tune it for {request.task} first, or name a checkpoint that is",
            code="PTM303",
        )


def _refuse_large_vocabulary(spec: ModelSpec, model: Loaded, tokenizer: Loaded) -> None:
    rows = embedding_rows(model)
    if rows is None:
        return
    largest = max(tokenizer.get_vocab().values(), default=0)
    if largest >= rows:
        raise ModelError(
            f"{spec.reference}: the tokenizer gives ids up to {largest}, and the model "
            f"has {rows} embeddings; after adding tokens call "
            "model.resize_token_embeddings(len(tokenizer)) and save both again",
            code="PTM302",
        )


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


def _empty_token(tokenizer: Loaded, pad_id: int) -> int:
    """The id a text starts or ends with, as a language model's empty context has it."""
    known = (tokenizer.bos_token_id, tokenizer.eos_token_id, pad_id)
    return next(token for token in known if token is not None)


def _max_length(model: Loaded, tokenizer: Loaded) -> int | None:
    limits = []
    if tokenizer.model_max_length < _NO_LIMIT:
        limits.append(int(tokenizer.model_max_length))
    positions = getattr(model.config, "max_position_embeddings", None)
    if isinstance(positions, int) and positions > 0:
        limits.append(positions - _position_offset(model))
    return min(limits, default=None)


def _position_offset(model: Loaded) -> int:
    """RoBERTa and its kin count positions from the padding id on."""
    for name, module in model.named_modules():
        if name.endswith("position_embeddings"):
            padding = getattr(module, "padding_idx", None)
            return 0 if padding is None else padding + 1
    return 0


def _reference(spec: ModelSpec, folder: Path) -> str:
    if spec.folder is not None:
        return spec.reference
    # A hub snapshot's folder is named by its commit: that is the revision that ran.
    return f"{spec.reference}@{folder.name}"


@contextlib.contextmanager
def _quiet() -> Generator[None]:
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
