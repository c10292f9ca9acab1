"""Which metrics there are, and of which answers: found by being here."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any

import pytest_ptm.metrics
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.ground.names import require_name
from pytest_ptm.ground.unknown import unknown
from pytest_ptm.metrics.protocol import Kind, Metric, Scale
from pytest_ptm.metrics.spelling import parted
from pytest_ptm.tasks.protocol import Predictions


@cache
def _kinds(paths: tuple[str, ...]) -> tuple[Kind[Any], ...]:
    return tuple(
        importlib.import_module(f"{pytest_ptm.metrics.__name__}.{each.name}.table").KIND
        for each in pkgutil.iter_modules(paths)
        if each.ispkg
    )


def kinds() -> tuple[Kind[Any], ...]:
    """The metrics of each type of answers."""
    return _kinds(tuple(pytest_ptm.metrics.__path__))


def kinds_with(metric: str) -> dict[type[Predictions], Kind[Any]]:
    """The types of answers that have this metric, each with all of its metrics.

    Raises:
        ArgumentError: there are none; the message suggests the nearest and lists all.
    """
    plain, _ = parted(require_name("metric", metric, such_as="accuracy"))
    found = {kind.answers: kind for kind in kinds() if plain in kind.metrics}
    if not found:
        names = dict.fromkeys(name for kind in kinds() for name in kind.metrics)
        raise ArgumentError(unknown("metric", plain, tuple(names)))
    return found


def metrics_of(answers: type[Predictions]) -> list[str]:
    """The names of the metrics of these answers."""
    found = [kind.metrics for kind in kinds() if kind.answers is answers]
    return [name for metrics in found for name in metrics]


def find_metric(name: str, answers: type[Predictions]) -> Metric[Any]:
    """The metric of this name of such answers; others may compute it otherwise.

    Raises:
        ArgumentError: no answers have one, or not these, or not with such settings.
    """
    kind = kinds_with(name).get(answers)
    if kind is None:
        own = ", ".join(metrics_of(answers)) or "none"
        raise ArgumentError(f"{name} is no metric of {answers.__name__}: {own}")
    return metric_of(kind, name)


def metric_of(kind: Kind[Any], name: str) -> Metric[Any]:
    """The metric of this name, as these answers have it.

    Raises:
        ArgumentError: it has no such settings.
    """
    plain, given = parted(name)
    return kind.metrics[plain].under(given)


def scale_of(name: str) -> Scale:
    """Which figures a name stands for, before it is known which answers they are of.

    Raises:
        ArgumentError: there is no such metric, or not with such settings.
        ValueError: two types of answers disagree, so that a bound would mean two
            things.
    """
    found = {metric_of(kind, name).scale for kind in kinds_with(name).values()}
    if len(found) > 1:
        raise ValueError(f"{name} has several scales: {found}; give one another name")
    return found.pop()
