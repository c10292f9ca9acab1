"""A model belongs to the whole run: whoever changes it makes the run red."""

import json
import shutil
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/models/reviews"
ASKED = """
from pytest_ptm import assert_accuracy

ROWS = [{"text": "a good film", "label": "positive"}]

def ask(model):
    assert_accuracy(model, ROWS, at_least=0)
"""


@pytest.fixture
def checkpoint(suite, loads_no_torch):
    """A copy of the shipped classifier that a test may change."""
    suite.makepyfile(asked=ASKED)
    return Path(shutil.copytree(EXAMPLE, suite.path / "model"))


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
    result = suite.runpytest_inprocess("--ptm-model=m=./model")
    result.assert_outcomes(passed=1)
    assert result.ret == 0


@pytest.mark.parametrize(
    ("how", "deed", "found"),
    [
        ((), "model.train()", "in training mode"),
        pytest.param(
            ("-n", "1"),
            "model.classifier.weight.add_(1)",
            "with other weights",
            marks=pytest.mark.heavy,
        ),
        (
            ("-p", "no:xdist"),
            "model.classifier.weight = torch.nn.Parameter(torch.ones(2, 96))",
            "with other",
        ),
    ],
)
def test_who_changes_a_model_or_its_files_is_red_and_the_next_test_unharmed(
    suite, checkpoint, how, deed, found
):
    # One run for all three: a worker imports torch.
    suite.makepyfile(
        test_it=f"""
        import json
        from pathlib import Path
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

        def test_c_edits_its_files(ptm_model):
            ask(ptm_model)
            path = Path("model/config.json")
            content = json.loads(path.read_text())
            content["edited"] = True
            path.write_text(json.dumps(content))
        """
    )
    result = suite.runpytest_inprocess(
        "--ptm-model=m=./model", "--ptm-json=run.json", *how
    )
    result.assert_outcomes(passed=3, errors=1, failed=1)
    result.stdout.fnmatch_lines(
        [f"E*PTM304 test_it.py::test_a_changes_it* left m {found}*"]
    )
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*PTM107*1 model changed*config.json*"])
    document = json.loads((suite.path / "run.json").read_text())
    assert [problem["code"] for problem in document["problems"]] == ["PTM107"]
