# pyright: basic
# torch's modules are only partly typed.
"""Token after token, until each row of a batch has ended; rows that have, leave it.

transformers prepares everything (inputs, cache, rules of its generation config) and
hands over to `Decoder` where its own loop would begin.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers.cache_utils import Cache, DynamicCache, EncoderDecoderCache
from transformers.generation import logits_process as rules

Ended = Callable[[Sequence[int]], bool]
"""Whether a text that stops an answer stands in what these tokens say."""

_OF_ONE_ROW = (
    rules.ExponentialDecayLengthPenalty,
    rules.ForcedBOSTokenLogitsProcessor,
    rules.ForcedEOSTokenLogitsProcessor,
    rules.InfNanRemoveLogitsProcessor,
    rules.LogitNormalization,
    rules.MinLengthLogitsProcessor,
    rules.MinNewTokensLengthLogitsProcessor,
    rules.MinPLogitsWarper,
    rules.NoRepeatNGramLogitsProcessor,
    rules.RepetitionPenaltyLogitsProcessor,
    rules.SequenceBiasLogitsProcessor,  # of which that of bad words is one
    rules.SuppressTokensAtBeginLogitsProcessor,
    rules.SuppressTokensLogitsProcessor,
    rules.TemperatureLogitsWarper,
    rules.TopKLogitsWarper,
    rules.TopPLogitsWarper,
)
"""Rules that keep nothing of a row that `_narrow` does not know: rows may leave."""

_LEAVING = 8
"""Rows leave once as many as one in so many have ended: what is left is copied."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """What was written in each row, the token that ended it included.

    ``log_probabilities`` float64[n] are sums, ``margins`` float64[n] the least distance
    of the two best logits, and ``ended`` bool[n] says whether a row ended by itself.
    """

    tokens: list[list[int]]
    log_probabilities: NDArray[np.float64]
    margins: NDArray[np.float64]
    ended: NDArray[np.bool_]
    first: torch.Tensor | None = None
    """The logits of the first steps, float32[n, steps, vocabulary], if kept."""


@dataclass(slots=True)
class Decoder:
    """The loop; transformers' ``generate`` takes it as ``custom_generate``.

    ``longest``: tokens that a row has at most. ``draws``: float64[n, longest] in
    [0, 1), by which the tokens of each row are drawn; without it the likeliest is
    taken. ``stops``: whether a row ends with these tokens. ``keep``: how many steps'
    logits are kept.
    """

    longest: int
    draws: NDArray[np.float64] | None = None
    stops: Ended | None = None
    keep: int = 0
    _kept: list[torch.Tensor] = field(default_factory=list, init=False)

    def __call__(
        self,
        model: Any,  # noqa: ANN401 - torch's modules are only partly typed
        input_ids: torch.Tensor,
        logits_processor: Any,  # noqa: ANN401
        generation_config: Any,  # noqa: ANN401
        **kwargs: Any,  # noqa: ANN401
    ) -> Decoded:
        """Write until every row has ended, or has as many tokens as it may."""
        kwargs.pop("stopping_criteria", None)
        n = len(input_ids)
        written = _Written(n)
        rows = np.arange(n)
        ends = generation_config._eos_token_tensor
        may_leave = all(isinstance(each, _OF_ONE_ROW) for each in logits_processor)
        outputs = model._prefill(input_ids, generation_config, kwargs)
        for step in range(self.longest):
            if step:
                inputs = model.prepare_inputs_for_generation(
                    input_ids,
                    next_sequence_length=1 if kwargs["use_cache"] else None,
                    **kwargs,
                )
                outputs = model(**inputs, return_dict=True)
            kwargs = model._update_model_kwargs_for_generation(
                outputs, kwargs, is_encoder_decoder=model.config.is_encoder_decoder
            )
            # A copy of the few that are wanted lets go of those of all tokens.
            logits = outputs.logits[:, -1].to(torch.float32, copy=True)
            del outputs
            if step < self.keep:
                self._kept.append(logits)
            scores = logits
            if len(logits_processor):
                scores = logits_processor(input_ids, logits.clone())
            taken = self._taken(scores, rows, step)
            written.add(rows, taken, logits, narrow=self.draws is None)
            input_ids = torch.cat([input_ids, taken[:, None]], dim=1)
            over = written.over(rows, taken, ends, self.stops)
            if over.all():
                break
            if may_leave and over.sum() * _LEAVING >= len(rows):
                left = torch.from_numpy(np.flatnonzero(~over)).to(input_ids.device)
                if _leave(kwargs, left, len(rows)):
                    rows, input_ids = rows[~over], input_ids[left]
                    _narrow(logits_processor, left)
        return written.decoded(torch.stack(self._kept, 1) if self._kept else None)

    def _taken(
        self, scores: torch.Tensor, rows: NDArray[np.intp], step: int
    ) -> torch.Tensor:
        """The next token of each row."""
        if self.draws is None:
            return scores.argmax(dim=-1)
        sums = scores.double().softmax(dim=-1).cumsum(dim=-1)
        at = torch.from_numpy(self.draws[rows, step]).to(scores.device)
        found = torch.searchsorted(sums, at[:, None] * sums[:, -1:], right=True)
        return found[:, 0].clamp(max=scores.shape[1] - 1)


class _Written:
    """What stands in each row so far."""

    def __init__(self, n: int) -> None:
        self._tokens: list[list[int]] = [[] for _ in range(n)]
        self._logs, self._margins = np.zeros(n), np.full(n, np.inf)
        self._over = np.zeros(n, dtype=np.bool_)
        self._ended = np.zeros(n, dtype=np.bool_)

    def add(
        self,
        rows: NDArray[np.intp],
        taken: torch.Tensor,
        logits: torch.Tensor,
        *,
        narrow: bool,
    ) -> None:
        """The next token of each row that has not ended."""
        chosen = logits.gather(1, taken[:, None])[:, 0]
        logs = chosen - logits.logsumexp(dim=-1)
        open_ = ~self._over[rows]
        self._logs[rows] += np.where(open_, logs.double().cpu().numpy(), 0.0)
        if narrow and logits.shape[1] > 1:
            best = logits.topk(2, dim=-1).values
            gaps = (best[:, 0] - best[:, 1]).double().cpu().numpy()
            narrower = np.minimum(self._margins[rows], gaps)
            self._margins[rows] = np.where(open_, narrower, self._margins[rows])
        for row, token, is_open in zip(rows, taken.tolist(), open_, strict=True):
            if is_open:
                self._tokens[row].append(token)

    def over(
        self,
        rows: NDArray[np.intp],
        taken: torch.Tensor,
        ends: torch.Tensor | None,
        stops: Ended | None,
    ) -> NDArray[np.bool_]:
        """Which of these rows have ended, bool[rows]."""
        if ends is not None:
            at_end = torch.isin(taken, ends.to(taken.device)).cpu().numpy()
            self._ended[rows] |= at_end & ~self._over[rows]
            self._over[rows] |= at_end
        if stops is not None:
            for row in rows[~self._over[rows]]:
                self._over[row] = stops(self._tokens[row])
        return self._over[rows]

    def decoded(self, first: torch.Tensor | None) -> Decoded:
        return Decoded(self._tokens, self._logs, self._margins, self._ended, first)


def _leave(kwargs: dict[str, Any], left: torch.Tensor, n: int) -> bool:
    """Keep of all that is carried from step to step these rows; whether it could be."""
    tensors, caches, outputs = {}, [], {}
    for name, value in kwargs.items():
        if isinstance(value, Cache):
            caches.append(value)
        elif isinstance(value, torch.Tensor) and value.ndim > 1:
            if value.shape[0] not in (1, n) or value.ndim > 2:
                return False
            tensors[name] = value[left] if value.shape[0] == n else value
        elif hasattr(value, "last_hidden_state"):
            outputs[name] = value
        elif not isinstance(value, bool | int | float | str | None | torch.Tensor):
            return False
    if kwargs.get("use_cache") and not caches:
        return False
    # Asked before any is changed: half a cache would be that of no row.
    if not all(map(_may_lose_rows, caches)):
        return False
    for cache in caches:
        cache.batch_select_indices(left)
    kwargs.update(tensors)
    for name, value in outputs.items():
        kwargs[name] = type(value)(last_hidden_state=value.last_hidden_state[left])
    return True


def _narrow(processors: Any, left: torch.Tensor) -> None:  # noqa: ANN401
    """Keep these rows of what rules know of each: where its prompt begins."""
    for each in processors:
        begins = getattr(each, "prompt_ignore_length", None)
        if isinstance(begins, torch.Tensor):
            each.prompt_ignore_length = begins.to(left.device)[left]


def _may_lose_rows(cache: Cache) -> bool:
    """Whether all parts of a cache can be cut; states of recurrent layers cannot."""
    parts = [cache]
    if isinstance(cache, EncoderDecoderCache):
        parts = [cache.self_attention_cache, cache.cross_attention_cache]
    return all(
        isinstance(part, DynamicCache)
        and all(hasattr(layer, "batch_select_indices") for layer in part.layers)
        for part in parts
    )
