# pyright: basic
# transformers' tokenizers are only partly typed.
"""An encoder-decoder that writes a text for each that it reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pytest_ptm.backends.transformers.checkpoint import Checkpoint
from pytest_ptm.backends.transformers.languages import Languages
from pytest_ptm.backends.transformers.neutral import settled
from pytest_ptm.backends.transformers.prompt_rows import Room
from pytest_ptm.backends.transformers.scored_rows import Around
from pytest_ptm.backends.transformers.text_writer import TextWriter, first_steps
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.tasks.protocol import Columns, texts_of
from pytest_ptm.tasks.text2text_generation import TASK
from pytest_ptm.tasks.texts.settings import Generating

AUTO_CLASS = "AutoModelForSeq2SeqLM"
HEADS = (
    "BartForConditionalGeneration",
    "BigBirdPegasusForConditionalGeneration",
    "BlenderbotForConditionalGeneration",
    "BlenderbotSmallForConditionalGeneration",
    "EncoderDecoderModel",
    "FSMTForConditionalGeneration",
    "LEDForConditionalGeneration",
    "M2M100ForConditionalGeneration",
    "MTModel",
    "MarianMTModel",
    "MvpForConditionalGeneration",
    "NllbMoeForConditionalGeneration",
    "PegasusForConditionalGeneration",
    "PegasusXForConditionalGeneration",
    "ProphetNetForConditionalGeneration",
    "SwitchTransformersForConditionalGeneration",
    "T5ForConditionalGeneration",
    "T5GemmaForConditionalGeneration",
)
OTHERS = (
    # Of pictures and of speech.
    "SpeechEncoderDecoderModel",
    "VisionEncoderDecoderModel",
)

_NO_CHAT = (
    "{name}=: {model} is an encoder-decoder, which has no chat template; say it in "
    "the prompt="
)


@dataclass(frozen=True, slots=True)
class RewritesText(TextWriter):
    """A Predictor over what an encoder-decoder writes for each text."""

    task = TASK.name

    @property
    def languages(self) -> Languages:
        """The languages that it is told, where it knows any."""
        return Languages.of(
            self.checkpoint.tokenizer,
            self.how.source_language,
            self.how.target_language,
            name=self.card.name,
        )

    @property
    def asked_as(self) -> tuple[str, ...]:
        """The languages."""
        return self.languages.said

    @property
    def room(self) -> Room:
        """What the encoder sees at once."""
        # A code of a language stands there as well.
        around = Around.of(self.languages.tokenizer)
        return Room(
            self.checkpoint.identity.max_length,
            0,
            self.how.truncate,
            front=len(around.front),
            behind=len(around.behind),
        )

    @property
    def forced(self) -> dict[str, Any]:
        """The token of the language that is written, where there is one."""
        target = self.languages.target_id
        return {} if target is None else {"forced_bos_token_id": target}

    def generating(self, how: Generating) -> RewritesText:
        """The same model with these settings.

        Raises:
            ArgumentError: it knows no such language, or is asked for a chat.
        """
        for name in ("chat", "system"):
            if how.given.get(name):
                raise ArgumentError(_NO_CHAT.format(name=name, model=self.card.name))
        return super(RewritesText, self).generating(how)

    def prompts(self, inputs: Columns) -> list[str]:
        """What is asked in each row, in words."""
        return [self.how.asked(text) for text in texts_of(inputs, "text")]

    def tokenised(self, prompts: Sequence[str]) -> list[list[int]]:
        """The ids of each prompt, with what the tokenizer puts around a text."""
        found = self.languages.tokenizer(
            list(prompts),
            truncation=False,
            return_attention_mask=False,
            verbose=False,
        )
        return list(found["input_ids"])


def bind(checkpoint: Checkpoint) -> RewritesText:
    """The checkpoint as a model that writes a text for each that it reads."""
    writer = RewritesText(checkpoint)
    found = settled(checkpoint, lambda given, rows: first_steps(writer, given, rows))
    return replace(writer, checkpoint=found)
