"""Secrets of the environment, and commands in data, reach no reader of a run."""

import pytest
from ptm_suite import KEYWORD

CANARY = "canary/5f2b+9d\\41c7"
TOKEN = "hf_" + "Ab1" * 12
LEAKS = f"""
import os
from pytest_ptm import assert_accuracy, load_examples

KEY = os.environ["MY_API_KEY"]

def rows(text):
    return [{{"text": text, "label": "negative", "id": text}}]

def test_in_a_text(ptm_model):
    assert_accuracy(ptm_model, rows(f"good {{KEY}} {TOKEN}"), at_least=1)

def test_in_a_variable(ptm_model):
    secret = KEY
    print(secret)
    assert_accuracy(ptm_model, rows("bad"), at_least=1)
    assert secret == "{TOKEN}"

def test_in_a_file_name(ptm_model):
    load_examples(f"/nowhere/{{KEY}}.jsonl")
"""


def everything(suite, result):
    """All that a run left behind, but for its own source."""
    left = [result.stdout.str(), result.stderr.str()]
    for path in suite.path.rglob("*"):
        if path.suffix in {".json", ".xml"}:
            left.append(path.read_text(encoding="utf-8"))
    return "\n".join(left)


@pytest.fixture
def leaky(suite, monkeypatch):
    monkeypatch.setenv("MY_API_KEY", CANARY)
    monkeypatch.setenv("HF_TOKEN", "another-canary-of-the-hub")
    suite.makepyfile(test_it=LEAKS)
    return suite


def test_no_secret_leaves_the_process(leaky, how):
    result = leaky.runpytest_inprocess(
        f"--ptm-model=m={KEYWORD}",
        "--ptm-json=run.json",
        "--junitxml=junit.xml",
        "--showlocals",
        *how,
    )
    result.assert_outcomes(failed=3)
    left = everything(leaky, result)
    assert "[redacted]" in left
    assert TOKEN not in left.replace("assert secret ==", "")
    assert CANARY not in left
    assert repr(CANARY)[1:-1] not in left


@pytest.mark.parametrize(
    "spec",
    [
        "https://user:pass-word-1@host/model",
        "m=user:pass-word-1@host",
        "endpoint:http://user:pass-word-1@host/v1#m",
        "file:///pass-word-1",
        "../../nowhere",
    ],
)
def test_a_wrong_spec_is_refused_without_its_password(accuracy_suite, spec):
    result = accuracy_suite.runpytest_inprocess(f"--ptm-model={spec}")
    assert result.ret != 0
    if "user" in spec:
        assert "pass-word-1" not in result.stdout.str() + result.stderr.str()


def test_no_line_of_a_run_is_a_command_to_the_runner(suite, monkeypatch, how):
    monkeypatch.setenv("GITHUB_ACTIONS", "1")
    suite.makepyfile(
        test_it="""
        from pytest_ptm import assert_accuracy, load_examples

        BAD = "\\\\n::stop-commands::x\\\\n##[error]y\\\\r::add-mask::z"

        def test_data(ptm_model):
            rows = [{"text": f"good{BAD}", "label": "negative", "id": BAD}]
            assert_accuracy(ptm_model, rows, at_least=1)

        def test_file(ptm_model):
            load_examples(f"/nowhere/{BAD}.jsonl")
        """
    )
    result = suite.runpytest_inprocess(f"--ptm-model=m={KEYWORD}", *how)
    result.assert_outcomes(failed=2)
    lines = [line.lstrip("E ").lstrip() for line in result.outlines]
    assert not [line for line in result.outlines if line.lstrip().startswith("::")]
    assert not [line for line in lines if line.startswith(("::stop", "::add"))]
    assert "##[error]" not in result.stdout.str()
