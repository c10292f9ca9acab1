"""Every metric of cosines of pairs by name: as those of other numbers."""

from __future__ import annotations

from pytest_ptm.metrics.protocol import Kind
from pytest_ptm.metrics.regression.table import figures_of
from pytest_ptm.tasks.vectors.answers import Similarities

KIND: Kind[Similarities] = figures_of(Similarities)
