"""Two models asked the same examples: bound, checked, their classes in one order."""

from __future__ import annotations

import numpy as np

from pytest_ptm.behaviours.asking import Question, question, rows_of
from pytest_ptm.behaviours.classified import classifier_of
from pytest_ptm.datasets.load import Source
from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.tasks.protocol import Rows
from pytest_ptm.tasks.text_classification import AnyClassifier, Classification

Both = tuple[Question[Classification], Question[Classification]]


def both(model: AnyClassifier, than: AnyClassifier, examples: Source) -> Both:
    """Both models bound to the same examples, once they know the same classes.

    Raises:
        ArgumentError: one is no classifier, or they differ in their classes.
    """
    rows = rows_of(examples)
    first = question(model, rows, answers=Classification)
    second = question(than, rows, answers=Classification)
    ours, theirs = classifier_of(first), classifier_of(second)
    if ours.multi_label != theirs.multi_label:
        several, one = (first, second) if ours.multi_label else (second, first)
        raise ArgumentError(
            f"model {several.card.name} is multi-label and may give several classes, "
            f"{one.card.name} gives one: they cannot be compared"
        )
    require_same_classes(
        ours.class_names, theirs.class_names, first.card.name, second.card.name
    )
    return first, second


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
