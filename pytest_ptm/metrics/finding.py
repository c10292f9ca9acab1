"""Which metrics there are, and of which answers: found by being here."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any

import pytest_ptm.metrics
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.ground.unknown import unknown
from pytest_ptm.metrics.protocol import Kind, Metric
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
    """The types of answers that have this metric, each with all of its metrics."""
    plain, _ = parted(metric)
    return {kind.answers: kind for kind in kinds() if plain in kind.metrics}


def metrics_of(answers: type[Predictions]) -> list[str]:
    """The names of the metrics of these answers."""
    found = [kind.metrics for kind in kinds() if kind.answers is answers]
    return [name for metrics in found for name in metrics]


def find_metric(name: str) -> Metric[Any]:
    """The metric of this name, whose direction and range are the same for all answers.

    Raises:
        ArgumentError: there is none, or not with such settings; the message suggests
            the nearest and lists all.
    """
    for kind in kinds_with(name).values():
        return metric_of(kind, name)
    names = dict.fromkeys(name for kind in kinds() for name in kind.metrics)
    raise ArgumentError(unknown("metric", parted(name)[0], tuple(names)))


def metric_of(kind: Kind[Any], name: str) -> Metric[Any]:
    """The metric of this name, as these answers have it.

    Raises:
        ArgumentError: it has no such settings.
    """
    plain, given = parted(name)
    return kind.metrics[plain].under(given)
