"""docs/translation.md shows a failure as it is printed."""

import re
from pathlib import Path

import pytest

from pytest_ptm import BehaviourFailure, assert_metric, from_writer
from pytest_ptm.session import Session, activated

PAGE = Path(__file__).resolve().parents[2] / "docs" / "translation.md"


def test_the_failure_is_the_one_that_is_shown():
    text = PAGE.read_text(encoding="utf-8")
    block, *_ = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    names = {}
    exec(block, names)
    model, rows = from_writer(names["half_of_it"]), names["sentences"]
    with activated(Session()), pytest.raises(BehaviourFailure) as told:
        assert_metric(model, rows, metric="bleu", at_least=50)
    # What stands behind a name, and how long it took, is this run's own.
    own = ("model", "cost", "again")
    lines = [
        line
        for line in str(told.value).splitlines()
        if not line.strip().startswith(own)
    ]
    assert len(lines) >= 6
    for line in lines:
        assert f"    {line}" in text.splitlines(), line
