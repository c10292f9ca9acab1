"""Each verdict: message, terminal summary, JUnit properties, run document."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import jsonschema
import pytest
from ptm_suite import ACCURACY, KEYWORD, in_every_way
from ptm_texts import ODD, steers, strings


def model(name="candidate"):
    return f"--ptm-model={name}={KEYWORD}"


def test_a_green_run_says_what_it_found(accuracy_suite, how):
    result = accuracy_suite.runpytest_inprocess(model(), *how)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            "ptm: candidate = python:ptm_fakes:keyword · device auto · *",
            "*= pytest-ptm =*",
            "passed accuracy 0.8000 >= 0.7500 (n=5) [[]0.3755 .. 0.9638 at 95 %, "
            "inconclusive]  test_it.py::test_is_right[[]candidate]",
            "model candidate = *",
            "asked 5 examples · 5 through a model in 1 pass · *",
        ]
    )


def test_a_red_run_shows_the_users_line_and_the_whole_report(suite, how):
    suite.makepyfile(test_it=ACCURACY.format(bound=0.9))
    result = suite.runpytest_inprocess(model(), *how)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            ">       assert_accuracy(ptm_model, REVIEWS, at_least=0.9)",
            "E       pytest_ptm.BehaviourFailure: accuracy 0.8000 < 0.9000 (n=5)",
            "E         model      candidate = python:keyword-good (sha256 *) on cpu, *",
            "E         interval   95 % Wilson 0.3755 .. 0.9638 · inconclusive at *",
            "E         worst 1 of 1",
            'E           rev-5  expected negative  got positive 0.881  "not so good"',
            'E         rerun      pytest "test_it.py::test_is_right[[]candidate]" '
            f"--ptm-model=candidate={KEYWORD}",
            "FAILED accuracy 0.8000 < 0.9000 (n=5)*",
            "FAILED test_it.py::test_is_right* - accuracy 0.8000 < 0.9000 (n=5)",
        ]
    )
    assert "gate.py" not in result.stdout.str()


@in_every_way
def test_the_run_document_holds_every_verdict(suite, how):
    suite.makepyfile(test_it=ACCURACY.format(bound=0.9))
    suite.runpytest_inprocess(model(), "--ptm-json=run.json", *how)
    document = json.loads((suite.path / "run.json").read_text())
    assert document["schema_name"] == "pytest-ptm/run"
    assert document["schema_version"] == 2
    assert document["complete"] is True
    assert document["partial"] is False
    (row,) = document["verdicts"]
    assert row["nodeid"] == "test_it.py::test_is_right[candidate]"
    assert (row["outcome"], row["value"], row["at_least"]) == ("failed", 0.8, 0.9)
    assert [case["id"] for case in row["cases"]] == ["rev-5"]
    assert row["interval_holds_bound"] is True
    assert document["models"][0]["name"] == "candidate"
    (test,) = document["tests"]
    assert test["outcome"] == "failed"
    assert document["cost"]["forwarded"] == 5
    assert document["versions"]["pytest-ptm"]
    schema = Path(__file__).parents[2] / "docs/run-document.schema.json"
    jsonschema.validate(document, json.loads(schema.read_text()))


def test_junit_carries_verdicts_under_names_that_hold_no_metric_and_no_model(
    suite, how
):
    suite.makepyfile(
        test_it=ACCURACY.format(bound=0.75)
        + "    assert_accuracy(ptm_model, REVIEWS[:2], at_least=0.5)\n"
    )
    suite.runpytest_inprocess(model(), "--junitxml=junit.xml", *how)
    tree = ET.parse(suite.path / "junit.xml")
    assert [(p.get("name"), p.get("value")) for p in tree.iter("property")] == [
        ("ptm verdict", "passed"),
        ("ptm headline", "accuracy 0.8000 >= 0.7500 (n=5)"),
        ("ptm metric", "accuracy"),
        ("ptm figure", "0.8"),
        ("ptm bound", "at_least 0.75"),
        ("ptm examples", "5"),
        ("ptm model", "candidate"),
        ("ptm verdict 2", "passed"),
        ("ptm headline 2", "accuracy 1.0000 >= 0.5000 (n=2)"),
        ("ptm metric 2", "accuracy"),
        ("ptm figure 2", "1.0"),
        ("ptm bound 2", "at_least 0.5"),
        ("ptm examples 2", "2"),
        ("ptm model 2", "candidate"),
    ]


def test_each_model_has_a_row_of_its_own(accuracy_suite, how):
    result = accuracy_suite.runpytest_inprocess(
        model("one"), f"--ptm-model=two={KEYWORD}?good=bad", *how
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "FAILED accuracy 0.2000 < 0.7500 (n=5) *two]",
            "passed accuracy 0.8000 >= 0.7500 (n=5) *one]",
        ]
    )


def test_verdicts_survive_a_killed_worker(suite):
    suite.makepyfile(
        test_it="""
        import os, pytest
        from pytest_ptm import assert_accuracy
        from reviews import REVIEWS

        @pytest.mark.parametrize("i", range(6))
        def test_is_right(ptm_model, i):
            if i == 2:
                os.kill(os.getpid(), 9)
            assert_accuracy(ptm_model, REVIEWS, at_least=0.75)
        """
    )
    result = suite.runpytest_inprocess(model(), "-n", "2", "--ptm-json=run.json")
    assert result.ret == 1
    document = json.loads((suite.path / "run.json").read_text())
    assert len(document["verdicts"]) == 5
    outcomes = sorted(test["outcome"] for test in document["tests"])
    assert outcomes == ["crashed"] + ["passed"] * 5


def test_a_verdict_in_a_fixture_is_recorded_once(suite, how):
    suite.makepyfile(
        test_it="""
        import pytest
        from pytest_ptm import assert_accuracy, evaluate_accuracy
        from reviews import REVIEWS

        @pytest.fixture(scope="module")
        def baseline(ptm_model):
            return assert_accuracy(ptm_model, REVIEWS, at_least=0.5)

        def test_one(baseline):
            assert baseline.value >= 0.5

        def test_two(ptm_model, subtests):
            for bound in (0.1, 0.2):
                with subtests.test(bound=bound):
                    assert_accuracy(ptm_model, REVIEWS, at_least=bound)
        """
    )
    suite.runpytest_inprocess(model(), "--ptm-json=run.json", *how)
    document = json.loads((suite.path / "run.json").read_text())
    assert sorted(row["at_least"] for row in document["verdicts"]) == [0.1, 0.2, 0.5]


def test_an_expected_failure_shows_its_message(suite):
    suite.makepyfile(
        test_it="""
        import pytest
        from pytest_ptm import assert_accuracy
        from reviews import REVIEWS

        @pytest.mark.xfail(reason="negation is hard", strict=True)
        def test_is_right(ptm_model):
            assert_accuracy(ptm_model, REVIEWS, at_least=0.9)
        """
    )
    result = suite.runpytest_inprocess(model(), "--xfail-tb", "-rx")
    result.assert_outcomes(xfailed=1)
    result.stdout.fnmatch_lines(
        ["E*accuracy 0.8000 < 0.9000 (n=5)", "XFAIL *negation is hard*"]
    )


@pytest.mark.parametrize(
    "text", ["\ud800 odd", "\x1b[31mred\x07", "a\u202eb", "::stop::x"]
)
def test_no_text_steers_the_terminal(suite, how, text):
    suite.makepyfile(
        test_it=f"""
        from pytest_ptm import assert_accuracy, Examples

        def test_is_right(ptm_model):
            examples = Examples(("r1",), {{"text": ({text!r},)}}, ("positive",))
            assert_accuracy(ptm_model, examples, at_least=0.9)
        """
    )
    result = suite.runpytest_inprocess(model(), *how)
    result.assert_outcomes(failed=1)
    printed = result.stdout.str()
    assert "\x1b[31mred" not in printed
    assert "\u202e" not in printed
    assert not any(line.lstrip().startswith("::") for line in printed.splitlines())


def test_the_cost_is_exact_across_tests(suite):
    suite.makepyfile(
        test_it="""
        from pytest_ptm import assert_accuracy, assert_metric
        from reviews import REVIEWS

        def test_one(ptm_model):
            assert_accuracy(ptm_model, REVIEWS, at_least=0.5)

        def test_two(ptm_model):
            assert_metric(ptm_model, REVIEWS, metric="f1_macro", at_least=0.5)
        """
    )
    result = suite.runpytest_inprocess(model())
    result.stdout.fnmatch_lines(["asked 10 examples · 5 through a model in 1 pass*"])


def test_a_green_run_says_what_is_doubtful_in_its_data(suite, how):
    suite.makepyfile(
        test_it="""
        import pytest
        from pytest_ptm import assert_accuracy
        TEXTS = ["good film", "good film", "a bad", "", "bad and long"]
        LABELS = [1, 1, 0, 0, 1]

        @pytest.mark.parametrize("at_least", [0.25, 0.5])
        def test_is_right(ptm_model, at_least):
            assert_accuracy(ptm_model, (TEXTS, LABELS), at_least=at_least)
        """
    )
    result = suite.runpytest_inprocess(
        f"{model()}?longest=2", "--ptm-json=run.json", *how
    )
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        ["passed accuracy 0.8000 *] · 1 truncated to what the model can see · 1 empty*"]
        * 2
    )
    # The same data under two tests are doubted once.
    note = "note 1 of 5 repeat an earlier text: 4 distinct, effective number 3.6"
    assert [line.strip() for line in result.outlines].count(note) == 1
    document = json.loads((suite.path / "run.json").read_text())
    for row in document["verdicts"]:
        assert row["counts"]["truncated"] == row["counts"]["empty"] == 1


def test_no_text_steers_any_report_of_a_run(suite, how):
    lines = [
        {"id": f"{n}{text}", "text": text, "label": n % 2, "g": f"g{text}"}
        for n, text in enumerate((*ODD, "a" * 3_000))
    ]
    (suite.path / "data.jsonl").write_text("\n".join(map(json.dumps, lines)))
    suite.makepyfile(
        test_it="""
        import pytest
        from pytest_ptm import assert_accuracy, assert_invariant, load_examples

        @pytest.fixture
        def rows():
            return load_examples("data.jsonl", groups=["g"])

        @pytest.mark.parametrize("at_least", [0.01, 1])
        def test_is_right(ptm_model, rows, at_least):
            assert_accuracy(ptm_model, rows, at_least=at_least)

        def test_same(ptm_model, rows):
            assert_invariant(ptm_model, rows, under=lambda text: text + "good")
        """
    )
    result = suite.runpytest_inprocess(
        model(), "--ptm-json=run.json", "--junitxml=junit.xml", *how
    )
    result.assert_outcomes(passed=1, failed=2)
    printed = result.stdout.str()
    document = json.loads((suite.path / "run.json").read_text())
    assert len(document["verdicts"]) == 3
    junit = ET.parse(suite.path / "junit.xml").getroot()
    written = [
        *strings(document),
        *junit.itertext(),
        *(value for element in junit.iter() for value in element.attrib.values()),
    ]
    for text in (printed, *written):
        assert not steers(text, lines=True)
        assert not any(line.lstrip().startswith("::") for line in text.split("\n"))


def test_more_is_said_to_those_who_ask(suite):
    suite.makepyfile(
        test_it=ACCURACY.format(bound=0.9), test_good=ACCURACY.format(bound=0.5)
    )
    plain = suite.runpytest_inprocess(model()).stdout
    plain.no_fnmatch_line("E         signature*")
    plain.no_fnmatch_line("E         cost*")
    said = suite.runpytest_inprocess(model(), "-v").stdout
    said.fnmatch_lines(
        [
            "test_good.py::test_is_right[[]candidate] "
            "PASSED accuracy 0.8000 >= 0.5000 (n=5)*",
            "E         cost       5 asked · *",
            "E         signature  ptm:0.1|accuracy|data:*|n:5|seed:0",
        ]
    )


def test_an_interval_without_an_end_is_none_in_a_document(suite):
    """A gap of what has no end may be as wide as it likes; JSON has no word for it."""
    suite.makepyfile(
        """
        from pytest_ptm import assert_bias_gap
        from reviews import REVIEWS

        ROWS = [{**row, "id": f"{n}-{row['id']}"} for n in range(9) for row in REVIEWS]

        def test_gap(ptm_model):
            assert_bias_gap(
                ptm_model, load(ROWS), group="length", metric="log_loss", at_most=9,
                min_group_size=1,
            )

        def load(rows):
            from pytest_ptm import load_examples
            return load_examples(rows, groups=["length"])
        """
    )
    result = suite.runpytest_inprocess(f"--ptm-model={KEYWORD}", "--ptm-json=run.json")
    assert result.ret == 0
    (row,) = json.loads((suite.path / "run.json").read_text())["verdicts"]
    assert row["interval"] is None
    assert row["value"] > 0
