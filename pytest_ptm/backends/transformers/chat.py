# pyright: basic
# transformers' tokenizers are only partly typed.
"""What is said to a model, as its chat template has it before an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from pytest_ptm.backends.transformers.checkpoint import Loaded
from pytest_ptm.backends.transformers.fingerprint import digest_of
from pytest_ptm.ground.display import clip, counted
from pytest_ptm.ground.errors import ArgumentError, RowRefused

_NOBODY = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands for what a user says where a template is looked at."""


class Said(TypedDict):
    """One turn of a chat, as templates take it."""

    role: str
    content: str


def rendered(tokenizer: Loaded, messages: Sequence[str]) -> list[str]:
    """Each message as the only one of a user, up to where the answer begins."""
    return [
        _rendered(tokenizer, [Said(role="user", content=message)])
        for message in messages
    ]


def rendered_chats(tokenizer: Loaded, chats: Sequence[Sequence[Said]]) -> list[str]:
    """Each chat up to where the model's next answer begins.

    Raises:
        RowRefused: the template takes no such chat.
    """
    texts: list[str] = []
    kept: set[tuple[str, ...]] = set()
    for row, chat in enumerate(chats):
        roles = tuple(each["role"] for each in chat)
        try:
            texts.append(_rendered(tokenizer, chat))
            lost = None if roles in kept else _left_out(tokenizer, roles)
        # A template is a program of its own, and raises what it likes.
        except Exception as error:
            raise RowRefused(
                row,
                f"the model's chat template takes no such chat ({', '.join(roles)}): "
                f"{clip(str(error), 200)}",
            ) from error
        if lost is not None:
            raise RowRefused(
                row,
                f"the model's chat template leaves out what the {lost} says "
                f"({', '.join(roles)}), so that the model would not be told",
            )
        kept.add(roles)
    return texts


def _left_out(tokenizer: Loaded, roles: Sequence[str]) -> str | None:
    """The role of a message that such chats lose, if there is one."""
    marks = [f"{_NOBODY}{place}{_NOBODY}" for place in range(len(roles))]
    chat = [
        Said(role=role, content=mark) for role, mark in zip(roles, marks, strict=True)
    ]
    whole = _rendered(tokenizer, chat)
    found = zip(roles, marks, strict=True)
    return next((role for role, mark in found if mark not in whole), None)


def chat_of(
    row: int, text: str, *, system: str | None, turns: Sequence[str] = ()
) -> list[Said]:
    """A chat in which the user says the text, after these turns.

    Raises:
        RowRefused: the last of the turns is the user's, as the text is.
    """
    if len(turns) % 2:
        raise RowRefused(
            row,
            f"{counted(len(turns), 'turn')} before the text, said by the user and the "
            "model one after the other: the last would be the user's, as the text is. "
            "Give an even number",
        )
    said = [] if system is None else [Said(role="system", content=system)]
    roles = ("user", "assistant")
    for place, turn in enumerate(turns):
        said.append(Said(role=roles[place % 2], content=turn))
    return [*said, Said(role="user", content=text)]


def require_template(tokenizer: Loaded, *, name: str) -> None:
    """Nothing, where the tokenizer has one.

    Raises:
        ArgumentError: it has none.
    """
    if not getattr(tokenizer, "chat_template", None):
        raise ArgumentError(
            f"chat=True: the tokenizer of {name} has no chat template; leave it out, "
            "or set tokenizer.chat_template and save it again"
        )


def settings_of(tokenizer: Loaded) -> tuple[str, ...]:
    """What a signature says of the template: which, and what it puts in by itself.

    Some put a system text before a user who gave none; another one would change every
    answer.
    """
    (whole,) = rendered(tokenizer, [_NOBODY])
    before, _, _ = whole.partition(_NOBODY)
    by_itself = ("system:by the template",) if "system" in before else ()
    template = repr(tokenizer.chat_template)
    return (f"chat:{digest_of(template, whole)[:8]}", *by_itself)


def _rendered(tokenizer: Loaded, chat: Sequence[Said]) -> str:
    return tokenizer.apply_chat_template(
        list(chat), tokenize=False, add_generation_prompt=True
    )
