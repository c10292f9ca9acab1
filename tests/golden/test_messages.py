"""The wording of a verdict: changed on purpose, never by accident."""

from dataclasses import replace
from pathlib import Path

import pytest
from ptm_fakes import FakeClassifier
from ptm_numbers import FakeRegressor

from pytest_ptm.behaviours.comparison import evaluate_not_worse
from pytest_ptm.results import (
    Bound,
    Case,
    Cost,
    Counts,
    GroupFigure,
    Interval,
    Limit,
    Measurement,
    ModelCard,
    Result,
)
from pytest_ptm.session import Session, activated
from pytest_ptm.verdicts.headline import headline
from pytest_ptm.verdicts.judge import judge
from pytest_ptm.verdicts.words import message_of

RESULT = Result(
    behaviour="accuracy",
    model=ModelCard(
        "candidate", "./models/candidate", "3f2a91c" + "0" * 57, "cuda:0", "float32"
    ),
    task="text-classification",
    measurement=Measurement(
        "accuracy", 0.88, 200, "higher", Interval(0.8277, 0.918, 0.95, "Wilson")
    ),
    signature="ptm:0.1|accuracy|data:9c41e0d2|n:200|seed:0",
    by_group=(
        GroupFigure("length", "long", 0.8163, 98),
        GroupFigure("length", "short", 0.9412, 102),
        GroupFigure("origin", "rare", None, 1),
    ),
    cases=(
        Case("rev-0173", "not bad at all, …", "positive", "negative 0.998", 0.998),
        Case("rev-12", "x" * 200, "negative", "positive 0.700", 0.7, note="truncated"),
    ),
    failing=24,
    counts=Counts(truncated=3),
    cost=Cost(200, 198, 150, 6, 1.25),
    notes=("2 of 200 repeat an earlier text: 198 distinct, effective number 196.1",),
)
COMPARED = Path(__file__).parents[2] / "docs/comparing.md"
RERUN = (
    'pytest "tests/test_reviews.py::test_it[candidate]" --ptm-model=./models/candidate'
)


def test_a_failure(golden):
    verdict = judge(RESULT, Bound(at_least=0.9))
    assert verdict.outcome == "failed"
    golden("failure", str(message_of(verdict, show_cases=5, rerun=RERUN)))


def test_a_partial_failure_without_interval(golden):
    figure = Measurement("average_precision", 0.5, 50, "higher")
    result = replace(RESULT, measurement=figure, of=872, by_group=(), counts=Counts())
    verdict = judge(result, Bound(at_most=0.4))
    golden("partial_failure", str(message_of(verdict, show_cases=0)))


def test_a_limit_that_does_not_hold(golden):
    mass = Measurement("smallest probability of both sides", 0.0114, 1, "higher")
    figure = Measurement("masked gap (share) between he and she", 0.2, 1, "lower")
    case = Case(
        "row-1",
        "The nurse said that [MASK] was tired.",
        "he as likely as she",
        "he 0.0057, she 0.0057, gap 0.20",
        0.2,
    )
    result = replace(
        RESULT,
        behaviour="masked_gap",
        task="fill-mask",
        measurement=figure,
        by_group=(),
        cases=(case,),
        failing=1,
        counts=Counts(),
        also=(mass,),
    )
    limit = Limit(mass, Bound(at_least=0.5))
    verdict = judge(result, Bound(at_most=0.5), limits=(limit,))
    assert verdict.outcome == "failed"
    golden("limit", str(message_of(verdict, show_cases=5)))


def test_many_groups_are_cut_short(golden):
    figures = tuple(GroupFigure("id", f"g{i:02}", 0.5, 10) for i in range(20))
    verdict = judge(replace(RESULT, by_group=figures), Bound(at_least=0.9))
    golden("many_groups", str(message_of(verdict, show_cases=1)))


def test_untrusted_text_is_shown_as_escapes(golden):
    case = Case("\x1b[2J", "::stop-commands::\n\ud800\u202e", "a\x00b", "\r", 1.0)
    verdict = judge(replace(RESULT, cases=(case,)), Bound(at_least=0.9))
    text = str(message_of(verdict, show_cases=5))
    golden("untrusted", text)
    text.encode("utf-8")


class Named(FakeClassifier):
    @property
    def card(self):
        digest = "3f2a91c" if self.name == "candidate" else "88b0c13"
        return ModelCard(
            self.name, f"./models/{self.name}", digest + "0" * 57, "cuda:0"
        )


def right_but_for(wrong, name):
    def logits(text):
        number, label = text.split()
        return (2.0, 0.0) if (int(number) in wrong) == (label == "good") else (0.0, 2.0)

    return Named(logits, ("bad", "good"), name=name)


def test_a_model_that_is_worse(golden):
    rows = [
        {"id": f"rev-{row}", "text": f"{row} {label}", "label": label}
        for row, label in enumerate(["good", "bad"] * 100)
    ]
    alike = set(range(100, 115))
    with activated(Session()):
        result = evaluate_not_worse(
            right_but_for(alike | set(range(20, 29)), "candidate"),
            rows,
            than=right_but_for(alike | {12, 40, 77}, "in-use"),
        )
    result = replace(result, cost=Cost(400, 400, 400, 14, 2.5))
    text = str(
        message_of(judge(result, Bound(at_least=-0.02)), show_cases=2, rerun=RERUN)
    )
    golden("not_worse", text)
    shown = COMPARED.read_text(encoding="utf-8")
    for line in text.splitlines()[:14]:
        assert f"    {line}\n" in shown


def test_numbers_that_are_farther_than_before(golden):
    rows = [
        {"id": f"pair-{row}", "text": f"{row} alike", "label": row % 6}
        for row in range(90)
    ]

    def says(off, name):
        return FakeRegressor(lambda text: int(text.split()[0]) % 6 + off(text), name)

    now = says(lambda text: 1.5 if text.startswith("7") else 0.25, "candidate")
    then = says(lambda text: 0.5, "in-use")
    with activated(Session()):
        result = evaluate_not_worse(now, rows, than=then, metric="mean_absolute_error")
    result = replace(result, cost=Cost(180, 180, 180, 6, 1.5))
    verdict = judge(result, Bound(at_least=0.2))
    golden("not_worse_numbers", str(message_of(verdict, show_cases=2, rerun=RERUN)))


@pytest.mark.parametrize(
    ("value", "bound", "line"),
    [
        (0.88, Bound(at_least=0.9), "accuracy 0.8800 < 0.9000 (n=200)"),
        (0.90, Bound(at_least=0.9), "accuracy 0.9000 >= 0.9000 (n=200)"),
        (0.88, Bound(at_most=0.9), "accuracy 0.8800 <= 0.9000 (n=200)"),
        (0.95, Bound(at_most=0.9), "accuracy 0.9500 > 0.9000 (n=200)"),
        (0.899999, Bound(at_least=0.9), "accuracy 0.899999 < 0.900000 (n=200)"),
        (57 / 100, Bound(at_least=0.57), "accuracy 0.5700 >= 0.5700 (n=200)"),
    ],
)
def test_the_headline_stands_alone(value, bound, line):
    result = replace(RESULT, measurement=Measurement("accuracy", value, 200, "higher"))
    assert headline(judge(result, bound)) == line


def test_a_result_says_itself_in_one_line():
    assert repr(RESULT) == (
        "<accuracy 0.8800 95% Wilson 0.8277..0.9180 n=200 model=candidate>"
    )
    assert repr(replace(RESULT, of=872)).endswith(
        "n=200 PARTIAL of 872 model=candidate>"
    )


@pytest.mark.parametrize("n", range(1, 201))
def test_a_share_equal_to_its_bound_always_passes(n):
    for k in range(n + 1):
        figure = Measurement("accuracy", k / n, n, "higher")
        result = replace(RESULT, measurement=figure)
        assert judge(result, Bound(at_least=k / n)).outcome == "passed"
        assert judge(result, Bound(at_most=k / n)).outcome == "passed"
