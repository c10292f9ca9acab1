# pyright: basic
# transformers' Auto classes and torch's modules are only partly typed.
"""A checkpoint folder, loaded for a task."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import torch
import transformers

from pytest_ptm.backends.out_of_memory import translated
from pytest_ptm.backends.protocol import AnyPredictor, LoadRequest
from pytest_ptm.backends.transformers import files
from pytest_ptm.backends.transformers.abilities import (
    BODY,
    ENCODER,
    WITH_ENCODERS,
    abilities,
    architectures,
)
from pytest_ptm.backends.transformers.checkpoint import LoadedCheckpoint, completed
from pytest_ptm.backends.transformers.fingerprint import (
    content_digest,
    refuse_other_content,
)
from pytest_ptm.backends.transformers.identity import Identity, Skeleton, skeleton_of
from pytest_ptm.backends.transformers.image_identity import (
    ImageIdentity,
    ImageSkeleton,
    image_skeleton_of,
)
from pytest_ptm.backends.transformers.loading import quiet, refusals
from pytest_ptm.backends.transformers.module_state import ModuleState
from pytest_ptm.backends.transformers.padding import Loaded, embedding_rows
from pytest_ptm.backends.transformers.readable import read_json
from pytest_ptm.backends.transformers.watch import Watch
from pytest_ptm.ground.display import clip, listed
from pytest_ptm.ground.errors import ModelError, OutOfMemory
from pytest_ptm.results import ModelCard
from pytest_ptm.session import current_session
from pytest_ptm.spec import ModelSpec
from pytest_ptm.tasks import find_task

_DTYPES = {
    "float32": torch.float32,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
    "auto": "auto",
}
# CVE-2026-24747: before it, a pickle could run code in spite of weights_only.
_TORCH_FOR_PICKLES = (2, 10)


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
    if not hasattr(task, "HEADS"):
        _refuse_other_head(request, task.AUTO_CLASS)
    try:
        return task.bind(_shared(request, task) or _checkpoint(request, task))
    except OutOfMemory as error:
        raise OutOfMemory(
            f"{request.folder} does not fit on {request.device} as {request.dtype} "
            f"({clip(error.message, 200)}); free memory there, or take a larger device",
            code="PTM402",
        ) from error


def _class(request: LoadRequest, task: ModuleType) -> str:
    """The class that loads it: of an encoder and a decoder, if need be, the encoder."""
    auto_class: str = task.AUTO_CLASS
    if auto_class != BODY or request.folder is None:
        return auto_class
    kind = read_json(request.folder, "config.json").get("model_type")
    return ENCODER if kind in WITH_ENCODERS else auto_class


def refuse_large_vocabulary(reference: str, model: Loaded, tokenizer: Loaded) -> None:
    """Refuse a tokenizer that gives ids the model has no embedding of.

    Raises:
        ModelError: PTM302.
    """
    rows = embedding_rows(model)
    if rows is None:
        return
    largest = max(tokenizer.get_vocab().values(), default=0)
    if largest >= rows:
        raise ModelError(
            f"{reference}: the tokenizer gives ids up to {largest}, and the model "
            f"has {rows} embeddings; after adding tokens call "
            "model.resize_token_embeddings(len(tokenizer)) and save both again",
            code="PTM302",
        )


def reads_of(task: ModuleType) -> str:
    """What models of a task's module are asked about: "texts", or "images"."""
    return getattr(task, "READS", "texts")


def _skeleton(
    request: LoadRequest, folder: Path, task: ModuleType
) -> Skeleton | ImageSkeleton:
    """What is read of it for this task before its weights."""
    auto_class = _class(request, task)
    if reads_of(task) == "images":
        return image_skeleton_of(request, folder, auto_class)
    return skeleton_of(request, folder, auto_class)


def _checkpoint(request: LoadRequest, task: ModuleType) -> LoadedCheckpoint:
    folder = request.folder
    if folder is None:
        raise ValueError("a transformers model has a folder")
    unused: tuple[str, ...] = getattr(task, "UNUSED", ())
    _refuse_pickle(request, folder)
    before = files.state(folder)
    # Hashing releases the GIL, and so does reading the weights: both at once.
    with ThreadPoolExecutor(max_workers=1) as other, quiet():
        digest = other.submit(content_digest, folder)
        skeleton = _skeleton(request, folder, task)
        model = _from_pretrained(request, folder, _class(request, task), unused)
        if isinstance(skeleton, Skeleton):
            refuse_large_vocabulary(request.spec.reference, model, skeleton.tokenizer)
        with translated(request.spec.name):
            model = model.eval().to(request.device)
        content = digest.result()
    watch = Watch(model, name=request.spec.name, folder=folder, files_before=before)
    watch.loaded(content)
    # Looked at before it was loaded, and it may have been another one by then.
    refuse_other_content(request.spec, content)
    current_session().watches.append(watch)
    identity = skeleton.identity(request, content)
    card = ModelCard(
        name=request.spec.name,
        reference=_reference(request.spec, folder),
        fingerprint=content,
        device=request.device,
        dtype=str(model.dtype).removeprefix("torch."),
        notes=_notes(request, folder),
    )
    return completed(
        LoadedCheckpoint(identity, model, card, ModuleState(model), folder)
    )


def _shared(request: LoadRequest, task: ModuleType) -> LoadedCheckpoint | None:
    """The checkpoint of the model beside, to be asked another task."""
    folder = request.folder
    if request.beside is None or folder is None:
        return None
    beside: Loaded = request.beside
    known: LoadedCheckpoint = beside.checkpoint
    # What is to say of it is found anew for each task, as is how rows are padded.
    card = replace(known.card, notes=_notes(request, folder))
    reads = ImageIdentity if reads_of(task) == "images" else Identity
    if isinstance(known.identity, reads):
        identity = replace(known.identity, task=request.task)
    else:
        with quiet():
            skeleton = _skeleton(request, folder, task)
        identity = skeleton.identity(request, known.identity.content)
    return completed(LoadedCheckpoint(identity, known.model, card, known.state, folder))


def _from_pretrained(
    request: LoadRequest, folder: Path, auto_class: str, unused: tuple[str, ...]
) -> Loaded:
    with refusals(request, folder), translated(request.spec.name):
        model, report = getattr(transformers, auto_class).from_pretrained(
            folder,
            dtype=_DTYPES[request.dtype],
            use_safetensors=not files.is_pickled(folder),
            # Also where a pickle is allowed: tensors are read and no code is run.
            weights_only=True,
            output_loading_info=True,
            # Refused below, by name: transformers itself only prints them.
            ignore_mismatched_sizes=True,
            local_files_only=True,
            # Never None: transformers would then ask on standard input, with an alarm
            # that disarms pytest-timeout.
            trust_remote_code=request.trust_remote_code,
        )
    _refuse_mismatched(folder, report["mismatched_keys"])
    missing = (key for key in report["missing_keys"] if not key.startswith(unused))
    _refuse_missing(request, folder, missing)
    return model


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


def _refuse_other_head(request: LoadRequest, auto_class: str) -> None:
    """Refuse a head for another task whose weights would fit all the same.

    BERT's for whole texts and for single tokens have one name and one shape.
    """
    folder = request.folder
    if folder is None:
        return
    can = abilities(folder)
    if auto_class == BODY:
        _refuse_head(request, folder, can)
        return
    if can is None:
        return
    names = architectures(read_json(folder, "config.json"))
    if not any(name.endswith(auto_class.removeprefix("AutoModel")) for name in names):
        raise ModelError(
            f"{folder} has no trained head for {request.task}: it is "
            f"{listed(names)}. Fine-tune it for {request.task} first, or name a "
            "checkpoint that is",
            code="PTM303",
        )


def _refuse_head(
    request: LoadRequest, folder: Path, can: frozenset[str] | None
) -> None:
    """Refuse a model with a head, which nobody said is to be asked without it.

    The class without a head loads any checkpoint; whoever means that says the task.
    """
    declared = request.spec.task
    meant = declared in (request.task, find_task(request.task).of)
    if request.task in (can or ()) or (declared is not None and meant):
        return
    names = architectures(read_json(folder, "config.json"))
    asked = f"; it can be asked {listed(sorted(can))}" if can else ""
    raise ModelError(
        f"{folder} is no sentence encoder by its config.json: it is "
        f"{listed(names) or 'of no architecture that is named'}{asked}. If its vectors "
        f"are meant, without its head, type ?task={request.task} behind it in the "
        "model's spec",
        code="PTM303",
    )


def _reference(spec: ModelSpec, folder: Path) -> str:
    if spec.folder is not None:
        return spec.reference
    # A hub snapshot's folder is named by its commit: that is the revision that ran.
    return f"{spec.reference}@{folder.name}"
