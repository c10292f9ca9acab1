"""Does the answer stay when only the wording changes?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.asking import question, signature
from pytest_ptm.behaviours.changed import (
    Change,
    Changes,
    ask_changed,
    figures,
    notes,
    worst_changes,
)
from pytest_ptm.behaviours.cloze import Texts, cloze, require_masks, texts_of
from pytest_ptm.behaviours.doubts import TOGETHER, blank, ties
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.perturbations.apply import Under
from pytest_ptm.results import Counts, Measurement, Result
from pytest_ptm.statistics.evidence import ShareOf
from pytest_ptm.tasks import find_task
from pytest_ptm.tasks.fill_mask import MASK, AnyMaskedModel, MaskedTokens
from pytest_ptm.tasks.protocol import C
from pytest_ptm.tasks.text_classification import AnyClassifier, Classification


def evaluate_invariant(
    model: AnyClassifier | AnyMaskedModel,
    examples: Texts,
    *,
    under: Under,
    tolerance: float | None = None,
    fields: Sequence[str] | None = None,
    seed: int | None = None,
) -> Result:
    """The share of changed texts whose answer changes with them, in [0, 1].

    The answer is a classifier's label (or set of labels), or a masked model's likeliest
    token. Texts that all have a ``[MASK]`` are asked of a masked model, unless the test
    or the model's spec declares a task; perturbations leave the mask as it is.

    The invariance test of Ribeiro et al. 2020 ("Beyond accuracy", ACL). Examples a
    perturbation leaves as they are do not count; no labels are needed. Of several
    perturbations the figure is the share of examples that any of them changes the
    answer to, and ``by_group`` holds each one's own.

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)`` or ``load_model(…)``.
        examples: Examples, or what ``load_examples`` takes; or plain texts.
        under: a perturbation, a function from text to text, or several of them.
        tolerance: also wrong is a probability of any class that moves by more; of a
            masked model, that of its answer.
        fields: the inputs to change, such as ``["text_pair"]``; all unless given.
        seed: of what is random in the perturbations; ``--ptm-seed`` unless given.

    Raises:
        ArgumentError: ``under``, ``tolerance``, ``fields`` or ``seed`` is wrong.
        DataError: PTM210, a perturbation changed no text at all; PTM211 and PTM212, a
            text has no mask or several, or lost it.
        ModelError: the model cannot be loaded or asked.
    """
    return invariance_over(
        model,
        texts_of(examples),
        under=under,
        tolerance=tolerance,
        fields=fields,
        seed=seed,
    )


def invariance_over(
    model: AnyClassifier | AnyMaskedModel,
    rows: Examples,
    *,
    under: Under,
    tolerance: float | None,
    fields: Sequence[str] | None,
    seed: int | None,
    part: bool = False,
) -> Result:
    """As `evaluate_invariant`; over a ``part`` of rows some changes may touch none."""
    if tolerance is not None and not 0 <= tolerance <= 1:
        raise ArgumentError(f"tolerance={tolerance!r}: expected 0 to 1")
    if fills_masks(model, rows):
        found = ask_changed(
            cloze(cast("AnyMaskedModel", model), rows),
            under=under,
            fields=fields,
            seed=seed,
            mask=MASK,
            checked=require_masks,
            part=part,
        )
        return _invariance(found, tolerance)
    asked = question(cast("AnyClassifier", model), rows, answers=Classification)
    found = ask_changed(asked, under=under, fields=fields, seed=seed, part=part)
    result = _invariance(found, tolerance)
    return replace(result, notes=(*result.notes, *_ties(found)))


def _ties(found: Changes[Classification]) -> list[str]:
    """A note where answers are ties, under the first change that has them."""
    return [
        note
        for change in found.changes
        for answers in (change.before, change.after)
        for note in ties(change.examples, answers, TOGETHER)
    ][:1]


def _invariance(found: Changes[C], tolerance: float | None) -> Result:
    wrong = [_moved(change, tolerance) for change in found.changes]
    what = "predictions did" if tolerance is None else "predictions moved"
    return result_of(
        found,
        wrong,
        severities=[each.before.shift(each.after) for each in found.changes],
        behaviour="invariance",
        metric="changed answers",
        what=what,
        parts=[] if tolerance is None else [f"tolerance:{tolerance}"],
    )


def result_of(
    found: Changes[C],
    wrong: Sequence[NDArray[np.bool_]],
    *,
    severities: Sequence[NDArray[np.float64]],
    behaviour: str,
    metric: str,
    what: str,
    parts: Sequence[str],
) -> Result:
    """The result of a behaviour under change: the share that went wrong."""
    by_change, outcomes = figures(found, wrong)
    touched, failed = len(outcomes.ids), len(outcomes.failing)
    names = [change.name for change in found.changes]
    return Result(
        behaviour=behaviour,
        model=found.asked.card,
        task=found.asked.predictor.task,
        measurement=Measurement.of(
            f"{metric} under {found.title}",
            failed / touched,
            touched,
            "lower",
            ShareOf(failed, touched),
        ),
        signature=signature(
            found.asked, metric, f"under:{'+'.join(names)}", *parts, seed=found.seed
        ),
        by_group=by_change if len(by_change) > 1 else (),
        cases=worst_changes(found, wrong, severities),
        failing=sum(int(bad.sum()) for bad in wrong),
        counts=Counts(
            truncated=found.truncated,
            asked=found.seen,
            unchanged=len(found.asked.examples) - touched,
            empty=blank(found.asked.examples),
        ),
        cost=found.cost,
        notes=tuple(notes(found, wrong, what)),
        of=found.asked.of,
        data=found.asked.examples.fingerprint,
        outcomes=outcomes,
    )


def fills_masks(model: AnyClassifier | AnyMaskedModel, rows: Examples) -> bool:
    """Whether these are questions to a masked model: said so, or all have a mask."""
    if model.task is not None:
        return find_task(model.task).answers is MaskedTokens
    return bool(len(rows)) and all(MASK in text for text in rows.inputs["text"])


def _moved(change: Change[C], tolerance: float | None) -> NDArray[np.bool_]:
    moved = change.before.differs(change.after)
    if tolerance is None:
        return moved
    return moved | (change.before.shift(change.after) > tolerance)
