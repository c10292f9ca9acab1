"""Images under change in a run: the same figures alone and in workers."""

import json

import pytest

pytest.importorskip("PIL")
from ptm_pictures import folder_of, labelled, saved_vit

TESTS = """
import pytest
from pytest_ptm import assert_invariant, load_images
from pytest_ptm.perturbations import gaussian_noise, jpeg, rotation

@pytest.mark.parametrize("severity", [1, 5])
def test_noise(ptm_model, severity):
    under = [gaussian_noise(severity=severity), jpeg(severity=1), rotation(severity=2)]
    assert_invariant(ptm_model, load_images("images"), under=under, at_most=0.9)
"""


# That bytes are the same in another process is shown without a run.
@pytest.mark.heavy
def test_workers_find_the_same(suite):
    suite.makeini("[pytest]\n")
    suite.makepyfile(test_it=TESTS)
    folder_of(suite.path / "images", *labelled(12))
    saved_vit(suite.path / "vit")

    def figures(*arguments):
        common = (f"--ptm-model={suite.path / 'vit'}", "--ptm-json=run.json")
        suite.runpytest_inprocess(*common, *arguments)
        rows = json.loads((suite.path / "run.json").read_text())["verdicts"]
        return {
            row["test"]: (row["value"], [each["value"] for each in row["by_group"]])
            for row in rows
        }

    alone = figures()
    assert len(alone) == 2
    assert figures("-n", "2") == alone
    assert figures("--ptm-seed=5") != alone
