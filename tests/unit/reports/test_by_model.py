"""The table of a run of several models: what it holds, and how wide it is."""

import pytest
from ptm_rows import MODEL, log_of, row

from pytest_ptm.runs.by_model import tables

LONG = "tests/reviews/test_long_reviews_of_films.py::test_with_many_words"


def of(model, test="test_it.py::test_a", **changed):
    name = f"{test}[{model}]"
    return row(name, test=test, model={**MODEL, "name": model}, **changed)


def test_each_verdict_is_a_line_and_each_model_a_column():
    log = log_of(
        of("new", "test_it.py::test_b", value=0.25),
        of("new", outcome="passed", value=0.95),
        of("base", place=1, outcome="inconclusive", value=0.5),
        of("base"),
    )
    log.tests["test_it.py::test_b[new]"].outcome = "xfailed"
    assert tables(log) == [
        [
            "                                base                 new",
            "test_it.py::test_a              0.8000 failed        0.9500 passed",
            "test_it.py::test_a (verdict 2)  0.5000 inconclusive  -",
        ]
    ]


def test_models_that_share_no_test_stand_in_no_table_together():
    log = log_of(
        *(of(name, "test_it.py::test_a") for name in ("a", "b")),
        *(of(name, "test_it.py::test_b") for name in ("x" * 20, "y" * 20, "z" * 20)),
    )
    found = tables(log, width=80)
    assert [len(table) for table in found] == [3, 2]
    assert "test_a" not in "".join(found[1])


def test_a_failure_that_its_test_caught_is_one():
    log = log_of(of("a"), of("b", outcome="inconclusive", on_inconclusive="pass"))
    for test in log.tests.values():
        test.outcome = "passed"
    assert tables(log)[0][1].split() == [
        *("test_it.py::test_a", "0.8000", "failed", "0.8000", "inconclusive")
    ]


def test_there_is_none_where_no_verdict_is_of_two_models():
    assert tables(log_of()) == []
    assert tables(log_of(of("a"), of("a", "test_it.py::test_b"))) == []
    assert tables(log_of(of("a"), of("b", "test_it.py::test_b"))) == []


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("models", [2, 3, 9])
def test_no_table_is_wider_than_the_terminal(width, models):
    names = [f"a-model-with-a-long-name-{number}" for number in range(models)]
    log = log_of(*(of(name, LONG, outcome="inconclusive") for name in names))
    found = tables(log, width=width)
    assert max(len(line) for lines in found for line in lines) <= width
    shown = [lines[1].count("0.8000 inconclusive") for lines in found]
    assert sum(shown) == models
    # As few as can be: the first is as full as it may be.
    assert shown[0] == min(models, 2 if width == 80 else 4)
    for lines in found:
        test = lines[1].split()[0]
        assert test in LONG or (test[0] == "…" and LONG.endswith(test[1:]))


def test_no_name_steers_a_terminal():
    log = log_of(*(of(f"{name}\x1b[2J", "t.py::\x1b[2J") for name in "ab"))
    assert "\x1b" not in "".join(tables(log)[0])
