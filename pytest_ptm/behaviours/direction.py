"""Does the answer move the way the change of the text says it should?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.asking import question
from pytest_ptm.behaviours.changed import Change, Changes, Wrong, under_change
from pytest_ptm.behaviours.classified import classifier_of
from pytest_ptm.behaviours.inquiry import run
from pytest_ptm.behaviours.invariance import result_of
from pytest_ptm.behaviours.labels import class_index
from pytest_ptm.behaviours.rowwise import Rowwise
from pytest_ptm.datasets.examples import Label
from pytest_ptm.datasets.load import Source
from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.perturbations.apply import Under
from pytest_ptm.results import Result
from pytest_ptm.tasks.text_classification import AnyClassifier, Classification

Expected = (
    Literal["increase", "decrease", "not_increase", "not_decrease"]
    | Callable[[float, float], bool]
)
"""Which way a probability has to go; or a function of it before and after."""

Figures = NDArray[np.float64]
_WRONG: dict[str, Callable[[Figures, float], NDArray[np.bool_]]] = {
    "increase": lambda move, tolerance: move <= tolerance,
    "decrease": lambda move, tolerance: move >= -tolerance,
    "not_increase": lambda move, tolerance: move > tolerance,
    "not_decrease": lambda move, tolerance: move < -tolerance,
}


def evaluate_directional(
    model: AnyClassifier,
    examples: Source,
    *,
    under: Under,
    expect: Expected,
    of: Label,
    tolerance: float = 0.0,
    fields: Sequence[str] | None = None,
    seed: int | None = None,
) -> Result:
    """The share of changed texts whose probability of a class goes the wrong way.

    The directional expectation test of Ribeiro et al. 2020. Wrong is: of "increase" a
    probability that does not rise by more than ``tolerance``; of "not_increase" one
    that does; "decrease" and "not_decrease" likewise.

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)`` or ``load_model(…)``.
        examples: Examples, or what ``load_examples`` takes.
        under: a perturbation, a function from text to text, or several of them.
        expect: which way; or a function of the probability before and after that says
            whether it is right.
        of: the class whose probability is watched.
        tolerance: the smallest move that counts as one, in [0, 1].
        fields: the inputs to change; all unless given.
        seed: of what is random in the perturbations; ``--ptm-seed`` unless given.

    Raises:
        ArgumentError: an argument is wrong, or the class unknown.
        DataError: PTM210, a perturbation changed no text at all.
        ModelError: the model cannot be loaded or asked.
    """
    return run(
        direction(
            model,
            examples,
            under=under,
            expect=expect,
            of=of,
            tolerance=tolerance,
            fields=fields,
            seed=seed,
        )
    )


def direction(
    model: AnyClassifier,
    examples: Source,
    *,
    under: Under,
    expect: Expected,
    of: Label,
    tolerance: float,
    fields: Sequence[str] | None,
    seed: int | None,
) -> Rowwise[Classification]:
    """The question behind `evaluate_directional`."""
    _check(expect, tolerance)
    asked = question(model, examples, answers=Classification)
    names = classifier_of(asked).class_names
    watched = class_index(of, names, argument="of")
    way = _way(expect)

    def judge(change: Change[Classification]) -> Wrong:
        before = change.before.probabilities[:, watched]
        after = change.after.probabilities[:, watched]
        return Wrong(_wrong(expect, before, after, tolerance), np.abs(after - before))

    def report(found: Changes[Classification], wrong: Sequence[Wrong]) -> Result:
        return result_of(
            found,
            wrong,
            behaviour="direction",
            metric=f"moves against '{way}' of {names[watched]}",
            what="went the wrong way",
            parts=[f"of:{names[watched]}", f"tolerance:{tolerance}"],
        )

    return under_change(
        asked, under=under, fields=fields, seed=seed, judge=judge, report=report
    )


def _check(expect: Expected, tolerance: float) -> None:
    if not callable(expect) and expect not in _WRONG:
        raise ArgumentError(
            f"expect={expect!r}: expected {listed(list(_WRONG))} or a function"
        )
    if not 0 <= tolerance <= 1:
        raise ArgumentError(f"tolerance={tolerance!r}: expected 0 to 1")


def _way(expect: Expected) -> str:
    return expect if isinstance(expect, str) else "expected way"


def _wrong(
    expect: Expected, before: Figures, after: Figures, tolerance: float
) -> NDArray[np.bool_]:
    if isinstance(expect, str):
        return np.asarray(_WRONG[expect](after - before, tolerance), dtype=np.bool_)
    right = [
        bool(expect(float(x), float(y))) for x, y in zip(before, after, strict=True)
    ]
    return ~np.array(right, dtype=np.bool_)
