# pyright: basic
# transformers' tokenizers are only partly typed.
"""An encoder-decoder that writes a text for each that it reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from transformers import GenerationConfig

from pytest_ptm.backends.transformers.checkpoint import Checkpoint
from pytest_ptm.backends.transformers.languages import Languages
from pytest_ptm.backends.transformers.neutral import settled
from pytest_ptm.backends.transformers.padding import Loaded
from pytest_ptm.backends.transformers.prompt_rows import Room
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
    """A Predictor over what an encoder-decoder writes for each text.

    ``languages``: those that it knows, and was told.
    """

    languages: Languages

    task = TASK.name

    @property
    def rules(self) -> GenerationConfig:
        """The generation config that is decoded by, of the language that is said."""
        return self.languages.into(super(RewritesText, self).rules)

    @property
    def asked_as(self) -> tuple[str, ...]:
        """The languages."""
        return self.languages.shown(self.rules)

    @property
    def hidden(self) -> frozenset[int]:
        """The codes of languages."""
        return self.languages.hidden

    @property
    def room(self) -> Room:
        """What the encoder sees at once."""
        # A code of a language stands there as well.
        around = self.languages.around
        return Room(
            self.checkpoint.identity.max_length,
            0,
            self.how.truncate,
            front=len(around.front),
            behind=len(around.behind),
        )

    def generating(self, how: Generating) -> RewritesText:
        """The same model with these settings.

        Raises:
            ArgumentError: it knows no such language, or is asked for a chat.
        """
        for name in ("chat", "system"):
            if how.given.get(name):
                raise ArgumentError(_NO_CHAT.format(name=name, model=self.card.name))
        told = self.languages.told(how.source_language, how.target_language)
        return super(RewritesText, replace(self, languages=told)).generating(how)

    def prompts(self, inputs: Columns) -> list[str]:
        """What is asked in each row, in words.

        Raises:
            ArgumentError: the model writes several languages, and nothing says which;
                or no text that is as long as ``max_new_tokens``.
            RowRefused: the code of a language before a text is none of its own.
        """
        rules = self.rules
        self.languages.require(rules)
        most, new = _positions(self.checkpoint.model), int(rules.max_new_tokens)
        if most is not None and new > most:
            raise ArgumentError(
                f"max_new_tokens={new:,}: the decoder of {self.card.name} has places "
                f"for {most:,} tokens; give no more"
            )
        return [
            self.languages.prompt(row, self.how.asked(text))
            for row, text in enumerate(texts_of(inputs, "text"))
        ]

    def tokenised(self, prompts: Sequence[str]) -> list[list[int]]:
        """The ids of each prompt, with what the tokenizer puts around a text."""
        found = self.languages.tokenizer(
            list(prompts),
            truncation=False,
            return_attention_mask=False,
            verbose=False,
        )
        return list(found["input_ids"])


def _positions(model: Loaded) -> int | None:
    """How many tokens the decoder has a place for; None where it has no table of them.

    Those of M2M-100 and FSMT grow, and T5's are relative.
    """
    table = getattr(model.get_decoder(), "embed_positions", None)
    if not isinstance(table, torch.nn.Embedding) or hasattr(table, "make_weight"):
        return None
    # BART's table begins with two rows of no place.
    return table.num_embeddings - int(getattr(table, "offset", 0))


def bind(checkpoint: Checkpoint) -> RewritesText:
    """The checkpoint as a model that writes a text for each that it reads."""
    languages = Languages.of(
        checkpoint.tokenizer,
        checkpoint.model.config.model_type,
        name=checkpoint.card.name,
    )
    writer = RewritesText(checkpoint, languages)
    found = settled(checkpoint, lambda given, rows: first_steps(writer, given, rows))
    return replace(writer, checkpoint=found)
