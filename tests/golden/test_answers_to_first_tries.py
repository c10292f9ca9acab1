"""What people bring first, and the whole answer to it: changed on purpose only."""

import json
import shutil
from functools import partial
from pathlib import Path

import pytest
from ptm_fakes import FakeClassifier, by_word

from pytest_ptm import (
    assert_accuracy,
    assert_invariant,
    evaluate_accuracy,
    load_examples,
    load_model,
)
from pytest_ptm.backends import parse_spec
from pytest_ptm.ground.errors import PtmError
from pytest_ptm.perturbations import from_nlpaug, typos
from pytest_ptm.session import Session, activated
from pytest_ptm.settings import Settings

REVIEWS = Path(__file__).parents[2] / "examples/models/reviews"
ROWS = [{"id": "r1", "text": "a good film", "label": "positive"}]
PAIRS = '{"text": "a", "text_pair": null, "label": 1}\n'
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12\n"


def of_library(name, **methods):
    """An object of a class of this library, which need not be installed."""
    kind = name.rpartition(".")[2]
    made = type(kind, (), {"__module__": name.rpartition(".")[0], **methods})
    return made()


def method(self, *arguments):
    """Is there, and is never called."""


RAW = {
    "a pipeline": of_library(
        "transformers.pipelines.TextClassificationPipeline",
        tokenizer=None,
        preprocess=method,
    ),
    "a model": of_library(
        "transformers.models.bert.BertForSequenceClassification", forward=method
    ),
    "a model and its tokenizer": (object(), object()),
    "a module of PyTorch": of_library("torch.nn.Linear", forward=method),
    "a model of Keras": of_library("keras.Sequential", fit=method, predict=method),
    "an estimator": of_library("sklearn.pipeline.Pipeline", fit=method, predict=method),
    "a function": method,
    "a path": "models/mine",
    "a class": FakeClassifier,
    "nothing": None,
}


def raised(text):
    raise KeyError("colour")


DATA = {
    "letters of Windows": ("a.csv", "text,label\nit\u2019s,1\n".encode("cp1252"), {}),
    "UTF-8 with a mark, as Windows' own": (
        "a.csv",
        "\ufefftext,label\nfine,1\n",
        {"encoding": "cp1252"},
    ),
    "a git-lfs pointer": ("a.csv", POINTER, {}),
    "a web page": ("a.csv", "<!DOCTYPE html>\n<title>Sign in</title>\n", {}),
    "no header, long texts": ("a.csv", "I would go there again.,1\nNo.,0\n", {}),
    "no header, short texts": ("a.csv", "good,pos\nbad,neg\nfine,pos\n", {}),
    "names in another case": ("a.csv", "Text,Label\nfine,1\n", {}),
    "a second text by nearly the name": ("a.csv", "text,Text_Pair,label\na,b,1\n", {}),
    "no second text in a CSV": ("a.csv", "text,text_pair,label\na,,1\n", {}),
    "no second text in JSON Lines": ("a.jsonl", PAIRS, {}),
    "no group": ("a.csv", "text,label,g\na,1,x\nb,1,\nc,0,\n", {"groups": ["g"]}),
    "a map to names and to numbers": (
        "a.csv",
        "text,label\na,0\nb,1\n",
        {"label_map": {0: "negative", 1: 1}},
    ),
}
CONFIGS = {
    "a class without a name": {"id2label": {"0": "negative", "1": None}},
    "an unknown problem_type": {"problem_type": "multi_label"},
    "a problem_type in other letters": {"problem_type": "Regression"},
}
UNDER = {
    "typos that are not called": typos,
    "an augmenter not called": from_nlpaug,
    "a class as a perturbation": str,
    "a perturbation that raises": raised,
    "a function without return": lambda text: None,
}


def loading(folder, name, content, arguments):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    load_examples(path, **arguments)


def asking(folder, name, config):
    """A question to the model of the examples, with another config."""
    copy = folder / "models" / name.replace(" ", "-")
    shutil.copytree(REVIEWS, copy)
    path = copy / "config.json"
    whole = json.loads(path.read_text(encoding="utf-8"))
    if "id2label" in config:
        del whole["label2id"]
    path.write_text(json.dumps({**whole, **config}), encoding="utf-8")
    return lambda: evaluate_accuracy(load_model(copy), ROWS)


def twice():
    once = (row for row in ROWS)
    load_examples(once)
    load_examples(once)


@pytest.fixture
def session():
    """A run of one model, in an empty folder, which may ask no hub."""
    named = (parse_spec("candidate=models/candidate"),)
    settings = Settings(models=named, named=named, offline=True)
    with activated(Session(lambda: settings)):
        yield


@pytest.mark.usefixtures("session")
def test_each_is_told_what_to_write(golden, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    fake = FakeClassifier(by_word())
    calls = {
        **{
            f"{name}, raw": lambda given=given: assert_accuracy(
                given, ROWS, at_least=0.5
            )
            for name, given in RAW.items()
        },
        "a name that is nearly one of the run": lambda: evaluate_accuracy(
            load_model("candidat"), ROWS
        ),
        "a name that is none": lambda: evaluate_accuracy(load_model("xyzzy"), ROWS),
        **{name: partial(loading, tmp_path, *given) for name, given in DATA.items()},
        "a generator for the second time": twice,
        **{name: asking(tmp_path, name, given) for name, given in CONFIGS.items()},
        **{
            name: lambda under=under: assert_invariant(fake, ROWS, under=under)
            for name, under in UNDER.items()
        },
    }
    said = []
    for name, call in calls.items():
        with pytest.raises(PtmError) as error:
            call()
        kind = type(error.value).__name__
        message = str(error.value).replace(str(tmp_path), "FOLDER")
        said.append(f"# {name}\n{kind}: {message}")
    golden("first_tries", "\n\n".join(said))
