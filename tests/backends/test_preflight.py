"""What is refused before a weight is loaded, by code, path and remedy."""

import json
import pickle
import shutil
from pathlib import Path

import pytest
import torch

import pytest_ptm.models.pool
from pytest_ptm import load_model
from pytest_ptm.errors import ModelError
from pytest_ptm.models.preflight import check_folder

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"


def edit(folder: Path, **changes: object) -> None:
    path = folder / "config.json"
    config = {**json.loads(path.read_text()), **changes}
    path.write_text(json.dumps({k: v for k, v in config.items() if v is not None}))


def no_config(folder):
    (folder / "config.json").unlink()


def bad_config(folder):
    (folder / "config.json").write_text("{")


def list_config(folder):
    (folder / "config.json").write_text("[]")


def no_weights(folder):
    (folder / "model.safetensors").unlink()


def no_tokenizer(folder):
    (folder / "tokenizer.json").unlink()


def large_tokenizer(folder):
    edit(folder, vocab_size=20)


def pointer_weights(folder):
    (folder / "model.safetensors").write_bytes(LFS)


def pointer_tokenizer(folder):
    (folder / "tokenizer.json").write_bytes(LFS)


def pointer_config(folder):
    (folder / "config.json").write_bytes(LFS)


def truncated(folder):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])


def empty(folder):
    (folder / "model.safetensors").write_bytes(b"")


def header_bomb(folder):
    (folder / "model.safetensors").write_bytes((2**60).to_bytes(8, "little") + b"{}")


def shards(folder, weight_map):
    (folder / "model.safetensors").unlink()
    index = {"metadata": {}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


def outside_shard(folder):
    shards(folder, {"a": "../other.safetensors"})


def absolute_shard(folder):
    shards(folder, {"a": "/etc/passwd"})


def missing_shard(folder):
    shards(folder, {"a": "model-00001-of-00002.safetensors"})


def no_shards(folder):
    shards(folder, {})


def swapped_labels(folder):
    edit(folder, id2label={"0": "a", "1": "b"}, label2id={"a": 1, "b": 0})


def one_name_twice(folder):
    edit(folder, id2label={"0": "a", "1": "a"}, label2id=None)


def an_id_skipped(folder):
    edit(folder, id2label={"0": "a", "2": "b"}, label2id=None)


class _Payload:
    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self):
        return (Path.touch, (self.marker,))


def pickled(folder):
    (folder / "model.safetensors").unlink()
    payload = pickle.dumps(_Payload(folder / "ran"))
    (folder / "pytorch_model.bin").write_bytes(payload)


@pytest.mark.parametrize(
    ("break_it", "code", "remedy"),
    [
        (no_config, "PTM305", "no config.json (found 'model.safetensors'"),
        (bad_config, "PTM305", "config.json is not valid JSON"),
        (list_config, "PTM305", "is not a JSON object"),
        (no_weights, "PTM305", "has no weights"),
        (missing_shard, "PTM305", "lacks 1 of 1 shards"),
        (no_shards, "PTM305", "has no weight_map"),
        (no_tokenizer, "PTM302", "has no tokenizer"),
        (large_tokenizer, "PTM302", "resize_token_embeddings"),
        (pointer_weights, "PTM306", "lfs pull"),
        (pointer_tokenizer, "PTM306", "tokenizer.json is a git-lfs pointer"),
        (pointer_config, "PTM306", "config.json is a git-lfs pointer"),
        (outside_shard, "PTM307", "outside"),
        (absolute_shard, "PTM307", "outside"),
        (swapped_labels, "PTM309", "contradict each other"),
        (one_name_twice, "PTM309", "two classes of id2label have one name"),
        (an_id_skipped, "PTM309", "not 0 … 1"),
        (truncated, "PTM310", "is damaged"),
        (empty, "PTM310", "(0 bytes) is damaged"),
        (header_bomb, "PTM310", "is damaged"),
        (pickled, "PTM310", "a pickle, and loading a pickle can run any code"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_broken_checkpoint_is_refused(checkpoint, break_it, code, remedy):
    check_folder(checkpoint)
    break_it(checkpoint)
    with pytest.raises(ModelError) as error:
        check_folder(checkpoint)
    assert error.value.code == code
    assert remedy in str(error.value)
    assert "checkpoint" in str(error.value)
    with pytest.raises(ModelError, match=code):
        load_model(checkpoint).predictor("text-classification")
    assert not (checkpoint / "ran").exists()


def test_a_missing_folder_names_its_neighbours(checkpoint):
    model = load_model(f"{checkpoint.parent}/checkpiont")
    with pytest.raises(ModelError, match=r"PTM301 .* has 'checkpoint'"):
        model.predictor("text-classification")


def test_tokens_added_without_resizing_are_refused_after_loading(
    checkpoint, monkeypatch
):
    import transformers

    # As if the tokenizer's file did not say its ids in plain text.
    monkeypatch.setattr(pytest_ptm.models.pool, "check_folder", lambda folder: None)

    tokenizer = transformers.AutoTokenizer.from_pretrained(checkpoint)
    tokenizer.add_tokens(["<new>"])
    tokenizer.save_pretrained(checkpoint)
    with pytest.raises(ModelError, match=r"PTM302 .*gives ids up to"):
        load_model(checkpoint).predictor("text-classification")


def test_weights_that_do_not_fit_the_config_are_refused(checkpoint):
    edit(checkpoint, intermediate_size=48)
    with pytest.raises(ModelError, match=r"PTM310 .*cannot be loaded"):
        load_model(checkpoint).predictor("text-classification")


def test_code_of_a_checkpoint_is_not_run(checkpoint):
    (checkpoint / "custom.py").write_text("open('ran', 'w')\n")
    edit(
        checkpoint,
        model_type="custom",
        auto_map={
            "AutoConfig": "custom.Config",
            "AutoModelForSequenceClassification": "custom.Model",
        },
    )
    with pytest.raises(ModelError, match=r"PTM311 .*--ptm-trust-remote-code"):
        load_model(checkpoint).predictor("text-classification")
    assert not Path("ran").exists()


COMMIT = "a" * 40


@pytest.fixture
def hub_cache(tmp_path, checkpoint, monkeypatch):
    """A cache as the hub's client lays it out, holding org/small."""
    import huggingface_hub.constants

    cache = tmp_path / "hub"
    repository = cache / "models--org--small"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs/main").write_text(COMMIT)
    shutil.copytree(checkpoint, repository / "snapshots" / COMMIT)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(cache))
    return cache


def test_a_hub_id_is_found_in_the_cache_and_named_by_its_commit(hub_cache):
    predictor = load_model("org/small").predictor("text-classification")
    assert predictor.card.reference == f"org/small@{COMMIT}"
    assert load_model("org/small").name == "small"


@pytest.mark.parametrize("spec", ["org/smal", "org/small@v2"])
def test_a_hub_id_that_is_not_there_is_no_network_problem(hub_cache, spec):
    with pytest.raises(ModelError) as error:
        load_model(spec).predictor("text-classification")
    assert error.value.code == "PTM301"
    assert "neither a local folder nor a hub id in the cache" in str(error.value)
    assert "the hub is switched off" in str(error.value)


def test_fingerprints_are_of_the_bytes(checkpoint):
    def fingerprint():
        from pytest_ptm.backends.transformers.fingerprint import content_digest

        return content_digest(checkpoint)

    seen = [fingerprint()]
    (checkpoint / "README.md").write_text("words")
    (checkpoint / "model.safetensors").touch()
    assert fingerprint() == seen[0]
    weights = bytearray((checkpoint / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (checkpoint / "model.safetensors").write_bytes(weights)
    seen.append(fingerprint())
    edit(checkpoint, layer_norm_eps=1e-3)
    seen.append(fingerprint())
    path = checkpoint / "tokenizer.json"
    path.write_text(path.read_text().replace('"good"', '"fine"'))
    seen.append(fingerprint())
    assert len(set(seen)) == 4


def test_torch_is_left_as_it_was(make_checkpoint):
    before = torch.is_grad_enabled(), torch.get_default_dtype()
    load_model(make_checkpoint()).predictor("text-classification")
    assert (torch.is_grad_enabled(), torch.get_default_dtype()) == before
