"""A backend is one module and one line: what docs/extending.md says, done literally."""

from __future__ import annotations

import subprocess
import sys

import pytest
from ptm_brought import installed, recipe

from pytest_ptm import evaluate_accuracy, load_model
from pytest_ptm.backends import BACKENDS, find_backend, parse_spec
from pytest_ptm.ground.errors import ModelError, SettingsError
from pytest_ptm.session import Session, activated
from pytest_ptm.settings import Settings

TASK = "text-classification"
ROWS = [
    {"text": "a GOOD film", "label": "positive"},
    {"text": "a great film", "label": "positive"},
    {"text": "a bad film", "label": "negative"},
    {"text": "not so good", "label": "negative"},
]


@pytest.fixture(autouse=True)
def session():
    # A device that does not exist: only models of files may care.
    settings = Settings(device="cuda:99")
    with activated(Session(read_settings=lambda: settings)) as session:
        yield session


@pytest.fixture
def install(tmp_path, monkeypatch):
    """``install({"words": "words_backend"}, words_backend="…")``."""
    monkeypatch.syspath_prepend(tmp_path)
    known = set(sys.modules)
    yield lambda points, **modules: installed(tmp_path, points, **modules)
    for name in set(sys.modules) - known:
        if name.startswith("brought_") or name == "words_backend":
            del sys.modules[name]


@pytest.fixture
def words(install):
    module, points = recipe()
    install(points, words_backend=module)


def test_the_recipe_gives_a_model_with_options_of_its_own(words):
    assert evaluate_accuracy(load_model("words:good,great"), ROWS).value == 0.5
    folded = load_model("folded=words:good,great?fold=true")
    result = evaluate_accuracy(folded, ROWS)
    assert (result.value, result.model.name) == (0.75, "folded")


@pytest.mark.parametrize(
    ("gives", "why"),
    [
        ("None", "words:good gave a NoneType without task, card, fingerprint, encode"),
        ("Mistaken((), False, 'm')", "words:good answers 'fill-mask', and the test as"),
    ],
)
def test_what_it_loads_is_looked_at_as_a_factory_is(install, gives, why):
    module, points = recipe()
    module += "\n\nclass Mistaken(Words):\n    task = 'fill-mask'\n"
    module += f"\n\ndef load(request):\n    return {gives}\n"
    install(points, words_backend=module)
    with pytest.raises(ModelError, match=f"PTM313 {why}"):
        evaluate_accuracy(load_model("words:good"), ROWS)


def test_the_line_of_a_backend_of_ours_does_the_same(install, monkeypatch):
    module, _ = recipe()
    install({}, words_backend=module)
    monkeypatch.setitem(BACKENDS, "words", "words_backend")
    assert evaluate_accuracy(load_model("words:great"), ROWS).value == 0.75


def test_an_option_has_its_default_and_its_kind(words):
    assert parse_spec("words:a").option("fold") is False
    assert parse_spec("words:a?fold=true&task=x").options == (("fold", True),)
    assert parse_spec("words:a?fold=false").options == parse_spec("words:a").options


def test_its_check_speaks_before_it_is_loaded(words, monkeypatch):
    model = load_model("words:good,,great")
    monkeypatch.setattr(find_backend("words"), "load", None)
    with pytest.raises(ModelError, match=r"has an empty word; type words:good,great"):
        model.predictor(TASK)


def test_it_is_asked_for_its_own_task_only(words):
    with pytest.raises(ModelError, match="cannot be asked 'fill-mask'"):
        load_model("words:good").predictor("fill-mask")


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ("words:a?fold=perhaps", "fold is true or false"),
        ("words:a?fodl=true", "the option 'fodl' is unknown; known: task, fold"),
        ("words:", "the reference is empty"),
        (
            "word:a",
            "'word' is unknown; known: python:, words:",
        ),
        ("onnx:a", "not there yet"),
    ],
)
def test_what_its_scheme_does_not_declare_is_no_spec(words, spec, why):
    with pytest.raises(SettingsError) as refused:
        parse_spec(spec)
    assert why in refused.value.message
    assert refused.value.message.endswith("[?key=value&…]")


BROKEN = [
    ({"brought": "brought_a"}, "import no_such_library", "No module named 'no_such"),
    ({"brought": "brought_a"}, "1 / 0", "ZeroDivisionError"),
    ({"brought": "brought_a"}, "", "has no SCHEME, locate, check, load"),
    (
        {"brought": "brought_a"},
        "from pytest_ptm.backends.callable import *\n"
        "from pytest_ptm.backends.callable import SCHEME",
        "declares the scheme 'python'",
    ),
]


@pytest.mark.parametrize(("points", "module", "why"), BROKEN)
def test_a_package_that_brings_no_backend_is_named(install, points, module, why):
    install(points, brought_a=module)
    with pytest.raises(SettingsError) as refused:
        parse_spec("brought:x")
    assert "'brought' is brought_a of an installed package" in refused.value.message
    assert why in refused.value.message


def test_two_packages_with_one_scheme_are_not_chosen_among(install, tmp_path):
    install({"brought": "brought_a"})
    other = tmp_path / "other-1.0.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: other\n")
    (other / "entry_points.txt").write_text(
        "[pytest_ptm.backends]\nbrought = brought_b\n"
    )
    with pytest.raises(SettingsError, match=r"two packages .*brought_a, brought_b"):
        parse_spec("brought:x")


def test_no_package_takes_the_place_of_ours(install):
    install({"python": "brought_a"}, brought_a="raise SystemExit('it ran')")
    assert parse_spec("python:ptm_fakes:keyword").backend == "python"


@pytest.mark.parametrize("scheme", BACKENDS)
def test_each_of_ours_declares_the_scheme_of_its_line(scheme):
    assert find_backend(scheme).SCHEME.name == scheme


def test_reading_a_spec_imports_no_library():
    code = (
        "import sys; from pytest_ptm.backends import parse_spec;"
        "parse_spec('org/name@v1?task=x'); parse_spec('python:a:b?c=d');"
        "print(*{'torch', 'transformers', 'numpy', 'pydantic', 'huggingface_hub',"
        "'safetensors'} & set(sys.modules))"
    )
    printed = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert printed.split() == []
