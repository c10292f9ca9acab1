"""A classifier as the judge of what another model wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from pytest_ptm.checks.arguments import require_number
from pytest_ptm.checks.check import Check, Written
from pytest_ptm.checks.naming import called
from pytest_ptm.engine.second import second_model
from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.ground.unknown import nearest
from pytest_ptm.tasks.classes.answers import AnyClassifier, Classification
from pytest_ptm.tasks.protocol import Model
from pytest_ptm.tasks.text_classification import TASK

_ROUNDING = 1e-6
"""So much of a probability float32 may lose of what a model says."""


def judged(
    classifier: AnyClassifier, *, is_: str, at_least: float | None = None
) -> Check:
    """A second model, a classifier of texts, puts the answer into this class.

    It is asked about all answers together, each text once a session. It reads the
    answer alone, not what was asked; an empty answer is in no class, and fails.

    Args:
        classifier: any model of text-classification: the ``ptm_load`` fixture,
            ``load_model(…)``, ``from_pipeline(…)``, ``from_function(…)``.
        is_: the class, as the classifier names it.
        at_least: its probability has to be this or more (to 1e-6), above 0 and up to 1.
            Without it the class has to be the likeliest, alone; of several labels at a
            time, above one half.

    A model that has to be loaded is loaded when a test hands the check over, before the
    model that writes is asked; what is wrong with it or with the class is said then.

    Raises:
        ArgumentError: it is no classifier, it has no such class, or ``at_least`` is no
            such number.
        ModelError: it cannot be loaded; when it is asked: it fails, which the error
            says of it.
    """
    if at_least is not None:
        require_number("judged", "at_least", at_least, most=1.0)
        if at_least <= _ROUNDING:
            raise ArgumentError(
                f"judged: at_least={at_least!r} is what every answer has; give more"
            )

    def later() -> Check:
        return _judging(classifier, is_, at_least)

    if isinstance(classifier, Model):
        # It is loaded, and can say who it is, when there is an answer to judge.
        name = called("judged", is_, at_least=at_least, by=classifier.name)
        return Check(name, lambda answer: later()(answer), later=later)
    return replace(later(), later=later)


def _judging(classifier: AnyClassifier, is_: str, at_least: float | None) -> Check:
    """The check with the judge that it asks."""
    second = second_model(
        classifier,
        TASK,
        role="judge",
        instead="a classifier, such as ptm_load(…) or from_function(f, classes=[…]), "
        "or a language model through prompted(…)",
    )
    names = tuple(cast("Any", second.predictor).class_names)
    if is_ not in names:
        near = nearest(str(is_), names)
        meant = f"; did you mean {near!r}?" if near else ""
        raise ArgumentError(
            f"judged: is_={is_!r}: judge {second.card.name} knows {listed(names)}"
            f"{meant}"
        )
    place = names.index(is_)

    def at_once(answers: Sequence[Written]) -> list[str | None]:
        asked = _asked(answers)
        if not asked:
            return [_EMPTY] * len(answers)
        said = second.ask(asked).predictions
        passes = _passes(said, place, at_least).tolist()
        shown = said.probabilities[:, place].tolist()
        found = iter(
            None if good else f"{said.said(row)}, {is_} {share:z.4f}"
            for row, (good, share) in enumerate(zip(passes, shown, strict=True))
        )
        return [next(found) if each.text.strip() else _EMPTY for each in answers]

    return Check(
        called("judged", is_, at_least=at_least, by=second.known_by),
        lambda answer: at_once((answer,))[0],
        at_once=at_once,
        remarks=lambda answers: second.remarks(_asked(answers)),
        spent=lambda: second.cost,
    )


_EMPTY = "is empty, and in no class"


def _asked(answers: Sequence[Written]) -> list[str]:
    return [each.text for each in answers if each.text.strip()]


def _passes(said: Classification, place: int, at_least: float | None) -> Any:  # noqa: ANN401
    if at_least is not None:
        return said.probabilities[:, place] >= at_least - _ROUNDING
    if said.multi_label:
        return said.decided[:, place]
    return said.decided[:, place] & ~said.tied
