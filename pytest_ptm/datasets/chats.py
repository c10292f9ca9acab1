"""Chats to go on with, and the answers that people, or other models, gave."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_ptm.datasets.cells import Column
from pytest_ptm.datasets.columns import ids_of
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.groups import groups_of
from pytest_ptm.datasets.load import LARGEST_TEXT, Source, read_source
from pytest_ptm.datasets.messages import chat_in
from pytest_ptm.datasets.references import References
from pytest_ptm.datasets.table import DEFAULT_ID, SourceTable, Wanted
from pytest_ptm.ground.errors import ArgumentError, PtmError

SYSTEM = "system"
"""The input that stands before a chat; an empty text is none."""

TURNS = "turns"
"""The list of what was said before the text."""


def load_chats(
    source: Source,
    *,
    messages: str = "messages",
    groups: Sequence[str] = (),
    id: str | None = None,
    encoding: str = "utf-8",
) -> Examples:
    """Chats in which a model has the next word, asked with ``generating(chat=True)``.

    Messages are a list of ``{"role": …, "content": …}``, or of ShareGPT's
    ``{"from": …, "value": …}``. What the user says last is the text that is asked,
    ``lists["turns"]`` what was said before it, and ``inputs["system"]`` the system
    text, "" where a row has none. Where the assistant has the last word that is the
    reference; a row that ends with the user has none.

    Args:
        source: what ``load_examples`` takes.
        messages: the column with the messages.
        groups: columns whose values put rows into groups.
        id: the column with ids; without it "id" if there is one, else row-1, row-2, ….
        encoding: of a text file.

    >>> said = [{"role": "user", "content": "Hi!"}]
    >>> load_chats([{"messages": said}]).inputs["text"]
    ('Hi!',)

    Raises:
        ArgumentError: an argument is wrong.
        DataError: PTM201 … PTM208; of PTM205 it names file, row and message: a role is
            unknown, or has two messages in a row; a content is empty, or no text; no
            message is the user's; the system's is not the first.
        MissingExtraError: the format needs a library that is not installed.
    """
    __tracebackhide__ = True
    try:
        if isinstance(groups, str):
            raise ArgumentError(
                f"groups={groups!r}: expected a list, such as [{groups!r}]"
            )
        if isinstance(source, Examples):
            raise ArgumentError("load_chats: these examples are loaded already")
        wanted = Wanted(
            messages,
            label=None,
            groups=tuple(groups),
            id=id,
            called=("messages", "messages"),
        )
        table, wanted = read_source(source, wanted, encoding)
        return _examples(table, wanted)
    except PtmError as error:
        # The message says it all; the frames in between are ours, not the user's.
        raise error.with_traceback(None) from None


def _examples(table: SourceTable, wanted: Wanted) -> Examples:
    ids = table.columns.get(wanted.id or DEFAULT_ID)
    column = Column(table, wanted.text, ids)
    chats = [
        chat_in(column, row, max_bytes=LARGEST_TEXT)
        for row in range(len(column.values))
    ]
    inputs = {"text": tuple(chat.text for chat in chats)}
    if any(chat.system for chat in chats):
        inputs[SYSTEM] = tuple(chat.system for chat in chats)
    answers = [() if chat.answer is None else (chat.answer,) for chat in chats]
    return Examples(
        ids=ids_of(table, wanted),
        inputs=inputs,
        labels=tuple(map(References, answers)) if any(answers) else None,
        groups={
            name: groups_of(Column(table, name, ids), missing=None)
            for name in wanted.groups
        },
        source=table.source,
        # Where no chat has any too: else a model might be asked about plain texts.
        lists={TURNS: tuple(chat.turns for chat in chats)},
    )


def all_said(examples: Examples) -> tuple[str, ...]:
    """What a model answers in each row: the text; of a chat, all its messages.

    Each on a line of its own, the system text first.
    """
    texts = examples.inputs["text"]
    systems = examples.inputs.get(SYSTEM, ("",) * len(texts))
    turns = examples.lists.get(TURNS, ((),) * len(texts))
    return tuple(
        "\n".join([*([system] if system else []), *before, text])
        for system, before, text in zip(systems, turns, texts, strict=True)
    )
