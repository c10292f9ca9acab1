"""docs/metrics.md has a row for every metric, and no row for another."""

import re
from pathlib import Path

import pytest

from pytest_ptm.metrics.finding import kinds

METRICS = {name: each for kind in kinds() for name, each in kind.metrics.items()}
DOC = Path(__file__).parents[3] / "docs" / "metrics.md"


def rows():
    """The cells of each metric's row."""
    lines = DOC.read_text(encoding="utf-8").splitlines()
    table = [line.strip("|").split("|") for line in lines if line.startswith("| `")]
    cells = [[cell.strip() for cell in row] for row in table]
    return {row[0].strip("`"): row for row in cells}


def test_every_metric_has_its_row_and_every_row_its_metric():
    assert set(rows()) == set(METRICS)


def test_every_setting_of_a_metric_is_there():
    named = {name for each in METRICS.values() for name in getattr(each, "known", ())}
    assert "tokenize" in named
    text = DOC.read_text(encoding="utf-8")
    assert {name for name in named if f"`{name}=`" not in text} == set()


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.name)
def test_the_row_says_what_the_table_says(metric):
    _, _, better, figures, _, multi_label, reference = rows()[metric.name]
    assert better == (metric.better if metric.directed else "neither")
    low, high = re.split(r"\.\.", figures.split()[-1])
    assert float(low) == metric.low
    assert (float(high) if high else None) == metric.high
    assert multi_label == ("yes" if getattr(metric, "multi_label", False) else "no")
    for name in re.findall(r"\[.+?\]", reference):
        assert f"- {name} " in DOC.read_text(encoding="utf-8")
