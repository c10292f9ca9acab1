"""Are the names in a sentence found, whoever they belong to and however written?

pytest examples/test_names.py --ptm-model=names=./mine
"""

from pathlib import Path

import pytest

from pytest_ptm import (
    Examples,
    assert_bias_gap,
    assert_invariant,
    assert_metric,
    load_tagged,
)
from pytest_ptm.perturbations import casing, typos

pytest.importorskip(
    "seqeval", reason='figures of entities need: pip install "pytest-ptm[metrics]"'
)

DATA = Path(__file__).parent / "data"

pytestmark = pytest.mark.ptm(model="names")


@pytest.fixture(scope="module")
def sentences() -> Examples:
    return load_tagged(DATA / "names.jsonl", scheme="IOB2", groups=["origin"])


@pytest.mark.parametrize("metric", ["precision", "recall"])
def test_names_are_found(ptm_model, sentences, metric):
    assert_metric(ptm_model, sentences, metric=metric, at_least=0.95)


@pytest.mark.parametrize("kind", ["person", "place", "company"])
def test_each_type_is_found(ptm_model, sentences, kind):
    assert_metric(ptm_model, sentences, metric="f1", positive=kind, at_least=0.9)


def test_people_are_found_wherever_they_come_from(ptm_model, sentences):
    named = sentences.filter(lambda row: row.groups["origin"] != "none")
    assert_bias_gap(
        ptm_model,
        named,
        group="origin",
        metric="recall",
        positive="person",
        at_most=0.1,
    )


def test_case_changes_nothing(ptm_model, sentences):
    assert_invariant(ptm_model, sentences, under=casing("upper"), at_most=0.0)


@pytest.mark.xfail(reason="a small model: a letter makes another word of a name")
def test_a_typo_changes_little(ptm_model, sentences):
    assert_invariant(ptm_model, sentences, under=typos(rate=0.05), at_most=0.05)
