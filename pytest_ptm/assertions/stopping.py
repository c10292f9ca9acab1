"""Asking window by window, until the verdict is settled.

The behaviours know nothing of it: what is heard of each window is scored by itself, and
the result in the end is made of all that was heard, joined.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

import numpy as np

from pytest_ptm.assertions.settling import Asked, Settled, settling_of
from pytest_ptm.behaviours.doubts import repeated_inputs
from pytest_ptm.behaviours.inquiry import (
    Figure,
    H,
    Inquiry,
    MeanOfUnits,
    Scores,
    run,
)
from pytest_ptm.engine.plan import windows
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.results import Bound, Result, Stopped
from pytest_ptm.session import current_session
from pytest_ptm.statistics.anytime import anytime_share
from pytest_ptm.statistics.evidence import ShareOf
from pytest_ptm.statistics.finite import Estimand
from pytest_ptm.statistics.sequential_population import anytime_population
from pytest_ptm.tasks.protocol import Rows

WINDOW, LOOKS, CERTAIN_LOOKS = 64, 200, 20
"""Units between two looks at the verdict, unless that made more than so many looks;
fewer where only certainty ends it, which most of them are needed for anyhow."""

LOOKS_SPEND = 0.7
"""How much of the error the looks before the end may spend, where the end judges by a
bound as well: both errors together are what was asked for. Of 10,000 rows at a bound of
.90 a model with .95 then needs some 10 % more of them than with all of it."""

When = Literal["certain", "confident"]


def ask_until_settled(
    inquiry: Inquiry[H], *, bound: Bound, when: When, estimand: Estimand | None
) -> tuple[Result, Bound]:
    """The result over as many units as the verdict takes, in the order of a shuffle.

    With ``stopped`` set; or the result over all of them, if it takes them all. And the
    bound that the latter is to be judged by: at a confidence the looks have spent a
    part of its error.
    """
    asked = _asked(inquiry, bound=bound, when=when, estimand=estimand)
    settling = None if asked is None else settling_of(inquiry.figure, asked)
    if asked is None or settling is None:
        return run(inquiry), bound
    total, seed = len(inquiry.units), current_session().settings.seed
    looks = CERTAIN_LOOKS if asked.alpha is None else LOOKS
    size = max(WINDOW, -(-total // looks))
    parts: list[H] = []
    seen: list[Rows] = []
    scored: list[Scores] = []
    settled: Settled | None = None
    for units in windows(total, size=size, seed=seed):
        parts.append(inquiry.ask(units))
        seen.append(units)
        scored.append(inquiry.score(parts[-1], units))
        settled = settling.observe(units, scored[-1])
        if settled is not None:
            break
    units = np.sort(np.concatenate(seen))
    result = inquiry.result(inquiry.join(parts), units)
    _require_mean(result, inquiry.figure, np.concatenate(scored))
    # What the looks say in the end is the verdict of all units; under a limit, where
    # they are about the whole data set, it is not.
    plain = asked.alpha is None or asked.of is None
    ended = plain and len(units) == total
    if settled is None or (ended and settled[1] == "certain"):
        return result, replace(bound, spent=asked.spent)
    stopped = _stopped(asked, settled, asked_for=len(units), seed=seed)
    return _with_stop(result, stopped, asked), bound


def _require_mean(result: Result, figure: Figure, scores: Scores) -> None:
    """Nothing, where the figure is the mean of what its units were said to add.

    The verdict was settled by these; another figure might not have it.

    Raises:
        ModelError: PTM313, it is another.
    """
    if not isinstance(figure, MeanOfUnits):
        return
    mean = math.fsum(scores) / len(scores)
    width = max(1.0, figure.most - figure.least)
    # A stored score is rounded to seven digits.
    if abs(mean - result.value) > 1e-6 * width:
        raise ModelError(
            f"{result.measurement.metric} is {result.value:z.6f}, and the mean of what "
            f"each of {len(scores):,} units adds is {mean:z.6f}: it cannot be stopped "
            "early",
            code="PTM313",
        )


def _asked(
    inquiry: Inquiry[H], *, bound: Bound, when: When, estimand: Estimand | None
) -> Asked | None:
    """What the verdict is about; None where rows hang together and all are needed."""
    # Judged by the figure itself, a verdict is about the data set.
    about = estimand or ("dataset" if bound.confidence is None else "population")
    sampled = bound.confidence is not None and about == "population"
    if sampled and repeated_inputs(inquiry.examples):
        # No draws of their own: the interval of all rows knows what to do with them.
        return None
    asked = Asked(
        units=inquiry.units,
        whole=inquiry.units,
        of=inquiry.of,
        bound=bound,
        estimand=about,
    )
    if when == "certain":
        return asked
    if about == "dataset" and inquiry.of is not None:
        # The rows that the limit leaves out are unknown, and stay so.
        asked = replace(asked, whole=inquiry.whole())
    alpha = 1 - (bound.confidence or 0.95)
    if bound.confidence is None or asked.known:
        return replace(asked, alpha=alpha)
    return replace(asked, alpha=alpha * LOOKS_SPEND, spent=LOOKS_SPEND)


def _stopped(asked: Asked, settled: Settled, *, asked_for: int, seed: int) -> Stopped:
    outcome, ground = settled
    confident = asked.alpha is not None and ground == "confident"
    return Stopped(
        asked=asked_for,
        total=len(asked.units),
        ground=ground,
        outcome=outcome,
        seed=seed,
        confidence=(asked.bound.confidence or 0.95) if confident else None,
        estimand=asked.estimand if confident else None,
    )


def _with_stop(result: Result, stopped: Stopped, asked: Asked) -> Result:
    """The result with an interval that holds although one looked after each window."""
    measurement = result.measurement
    evidence = measurement.evidence
    interval = None
    if isinstance(evidence, ShareOf) and stopped.estimand == "population":
        interval = anytime_population(evidence.hits, evidence.n)
    elif isinstance(evidence, ShareOf):
        total = len(asked.counted)
        interval = anytime_share(evidence.hits, evidence.n, total=total)
    return replace(
        result,
        measurement=replace(measurement, interval=interval),
        stopped=stopped,
    )
