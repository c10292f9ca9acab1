"""Whatever is handed over, what comes back is ours, soon, and fit to be shown."""

import os

import pytest
from ptm_fuzz_targets import TARGETS
from ptm_fuzzing import fuzz

pytestmark = pytest.mark.heavy
INPUTS = int(os.environ.get("PTM_TEST_SEARCH", "0")) or 400


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_nothing_but_errors_of_ours(target):
    seed = 0 if INPUTS == 400 else int.from_bytes(os.urandom(4))
    result = fuzz(target, inputs=INPUTS, seed=seed)
    told = [f"{place}: {each.value!r}" for place, each in result.found.items()]
    assert not told, f"seed {seed}\n" + "\n".join(told)
