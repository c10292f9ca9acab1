"""Stored runs: entries found again, differences and flips, and what they weigh."""

import json
from dataclasses import replace

import numpy as np
import pytest

from pytest_ptm.ground.errors import DataError
from pytest_ptm.results import Bound, Measurement, ModelCard, Outcomes, Result
from pytest_ptm.runs.baseline import StoredRun
from pytest_ptm.runs.document import CostRow, RunDocument
from pytest_ptm.runs.flips import Reached, flips_of, has_changed, then_and_now
from pytest_ptm.runs.rows import row_of
from pytest_ptm.session.running_test import Told
from pytest_ptm.statistics.evidence import ShareOf
from pytest_ptm.statistics.paired_limits import tango
from pytest_ptm.verdicts.judge import judge

CARD = ModelCard("candidate", "./candidate", "3f2a91c" + "0" * 57)
CLASSES = ("negative", "positive")


def verdict(right, *, card=CARD, ids=None, scores=None, better="higher", data="d" * 64):
    right = np.asarray(right, dtype=bool)
    n = len(right)
    hits = int(right.sum()) if better == "higher" else int((~right).sum())
    result = Result(
        behaviour="accuracy",
        model=card,
        task="text-classification",
        measurement=Measurement.of("accuracy", hits / n, n, better, ShareOf(hits, n)),
        signature=f"ptm:0.1|accuracy|data:{data[:8]}|n:{n}|seed:0",
        data=data,
        outcomes=Outcomes(
            ids=tuple(f"r{row}" for row in range(n)) if ids is None else ids,
            right=right,
            scores=scores,
            predicted=right.astype(np.intp),
            classes=CLASSES,
        ),
    )
    return judge(result, Bound(at_least=0.5))


def row(right, *, test="test_a.py::test_b", place=0, card=CARD, **how):
    nodeid = f"{test}[{card.name}]"
    return row_of(Told(verdict(right, card=card, **how)), nodeid, place=place)


def document(*rows):
    return RunDocument(
        run_id="r",
        started="2026-01-02T03:04:05+00:00",
        seconds=1.0,
        complete=True,
        partial=False,
        versions={},
        settings={},
        models=tuple(dict.fromkeys(each.model for each in rows)),
        verdicts=rows,
        tests=(),
        cost=CostRow(
            examples=1, distinct=1, forwarded=1, passes=1, seconds=1, halvings=0
        ),
        problems=(),
    ).model_dump_json(indent=1)


@pytest.fixture
def stored(tmp_path):
    def store(*rows):
        path = tmp_path / "main.json"
        path.write_text(document(*rows), encoding="utf-8")
        return StoredRun(path)

    return store


def find(run, right=(True,) * 4, *, nodeid="test_a.py::test_b[other]", **changed):
    now = verdict(right).result
    wanted = {
        "model": "other",
        "behaviour": now.behaviour,
        "signature": now.signature,
        "data": now.data,
        **changed,
    }
    return run.find(nodeid, changed.pop("place", 0), **wanted)


def test_an_entry_is_found_whatever_the_models_name(stored):
    found = find(stored(row([True, True, False, True])))
    assert found.right.tolist() == [True, True, False, True]
    assert found.predicted.tolist() == [1, 1, 0, 1]
    assert found.classes == CLASSES
    assert found.note == (
        "the baseline: candidate = ./candidate (sha256 3f2a91c…), run of 2026-01-02"
    )


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (
            {"nodeid": "test_a.py::test_c[other]"},
            "has no verdict 1 of test_a.py::test_c",
        ),
        ({"data": "e" * 64}, "the data are others: sha256 dddddddddddd there, eeee"),
        ({"behaviour": "invariance"}, "there it is accuracy, here invariance"),
        (
            {"signature": "ptm:0.2|accuracy|data:dddddddd|n:4|seed:0"},
            "it was computed otherwise: ptm is '0.1' there, '0.2' here",
        ),
        (
            {"signature": "ptm:0.1|bos:<|im_start|>|f1|data:dddddddd|n:4|seed:0"},
            "otherwise: 'accuracy' there, 'bos:<|im_start|>', 'f1' here",
        ),
    ],
)
def test_what_differs_is_not_compared_and_named(stored, changed, why):
    assert why in find(stored(row([True] * 4)), **changed)


def test_a_setting_with_bars_is_one_setting(stored):
    now = row([True] * 4)
    then = now.model_copy(update={"signature": "x|bos:<|im_start|>|window:9|seed:0"})
    why = find(stored(then), signature="x|bos:none|window:9|seed:0")
    assert why.endswith("computed otherwise: bos is '<|im_start|>' there, 'none' here")
    turned = find(stored(then), signature="x|window:9|bos:<|im_start|>|seed:0")
    assert "'x|bos:<|im_start|>|window:9|seed:0' there" in turned


def test_the_entries_of_several_models_are_told_apart_by_name(stored):
    other = ModelCard("other", "./other", "1" * 64)
    run = stored(row([True] * 4), row([False] * 4, card=other))
    assert find(run).right.tolist() == [False] * 4
    why = find(run, nodeid="test_a.py::test_b[new]", model="new")
    assert why == "main.json has it for 'candidate', 'other', not for 'new'"


def test_a_file_that_is_not_there_holds_nothing(tmp_path):
    assert find(StoredRun(tmp_path / "no.json")).startswith("there is no file ")


def test_a_damaged_entry_is_an_error_and_not_a_pass(stored):
    run = stored(row([True] * 4))
    text = run.path.read_text()
    right = json.loads(text)["verdicts"][0]["outcomes"]["right"]
    run.path.write_text(text.replace(right, right[:-6] + "AAAA=="))
    with pytest.raises(DataError, match="PTM214"):
        find(StoredRun(run.path))


def test_statistics_of_rows_are_read_back_column_by_column(stored):
    stats = np.array([[1.5, 3.0], [0.25, 4.0], [0.0, 0.0], [7.0, 1.0]])
    kept = replace(verdict([True] * 4).result.outcomes, right=None, stats=stats)
    told = verdict([True] * 4)
    told = replace(told, result=replace(told.result, outcomes=kept))
    run = stored(row_of(Told(told), "test_a.py::test_b[candidate]", place=0))
    assert find(run).stats.tolist() == stats.tolist()
    text = run.path.read_text()
    first = json.loads(text)["verdicts"][0]["outcomes"]["stats"][0]
    run.path.write_text(text.replace(first, first[:-6] + "AAAA=="))
    with pytest.raises(DataError, match="PTM214"):
        find(StoredRun(run.path))


def test_flips_are_named_in_the_order_of_the_data(stored):
    then = [True, False, True, False, True, True]
    now = [False, True, False, False, True, True]
    found = stored(row(then)).compare([row(now)])
    (flips,) = found.flips
    assert flips.newly_broken == ("r0", "r2")
    assert flips.fixed == ("r1",)
    assert flips.difference == tango(1, 2, 6)
    assert flips.then == Reached("passed", "accuracy", 4 / 6, 6)
    assert has_changed(flips)
    assert found.unmatched == found.left == ()


def test_of_a_share_that_is_half_and_wrong_the_difference_is_turned_too():
    then = row([1, 1, 0, 0], better="lower")
    now = row([1, 1, 1, 0], better="lower")
    assert (then.value, now.value) == (0.5, 0.25)
    assert flips_of(then, now).difference == tango(0, 1, 4)


def test_ids_that_do_not_fit_the_outcomes_are_damage():
    then, now = row([1, 1, 0, 0]), row([1, 1, 1, 0])
    fewer = then.outcomes.model_copy(update={"failing": now.outcomes.failing})
    with pytest.raises(DataError, match="PTM214"):
        flips_of(then.model_copy(update={"outcomes": fewer}), now)


def test_of_a_share_that_is_wrong_the_difference_is_turned(stored):
    then, now = [True] * 6 + [False] * 2, [False] + [True] * 5 + [False] * 2
    found = stored(row(then, better="lower")).compare([row(now, better="lower")])
    (flips,) = found.flips
    assert (flips.then.value, flips.now.value) == (2 / 8, 3 / 8)
    assert flips.difference == tango(1, 0, 8)


def test_many_flips_are_counted(stored):
    found = stored(row([True] * 40)).compare([row([False] * 32 + [True] * 8)])
    assert then_and_now(found.flips[0]) == (
        "then → now accuracy 1.0000 → 0.2000 (-0.8000, 95 % Tango -0.8950 .. "
        "-0.6423), passed → failed · newly broken r0, r1, r2, r3, r4, … (27 more)  "
        "test_a.py::test_b on candidate"
    )


def test_what_did_not_run_and_what_is_new_are_told_apart(stored):
    run = stored(row([True] * 4), row([True] * 4, test="test_a.py::test_old"))
    new = row([True] * 4, test="test_a.py::test_new")
    found = run.compare([new])
    assert found.left == ("test_a.py::test_b", "test_a.py::test_old")
    (why,) = found.unmatched
    assert why == (
        "test_a.py::test_new[candidate]: main.json has no verdict 1 of "
        "test_a.py::test_new"
    )


def test_a_hundred_thousand_examples_weigh_less_than_a_megabyte(stored):
    random = np.random.default_rng(0)
    n = 100_000
    right = random.random(n) < 0.9
    # Ids that hardly repeat: half of a UUID each.
    ids = tuple(f"review-{value:016x}" for value in random.integers(0, 2**63, n))
    run = stored(row(right, ids=ids))
    assert run.path.stat().st_size < 1_000_000

    found = find(run, signature=verdict(right).result.signature)
    assert np.array_equal(found.right, right)
    # With a score of each, such as those of log_loss, that no compression shortens.
    losses = random.exponential(size=n)
    run = stored(row(right, ids=ids, scores=losses))

    assert run.path.stat().st_size < 1_000_000
    found = find(run, signature=verdict(right).result.signature)
    assert np.array_equal(found.scores, losses.astype(np.float32))
