"""``pytest --pdb``: what failed is at hand where the debugger stops."""

import sys

from ptm_suite import KEYWORD

MODEL = f"--ptm-model=candidate={KEYWORD}"
SUITE = """
from pytest_ptm import assert_accuracy
from reviews import REVIEWS

def test_plain(ptm_model):
    assert_accuracy(ptm_model, REVIEWS, at_least=0.9)

def test_named(ptm_model):
    result = assert_accuracy(ptm_model, REVIEWS, at_least=0.85)
    assert result.value

def test_in_a_closure(ptm_model):
    result = assert_accuracy(ptm_model, REVIEWS, at_least=0.95)
    return lambda: result

def test_theirs(ptm_model):
    result = "their own"
    assert_accuracy(ptm_model, REVIEWS, at_least=0.9)

def test_no_verdict(ptm_model):
    assert not ptm_model
"""
ASKED = """\
p len(result.failing_examples())
c
p result.value
w
p result.value
c
p result.n
c
p result
c
p result
q
"""


def test_the_stopped_frame_holds_the_result(suite):
    suite.makepyfile(test_it=SUITE)
    result = suite.run(
        *(sys.executable, "-m", "pytest", "--pdb", MODEL, "-p", "no:cacheprovider"),
        stdin=ASKED.encode(),
    )
    result.stdout.fnmatch_lines(
        [
            "-> assert_accuracy(ptm_model, REVIEWS, at_least=0.9)",
            "(Pdb) 1",
            "-> result = assert_accuracy(ptm_model, REVIEWS, at_least=0.85)",
            "(Pdb) 0.8",
            "(Pdb) *",
            "(Pdb) 0.8",
            "-> result = assert_accuracy(ptm_model, REVIEWS, at_least=0.95)",
            "(Pdb) 5",
            "(Pdb) 'their own'",
            "-> assert not ptm_model",
            "(Pdb) [*][*][*] NameError: name 'result' is not defined",
        ]
    )
    assert "INTERNALERROR" not in result.stdout.str()
