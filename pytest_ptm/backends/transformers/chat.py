# pyright: basic
# transformers' tokenizers are only partly typed.
"""What a user says to a model, as its chat template has it before an answer."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_ptm.backends.transformers.checkpoint import Loaded
from pytest_ptm.backends.transformers.fingerprint import digest_of
from pytest_ptm.ground.errors import ArgumentError

_NOBODY = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands for what a user says where a template is looked at."""


def rendered(tokenizer: Loaded, messages: Sequence[str]) -> list[str]:
    """Each message as the only one of a user, up to where the answer begins."""
    return [
        tokenizer.apply_chat_template(
            [{"role": "user", "content": message}],
            tokenize=False,
            add_generation_prompt=True,
        )
        for message in messages
    ]


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
