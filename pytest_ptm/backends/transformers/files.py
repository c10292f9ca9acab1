"""Which files a checkpoint folder is made of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import cast

SAFETENSORS = ("model.safetensors", "model.safetensors.index.json")
PICKLES = ("pytorch_model.bin", "pytorch_model.bin.index.json")
"""Weights in one file, and the index of weights in several."""

# A README or an optimizer state cannot change an answer.
READ = (
    "*.safetensors",
    "*.json",
    "*.txt",
    "*.model",
    "*.spm",
    "*.jinja",
    "*.codes",
    "*.tokenizer",
)
"""What an answer can depend on, whichever of transformers' own classes reads it."""
PART = "[0-9]*_*"
SENTENCES = (f"{PART}/*.json", f"{PART}/*.safetensors")
"""What sentence-transformers keeps of the parts behind a model, a folder each."""
PICKLED = "pytorch_model*.bin"
# Code that comes along may read any file but these: descriptions, and what only another
# library or a training reads.
_NOT_READ = {
    *(".md", ".png", ".jpg"),
    *(".h5", ".msgpack", ".ot", ".onnx", ".gguf", ".ckpt", ".tflite"),
    *(".bin", ".pt", ".pth"),
}
_IGNORED = {"trainer_state.json", "all_results.json", "eval_results.json"}

State = tuple[tuple[str, int, int, int], ...]
"""Name, size, time of the last change in nanoseconds and inode of each file."""


def is_pickled(folder: Path) -> bool:
    """Whether pickles are the only weights there are."""
    if any((folder / name).exists() for name in SAFETENSORS):
        return False
    return any((folder / name).exists() for name in PICKLES)


def content(folder: Path) -> list[Path]:
    """The files an answer can depend on, sorted."""
    patterns = (*READ, PICKLED) if is_pickled(folder) else READ
    if (folder / "modules.json").is_file():
        patterns = (*patterns, *SENTENCES)
    found = {path for pattern in patterns for path in folder.glob(pattern)}
    if any(folder.glob("*.py")):
        found |= {path for path in folder.glob("[!.]*") if path.suffix not in _NOT_READ}
    return sorted(
        path for path in found if path.name not in _IGNORED and path.is_file()
    )


def behind(folder: Path) -> list[Path]:
    """The weights of what stands behind a model in a sentence encoder."""
    if not (folder / "modules.json").is_file():
        return []
    return sorted(folder.glob(f"{PART}/*.safetensors"))


def state(folder: Path) -> State:
    """What tells at little cost whether a file may have changed."""
    return tuple(_state(folder))


def brings_code(folder: Path) -> bool:
    """Whether a config names Python code to load the model or its tokenizer by."""
    return any(
        names_code(json.loads((folder / name).read_bytes()))
        for name in ("config.json", "tokenizer_config.json")
        if (folder / name).is_file()
    )


def names_code(value: object) -> bool:
    """Whether JSON names, at any depth, code that comes along with a checkpoint."""
    if isinstance(value, list):
        return any(map(names_code, cast("list[object]", value)))
    if not isinstance(value, dict):
        return False
    held = cast("dict[str, object]", value)
    return bool(held.get("auto_map")) or any(map(names_code, held.values()))


def _state(folder: Path) -> Iterator[tuple[str, int, int, int]]:
    for path in content(folder):
        found = path.stat()
        name = path.relative_to(folder).as_posix()
        yield name, found.st_size, found.st_mtime_ns, found.st_ino
