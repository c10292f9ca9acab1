"""Whatever a file or a spec holds, what comes out is an error of ours with a remedy."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from pytest_ptm import load_examples
from pytest_ptm.backends import parse_spec
from pytest_ptm.backends.callable import load
from pytest_ptm.backends.protocol import LoadRequest
from pytest_ptm.backends.transformers.preflight import check_folder
from pytest_ptm.ground.errors import DataError, ModelError, SettingsError
from pytest_ptm.ground.plain_data import DEEPEST, oddity
from pytest_ptm.known.file import parse, read_text
from pytest_ptm.runs.reading import read_run

NINES = "9" * 5_000
PATH = Path("known.toml")


def nested(depth, inner="0"):
    return '{"a": ' * depth + inner + "}" * depth


@pytest.fixture
def folder(tmp_path):
    """A folder that is a checkpoint as far as can be told before loading."""
    (tmp_path / "config.json").write_text('{"vocab_size": 2}', encoding="utf-8")
    vocabulary = {"model": {"vocab": {"a": 0, "b": 1}}}
    (tmp_path / "tokenizer.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    save_file({"weight": np.zeros(2)}, tmp_path / "model.safetensors")
    check_folder(tmp_path)
    return tmp_path


# Deeper than Python's recursion, and deep enough for a parser that takes more.
DEEP = [nested(100_000), nested(900)]


@pytest.mark.parametrize(
    "name", ["config.json", "tokenizer.json", "tokenizer_config.json"]
)
@pytest.mark.parametrize("content", [*DEEP, f'{{"a": {NINES}}}'], ids=["a", "b", "c"])
def test_json_of_a_checkpoint_that_nothing_could_work_on(folder, name, content):
    (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match=name) as caught:
        check_folder(folder)
    assert caught.value.code in {"PTM302", "PTM305"}


@pytest.mark.parametrize("content", DEEP, ids=["a", "b"])
def test_a_deep_index_of_shards(folder, content):
    (folder / "model.safetensors").unlink()
    index = folder / "model.safetensors.index.json"
    index.write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match="index") as caught:
        check_folder(folder)
    assert caught.value.code == "PTM305"


@pytest.mark.parametrize("named", [["x"], {"a": 1}, 3, True, "x"])
def test_weights_named_by_whatever_type(folder, named):
    config = {"vocab_size": 2, "transformers_weights": named}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ModelError, match="save_pretrained") as caught:
        check_folder(folder)
    assert caught.value.code == "PTM307"


@pytest.mark.parametrize("name", ["model.safetensors", "model.safetensors.index.json"])
def test_a_folder_in_the_place_of_weights(folder, name):
    (folder / "model.safetensors").unlink()
    (folder / name).mkdir()
    with pytest.raises(ModelError, match="is a folder or the like") as caught:
        check_folder(folder)
    assert caught.value.code == "PTM305"


@pytest.mark.parametrize("name", ["x" * 5_000, "a\0b", "\ud800"])
def test_a_shard_with_the_name_of_no_file(folder, name):
    (folder / "model.safetensors").unlink()
    index = {"weight_map": {"weight": f"{name}.safetensors"}}
    path = folder / "model.safetensors.index.json"
    path.write_text(json.dumps(index), encoding="utf-8")
    with pytest.raises(ModelError, match="lacks 1 of 1 shards"):
        check_folder(folder)


@pytest.mark.parametrize("place", ["Infinity", "NaN", "[]", "null", '"x"'])
def test_a_vocabulary_of_odd_places(folder, place):
    content = f'{{"model": {{"vocab": {{"a": {place}}}}}}}'
    (folder / "tokenizer.json").write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match="save_pretrained") as caught:
        check_folder(folder)
    assert caught.value.code == "PTM302"


def test_a_class_of_a_place_that_no_number_reads(folder):
    content = json.dumps({"vocab_size": 2, "id2label": {NINES: "a"}})
    (folder / "config.json").write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match="id2label") as caught:
        check_folder(folder)
    assert caught.value.code == "PTM309"


def test_a_file_that_nobody_may_read(folder, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(ModelError, match=r"config.json cannot be read \(Permission"):
        check_folder(folder)


@pytest.mark.parametrize(
    "content",
    [
        f"version = 1\n[capabilities.a]\nat_most = {NINES}",
        f"version = 1\n[capabilities.a]\nat_most = 0x{'f' * 5_000}",
        f"version = 0x{'f' * 5_000}",
        f'version = 1\n[[tests]]\nid = "a::b"\nplace = 0x{"f" * 5_000}',
        f"version = 1\nodd = {'[' * 100_000}",
        f"version = 1\nodd = {'[' * 200}{']' * 200}",
        f"version = 1\n{'.'.join('a' * 3_000)} = 1",
    ],
)
def test_a_list_of_known_failures_that_means_harm(content):
    with pytest.raises(SettingsError, match=r"known\.toml") as caught:
        parse(content, path=PATH)
    assert caught.value.code == "PTM111"


@pytest.mark.parametrize("path", ["a\0b.toml", "a\ud800.toml"])
def test_a_list_at_no_path(path):
    with pytest.raises(SettingsError, match="cannot be read") as caught:
        read_text(Path(path))
    assert caught.value.code == "PTM111"


@pytest.mark.parametrize("content", [*DEEP, NINES], ids=["a", "b", "c"])
@pytest.mark.parametrize("key", ["schema_name", "schema_version", "verdicts"])
def test_a_run_document_that_means_harm(tmp_path, key, content):
    path = tmp_path / "run.json"
    document = {"schema_name": "pytest-ptm/run", "schema_version": 2, key: 0}
    text = json.dumps(document).replace(f'"{key}": 0', f'"{key}": {content}')
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"run\.json") as caught:
        read_run(path)
    assert caught.value.code == "PTM215"


ODD = ["\0", "\ud800", "\x1b", "\udc80"]


@pytest.mark.parametrize(
    "spec",
    [
        *("a{}b", "./a{}b", "~{}a/b", "n{}n=org/x", "org/x@a{}b", "http{}://x/y"),
        *("org/x?task={}b", "org/x?a{}=b"),
        *("python:a{}b:c", "python:a:b{}c", "python:a:b?k={}v"),
    ],
)
@pytest.mark.parametrize("odd", ODD)
def test_a_spec_with_what_is_no_text(spec, odd):
    with pytest.raises(SettingsError, match="A spec is") as caught:
        parse_spec(spec.format(odd))
    # Printed and written like any other message.
    str(caught.value).encode()


def test_a_factory_of_no_package():
    request = LoadRequest(
        spec=parse_spec("python:.a:b"),
        folder=None,
        task="text-classification",
        device="cpu",
        dtype="float32",
        trust_remote_code=False,
        allow_pickle=False,
    )
    with pytest.raises(ModelError, match="a spec is python:") as caught:
        load(request)
    assert caught.value.code == "PTM313"


@pytest.mark.parametrize(
    "path", ["a\0b.jsonl", "a\0b/x.csv", "a\ud800.csv", "x" * 5_000 + ".jsonl"]
)
def test_data_at_no_path(path):
    with pytest.raises(DataError):
        load_examples(path)


def test_depth_is_counted_and_numbers_only_where_asked():
    assert oddity(json.loads(nested(DEEPEST - 1))) is None
    assert "nested deeper" in (oddity(json.loads(nested(DEEPEST + 1))) or "")
    assert oddity({"a": [10**30]}) is None
    assert (
        oddity({"a": [-(10**30)]}, largest=10**6)
        == "a whole number lies beyond 1000000"
    )


def test_the_first_id_beyond_the_vocabulary_is_beyond_it(folder):
    rows = {"vocab_size": 1}  # and b has the id 1
    (folder / "config.json").write_text(json.dumps(rows), encoding="utf-8")
    with pytest.raises(ModelError, match=r"ids up to 1, and .* vocab_size 1"):
        check_folder(folder)


def test_what_is_no_file_is_said_once(tmp_path):
    with pytest.raises(DataError) as raised:
        read_run(tmp_path)
    said = f"PTM215 {tmp_path} cannot be read as a run document: no file"
    assert str(raised.value) == said
