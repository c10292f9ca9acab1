"""Questions about a text and the answers in it, from SQuAD's files and all others."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from pytest_ptm.datasets.cells import Column, described, shown, unboxed
from pytest_ptm.datasets.columns import ids_of
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.gold_answers import GoldAnswers
from pytest_ptm.datasets.groups import groups_of
from pytest_ptm.datasets.load import LARGEST_TEXT, Source, read_source
from pytest_ptm.datasets.squad import COLUMNS, read_squad
from pytest_ptm.datasets.table import DEFAULT_ID, SourceTable, Wanted
from pytest_ptm.datasets.texts import texts_of
from pytest_ptm.ground.display import counted
from pytest_ptm.ground.errors import ArgumentError, DataError, PtmError

QUESTION = "question"
CONTEXT = "context"


def load_questions(
    source: Source,
    *,
    question: str = QUESTION,
    context: str = CONTEXT,
    answers: str | None = "answers",
    groups: Sequence[str] = (),
    id: str | None = None,
    encoding: str = "utf-8",
) -> Examples:
    """Questions, contexts and right answers, for tests of extractive QA.

    A ``.json`` file is read as SQuAD 1.1 or 2.0 has it, also XQuAD and others made so;
    its groups may be ``title`` and ``paragraph``. Of a ``.jsonl`` or ``.parquet`` file,
    dictionaries, a DataFrame or a ``datasets.Dataset`` each row has a question, a
    context, and answers as ``{"text": [...], "answer_start": [...]}`` or a list of
    ``{"text": …, "answer_start": …}``; without any the context does not say it.

    Args:
        source: where the questions are.
        question: the column with the question.
        context: the column with the text that the answer stands in.
        answers: the column with the right answers; None for questions without labels.
        groups: columns whose values put questions into groups.
        id: the column with ids; without it "id" if there is one, else row-1, row-2, ….
        encoding: of a text file.

    >>> row = {"question": "Who left?", "context": "Ann left."}
    >>> row["answers"] = {"text": ["Ann"], "answer_start": [0]}
    >>> load_questions([row])[0].label.texts
    ('Ann',)

    Raises:
        ArgumentError: an argument is wrong, or does not go with the source.
        DataError: PTM201 … PTM208, such as an answer that does not stand in the
            context where it says; it names file and row, and what to do.
        MissingExtraError: the format needs a library that is not installed.
    """
    __tracebackhide__ = True
    wanted = Wanted(
        question,
        label=answers,
        groups=tuple(groups),
        id=id,
        context=context,
        called=("question", "answers"),
    )
    try:
        if isinstance(groups, str):
            raise ArgumentError(
                f"groups={groups!r}: expected a list, such as [{groups!r}]"
            )
        if isinstance(source, Examples):
            raise ArgumentError("load_questions: these examples are loaded already")
        if isinstance(source, (str, os.PathLike)) and _is_squad(Path(source)):
            table = read_squad(Path(source), encoding=encoding)
            wanted.among(
                [name for name in COLUMNS if name in table.columns], table.source
            )
        else:
            table, wanted = read_source(source, wanted, encoding)
        return _examples(table, wanted)
    except PtmError as error:
        # The message says it all; the frames in between are ours, not the user's.
        raise error.with_traceback(None) from None


def _is_squad(path: Path) -> bool:
    return path.suffix.lower() == ".json"


def _examples(table: SourceTable, wanted: Wanted) -> Examples:
    ids = table.columns.get(wanted.id or DEFAULT_ID)

    def column(name: str) -> Column:
        return Column(table, name, ids)

    if not len(table.columns[wanted.text]):
        raise DataError(f"{table.source} has 0 examples", code="PTM201")
    questions, contexts = (
        texts_of(column(name), max_bytes=LARGEST_TEXT, allow_empty=False, as_said=False)
        for name in (wanted.text, str(wanted.context))
    )
    labels = None
    if wanted.label is not None:
        held = column(wanted.label)
        labels = tuple(_gold(held, row, text) for row, text in enumerate(contexts))
    return Examples(
        ids=ids_of(table, wanted),
        inputs={QUESTION: questions, CONTEXT: contexts},
        labels=labels,
        groups={name: groups_of(column(name), missing=None) for name in wanted.groups},
        source=table.source,
    )


def _gold(column: Column, row: int, context: str) -> GoldAnswers:
    texts, starts = _listed(column, row)
    if len(texts) != len(starts):
        raise column.wrong(
            row,
            f"{counted(len(texts), 'answer')} and {counted(len(starts), 'place')} that "
            "they begin at; each has its own",
        )
    places = [_place(column, row, start) for start in starts]
    answers = [_answer(column, row, text) for text in texts]
    for text, start in zip(answers, places, strict=True):
        if context[start : start + len(text)] != text:
            raise column.wrong(row, _elsewhere(context, text, start))
    return GoldAnswers(tuple(answers), tuple(places))


def _listed(column: Column, row: int) -> tuple[Sequence[object], Sequence[object]]:
    """The texts of the answers, and where they begin."""
    value = unboxed(column.values[row])
    if isinstance(value, Mapping):
        fields = cast("Mapping[str, object]", value)
        texts, starts = (unboxed(fields.get(name)) for name in _FIELDS)
        if isinstance(texts, (list, tuple)) and isinstance(starts, (list, tuple)):
            return cast("Sequence[object]", texts), cast("Sequence[object]", starts)
    if isinstance(value, (list, tuple)):
        each = [unboxed(part) for part in cast("Sequence[object]", value)]
        if all(isinstance(part, Mapping) for part in each):
            parts = cast("list[Mapping[str, object]]", each)
            texts, starts = ([part.get(name) for part in parts] for name in _FIELDS)
            return texts, starts
    raise column.wrong(
        row,
        'expected {"text": […], "answer_start": […]}, both empty where there is no '
        f"answer, got {described(column.values[row])}",
    )


_FIELDS = ("text", "answer_start")


def _place(column: Column, row: int, given: object) -> int:
    start = unboxed(given)
    if isinstance(start, bool) or not isinstance(start, int) or start < 0:
        raise column.wrong(
            row,
            "expected the number of the character that an answer begins at, from 0 "
            f"on, got {described(start)}",
        )
    return start


def _answer(column: Column, row: int, given: object) -> str:
    text = unboxed(given)
    if not isinstance(text, str) or not text or text.isspace():
        raise column.wrong(
            row,
            f"expected the text of an answer, got {described(text)}; where there is "
            "none both lists are empty",
        )
    return text


def _elsewhere(context: str, text: str, start: int) -> str:
    """What is wrong about an answer that does not stand where it should."""
    there = context[start : start + len(text)]
    found = context.find(text)
    where = (
        "it stands nowhere in it"
        if found < 0
        else f"the first place with it is character {found}"
    )
    held = f"holds {shown(there, 40)} there" if there else "is over by then"
    return (
        f"the answer {shown(text, 40)} is not at character {start} of the context, "
        f"which {held}; {where}. Places count characters from 0, not bytes"
    )
