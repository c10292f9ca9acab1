"""Ways to break a checkpoint folder: each function gives one that takes the folder."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

from safetensors.torch import load_file, save_file

WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
POINTER = (
    b"version https://git-lfs.github.com/spec/v1\n"
    b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\n"
    b"size 12345\n"
)


def change_json(path: Path, **changes: object) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**content, **changes}), encoding="utf-8")


def removing(*names):
    return lambda folder: [(folder / name).unlink() for name in names]


def writing(name, content):
    return lambda folder: (folder / name).write_bytes(content)


def configured(**changes):
    return lambda folder: change_json(folder / "config.json", **changes)


def cut_to(share):
    def break_it(folder):
        path = folder / WEIGHTS
        path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])

    return break_it


def sharded(*names, there=()):
    """Weights as an index of these shards, of which some are there."""

    def break_it(folder):
        tensors = load_file(folder / WEIGHTS)
        (folder / WEIGHTS).unlink()
        weight_map = {key: names[i % len(names)] for i, key in enumerate(tensors)}
        index = {"metadata": {}, "weight_map": weight_map}
        (folder / INDEX).write_text(json.dumps(index), encoding="utf-8")
        for name in there:
            save_file(tensors, folder / name)

    return break_it


def pickled(folder):
    """Weights that, if anybody unpickles them, leave a marker beside them."""

    class Payload:
        def __reduce__(self):
            return Path.touch, (folder / "payload-ran",)

    (folder / WEIGHTS).unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Payload()))


def vocabulary_of(size):
    def break_it(folder):
        path = folder / "tokenizer.json"
        content = json.loads(path.read_text(encoding="utf-8"))
        content["model"]["vocab"] = {f"w{i}": i for i in range(size)}
        path.write_text(json.dumps(content), encoding="utf-8")

    return break_it


def with_vocab_txt(folder):
    (folder / "tokenizer.json").unlink()
    words = "\n".join(f"w{i}" for i in range(500)) + "\n"
    (folder / "vocab.txt").write_text(words, encoding="utf-8")
