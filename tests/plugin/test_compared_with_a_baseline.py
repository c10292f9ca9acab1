"""A baseline: written, compared with, refused where it does not fit."""

import json

import pytest
from ptm_suite import ACCURACY, KEYWORD, in_a_worker

NOT_WORSE = """
from pytest_ptm import assert_not_worse
from reviews import REVIEWS

def test_no_worse(ptm_model):
    assert_not_worse(ptm_model, REVIEWS, margin=0.1{more})
"""


def model(good="good", name="candidate"):
    # Right on 4 of 5: wrong about rev-5. By "bad": wrong about all but rev-5. By
    # "film": right about rev-1, rev-4 and rev-5.
    return f"--ptm-model={name}={KEYWORD}?good={good}"


BASELINE = "--ptm-baseline=main.json"
UPDATE = "--ptm-baseline-update"


@pytest.fixture
def not_worse(suite):
    suite.makepyfile(test_it=NOT_WORSE.format(more=""))
    return suite


def stored(suite, *arguments):
    result = suite.runpytest_inprocess(model(), BASELINE, UPDATE, *arguments)
    assert result.ret == 0
    return result


@in_a_worker
def test_the_first_run_is_stored_and_the_next_is_held_against_it(not_worse, how):
    result = stored(not_worse, *how)
    result.stdout.fnmatch_lines(
        [
            "ptm: baseline *main.json",
            "INCONCLUSIVE stored, not judged: accuracy 0.8000 (n=5)*",
            "new in the baseline: test_it.py::test_no_worse*: there is no file *",
            "baseline *main.json written anew",
        ]
    )
    result = not_worse.runpytest_inprocess(model(name="other"), BASELINE, *how)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        ["passed gain in accuracy over baseline 0.0000 >= -0.1000 (n=5) *"]
    )
    result = not_worse.runpytest_inprocess(model("film"), BASELINE, *how)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E       pytest_ptm.BehaviourFailure: gain in accuracy over baseline "
            "-0.2000 < -0.1000 (n=5)",
            "E         note       compared with the baseline: candidate = "
            "python:keyword-good (sha256 *), run of 20*",
            "E         note       accuracy 0.6000, theirs 0.8000",
            "E         note       negative flips 2 (40.00 %), positive flips 1 "
            "(20.00 %): rev-5",
            "E         worst 2 of 2",
            'E           rev-2  expected positive  "a good story"',
            "E             baseline   positive",
            "E             candidate  negative 0.881",
        ]
    )


def test_without_an_assertion_every_verdict_is_shown_then_and_now(suite, how):
    suite.makepyfile(test_it=ACCURACY.format(bound=0.75))
    stored(suite, *how)
    result = suite.runpytest_inprocess(model("film"), BASELINE, *how)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "then → now accuracy 0.8000 → 0.6000 (-0.2000, 95 % Tango -0.6971 .. "
            "+0.4446), passed → failed · newly broken rev-2, rev-3 · fixed rev-5  "
            "test_it.py::test_is_right on candidate",
        ]
    )
    result = suite.runpytest_inprocess(model(), BASELINE, *how)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        ["then → now accuracy 0.8000 → 0.8000 (*), passed as before  test_it.py::*"]
    )


def test_a_missing_entry_is_red_where_required_and_loud_elsewhere(suite, how):
    suite.makepyfile(test_it=ACCURACY.format(bound=0.75))
    result = suite.runpytest_inprocess(model(), BASELINE, *how)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        ["NOT COMPARED with the baseline: test_it.py::test_is_right*: there is no *"]
    )
    result = suite.runpytest_inprocess(model(), BASELINE, "--ptm-require", *how)
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ["*PTM113 1 verdict with no entry in the baseline that fits: *there is no *"]
    )


def test_an_assertion_without_its_entry_never_passes(not_worse, how):
    result = not_worse.runpytest_inprocess(model(), BASELINE, *how)
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(
        ["NOT COMPARED with the baseline: test_it.py::test_no_worse*there is no file*"]
    )
    result = not_worse.runpytest_inprocess(model(), BASELINE, "--ptm-require", *how)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*DataError: PTM113 nothing to compare with in *"])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"id": "rev-1"}, "the data are others: sha256 * there, * here"),
        ({"margin": "metric='f1_macro', margin"}, "*'accuracy' there, 'f1_macro' here"),
    ],
    ids=["data", "metric"],
)
def test_a_stale_entry_is_not_compared(not_worse, change, why):
    stored(not_worse)
    if "id" in change:
        path = not_worse.path / "reviews.py"
        path.write_text(path.read_text().replace("good film", "good films"))
    else:
        path = not_worse.path / "test_it.py"
        path.write_text(path.read_text().replace("margin", change["margin"]))
    result = not_worse.runpytest_inprocess(model(), BASELINE, "--ptm-require")
    assert result.ret == 1
    result.stdout.fnmatch_lines([f"*PTM113*main.json is stale, {why}*"])


def test_another_schema_an_unfinished_run_and_damage_are_refused(not_worse):
    stored(not_worse)
    path = not_worse.path / "main.json"
    whole = json.loads(path.read_text())
    for change, why in (
        ({"schema_version": 99}, "schema_version is 99"),
        ({"schema_name": "other"}, "schema_name is 'other'"),
        ({"complete": False}, "interrupted"),
        ({"verdicts": 3}, "verdicts: "),
    ):
        path.write_text(json.dumps({**whole, **change}))
        result = not_worse.runpytest_inprocess(model(), BASELINE)
        assert result.ret == 4
        result.stderr.fnmatch_lines([f"*PTM215*{why}*"])
    path.write_text(json.dumps(whole)[:-9])
    assert not_worse.runpytest_inprocess(model(), BASELINE).ret == 4
    # What is to be replaced may be damaged.
    stored(not_worse)
    row = whole["verdicts"][0]
    row["outcomes"]["right"] = "AAAA"
    path.write_text(json.dumps(whole))
    result = not_worse.runpytest_inprocess(model(), BASELINE)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*PTM214*damaged*"])
    stored(not_worse)


@pytest.mark.parametrize(
    "text",
    ['{"text": "good", "label": "positive"}\n', "{}", '{"schema_name": "other"}', "{"],
)
def test_only_a_stored_run_is_replaced(not_worse, text):
    path = not_worse.path / "main.json"
    path.write_text(text)
    result = not_worse.runpytest_inprocess(model(), BASELINE, UPDATE)
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*PTM105*main.json*no such report; name another*"])
    assert path.read_text() == text


def test_a_stored_run_in_another_order_is_replaced(not_worse):
    stored(not_worse)
    path = not_worse.path / "main.json"
    turned = dict(reversed(json.loads(path.read_text()).items()))
    path.write_text(json.dumps(turned))
    stored(not_worse)
    assert path.read_text() != json.dumps(turned)


def test_other_classes_make_an_entry_stale(not_worse):
    stored(not_worse)
    path = not_worse.path / "main.json"
    whole = json.loads(path.read_text())
    whole["verdicts"][0]["outcomes"]["classes"] = ["negative", "other"]
    path.write_text(json.dumps(whole))
    result = not_worse.runpytest_inprocess(model(), BASELINE)
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(
        ["NOT COMPARED *not the same classes: only candidate has 'positive'; only *"]
    )
    # Labels that were read otherwise then: right and predicted do not go together.
    whole["verdicts"][0]["outcomes"]["classes"] = ["positive", "negative"]
    path.write_text(json.dumps(whole))
    result = not_worse.runpytest_inprocess(model(), BASELINE, "--ptm-require")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*PTM113*its labels were read otherwise: *"])
    result = stored(not_worse)
    result.stdout.fnmatch_lines(["INCONCLUSIVE stored, not judged: accuracy 0.8000 *"])


def test_damage_is_red_also_where_nothing_is_required(suite):
    suite.makepyfile(test_it=ACCURACY.format(bound=0.75))
    stored(suite)
    path = suite.path / "main.json"
    whole = json.loads(path.read_text())
    whole["verdicts"][0]["outcomes"]["failing"] = "AAAA"
    path.write_text(json.dumps(whole))
    result = suite.runpytest_inprocess(model(), BASELINE)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*PTM214*damaged*"])


def test_a_report_does_not_take_the_place_of_the_baseline(not_worse):
    stored(not_worse)
    result = not_worse.runpytest_inprocess(model(), BASELINE, "--ptm-json=./main.json")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*--ptm-json and --ptm-baseline are both *main.json*"])
    assert (not_worse.path / "main.json").exists()


def test_a_baseline_of_one_model_serves_any_and_of_several_the_one_of_its_name(
    not_worse,
):
    not_worse.runpytest_inprocess(
        model(name="one"), model("film", name="two"), BASELINE, UPDATE
    ).assert_outcomes(passed=2)
    for name, gain in (("one", "-0.2000"), ("two", "0.0000")):
        result = not_worse.runpytest_inprocess(model("film", name=name), BASELINE)
        result.stdout.fnmatch_lines([f"*gain in accuracy over baseline {gain} *"])
    result = not_worse.runpytest_inprocess(model(name="three"), BASELINE)
    result.stdout.fnmatch_lines(["*has it for 'one', 'two', not for 'three'*"])


@pytest.mark.parametrize("metric", ["f1_macro", "log_loss", "recall_macro"])
def test_other_metrics_are_paired_with_what_was_stored(suite, metric):
    # Not a whit worse than itself: nothing is lost by being stored.
    source = NOT_WORSE.format(more=f", metric={metric!r}")
    suite.makepyfile(test_it=source.replace("margin=0.1", "margin=0"))
    stored(suite)
    result = suite.runpytest_inprocess(model(), BASELINE)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"passed gain in {metric} over baseline 0.0000 *"])
    result = suite.runpytest_inprocess(model("bad"), BASELINE)
    result.assert_outcomes(failed=1)


def test_an_order_is_not_compared_with_a_baseline(suite):
    more = ", metric='roc_auc', positive='positive'"
    suite.makepyfile(test_it=NOT_WORSE.format(more=more))
    result = suite.runpytest_inprocess(model(), BASELINE, UPDATE)
    result.stdout.fnmatch_lines(["*ArgumentError: roc_auc is of the order of all *"])
    assert not (suite.path / "main.json").exists()


def test_what_is_no_whole_run_is_not_written(suite, how):
    suite.makepyfile(
        test_it=NOT_WORSE.format(more="")
        + "\ndef test_breaks(ptm_load):\n    raise OSError\n"
    )
    result = suite.runpytest_inprocess(model(), BASELINE, UPDATE, *how)
    result.stdout.fnmatch_lines(
        ["*PTM113 the baseline was not written, because no verdict came of *breaks*"]
    )
    result = suite.runpytest_inprocess(model(), BASELINE, UPDATE, "-x", *how)
    assert result.ret != 0
    result = suite.runpytest_inprocess(
        BASELINE, UPDATE, "-k", "breaks", "--collect-only", *how
    )
    assert not (suite.path / "main.json").exists()


def test_a_red_verdict_does_not_keep_a_baseline_from_being_written(suite):
    suite.makepyfile(test_it=ACCURACY.format(bound=0.9))
    result = suite.runpytest_inprocess(model(), BASELINE, UPDATE)
    result.assert_outcomes(failed=1)
    assert json.loads((suite.path / "main.json").read_text())["complete"] is True


def test_updating_needs_a_file_and_the_whole_data(not_worse):
    result = not_worse.runpytest_inprocess(model(), UPDATE)
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*--ptm-baseline-update: name the file*"])
    result = not_worse.runpytest_inprocess(model(), BASELINE, UPDATE, "--ptm-limit=3")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*a sample by --ptm-limit is no baseline*"])


def test_only_a_person_updates(not_worse):
    not_worse.makeini(f"[pytest]\naddopts = {BASELINE} {UPDATE}\n")
    result = not_worse.runpytest_inprocess(model())
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*counts only when a person types it*"])


def test_a_path_in_the_ini_file_starts_where_the_file_is(not_worse, monkeypatch, how):
    stored(not_worse)
    not_worse.makeini("[pytest]\nptm_baseline = main.json\n")
    folder = not_worse.mkdir("deep")
    monkeypatch.chdir(folder)
    result = not_worse.runpytest_inprocess(
        model(), "--rootdir=..", "../test_it.py", *how
    )
    result.assert_outcomes(passed=1)


def test_entries_that_a_run_did_not_come_to_are_told(suite):
    suite.makepyfile(
        test_it=ACCURACY.format(bound=0.7) + "\ndef test_more(ptm_model):\n"
        "    assert_accuracy(ptm_model, REVIEWS, at_least=0.1)\n"
    )
    stored(suite)
    result = suite.runpytest_inprocess(model(), BASELINE, "-k", "test_more")
    result.stdout.fnmatch_lines(
        ["1 test of the baseline did not run: 'test_it.py::test_is_right'"]
    )


def test_tests_that_were_refused_are_told_from_those_that_did_not_run(suite, how):
    source = ACCURACY.format(bound=0.7)
    for name in ("skips", "breaks", "asks"):
        source += (
            f"\ndef test_{name}(ptm_model):\n"
            "    assert_accuracy(ptm_model, REVIEWS, at_least=0.1)\n"
        )
    suite.makepyfile(test_it=source)
    stored(suite, *how)
    path = suite.path / "test_it.py"
    text = path.read_text().replace("at_least=0.7", "at_least=7")
    text = text.replace("_skips(ptm_model):", "_skips(ptm_model):\n    pytest.skip()")
    text = text.replace("_breaks(ptm_model):", "_breaks(ptm_model):\n    raise OSError")
    path.write_text(f"import pytest\n{text}")
    result = suite.runpytest_inprocess(model(), BASELINE, *how)
    gave = "1 test of the baseline gave no verdict"
    result.stdout.fnmatch_lines_random(
        [
            f"{gave} (refused): 'test_it.py::test_is_right'",
            f"{gave} (skipped): 'test_it.py::test_skips'",
            f"{gave} (failed): 'test_it.py::test_breaks'",
        ]
    )
    assert "did not run" not in result.stdout.str()


def test_two_verdicts_of_a_test_have_an_entry_each(suite, how):
    suite.makepyfile(
        test_it="""
        import pytest
        from pytest_ptm import assert_not_worse
        from reviews import REVIEWS

        @pytest.fixture
        def earlier(ptm_model):
            assert_not_worse(ptm_model, REVIEWS[:4])

        def test_both(ptm_model, earlier):
            assert_not_worse(ptm_model, REVIEWS)
            assert_not_worse(ptm_model, REVIEWS[1:])
        """
    )
    stored(suite, *how)
    result = suite.runpytest_inprocess(model(), BASELINE, "--ptm-require", *how)
    result.assert_outcomes(passed=1)
    assert result.stdout.str().count("passed gain in accuracy over baseline") == 3


def test_the_model_to_compare_with_comes_by_option_ini_and_environment(
    not_worse, monkeypatch, how
):
    against = f"then={KEYWORD}?good=film"
    result = not_worse.runpytest_inprocess(model(), f"--ptm-against={against}", *how)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            "ptm: against then = python:ptm_fakes:keyword*",
            "passed gain in accuracy over then 0.2000 >= -0.1000 (n=5)*",
        ]
    )
    monkeypatch.setenv("PTM_AGAINST", against)
    not_worse.runpytest_inprocess(model(), *how).assert_outcomes(passed=1)
    monkeypatch.delenv("PTM_AGAINST")
    not_worse.makeini(f"[pytest]\nptm_against = {against}\n")
    not_worse.runpytest_inprocess(model(), *how).assert_outcomes(passed=1)


def test_the_fixture_gives_the_model_to_compare_with(suite, how):
    suite.makepyfile(
        test_it="""
        from pytest_ptm import assert_agrees
        from reviews import REVIEWS

        def test_copy(ptm_model, ptm_against):
            assert_agrees(ptm_model, REVIEWS, than=ptm_against, at_least=1.0)
        """
    )
    result = suite.runpytest_inprocess(model(), f"--ptm-against={KEYWORD}", *how)
    result.assert_outcomes(passed=1)
    result = suite.runpytest_inprocess(model(), *how)
    result.assert_outcomes(skipped=1)
    result = suite.runpytest_inprocess(model(), "--ptm-require", *how)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*no model to compare with: type --ptm-against*"])


MANY = """
from pytest_ptm import assert_not_worse

ROWS = [
    {"text": f"good {n}" if n % 2 else f"{'good' if n % 8 == 0 else 'bad'} film {n}",
     "label": "positive" if n % 2 else "negative"}
    for n in range(400)
]

def test_no_worse(ptm_model):
    assert_not_worse(ptm_model, ROWS, margin=0.1, metric="METRIC", early_stop="STOP")
"""


@pytest.mark.parametrize("metric", ["accuracy", "brier"])
@pytest.mark.parametrize("stop", ["certain", "confident"])
def test_a_stored_run_is_compared_window_by_window(suite, metric, stop):
    suite.makepyfile(test_it=MANY.replace("METRIC", metric).replace("STOP", stop))
    # A run that is to become the baseline asks every row, whatever the call says.
    for _ in range(2):
        stored(suite, "--ptm-json=run.json")
        (row,) = json.loads((suite.path / "run.json").read_text())["verdicts"]
        assert (row["n"], row["stopped"]) == (400, None)
    # By "film" it is right about one in eight; by "good" it is what was stored.
    for word, failed in (("film", 1), ("good", 0)):
        result = suite.runpytest_inprocess(model(word), BASELINE, "--ptm-json=run.json")
        result.assert_outcomes(passed=1 - failed, failed=failed)
        (row,) = json.loads((suite.path / "run.json").read_text())["verdicts"]
        assert row["outcome"] == ("failed" if failed else "passed")
        if failed:
            assert row["stopped"]["asked"] < 400
