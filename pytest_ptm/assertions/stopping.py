"""Asking window by window, until the verdict is settled.

The behaviours know nothing of it: each window is evaluated as a data set of its own,
and what is reported in the end is an evaluation of all rows asked, whose answers are
known by then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from pytest_ptm.assertions.settling import Asked, Settling
from pytest_ptm.behaviours.doubts import repeated_inputs
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.plan import windows
from pytest_ptm.results import Bound, Cost, Result, Stopped
from pytest_ptm.session import current_session
from pytest_ptm.statistics.anytime import anytime_share
from pytest_ptm.statistics.evidence import ShareOf
from pytest_ptm.statistics.finite import Estimand
from pytest_ptm.statistics.sequential_population import anytime_population

WINDOW, LOOKS, CERTAIN_LOOKS = 64, 200, 20
"""Rows between two looks at the verdict, unless that made more than so many looks;
fewer where only certainty ends it, which most of the rows are needed for anyhow."""

LOOKS_SPEND = 0.7
"""How much of the error the looks before the end may spend, where the end judges by a
bound as well: both errors together are what was asked for. Of 10,000 rows at a bound of
.90 a model with .95 then needs some 10 % more of them than with all of it."""

Evaluate = Callable[[Examples], Result]


@dataclass(frozen=True, slots=True)
class Stoppable:
    """How an assertion can be settled before its last row.

    ``part`` evaluates some of the rows as ``evaluate`` does all; ``counting`` are the
    rows that the figure will be over; ``settling`` starts a verdict on what is asked,
    None where nothing short of all rows settles it.
    """

    part: Evaluate
    settling: Callable[[Asked], Settling | None]
    counting: Callable[[Examples], Examples] = lambda rows: rows


def ask_until_settled(
    evaluate: Evaluate,
    rows: Examples,
    *,
    stoppable: Stoppable,
    bound: Bound,
    when: Literal["certain", "confident"],
    estimand: Estimand | None,
) -> tuple[Result, Bound]:
    """The result over as many rows as the verdict takes, in the order of a shuffle.

    With ``stopped`` set; or the result over all rows, if it takes them all. And the
    bound that the latter is to be judged by: at a confidence the looks have spent a
    part of its error.
    """
    session = current_session()
    settings = session.settings
    whole = rows
    if settings.limit is not None:
        rows = rows.sample(settings.limit, seed=settings.seed)
    asked = _asked(whole, rows, stoppable, bound=bound, when=when, estimand=estimand)
    settling = None if asked is None else stoppable.settling(asked)
    if asked is None or settling is None:
        return evaluate(whole), bound
    counting = asked.rows
    looks = CERTAIN_LOOKS if asked.alpha is None else LOOKS
    size = max(WINDOW, -(-len(counting) // looks))
    seen: list[int] = []
    cost, settled = Cost(), None
    for places in windows(len(counting), size=size, seed=settings.seed):
        part = stoppable.part(counting.take(places.tolist()))
        cost += part.cost
        seen += places.tolist()
        outcomes = part.outcomes
        if outcomes is None or len(outcomes.ids) != len(places):
            # A change that is not the same each time: every row is asked instead.
            break
        settled = settling.observe(outcomes)
        if settled is not None:
            break
    told = len(session.costs)
    # What the looks say in the end is the verdict of all rows; under a limit, where
    # they are about the whole data set, it is not.
    plain = asked.alpha is None or asked.of is None
    ended = plain and len(seen) == len(counting) and settled is not None
    if settled is None or (ended and settled[1] == "certain"):
        result = evaluate(rows)
        bound = replace(bound, spent=asked.spent)
    else:
        result = stoppable.part(counting.take(sorted(seen)))
        outcome, ground = settled
        confident = asked.alpha is not None and ground == "confident"
        stopped = Stopped(
            asked=len(seen),
            total=len(counting),
            ground=ground,
            outcome=outcome,
            seed=settings.seed,
            confidence=(bound.confidence or 0.95) if confident else None,
            estimand=asked.estimand if confident else None,
        )
        result = _stopped(result, stopped, asked)
    # What was known already was asked, and counted, window by window.
    again = session.costs[told:]
    del session.costs[told:]
    fresh = [one for one in again if one.forwarded]
    session.costs += fresh
    cost = sum(fresh, start=cost)
    of = len(whole) if len(whole) > len(rows) else None
    return replace(result, cost=cost, of=of), bound


def _asked(
    whole: Examples,
    rows: Examples,
    stoppable: Stoppable,
    *,
    bound: Bound,
    when: Literal["certain", "confident"],
    estimand: Estimand | None,
) -> Asked | None:
    """What the verdict is about; None where rows hang together and all are needed."""
    # Judged by the figure itself, a verdict is about the data set.
    about = estimand or ("dataset" if bound.confidence is None else "population")
    if bound.confidence is not None and about == "population" and repeated_inputs(rows):
        # No draws of their own: the interval of all rows knows what to do with them.
        return None
    counting = stoppable.counting(rows)
    limited = len(whole) > len(rows)
    asked = Asked(
        rows=counting,
        whole=counting,
        of=len(whole) if limited else None,
        bound=bound,
        estimand=about,
    )
    if when == "certain":
        return asked
    if about == "dataset" and limited:
        # The rows that the limit leaves out are unknown, and stay so.
        asked = replace(asked, whole=stoppable.counting(whole))
    alpha = 1 - (bound.confidence or 0.95)
    if bound.confidence is None or asked.known:
        return replace(asked, alpha=alpha)
    return replace(asked, alpha=alpha * LOOKS_SPEND, spent=LOOKS_SPEND)


def _stopped(result: Result, stopped: Stopped, asked: Asked) -> Result:
    """The result with an interval that holds although one looked after each window."""
    measurement = result.measurement
    evidence = measurement.evidence
    interval = None
    if isinstance(evidence, ShareOf) and stopped.estimand == "population":
        interval = anytime_population(evidence.hits, evidence.n)
    elif isinstance(evidence, ShareOf):
        total = asked.total
        interval = anytime_share(evidence.hits, evidence.n, total=total)
    return replace(
        result,
        measurement=replace(measurement, interval=interval),
        stopped=stopped,
    )
