"""Time, memory and parameters, by a clock that is made up."""

import re

import numpy as np
import pytest
from ptm_fakes import by_word
from ptm_slow import FakeClock, SlowClassifier

from pytest_ptm import assert_accuracy, evaluate_cost, from_function, load_examples
from pytest_ptm.behaviours import cost, timing
from pytest_ptm.ground import memory
from pytest_ptm.ground.errors import ArgumentError, DataError, ModelError
from pytest_ptm.session import Session, activated
from pytest_ptm.settings import Settings
from pytest_ptm.tasks.powers import Weights


@pytest.fixture
def clock(monkeypatch):
    found = FakeClock()
    monkeypatch.setattr(timing, "now", found)
    return found


def last(text):
    """As many milliseconds as the last word says."""
    return float(text.split()[-1])


def slow(clock, takes=last, **more):
    return SlowClassifier(by_word(), clock=clock, takes=takes, **more)


TEXTS = [f"good {n}" for n in range(1, 21)]


def figures(result):
    all_ = (result.measurement, *result.also)
    return {each.metric: each.value for each in all_}


def test_quantiles_are_those_of_single_examples_reading_and_answering(clock, session):
    result = evaluate_cost(slow(clock, reads=100.0), TEXTS)
    found = figures(result)
    assert found["p50_ms"] == pytest.approx(110)
    assert found["p95_ms"] == pytest.approx(119)
    assert found["p99_ms"] == pytest.approx(120)
    assert result.n == 20
    assert result.behaviour == "cost"
    notes = "\n".join(result.notes)
    assert "slowest: row-20 120.00 ms, row-19 119.00 ms, row-18 118.00 ms" in notes
    assert "10 questions of warm-up; quantiles by nearest rank" in notes
    assert re.search(r"machine: .+, \d+ cores?.*, on cpu; Python 3", notes)
    assert result.cost.examples == 10 + 20
    assert session.costs == [result.cost]


def test_the_memo_neither_answers_nor_learns(clock):
    model = slow(clock)
    rows = [{"text": text, "label": "positive"} for text in TEXTS]
    assert_accuracy(model, rows, at_least=1.0)
    known = model.rows_sent
    evaluate_cost(model, TEXTS, warm_up=0, passes=2)
    assert model.rows_sent - known == 2 * 20
    assert max(map(len, model.batches[-40:])) == 1
    other = slow(clock, name="other")
    evaluate_cost(other, TEXTS, warm_up=0)
    assert_accuracy(other, rows, at_least=1.0)
    assert other.rows_sent == 20 + 20


def test_two_models_are_asked_in_turn_and_compared_example_by_example(clock):
    log = []
    ours = slow(clock, takes=lambda text: 3 * last(text), name="a", log=log)
    theirs = slow(clock, takes=lambda text: 2 * last(text), name="b", log=log)
    result = evaluate_cost(ours, TEXTS, than=theirs, warm_up=0, passes=2)
    assert figures(result)["relative_time"] == pytest.approx(1.5)
    # All but the last twenty, which count memory.
    assert "".join(log[:-20]) == "abba" * 20
    assert "b: p50 20.00 ms, p95 38.00 ms; asked in turn" in "\n".join(result.notes)
    assert "|than:" in result.signature


def test_each_pass_has_an_order_of_its_own(clock):
    asked = []
    model = slow(clock, takes=lambda text: asked.append(text) or 3.0)
    evaluate_cost(model, TEXTS, warm_up=0, passes=2)
    one, other = asked[:20], asked[20:40]
    assert sorted(one) == sorted(other) == sorted(TEXTS)
    assert one != other != TEXTS


def test_one_example_that_takes_ages_is_not_all_of_them(clock):
    ours = slow(clock, takes=lambda text: 3000 if last(text) == 7 else 3, name="a")
    theirs = slow(clock, takes=lambda text: 2, name="b")
    found = figures(evaluate_cost(ours, TEXTS, than=theirs, warm_up=0))
    assert found["relative_time"] == pytest.approx(1.5)


def test_a_machine_that_slows_down_is_no_fault_of_either(clock):
    clock.drift = 5.0
    ours = slow(clock, takes=lambda text: 3.0, name="a")
    theirs = slow(clock, takes=lambda text: 2.0, name="b")
    result = evaluate_cost(ours, [f"good {n}" for n in range(200)], than=theirs)
    assert clock.seconds > 2.0
    assert figures(result)["relative_time"] == pytest.approx(1.5, rel=0.02)


def test_what_a_model_remembers_of_the_pass_before_is_no_time_of_its_own(clock):
    known = set()

    def takes(text):
        first = text not in known
        known.add(text)
        return last(text) if first else 0.1

    result = evaluate_cost(slow(clock, takes=takes), TEXTS, warm_up=0, passes=3)
    assert result.value == pytest.approx(19)
    assert any(
        "the first pass alone counts" in note and "later passes took 0.01" in note
        for note in result.notes
    )


def test_what_a_model_took_at_first_is_not_what_it_took_at_last_in_the_warm_up(clock):
    known = set()

    def takes(text):
        first = text not in known
        known.add(text)
        return 10.0 if first else 0.1

    result = evaluate_cost(slow(clock, takes=takes), TEXTS[:2], warm_up=5)
    assert figures(result)["p50_ms"] == pytest.approx(10)


def test_equal_inputs_are_asked_once(clock):
    result = evaluate_cost(slow(clock), [*TEXTS, *TEXTS[:5]])
    assert result.n == 20
    assert any("5 examples with the input of another" in note for note in result.notes)
    # Of the other model too: else each example is held against another one's time.
    theirs = slow(clock, takes=lambda text: 2 * last(text), name="b")
    result = evaluate_cost(slow(clock), [TEXTS[0], *TEXTS], than=theirs)
    assert figures(result)["relative_time"] == pytest.approx(0.5)
    assert theirs.rows_sent == 10 + 20


def test_an_accelerator_is_waited_for_before_and_behind(clock, monkeypatch):
    log = []
    monkeypatch.setattr(timing, "synchronise", lambda device: log.append(device))
    monkeypatch.setattr(timing, "now", lambda: log.append("clock") or 0.0)
    evaluate_cost(slow(clock, takes=lambda text: 0, log=log), ["good"], warm_up=0)
    assert log[:5] == ["cpu", "clock", "fake", "cpu", "clock"]


def test_times_that_were_taken_otherwise_or_elsewhere_are_other_figures(
    clock, monkeypatch
):
    def signature(**how):
        return evaluate_cost(slow(clock), TEXTS, **how).signature

    here = signature()
    assert here == signature()
    others = {signature(warm_up=9), signature(passes=2)}
    monkeypatch.setattr(cost, "machine", lambda device: f"another one, on {device}")
    others.add(signature())
    assert len({here, *others}) == 4


def test_a_model_without_an_answer_has_no_time(clock):
    model = SlowClassifier(lambda text: (float("nan"), 0.0), clock=clock)
    with pytest.raises(ModelError, match="NaN"):
        evaluate_cost(model, TEXTS)


def test_one_answer_of_several_that_was_none_or_cut_short_is_enough(clock):
    given = []

    def once(text):
        given.append(text)
        return (float("nan"), 0.0) if len(given) == 1 else (0.0, 1.0)

    with pytest.raises(ModelError, match="NaN"):
        evaluate_cost(SlowClassifier(once, clock=clock), TEXTS, warm_up=0, passes=2)
    model = slow(clock, takes=lambda text: setattr(model, "max_length", None) or 1.0)
    model.max_length = 1
    assert evaluate_cost(model, TEXTS, warm_up=0, passes=2).counts.truncated == 1


def test_what_is_no_number_is_refused(clock):
    model = slow(clock)
    for wrong in ({"warm_up": -1}, {"warm_up": 1.5}, {"passes": 0}, {"passes": True}):
        with pytest.raises(ArgumentError, match="expected a whole number"):
            evaluate_cost(model, TEXTS, **wrong)
    with pytest.raises(ArgumentError, match="another day, and perhaps another machine"):
        evaluate_cost(model, TEXTS, than="baseline")
    with pytest.raises(DataError, match="0 examples"):
        evaluate_cost(model, [])
    assert model.batches == []


def test_nothing_is_said_in_multiples_of_no_time(clock):
    for most in (1, 20):
        theirs = slow(clock, takes=lambda text, most=most: last(text) > most, name="b")
        with pytest.raises(ModelError, match="faster than the clock"):
            evaluate_cost(slow(clock), TEXTS, than=theirs)


def test_a_limit_draws_examples_and_other_workers_are_named(clock):
    settings = Settings(limit=8)
    with activated(Session(lambda: settings, workers=4)):
        result = evaluate_cost(slow(clock), TEXTS)
    assert (result.n, result.of) == (8, 20)
    assert "4 workers of pytest-xdist share this machine" in result.notes[-1]


def test_parameters_are_what_the_model_says(clock):
    model = slow(clock)
    assert "parameters" not in figures(evaluate_cost(model, TEXTS))
    model.weighed = lambda: Weights(parameters=1_000, nbytes=4_000_000)
    found = figures(evaluate_cost(model, TEXTS))
    assert found["parameters"] == 1_000
    assert found["weights_mb"] == 4.0


def allocating(megabytes):
    def answer(texts):
        held = np.ones(megabytes * 125_000)
        return [[held[0] - 1, 1.0] for _ in texts]

    return from_function(answer, classes=["a", "b"])


@pytest.mark.parametrize("allowed", [True, False])
def test_memory_that_a_model_takes_while_it_answers_is_seen(
    allowed, monkeypatch, tmp_path
):
    if not allowed:
        monkeypatch.setattr(memory, "CLEAR_REFS", tmp_path)
    result = evaluate_cost(allocating(200), ["a", "b", "c"], warm_up=1)
    assert figures(result)["memory_mb"] == pytest.approx(200, rel=0.1)
    how = "kernel's peak" if allowed else "looked at each ms"
    (note,) = [note for note in result.notes if note.startswith("memory:")]
    assert how in note
    assert "after the warm-up" in note


def test_memory_is_of_answers_that_were_not_remembered():
    known = {}
    inner = allocating(50)

    def remembering(texts):
        (text,) = texts
        if text not in known:
            inner.predict(text + " again")
            known[text] = [0.2, 0.8]
        return [known[text]]

    model = from_function(remembering, classes=["a", "b"], fingerprint="remembering")
    result = evaluate_cost(model, ["a", "b", "c"], warm_up=1)
    assert figures(result)["memory_mb"] == pytest.approx(50, rel=0.1)


def test_memory_that_nobody_counts_is_no_figure(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "STATUS", tmp_path / "none")
    with pytest.raises(ArgumentError, match="this system has none"):
        evaluate_cost(allocating(1), ["a"])


def test_memory_that_the_process_keeps_is_refused(monkeypatch):
    """Freed and not given back, it is taken again without anything that grows."""
    kept, take = [], memory.taken

    def keeping(nbytes):
        kept.append(take(nbytes))
        return kept[-1]

    monkeypatch.setattr(memory, "taken", keeping)
    with pytest.raises(ArgumentError, match="freed stays with this process"):
        evaluate_cost(allocating(1), ["a", "b"])


def test_labels_and_groups_of_examples_stand_in_nobodys_way(clock):
    rows = load_examples(
        [{"text": text, "label": "positive", "side": "a"} for text in TEXTS],
        groups=["side"],
    )
    assert evaluate_cost(slow(clock), rows).value == pytest.approx(19)
