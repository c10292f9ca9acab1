"""Does the answer move the way the change of the text says it should?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.asking import Question, question
from pytest_ptm.behaviours.changed import Change, Changes, Wrong, under_change
from pytest_ptm.behaviours.choice import AnyModel, able_to
from pytest_ptm.behaviours.inquiry import run
from pytest_ptm.behaviours.invariance import result_of
from pytest_ptm.behaviours.one_each import numbers
from pytest_ptm.behaviours.rowwise import Rowwise
from pytest_ptm.behaviours.tolerance import require_tolerance
from pytest_ptm.datasets.examples import Label
from pytest_ptm.datasets.load import Source
from pytest_ptm.ground.content import content_digest_of
from pytest_ptm.ground.digests import digest
from pytest_ptm.ground.display import clip, listed
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.ground.unknown import is_one_of
from pytest_ptm.perturbations.apply import Under
from pytest_ptm.results import Result
from pytest_ptm.tasks.truth import WatchedNumber

Expected = (
    Literal["increase", "decrease", "not_increase", "not_decrease"]
    | Callable[[float, float], bool]
)
"""Which way an answer has to go; or a function of its number before and after."""

Figures = NDArray[np.float64]
_WRONG: dict[str, Callable[[Figures, float], NDArray[np.bool_]]] = {
    "increase": lambda move, tolerance: move <= tolerance,
    "decrease": lambda move, tolerance: move >= -tolerance,
    "not_increase": lambda move, tolerance: move > tolerance,
    "not_decrease": lambda move, tolerance: move < -tolerance,
}


def evaluate_directional(
    model: AnyModel[Any],
    examples: Source,
    *,
    under: Under,
    expect: Expected,
    of: Label | None = None,
    tolerance: float = 0.0,
    fields: Sequence[str] | None = None,
    seed: int | None = None,
) -> Result:
    """The share of changed texts whose answer goes the wrong way.

    What goes is the probability of a class that a classifier gives, or the number that
    another model answers with.

    The directional expectation test of Ribeiro et al. 2020. Wrong is: of "increase"
    what does not rise by more than ``tolerance``; of "not_increase" one
    that does; "decrease" and "not_decrease" likewise.

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)`` or ``load_model(…)``.
        examples: Examples, or what ``load_examples`` takes.
        under: a perturbation, a function from text to text, or several of them.
        expect: which way; or a function of the probability, or the number, before and
            after that says whether it is right.
        of: the class whose probability is watched; not of answers that are numbers.
        tolerance: the smallest move that counts as one, of a probability in [0, 1].
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
    model: AnyModel[Any],
    examples: Source,
    *,
    under: Under,
    expect: Expected,
    of: Label | None,
    tolerance: float,
    fields: Sequence[str] | None,
    seed: int | None,
) -> Rowwise[Any]:
    """The question behind `evaluate_directional`."""
    way = _way(expect)
    asked = question(
        model,
        examples,
        able_to(lambda task: task.watch is not None),
        check=lambda task: require_tolerance(
            task, tolerance, optional=False, alone=True
        ),
    )
    watched = _watched(asked, of)

    def judge(change: Change[Any]) -> Wrong:
        n, task = len(change.rows), asked.task
        before, after = (
            numbers(watched.value(said), n, what=watched.name, task=task)
            for said in (change.before, change.after)
        )
        return Wrong(
            _wrong(expect, before, after, tolerance),
            np.abs(after - before),
            lambda row: (way, f"{watched.name} {before[row]:z.3f} → {after[row]:z.3f}"),
        )

    def report(found: Changes[Any], wrong: Sequence[Wrong]) -> Result:
        return result_of(
            found,
            wrong,
            behaviour="direction",
            metric=f"moves against '{way}' of {watched.name}",
            what="went the wrong way",
            parts=[f"of:{watched.name}", *_own(expect), f"tolerance:{tolerance}"],
        )

    return under_change(
        asked, under=under, fields=fields, seed=seed, judge=judge, report=report
    )


def _watched(asked: Question[Any], of: Label | None) -> WatchedNumber[Any]:
    """What of the answers goes up or down, as the task says."""
    if asked.task.watch is None:
        raise ValueError(f"{asked.task.name} has nothing that goes up or down")
    return asked.task.watch(asked.predictor, of)


def _way(expect: Expected) -> str:
    """What is expected, in words.

    Raises:
        ArgumentError: it is nothing that can be.
    """
    if callable(expect):
        return "expected way"
    if not is_one_of(expect, _WRONG):
        raise ArgumentError(
            f"expect={expect!r}: expected {listed(list(_WRONG))} or a function"
        )
    return expect


def _own(expect: Expected) -> list[str]:
    """What a signature says of a function of one's own, which is one of many."""
    if isinstance(expect, str):
        return []
    try:
        return [f"expect:{digest(content_digest_of(expect, of='expect='))}"]
    except ArgumentError:
        return []


def _wrong(
    expect: Expected, before: Figures, after: Figures, tolerance: float
) -> NDArray[np.bool_]:
    if isinstance(expect, str):
        return np.asarray(_WRONG[expect](after - before, tolerance), dtype=np.bool_)
    right = [
        _right(expect, float(x), float(y)) for x, y in zip(before, after, strict=True)
    ]
    return ~np.array(right, dtype=np.bool_)


def _right(expect: Callable[[float, float], bool], before: float, after: float) -> bool:
    """What a function of one's own says of a move.

    Raises:
        ArgumentError: it breaks, or says neither True nor False. A difference such as
            ``after - before`` is true of whatever moves, in either direction.
    """
    shown = f"{before:z.3f} → {after:z.3f}"
    try:
        said: Any = expect(before, after)
    except Exception as error:
        raise ArgumentError(
            f"expect= raised {type(error).__name__}: {clip(str(error), 200)} for "
            f"{shown}; it is given the value before and the value after"
        ) from error
    if not isinstance(said, (bool, np.bool_)):
        raise ArgumentError(
            f"expect=: expected True or False, got {clip(repr(said), 60)} for {shown}; "
            "compare the two, as in lambda before, after: after > before"
        )
    return bool(cast("bool", said))
