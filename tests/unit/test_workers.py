"""What a worker sends is fit for UTF-8, wherever half a character stands."""

import pytest

from pytest_ptm.shell.workers import transportable


@pytest.mark.parametrize(
    ("data", "sent"),
    [
        ("half \ud800", "half \\ud800"),
        ({"\udfff": 1}, {"\\udfff": 1}),
        ([{"a": ("\ud83d", None, 2.5)}], [{"a": ("\\ud83d", None, 2.5)}]),
        ("whole \U0001f600", "whole \U0001f600"),
    ],
)
def test_half_a_character_is_written_out_and_all_else_stays(data, sent):
    found = transportable(data)
    assert found == sent
    assert repr(found).encode("utf-8")
