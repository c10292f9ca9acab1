"""Answers before and after a change of the texts."""

import numpy as np
import pytest
from ptm_fakes import FakeClassifier, by_word

from pytest_ptm import (
    BehaviourFailure,
    assert_directional,
    assert_invariant,
    evaluate_accuracy,
    evaluate_bias_gap,
    evaluate_directional,
    evaluate_invariant,
    evaluate_metric,
    load_examples,
    load_model,
)
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.perturbations import casing, contractions, punctuation, typos

TEXTS = ["good one", "bad one", "GOOD", "a good one", "dull"]
UNLABELLED = load_examples((TEXTS, None))


@pytest.fixture
def model():
    """Knows "good" in lower case only."""
    return FakeClassifier(by_word())


def test_the_share_is_of_changed_texts_only(model):
    result = evaluate_invariant(model, UNLABELLED, under=casing("upper"))
    assert (result.value, result.n) == (0.5, 4)
    assert result.counts.unchanged == 1
    assert result.measurement.metric == "changed answers under casing(upper)"
    assert result.measurement.interval.method == "Wilson"
    (note,) = result.notes
    assert note.startswith("casing(upper): 4 of 5 texts changed, 2 predictions did")
    assert note.endswith("fewer than 10 say little")
    assert {case.example_id for case in result.cases} == {"row-1", "row-4"}
    case = result.cases[0]
    assert case.shown == "good one → GOOD ONE"
    assert (case.expected, case.observed) == ("positive 0.881", "negative 0.881")
    assert "|changed answers|under:casing(upper)|data:" in result.signature


def test_several_changes_are_counted_by_example_and_each(model):
    result = evaluate_invariant(
        model, UNLABELLED, under=[casing("upper"), casing("lower")]
    )
    assert (result.value, result.n, result.failing) == (3 / 5, 5, 3)
    assert result.measurement.metric.endswith("under any of 2 changes")
    assert {(g.group, g.value, g.n) for g in result.by_group} == {
        ("casing(upper)", 0.5, 4),
        ("casing(lower)", 1.0, 1),
    }
    assert {case.note for case in result.cases} == {"casing(upper)", "casing(lower)"}


def test_known_texts_are_not_asked_again(model):
    evaluate_accuracy(model, load_examples((TEXTS, [1, 0, 0, 1, 0])))
    result = evaluate_invariant(model, UNLABELLED, under=casing("upper"))
    # Of the four upper-case texts none was known; of the originals all were.
    assert result.cost.forwarded == 4
    assert model.rows_sent == 9


def test_six_tests_over_one_data_set_ask_each_text_once(model, session):
    rows = [
        {"text": f"{'good' if i % 3 else 'Bad'} {i}", "label": int(i % 3 > 0), "g": g}
        for i, g in enumerate("ab" * 40)
    ]
    examples = load_examples(rows, groups=["g"])
    evaluate_accuracy(model, examples)
    evaluate_metric(model, examples, metric="f1_macro")
    evaluate_bias_gap(model, examples, group="g")
    evaluate_bias_gap(model, examples, group="g", metric="selection_rate", positive=1)
    evaluate_invariant(model, examples, under=casing("upper"))
    evaluate_invariant(model, examples, under=casing("lower"))
    texts = examples.inputs["text"]
    distinct = {*texts, *map(str.upper, texts), *map(str.lower, texts)}
    assert model.rows_sent == len(distinct)
    assert sum(cost.forwarded for cost in session.costs) == len(distinct)


def test_a_tolerance_also_watches_the_probabilities():
    model = FakeClassifier(lambda text: (0.0, 1.0 + 0.2 * text.count("!")))
    texts = load_examples((["fine", "well"], None))
    shout = [lambda text: text + "!!!"]
    assert evaluate_invariant(model, texts, under=shout).value == 0.0
    assert evaluate_invariant(model, texts, under=shout, tolerance=0.2).value == 0.0
    assert evaluate_invariant(model, texts, under=shout, tolerance=0.05).value == 1.0


def test_a_change_that_changes_nothing_is_an_error(model):
    with pytest.raises(DataError, match=r"PTM210 contractions\(expand\) changed none"):
        evaluate_invariant(model, UNLABELLED, under=contractions("expand"))
    with pytest.raises(DataError, match="PTM210"):
        evaluate_invariant(
            model, UNLABELLED, under=[casing("upper"), contractions("expand")]
        )
    assert model.rows_sent == 0


def test_an_assertion_shows_both_texts(model):
    with pytest.raises(BehaviourFailure) as failure:
        assert_invariant(model, UNLABELLED, under=casing("upper"), at_most=0.25)
    message = str(failure.value)
    assert message.startswith(
        "changed answers under casing(upper) 0.5000 > 0.2500 (n=4)"
    )
    # The second text below the first, and a mark below what was changed.
    place = message.index('before  "good one"\n')
    assert message[place:].splitlines()[1:3] == [
        '      after   "GOOD ONE"',
        "               ^^^^ ^^^",
    ]
    assert_invariant(model, UNLABELLED, under=casing("upper"), at_most=0.5)
    assert_invariant(model, UNLABELLED, under=punctuation("add"))


@pytest.mark.parametrize("seed", [0, 7])
def test_the_seed_is_recorded_and_counts(model, seed):
    change = typos(rate=0.5)
    result = evaluate_invariant(model, UNLABELLED, under=change, seed=seed)
    assert f"|seed:{seed}" in result.signature
    again = evaluate_invariant(model, UNLABELLED, under=change, seed=seed)
    assert again.cases == result.cases
    with pytest.raises(ArgumentError, match="seed=-1"):
        evaluate_invariant(model, UNLABELLED, under=change, seed=-1)


def test_one_field_of_a_pair():
    model = FakeClassifier(by_word())
    pairs = load_examples(
        [{"text": "x", "b": "good"}, {"text": "good", "b": "y"}],
        label=None,
        text_pair="b",
    )
    result = evaluate_invariant(model, pairs, under=casing("upper"), fields=["text"])
    assert result.value == 0.5


def test_directions_and_their_opposites_add_up():
    def logits(text):
        return (0.0, float(text.count("!")) - float(text.count("?")))

    model = FakeClassifier(logits)
    texts = load_examples((["a", "b", "c"], None))
    changes = {
        "up": lambda t: t + "!",
        "down": lambda t: t + "?",
        "same": lambda t: t + " ",
    }

    def share(expect, way, tolerance=0.0):
        return evaluate_directional(
            model,
            texts,
            under=changes[way],
            expect=expect,
            of="positive",
            tolerance=tolerance,
        ).value

    wrong = {
        (expect, way): share(expect, way)
        for expect in ("increase", "decrease", "not_increase", "not_decrease")
        for way in changes
    }
    for way in changes:
        assert wrong["increase", way] + wrong["not_increase", way] == 1
        assert wrong["decrease", way] + wrong["not_decrease", way] == 1
    assert [wrong["increase", way] for way in changes] == [0, 1, 1]
    assert [wrong["decrease", way] for way in changes] == [1, 0, 1]
    # A move from 0.5 to 0.73 is none at a tolerance of 0.3.
    assert share("increase", "up", tolerance=0.3) == 1
    assert share("not_increase", "up", tolerance=0.3) == 0


def test_a_function_may_say_what_is_right(model):
    result = evaluate_directional(
        model,
        UNLABELLED,
        under=casing("upper"),
        expect=lambda before, after: abs(after - before) < 0.1,
        of=1,
    )
    assert result.value == 0.5


def test_functions_of_one_name_are_other_questions(model):
    """A stored figure of one would else be taken for the other's."""

    def asked(change, way):
        return (
            evaluate_invariant(model, UNLABELLED, under=change).signature,
            evaluate_directional(
                model, UNLABELLED, under=str.upper, expect=way, of=1
            ).signature,
        )

    first = asked(lambda text: text + " !", lambda before, after: after > before)
    other = asked(lambda text: text + " ?", lambda before, after: after < before)
    again = asked(lambda text: text + " !", lambda before, after: after > before)
    assert first == again
    assert not {*first} & {*other}
    assert "|under:upper|" in first[1]


async def waits(before, after):
    return False


@pytest.mark.parametrize(
    ("expect", "why"),
    [
        (lambda before, after: after - before, "expected True or False, got -"),
        (lambda before, after: None, "got None"),
        (lambda before, after: "no", "got 'no'"),
        (lambda before, after: 1 / 0, "raised ZeroDivisionError: division by zero"),
        (
            lambda after: True,
            "raised TypeError: .*the value before and the value after",
        ),
        pytest.param(
            waits,
            "got <coroutine",
            marks=pytest.mark.filterwarnings("ignore:coroutine 'waits'"),
        ),
    ],
    ids=["difference", "none", "text", "breaks", "one-argument", "coroutine"],
)
def test_a_function_that_does_not_say_what_is_right_is_refused(model, expect, why):
    """A difference is true of whatever moves: all of it was right, and green."""
    with pytest.raises(ArgumentError, match=why):
        evaluate_directional(
            model, UNLABELLED, under=casing("upper"), expect=expect, of=1
        )


def test_wrong_directions_are_refused(model):
    for arguments, why in (
        ({"expect": "up", "of": 1}, "expect='up'"),
        ({"expect": "increase", "of": "happy"}, "of='happy' is no class"),
        ({"expect": "increase", "of": 1, "tolerance": 2}, "tolerance=2"),
    ):
        with pytest.raises(ArgumentError, match=why):
            assert_directional(model, UNLABELLED, under=casing("upper"), **arguments)
    assert model.rows_sent == 0


def test_an_uncased_model_does_not_mind_upper_case(shared_models, shared_data):
    dev = load_examples(shared_data / "sst2/dev.tsv", text="sentence", label=None)[:100]
    model = load_model(shared_models / "minilm-l6-sst2")
    result = assert_invariant(model, dev, under=casing("upper"))
    assert (result.value, result.n) == (0.0, 100)
    assert result.notes == (
        "casing(upper): 100 of 100 texts changed, 0 predictions did",
    )
    # Upper case is the same to it, so it was asked once.
    assert result.cost.forwarded == 100
    assert np.isfinite(result.measurement.interval.high)


def test_texts_that_repeat_and_texts_left_empty_are_noted(model):
    texts = load_examples((["good", "good", "!!!", "", "bad!"], None))
    result = evaluate_invariant(model, texts, under=punctuation("strip"))
    assert result.counts.empty == 1
    assert result.n == 2
    assert result.notes[1:] == (
        "1 of 5 repeat an earlier text: 4 distinct, effective number 3.6",
        "punctuation(strip): 1 text left empty",
    )


def test_a_change_that_breaks_a_character_is_refused(model):
    def halved(text):
        return text + "\ud83d"

    with pytest.raises(DataError, match=r"PTM205 .*row-1.* U\+D83D"):
        evaluate_invariant(model, UNLABELLED, under=halved)


def test_a_share_that_went_wrong_has_no_bound_from_below(model):
    with pytest.raises(ArgumentError, match=r"at_least=0.97: .* with at_most="):
        assert_invariant(model, UNLABELLED, under=casing("upper"), at_least=0.97)
    assert model.rows_sent == 0
