"""One question by itself, as a user asks it: nothing known, nothing remembered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic

import numpy as np

from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import batches_of, encoded_rows, names_by_row
from pytest_ptm.engine.columns import columns_asked, part_of, refuse_surrogates
from pytest_ptm.engine.run import run
from pytest_ptm.engine.send import Local
from pytest_ptm.tasks.protocol import Columns, P, Payload, Predictor, Rows


@dataclass(frozen=True, slots=True)
class SaidAlone(Generic[P]):
    """What one question brought: answers by batch, and what it took."""

    answers: Sequence[P]
    truncated: bool
    rows: int
    passes: int

    @property
    def valid(self) -> bool:
        """Whether there is an answer."""
        return all(bool(each.valid.all()) for each in self.answers)


@dataclass(frozen=True, slots=True)
class OneByOne(Generic[P]):
    """A model and examples that it is asked one at a time, past the memo.

    Nothing is taken from the memo and nothing put there: what is timed is the model,
    and a later test asks it anew.
    """

    predictor: Predictor[Payload, P]
    examples: Examples
    questions: Sequence[Columns] = field(init=False)

    def __post_init__(self) -> None:
        """Have each question ready, so that nothing but its answer is waited for."""
        columns = columns_asked(self.predictor, self.examples)
        rows = list(range(len(self.examples)))
        refuse_surrogates(self.examples, columns, rows)
        questions = tuple(part_of(columns, [row]) for row in rows)
        object.__setattr__(self, "questions", questions)

    def ask(self, row: int) -> SaidAlone[P]:
        """The answer to one example: it is encoded and goes through the model.

        Raises:
            DataError: PTM216, it cannot be asked of this model.
            ModelError: PTM403, the model fails on it.
            OutOfMemory: PTM402, it does not fit on the device.
        """
        by, names = self.predictor, [self.examples.ids[row]]
        encoded = encoded_rows(by, self.questions[row], self.examples.source, names)
        answers: list[P] = []

        def answered(_: Rows, given: P) -> None:
            answers.append(given)

        passes = run(
            encoded,
            batches_of(encoded, np.arange(len(encoded), dtype=np.intp), by.card.device),
            Local(by),
            card=by.card,
            answered=answered,
            named=names_by_row(encoded, names),
        )
        cut = bool(encoded.truncated[0])
        return SaidAlone(answers, cut, len(encoded), passes.sent)
