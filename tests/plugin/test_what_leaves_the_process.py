"""No secret, and nothing that steers a terminal or a runner, by any way out."""

import re
import subprocess
import sys

import pytest
from ptm_suite import KEYWORD, in_a_worker

# A missing folder is noticed by this backend, and its libraries cannot be imported
# twice: see conftest.py. The tasks come with it, and their classes must stay the same.
import pytest_ptm.backends.transformers.checkpoint_loading  # noqa: F401
from pytest_ptm.tasks import known_tasks

known_tasks()

CANARY = "canary-4711-of-the-hub"
HUB_TOKEN = "hf_" + "qZ7" * 12
# What we say to a runner ourselves: no property can end early or begin another.
ANNOTATION = re.compile(
    r"::(error|warning) (file=[^:,\r]+,line=\d+,)?title=[^:,\r]+::[^\r]*"
)
PAYLOAD = f"\n::add-mask::x\n##[group]y\r\x1b[2J\u202e\x00{CANARY} {HUB_TOKEN}\n::z"

WAYS_OUT = f"""
import logging, sys
import pytest
from pytest_ptm import Examples, assert_accuracy, load_examples, load_model
from reviews import REVIEWS

PAYLOAD = {PAYLOAD!r}
HOSTILE = Examples(
    (PAYLOAD, "b"),
    {{"text": ("good" + PAYLOAD, PAYLOAD)}},
    labels=("negative", "positive"),
    groups={{PAYLOAD: (PAYLOAD, "other")}},
)

def test_fails(ptm_model):
    assert_accuracy(ptm_model, HOSTILE, at_least=1.0)

def test_passes(ptm_model, record_property):
    print(PAYLOAD)
    record_property("seen", PAYLOAD)
    assert_accuracy(ptm_model, HOSTILE, at_least=0.0)

def test_a_label_is_unknown(ptm_model):
    rows = [{{"text": "a", "label": PAYLOAD}}, {{"text": "b", "label": "negative"}}]
    assert_accuracy(ptm_model, rows, at_least=0.0)

def test_a_file_is_missing(ptm_model, tmp_path):
    load_examples(tmp_path / (PAYLOAD.replace("\\0", "") + ".csv"))

def test_a_file_is_malformed(ptm_model, tmp_path):
    path = tmp_path / (PAYLOAD.replace("\\0", "") + ".jsonl")
    path.write_text('{{"text": "a", "label": 1, "label": 2}}')
    load_examples(path)

def test_a_model_is_missing(ptm_load):
    model = ptm_load("./" + PAYLOAD.replace("\\0", ""))
    model.predictor("text-classification")

def test_a_spec_is_wrong(ptm_load):
    ptm_load("https://user:" + {CANARY!r} + "@host/" + PAYLOAD)

def test_an_error_is_foreign(ptm_model):
    password = PAYLOAD
    raise ValueError(PAYLOAD)

def test_an_error_has_a_cause(ptm_model):
    try:
        raise KeyError(PAYLOAD)
    except KeyError as error:
        raise RuntimeError(PAYLOAD) from error

def test_prints_and_fails(ptm_model):
    print("\\x1b[32mgreen\\x1b[0m, but")
    print("\\x1b[1m::warning::x")
    print(PAYLOAD)
    print(PAYLOAD, file=sys.stderr)
    logging.getLogger("somebody").warning(PAYLOAD)
    assert False, PAYLOAD

def test_is_failed_by_hand(ptm_model):
    pytest.fail(PAYLOAD, pytrace=False)

def test_is_skipped(ptm_model):
    pytest.skip(PAYLOAD)

@pytest.mark.xfail(strict=True, reason="known")
def test_is_expected_to_fail(ptm_model):
    assert_accuracy(ptm_model, HOSTILE, at_least=1.0)

@pytest.fixture
def broken(ptm_model):
    raise OSError(PAYLOAD)

def test_is_not_set_up(broken):
    pass

@pytest.mark.parametrize("text", ["::add-mask::x", "\\x1b[2J"])
def test_has_an_id(ptm_model, text):
    assert text == "other"
"""
UNCOLLECTED = f"""
from pytest_ptm import load_examples
PAYLOAD = {PAYLOAD!r}
load_examples("./" + PAYLOAD.replace("\\0", "") + ".csv")
"""
NUMBER_OF_TESTS = WAYS_OUT.count("def test_") + 1


@pytest.fixture
def leaky(suite, monkeypatch):
    """A suite that says a secret and hostile text in every way there is."""
    monkeypatch.setenv("HF_TOKEN", CANARY)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    suite.makepyfile(test_ways_out=WAYS_OUT)
    return suite


def offences(text):
    """What in a text no output may have."""
    # Colours of captured output stay: they end where pytest resets them.
    text = re.sub("\x1b\\[[0-9;]*m", "", text)
    found = [word for word in (CANARY, HUB_TOKEN, "hunter2") if word in text]
    found += re.findall("[\x00\x1b\x07\u202a-\u202e\u2066-\u2069]", text)
    found += [
        line
        for line in text.split("\n")
        if line.lstrip().startswith("::") and not ANNOTATION.fullmatch(line)
    ]
    # Whatever stands before a carriage return can be written over.
    return found + re.findall(r"##\w*\[|\r(?!\n)", text)


def printed(result):
    return "\n".join([*result.stdout.lines, *result.stderr.lines])


@in_a_worker
def test_nothing_leaks_by_any_way_out(leaky, how):
    result = leaky.runpytest_inprocess(
        f"--ptm-model=candidate={KEYWORD}?name={CANARY}",
        *("--junitxml=junit.xml", "--ptm-json=run.json"),
        *("-ojunit_logging=all", "-ojunit_family=xunit1"),
        *("-rA", "--showlocals", "--xfail-tb", *how),
    )
    counts = result.parseoutcomes()
    assert sum(counts.values()) == NUMBER_OF_TESTS
    assert (counts["passed"], counts["skipped"], counts["xfailed"]) == (1, 1, 1)
    text = printed(result)
    assert offences(text) == []
    # All that may be said is said: the run was not green for saying nothing.
    assert text.count("[redacted]") > 30
    for name in ("junit.xml", "run.json"):
        written = (leaky.path / name).read_text(encoding="utf-8")
        assert offences(written) == []
        assert "[redacted]" in written


@pytest.mark.parametrize("style", ["long", "short", "line", "native"])
@pytest.mark.parametrize("ci", ["", "true"])
def test_nothing_leaks_in_any_style_of_traceback(leaky, style, ci, monkeypatch):
    # With CI set pytest shows messages whole, over several lines.
    monkeypatch.setenv("CI", ci)
    result = leaky.runpytest_inprocess(
        f"--ptm-model=candidate={KEYWORD}", f"--tb={style}", "-vv"
    )
    assert result.ret == 1
    assert offences(printed(result)) == []


def test_nothing_leaks_while_collecting(leaky, how):
    leaky.makepyfile(test_uncollected=UNCOLLECTED)
    result = leaky.runpytest_inprocess(
        f"--ptm-model=candidate={KEYWORD}", "--junitxml=junit.xml", *how
    )
    assert result.ret != 0
    result.stdout.fnmatch_lines(["E*PTM202*[[]redacted]*"])
    assert offences(printed(result)) == []
    assert offences((leaky.path / "junit.xml").read_text(encoding="utf-8")) == []


SPECS = [
    "https://user:hunter2@host/model",
    "new=https://hunter2@host/model",
    "user:hunter2@host",
    "new=user:hunter2@host/model",
    f"{HUB_TOKEN}/../x",
    f"org/name?token={HUB_TOKEN}",
    "org/name?token=hunter2",
    "file:///etc/passwd\n::add-mask::x",
    "a\x1b[2Jb/c\u202e",
]


@pytest.mark.parametrize("spec", SPECS)
def test_a_wrong_spec_is_refused_without_repeating_what_it_holds(leaky, spec):
    result = leaky.runpytest_inprocess(f"--ptm-model={spec}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "model spec" in result.stderr.str()
    assert offences(printed(result)) == []


def test_a_hub_id_that_looks_like_a_token_is_not_repeated(leaky):
    result = leaky.runpytest_inprocess(f"--ptm-model=candidate={HUB_TOKEN}")
    assert result.ret == 1
    assert offences(printed(result)) == []


def test_a_run_problem_says_no_secret(leaky):
    leaky.makeconftest(
        f"""
        def pytest_sessionstart(session):
            from pytest_ptm.shell.configuration import log_key
            session.config.stash[log_key].internal_errors.append({PAYLOAD!r})
        """
    )
    result = leaky.runpytest_inprocess(
        f"--ptm-model=candidate={KEYWORD}", "-k", "passes", "--junitxml=junit.xml"
    )
    result.stdout.fnmatch_lines(["*PTM106*"])
    assert offences(printed(result)) == []
    assert offences((leaky.path / "junit.xml").read_text(encoding="utf-8")) == []


def test_what_is_no_business_of_ours_is_left_as_it_is(suite, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", CANARY)
    suite.makepyfile(
        test_plain=f"""
        def test_plain():
            print("\\x1b[32mgreen\\x1b[0m")
            raise ValueError("they said {CANARY}")
        """
    )
    result = suite.runpytest_inprocess(f"--ptm-model=candidate={KEYWORD}")
    result.stdout.fnmatch_lines([f"E*ValueError: they said {CANARY}"])


def test_colours_that_a_test_printed_stay(suite):
    suite.makepyfile(
        test_it="""
        def test_it(ptm_model):
            print("\\x1b[1;32mgreen\\x1b[0m")
            assert not ptm_model
        """
    )
    result = suite.runpytest_inprocess(
        f"--ptm-model=candidate={KEYWORD}", "--color=yes"
    )
    assert "\x1b[1;32mgreen\x1b[0m" in result.stdout.str()


def test_cleaning_another_report_compiles_no_pattern(monkeypatch):
    from pytest_ptm.shell.outgoing import clean

    for number in range(60):
        monkeypatch.setenv(f"SOME_VARIABLE_{number}", "value" * 10)
    report = pytest.TestReport(
        *("t.py::test", ("t.py", 1, "test"), {}, "failed", "E  wrong\n" * 200, "call")
    )
    clean(report)

    def compiled(pattern, flags=0):
        raise AssertionError(f"compiled anew: {pattern!r}")

    # What takes the time: it must not be done for each report.
    with monkeypatch.context() as patched:
        patched.setattr(re._compiler, "compile", compiled)
        clean(report)


def test_an_unused_plugin_compiles_no_pattern():
    code = (
        "import pytest_ptm.plugin, pytest_ptm.ground.redaction as r; "
        "print(r._pattern.cache_info().misses)"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "0\n"
