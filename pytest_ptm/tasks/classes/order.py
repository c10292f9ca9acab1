"""Classes of two models, brought into one order by their names."""

from __future__ import annotations

import numpy as np

from pytest_ptm.datasets.ragged import Rows
from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.tasks.classes.answers import Classification, classifier
from pytest_ptm.tasks.task import Align, BoundModel


def in_our_order(ours: BoundModel, theirs: BoundModel) -> Align[Classification]:
    """What puts the classes of the other model into the order of the first.

    Raises:
        ArgumentError: one is no classifier, or they differ in their classes.
    """
    first, second = classifier(ours.predictor), classifier(theirs.predictor)
    if first.multi_label != second.multi_label:
        several, one = (ours, theirs) if first.multi_label else (theirs, ours)
        raise ArgumentError(
            f"model {several.name} is multi-label and may give several classes, "
            f"{one.name} gives one: they cannot be compared"
        )
    names = first.class_names
    _require_names_apart(names, ours.name)
    require_same_classes(names, second.class_names, ours.name, theirs.name)
    return lambda answers: aligned(answers, names)


def _require_names_apart(names: tuple[str, ...], model: str) -> None:
    """Refuse classes that a name does not tell apart: by name they would be one.

    Raises:
        ArgumentError: two have one name.
    """
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ArgumentError(
            f"model {model} has several classes named {listed(twice)}; two models are "
            "compared by the names of their classes: name them apart"
        )


def require_same_classes(
    ours: tuple[str, ...], theirs: tuple[str, ...], name: str, other: str
) -> None:
    """Refuse to compare answers among different classes.

    Raises:
        ArgumentError: a class is known to one of them only; the message names it.
    """
    if sorted(ours) == sorted(theirs):
        return
    only = [
        f"only {who} has {listed(sorted(set(has) - set(lacks)))}"
        for who, has, lacks in ((name, ours, theirs), (other, theirs, ours))
        if set(has) - set(lacks)
    ]
    raise ArgumentError(
        f"{name} and {other} have not the same classes: {'; '.join(only)}. Name them "
        "alike in id2label of both config.json"
    )


def places(theirs: tuple[str, ...], ours: tuple[str, ...]) -> Rows:
    """For each of our classes the index that they give it; by name."""
    at = {name: place for place, name in enumerate(theirs)}
    return np.array([at[name] for name in ours], dtype=np.intp)


def aligned(theirs: Classification, ours: tuple[str, ...]) -> Classification:
    """Their answers with the classes in our order."""
    order = places(theirs.class_names, ours)
    return Classification(theirs.logits[:, order], ours, theirs.multi_label)
