"""Real checkpoints through pytest: the same figures however the run is made."""

import json

import pytest

SST2 = """
import os
from pathlib import Path
import pytest
from pytest_ptm import assert_accuracy, assert_metric, load_examples

@pytest.fixture(scope="module")
def dev():
    path = Path(os.environ["PTM_TEST_DATA"]) / "sst2/dev.tsv"
    return load_examples(path, text="sentence")

def test_accuracy(ptm_model, dev):
    assert_accuracy(ptm_model, dev, at_least=649 / 872)

def test_backwards(ptm_model, dev):
    assert_accuracy(ptm_model, dev[::-1], at_least=649 / 872)

def test_log_loss(ptm_model, dev):
    assert_metric(ptm_model, dev, metric="log_loss", at_most=1)
"""


@pytest.mark.parametrize(
    "how",
    [
        # That workers bring what they found is shown with models of no framework.
        pytest.param(("-n", "2"), marks=pytest.mark.heavy),
        ("-p", "no:xdist", "--ptm-batch-tokens=300", "--ptm-seed=5"),
    ],
    ids=["two-workers", "other-batches-and-seed"],
)
def test_sst2_is_the_same_in_every_way(
    pytester, loads_no_torch, shared_models, shared_data, how
):
    pytester.makepyfile(test_sst2=SST2)
    result = pytester.runpytest_inprocess(
        f"--ptm-model=tiny={shared_models / 'bert-tiny-sst2'}",
        "--ptm-json=run.json",
        *how,
    )
    result.assert_outcomes(passed=3)
    rows = json.loads((pytester.path / "run.json").read_text())["verdicts"]
    figures = sorted(row["value"] for row in rows if row["metric"] == "accuracy")
    assert figures == [649 / 872] * 2
    (loss,) = (row["value"] for row in rows if row["metric"] == "log_loss")
    # Cross-entropy by torch over plain transformers' logits, one text at a time.
    assert loss == pytest.approx(0.531221, abs=1e-5)


def test_a_masked_model_asked_to_classify_is_red_and_says_why(
    pytester, loads_no_torch, shared_models, shared_data
):
    pytester.makepyfile(test_sst2=SST2)
    result = pytester.runpytest_inprocess(
        f"--ptm-model=mlm={shared_models / 'bert-tiny-mlm'}"
    )
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(["E*PTM303 model mlm answers 'fill-mask'*"])


def test_workers_take_the_devices_in_turn(pytester):
    pytester.makeconftest(
        "import pytest_ptm.devices\n"
        "pytest_ptm.devices.available = lambda: ['cuda:0', 'cuda:1', 'cuda:2']\n"
    )
    pytester.makepyfile(
        """
        import pathlib, time, pytest

        @pytest.mark.parametrize("i", range(6))
        def test_it(ptm_device, i, request):
            worker = request.config.workerinput["workerid"]
            pathlib.Path(f"{worker}.txt").write_text(ptm_device)
            time.sleep(0.1)
        """
    )
    pytester.runpytest_subprocess("-n", "2").assert_outcomes(passed=6)
    found = {p.stem: p.read_text() for p in pytester.path.glob("gw*.txt")}
    assert found == {"gw0": "cuda:0", "gw1": "cuda:1"}
