import pytest

from pytest_ptm import load_pairs
from pytest_ptm.ground.errors import ArgumentError, DataError

CROWS = """,sent_more,sent_less,stereo_antistereo,bias_type
0,He is poor.,He is rich.,stereo,class
1,She is loud.,He is loud.,antistereo,gender
"""


def test_a_row_holds_both_texts_and_their_groups(tmp_path):
    path = tmp_path / "crows.csv"
    path.write_text(CROWS, encoding="utf-8")
    found = load_pairs(
        path,
        better="sent_more",
        worse="sent_less",
        groups=["bias_type"],
        direction="stereo_antistereo",
    )
    assert found.inputs["text"] == ("He is poor.", "She is loud.")
    assert found.inputs["worse"] == ("He is rich.", "He is loud.")
    assert set(found.groups) == {"bias_type", "stereo_antistereo"}
    assert [found.numbers["swapped"][row].tolist() for row in (0, 1)] == [[0], [1]]
    assert found.labels is None


def test_what_is_no_direction_is_named(tmp_path):
    path = tmp_path / "crows.csv"
    path.write_text(CROWS, encoding="utf-8")
    with pytest.raises(DataError, match="holds 'class', 'gender'; expected stereo or"):
        load_pairs(path, better="sent_more", worse="sent_less", direction="bias_type")
    with pytest.raises(ArgumentError, match="both name the column 'sent_more'"):
        load_pairs(path, better="sent_more", worse="sent_more")
    with pytest.raises(DataError, match="PTM20"):
        load_pairs(path)
