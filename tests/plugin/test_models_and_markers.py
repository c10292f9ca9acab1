"""Which models a test runs on, and what the fixtures give."""

from ptm_suite import ACCURACY, KEYWORD

A, B = f"--ptm-model=a={KEYWORD}", f"--ptm-model=b={KEYWORD}?good=bad"


def test_tests_are_ordered_so_that_each_model_is_used_up(suite):
    suite.makepyfile(
        test_it="""
        def test_one(ptm_model): pass
        def test_two(ptm_model): pass
        """
    )
    result = suite.runpytest_inprocess(A, B, "--collect-only", "-q")
    result.stdout.fnmatch_lines(
        ["*test_one[[]a]", "*test_two[[]a]", "*test_one[[]b]", "*test_two[[]b]"],
        consecutive=True,
    )


MARKED = """
import pytest
from pytest_ptm import evaluate_accuracy
from reviews import REVIEWS

@pytest.mark.ptm(model="b")
def test_marked(ptm_model):
    assert ptm_model.name == "b"
    assert evaluate_accuracy(ptm_model, REVIEWS).value == 0.2

@pytest.mark.ptm(model=["a", "b"])
class TestBoth:
    def test_in_class(self, ptm_model):
        assert evaluate_accuracy(ptm_model, REVIEWS).n == 5

    def test_without(self):
        pass

def test_unmarked(ptm_model, ptm_load, ptm_device, ptm_rng, ptm_settings):
    assert ptm_model.name == "a"
    assert ptm_load("b").name == "b"
    other = ptm_load("python:ptm_fakes:keyword?good=not")
    assert evaluate_accuracy(other, REVIEWS).value == 0.4
    assert ptm_device == "cpu"
    assert ptm_settings.seed == 0
    assert ptm_rng.random() == pytest.approx(ptm_rng.random(), abs=1)
"""


def test_a_marker_chooses_among_the_named_models(suite, how):
    suite.makeini(f"[pytest]\nptm_model = b={KEYWORD}?good=bad\n")
    suite.makepyfile(test_it=MARKED)
    result = suite.runpytest_inprocess(A, "--ptm-device=cpu", *how)
    result.assert_outcomes(passed=5)


def test_a_random_generator_belongs_to_its_test(suite, how):
    suite.makepyfile(
        test_it="""
        import pathlib, pytest

        @pytest.mark.parametrize("i", [0, 1])
        def test_it(ptm_rng, i):
            pathlib.Path(f"{i}.txt").write_text(str(ptm_rng.random()))
        """
    )
    drawn = []
    for seed in (0, 0, 1):
        suite.runpytest_inprocess(f"--ptm-seed={seed}", *how).assert_outcomes(passed=2)
        drawn.append([(suite.path / f"{i}.txt").read_text() for i in (0, 1)])
    assert drawn[0] == drawn[1] != drawn[2]
    assert drawn[0][0] != drawn[0][1]


def mistake(suite, decorator, *arguments):
    suite.makepyfile(
        test_it=f"import pytest\n{decorator}\ndef test_it(ptm_model): pass\n"
    )
    return suite.runpytest_inprocess(A, *arguments)


def test_a_wrong_marker_is_readable(suite, how):
    wrong = {
        "@pytest.mark.ptm(modle='a')": "*unknown keyword 'modle'; did you mean*",
        "@pytest.mark.ptm('a')": "*keywords only (model, task, capability), got 'a'*",
        "@pytest.mark.ptm(model='c')": "*no model is named 'c'; known: 'a'*",
        "@pytest.mark.ptm(model=3)": "*expected a name or a list of names, got 3*",
        "@pytest.mark.ptm(task='text')": "*unknown task 'text'; *classification*",
    }
    for decorator, message in wrong.items():
        result = mistake(suite, decorator, *how)
        assert result.ret != 0
        assert "INTERNALERROR" not in result.stdout.str()
        result.stdout.fnmatch_lines([message])


def test_the_marker_is_declared(suite):
    result = suite.runpytest_inprocess("--markers")
    result.stdout.fnmatch_lines(["@pytest.mark.ptm: *", "@pytest.mark.ptm(*"][1:])


REACHED = """
import pytest, unittest
from pytest_ptm import evaluate_accuracy
from reviews import REVIEWS

def test_reached(request):
    model = request.getfixturevalue("ptm_model")
    assert evaluate_accuracy(model, REVIEWS).n == 5

class TestOld(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def _model(self, ptm_model):
        self.model = ptm_model

    def test_old(self):
        assert evaluate_accuracy(self.model, REVIEWS).n == 5
"""


def test_the_fixture_can_be_reached_without_parametrization(suite, how):
    suite.makepyfile(test_it=REACHED)
    suite.runpytest_inprocess(A, *how).assert_outcomes(passed=2)


def test_several_models_cannot_be_reached_without_parametrization(suite):
    suite.makepyfile(test_it=REACHED)
    result = suite.runpytest_inprocess(A, B)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*the run has several models (a, b)*"])


def test_a_marker_that_cannot_be_followed_is_an_error(suite):
    suite.makepyfile(
        test_it=REACHED.replace(
            "def test_reached", '@pytest.mark.ptm(model="b")\ndef test_reached'
        )
    )
    suite.makeini(f"[pytest]\nptm_model = b={KEYWORD}?good=bad\n")
    result = suite.runpytest_inprocess(A, "-k", "reached")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*the test's marker names the model 'b'*"])


def test_the_task_of_a_marker_must_answer_the_question(suite, tmp_path):
    suite.makepyfile(
        test_it=ACCURACY.format(bound=0.5).replace(
            "def test",
            "import pytest\n@pytest.mark.ptm(task='text-classification')\ndef test",
        )
    )
    suite.runpytest_inprocess(A).assert_outcomes(passed=1)
