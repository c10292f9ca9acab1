"""How a model is asked to write: prompt, end of an answer, how tokens are taken."""

from __future__ import annotations

import math
import string
from dataclasses import dataclass
from typing import Any, Literal, Protocol, Self, cast, get_args, runtime_checkable

from pytest_ptm.ground.display import clip
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.ground.shares import meant_share
from pytest_ptm.tasks.asked_how import AskedHow, settle_whole
from pytest_ptm.tasks.protocol import Payload, Predictor
from pytest_ptm.tasks.task import Task
from pytest_ptm.tasks.texts.answers import GeneratedTexts

Cut = Literal["left", "right"]

USUALLY_NEW_TOKENS = 64
"""Tokens that are written at most, where neither the test nor the checkpoint says."""


@dataclass(frozen=True, slots=True)
class Generating(AskedHow):
    """How a model that writes is asked; None is the usual way, its checkpoint's own.

    ``max_new_tokens``, ``num_beams``, ``repetition_penalty``, ``no_repeat_ngram_size``,
    ``length_penalty``, ``temperature``, ``top_p`` and ``top_k`` are transformers' own.
    ``seed``: tokens are drawn, by this seed; usually the likeliest is taken. ``stop``:
    texts at which an answer ends, without them. ``chat``: the text is what a user says,
    in the model's chat template; ``system``: what stands before it there. ``prompt``:
    what is asked, ``{text}`` standing for the text. ``truncate``: at which end of a
    prompt that is too long tokens are dropped; usually it is refused.
    ``source_language`` and ``target_language``: codes as the tokenizer has them.

    Raises:
        ArgumentError: one of them is none of that, or does not go with another.
    """

    max_new_tokens: int | None = None
    num_beams: int | None = None
    repetition_penalty: float | None = None
    no_repeat_ngram_size: int | None = None
    length_penalty: float | None = None
    seed: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    stop: tuple[str, ...] | None = None
    chat: bool | None = None
    system: str | None = None
    prompt: str | None = None
    truncate: Cut | None = None
    source_language: str | None = None
    target_language: str | None = None

    def __post_init__(self) -> None:
        for name, least in _WHOLE.items():
            settle_whole(self, name, least=least)
        for name, most in _ABOVE_ZERO.items():
            value: Any = getattr(self, name)
            if value is not None and not (_is_number(value) and 0 < value <= most):
                end = f" and no more than {most:g}{meant_share(value)}"
                upto = "" if most == math.inf else end
                raise ArgumentError(f"{name}={value!r}: expected more than 0{upto}")
        if self.length_penalty is not None and not _is_number(self.length_penalty):
            raise ArgumentError(
                f"length_penalty={self.length_penalty!r}: expected a number"
            )
        if self.chat is not None and not isinstance(self.chat, bool):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ArgumentError(f"chat={self.chat!r}: expected True or False")
        if self.truncate is not None and self.truncate not in get_args(Cut):
            raise ArgumentError(
                f"truncate={self.truncate!r}: expected 'left', which drops the "
                "beginning of a prompt, or 'right'"
            )
        self._require_texts()
        self._require_that_they_go_together()

    def _require_texts(self) -> None:
        for name in ("system", "prompt", "source_language", "target_language"):
            value: object = getattr(self, name)
            if value is not None and not isinstance(value, str):
                raise ArgumentError(f"{name}={value!r:.60}: expected a text")
        if self.prompt is not None:
            _require_one_place(self.prompt)
        stop: Any = self.stop
        if stop is None:
            return
        if not isinstance(stop, tuple) or not all(map(_is_text, cast("Any", stop))):
            raise ArgumentError(
                f"stop={stop!r:.60}: expected texts at which an answer ends, such as "
                '["\\n"]'
            )

    def _require_that_they_go_together(self) -> None:
        drawn = [name for name in _OF_DRAWING if getattr(self, name) is not None]
        if drawn and self.seed is None:
            given = f"{drawn[0]}={getattr(self, drawn[0])!r}"
            raise ArgumentError(
                f"{given} says how tokens are drawn, and they are not: the likeliest "
                "is taken. Say seed=0 too, or leave it out"
            )
        beams = self.num_beams is not None and self.num_beams > 1
        if self.seed is not None and beams:
            raise ArgumentError(
                f"seed={self.seed} draws tokens, and num_beams={self.num_beams} looks "
                "for the likeliest text; leave one of them out"
            )
        if self.stop and beams:
            raise ArgumentError(
                f"stop= beside num_beams={self.num_beams}: beams end at the model's "
                "own token alone; leave one of them out"
            )
        if self.system is not None and self.chat is False:
            raise ArgumentError(
                "system= is of a chat, beside chat=False; leave one of them out"
            )

    def suits(self, task: Task) -> bool:
        """Whether its answers are texts that a model writes."""
        return issubclass(task.answers, GeneratedTexts)

    def taken_by(self, predictor: Predictor[Payload, Any]) -> Any:  # noqa: ANN401
        """The model that writes, asked so; None of another model."""
        if not isinstance(predictor, Writer):
            return None
        return predictor.generating(self.over(predictor.how))

    def asked(self, text: str) -> str:
        """The prompt that a text becomes."""
        return text if self.prompt is None else self.prompt.format(text=text)


_WHOLE = {
    "max_new_tokens": 1,
    "num_beams": 1,
    "no_repeat_ngram_size": 0,
    "seed": 0,
    "top_k": 1,
}
_ABOVE_ZERO = {"repetition_penalty": math.inf, "temperature": math.inf, "top_p": 1.0}
_OF_DRAWING = ("temperature", "top_p", "top_k")
AS_USUAL = Generating()


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value)


def _require_one_place(prompt: str) -> None:
    """Refuse a prompt in which the text stands nowhere, or something else does.

    Raises:
        ArgumentError: it does.
    """
    try:
        places = [name for _, name, _, _ in string.Formatter().parse(prompt)]
    except ValueError as error:
        raise ArgumentError(
            f"prompt={clip(prompt, 60)!r}: {error}; a brace of the prompt itself is "
            "written twice, {{ or }}"
        ) from error
    named = [name for name in places if name is not None]
    if named != ["text"]:
        raise ArgumentError(
            f"prompt={clip(prompt, 60)!r}: expected {{text}} in it, once, and no other "
            "name; a brace of the prompt itself is written twice, {{ or }}"
        )


@runtime_checkable
class Writer(Protocol):
    """A predictor that can be asked to write in other ways than the usual one."""

    @property
    def how(self) -> Generating:
        """The settings that it has."""
        ...

    def generating(self, how: Generating) -> Self:
        """The same model with these settings: another predictor, another fingerprint.

        Raises:
            ArgumentError: it has no such setting, or not with that value.
        """
        ...
