"""Any function of questions and contexts as a model of extractive QA."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.cells import described, unboxed
from pytest_ptm.ground.display import quoted
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.models.functions import Alone
from pytest_ptm.models.given_arrays import Asked, shown
from pytest_ptm.models.known_functions import KnownFunction, refuse_no_function
from pytest_ptm.models.texts import AnswersTexts, PlainTexts, number_of
from pytest_ptm.tasks.answer_spans.answers import NO_ANSWER, trimmed
from pytest_ptm.tasks.extractive_qa import TASK, SpanAnswers
from pytest_ptm.tasks.protocol import Columns, Encoded, texts_of

Pair = tuple[str, str]
_NONE = (0, 0)


@dataclass(frozen=True)
class ReadsContexts(AnswersTexts):
    """One that answers a question with a part of its context, or not at all."""

    task = TASK.name
    unscored = "is a function, which has no scores and gives None for no answer"

    def encode(self, inputs: Columns) -> Encoded[PlainTexts]:
        """Each question with its context, as they are."""
        questions, contexts = (texts_of(inputs, name) for name in TASK.fields)
        return super().encode({"text": questions, "text_pair": contexts})

    def forward(self, batch: PlainTexts) -> SpanAnswers:
        """The answers of one batch, each as sure as a function is of what it says."""
        contexts = [context for _, context in cast("Sequence[Pair]", batch.texts)]
        return SpanAnswers.said_by_rule(contexts, self.asked(batch).astype(np.int32))


def from_reader(
    function: Callable[[list[str], list[str]], object],
    *,
    name: str | None = None,
    fingerprint: str | None = None,
) -> ReadsContexts:
    """A model that answers questions as a function does: parts of contexts, or None.

    The function takes a list of questions and a list of as many contexts. For each it
    gives the text of the answer, which has to stand in the context and is taken where
    it first does; or ``(start, end)``, its first character and the one behind its last;
    or None where the context does not answer the question. Spaces around an answer are
    left out. Known, and tried once, as `from_function` does it. It has no scores, so
    that ``answering`` has no setting for it.

    >>> def first_word(questions, contexts):
    ...     return [context.split()[0] for context in contexts]
    >>> from_reader(first_word).predict(("Who left?", "Ann left.")).label
    'Ann'

    Raises:
        ArgumentError: it is no function, or nothing says what its answers depend on.
    """
    refuse_no_function(function, of="from_reader")
    known = KnownFunction.of(function, fingerprint, by="from_reader")

    def given(asked: Asked) -> NDArray[np.float64]:
        pairs = cast("Sequence[Pair]", asked)
        questions, contexts = ([pair[part] for pair in pairs] for part in (0, 1))
        return _checked(function(questions, contexts), pairs, by=known.reference)

    alone = Alone(given, known.reference, rounding=0.0, said=_said)

    def answer(asked: Asked) -> NDArray[np.float64]:
        known.held()
        return alone.tried(given(asked), asked)

    card, number = known.card(name), number_of(fingerprint)
    return ReadsContexts(card, answer, held=known.held, plain=given, number=number)


def _checked(given: object, pairs: Sequence[Pair], *, by: str) -> NDArray[np.float64]:
    """Where each answer begins and ends, float64[n, 2]; both 0 where there is none.

    Raises:
        ModelError: PTM313, they are not one for each, or one is no part of its context.
    """
    answers = _listed(given)
    if answers is None or len(answers) != len(pairs):
        count = type(given).__name__ if answers is None else f"{len(answers):,} answers"
        raise ModelError(
            f"{by} gave {count} for {len(pairs):,} questions; expected a list of as "
            "many: a part of the context, (start, end), or None where there is none",
            code="PTM313",
        )
    spans: list[tuple[int, int]] = []
    for pair, each in zip(pairs, answers, strict=True):
        span = _span(unboxed(each), pair[1])
        if isinstance(span, str):
            raise ModelError(f"{by} gave {span}, for {shown(pair)}", code="PTM313")
        spans.append(span)
    return np.array(spans, dtype=np.float64).reshape(-1, 2)


def _listed(given: object) -> list[object] | None:
    """What was given for each question, None where it is no row of answers."""
    if isinstance(given, str | bytes | Mapping | Set) or hasattr(given, "columns"):
        return None
    if not isinstance(given, Iterable):
        return None
    return list(cast("Iterable[object]", given))


def _span(answer: object, context: str) -> tuple[int, int] | str:
    """Where an answer stands in its context; or, as a text, why it is none."""
    if answer is None:
        return _NONE
    if isinstance(answer, str):
        text = answer.strip()
        if not text:
            return f"{answer!r:.40}, which is no answer: say None where there is none"
        start = context.find(text)
        if start < 0:
            return f"{quoted(text, 60)}, which does not stand so in the context"
        return start, start + len(text)
    if isinstance(answer, list | tuple):
        match [unboxed(place) for place in cast("Sequence[object]", answer)]:
            case [int(start), int(end)] if bool not in {type(start), type(end)}:
                return _placed(start, end, context)
            case _:
                pass
    what = described(cast("object", answer))
    return f"{what}; expected a part of the context, (start, end), or None"


def _placed(start: int, end: int, context: str) -> tuple[int, int] | str:
    where = f"({start}, {end})"
    if not 0 <= start < end:
        return f"{where}, which is no span: 0 <= start < end"
    if end > len(context):
        return f"{where}, and the context ends at {len(context):,}"
    found = trimmed(context, start, end)
    return f"{where}, where there are spaces only" if found == _NONE else found


def _said(asked: str | Pair, span: NDArray[np.float64]) -> str:
    start, end = (int(place) for place in span)
    return quoted(asked[1][start:end], 60) if end else NO_ANSWER
