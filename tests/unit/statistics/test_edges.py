"""The end of an interval that inverts a test, found by halving."""

import pytest

from pytest_ptm.statistics.edges import edge


@pytest.mark.parametrize("end", [-1.0, 1.0])
def test_the_edge_lies_on_the_refuted_side(end):
    found = edge(lambda value: abs(value) > 1 / 3, inside=0.0, outside=end, halvings=44)
    assert abs(found) > 1 / 3
    assert found == pytest.approx(end / 3, abs=1e-12)


def test_the_end_itself_where_nothing_is_refuted():
    assert edge(lambda value: False, inside=0.2, outside=1.0, halvings=44) == 1.0


def test_halvings_narrow_what_lies_between():
    found = edge(lambda value: value > 0.5, inside=0.0, outside=1.0, halvings=3)
    assert found == 0.625
