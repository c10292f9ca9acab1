"""A model spec: what it means, and what is refused."""

from pathlib import Path

import pytest

from pytest_ptm.errors import SettingsError
from pytest_ptm.spec import parse_spec


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path, monkeypatch):
    (tmp_path / "models/candidate").mkdir(parents=True)
    (tmp_path / "with@at").mkdir()
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("text", "name", "reference", "revision"),
    [
        ("./models/candidate", "candidate", "./models/candidate", None),
        ("models/candidate/", "candidate", "models/candidate/", None),
        ("old=./models/candidate", "old", "./models/candidate", None),
        ("../elsewhere", "elsewhere", "../elsewhere", None),
        ("~/models/x", "x", "~/models/x", None),
        ("./a=b/c", "c", "./a=b/c", None),
        ("with@at", "with-at", "with@at", None),
        ("owner/model", "model", "owner/model", None),
        ("owner/model@v1.2", "model", "owner/model", "v1.2"),
        ("m=owner/model@main?task=text-classification", "m", "owner/model", "main"),
        ("bert-base-uncased", "bert-base-uncased", "bert-base-uncased", None),
    ],
)
def test_a_spec_says_name_reference_and_revision(text, name, reference, revision):
    spec = parse_spec(text)
    assert (spec.name, spec.reference, spec.revision) == (name, reference, revision)
    assert spec.backend == "transformers"


def test_a_local_reference_is_absolute_from_where_it_was_written(tmp_path):
    assert parse_spec("./models/candidate").folder == tmp_path / "models/candidate"
    spec = parse_spec("./candidate", base=tmp_path / "models")
    assert spec.folder == tmp_path / "models/candidate"
    assert spec.reference == "models/candidate"
    assert parse_spec("owner/model").folder is None


def test_a_factory_takes_any_option():
    spec = parse_spec("rule=python:package.module:factory?good=very%20good&n=3")
    assert spec.backend == "callable"
    assert spec.reference == "python:package.module:factory"
    assert spec.options == (("good", "very good"), ("n", "3"))
    assert parse_spec("python:package.module:factory").name == "factory"


def test_the_task_is_no_option_of_the_backend():
    spec = parse_spec("owner/model?task=text-classification")
    assert spec.task == "text-classification"
    assert spec.options == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "the reference is empty"),
        ("name=", "the reference is empty"),
        ("a b=./x", "the name 'a b' may hold"),
        ("two words", "neither a folder here nor a Hugging Face id"),
        ("a/b/c", "neither a folder here nor a Hugging Face id"),
        ("owner/../etc", "neither a folder here nor a Hugging Face id"),
        ("http://host/model", "the scheme 'http' is unknown; known: endpoint:, keras:"),
        ("endpoint:http://x/v1#m", "the endpoint: backend is not there yet"),
        ("owner/model@", "the revision after '@' is empty"),
        ("owner/model?revision=1", "the option 'revision' is unknown; known: task"),
        ("owner/model?task", "is not key=value&key=value"),
        ("owner/model?task=a&task=b", "an option is given twice"),
        ("./models/candidate@main", "a folder has no revision; leave out '@main'"),
    ],
)
def test_what_is_no_spec_is_refused(text, why):
    with pytest.raises(SettingsError) as error:
        parse_spec(text)
    assert why in str(error.value)
    assert str(Path.home()) not in str(error.value)
