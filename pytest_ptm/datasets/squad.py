"""Files as SQuAD has them: articles of paragraphs, each with its questions.

The same in versions 1.1 and 2.0, of which the second says with ``is_impossible`` that
a paragraph does not answer a question, and in data sets made after it, such as XQuAD.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

from pytest_ptm.datasets.files import check_exists, opened, shown_path
from pytest_ptm.datasets.table import SourceTable
from pytest_ptm.ground.display import clip
from pytest_ptm.ground.errors import DataError

COLUMNS = ("id", "question", "context", "answers", "title", "paragraph")
"""What each question has; the title is that of its article, and the paragraph the
numbers of both, from 1 on."""

_Fields = Mapping[str, object]


def read_squad(path: Path, *, encoding: str) -> SourceTable:
    """The questions of a file, a row each, in its order.

    Raises:
        DataError: PTM202, the file cannot be read; PTM203, it is no such file.
    """
    check_exists(path)
    source = shown_path(path)
    with opened(path, encoding=encoding, newline="\n") as file:
        try:
            whole: object = json.load(file)
        except (ValueError, RecursionError) as error:
            raise DataError(
                f"{source} is no JSON: {clip(str(error), 100)}; one object a line is "
                "called .jsonl",
                code="PTM203",
            ) from None
    columns: dict[str, list[object]] = {name: [] for name in COLUMNS}
    for row in _rows(whole, source):
        for name, column in columns.items():
            column.append(row[name])
    if all(title is None for title in columns["title"]):
        del columns["title"]
    return SourceTable(source, dict(columns))


def _rows(whole: object, source: str) -> Iterator[dict[str, object]]:
    for article_at, article in _each(whole, "data", source):
        above = f"{source} data[{article_at}]"
        for at, paragraph in _each(article, "paragraphs", above):
            held, where = cast("_Fields", paragraph), f"{above} paragraphs[{at}]"
            for number, question in _each(paragraph, "qas", where):
                asked = cast("_Fields", question)
                row = {
                    "id": asked.get("id"),
                    "question": asked.get("question"),
                    "context": held.get("context"),
                    "answers": asked.get("answers"),
                    "title": cast("_Fields", article).get("title"),
                    "paragraph": f"{article_at + 1}.{at + 1}",
                }
                _refuse_contradiction(asked, f"{where} qas[{number}]")
                yield row


def _each(holder: object, name: str, where: str) -> Iterator[tuple[int, object]]:
    """What a list of objects holds, each with its number.

    Raises:
        DataError: PTM203, there is no such list.
    """
    parts: object = None
    if isinstance(holder, Mapping):
        parts = cast("_Fields", holder).get(name)
    if not isinstance(parts, list):
        raise DataError(
            f"{where} has no list {name!r}; a .json file is read as SQuAD's, with "
            '{"data": [{"paragraphs": [{"context": …, "qas": […]}]}]}; write other '
            "rows one object a line, as .jsonl",
            code="PTM203",
        )
    for number, part in enumerate(cast("list[object]", parts)):
        if not isinstance(part, Mapping):
            raise DataError(f"{where}: {name}[{number}] is no object", code="PTM203")
        yield number, cast("object", part)


def _refuse_contradiction(asked: _Fields, where: str) -> None:
    """Refuse a question that is impossible and answered, or neither.

    Raises:
        DataError: PTM203.
    """
    impossible = asked.get("is_impossible")
    answers = asked.get("answers")
    if not isinstance(impossible, bool) or not isinstance(answers, list):
        return
    count = len(cast("Sequence[object]", answers))
    if impossible == bool(count):
        raise DataError(
            f"{where} (id {clip(str(asked.get('id')), 40)}) has is_impossible="
            f"{str(impossible).lower()} and {count} answers; one of them is wrong",
            code="PTM203",
        )
