"""What two models, or two runs of one, are compared by: a metric, or a check."""

from __future__ import annotations

from typing import Any, NamedTuple

from pytest_ptm.behaviours.asking import rows_of
from pytest_ptm.behaviours.choice import Able, AnyModel
from pytest_ptm.behaviours.held import able_to_write, held_by
from pytest_ptm.behaviours.marked import Labelled, able, labelled, named
from pytest_ptm.behaviours.passing import PASSES, written_texts
from pytest_ptm.behaviours.theirs import OtherModel, beside, other_model
from pytest_ptm.behaviours.two_models import Both
from pytest_ptm.checks.check import Check
from pytest_ptm.checks.own import Expected, check_of
from pytest_ptm.datasets.columns import LabelMap
from pytest_ptm.datasets.examples import Examples, Label
from pytest_ptm.datasets.load import Source
from pytest_ptm.ground.digests import digest
from pytest_ptm.ground.errors import ArgumentError


def compared_by(
    metric: str,
    positive: Label | None,
    label_map: LabelMap | None,
    expect: Expected | None,
) -> ComparedBy:
    """The metric, or the check that stands in its place.

    Raises:
        ArgumentError: there is a check, and something else that is of labels.
    """
    if expect is None:
        return ComparedBy(metric, positive, label_map)
    given = [
        *(["metric"] if metric != "accuracy" else []),
        *(["positive"] if positive is not None else []),
        *(["label_map"] if label_map is not None else []),
    ]
    if given:
        raise ArgumentError(
            f"{given[0]}= beside expect=: a check says which answers are right, and no "
            "label; leave one of them out"
        )
    return ComparedBy(PASSES, None, None, check_of(expect))


class ComparedBy(NamedTuple):
    """By which metric, and how labels are read; or by which check of what is said."""

    metric: str
    positive: Label | None
    label_map: LabelMap | None
    check: Check | None = None

    @property
    def able(self) -> Able[Any]:
        """The tasks that can be asked so."""
        return able(self.metric) if self.check is None else able_to_write()

    def rows(self, examples: Source) -> Examples:
        """The examples, with references where a check needs them."""
        if self.check is None:
            return rows_of(examples)
        return written_texts(examples, references=self.check.needs_references)

    def other(self, found: Labelled[Any], sides: Both) -> OtherModel[Any]:
        """The other model, to be asked the same examples."""
        if self.check is None:
            return other_model(found, sides, self.label_map)
        return beside(found, sides)

    def of(self, model: AnyModel[Any], examples: Examples) -> Labelled[Any]:
        """The model and the examples, once they have the metric."""
        if self.check is not None:
            return held_by(model, examples, self.check)
        return labelled(
            model,
            examples,
            self.metric,
            positive=self.positive,
            label_map=self.label_map,
        )

    def parts(self, found: Labelled[Any], than: str) -> list[str]:
        """What the signature says of it; whatever changes the figure stands there."""
        made_by = found.metric.made_by(found.truth.gold)
        parts = ["not_worse", found.metric.name, *made_by, f"than:{than}"]
        parts += named(self.positive)
        if self.label_map is not None:
            pairs = sorted((repr(key), repr(to)) for key, to in self.label_map.items())
            parts.append(f"labels:{digest(repr(pairs))}")
        if self.check is not None:
            parts.append(f"expect:{self.check.name}")
        return parts
