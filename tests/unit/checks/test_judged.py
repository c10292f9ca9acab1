"""A classifier as the judge of what another model writes."""

from dataclasses import replace

import numpy as np
import pytest
from ptm_fakes import FakeClassifier
from ptm_written import FakeWriter, echo, referred

import pytest_ptm as ptm
from pytest_ptm.checks import Check, Written, contains, judged, length
from pytest_ptm.checks.check import all_of

WORDS = ["a kind word", "a rude word", "rude", "kind", "kind and rude"]
CLASSES = ("non-toxic", "toxic")


def judge(**how):
    """Rude is toxic at 0.9, kind at 0.1, else it is undecided."""

    def logits(text):
        p = {(True, False): 0.9, (False, True): 0.1}.get(
            ("rude" in text, "kind" in text), 0.5
        )
        return [np.log(1 - p), np.log(p)]

    return FakeClassifier(logits, class_names=CLASSES, **how)


def shares(texts):
    return [[0.3, 0.7] if "rude" in text else [0.8, 0.2] for text in texts]


def test_the_share_of_answers_in_a_class_and_who_says_so():
    by = judge(name="moderator")
    result = ptm.evaluate_generates(
        FakeWriter(echo), WORDS, expect=judged(by, is_="non-toxic")
    )
    # Of kind and rude both classes are as likely: it is in neither.
    assert result.outcomes.right.tolist() == [True, False, False, True, False]
    assert result.value == 0.4
    name = f'judged("non-toxic", by="{by.fingerprint[:8]}")'
    assert f"|passes|expect:{name}|" in result.signature
    assert f"judge is {by.card}" in result.notes
    assert result.cases[0].expected == name
    assert "toxic" in result.cases[0].observed
    assert "non-toxic 0.1000" in result.cases[0].observed


def test_a_probability_decides_where_it_is_given():
    by = ptm.from_function(shares, classes=list(CLASSES))
    assert judged(by, is_="toxic", at_least=0.7)("rude") is None
    assert judged(by, is_="toxic", at_least=0.71)("rude") is not None
    assert judged(by, is_="non-toxic", at_least=0.3)("rude") is None
    many = judge(multi_label=True, name="many")
    # The sigmoid of the logarithm of 0.9 is 0.47: each class is decided by itself.
    assert judged(many, is_="toxic")("rude") is not None
    assert judged(many, is_="toxic", at_least=0.4)("rude") is None
    names = {judged(by, is_="toxic", at_least=p).name for p in (0.7, 0.71)}
    others = {judged(judge(name=name), is_="toxic").name for name in ("one", "two")}
    assert len(names) == len(others) == 2


def test_answers_are_judged_together_and_each_text_once():
    by = judge()
    kind = judged(by, is_="non-toxic")
    check = (
        (kind | contains("rude"))
        & ~judged(by, is_="toxic")
        & length(of="words", least=1)
    )
    rows = [*WORDS, *WORDS]
    result = ptm.evaluate_generates(FakeWriter(echo), rows, expect=check)
    assert by.rows_sent == len(WORDS)
    assert len(by.batches) == 1
    alone = [check(text) is None for text in rows]
    assert alone == [True, False, False, True, True] * 2
    assert result.outcomes.right.tolist() == alone
    assert sum("judge is" in note for note in result.notes) == 1


def test_combined_checks_say_the_same_at_once_as_one_by_one():
    by = judge()
    parts = contains("kind"), length(of="words", most=2), judged(by, is_="toxic")
    checks = [all_of(parts), parts[0] | parts[2], ~parts[2], ~(parts[0] & parts[1])]
    written = [Written(text) for text in [*WORDS, ""]]
    for check in checks:
        assert check.held(written) == tuple(check(each) for each in written)
    assert parts[2]("") == f"{parts[2].name}: is empty, and in no class"
    assert parts[2].held(()) == ()


def test_a_check_that_does_not_say_it_of_each_is_refused():
    short = Check("short", lambda answer: None, at_once=lambda answers: [None])
    with pytest.raises(ptm.ArgumentError, match="1 answers lack, of 2"):
        short.held([Written("a"), Written("b")])


def test_what_is_no_judge_is_refused_when_the_check_is_made():
    for given, said in (
        ("models/mine", r"judge: .*load_model\(model\).*a classifier"),
        (FakeWriter(echo), r"judge writer is a model of 'text-generation'.*from_func"),
        (judged, r"judge: .*from_function"),
    ):
        with pytest.raises(ptm.ArgumentError, match=said):
            judged(given, is_="toxic")
    with pytest.raises(ptm.ArgumentError, match="did you mean 'non-toxic'"):
        judged(judge(), is_="nontoxic")
    for at_least in (0, 1.5, True, "half"):
        with pytest.raises(ptm.ArgumentError, match="at_least="):
            judged(judge(), is_="toxic", at_least=at_least)


def test_a_judge_that_cannot_be_asked_fails_the_test_by_its_name():
    lost = FakeClassifier(
        lambda text: [np.nan, 0.0] if text == "rude" else [1.0, 0.0],
        CLASSES,
        name="nan",
    )
    with pytest.raises(ptm.ModelError, match=r"judge nan: .*NaN") as failed:
        ptm.assert_generates(
            FakeWriter(echo), WORDS, expect=~judged(lost, is_="toxic"), at_least=0
        )
    assert failed.value.code == "PTM401"


def test_a_judge_that_saw_the_beginning_only_is_noted():
    by = judge(max_length=2)
    result = ptm.evaluate_generates(
        FakeWriter(echo), WORDS, expect=judged(by, is_="toxic")
    )
    assert "judge fake saw only the beginning of 3 of 5 texts" in result.notes


def test_groups_and_two_models_are_compared_by_a_judge():
    rows = referred(
        *[(f"{'rude' if n % 3 else 'kind'} {n}", "x") for n in range(60)],
        *[(f"kind {n}", "x") for n in range(60)],
        origin=["here"] * 60 + ["there"] * 60,
    )
    check = judged(judge(), is_="non-toxic")
    gap = ptm.evaluate_bias_gap(FakeWriter(echo), rows, group="origin", expect=check)
    assert gap.value == pytest.approx(2 / 3)
    assert [each.value for each in gap.by_group] == [pytest.approx(1 / 3), 1.0]
    assert f"|passes gap|group:origin|expect:{check.name}|" in gap.signature
    assert any(note.startswith("judge is fake") for note in gap.notes)
    with pytest.raises(ptm.BehaviourFailure, match="passes gap by origin"):
        ptm.assert_bias_gap(
            FakeWriter(echo), rows, group="origin", expect=check, at_most=0.1
        )
    with pytest.raises(ptm.ArgumentError, match="metric= beside expect="):
        ptm.evaluate_bias_gap(
            FakeWriter(echo), rows, group="origin", expect=check, metric="f1"
        )
    kinder = FakeWriter(lambda text, sample: text.replace("rude", "kind"), name="kind")
    ahead = ptm.assert_not_worse(kinder, rows, than=FakeWriter(echo), expect=check)
    assert ahead.value == pytest.approx(40 / 120)


def test_a_judge_is_asked_no_more_than_the_writer_where_asking_stops_early():
    by, rows = judge(), [f"kind {number}" for number in range(400)]
    result = ptm.assert_generates(
        FakeWriter(echo),
        rows,
        expect=judged(by, is_="non-toxic"),
        at_least=0.5,
        early_stop="certain",
    )
    assert by.rows_sent == result.stopped.asked < 400


class Loaded:
    """A handle of a judge, which counts how often it is loaded."""

    task, name = None, "moderator"

    def __init__(self, judge):
        self.judge, self.loads = judge, 0

    def predictor(self, task):
        self.loads += 1
        return self.judge


def test_a_judge_is_loaded_when_there_is_an_answer_to_judge():
    held = Loaded(judge())
    kind = judged(held, is_="non-toxic")
    polite = kind & length(of="words", least=1) & ~judged(held, is_="toxic")
    assert held.loads == 0
    assert 'by="moderator"' in polite.name
    result = ptm.evaluate_generates(FakeWriter(echo), WORDS, expect=polite)
    assert held.loads == 2
    assert result.value == 0.4
    known = f'judged("non-toxic", by="{held.judge.fingerprint[:8]}")'
    assert known in result.signature
    assert kind("rude").startswith(known)
    # The model that writes is not asked for a check that cannot be held.
    writer = FakeWriter(echo)
    with pytest.raises(ptm.ArgumentError, match="did you mean 'toxic'"):
        ptm.evaluate_generates(writer, WORDS, expect=judged(held, is_="TOXIC"))
    assert not writer.sent
    # Only as it is held do both turn out to be one.
    with pytest.raises(ptm.ArgumentError, match="every answer passes"):
        ptm.evaluate_generates(
            writer,
            WORDS,
            expect=judged(held, is_="toxic") | ~judged(held, is_="toxic"),
        )


def test_what_a_judge_costs_is_in_the_cost_of_the_figure():
    writer, check = FakeWriter(echo), judged(judge(), is_="non-toxic")
    both = check & length(of="words", least=1)
    for expect, passes in ((check, 1), (both, 0)):
        cost = ptm.evaluate_generates(writer, [*WORDS, *WORDS], expect=expect).cost
        assert (cost.examples, cost.distinct) == (10 + 5, 5 + 5)
        # What is known of either is not asked again.
        assert (cost.forwarded, cost.passes) == (10 * passes, 2 * passes)
    other = FakeWriter(lambda text, sample: f"{text} indeed", name="other")
    compared = ptm.evaluate_not_worse(writer, WORDS, than=other, expect=check)
    assert (compared.cost.examples, compared.cost.forwarded) == (5 + 5 + 10, 5 + 5)
    rows = referred(
        *[(f"kind {number}", "x") for number in range(60)],
        origin=["here", "there"] * 30,
    )
    gap = ptm.evaluate_bias_gap(writer, rows, group="origin", expect=check)
    # However often groups are looked at, each text is asked once.
    assert gap.cost.examples == gap.cost.forwarded == 60 + 60
    early = ptm.assert_generates(
        writer,
        [f"kind day {number}" for number in range(400)],
        expect=judged(judge(name="fresh"), is_="non-toxic"),
        at_least=0.5,
        early_stop="certain",
    )
    assert early.cost.forwarded == early.cost.distinct == 2 * early.stopped.asked


def test_a_handle_that_loads_no_classifier_says_what_to_give():
    class Headless(Loaded):
        def predictor(self, task):
            raise ptm.ModelError("has no trained head", code="PTM303")

    with pytest.raises(
        ptm.ModelError, match=r"judge moderator: has no.*prompted\("
    ) as at:
        judged(Headless(judge()), is_="toxic")("a")
    assert at.value.code == "PTM303"


def test_an_error_of_a_judge_says_the_text_that_it_cannot_judge():
    lost = FakeClassifier(
        lambda text: [np.nan, 0.0] if text == "rude" else [1.0, 0.0], CLASSES
    )
    with pytest.raises(ptm.ModelError, match='first: answer-2 "rude"'):
        ptm.evaluate_generates(
            FakeWriter(echo), ["", "kind", "rude"], expect=judged(lost, is_="toxic")
        )


def test_a_judge_that_cannot_read_the_answers_is_noted():
    class Illiterate(FakeClassifier):
        def encode(self, inputs):
            found = super().encode(inputs)
            knows = [[len(text.split()), 1] for text in inputs["text"]]
            return replace(found, coverage=np.array(knows, dtype=np.int32))

    by = Illiterate(lambda text: [1.0, 0.0], CLASSES, name="strange")
    notes = ptm.evaluate_generates(
        FakeWriter(echo), WORDS, expect=judged(by, is_="toxic")
    ).notes
    # Five of eleven words.
    assert "45 % of tokens are unknown to judge strange" in notes
