"""A task is two files and its figures; behaviours know none by name."""

import ast
import itertools
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ptm_fakes import FakeClassifier
from ptm_planted import KINDS, Counter, plant, rows_of

import pytest_ptm
from pytest_ptm import (
    ArgumentError,
    BehaviourFailure,
    assert_invariant,
    assert_metric,
    assert_not_worse,
    evaluate_accuracy,
    evaluate_agrees,
    evaluate_bias_gap,
    evaluate_directional,
    evaluate_invariant,
    evaluate_metric,
    evaluate_not_worse,
    load_examples,
)
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.metrics.finding import kinds, kinds_with
from pytest_ptm.session import Session, activated
from pytest_ptm.tasks import find_task

PACKAGE = Path(pytest_ptm.__file__).parent

MASKED = {"cloze", "context", "hidden", "words", "wanted", "texts"}
"""What asks masks for words is of masks; all else is of whatever answers."""

VECTORS = {"closer", "retrieval", "judgements"}
"""What compares the meaning of texts is of sentence encoders."""

LANGUAGE = {"lookahead", "next_sentence", "scoring", "perplexity", "preference"}
"""What asks how likely texts are, or which follows which, is of language models."""

CLASSES = {"calibration", "temperature"}
"""What holds probabilities against what came is of classifiers."""

WRITTEN = {"generates", "passing", "sampled", "held", "likeness"}
"""What holds answers in words against checks, or against each other."""


@pytest.fixture(params=KINDS)
def planted(request, tmp_path, monkeypatch):
    plant(request.param, tmp_path, monkeypatch)
    with activated(Session()):
        yield request.param


@pytest.fixture
def examples(planted):
    return load_examples(rows_of(planted), groups=["half"])


def another_word(text):
    return f"{text} more" if "right" in text else text


def test_its_answers_are_taken_joined_and_written(planted):
    model = Counter(planted)
    answers = model.forward(model.encode({"text": ("a", "b c d")}).payload)
    again = pickle.loads(pickle.dumps(answers)).take(np.array([1, 0]))
    assert again.values() == answers.values()[::-1]


def test_a_figure_its_groups_and_its_cases(planted, examples):
    result = evaluate_metric(Counter(planted), examples, metric="exact_match")
    assert (result.value, result.n, result.failing) == (0.75, 60, 15)
    assert result.task == f"planted-{planted}"
    assert [(each.group, each.value) for each in result.by_group] == [
        ("even", 1.0),
        ("odd", 0.5),
    ]
    assert all(int(case.example_id[4:]) % 4 == 3 for case in result.cases)
    assert all(case.expected != case.observed for case in result.cases)
    assert evaluate_metric(Counter(planted), examples, metric="mean_distance").value > 0


def test_a_gap_between_groups(planted, examples):
    gap = evaluate_bias_gap(
        Counter(planted), examples, group="half", metric="exact_match"
    )
    assert gap.value == 0.5
    assert {case.note for case in gap.cases} == {"odd"}
    far = evaluate_bias_gap(
        Counter(planted), examples, group="half", metric="mean_distance"
    )
    assert far.value > 0


def test_answers_that_change_and_their_way(planted, examples):
    model = Counter(planted)
    result = evaluate_invariant(model, examples, under=another_word)
    assert (result.value, result.n) == (1.0, 45)
    assert evaluate_invariant(model, examples, under=str.upper).value == 0.25
    grows = evaluate_directional(model, examples, under=another_word, expect="increase")
    assert (grows.value, grows.n) == (0.0, 45)
    falls = evaluate_directional(model, examples, under=another_word, expect="decrease")
    assert falls.value == 1.0


def test_two_models(planted, examples):
    model, other = Counter(planted), Counter(planted, "all-right", "nothing")
    assert evaluate_agrees(model, examples, than=other).value == 0.75
    worse = evaluate_not_worse(model, examples, than=other, metric="exact_match")
    assert (worse.value, worse.failing) == (-0.25, 15)
    ahead = evaluate_not_worse(other, examples, than=model, metric="mean_distance")
    assert ahead.value > 0
    with pytest.raises(BehaviourFailure):
        assert_not_worse(model, examples, than=other, metric="exact_match")


def test_it_stops_when_the_answer_is_known(planted):
    model, examples = Counter(planted), rows_of(planted, 2_000)
    result = assert_metric(
        model, examples, metric="exact_match", at_least=0.2, early_stop="certain"
    )
    assert result.stopped is not None
    stopped = assert_invariant(
        model, examples, under=another_word, at_most=1.0, early_stop="certain"
    )
    assert stopped.stopped is not None
    with pytest.raises(ArgumentError, match="has no end"):
        assert_metric(
            model, examples, metric="mean_distance", at_most=9, early_stop="certain"
        )


def test_runs_reports_and_a_baseline(planted, pytester):
    """In one process with the planted files: two runs, the second against the first."""
    pytester.makepyfile(
        f"""
        import pytest
        from ptm_planted import rows_of
        from pytest_ptm import assert_metric, assert_not_worse, load_examples

        ROWS = load_examples(rows_of({planted!r}), groups=["half"])

        @pytest.mark.parametrize("metric", ["exact_match", "mean_distance"])
        def test_release(ptm_model, metric):
            assert_not_worse(ptm_model, ROWS, metric=metric, than="baseline", margin=0)

        def test_figure(ptm_model):
            assert_metric(ptm_model, ROWS, metric="exact_match", at_least=0.75)
        """
    )
    spec = f"m=python:ptm_planted:counter?kind={planted}"
    stored = "--ptm-baseline=base.json"
    first = pytester.runpytest(
        f"--ptm-model={spec}&wrong_at=right", stored, "--ptm-baseline-update"
    )
    first.assert_outcomes(passed=2, failed=1)  # the figure alone is judged: it is 0.25
    better = pytester.runpytest(f"--ptm-model={spec}", stored, "--ptm-json=run.json")
    better.assert_outcomes(passed=3)
    better.stdout.fnmatch_lines(["passed gain in exact_match over baseline*"])
    assert f'"planted-{planted}"' in pytester.path.joinpath("run.json").read_text()


def test_a_second_task_with_answers_of_a_known_type_confuses_nobody(
    tmp_path, monkeypatch
):
    """Three lines that once made every unmarked test of a BERT ambiguous."""
    import pytest_ptm.tasks
    from pytest_ptm.tasks import known_tasks

    (tmp_path / "image_classification.py").write_text(
        "from dataclasses import replace\n"
        "from pytest_ptm.tasks.text_classification import TASK as TEXTS\n"
        'TASK = replace(TEXTS, name="image-classification", fields={"image": "text"})\n'
    )
    paths = [*pytest_ptm.tasks.__path__, str(tmp_path)]
    monkeypatch.setattr(pytest_ptm.tasks, "__path__", paths)
    rows = [{"text": "good", "label": "positive"}]
    with activated(Session()):
        assert "image-classification" in known_tasks()
        fake = FakeClassifier(lambda text: [0.0, 1.0])
        assert evaluate_accuracy(fake, rows).value == 1.0

        class Handle:
            name, task = "handle", None

            def predictor(self, task):
                if task != "text-classification":
                    raise ModelError("no such head", code="PTM303")
                return fake

        assert evaluate_accuracy(Handle(), rows).value == 1.0
        assert evaluate_invariant(Handle(), rows, under=str.upper).value == 0.0


def test_no_behaviour_names_a_task():
    """Or a type of answers: what is asked of masks stands in modules of its own."""
    found = {
        (path.stem, node.module)
        for path in (PACKAGE / "behaviours").glob("*.py")
        if path.stem not in MASKED | LANGUAGE | VECTORS | WRITTEN | CLASSES
        and not path.stem.startswith("masked_")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module
        if node.module.startswith(("pytest_ptm.tasks.", "pytest_ptm.metrics."))
    }
    generic = {
        "pytest_ptm.tasks.asked_how",
        "pytest_ptm.tasks.given",
        "pytest_ptm.tasks.powers",
        "pytest_ptm.tasks.protocol",
        "pytest_ptm.tasks.table",
        "pytest_ptm.tasks.task",
        "pytest_ptm.tasks.truth",
        "pytest_ptm.metrics.finding",
        "pytest_ptm.metrics.paired",
        "pytest_ptm.metrics.protocol",
    }
    assert {module for _, module in found} <= generic, found


def test_a_name_of_a_metric_means_one_thing():
    every = [metric for kind in kinds() for metric in kind.metrics.values()]
    for one, other in itertools.combinations(every, 2):
        if one.name == other.name:
            assert (one.better, one.low, one.high) == (
                other.better,
                other.low,
                other.high,
            )


def test_a_metric_is_that_of_the_answers_that_are_asked(tmp_path, monkeypatch):
    """One name, other needs: those of whichever kind came first once counted."""
    plant("figures", tmp_path, monkeypatch)
    model, rows = Counter("figures"), rows_of("figures")
    own = kinds_with("mean_distance")[find_task(model.task).answers].metrics
    # "f1" is a mean of answers in texts, and a ratio of sums of tags.
    ordered = replace(own["exact_match"], name="f1", together="of an order")
    monkeypatch.setitem(own, "f1", ordered)
    monkeypatch.setitem(own, "recall", replace(own["mean_distance"], name="recall"))
    session = Session()
    session.baseline, session.test = object(), object()
    with activated(session):
        with pytest.raises(ArgumentError, match="f1 is of an order, which a baseline"):
            evaluate_not_worse(model, rows, than="baseline", metric="f1")
        # Of one name that points both ways a bound would mean two things.
        with pytest.raises(ValueError, match="recall has several scales"):
            assert_metric(model, rows, metric="recall", at_least=0.5)
