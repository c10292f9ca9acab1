"""Which answers are right for each question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.columns import LabelMap
from pytest_ptm.datasets.examples import Examples, Label
from pytest_ptm.datasets.gold_answers import GoldAnswers
from pytest_ptm.datasets.ragged import Rows
from pytest_ptm.ground.display import clip, quoted
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.results import Earlier
from pytest_ptm.tasks.answer_spans.answers import NO_ANSWER, SpanAnswers
from pytest_ptm.tasks.answer_spans.overlap import exact, f1
from pytest_ptm.tasks.answer_spans.settings import Answerer
from pytest_ptm.tasks.protocol import Payload, Predictor
from pytest_ptm.tasks.truth import Restored, why_lost


@dataclass(frozen=True, slots=True)
class SpanTruth:
    """The texts of the right answers of each row, a tuple each, object[n]."""

    gold: NDArray[Any]
    names: None = None

    def take(self, rows: Rows) -> SpanTruth:
        """What is right for these rows."""
        return SpanTruth(self.gold[rows])

    def positive(self, label: Label) -> NoReturn:
        """Nothing: answers are no classes."""
        raise ArgumentError(
            f"positive={label!r} names a class, and these answers are parts of a text; "
            "leave it out"
        )

    def right(self, said: SpanAnswers) -> NDArray[np.bool_]:
        """Which rows have a right answer, word for word, bool[n]; a tie is wrong."""
        rows = enumerate(self.gold)
        hits = [exact(said.text(row), own) for row, own in rows]
        return np.array(hits, dtype=np.bool_) & ~said.tied

    def away(self, said: SpanAnswers) -> NDArray[np.float64]:
        """What each answer lacks of an F1 of 1, float64[n]; of a tie all of it."""
        rows = enumerate(self.gold)
        lacking = np.array([1.0 - f1(said.text(row), own) for row, own in rows])
        return np.where(said.tied, 1.0, lacking)

    def codes(self, said: SpanAnswers) -> None:
        """Nothing: an answer is no class that other rows have too."""

    def expected(self, row: int) -> str:
        """The right answers of one row, each once."""
        texts: tuple[str, ...] = self.gold[row]
        return " or ".join(quoted(text, 40) for text in dict.fromkeys(texts)) or (
            NO_ANSWER
        )

    def label(self, said: SpanAnswers, row: int) -> str:
        """The answer to one row."""
        return NO_ANSWER if said.none[row] else quoted(said.span(row), 40)

    def shared(self, row: int, other: int) -> bool:
        """Whether one answer, or none, is right for both rows."""
        return any(exact(text, self.gold[other]) for text in self.gold[row] or ("",))

    def require_same(self, other: SpanTruth, name: str, theirs: str) -> None:
        """Nothing: an answer is the same to all models."""

    def restored(self, earlier: Earlier, name: str) -> Restored[SpanAnswers]:
        """Nothing but what each row added to the figure, which a run keeps."""
        return why_lost(earlier.right, self.gold)


def what_is_right(
    examples: Examples,
    predictor: Predictor[Payload, Any],
    *,
    label_map: LabelMap | None = None,
) -> SpanTruth:
    """The answers of the labels.

    Raises:
        ArgumentError: there is a ``label_map``; or a question has no answer, and the
            model is asked so that it always gives one.
        DataError: PTM206, there are no labels, or one is no answers.
    """
    if label_map is not None:
        raise ArgumentError("label_map= is of classes, and answers are parts of a text")
    labels = examples.labels or (None,) * len(examples)
    texts: list[tuple[str, ...]] = []
    for row, label in enumerate(labels):
        if not isinstance(label, GoldAnswers):
            found = "no answers" if label is None else f"the label {label!r:.60}"
            raise DataError(
                f"{examples.source}: {clip(examples.ids[row], 40)} has {found}; load "
                "it with load_questions(…, answers=<column>)",
                code="PTM206",
            )
        texts.append(label.texts)
    _refuse_unanswered(examples, texts, predictor)
    gold = np.empty(len(texts), dtype=object)
    gold[:] = texts
    return SpanTruth(gold)


def _refuse_unanswered(
    examples: Examples,
    texts: list[tuple[str, ...]],
    predictor: Predictor[Payload, Any],
) -> None:
    lacking = [row for row, own in enumerate(texts) if not own]
    if not lacking or not isinstance(predictor, Answerer):
        return
    if predictor.how.no_answer_threshold is None:
        raise ArgumentError(
            f"{examples.source}: {len(lacking)} of {len(texts)} questions have no "
            f"answer (first: {clip(examples.ids[lacking[0]], 40)}), and "
            f"{predictor.card.name} is asked so that it always gives one; ask "
            "answering(model, no_answer_threshold=0.0), as SQuAD 2.0 has it, or with a "
            "threshold chosen on other data; or leave these questions out"
        )
