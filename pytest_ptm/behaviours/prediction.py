"""What a model says to some texts: no figure, no bound, only the answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, cast, overload

from pytest_ptm.behaviours.asking import question, with_mark
from pytest_ptm.behaviours.choice import Able, AnyModel, able_to, decided
from pytest_ptm.behaviours.tolerance import comparable
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.tagged import WORDS
from pytest_ptm.engine.ask import ask
from pytest_ptm.ground.display import clip
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results import Answer
from pytest_ptm.tasks.protocol import CanDo, answered
from pytest_ptm.tasks.task import usual

One = str | tuple[str, str]
"""One question by itself: a text, or a pair of them."""

Text = One | list[str]
"""One question among many: also a list of words, which alone are as many texts."""


def predict(
    model: AnyModel[Any], texts: One | Iterable[Text] | Examples
) -> list[Answer]:
    """The model's answers, one a text, pair or list of words, in their order.

    A pair is two texts that belong together, or a question and its context. Examples
    are asked as they are, as ``load_images`` and the like read them.

    Raises:
        ArgumentError: they are none of these, or some are of another kind than others;
            several tasks could answer.
        DataError: a text has no mask, where a masked language model is asked.
        ModelError: the model cannot be loaded, or gives no answer to one of them.
    """
    if isinstance(texts, Examples):
        rows = texts
    else:
        rows = _rows([texts] if is_one(texts) else texts)
    if not len(rows):
        return []
    able = what_it_does(model, rows)
    asked = question(model, _as_fields(model, rows, able), able)
    # All of them: --ptm-limit is for examples that a figure is over.
    asked = with_mark(replace(asked, examples=asked.whole, of=None))
    found = ask(asked.predictor, asked.examples).predictions
    if asked.task.mark is not None:
        asked.task.mark.seen(asked.examples, found)
    return [answered(found, row, by=asked.predictor) for row in range(len(rows))]


class Predicts:
    """What gives anything that can be asked a ``predict``."""

    __slots__ = ()

    # A text is an iterable of texts too; the first overload is the one it takes.
    @overload
    def predict(self, texts: One) -> Answer: ...  # pyright: ignore[reportOverlappingOverload]
    @overload
    def predict(self, texts: Iterable[Text] | Examples) -> list[Answer]: ...
    def predict(self, texts: One | Iterable[Text] | Examples) -> Answer | list[Answer]:
        """The model's answer to a text, or a list of those to many, or to examples.

        Images are examples: ``model.predict(load_images(…))``.

        A tuple of two texts is a pair, also among many; a list of words among many is
        one row of them. Asked as a test asks: in
        batches, what is known already not again, for the task that the model can do.

        Raises:
            ArgumentError: they are neither texts nor pairs, or several tasks could
                answer and none is declared.
            DataError: a text has no mask, where a masked language model is asked.
            ModelError: the model cannot be loaded or asked.
        """
        found = predict(cast("AnyModel[Any]", self), texts)
        return found[0] if is_one(texts) else found


def what_it_does(model: AnyModel[Any], rows: Examples) -> Able[Any]:
    """What the model can do, before the texts are looked at: nothing else is asked.

    So a text without a mask is no question to a masked model, whose task says it best:
    whoever forgot the mask is not told how likely the text is instead. Of a model with
    two heads a pair is asked of the one that reads both of its texts.
    """
    can = model.can() if isinstance(model, CanDo) and model.task is None else None
    if can is None:
        return able_to(comparable)
    able = able_to(lambda task: comparable(task) and task.name in can).tasks
    reading = [
        task
        for task in able
        if not task.missing(rows) and set(rows.inputs) <= set(task.used(rows))
    ]
    found = usual(reading or able)
    return Able(tuple(found)) if found else able_to(comparable)


def _as_fields(model: AnyModel[Any], rows: Examples, able: Able[Any]) -> Examples:
    """The rows; of a task of two other texts, such as a question, pairs are these.

    Raises:
        ArgumentError: they are texts, and the task is about words.
    """
    task = decided(model, able)
    if task is not None and task.missing(rows) == [WORDS]:
        raise ArgumentError(
            f"predict: {task.name} is asked about words, got texts; give a list of "
            "words for each, such as [text.split() for text in texts]"
        )
    pairs = set(rows.inputs) == {"text", "text_pair"}
    if task is None or not task.missing(rows):
        return rows
    if [*task.fields.values()] != ["text", "text"]:
        return rows
    if not pairs:
        raise ArgumentError(
            f"predict: {task.name} is asked of pairs, each a tuple "
            f"({', '.join(task.fields)}); got single texts or words"
        )
    columns = zip(task.fields, rows.inputs.values(), strict=True)
    return replace(rows, inputs=dict(columns))


def is_one(texts: object) -> bool:
    """Whether this is one question, not many: a text, or a tuple of two."""
    return isinstance(texts, str) or (
        isinstance(texts, tuple)
        and len(cast("tuple[object, ...]", texts)) == 2
        and all(isinstance(each, str) for each in cast("tuple[object, ...]", texts))
    )


def _rows(texts: object) -> Examples:
    if not isinstance(texts, Iterable) or isinstance(texts, dict | bytes):
        raise _no_text(cast("object", texts), "texts")
    given = list(cast("Iterable[object]", texts))
    if given and all(isinstance(each, list) for each in given):
        return _of_words(cast("list[list[object]]", given))
    for place, each in enumerate(given):
        if not is_one(each):
            raise _no_text(each, f"text {place + 1}")
    singles = [each for each in given if isinstance(each, str)]
    ids = tuple(str(place + 1) for place in range(len(given)))
    if len(singles) == len(given):
        return Examples(ids, {"text": tuple(singles)}, source="predict")
    if singles:
        raise ArgumentError(
            f"predict: {len(singles)} of {len(given)} are single texts and the others "
            "pairs; ask them apart"
        )
    first, second = zip(*cast("list[tuple[str, str]]", given), strict=True)
    return Examples(ids, {"text": first, "text_pair": second}, source="predict")


def _of_words(given: list[list[object]]) -> Examples:
    for place, words in enumerate(given):
        if not words or not all(isinstance(word, str) and word for word in words):
            raise _no_text(words, f"row {place + 1}")
    rows = tuple(tuple(cast("list[str]", words)) for words in given)
    ids = tuple(str(place + 1) for place in range(len(given)))
    return Examples(ids, {}, source="predict", lists={WORDS: rows})


def _no_text(given: object, what: str) -> ArgumentError:
    return ArgumentError(
        f"predict: {what}: expected a text, a pair of texts as a tuple, or a "
        f"list of words (images come as load_images(…)), got {clip(repr(given), 60)}"
    )
