"""The gate where it is read: annotations, step summary, Markdown, JUnit for GitLab."""

import json
import re
import xml.etree.ElementTree as ET

import pytest
from ptm_suite import ACCURACY, KEYWORD, in_a_worker, in_workers

MODEL = f"--ptm-model=candidate={KEYWORD}"

MIXED = """
import pytest
from pytest_ptm import assert_accuracy, load_examples
from reviews import REVIEWS

@pytest.mark.ptm(capability="negation")
def test_fails(ptm_model):
    assert_accuracy(ptm_model, REVIEWS, at_least=0.9)

def test_open(ptm_model):
    assert_accuracy(ptm_model, REVIEWS, at_least=0.7, confidence=0.95)

@pytest.mark.parametrize("how", ["skip", "xfail", "pass"])
def test_taken(ptm_model, how):
    assert_accuracy(
        ptm_model, REVIEWS, at_least=0.7, confidence=0.95, on_inconclusive=how
    )

@pytest.mark.xfail
def test_known(ptm_model):
    assert_accuracy(ptm_model, REVIEWS, at_least=0.95)

def test_passes(ptm_model):
    assert_accuracy(ptm_model, REVIEWS, at_least=0.75)

def test_wrong_bound(ptm_model):
    assert_accuracy(ptm_model, REVIEWS, at_least=90)

@pytest.fixture
def rows():
    return load_examples("nowhere.jsonl")

def test_no_data(ptm_model, rows):
    assert_accuracy(ptm_model, rows, at_least=0.5)

def test_plain():
    assert 1 == 2
"""


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch):
    for name in ("ACTIONS", "STEP_SUMMARY", "WORKSPACE"):
        monkeypatch.delenv(f"GITHUB_{name}", raising=False)


@pytest.fixture
def actions(suite, monkeypatch):
    """A suite on GitHub Actions, and where its step summary is."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(suite.path))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(suite.path / "summary.md"))
    return suite


def annotated(result):
    """Level, file, line and title of each annotation."""
    found = []
    for line in result.outlines:
        match = re.fullmatch(
            r"::(error|warning) (?:file=(.*?),line=(\d+),)?title=(.*?)::.*", line
        )
        if match:
            found.append(match.groups())
        else:
            assert not line.lstrip().startswith(("::error", "::warning")), line
    return found


def line_of(text, source=MIXED):
    (number,) = [
        n for n, line in enumerate(source.strip().split("\n"), 1) if text in line
    ]
    return str(number)


@in_a_worker
def test_each_red_verdict_is_annotated_at_the_users_line(actions, how):
    actions.makepyfile(test_it=MIXED)
    result = actions.runpytest_inprocess(MODEL, *how)
    assert result.ret == 1
    open_title = "inconclusive at 95 %25%3A accuracy 0.8000%2C at_least=0.7000 (n=5)"
    taken = str(int(line_of("def test_taken")) + 1)
    errors = [each[1:] for each in annotated(result) if each[0] == "error"]
    assert errors[0] == (
        "test_it.py",
        line_of("at_least=0.9)"),
        "accuracy 0.8000 < 0.9000 (n=5)",
    )
    assert errors[1][:2] == ("test_it.py", line_of('load_examples("nowhere'))
    assert errors[1][2].startswith("no verdict%3A PTM202 there is no file nowhere.")
    assert errors[2] == (
        "test_it.py",
        line_of("at_least=90)"),
        "no verdict%3A at_least=90 is outside the metric's range 0 .. 1; "
        "did you mean 0.90?",
    )
    assert errors[3:] == [
        ("test_it.py", line_of("at_least=0.7, confidence=0.95)"), open_title)
    ]
    warnings = [each for each in annotated(result) if each[0] == "warning"]
    assert warnings == [("warning", "test_it.py", taken, open_title)] * 3
    told = [line for line in result.outlines if line.startswith("::warning")]
    assert [re.search("taken as (skip|xfail|pass)%0A", line)[1] for line in told]
    # After the last line of pytest's own, so that nothing stands between.
    last = max(n for n, line in enumerate(result.outlines) if " failed, " in line)
    assert all(
        n > last for n, line in enumerate(result.outlines) if line.startswith("::")
    )


@in_workers
def test_a_broken_import_is_annotated_where_it_breaks(actions, how):
    actions.makepyfile(
        test_it="""
        from pytest_ptm import assert_accuracy, load_examples

        ROWS = load_examples("nowhere.jsonl")

        def test_it(ptm_model):
            assert_accuracy(ptm_model, ROWS, at_least=0.5)
        """
    )
    result = actions.runpytest_inprocess(MODEL, *how)
    assert result.ret != 0
    found = annotated(result)
    assert {each[:3] for each in found} == {("error", "test_it.py", "3")}
    assert "PTM202" in found[0][3]
    assert len(found) == 1


def test_a_problem_of_the_run_is_annotated_without_a_line(actions, how):
    actions.makepyfile(test_it="def test_forgets(ptm_model):\n    pass\n")
    result = actions.runpytest_inprocess(MODEL, *how)
    assert result.ret == 1
    assert annotated(result) == [
        ("error", None, None, "PTM103%3A this run cannot be trusted")
    ]
    summary = (actions.path / "summary.md").read_text()
    assert summary.startswith("## pytest-ptm: RED")
    assert "PTM103" in summary


def test_a_suite_in_a_folder_of_the_repository_has_its_path(suite, monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(suite.path.parent))
    suite.makepyfile(test_it=ACCURACY.format(bound=0.9))
    (found,) = annotated(suite.runpytest_inprocess(MODEL))
    assert found[1] == f"{suite.path.name}/test_it.py"
    monkeypatch.delenv("GITHUB_WORKSPACE")
    (found,) = annotated(suite.runpytest_inprocess(MODEL))
    assert found[1] == "test_it.py"
    # In a container the workspace is mounted under another name.
    monkeypatch.setenv("GITHUB_WORKSPACE", "/github/workspace")
    (found,) = annotated(suite.runpytest_inprocess(MODEL))
    assert found[1] == "test_it.py"


@pytest.mark.parametrize("value", [None, "", "false"])
def test_elsewhere_nothing_is_annotated(suite, monkeypatch, value):
    if value is not None:
        monkeypatch.setenv("GITHUB_ACTIONS", value)
    suite.makepyfile(test_it=ACCURACY.format(bound=0.9))
    assert annotated(suite.runpytest_inprocess(MODEL)) == []


def test_a_green_run_is_not_annotated(actions, how):
    actions.makepyfile(test_it=ACCURACY.format(bound=0.75))
    result = actions.runpytest_inprocess(MODEL, *how)
    assert annotated(result) == []
    summary = (actions.path / "summary.md").read_text()
    assert summary.startswith("## pytest-ptm: GREEN · 1 passed\n")


def test_a_run_that_asks_no_model_leaves_nothing_behind(actions, how):
    actions.makepyfile(test_it="def test_plain():\n    assert 0\n")
    assert annotated(actions.runpytest_inprocess(*how)) == []
    assert not (actions.path / "summary.md").exists()


def test_another_annotating_plugin_is_left_alone(actions, how):
    # As an installed distribution's entry point would register it.
    name = "pytest_github_actions_annotate_failures"
    actions.makeconftest(
        f"""
        def pytest_configure(config):
            config.pluginmanager.register(object(), "{name}")
        """
    )
    actions.makepyfile(test_it=ACCURACY.format(bound=0.9))
    assert annotated(actions.runpytest_inprocess(MODEL, *how)) == []
    assert (actions.path / "summary.md").read_text().startswith("## pytest-ptm: RED")
    result = actions.runpytest_inprocess(MODEL, "-p", f"no:{name}", *how)
    assert len(annotated(result)) == 1


def test_annotations_need_no_summary_and_no_reporter(actions):
    actions.makepyfile(test_it=ACCURACY.format(bound=0.9))
    assert len(annotated(actions.runpytest_inprocess(MODEL, "--no-summary"))) == 1
    result = actions.runpytest_inprocess(MODEL, "-p", "no:terminal")
    assert len(annotated(result)) == 1


def test_annotations_begin_a_line_whatever_was_printed_before(actions):
    actions.makeconftest(
        """
        import pytest

        def pytest_unconfigure(config):
            reporter = config.pluginmanager.get_plugin("terminalreporter")
            reporter.write("unfinished")
        """
    )
    actions.makepyfile(test_it=ACCURACY.format(bound=0.9))
    result = actions.runpytest_inprocess(MODEL)
    assert "unfinished" in result.stdout.str()
    assert len(annotated(result)) == 1


def test_what_a_test_prints_and_is_named_is_no_command(actions, how):
    actions.makepyfile(
        test_it="""
        import pytest
        from pytest_ptm import assert_accuracy

        EVIL = "a\\n::stop-commands::x\\r\\n::error file=a,line=1::b%0A::error::c"

        @pytest.mark.ptm(capability=EVIL)
        @pytest.mark.parametrize("text", [EVIL], ids=["::error::x"])
        def test_it(ptm_model, text):
            print(EVIL)
            rows = [{"id": EVIL, "text": "good " + EVIL, "label": "negative"}] * 1
            assert_accuracy(ptm_model, rows, at_least=0.9)
        """
    )
    result = actions.runpytest_inprocess(MODEL, *how)
    assert result.ret == 1
    commands = [line for line in result.outlines if line.lstrip().startswith("::")]
    assert len(commands) == 1
    assert len(annotated(result)) == 1
    summary = (actions.path / "summary.md").read_text()
    assert not [line for line in summary.split("\n") if line.startswith("::")]


def test_no_secret_is_annotated_or_written(actions, monkeypatch, how):
    monkeypatch.setenv("MY_API_TOKEN", "sesame-open-12345")
    actions.makepyfile(
        test_it="""
        import pytest
        from pytest_ptm import assert_accuracy

        @pytest.mark.ptm(capability="of sesame-open-12345")
        def test_it(ptm_model):
            rows = [{"id": "sesame-open-12345", "text": "good sesame-open-12345",
                     "label": "negative"}]
            assert_accuracy(ptm_model, rows, at_least=0.9)
        """
    )
    result = actions.runpytest_inprocess(MODEL, "--ptm-markdown=c.md", *how)
    found = [line for line in result.outlines if line.startswith("::")]
    written = [(actions.path / name).read_text() for name in ("c.md", "summary.md")]
    for text in (*found, *written):
        assert "sesame" not in text
        assert "redacted" in text


def test_more_red_verdicts_than_are_shown_are_counted(actions):
    actions.makepyfile(
        test_it="""
        import pytest
        from pytest_ptm import assert_accuracy
        from reviews import REVIEWS

        @pytest.mark.parametrize("bound", range(81, 96))
        def test_it(ptm_model, bound):
            assert_accuracy(ptm_model, REVIEWS, at_least=bound / 100)
        """
    )
    result = actions.runpytest_inprocess(MODEL)
    assert annotated(result)[0][3] == "accuracy 0.8000 < 0.9500 (n=5)"
    assert len(annotated(result)) == 10
    result.stdout.fnmatch_lines(["::error *%0A… and 5 errors more: the log *"])


def test_the_summary_is_appended_to_what_the_step_has_said(actions, how):
    path = actions.path / "summary.md"
    path.write_text("# built")
    actions.makepyfile(test_it=ACCURACY.format(bound=0.75))
    actions.runpytest_inprocess(MODEL, *how)
    actions.runpytest_inprocess(MODEL, *how)
    parts = path.read_text().split("## pytest-ptm: GREEN")
    assert parts[0] == "# built\n\n"
    assert len(parts) == 3


@pytest.mark.parametrize("left", [100, 3_000])
def test_a_summary_never_grows_beyond_what_github_takes(actions, left):
    path = actions.path / "summary.md"
    path.write_text("x" * (1024 * 1024 - left))
    actions.makepyfile(
        test_it="""
        import pytest
        from pytest_ptm import assert_accuracy
        from reviews import REVIEWS

        @pytest.mark.parametrize("i", range(30))
        def test_it(ptm_model, i):
            assert_accuracy(ptm_model, REVIEWS, at_least=0.9)
        """
    )
    result = actions.runpytest_inprocess(MODEL)
    assert path.stat().st_size <= 1024 * 1024
    if left == 100:
        result.stdout.fnmatch_lines(["ptm: the step summary is full; nothing *"])
        assert path.stat().st_size == 1024 * 1024 - left
    else:
        assert "Left out, to stay within" in path.read_text()


def test_a_summary_that_cannot_be_written_is_said_and_changes_nothing_else(actions):
    (actions.path / "summary.md").mkdir()
    actions.makepyfile(test_it=ACCURACY.format(bound=0.75))
    result = actions.runpytest_inprocess(MODEL)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["ptm: the step summary could not be written: *"])


def test_the_markdown_says_what_the_run_came_to(suite, how):
    suite.mkdir("out")
    suite.makepyfile(test_it=MIXED)
    result = suite.runpytest_inprocess(MODEL, "--ptm-markdown=out/comment.md", *how)
    result.stdout.fnmatch_lines(["markdown *out/comment.md"])
    text = (suite.path / "out" / "comment.md").read_text()
    assert text.split("\n")[0] == (
        "## pytest-ptm: RED · 1 failed · 1 inconclusive · "
        "3 inconclusive, taken otherwise · 1 failed as expected · 1 passed · "
        "2 tests without a verdict · 1 other test failed"
    )
    (counts,) = [line for line in text.split("\n") if line.startswith("negation ")]
    assert counts.split()[:2] == ["negation", "candidate"]
    assert "worst 1 of 1" in text


@pytest.mark.parametrize("way", ["environment", "ini"])
def test_the_path_can_be_set_elsewhere(suite, monkeypatch, way):
    if way == "ini":
        suite.makeini("[pytest]\nptm_markdown = comment.md\n")
    else:
        monkeypatch.setenv("PTM_MARKDOWN", "comment.md")
    suite.makepyfile(test_it=ACCURACY.format(bound=0.75))
    suite.runpytest_inprocess(MODEL)
    text = (suite.path / "comment.md").read_text()
    assert text.startswith("## pytest-ptm: GREEN · 1 passed")


def test_a_partial_run_is_no_whole_one_in_the_markdown(suite, how):
    suite.makepyfile(test_it=ACCURACY.format(bound=0.1))
    suite.runpytest_inprocess(MODEL, "--ptm-limit=3", "--ptm-markdown=c.md", *how)
    text = (suite.path / "c.md").read_text()
    assert text.startswith("## pytest-ptm: GREEN · PARTIAL · ")
    assert "**PARTIAL: " in text


def test_a_run_that_stops_early_is_red_in_the_markdown(suite, how):
    suite.makepyfile(
        test_it=ACCURACY.format(bound=0.75) + "\ndef test_z():\n    assert 0\n"
    )
    suite.runpytest_inprocess(MODEL, "-x", "--ptm-markdown=c.md", *how)
    assert (suite.path / "c.md").read_text().startswith("## pytest-ptm: RED")


def test_a_file_that_is_no_test_of_ours_and_breaks_makes_the_markdown_red(suite, how):
    suite.makepyfile(test_it=ACCURACY.format(bound=0.75), test_a="import nowhere")
    suite.runpytest_inprocess(
        MODEL, "--continue-on-collection-errors", "--ptm-markdown=c.md", *how
    )
    assert (suite.path / "c.md").read_text().startswith("## pytest-ptm: RED")


def test_a_run_that_another_plugin_fails_at_its_end_is_red_in_the_markdown(suite, how):
    suite.makeconftest(
        """
        def pytest_sessionfinish(session):
            session.exitstatus = 1
        """
    )
    suite.makepyfile(test_it=ACCURACY.format(bound=0.75))
    result = suite.runpytest_inprocess(MODEL, "--ptm-markdown=c.md", *how)
    assert result.ret == 1
    assert (suite.path / "c.md").read_text().startswith("## pytest-ptm: RED · 1 passed")


def test_what_changed_against_a_baseline_comes_first(actions):
    # Says the opposite about one text that the keyword model has right.
    actions.makepyfile(
        other="""
        from ptm_fakes import FakeClassifier, by_word

        def model():
            def logits(text):
                said = by_word()(text)
                return said[::-1] if text == "good film" else said
            return FakeClassifier(logits)
        """,
        test_it=ACCURACY.format(bound=0.5),
    )
    stored = "--ptm-baseline=base.json"
    actions.runpytest_inprocess(MODEL, stored, "--ptm-baseline-update")
    (actions.path / "summary.md").unlink(missing_ok=True)
    actions.runpytest_inprocess(
        "--ptm-model=python:other:model", stored, "--ptm-markdown=c.md"
    )
    for name in ("c.md", "summary.md"):
        heading = (actions.path / name).read_text().split("\n")[2]
        assert heading == "### Against the baseline: 1 example newly broken, 0 fixed"


def test_an_old_file_is_gone_before_the_first_test(suite, how):
    suite.makepyfile(
        test_it="""
        import pathlib
        def test_it(ptm_model):
            assert not pathlib.Path("c.md").exists()
        """
    )
    (suite.path / "c.md").write_text("## pytest-ptm: GREEN")
    suite.runpytest_inprocess(MODEL, "--ptm-markdown=c.md", *how)
    assert "PTM103" in (suite.path / "c.md").read_text()


def test_listing_tests_takes_no_report_away(suite):
    suite.makepyfile(test_it=ACCURACY.format(bound=0.75))
    (suite.path / "c.md").write_text("old")
    suite.runpytest_inprocess(MODEL, "--ptm-markdown=c.md", "--collect-only")
    assert (suite.path / "c.md").read_text() == "old"


def test_markdown_that_cannot_be_written_makes_the_run_red(suite, how):
    suite.mkdir("out")
    suite.makepyfile(
        test_it=ACCURACY.format(bound=0.75) + "    import os\n    os.rmdir('out')\n"
    )
    result = suite.runpytest_inprocess(MODEL, "--ptm-markdown=out/c.md", *how)
    assert result.ret == 1
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["FAILED pytest-ptm::PTM105*"])
    assert "\nmarkdown " not in result.stdout.str()


def test_two_reports_cannot_have_one_path(suite):
    suite.makepyfile(test_it=ACCURACY.format(bound=0.75))
    result = suite.runpytest_inprocess(MODEL, "--ptm-markdown=c", "--ptm-json=c")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*PTM105 --ptm-json and --ptm-markdown are both *"])


def test_junit_tells_outcomes_apart_and_gitlab_shows_the_first_line(suite, how):
    suite.makepyfile(test_it=MIXED)
    suite.runpytest_inprocess(MODEL, "--junitxml=junit.xml", *how)
    cases = {
        case.get("name"): case
        for case in ET.parse(suite.path / "junit.xml").iter("testcase")
    }

    def verdict(name):
        held = {p.get("name"): p.get("value") for p in cases[name].iter("property")}
        return [held["ptm verdict"], held["ptm headline"]]

    failed = "accuracy 0.8000 < 0.9000 (n=5)"
    inconclusive = "inconclusive at 95 %: accuracy 0.8000, at_least=0.7000 (n=5)"
    assert verdict("test_fails[candidate]") == ["failed", failed]
    assert verdict("test_passes[candidate]")[0] == "passed"
    for name in (
        "open[candidate]",
        *(f"taken[candidate-{h}]" for h in ("skip", "pass")),
    ):
        assert verdict(f"test_{name}") == ["inconclusive", inconclusive]
    # GitLab shows a test case's failure: its message, and below it the text.
    for name, line in (
        ("test_fails[candidate]", failed),
        ("test_open[candidate]", inconclusive),
    ):
        (failure,) = cases[name].findall("failure")
        assert failure.get("message") == line
        assert line in failure.text
    assert cases["test_taken[candidate-pass]"].find("failure") is None
    for how_taken in ("skip", "xfail"):
        (skipped,) = cases[f"test_taken[candidate-{how_taken}]"].findall("skipped")
        assert skipped.get("message").startswith(inconclusive)


def test_the_json_document_names_the_markdown_among_its_settings(suite):
    suite.makepyfile(test_it=ACCURACY.format(bound=0.75))
    suite.runpytest_inprocess(MODEL, "--ptm-markdown=c.md", "--ptm-json=r.json")
    document = json.loads((suite.path / "r.json").read_text())
    assert document["settings"]["markdown_path"] == "c.md"
