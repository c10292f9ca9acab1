"""What is checked of a checkpoint folder before any weight is loaded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

from safetensors import SafetensorError, safe_open

from pytest_ptm.backends.transformers.abilities import only_sees
from pytest_ptm.backends.transformers.files import PICKLES, SAFETENSORS, behind
from pytest_ptm.backends.transformers.fingerprint import (
    content_digest,
    refuse_other_content,
)
from pytest_ptm.backends.transformers.outputs import PROBLEM_TYPES
from pytest_ptm.backends.transformers.processor_files import check_processor
from pytest_ptm.backends.transformers.readable import Json, read_json, refuse_pointers
from pytest_ptm.backends.transformers.vocabulary_files import (
    check_tokenizer,
    vocabulary_files,
)
from pytest_ptm.ground.display import clip, listed
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.ground.unknown import unknown
from pytest_ptm.spec import ModelSpec


def check(spec: ModelSpec, folder: Path, *, allow_pickle: bool = False) -> None:
    """Refuse a checkpoint that is no whole and safe one, or not the one asked for.

    Raises:
        ModelError: what ``check_folder`` raises; PTM316, it has another content than
            the spec says.
    """
    check_folder(folder, allow_pickle=allow_pickle)
    if spec.option("sha256") is not None:
        # Before it is loaded, for its code may be run by that.
        refuse_other_content(spec, content_digest(folder))


def check_folder(folder: Path, *, allow_pickle: bool = False) -> None:
    """Refuse a checkpoint that is incomplete, unsafe or contradicts itself.

    ``allow_pickle``: a person said that its weights may be a pickle.

    Raises:
        ModelError: PTM302 tokenizer, PTM305 files missing, PTM306 LFS pointer, PTM307
            unsafe shard name, PTM309 label maps or problem type, PTM310 weights
            unreadable, PTM315 a config that trusts code.
    """
    try:
        _check_folder(folder, allow_pickle=allow_pickle)
    except OSError as error:
        raise ModelError(
            f"{error.filename or folder} cannot be read ({error.strerror or error}); "
            "look at its permissions, or save the checkpoint again",
            code="PTM305",
        ) from error


def _check_folder(folder: Path, *, allow_pickle: bool) -> None:
    config = read_json(folder, "config.json")
    _refuse_trust(folder, config)
    _refuse_detours(folder, config)
    weights = [*_weight_files(folder, allow_pickle=allow_pickle), *behind(folder)]
    refuse_pointers([*weights, folder / "config.json", *vocabulary_files(folder)])
    if only_sees(folder):
        check_processor(folder)
    else:
        check_tokenizer(folder, config)
    _check_labels(folder, config)
    _check_problem_type(folder, config)
    for path in weights:
        if path.suffix == ".safetensors":
            _check_header(path)


def _refuse_trust(folder: Path, config: Json) -> None:
    """Refuse files that give the trust only a person may give (CVE-2026-5241)."""
    contents = {"config.json": config}
    if (folder / "tokenizer_config.json").is_file():
        name = "tokenizer_config.json"
        contents[name] = read_json(folder, name)
    for name, content in contents.items():
        where = _trusting(content)
        if where is not None:
            raise ModelError(
                f"{folder / name} says {where}: a checkpoint may not decide that code "
                "is run, nor name code of another repository. Take it out of the file",
                code="PTM315",
            )


def _trusting(value: object) -> str | None:
    """What, at any depth, would let foreign code run; None if nothing does."""
    if isinstance(value, list):
        found = (_trusting(held) for held in cast("list[object]", value))
        return next((where for where in found if where), None)
    if not isinstance(value, dict):
        return None
    for key, held in cast("Json", value).items():
        if key == "trust_remote_code":
            return "trust_remote_code"
        # "owner/repository--module.Class" is code that is fetched from elsewhere.
        if key == "auto_map" and "--" in json.dumps(held):
            return "an auto_map into another repository"
        where = _trusting(held)
        if where is not None:
            return where
    return None


def _refuse_detours(folder: Path, config: Json) -> None:
    """Refuse files that lead transformers to weights which nothing here looks at."""
    named = config.get("transformers_weights")
    if named not in (None, *SAFETENSORS):  # of any type: no set, which would hash it
        raise ModelError(
            f"{folder / 'config.json'} says that the weights are in "
            f"{clip(str(named))!r}; a checkpoint has them in {SAFETENSORS[0]}. Save it "
            "again with model.save_pretrained()",
            code="PTM307",
        )
    if (folder / "adapter_config.json").exists():
        raise ModelError(
            f"{folder} has an adapter (adapter_config.json), whose base model lies "
            "elsewhere. Save one whole model: model.merge_and_unload()"
            ".save_pretrained(folder)",
            code="PTM307",
        )


def _weight_files(folder: Path, *, allow_pickle: bool) -> list[Path]:
    # As transformers does: safetensors before pickles, one file before several.
    for single, index in (SAFETENSORS, PICKLES):
        name = next(
            (name for name in (single, index) if (folder / name).exists()), None
        )
        if name is None:
            continue
        if name in PICKLES and not allow_pickle:
            raise ModelError(
                f"{folder} has its weights as {name}, a pickle, and loading a pickle "
                "can run any code. Convert it where you trust it: load it with "
                "transformers and call model.save_pretrained(folder). Or read it as it "
                "is, tensors only: --ptm-allow-pickle",
                code="PTM310",
            )
        if not (folder / name).is_file():
            raise ModelError(
                f"{folder / name} is a folder or the like, where a file with the "
                "weights should be; download or save the checkpoint again",
                code="PTM305",
            )
        return [folder / single] if name == single else _shards(folder, index, single)
    raise ModelError(
        f"{folder} has no weights: neither {' nor '.join(SAFETENSORS)}. "
        "Save them with model.save_pretrained()",
        code="PTM305",
    )


def _shards(folder: Path, index: str, single: str) -> list[Path]:
    weight_map = read_json(folder, index).get("weight_map")
    if not isinstance(weight_map, dict) or not weight_map:
        raise ModelError(f"{folder / index} has no weight_map", code="PTM305")
    names = sorted({str(name) for name in cast("Json", weight_map).values()})
    stem, suffix = Path(single).stem, Path(single).suffix
    for name in names:
        if "/" in name or "\\" in name or name.startswith("."):
            raise ModelError(
                f"{folder / index} names the shard {clip(name)!r}, which lies outside "
                "its folder; a shard is a plain file name",
                code="PTM307",
            )
        # transformers goes by the suffix: this could be a pickle that nobody allowed,
        # or one that the content's digest leaves out.
        if not name.endswith(suffix) or (
            single in PICKLES and not name.startswith(stem)
        ):
            raise ModelError(
                f"{folder / index} names the shard {clip(name)!r}, and shards here are "
                f"called {stem}-00001-of-00002{suffix} and so on",
                code="PTM307",
            )
    missing = [name for name in names if not _is_file(folder / name)]
    if missing:
        raise ModelError(
            f"{folder} lacks {len(missing)} of {len(names)} shards: {listed(missing)}; "
            "download it again",
            code="PTM305",
        )
    return [folder / name for name in names]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name too long for a file
        return False


def _check_labels(folder: Path, config: Json) -> None:
    path = folder / "config.json"
    id2label = _label_map(path, config, "id2label")
    label2id = _label_map(path, config, "label2id")
    if id2label:
        # Longer ones are no places of classes, nor numbers that int() would read.
        keys = sorted(int(k) for k in id2label if k.isdecimal() and len(k) < 10)
        if keys != list(range(len(id2label))):
            raise ModelError(
                f"{path}: the keys of id2label are {listed(sorted(id2label))}, not "
                f"0 … {len(id2label) - 1}",
                code="PTM309",
            )
        _refuse_nameless(path, id2label)
        names = [str(name) for name in id2label.values()]
        if len(set(names)) < len(names):
            raise ModelError(
                f"{path}: two classes of id2label have one name ({listed(names)})",
                code="PTM309",
            )
    if id2label and label2id:
        inverse = {str(name): int(key) for key, name in id2label.items()}
        # Compared as text: what stands in label2id need not be a number at all.
        given = {str(name): str(key) for name, key in label2id.items()}
        if {name: str(key) for name, key in inverse.items()} != given:
            raise ModelError(
                f"{path}: id2label and label2id contradict each other: {inverse} "
                f"against {dict(label2id)}; make one the inverse of the other",
                code="PTM309",
            )


def _refuse_nameless(path: Path, id2label: Json) -> None:
    # A number is a name that somebody wrote without quotes.
    nameless = [
        f"class {key} {clip(json.dumps(name, ensure_ascii=False), 40)}"
        for key, name in sorted(id2label.items(), key=lambda pair: int(pair[0]))
        if isinstance(name, bool)
        or not isinstance(name, (str, int, float))
        or not str(name).strip()
    ]
    if nameless:
        *most, last = nameless
        shown = f"{', '.join(most)} and {last}" if most else last
        one = "it" if not most else "each"
        raise ModelError(
            f"{path}: id2label names {shown}; give {one} a name, as text",
            code="PTM309",
        )


def _check_problem_type(folder: Path, config: Json) -> None:
    """Refuse one that would be read as none: it decides what the outputs mean."""
    given = config.get("problem_type")
    if given is not None and given not in PROBLEM_TYPES:
        raise ModelError(
            f"{folder / 'config.json'}: "
            f"{unknown('problem_type', clip(str(given)), PROBLEM_TYPES)}. Without one, "
            "an output is a number and several are classes",
            code="PTM309",
        )


def _label_map(path: Path, config: Json, name: str) -> Json:
    value = config.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ModelError(f"{path}: {name} is not an object", code="PTM309")
    return cast("Json", value)


def _check_header(path: Path) -> None:
    size = path.stat().st_size
    try:
        # Reads and checks the header only: names, shapes and the file's length.
        with safe_open(path, "np"):
            pass
    except (SafetensorError, OSError) as error:
        raise ModelError(
            f"{path} ({size:,} bytes) is damaged: {error}; download or save it again",
            code="PTM310",
        ) from error
