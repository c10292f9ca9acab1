"""What was asked in this session, so that nothing is asked twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Generic, cast

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.display import clip, listed
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.results import ModelCard
from pytest_ptm.tasks.protocol import (
    B,
    Form,
    P,
    Predictions,
    Predictor,
    Rows,
    declared,
)
from pytest_ptm.tasks.table import concatenate, take

InputKey = str | tuple[str, ...]


class Shelf(Generic[P]):
    """The answers of one predictor, found by input or by what the model saw of it.

    ``owner`` is who filled it first, and ``form`` what the columns of its answers mean.
    """

    def __init__(self, owner: ModelCard, form: Form | None = None) -> None:
        self.owner = owner
        self.form = form
        self.by_input: dict[InputKey, int] = {}
        self.by_encoding: dict[bytes, int] = {}
        self.truncated: set[InputKey] = set()
        self._parts: list[P] = []
        self._coverage: list[NDArray[np.int32]] = []

    def add(
        self,
        keys: Iterable[bytes],
        answers: P,
        coverage: NDArray[np.int32] | None = None,
        *,
        by: ModelCard,
    ) -> None:
        """Keep the answers to these encodings, and what the tokenizer knew of them.

        Raises:
            ModelError: PTM313, they are of another form than those that are here.
        """
        # Of a task whose answers have one meaning there is nothing to tell apart.
        form: Form | None = getattr(answers, "form", None)
        if form is not None:
            self.require(form, by)
        first = len(self.by_encoding)
        self.by_encoding.update(
            (key, first + offset) for offset, key in enumerate(keys)
        )
        self._parts.append(answers)
        self._coverage.append(
            np.zeros((len(self.by_encoding) - first, 2), dtype=np.int32)
            if coverage is None
            else coverage
        )

    def require(self, form: Form, by: ModelCard) -> None:
        """Nothing, where answers of this form stand here, or none yet.

        Raises:
            ModelError: PTM313, they are of another: nobody could tell them apart.
        """
        if self.form is None:
            self.form = form
        elif form != self.form:
            raise ModelError(
                f"{_shown(self.owner)} has {_classes(self.form)}, {_shown(by)} has "
                f"{_classes(form)}, and both have one fingerprint: one would be given "
                "the other's answers. Put into a predictor's fingerprint what its "
                "answers depend on, its classes and their order too, such as "
                'f"{version}-{class_names}"',
                code="PTM313",
            )

    def look_up(self, keys: Sequence[InputKey]) -> P:
        """The answers to these inputs, all of them known."""
        if len(self._parts) > 1:
            self._parts = [concatenate(self._parts)]
        return take(self._parts[0], self._places(keys))

    def coverage(self, keys: Sequence[InputKey]) -> tuple[int, int]:
        """The tokens of these inputs, and how many the tokenizer does not know."""
        if len(self._coverage) > 1:
            self._coverage = [np.concatenate(self._coverage)]
        tokens, unknown = self._coverage[0][self._places(keys)].sum(axis=0).tolist()
        return tokens, unknown

    def _places(self, keys: Sequence[InputKey]) -> Rows:
        places = self.by_input
        return np.fromiter(
            (places[key] for key in keys), dtype=np.intp, count=len(keys)
        )


class Memo:
    """One shelf for each fingerprint and task."""

    def __init__(self) -> None:
        self._shelves: dict[tuple[str, str], Shelf[Predictions]] = {}

    def shelf(self, predictor: Predictor[B, P]) -> Shelf[P]:
        """The shelf of this predictor, and of any other that would answer the same.

        Raises:
            ModelError: PTM313, it says of itself that it would not.
        """
        key = (predictor.task, predictor.fingerprint)
        card, said = predictor.card, declared(predictor)
        shelf = self._shelves.setdefault(key, Shelf[Predictions](card, said))
        if said is not None:
            # Now: where all is known already, no answer will come to be looked at.
            shelf.require(said, card)
        return cast("Shelf[P]", shelf)


def _shown(card: ModelCard) -> str:
    return f"{clip(card.name, 40)} ({clip(card.reference, 80)})"


def _classes(form: Form) -> str:
    names, several = form
    kind = "several at once of the" if several else "the"
    return f"{kind} classes {clip(listed(list(names)), 120)}"
