"""The old way to say a behaviour: a function of examples; its last user ends it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pytest_ptm.behaviours.inquiry import AsAWhole, Figure, Units
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.results import Outcomes, Result
from pytest_ptm.session import current_session
from pytest_ptm.tasks.protocol import Rows

Evaluate = Callable[[Examples], Result]

_WHOLE = AsAWhole("this figure is no mean of one score a row within 0 .. 1")


@dataclass(frozen=True, slots=True)
class ByExamples:
    """An Inquiry over a function of examples."""

    evaluate: Evaluate
    everything: Examples
    examples: Examples
    units: Units
    figure: Figure
    of: int | None

    def whole(self) -> Units:
        """What the figure would count without the limit."""
        return Units.each(self.everything)

    def ask(self, units: Rows) -> list[Result]:
        """The result over these units."""
        if units.tolist() == list(range(len(self.units))):
            return [self.evaluate(self.everything)]
        return [self.evaluate(self.examples.take(units.tolist()))]

    def join(self, parts: Sequence[list[Result]]) -> list[Result]:
        """All results."""
        return [result for part in parts for result in part]

    def score(self, heard: list[Result], units: Rows) -> Outcomes:
        """What came of these units."""
        outcomes = heard[-1].outcomes
        if outcomes is None or len(outcomes.ids) != len(units):
            raise ValueError("a figure that is not of these units")
        return outcomes

    def result(self, heard: list[Result], units: Rows) -> Result:
        """The result over these units; their answers are known by now."""
        if len(heard) == 1 and len(units) == len(self.units):
            return heard[0]
        session = current_session()
        told = len(session.costs)
        (found,) = self.ask(units)
        again = session.costs[told:]
        session.costs[told:] = fresh = [one for one in again if one.forwarded]
        costs = [result.cost for result in heard]
        total = sum([*costs[1:], *fresh], start=costs[0])
        return replace(found, cost=total, of=self.of)


def by_examples(
    evaluate: Evaluate, everything: Examples, figure: Figure = _WHOLE
) -> ByExamples:
    """The function as an Inquiry, its examples cut by the limit."""
    settings = current_session().settings
    examples, of = everything, None
    if settings.limit is not None and settings.limit < len(everything):
        examples = everything.sample(settings.limit, seed=settings.seed)
        of = len(everything)
    units = Units.each(examples)
    return ByExamples(evaluate, everything, examples, units, figure, of)
