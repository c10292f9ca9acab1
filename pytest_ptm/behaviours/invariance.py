"""Does the answer stay when only the wording changes?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pytest_ptm.behaviours.asking import question
from pytest_ptm.behaviours.changed import (
    Change,
    Changes,
    Wrong,
    by_change,
    outcomes,
    under_change,
)
from pytest_ptm.behaviours.changed_words import notes, worst_changes
from pytest_ptm.behaviours.choice import AnyModel
from pytest_ptm.behaviours.doubts import TOGETHER, blank, silent, ties
from pytest_ptm.behaviours.inquiry import run
from pytest_ptm.behaviours.likeness import Likeness, likeness
from pytest_ptm.behaviours.reporting import result_over
from pytest_ptm.behaviours.rowwise import Rowwise
from pytest_ptm.behaviours.texts import Texts, texts_of
from pytest_ptm.perturbations.apply import Under
from pytest_ptm.results import Counts, Measurement, Result
from pytest_ptm.statistics.evidence import ShareOf
from pytest_ptm.tasks.protocol import C
from pytest_ptm.tasks.task import Task


def evaluate_invariant(
    model: AnyModel[Any],
    examples: Texts,
    *,
    under: Under,
    tolerance: float | None = None,
    similarity: AnyModel[Any] | None = None,
    fields: Sequence[str] | None = None,
    seed: int | None = None,
) -> Result:
    """The share of changed texts whose answer changes with them, in [0, 1].

    The answer is a classifier's label (or set of labels), or a masked model's likeliest
    token. Texts that all have a ``[MASK]`` are asked of a masked model, unless the test
    or the model's spec declares a task; perturbations leave the mask as it is. Of other
    texts a language model says how likely they are, which moves within ``tolerance``.

    The invariance test of Ribeiro et al. 2020 ("Beyond accuracy", ACL). Examples a
    perturbation leaves as they are do not count; no labels are needed. Of several
    perturbations the figure is the share of examples that any of them changes the
    answer to, and ``by_group`` holds each one's own.

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)`` or ``load_model(…)``.
        examples: Examples, or what ``load_examples`` takes; or plain texts.
        under: a perturbation, a function from text to text, or several of them; of
            images, changes of images such as ``gaussian_noise(severity=1)``.
        tolerance: also wrong is a probability of any class that moves by more; of a
            masked model, that of its answer. Of answers that are numbers, which
            hardly ever stay the same to the last digit: wrong is one that moves by
            more, in units of the labels; it has to be given.
        similarity: of texts that are written, a sentence encoder: two are the same
            where the cosine of its vectors is 1 - ``tolerance`` or more.
        fields: the inputs to change, such as ``["text_pair"]``; all unless given.
        seed: of what is random in the perturbations; ``--ptm-seed`` unless given.

    Raises:
        ArgumentError: one of ``under``, ``tolerance``, ``similarity``, ``fields`` and
            ``seed`` is wrong.
        DataError: PTM210, a perturbation changed no text at all; PTM211 and PTM212, a
            text has no mask or several, or lost it.
        ModelError: the model cannot be loaded or asked.
    """
    return run(
        invariance(
            model,
            examples,
            under=under,
            tolerance=tolerance,
            similarity=similarity,
            fields=fields,
            seed=seed,
        )
    )


def invariance(
    model: AnyModel[Any],
    examples: Texts,
    *,
    under: Under,
    tolerance: float | None,
    similarity: AnyModel[Any] | None = None,
    fields: Sequence[str] | None,
    seed: int | None,
) -> Rowwise[Any]:
    """The question behind `evaluate_invariant`."""
    alike = likeness(similarity, tolerance)
    asked = question(model, texts_of(examples), alike.able, check=alike.require)
    return under_change(
        asked,
        under=under,
        fields=fields,
        seed=seed,
        judge=lambda change: _moved(change, alike, asked.task),
        report=lambda found, wrong: _with_notes(
            found, _result(found, wrong, alike), alike
        ),
    )


def _with_notes(found: Changes[C], result: Result, alike: Likeness) -> Result:
    """With a note where answers are ties, under the first change that has them.

    And where there is not one answer, and on which model says what is alike.
    """
    said = [
        note
        for change in found.changes
        for answers in (change.before, change.after)
        for note in ties(change.examples, answers, TOGETHER)
    ]
    sides = [
        answers for change in found.changes for answers in (change.before, change.after)
    ]
    pairs = [(change.before, change.after) for change in found.changes]
    by = alike.remarks(*pairs)
    told = (*result.notes, *said[:1], *silent(*sides), *by)
    return replace(result, notes=told, cost=result.cost + alike.cost)


def _result(found: Changes[C], wrong: Sequence[Wrong], alike: Likeness) -> Result:
    what = "predictions did" if alike.tolerance is None else "predictions moved"
    return result_of(
        found,
        wrong,
        behaviour="invariance",
        metric="changed answers",
        what=what,
        parts=alike.parts,
    )


def result_of(
    found: Changes[C],
    wrong: Sequence[Wrong],
    *,
    behaviour: str,
    metric: str,
    what: str,
    parts: Sequence[str],
) -> Result:
    """The result of a behaviour under change: the share that went wrong."""
    each, came_of = by_change(found, wrong), outcomes(found, wrong)
    touched, failed = len(came_of.ids), len(came_of.failing)
    return result_over(
        found.asked,
        Measurement.of(
            f"{metric} under {found.title}",
            failed / touched,
            touched,
            "lower",
            ShareOf(failed, touched),
        ),
        behaviour=behaviour,
        parts=(metric, f"under:{'+'.join(found.signed)}", *parts),
        seed=found.seed,
        by_group=each if len(each) > 1 else (),
        cases=worst_changes(found, wrong),
        failing=sum(int(bad.rows.sum()) for bad in wrong),
        counts=Counts(
            truncated=found.truncated,
            asked=found.seen,
            unchanged=len(found.asked.examples) - touched,
            empty=blank(found.asked.examples),
        ),
        cost=found.cost,
        notes=notes(found, wrong, what),
        outcomes=came_of,
    )


def _moved(change: Change[C], alike: Likeness, task: Task) -> Wrong:
    return Wrong(*alike.apart(change.before, change.after, task))
