"""What came of each example survives being written down, and stays small."""

import base64
import json
import zlib
from dataclasses import asdict, replace

import numpy as np
import pytest

from pytest_ptm.ground.errors import DataError
from pytest_ptm.results import Outcomes
from pytest_ptm.runs import packed


def outcomes(n, *, seed=0):
    rng = np.random.default_rng(seed)
    right = rng.random(n) < 0.9
    return Outcomes(
        ids=tuple(f"{int(rng.integers(2**62)):016x}" for _ in range(n)),
        right=right,
        scores=rng.exponential(size=n),
        predicted=rng.integers(0, 5, n),
    )


@pytest.mark.parametrize("n", [1, 7, 8, 1000])
def test_everything_comes_back(n):
    given = outcomes(n)
    found = packed.pack(given)
    assert (packed.unpack_right(found) == given.right).all()
    assert packed.unpack_failing(found) == given.failing
    assert packed.unpack_scores(found) == pytest.approx(given.scores, rel=1e-6)
    assert (packed.unpack_predicted(found) == given.predicted).all()


def test_what_was_never_there_stays_absent():
    found = packed.pack(Outcomes(ids=("a",), scores=np.array([0.25])))
    assert packed.unpack_right(found) is None
    assert packed.unpack_failing(found) == ()
    assert packed.unpack_predicted(found) is None


def test_scores_that_repeat_right_and_wrong_are_left_out():
    given = outcomes(100)
    shares = replace(given, scores=given.right.astype(np.float64))
    assert packed.pack(shares).scores is None
    # A baseline of F1s that all are 0 or 1 has to say that they are F1s.
    graded = packed.pack(replace(shares, graded=True))
    assert packed.unpack_scores(graded).tolist() == shares.scores.tolist()
    # Errors of 0 and 1 repeat nothing: of what is wrong they are 1.
    errors = replace(shares, scores=1.0 - shares.scores)
    assert packed.unpack_scores(packed.pack(errors)).tolist() == errors.scores.tolist()


def test_a_hundred_thousand_rows_stay_under_a_megabyte():
    for left_out in ({"scores": None}, {"predicted": None}):
        found = packed.pack(replace(outcomes(100_000), **left_out))
        assert len(json.dumps(asdict(found))) < 1_000_000


def test_a_secret_in_an_id_is_not_written(monkeypatch):
    from pytest_ptm.ground.redaction import read_environment_again

    monkeypatch.setenv("SOME_TOKEN", "s3cret-s3cret-s3cret")
    read_environment_again()
    given = Outcomes(ids=("row s3cret-s3cret-s3cret",), right=np.array([False]))
    found = packed.unpack_failing(packed.pack(given))
    assert "s3cret" not in found[0]
    monkeypatch.delenv("SOME_TOKEN")
    read_environment_again()


@pytest.mark.parametrize("damage", ["", "AAAA", "not base64!", None])
def test_damage_is_an_error(damage):
    found = packed.pack(outcomes(100))
    text = found.right[:-8] if damage is None else damage
    with pytest.raises(DataError, match="PTM214"):
        packed.unpack_right(replace(found, right=text))
    with pytest.raises(DataError, match="PTM214"):
        packed.unpack_predicted(replace(found, predicted=found.right))


def packed_text(raw):
    return base64.b64encode(zlib.compress(raw)).decode()


@pytest.mark.parametrize("ids", [b"3", b'{"a": 1}', b"[1, 2]", b"nonsense", b"null"])
def test_ids_that_are_no_texts_are_damage(ids):
    found = packed.pack(outcomes(10))
    with pytest.raises(DataError, match="PTM214"):
        packed.unpack_failing(replace(found, failing=packed_text(ids)))


def test_what_would_grow_without_end_is_damage():
    found = packed.pack(outcomes(100))
    bomb = packed_text(bytes(50_000_000))
    for unpack, column in (
        (packed.unpack_right, "right"),
        (packed.unpack_scores, "scores"),
        (packed.unpack_predicted, "predicted"),
    ):
        with pytest.raises(DataError, match="does not end where it should"):
            unpack(replace(found, **{column: bomb}))
