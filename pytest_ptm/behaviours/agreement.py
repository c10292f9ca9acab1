"""Does a copy answer as the model it was made of?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.asking import counts, signature
from pytest_ptm.behaviours.cases import cases_of
from pytest_ptm.behaviours.classified import rows_by_group
from pytest_ptm.behaviours.cloze import Texts, texts_of
from pytest_ptm.behaviours.doubts import TOGETHER, alike, doubts, ties
from pytest_ptm.behaviours.two_models import aligned, both
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.results import GroupFigure, Measurement, Outcomes, Result
from pytest_ptm.statistics.evidence import ShareOf
from pytest_ptm.tasks.text_classification import AnyClassifier


def evaluate_agrees(
    model: AnyClassifier,
    examples: Texts,
    *,
    than: AnyClassifier,
    tolerance: float | None = None,
) -> Result:
    """The share of examples to which both models give the same class, in [0, 1].

    Of multi-label models: the same set of classes. For quantised, distilled and
    exported copies; no labels are needed.

    Args:
        model: the copy.
        examples: Examples, or what ``load_examples`` takes; or plain texts.
        than: the model it is a copy of.
        tolerance: also apart is a probability of any class that differs by more.

    Raises:
        ArgumentError: the models have not the same classes, or the tolerance is
            outside 0 .. 1.
        DataError: there is nothing to ask.
        ModelError: a model cannot be loaded or asked.
    """
    if tolerance is not None and not 0 <= tolerance <= 1:
        raise ArgumentError(f"tolerance={tolerance!r}: expected 0 to 1")
    asked, other = both(model, than, texts_of(examples))
    rows = asked.examples
    if not len(rows):
        raise DataError(f"{rows.source} has 0 examples", code="PTM201")
    answers, theirs = asked.ask(), other.ask()
    now = answers.predictions
    then = aligned(theirs.predictions, now.class_names)
    moved = then.shift(now)
    apart = then.differs(now)
    if tolerance is not None:
        apart |= moved > tolerance
    n, same = len(apart), int((~apart).sum())
    return Result(
        behaviour="agreement",
        model=asked.card,
        task=asked.predictor.task,
        measurement=Measurement.of(
            f"agreement with {other.card.name}",
            same / n,
            n,
            "higher",
            ShareOf(same, n),
        ),
        signature=signature(
            asked,
            "agreement",
            f"than:{other.card.fingerprint[:8]}",
            *([] if tolerance is None else [f"tolerance:{tolerance}"]),
        ),
        by_group=_by_group(rows, apart),
        cases=cases_of(
            rows,
            np.flatnonzero(apart),
            severity=lambda row: float(moved[row]),
            expected=then.said,
            observed=now.said,
        ),
        failing=n - same,
        counts=counts(asked, answers),
        cost=answers.cost + theirs.cost,
        notes=(
            f"compared with {other.card}",
            f"a probability differs by up to {moved.max():.4f}",
            *doubts(rows, answers),
            *ties(rows, now, TOGETHER),
        ),
        of=asked.of,
        data=rows.fingerprint,
        outcomes=Outcomes(
            ids=rows.ids,
            right=~apart,
            scores=(~apart).astype(np.float64),
            groups=rows.groups,
            alike=alike(rows),
        ),
    )


def _by_group(examples: Examples, apart: NDArray[np.bool_]) -> tuple[GroupFigure, ...]:
    figures: list[GroupFigure] = []
    for column in examples.groups:
        for group, rows in rows_by_group(examples, column).items():
            share = ShareOf(int((~apart[rows]).sum()), len(rows))
            value = share.hits / share.n
            between = share.interval()
            figures.append(GroupFigure(column, group, value, share.n, between, share))
    return tuple(figures)
