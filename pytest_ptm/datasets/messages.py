"""One chat of a data set: its messages, read strictly, as what a model is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from pytest_ptm.datasets.cells import Column, described, is_nothing, unboxed
from pytest_ptm.datasets.table import listed_short

_KEYS = (("role", "content"), ("from", "value"))
"""What a message has: as chat templates take it, or as ShareGPT wrote it."""

_ROLES = {
    "system": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
}
_LOST = ("tool_calls", "function_call", "tool_call_id")
"""What a message says beside its text, and a model would not be told."""


@dataclass(frozen=True, slots=True)
class Chat:
    """What is asked last, what was said before it, and what was answered.

    ``system`` is "" where there is none; ``turns`` are the user's and the assistant's,
    one after the other; ``answer`` is None where the user has the last word.
    """

    system: str
    turns: tuple[str, ...]
    text: str
    answer: str | None


def chat_in(column: Column, row: int, *, max_bytes: int) -> Chat:
    """The chat of one row.

    Raises:
        DataError: PTM205, a message is none, or stands where it cannot.
    """
    said = [
        _message(column, row, place, given, max_bytes)
        for place, given in enumerate(_messages(column, row), 1)
    ]
    system = ""
    if said and said[0][0] == "system":
        system = said.pop(0)[1]
    _refuse_disorder(column, row, [role for role, _ in said], first=1 + bool(system))
    texts = [text for _, text in said]
    answer = texts.pop() if len(texts) % 2 == 0 else None
    return Chat(system, tuple(texts[:-1]), texts[-1], answer)


def _messages(column: Column, row: int) -> Sequence[object]:
    value = unboxed(column.values[row])
    if not isinstance(value, (list, tuple)):
        raise column.wrong(
            row,
            'expected a list of messages, [{"role": "user", "content": …}, …], got '
            f"{described(value)}",
        )
    return cast("Sequence[object]", value)


def _message(
    column: Column, row: int, place: int, given: object, max_bytes: int
) -> tuple[str, str]:
    """The role and the text of one message."""
    at = f"message {place}"
    if not isinstance(given, Mapping):
        raise column.wrong(
            row, f"{at}: expected a role and a content, got {described(given)}"
        )
    message = cast("Mapping[object, object]", given)
    keys = next((keys for keys in _KEYS if {*keys} <= {*message}), None)
    if keys is None:
        raise column.wrong(
            row,
            f"{at} has {listed_short(message) or 'nothing'}; expected 'role' and "
            "'content', or 'from' and 'value'",
        )
    named, content = unboxed(message[keys[0]]), unboxed(message[keys[1]])
    role = _ROLES.get(named) if isinstance(named, str) else None
    if role is None:
        raise column.wrong(
            row,
            f"{at}: {keys[0]} is {described(named)}; known: {', '.join(_ROLES)}. "
            "Leave the row out, or its message",
        )
    for name in _LOST:
        if _is_something(message.get(name)):
            raise column.wrong(
                row,
                f"{at} has {name!r}, which the model would not be told; leave the row "
                "out",
            )
    return role, _content(column, row, at, content, max_bytes)


def _content(column: Column, row: int, at: str, content: object, max_bytes: int) -> str:
    if isinstance(content, (list, tuple)):
        kinds = [
            str(cast("Mapping[str, object]", part).get("type", "part"))
            if isinstance(part, Mapping)
            else type(part).__name__
            for part in cast("Sequence[object]", content)
        ]
        raise column.wrong(
            row,
            f"{at}: its content is a list of parts ({listed_short(kinds) or 'none'}), "
            "and only texts are asked; write it as one text, or leave the row out",
        )
    if not isinstance(content, str):
        raise column.wrong(row, f"{at}: expected a text, got {described(content)}")
    if not content or content.isspace():
        raise column.wrong(row, f"{at} is empty; leave it out, or the row")
    column.refuse_surrogates(row, content)
    if len(content) * 4 > max_bytes and len(content.encode()) > max_bytes:
        raise column.wrong(row, f"{at} has more than {max_bytes:,} bytes; cut it")
    return content


def _refuse_disorder(
    column: Column, row: int, roles: Sequence[str], *, first: int
) -> None:
    """Refuse a chat that is not the user and the assistant one after the other."""
    if "user" not in roles:
        raise column.wrong(row, "no message is the user's; leave the row out")
    before = "assistant"
    for place, role in enumerate(roles, first):
        if role == "system":
            raise column.wrong(
                row, f"message {place} is the system's, which has to be the first"
            )
        if role == before and place == first:
            raise column.wrong(
                row,
                f"message {place} is the assistant's, and nobody has asked it; the "
                "user begins",
            )
        if role == before:
            raise column.wrong(
                row,
                f"messages {place - 1} and {place} are both the {role}'s; write them "
                "as one, or leave the row out",
            )
        before = role


def _is_something(value: object) -> bool:
    found = unboxed(value)
    return not is_nothing(found) and found not in ("", [], ())
