"""Answers that a check takes or refuses, as if labels said which are right.

So whatever holds labelled examples against two models holds checks against them too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.asking import Question, question
from pytest_ptm.behaviours.choice import Able, AnyModel, answering
from pytest_ptm.behaviours.marked import Labelled
from pytest_ptm.behaviours.passing import PASSES, Prompts, prompts_of
from pytest_ptm.checks.check import Check
from pytest_ptm.datasets.examples import Examples, Label
from pytest_ptm.ground.display import clip, quoted
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.metrics.plain_kind import PlainKind
from pytest_ptm.metrics.protocol import Estimate, Metric, PerUnit
from pytest_ptm.results import Earlier
from pytest_ptm.statistics.evidence import ShareOf
from pytest_ptm.tasks.protocol import Rows
from pytest_ptm.tasks.texts.answers import GeneratedTexts
from pytest_ptm.tasks.truth import Restored, why_lost


def able_to_write() -> Able[GeneratedTexts]:
    """The tasks whose answers a check can be held against."""
    return answering(GeneratedTexts)


def held_by(
    model: AnyModel[Any], examples: Examples, check: Check
) -> Labelled[GeneratedTexts]:
    """A model and texts, once a check can be held against its answers.

    Raises:
        DataError: PTM206, the check needs references, and a row has none.
        ModelError: the model writes nothing, or cannot be loaded or asked.
    """
    asked = question(model, examples, able_to_write())
    truth = _truth(asked, check)
    return Labelled(asked, METRIC, CheckKind(), truth, None, beside=lambda: check.cost)


def _truth(asked: Question[GeneratedTexts], check: Check) -> CheckTruth:
    prompts = prompts_of(asked, check)
    gold = np.empty(len(prompts.texts), dtype=object)
    gold[:] = [
        _Wanted(check, *each)
        for each in zip(prompts.texts, prompts.references, prompts.ids, strict=True)
    ]
    return CheckTruth(gold)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is wanted of the answer to one text: all alike to other rows' eyes."""

    check: Check = field(compare=False)
    prompt: str = field(compare=False)
    references: tuple[str, ...] = field(compare=False)
    row: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class CheckTruth:
    """A check and what it sees of each row, object[n]."""

    gold: NDArray[Any]
    names: None = None

    def take(self, rows: Rows) -> CheckTruth:
        """What is right for these rows."""
        return CheckTruth(self.gold[rows])

    def positive(self, label: Label) -> NoReturn:
        """Nothing: answers are no classes."""
        raise ArgumentError(
            f"positive={label!r}: these answers are texts; leave it out"
        )

    def right(self, said: GeneratedTexts) -> NDArray[np.bool_]:
        """Which answers the check takes, bool[n]."""
        return _right(self.gold, said)

    def away(self, said: GeneratedTexts) -> NDArray[np.float64]:
        """1 of each that it refuses, float64[n]."""
        return (~self.right(said)).astype(np.float64)

    def codes(self, said: GeneratedTexts) -> None:
        """Nothing: a text is no class that other rows have too."""

    def expected(self, row: int) -> str:
        """The check by name."""
        return clip(self.gold[row].check.name, 120)

    def label(self, said: GeneratedTexts, row: int) -> str:
        """The text of one row."""
        return quoted(said.written[row], 40)

    def require_same(self, other: CheckTruth, name: str, theirs: str) -> None:
        """Nothing: a check is the same to all models."""

    def restored(self, earlier: Earlier, name: str) -> Restored[GeneratedTexts]:
        """Nothing but which answers it took, which a run keeps."""
        return why_lost(earlier.right, self.gold)


@dataclass(frozen=True, slots=True)
class CheckedMetric(Metric[Any]):
    """The share of answers that a check takes."""

    @property
    def share(self) -> bool:
        """It is a share of all examples."""
        return True


def _figure(right: NDArray[np.bool_]) -> Estimate:
    hits, n = int(right.sum()), len(right)
    return hits / n, ShareOf(hits, n)


METRIC = CheckedMetric(PASSES, _figure, of_right=True, behaviour="generation")


def _one_each(right: NDArray[np.bool_]) -> NDArray[np.float64]:
    return right.astype(np.float64)


class CheckKind(PlainKind[GeneratedTexts]):
    """The one figure of answers that a check takes or refuses."""

    of_what = "checks"
    answers = GeneratedTexts
    metrics: Mapping[str, Metric[Any]] = {PASSES: METRIC}

    def asked(
        self,
        metric: str,
        gold: NDArray[Any],
        predictions: GeneratedTexts,
        positive: int | None,
    ) -> NDArray[np.bool_]:
        """Which answers pass, bool[n]."""
        return _right(gold, predictions)

    def per_unit(self, metric: str) -> PerUnit[NDArray[np.bool_]]:
        """1 of each that passes."""
        return PerUnit(_one_each)

    def remarks(self, gold: NDArray[Any], predictions: GeneratedTexts) -> Sequence[str]:
        """Which models say what passes; there are no labels to look at."""
        check, prompts = _wanted(gold)
        return () if check is None else check.noted(prompts.written(predictions))


def _right(gold: NDArray[Any], said: GeneratedTexts) -> NDArray[np.bool_]:
    check, prompts = _wanted(gold)
    if check is None:
        return np.zeros(0, dtype=np.bool_)
    found = prompts.held(check, said)
    return np.array([each is None for each in found], dtype=np.bool_)


def _wanted(gold: NDArray[Any]) -> tuple[Check | None, Prompts]:
    """The check of some rows, None of no row, and what it sees beside the answers."""
    wanted: list[_Wanted] = gold.tolist()
    prompts = Prompts(
        tuple(each.prompt for each in wanted),
        tuple(each.references for each in wanted),
        tuple(each.row for each in wanted),
    )
    return wanted[0].check if wanted else None, prompts
