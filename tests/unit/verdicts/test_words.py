"""The message of a verdict as parts: what each holds, and that the text is of them."""

from dataclasses import fields, replace

import pytest

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
    Reliability,
    ReliabilityBin,
    Result,
)
from pytest_ptm.statistics.evidence import Known, ShareOf
from pytest_ptm.verdicts.cases import CaseWords
from pytest_ptm.verdicts.figures import p_text, told_apart
from pytest_ptm.verdicts.footing import Detail
from pytest_ptm.verdicts.judge import judge
from pytest_ptm.verdicts.words import message_of

RESULT = Result(
    behaviour="metric",
    model=ModelCard("candidate", "./candidate", "ab" * 32, notes=("of the model",)),
    task="text-classification",
    measurement=Measurement(
        "accuracy", 0.88, 200, "higher", Interval(0.8277, 0.918, 0.95, "Wilson")
    ),
    signature="ptm:0.1|accuracy",
    by_group=(GroupFigure("length", "long", 0.8163, 98),),
    cases=(
        Case("rev-1", "not bad", "positive", "negative 0.998", 1.0, note="truncated"),
        Case("rev-2", "good", "positive", "negative 0.6", 0.5),
    ),
    failing=24,
    counts=Counts(truncated=3),
    cost=Cost(200, 198, 150, 6, 1.25),
    notes=("of the figure",),
)
ECE = Limit(Measurement("ece", 0.05, 200, "lower"), Bound(at_most=0.1))


@pytest.fixture
def message():
    verdict = judge(RESULT, Bound(at_least=0.9), limits=(ECE,))
    return message_of(verdict, show_cases=1, rerun="pytest x")


def test_each_part_says_its_own(message):
    assert message.headline == "accuracy 0.8800 < 0.9000 (n=200)"
    reading = "inconclusive at 95 %: the bound lies inside"
    assert message.footing == (
        Detail("interval", f"95 % Wilson 0.8277 .. 0.9180 · {reading}"),
    )
    assert message.also == ("ece 0.0500 <= 0.1000",)
    assert message.groups == ("length=long 0.8163 (n=98)",)
    assert message.counts == "3 truncated to what the model can see"
    assert message.notes == ("of the model", "of the figure")
    assert message.cases == (
        CaseWords("rev-1", "positive", "negative 0.998", "not bad", "truncated"),
    )
    assert message.failing == 24
    assert message.signature == "ptm:0.1|accuracy"
    assert message.rerun == "pytest x"


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("headline", "HEAD"),
        ("model", "  model      MODEL"),
        ("footing", "  judged on  FOOT"),
        ("also", "  also       ALSO"),
        ("groups", "  by group   GROUP"),
        ("reliability", "  bins       BINS"),
        ("counts", "  counts     COUNTS"),
        ("notes", "  note       NOTE"),
        ("cases", '    ID  expected E  got O  "S"'),
        ("failing", "  worst 1 of 7"),
        ("cost", "  cost       COST"),
        ("signature", "  signature  SIGN"),
        ("rerun", "  rerun      RERUN"),
    ],
)
def test_the_text_has_a_line_of_every_part(message, part, said):
    new = {
        "headline": "HEAD",
        "model": "MODEL",
        "footing": (Detail("judged on", "FOOT"),),
        "also": ("ALSO",),
        "groups": ("GROUP",),
        "reliability": (Detail("bins", "BINS"),),
        "counts": "COUNTS",
        "notes": ("NOTE",),
        "cases": (CaseWords("ID", "E", "O", "S", ""),),
        "failing": 7,
        "cost": "COST",
        "signature": "SIGN",
        "rerun": "RERUN",
    }
    assert new.keys() == {field.name for field in fields(message)}
    before = str(message).splitlines()
    after = str(replace(message, **{part: new[part]})).splitlines()
    assert said in after
    assert said not in before


def test_of_many_bins_those_that_weigh_most_are_shown_in_their_order():
    bins = tuple(
        ReliabilityBin(
            row / 20, (row + 1) / 20, 10, 0.5, 0.5 + row / 40, Interval(0, 1, 0.95, "W")
        )
        for row in range(20)
    )
    result = replace(RESULT, reliability=Reliability(bins, likeliest=0.5))
    message = message_of(judge(result, Bound(at_least=0.5)), show_cases=0)
    head, *lines, rest, advice = message.reliability
    assert head.label == "bins"
    assert [line.text[:6] for line in lines] == [f"{b.low:.4f}" for b in bins[5:]]
    assert rest.text == "… (5 more bins, nearer or of fewer)"
    assert "at temperature 0.5 (below 1: not sure enough)" in advice.text
    for likeliest in (0.9999, 1.0, 1.0001):
        result = replace(RESULT, reliability=Reliability(bins, likeliest=likeliest))
        message = message_of(judge(result, Bound(at_least=0.5)), show_cases=0)
        assert message.reliability[-1].text.endswith("another one mends nothing")


def test_a_part_with_nothing_to_say_has_no_line():
    plain = replace(
        RESULT,
        model=replace(RESULT.model, notes=()),
        by_group=(),
        cases=(),
        counts=Counts(),
        notes=(),
    )
    text = str(message_of(judge(plain, Bound(at_least=0.5)), show_cases=5))
    labels = [line.split()[0] for line in text.splitlines()]
    assert labels == ["accuracy", "model", "interval", "cost", "signature"]


@pytest.mark.parametrize(
    ("high", "labels"), [(0.88, ["judged on"]), (0.9, ["judged on", "interval"])]
)
def test_an_interval_without_width_is_none_to_be_read(high, labels):
    ends = Interval(0.88, high, 0.95, "every row asked")
    figure = replace(RESULT.measurement, interval=ends, evidence=Known(0.88))
    result = replace(RESULT, measurement=figure)
    verdict = judge(result, Bound(at_least=0.8, confidence=0.95))
    assert [each.label for each in message_of(verdict, show_cases=0).footing] == labels


def test_an_interval_of_a_further_limit_that_ends_at_its_bound_holds_it_too():
    ends = Interval(0.1, 0.3, 0.95, "Wilson")
    missed = Limit(Measurement("ece", 0.2, 200, "lower", ends), Bound(at_most=0.1))
    verdict = judge(RESULT, Bound(at_least=0.8), limits=(missed,))
    (detail,) = message_of(verdict, show_cases=0).footing
    assert detail.text.endswith("inconclusive at 95 %: the bound lies inside")


def test_figures_have_as_many_digits_as_tell_them_apart():
    assert told_apart(0.9, 0.9) == ("0.9000", "0.9000")
    assert told_apart(0.89996, 0.9) == ("0.89996", "0.90000")
    assert (p_text(0.0005), p_text(0.0001), p_text(0.00009)) == (
        "0.0005",
        "0.0001",
        "< 0.0001",
    )


@pytest.mark.parametrize(
    ("hits", "said"), [(199, "lower bound 0.9765 >= 0.9000"), (100, "upper bound")]
)
def test_the_bound_that_decided_is_said(hits, said):
    figure = Measurement.of("accuracy", hits / 200, 200, "higher", ShareOf(hits, 200))
    verdict = judge(
        replace(RESULT, measurement=figure), Bound(at_least=0.9, confidence=0.95)
    )
    (detail, *_) = message_of(verdict, show_cases=0).footing
    assert detail.text.startswith(f"one-sided 95 % {said}")
