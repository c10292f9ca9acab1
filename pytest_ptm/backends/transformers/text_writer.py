# pyright: basic
# torch's modules are only partly typed.
"""A checkpoint that writes texts, whichever way it reads what it is asked."""

from __future__ import annotations

import inspect
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray

from pytest_ptm.backends.transformers.asking import asking
from pytest_ptm.backends.transformers.bound import BoundCheckpoint
from pytest_ptm.backends.transformers.checkpoint import Checkpoint
from pytest_ptm.backends.transformers.decoding import Decoded, Decoder
from pytest_ptm.backends.transformers.fingerprint import digest_of
from pytest_ptm.backends.transformers.generation_rules import (
    alone,
    beams_of,
    reads_prompts,
    refuse_other_ways,
    rules_of,
    shown,
    stops_of,
)
from pytest_ptm.backends.transformers.loading import quiet
from pytest_ptm.backends.transformers.prompt_rows import (
    PromptRows,
    Room,
    encode_prompts,
)
from pytest_ptm.backends.transformers.stop_texts import StopTexts
from pytest_ptm.backends.transformers.tokens import TokenRows
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.tasks.protocol import Columns, Encoded
from pytest_ptm.tasks.texts.answers import GeneratedTexts, Stopped
from pytest_ptm.tasks.texts.settings import AS_USUAL, Generating

_TRIED = (0.37, 0.61, 0.83)
"""What the tokens are drawn by with which padding is tried: of two that are level, as
after a text of padding alone, rounding would decide which is the likeliest."""


@dataclass(frozen=True, slots=True)
class TextWriter(BoundCheckpoint[Checkpoint]):
    """A Predictor over what a checkpoint writes, with settings."""

    how: Generating = field(default=AS_USUAL, kw_only=True)

    @property
    def rules(self) -> Any:  # noqa: ANN401 - transformers' GenerationConfig
        """The generation config that is decoded by."""
        return rules_of(self.checkpoint.model, self.how)

    @property
    def fingerprint(self) -> str:
        """Everything an answer depends on but the input."""
        # Of a model in memory the generation config is in none of its files.
        held = sorted((k, repr(v)) for k, v in self.rules.to_dict().items())
        return digest_of(self.checkpoint.fingerprint, *self.settings, repr(held))

    @property
    def settings(self) -> tuple[str, ...]:
        """What a signature says of how texts are written.

        Raises:
            ArgumentError: the checkpoint is decoded in a way that is not done here.
        """
        refuse_other_ways(self.checkpoint.model)
        said = list(shown(self.rules, self.how))
        if stops := stops_of(self.checkpoint.model, self.how):
            said.append(f"stop:{digest_of(*stops)[:8]}")
        if self.how.prompt is not None:
            said.append(f"prompt:{digest_of(self.how.prompt)[:8]}")
        if self.how.truncate is not None:
            said.append(f"truncate:{self.how.truncate}")
        return (*said, *self.asked_as)

    @property
    @abstractmethod
    def asked_as(self) -> tuple[str, ...]:
        """What a signature says of what stands around a prompt."""

    @property
    @abstractmethod
    def room(self) -> Room:
        """How long a prompt may be."""

    @abstractmethod
    def prompts(self, inputs: Columns) -> list[str]:
        """What is asked in each row, in words.

        Raises:
            RowRefused: a row is no question to this model.
        """

    @abstractmethod
    def tokenised(self, prompts: Sequence[str]) -> list[list[int]]:
        """The ids of each prompt, with what stands around it."""

    @property
    @abstractmethod
    def hidden(self) -> frozenset[int]:
        """Tokens beside the special ones that are no part of an answer in words."""

    def generating(self, how: Generating) -> Self:
        """The same model with these settings.

        Raises:
            ArgumentError: it has no such setting, or not with that value.
        """
        found = replace(self, how=how)
        _ = found.settings
        return found

    def encode(self, inputs: Columns) -> Encoded[PromptRows]:
        """The prompts of the rows as tokens.

        Raises:
            ArgumentError: no room is left for a prompt.
            RowRefused: one is too long, or no question to this model.
        """
        encoded = encode_prompts(
            self.checkpoint.tokenizer,
            inputs,
            self.prompts(inputs),
            self.tokenised,
            room=self.room,
            empty_id=self.checkpoint.empty_id,
        )
        rules, groups = self.rules, self.checkpoint.padding.groups(encoded.lengths)
        rewrites = bool(self.checkpoint.model.config.is_encoder_decoder)
        if groups is None and reads_prompts(rules, rewrites=rewrites):
            # Padding would be read as what was said before.
            groups = encoded.lengths
        # Its weights are read once a token for all rows of a batch, so that more rows
        # pay than where a whole text is read; and each beam is a row of its own.
        costs = (encoded.lengths + 1) // 2 * beams_of(rules)
        return replace(encoded, groups=groups, costs=costs.astype(np.int32))

    def forward(self, batch: PromptRows) -> GeneratedTexts:
        """What the model writes in each row of one batch.

        Raises:
            BatchFailed: the model raised an error of its own.
            OutOfMemory: the batch is too large for the device.
            ModelError: PTM304, somebody left the model in training mode.
        """
        rules = self.rules
        stops = StopTexts.of(
            self.checkpoint.tokenizer,
            stops_of(self.checkpoint.model, self.how),
            hidden=self.hidden,
        )
        longest = int(rules.max_new_tokens)
        with asking(self.checkpoint, batch.tokens) as inputs, quiet():
            if beams_of(rules) > 1:
                found = _by_beams(self, inputs, rules)
            else:
                seed = self.how.seed
                draws = None if seed is None else batch.draws(seed, longest)
                decoder = Decoder(longest, draws, stops.end if stops else None)
                found = _decoded(self, inputs, rules, decoder)
        return self._said(found, rules, stops)

    def _said(
        self,
        found: Decoded,
        rules: Any,  # noqa: ANN401
        stops: StopTexts,
    ) -> GeneratedTexts:
        texts: list[str] = []
        reasons: list[Stopped] = []
        for row, tokens in enumerate(found.tokens):
            before = stops.before(tokens, ended=bool(found.ended[row]))
            texts.append(stops.said(tokens) if before is None else before)
            if before is not None:
                reasons.append("stop")
                continue
            # An end that is forced on the last token is none of the model's own.
            cut = rules.forced_eos_token_id is not None and (
                len(found.tokens[row]) >= rules.max_new_tokens
            )
            reasons.append("end" if found.ended[row] and not cut else "length")
        return GeneratedTexts.of(
            texts,
            tokens=found.tokens,
            log_probabilities=found.log_probabilities.tolist(),
            margins=found.margins.tolist(),
            reasons=reasons,
        )


def first_steps(writer: TextWriter, checkpoint: Checkpoint, batch: TokenRows) -> Any:  # noqa: ANN401
    """The logits of a few steps of each row, by which padding is tried."""
    rules = rules_of(checkpoint.model, AS_USUAL)
    rules.num_beams, rules.max_new_tokens = 1, len(_TRIED)
    # No row may end before the others: their logits are held against each other.
    rules.eos_token_id, rules.forced_eos_token_id = None, None
    draws = np.tile(np.array(_TRIED), (len(batch), 1))
    decoder = Decoder(len(_TRIED), draws, keep=len(_TRIED))
    asked = replace(writer, checkpoint=checkpoint)
    with asking(checkpoint, batch) as inputs, quiet():
        first = _decoded(asked, inputs, rules, decoder).first
    if first is None:
        raise ArgumentError("no step was kept")
    return first.flatten(1)


def _decoded(
    writer: TextWriter,
    inputs: dict[str, torch.Tensor],
    rules: Any,  # noqa: ANN401
    decoder: Decoder,
) -> Decoded:
    model = writer.checkpoint.model
    with alone(model, rules):
        found: Any = model.generate(
            **_given(writer, inputs),
            generation_config=rules,
            custom_generate=decoder,
        )
    return found


def _given(writer: TextWriter, inputs: dict[str, torch.Tensor]) -> dict[str, Any]:
    """All that ``generate`` is given; a mask in any case, or it would guess one."""
    given: dict[str, Any] = {**inputs}
    if writer.checkpoint.padding.masked and "attention_mask" not in given:
        given["attention_mask"] = torch.ones_like(inputs["input_ids"])
    given["pad_token_id"] = writer.checkpoint.padding.pad_id
    return given


def _by_beams(
    writer: TextWriter,
    inputs: dict[str, torch.Tensor],
    rules: Any,  # noqa: ANN401
) -> Decoded:
    """The likeliest text of several, as transformers' own search finds it."""
    model = writer.checkpoint.model
    given = _given(writer, inputs)
    with alone(model, rules):
        sequences: Any = model.generate(**given, generation_config=rules)
    before = 1 if model.config.is_encoder_decoder else inputs["input_ids"].shape[1]
    ends = rules.eos_token_id
    known = set(ends if isinstance(ends, list) else [] if ends is None else [ends])
    tokens, ended = [], []
    for row in sequences[:, before:].tolist():
        stop = next((at for at, token in enumerate(row) if token in known), None)
        tokens.append(row if stop is None else row[: stop + 1])
        ended.append(stop is not None)
    counts = [len(row) for row in tokens]
    return Decoded(
        tokens,
        _likely(model, given, sequences, before, counts),
        np.full(len(tokens), np.inf),
        np.array(ended, dtype=np.bool_),
    )


def _likely(
    model: Any,  # noqa: ANN401
    given: dict[str, Any],
    sequences: torch.Tensor,
    before: int,
    counts: Sequence[int],
) -> NDArray[np.float64]:
    """The log-probability of what stands behind each prompt, float64[n]."""
    mask = given.get("attention_mask")
    inputs: dict[str, Any] = {}
    if model.config.is_encoder_decoder:
        inputs = {"input_ids": given["input_ids"], "decoder_input_ids": sequences}
        if mask is not None:
            inputs["attention_mask"] = mask
    else:
        inputs = {"input_ids": sequences}
        if mask is not None:
            behind = mask.new_ones(len(mask), sequences.shape[1] - mask.shape[1])
            whole = torch.cat([mask, behind], dim=1)
            inputs["attention_mask"] = whole
            if "position_ids" in inspect.signature(model.forward).parameters:
                # As `generate` counts them: from the first token that is no padding.
                inputs["position_ids"] = (whole.cumsum(dim=1) - 1).clamp(min=0)
    logits = model(**inputs).logits[:, before - 1 : -1].float()
    written = sequences[:, before:]
    logs = logits.log_softmax(dim=-1).gather(2, written[..., None])[..., 0].double()
    places = torch.arange(written.shape[1], device=logs.device)
    own = places < torch.tensor(counts, device=logs.device)[:, None]
    return torch.where(own, logs, 0.0).sum(dim=1).cpu().numpy()
