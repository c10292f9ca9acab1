"""What sentence-transformers wrote beside a checkpoint: how its tokens make a vector.

Read as plain files: the library itself need not be there. Reimers and Gurevych,
"Sentence-BERT", EMNLP 2019.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Literal, cast, get_args

from pytest_ptm.backends.transformers.files import PART
from pytest_ptm.backends.transformers.readable import Json, read_json
from pytest_ptm.ground.display import listed, quoted
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.tasks.vectors.settings import Embedding, Pooling

MODULES = "modules.json"
_PREPARES = tuple(
    f"sentence_{kind}_config.json"
    for kind in (
        "bert",
        "roberta",
        "distilbert",
        "camembert",
        "albert",
        "xlm-roberta",
        "xlnet",
    )
)
"""The first of these that is there; the others were written by older versions."""
_PROMPTS = "config_sentence_transformers.json"
_POOLINGS: dict[str, Pooling] = {
    "mean": "mean",
    "mean_tokens": "mean",
    "cls": "cls",
    "cls_token": "cls",
    "lasttoken": "last",
    "max": "max",
    "max_tokens": "max",
}
"""By the name of a mode, and by the older one behind ``pooling_mode_``."""
WEIGHTS = "model.safetensors"
Activation = Literal["Identity", "Tanh"]


@dataclass(frozen=True, slots=True)
class DenseFolder:
    """Where a layer behind the pooling lies, and what it makes of vectors.

    ``size``: numbers of the vectors that come out.
    """

    place: Path
    size: int
    has_bias: bool
    activation: Activation


@dataclass(frozen=True, slots=True)
class SentenceFolder:
    """How a checkpoint was trained to be asked.

    ``made``: how its vectors are made. ``layers``: what they go through behind the
    pooling, before they get length 1. ``max_length``: tokens that it sees of a text,
    special ones included; None where it does not say. ``lowercase``: whether texts lose
    their capitals first. ``prompts``: names of texts that stand before others, if
    somebody asks for them.
    """

    made: Embedding
    layers: tuple[DenseFolder, ...]
    max_length: int | None
    lowercase: bool
    prompts: tuple[str, ...]


def modules(folder: Path) -> list[tuple[str, str]]:
    """The parts that a text goes through: the class of each, and where it lies.

    Nothing, where sentence-transformers did not write the folder.

    Raises:
        ModelError: PTM305, what it wrote cannot be read.
    """
    path = folder / MODULES
    if not path.is_file():
        return []
    try:
        held: object = json.loads(path.read_bytes())
        parts = cast("list[Mapping[str, str]]", held)
        return [(part["type"].rpartition(".")[2], part["path"]) for part in parts]
    except (ValueError, RecursionError, TypeError, KeyError, AttributeError) as error:
        raise ModelError(
            f"{path} is none that sentence-transformers writes: "
            f"{type(error).__name__}: {error}",
            code="PTM305",
        ) from error


def makes_vectors(folder: Path) -> bool:
    """Whether the folder is that of a sentence encoder."""
    try:
        return any(kind == "Pooling" for kind, _ in modules(folder))
    except ModelError:
        return False  # what is wrong with it is said when it is loaded


def read(folder: Path) -> SentenceFolder | None:
    """How the checkpoint is asked; None where the folder does not say.

    Raises:
        ModelError: PTM305, a file cannot be read; PTM312, its vectors are made in a way
            that is not known here.
    """
    parts = modules(folder)
    if not parts:
        return None
    known = [kind for kind, _ in parts]
    behind = known[2:-1] if known[-1] == "Normalize" else known[2:]
    if known[:2] != _PLAIN or set(behind) - {"Dense"}:
        _refuse(folder / MODULES, f"passes texts through {listed(known)}; {_TAKEN}")
    _refuse_elsewhere(folder, *parts[0])
    there = (name for name in _PREPARES if (folder / name).is_file())
    prepares = _optional(folder, next(there, _PREPARES[0]))
    longest = prepares.get("max_seq_length")
    return SentenceFolder(
        Embedding(_pooling(folder, parts[1][1]), "Normalize" in known),
        tuple(_dense(folder, path) for kind, path in parts if kind == "Dense"),
        longest if isinstance(longest, int) and longest > 0 else None,
        bool(prepares.get("do_lower_case")),
        _prompts(folder),
    )


_PLAIN = ["Transformer", "Pooling"]
_TAKEN = "what can be asked is Transformer, Pooling, Dense and Normalize, in this order"


def _refuse(path: Path, why: str) -> None:
    raise ModelError(f"{path} {why}", code="PTM312")


def _refuse_elsewhere(folder: Path, kind: str, path: str) -> None:
    if path:
        _refuse(
            folder / MODULES,
            f"has its {kind} in {quoted(path)}; expected config.json and the weights "
            "beside it",
        )


def _place(folder: Path, kind: str, path: str) -> Path:
    # What lies elsewhere is no part of what the checkpoint is known by.
    if Path(path).name != path or not fnmatch(path, PART):
        _refuse(
            folder / MODULES,
            f"has its {kind} in {quoted(path)}; expected a folder such as 1_{kind}",
        )
    return folder / path


def _pooling(folder: Path, path: str) -> Pooling:
    place = _place(folder, "Pooling", path)
    config = read_json(place, "config.json")
    if config.get("include_prompt") is False:
        _refuse(place / "config.json", "leaves prompts out of its vectors; none is put")
    found = list(_modes(config))
    if len(found) != 1 or found[0] not in _POOLINGS:
        _refuse(
            place / "config.json",
            f"pools by {listed(found) or 'nothing'}; expected one of "
            f"{listed(sorted(set(_POOLINGS.values())))}",
        )
    return _POOLINGS[found[0]]


def _dense(folder: Path, path: str) -> DenseFolder:
    place = _place(folder, "Dense", path)
    config = read_json(place, "config.json")
    size, has_bias = config.get("out_features"), config.get("bias", True)
    activation = str(config.get("activation_function")).rpartition(".")[2]
    for name in ("module_input_name", "module_output_name"):
        if config.get(name) not in (None, "sentence_embedding"):
            _refuse(place / "config.json", f"is not of whole texts ({name})")
    if activation not in get_args(Activation):
        _refuse(
            place / "config.json",
            f"has the activation {quoted(activation)}; expected "
            f"{listed(get_args(Activation))}",
        )
    if not isinstance(size, int) or not isinstance(has_bias, bool):
        _refuse(place / "config.json", "does not say its out_features and its bias")
    if not (place / WEIGHTS).is_file():
        _refuse(place, f"has no {WEIGHTS}: save the model again")
    return DenseFolder(
        place, cast("int", size), bool(has_bias), cast("Activation", activation)
    )


def _modes(config: Json) -> Iterator[str]:
    """The modes that a config names, all of which would be put one after the other."""
    said = config.get("pooling_mode")
    if isinstance(said, str):
        yield said
    elif isinstance(said, list):
        yield from (str(mode) for mode in cast("list[object]", said))
    else:
        for name, is_on in config.items():
            mode = name.removeprefix("pooling_mode_")
            if mode != name and is_on:
                yield mode


def _prompts(folder: Path) -> tuple[str, ...]:
    """The names of texts that may stand before others.

    Raises:
        ModelError: PTM312, one stands before every text unless somebody says no.
    """
    held = _optional(folder, _PROMPTS)
    usual = held.get("default_prompt_name")
    if usual is not None:
        _refuse(
            folder / _PROMPTS,
            f"puts the prompt {quoted(str(usual))} before every text, which is not "
            "done here: set default_prompt_name to null there, and write it into the "
            "texts",
        )
    prompts = held.get("prompts")
    if not isinstance(prompts, Mapping):
        return ()
    named = cast("Mapping[str, object]", prompts)
    return tuple(sorted(name for name, text in named.items() if text))


def _optional(folder: Path, name: str) -> Json:
    return read_json(folder, name) if (folder / name).is_file() else {}
