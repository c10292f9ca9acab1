# pyright: basic
# transformers' tokenizers are only partly typed.
"""A causal language model that goes on where a prompt ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pytest_ptm.backends.transformers.causal_scoring import (
    AUTO_CLASS,
    HEADS,
    OTHERS,
    probe,
    refuse_lookahead,
)
from pytest_ptm.backends.transformers.chat import (
    chat_of,
    rendered_chats,
    require_template,
    settings_of,
)
from pytest_ptm.backends.transformers.checkpoint import Checkpoint
from pytest_ptm.backends.transformers.fingerprint import digest_of
from pytest_ptm.backends.transformers.lm_head import VocabularyHead
from pytest_ptm.backends.transformers.neutral import settled
from pytest_ptm.backends.transformers.prompt_rows import Room
from pytest_ptm.backends.transformers.scored_rows import Around, plain_ids
from pytest_ptm.backends.transformers.text_writer import TextWriter, first_steps
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.tasks.protocol import Columns, lists_of, texts_of
from pytest_ptm.tasks.text_generation import TASK
from pytest_ptm.tasks.texts.settings import Generating

__all__ = ["AUTO_CLASS", "HEADS", "OTHERS", "ContinuesText", "bind"]


@dataclass(frozen=True, slots=True)
class ContinuesText(TextWriter):
    """A Predictor over what a causal model writes after each prompt.

    ``front``: the tokens that the tokenizer puts before a text.
    """

    front: tuple[int, ...] = ()

    task = TASK.name

    @property
    def asked_as(self) -> tuple[str, ...]:
        """The chat template and the system text, or the tokens before a prompt."""
        tokenizer = self.checkpoint.tokenizer
        if not self.how.chat and self.how.system is None:
            ids = list(self.front)
            named = "".join(tokenizer.convert_ids_to_tokens(ids)) if ids else "none"
            return (f"bos:{named}",)
        said = settings_of(tokenizer)
        if self.how.system is None:
            return said
        return (said[0], f"system:{digest_of(self.how.system)[:8]}")

    @property
    def room(self) -> Room:
        """What the model sees at once, but for the answer."""
        most, new = self.checkpoint.identity.max_length, int(self.rules.max_new_tokens)
        is_chat = self.how.chat or self.how.system is not None
        return Room(
            None if most is None else most - new,
            new,
            self.how.truncate,
            # A template says itself what begins a chat.
            front=0 if is_chat else len(self.front),
        )

    @property
    def hidden(self) -> frozenset[int]:
        """None."""
        return frozenset()

    def generating(self, how: Generating) -> ContinuesText:
        """The same model with these settings.

        Raises:
            ArgumentError: it has no chat template, or no languages to be told of.
        """
        for name in ("source_language", "target_language"):
            if name in how.given:
                raise ArgumentError(
                    f"{name}={how.given[name]!r}: {self.card.name} is a causal model "
                    "and knows no codes of languages; say it in the prompt="
                )
        if how.chat or how.system is not None:
            require_template(self.checkpoint.tokenizer, name=self.card.name)
        return super(ContinuesText, self).generating(how)

    def prompts(self, inputs: Columns) -> list[str]:
        """What is asked in each row, in words.

        Raises:
            ArgumentError: there are turns of a chat, and the model is asked no chat.
            RowRefused: the template takes no such chat.
        """
        texts = [self.how.asked(text) for text in texts_of(inputs, "text")]
        is_chat = self.how.chat or self.how.system is not None
        told = [name for name in ("system", "turns") if name in inputs]
        if not is_chat:
            if told:
                raise ArgumentError(
                    f"the examples have {' and '.join(told)} of a chat, and "
                    f"{self.card.name} is asked about plain texts; say "
                    "generating(model, chat=True)"
                )
            return texts
        systems: Sequence[str | None] = [self.how.system] * len(texts)
        if "system" in inputs:
            systems = [own or self.how.system for own in texts_of(inputs, "system")]
        turns: Sequence[Sequence[str]] = [()] * len(texts)
        if "turns" in inputs:
            turns = lists_of(inputs, "turns")
        chats = [
            chat_of(row, text, system=systems[row], turns=turns[row])
            for row, text in enumerate(texts)
        ]
        return rendered_chats(self.checkpoint.tokenizer, chats)

    def tokenised(self, prompts: Sequence[str]) -> list[list[int]]:
        """The ids of each prompt; of a chat all that its template puts there."""
        ids = plain_ids(self.checkpoint.tokenizer, prompts)
        if self.how.chat or self.how.system is not None:
            return ids
        return [[*self.front, *each] for each in ids]


def bind(checkpoint: Checkpoint) -> ContinuesText:
    """The checkpoint as a model that continues texts.

    Raises:
        ModelError: PTM321, it was trained to fill masks, and sees what comes after a
            token: it was never trained to go on.
    """
    saved_as = checkpoint.model.config.architectures or ()
    # Others that see all of a prompt were trained so, such as CPM-Ant.
    if any(name.endswith(("ForMaskedLM", "ForPreTraining")) for name in saved_as):
        refuse_lookahead(checkpoint, VocabularyHead.of(checkpoint, probe(checkpoint)))
    front = Around.of(checkpoint.tokenizer).front
    # On the other side padding would stand between a prompt and its answer.
    left = replace(checkpoint, padding=replace(checkpoint.padding, side="left"))
    writer = ContinuesText(left, front=front)
    found = settled(left, lambda given, rows: first_steps(writer, given, rows))
    return replace(writer, checkpoint=found)
