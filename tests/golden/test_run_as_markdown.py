"""A run as Markdown, whole: what a comment, a mail and a terminal show of it."""

from ptm_rows import MODEL, case, log_of, row

from pytest_ptm.reports.markdown import render

TUNED = {**MODEL, "name": "tuned", "reference": "./tuned", "sha256": "3f2a91c0" * 8}
LONG = "a film that is nowhere near as good as one had hoped for from the first part on"


def of(test, model, **changed):
    nodeid = f"tests/test_reviews.py::{test}"
    return row(f"{nodeid}[{model['name']}]", test=nodeid, model=model, **changed)


def test_a_run_of_two_models_with_failures(golden):
    negated = [case("rev-5", LONG), case("rev-12", "not `bad`")]
    typos = {
        **case("rev-7", "a good film → a godo film", "positive 0.700"),
        "pair": ["a good film", "a godo film"],
    }
    flipped = {
        **case("rev-9", "no <b>bad</b> film", "positive"),
        "sides": [["candidate", "positive"], ["tuned", "negative 0.998"]],
    }
    log = log_of(
        of("test_negation", MODEL, capability="negation", cases=negated, failing=24),
        of(
            "test_negation",
            TUNED,
            capability="negation",
            cases=negated[:1],
            value=0.85,
            headline="accuracy 0.8500 < 0.9000 (n=200)",
            failing=11,
        ),
        of(
            "test_typos",
            TUNED,
            cases=[typos],
            outcome="inconclusive",
            headline="inconclusive at 95 %: invariance 0.9600, at_least=0.9500 (n=50)",
            value=0.96,
        ),
        of(
            "test_typos",
            MODEL,
            outcome="passed",
            headline="invariance 0.9900 >= 0.9500 (n=100)",
            value=0.99,
        ),
        of(
            "test_no_worse",
            TUNED,
            cases=[flipped],
            headline="gain in accuracy over candidate -0.0500 < -0.0200 (n=200)",
            value=-0.05,
        ),
    )
    nodeid = "tests/test_reviews.py::test_no_worse[tuned]"
    log.tests[nodeid].outcome = "xfailed"
    missing = "PTM202 there is no file nowhere.jsonl\nand more"
    log.errors = [{"nodeid": "tests/test_b.py", "message": missing, "at": None}]
    told = "1 example fails that is not known to: test_b\n    rev-1  ::x\n" + "…\n" * 20
    log.problems = [("PTM110", told)]
    golden("markdown", render(log))
