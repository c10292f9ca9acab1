"""Texts that a model writes, held against a bound."""

from __future__ import annotations

from typing import Any, Unpack

from pytest_ptm.assertions.gate import settle
from pytest_ptm.assertions.judging import Judging
from pytest_ptm.behaviours.choice import AnyModel
from pytest_ptm.behaviours.generates import generates
from pytest_ptm.behaviours.texts import Texts
from pytest_ptm.checks.own import Expected
from pytest_ptm.results import Result


def assert_generates(
    model: AnyModel[Any],
    examples: Texts,
    *,
    expect: Expected,
    at_least: float = 1.0,
    samples: int = 1,
    k: int = 1,
    **how: Unpack[Judging],
) -> Result:
    """Fail the test unless a model writes what it should for this share of texts.

    See ``evaluate_generates`` for the other arguments and what they raise.

    Raises:
        ArgumentError: the bound is outside [0, 1].
        BehaviourFailure: too few answers, or with ``samples`` too low a mean of pass@k,
            are what they should be.
    """
    __tracebackhide__ = True
    return settle(
        lambda: generates(model, examples, expect=expect, samples=samples, k=k),
        at_least=at_least,
        how=how,
    )
