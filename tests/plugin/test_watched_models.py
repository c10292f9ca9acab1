"""A model belongs to the whole run: whoever changes it makes the run red.

In processes of their own: pytester would have torch imported twice, which crashes.
"""

import json
import shutil
from pathlib import Path

import pytest
from ptm_suite import in_workers

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/models/reviews"
ASKED = """
from pytest_ptm import assert_accuracy

ROWS = [{"text": "a good film", "label": "positive"}]

def ask(model):
    assert_accuracy(model, ROWS, at_least=0)
"""


@pytest.fixture
def checkpoint(suite):
    """A copy of the shipped classifier that a test may change."""
    suite.makepyfile(asked=ASKED)
    return Path(shutil.copytree(EXAMPLE, suite.path / "model"))


@in_workers
def test_files_edited_during_the_run_make_it_red(suite, checkpoint, how):
    suite.makepyfile(
        test_it="""
        import json
        from pathlib import Path
        from asked import ask

        def test_asks(ptm_model):
            ask(ptm_model)
            path = Path("model/config.json")
            content = json.loads(path.read_text())
            path.write_text(json.dumps({**content, "edited": True}))
        """
    )
    result = suite.runpytest_subprocess(
        "--ptm-model=m=./model", "--ptm-json=run.json", *how
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*PTM107*1 model changed*config.json*"])
    document = json.loads((suite.path / "run.json").read_text())
    assert [problem["code"] for problem in document["problems"]] == ["PTM107"]


@pytest.mark.heavy
def test_files_only_touched_change_nothing(suite, checkpoint):
    suite.makepyfile(
        test_it="""
        from pathlib import Path
        from asked import ask

        def test_asks(ptm_model):
            ask(ptm_model)
            for path in Path("model").iterdir():
                path.touch()
        """
    )
    result = suite.runpytest_subprocess("--ptm-model=m=./model")
    result.assert_outcomes(passed=1)
    assert result.ret == 0


@pytest.mark.parametrize(
    ("how", "deed", "found"),
    [
        ((), "model.train()", "in training mode"),
        (("-n", "2"), "model.classifier.weight.add_(1)", "with other weights"),
        pytest.param(
            ("-p", "no:xdist"),
            "model.classifier.weight = torch.nn.Parameter(torch.ones(2, 96))",
            "with other",
            marks=pytest.mark.heavy,
        ),
    ],
)
def test_the_test_that_changes_a_model_is_named_and_the_next_is_unharmed(
    suite, checkpoint, how, deed, found
):
    suite.makepyfile(
        test_it=f"""
        import torch
        from asked import ask
        from pytest_ptm import evaluate_accuracy
        from asked import ROWS

        def test_a_changes_it(ptm_model):
            ask(ptm_model)
            with torch.no_grad():
                model = ptm_model.predictor("text-classification").checkpoint.model
                {deed}

        def test_b_asks_again(ptm_model):
            assert evaluate_accuracy(ptm_model, ROWS).value == 1.0
        """
    )
    result = suite.runpytest_subprocess("--ptm-model=m=./model", *how)
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(
        [f"E*PTM304 test_it.py::test_a_changes_it* left m {found}*"]
    )
    assert result.ret == 1
