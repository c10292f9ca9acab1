"""What a model knows already takes no time, and is no figure of its own."""

import numpy as np
import pytest
from ptm_fakes import by_word
from ptm_slow import FakeClock, SlowClassifier

from pytest_ptm import BehaviourFailure, assert_cost, evaluate_cost, from_function
from pytest_ptm.behaviours import timing
from pytest_ptm.ground.errors import ModelError


@pytest.fixture
def clock(monkeypatch):
    found = FakeClock()
    monkeypatch.setattr(timing, "now", found)
    return found


def remembering(clock, known, name="ours", takes=30.0):
    """Takes its time for what is not known yet, and next to none for the rest."""

    def time_for(text):
        first = text not in known
        known.add(text)
        return takes if first else 0.01

    return SlowClassifier(by_word(), name=name, clock=clock, takes=time_for)


def steady(clock, takes, name="theirs"):
    return SlowClassifier(by_word(), name=name, clock=clock, takes=lambda text: takes)


def texts(n):
    return [f"good {number}" for number in range(n)]


def figures(result):
    return {each.metric: each.value for each in (result.measurement, *result.also)}


@pytest.mark.parametrize("n", [2, 6, 10, 14, 40])
@pytest.mark.parametrize("passes", [1, 3])
def test_examples_of_the_warm_up_count_as_when_they_were_first_asked(clock, n, passes):
    result = evaluate_cost(remembering(clock, set()), texts(n), passes=passes)
    found = figures(result)
    assert (found["p50_ms"], found["p95_ms"]) == pytest.approx((30, 30))
    assert any("examples of the warm-up took 0.00 of" in note for note in result.notes)


@pytest.mark.parametrize(("later", "value"), [(12.0, 12), (7.0, 30)])
def test_where_none_stands_beside_them_it_takes_less_to_be_a_memory(
    clock, later, value
):
    known = set()

    def takes(text):
        first = text not in known
        known.add(text)
        return 30.0 if first else later

    model = SlowClassifier(by_word(), clock=clock, takes=takes)
    assert evaluate_cost(model, texts(6)).value == pytest.approx(value)


def test_of_one_example_nothing_shows_it_and_a_note_says_so(clock):
    said = "the one example was asked in the warm-up already"
    for warm_up, expected in ((10, True), (0, False)):
        result = evaluate_cost(steady(clock, 3.0), texts(1), warm_up=warm_up)
        assert any(said in note for note in result.notes) is expected


def test_a_slow_beginning_is_no_memory(clock):
    """Of what was asked slowly at first the examples behind the warm-up tell."""
    asked = []

    def takes(text):
        asked.append(text)
        return 20.0 if len(asked) <= 10 else 3.0

    model = SlowClassifier(by_word(), clock=clock, takes=takes)
    result = evaluate_cost(model, texts(30))
    assert result.value == pytest.approx(3)
    assert not any("remembers" in note for note in result.notes)


@pytest.mark.parametrize("n", [6, 30])
def test_beside_another_model_a_memory_makes_nobody_fast(clock, n):
    ours = remembering(clock, set())
    with pytest.raises(BehaviourFailure, match=r"relative_time 3\.0000 > 1\.2000"):
        assert_cost(ours, texts(n), at_most_relative=1.2, than=steady(clock, 10.0))


@pytest.mark.parametrize("warm_up", [0, 10])
def test_the_others_memory_is_seen_too(clock, warm_up):
    theirs = remembering(clock, set(), "theirs", takes=10.0)
    for passes in (1, 3):
        result = evaluate_cost(
            steady(clock, 30.0),
            texts(16),
            than=theirs,
            warm_up=warm_up,
            passes=passes,
        )
        assert figures(result)["relative_time"] == pytest.approx(3.0)
        theirs = remembering(clock, set(), "theirs", takes=10.0)


@pytest.mark.parametrize("warm_up", [0, 4])
def test_two_models_of_one_memory_have_no_ratio(clock, warm_up):
    known = set()
    ours, theirs = (
        remembering(clock, known, name, takes)
        for name, takes in (("ours", 30.0), ("theirs", 10.0))
    )
    with pytest.raises(ModelError, match="share a memory of answers"):
        evaluate_cost(ours, texts(20), than=theirs, warm_up=warm_up)


def test_where_all_are_of_the_warm_up_one_memory_makes_nobody_fast(clock):
    known = set()
    ours, theirs = (remembering(clock, known, name) for name in ("ours", "theirs"))
    with pytest.raises(BehaviourFailure, match="relative_time"):
        assert_cost(ours, texts(8), at_most_relative=10, than=theirs)


def test_a_model_beside_itself_is_said_to_be(clock):
    model = steady(clock, 3.0)
    said = "both are the same model"
    for than, expected in ((model, True), (steady(clock, 3.0, "other"), False)):
        result = evaluate_cost(model, texts(8), than=than)
        assert any(said in note for note in result.notes) is expected


def taking(known):
    """A function that takes 50 MB for what it does not know."""

    def answer(texts):
        for text in texts:
            if text not in known:
                known[text] = float(np.ones(50 * 125_000)[0])
        return [[1 - known[text], known[text]] for text in texts]

    return answer


def allocating(known):
    """The same as a model."""
    return from_function(taking(known), classes=["a", "b"], fingerprint="remembering")


def test_memory_of_what_the_warm_up_asked_is_not_lost():
    with pytest.raises(BehaviourFailure, match=r"memory_mb (4|5)\d\."):
        assert_cost(allocating({}), texts(5), at_most_memory_mb=20)


def test_what_the_very_first_question_loads_is_no_memory_of_an_answer():
    calls, answer = [], taking({})

    def loading(texts):
        calls.append(texts)
        held = np.ones(200 * 125_000 if len(calls) == 1 else 1)
        return answer(texts) if held.all() else []

    model = from_function(loading, classes=["a", "b"], fingerprint="loading")
    found = figures(evaluate_cost(model, texts(5)))
    assert found["memory_mb"] == pytest.approx(50, rel=0.2)


def test_memory_beside_another_model_is_of_answers_that_are_new():
    other = from_function(lambda texts: [[0.2, 0.8]] * len(texts), classes=["a", "b"])
    result = evaluate_cost(allocating({}), texts(30), than=other)
    assert figures(result)["memory_mb"] == pytest.approx(50, rel=0.2)


@pytest.mark.parametrize("n", [2, 3, 8])
def test_what_is_compiled_for_the_first_questions_is_no_memory(clock, n):
    asked = []

    def takes(text):
        asked.append(text)
        return 90.0 if len(asked) <= (n + 1) // 2 else 6.0 if len(asked) <= n else 3.0

    result = evaluate_cost(
        SlowClassifier(by_word(), clock=clock, takes=takes), texts(n)
    )
    assert result.value == pytest.approx(3)
    assert not any("remembers answers" in note for note in result.notes)
