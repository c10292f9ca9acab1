"""What a model spec may say, and what is refused with what to type instead."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from pytest_ptm.backends import parse_spec
from pytest_ptm.ground.errors import SettingsError
from pytest_ptm.spec import Scheme, SpecOption, default_name, parse


@pytest.fixture
def base(tmp_path, monkeypatch):
    """A working directory with models/candidate, models/v@2 and models/lr=0.1."""
    for name in ("candidate", "v@2", "lr=0.1"):
        (tmp_path / "models" / name).mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


HUB = [
    # text, name, reference, revision
    ("org/name", "name", "org/name", None),
    ("name", "name", "name", None),
    ("org/name@main", "name", "org/name", "main"),
    ("org/name@refs/pr/3", "name", "org/name", "refs/pr/3"),
    ("new=org/name@v1.2", "new", "org/name", "v1.2"),
    ("a.b-c_d+e=org/n.a-m_e", "a.b-c_d+e", "org/n.a-m_e", None),
    ("  org/name ", "name", "org/name", None),
    ("org/name?", "name", "org/name", None),
]


@pytest.mark.parametrize(("text", "name", "reference", "revision"), HUB)
def test_a_hub_id_has_a_name_and_a_revision(base, text, name, reference, revision):
    spec = parse_spec(text)
    assert (spec.name, spec.backend) == (name, "")
    assert (spec.reference, spec.revision) == (reference, revision)
    assert spec.folder is None
    assert spec.text == text.strip()


FOLDERS = [
    # text, name, folder below the working directory
    ("./models/candidate", "candidate", "models/candidate"),
    ("./models/candidate/", "candidate", "models/candidate"),
    ("models/candidate", "candidate", "models/candidate"),
    ("new=models/candidate", "new", "models/candidate"),
    ("./nowhere", "nowhere", "nowhere"),
    ("models/v@2", "v-2", "models/v@2"),
    ("./models/lr=0.1", "lr-0.1", "models/lr=0.1"),
    ("models/lr=0.1", "lr-0.1", "models/lr=0.1"),
    ("new=models/lr=0.1", "new", "models/lr=0.1"),
    ("models/candidate?task=text-classification", "candidate", "models/candidate"),
]


@pytest.mark.parametrize(("text", "name", "folder"), FOLDERS)
def test_a_folder_is_absolute_and_gives_its_name(base, text, name, folder):
    spec = parse_spec(text)
    assert (spec.name, spec.revision) == (name, None)
    assert spec.folder == base / folder


@pytest.mark.parametrize("text", ["/etc", "../../etc", "../x", "~/models/x"])
def test_what_looks_like_a_folder_is_one_wherever_it_leads(base, text):
    spec = parse_spec(text)
    assert spec.folder is not None
    assert spec.folder.is_absolute()
    assert spec.reference == text


@pytest.mark.parametrize("text", [".", "./", "..", "../", "models/.."])
def test_a_dot_is_named_by_the_folder_it_means(base, text, monkeypatch):
    monkeypatch.chdir(base / "models")
    (base / "models" / "models").mkdir()
    meant = base.name if text in {"..", "../"} else "models"
    assert parse_spec(text).name == meant.replace("[", "-").replace("]", "-")


def test_a_tilde_is_the_home_folder(base, monkeypatch):
    monkeypatch.setenv("HOME", str(base))
    assert parse_spec("~").name == base.name
    assert parse_spec("~/models/candidate").folder == base / "models" / "candidate"
    assert parse_spec("~/models/v@2").folder == base / "models" / "v@2"


def test_a_relative_folder_starts_at_the_base(base):
    elsewhere = base / "models"
    spec = parse_spec("candidate", base=elsewhere)
    assert spec.folder == elsewhere / "candidate"
    assert spec.reference == "models/candidate"
    assert spec.name == "candidate"


def test_a_spec_written_elsewhere_is_shown_as_seen_from_here(base):
    (base / "below").mkdir()
    spec = parse_spec("../models/candidate", base=base / "below")
    assert spec.reference == "models/candidate"


def test_a_folder_hides_the_hub_id_of_its_name(base):
    assert parse_spec("models/candidate").folder is not None
    assert parse_spec("models/candidat").folder is None


def test_a_factory_takes_any_options(base):
    spec = parse_spec("fast=python:pkg.mod:make?threshold=0.5&url=a%26b&task=t")
    assert (spec.name, spec.backend) == ("fast", "python")
    assert (spec.reference, spec.place) == ("python:pkg.mod:make", "pkg.mod:make")
    assert spec.options == (("threshold", "0.5"), ("url", "a&b"))
    assert spec.task == "t"
    assert spec.folder is None


def test_a_checkpoint_may_be_held_to_its_content(base):
    digest = "0123456789ABCDEF" * 4
    for reference in ("org/name@v1", "models/candidate"):
        spec = parse_spec(f"{reference}?task=text-classification&sha256={digest}")
        assert spec.option("sha256") == digest.lower()
        assert spec.task == "text-classification"
        assert [name for name, _ in spec.options] == ["sha256"]
    assert parse_spec("org/name").option("sha256") is None


def test_the_sha256_of_a_factory_is_an_option_of_its_own(base):
    spec = parse_spec("python:m:f?sha256=abc")
    assert spec.options == (("sha256", "abc"),)


def test_a_factory_is_named_by_its_last_part(base):
    assert parse_spec("python:pkg.mod:make").name == "make"


def test_an_option_of_a_factory_may_be_empty(base):
    assert parse_spec("python:m:f?prefix=").options == (("prefix", ""),)


def test_a_spec_travels_between_processes(base):
    spec = parse_spec("new=models/candidate?task=text-classification")
    assert pickle.loads(pickle.dumps(spec)) == spec


REFUSED = [
    ("", "the reference is empty"),
    ("   ", "the reference is empty"),
    ("name=", "the reference is empty"),
    ("?task=x", "the reference is empty"),
    ("@main", "the reference is empty"),
    ("python:", "the reference is empty"),
    ("a b", "for a folder type ./path"),
    ("name with space=x", "letters, digits and _.+- only"),
    ("=x", "letters, digits and _.+- only"),
    ("ü=x", "letters, digits and _.+- only"),
    ("http://host/model", "the scheme 'http' is unknown; known:"),
    ("https://huggingface.co/org/name", "hub is its id alone, owner/name"),
    ("hf://org/name", "hub is its id alone, owner/name"),
    ("file:///models/x", "the scheme 'file' is unknown; known:"),
    ("pyton:m:f", "the scheme 'pyton' is unknown; known:"),
    ("onnx:models/x", "not there yet"),
    ("endpoint:http://host", "not there yet"),
    ("org/name@", "the revision after '@' is empty"),
    ("a/b/c", "neither a folder here nor a Hugging Face id"),
    ("org/..", "neither a folder here nor a Hugging Face id"),
    ("-x", "neither a folder here nor a Hugging Face id"),
    ("org/na\x00me", "is a control character"),
    ("org\\name", "neither a folder here nor a Hugging Face id"),
    ("org/name?taks=x", "the option 'taks' is unknown; known: task, sha256"),
    ("org/name?task=x&task=y", "an option is given twice"),
    ("python:m:f?a=1&a=2", "an option is given twice"),
    ("org/name?task", "not key=value"),
    ("org/name?sha256=3f2a91c", "sha256 is 64 hexadecimal digits"),
    ("org/name?sha256=", "sha256 is 64 hexadecimal digits"),
    (f"org/name?sha256={'g' * 64}", "sha256 is 64 hexadecimal digits"),
    ("org/name?task=x&&", "not key=value"),
    ("x " * 5_000, "neither a folder here nor a Hugging Face id"),
    ("~nobody-of-this-name/model", "home"),
]


@pytest.mark.parametrize(("text", "why"), REFUSED)
def test_what_is_no_spec_is_refused_with_the_grammar(base, text, why):
    with pytest.raises(SettingsError) as refused:
        parse_spec(text)
    assert len(str(refused.value)) < 700
    assert why in str(refused.value)
    assert str(refused.value).endswith(
        "A spec is [name=]reference[@revision][?key=value&…]"
    )


@pytest.mark.parametrize("text", ["./models/candidate@main", "models/candidate@v1"])
def test_a_revision_of_a_folder_is_refused(base, text):
    with pytest.raises(SettingsError) as refused:
        parse_spec(text)
    assert refused.value.code == "PTM308"
    assert "has no revision; leave out '@" in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "https://user:hunter2@host/model",
        "new=https://hunter2@host/model",
        "endpoint:https://user:hunter2@host",
        "user:hunter2@host",
        "new=user:hunter2@host/model",
    ],
)
def test_a_password_in_an_address_is_not_repeated(base, text):
    with pytest.raises(SettingsError) as refused:
        parse_spec(text)
    assert "hunter2" not in str(refused.value)
    assert "host" in str(refused.value)


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("./models/candidate/", "candidate"),
        ("org/name", "name"),
        ("python:pkg.mod:make", "make"),
        ("a b/c d", "c-d"),
        ("/", "model"),
        ("", "model"),
    ],
)
def test_a_name_is_the_last_part_of_a_reference(reference, name):
    assert default_name(reference) == name


def test_a_folder_that_cannot_be_looked_at_is_not_there(base, monkeypatch):
    def refuse(self, **kwargs):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "stat", refuse)
    assert parse_spec("org/name").folder is None


def test_a_name_too_long_for_a_file_is_no_folder(base):
    assert parse_spec("x" * 5_000).folder is None


OPTIONS = (
    SpecOption("beams", "how many answers are kept", kind="whole number", default=4),
    SpecOption("heat", "how much is left to chance", kind="number"),
    SpecOption("cold", "whether nothing is", kind="true or false"),
    SpecOption("prompt", "what stands before"),
)


def read(text, *, files=False, options=OPTIONS):
    return parse(text, lambda name: Scheme(name, options=options, files=files))


def test_options_have_the_kinds_that_their_scheme_declares():
    spec = read("ex:y?prompt=4&heat=0.5&beams=-8")
    assert spec.options == (("beams", -8), ("heat", 0.5), ("prompt", "4"))
    assert spec.option("cold") is None
    assert read("ex:y?cold=true").options == (("beams", 4), ("cold", True))


@pytest.mark.parametrize(
    ("option", "why"),
    [
        ("beams=four", "beams is a whole number, such as 4"),
        ("beams=4.0", "beams is a whole number"),
        ("beams=%D9%A3", "beams is a whole number"),
        ("heat=", "heat is a number, such as 0.5"),
        ("heat=nan", "heat is a number"),
        ("heat=1e999", "heat is a number"),
        ("cold=True", "cold is true or false"),
    ],
)
def test_an_option_of_another_kind_is_refused(option, why):
    with pytest.raises(SettingsError, match=why):
        read(f"ex:y?{option}")


def test_a_scheme_of_files_has_folders_hub_ids_and_revisions(base):
    spec = read("ex:models/candidate", files=True)
    assert (spec.reference, spec.place) == ("ex:models/candidate", "models/candidate")
    assert (spec.name, spec.folder) == ("candidate", base / "models/candidate")
    spec = read("new=ex:org/name@v1", files=True)
    assert (spec.name, spec.place, spec.revision) == ("new", "org/name", "v1")
    assert (spec.reference, spec.folder) == ("ex:org/name", None)
    with pytest.raises(SettingsError, match="PTM308"):
        read("ex:models/candidate@v1", files=True)


def test_a_reference_to_no_files_stands_as_it_is(base):
    spec = read("ex:models/candidate@v1")
    assert (spec.place, spec.folder) == ("models/candidate@v1", None)
    assert spec.revision is None
