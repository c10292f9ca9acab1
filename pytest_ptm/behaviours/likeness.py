"""When two answers count as the same: as their task has it, or by a second model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Self, cast

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.choice import Able, AnyModel, able_to
from pytest_ptm.behaviours.tolerance import apart, comparable, require_tolerance
from pytest_ptm.engine.second import SecondModel, second_model
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results import Cost
from pytest_ptm.tasks.embedding import TASK as EMBEDDING
from pytest_ptm.tasks.embedding import Embeddings
from pytest_ptm.tasks.protocol import C
from pytest_ptm.tasks.task import Task
from pytest_ptm.tasks.texts.answers import GeneratedTexts
from pytest_ptm.tasks.vectors.cosine import TIE, cosines

_FARTHEST = 2.0


@dataclass(frozen=True, slots=True)
class Likeness:
    """How far two answers may lie apart, and which model says how far they do.

    Without ``by`` the task does. With it written texts are alike where the cosine of
    their vectors is 1 - ``tolerance`` or more.
    """

    tolerance: float | None
    by: SecondModel[Embeddings] | None = None

    @property
    def able(self) -> Able[Any]:
        """The tasks whose answers can be held against each other so."""
        if self.by is None:
            return able_to(comparable)
        return able_to(
            lambda task: task.answers is GeneratedTexts,
            instead=lambda _: (
                ". similarity= is of texts that are written, and this model answers "
                "otherwise; leave it out"
            ),
        )

    def require(self, task: Task) -> None:
        """Nothing, where the tolerance is one between answers of the task.

        Raises:
            ArgumentError: it is none.
        """
        if self.by is None:
            require_tolerance(task, self.tolerance)

    def apart(
        self, before: C, after: C, task: Task
    ) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        """Which answers differ, bool[n], and how far each of them moved, float64[n].

        Raises:
            ModelError: the second model fails, or the task does not say it of each.
        """
        if self.by is None or self.tolerance is None:
            return apart(before, after, self.tolerance, task)
        turned = _turned(self.by, _Pairs.of(before, after))
        # What cannot be compared is no small difference.
        return ~(1.0 - turned >= 1.0 - self.tolerance - TIE), turned

    @property
    def cost(self) -> Cost:
        """What the second model has cost until now."""
        return Cost() if self.by is None else self.by.cost

    @property
    def parts(self) -> list[str]:
        """What a signature says of it."""
        said = [] if self.tolerance is None else [f"tolerance:{self.tolerance}"]
        return [*said, *([f"similarity:{self.by.known_by}"] if self.by else [])]

    def what(self, task: Task) -> str:
        """What it is that lies apart."""
        return task.shift.what if self.by is None else "1 - cosine of the answers"

    def remarks(self, *sides: tuple[C, C]) -> list[str]:
        """Which model says how far answers, before and after, lie apart."""
        if self.by is None:
            return []
        texts = [text for side in sides for text in _Pairs.of(*side).texts]
        return self.by.remarks(list(dict.fromkeys(texts)))


def likeness(similarity: AnyModel[Any] | None, tolerance: float | None) -> Likeness:
    """What ``similarity=`` and ``tolerance=`` mean.

    Raises:
        ArgumentError: there is no sentence encoder, or no tolerance for its cosines.
        ModelError: the encoder cannot be loaded.
    """
    if similarity is None:
        return Likeness(tolerance)
    if isinstance(similarity, str):
        raise ArgumentError(
            f"similarity={similarity!r}: expected a sentence encoder, ptm_load(…) or "
            "from_encoder(f). Without it two answers are the same where their words "
            "are, and with tolerance=0.2 alone where the F1 of their words is 0.8"
        )
    if tolerance is None:
        raise ArgumentError(
            "similarity= without tolerance=: say how far the meaning may move, such as "
            "tolerance=0.1 for a cosine of 0.9 or more"
        )
    require_tolerance(EMBEDDING, tolerance)
    by = second_model(
        similarity,
        EMBEDDING,
        role="similarity",
        instead="a sentence encoder, such as ptm_load(…) or from_encoder(f)",
    )
    return Likeness(tolerance, by)


class _Pairs(NamedTuple):
    """Two written texts a row; ``rows`` are those that a second model is asked about.

    Texts with the same words need none; one that is empty means nothing to it.
    """

    same: NDArray[np.bool_]
    rows: list[int]
    ones: list[str]
    others: list[str]

    @classmethod
    def of(cls, before: object, after: object) -> Self:
        """Of answers that are texts, as the task was chosen for."""
        sides = (cast("GeneratedTexts", side).written for side in (before, after))
        pairs = list(zip(*sides, strict=True))
        same = np.array([one.split() == two.split() for one, two in pairs], np.bool_)
        rows = [
            row
            for row, (one, two) in enumerate(pairs)
            if not same[row] and one.strip() and two.strip()
        ]
        ones, others = ([pairs[row][side] for row in rows] for side in (0, 1))
        return cls(same, rows, ones, others)

    @property
    def texts(self) -> list[str]:
        """All that a second model is asked about."""
        return [*self.ones, *self.others]


def _turned(by: SecondModel[Embeddings], pairs: _Pairs) -> NDArray[np.float64]:
    """1 - cosine of both texts of each row, float64[n] in [0, 2].

    0 of texts with the same words; 2 where one of them is empty.
    """
    turned = np.where(pairs.same, 0.0, _FARTHEST)
    if pairs.rows:
        vectors = by.ask(pairs.texts).predictions.vectors
        half = len(pairs.rows)
        turned[pairs.rows] = 1.0 - cosines(vectors[:half], vectors[half:])
    return turned
