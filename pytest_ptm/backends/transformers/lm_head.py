# pyright: basic
# torch's modules are only partly typed.
"""Vocabulary scores at some places of a batch, and nowhere else."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

import torch
from transformers.modeling_outputs import BaseModelOutputWithPastAndCrossAttentions

from pytest_ptm.backends.out_of_memory import translated
from pytest_ptm.backends.transformers.checkpoint import Checkpoint, Loaded
from pytest_ptm.backends.transformers.padding import takes
from pytest_ptm.backends.transformers.rounding import same

SCORES_AT_ONCE = 1 << 24
"""Vocabulary-wide scores that exist at one time: 64 MiB in float32."""

_Inputs = dict[str, torch.Tensor]


@dataclass(frozen=True, slots=True)
class VocabularyHead:
    """A head over the whole vocabulary apart from its encoder.

    ``encoder`` is None where a model cannot be taken apart, or answers differently
    then: its head runs everywhere, which is slower and needs more memory. ``keeps``
    names the input by which the encoder keeps what it has seen, where it has one.
    """

    model: Loaded
    encoder: Loaded | None
    keeps: str | None = None

    @classmethod
    def of(
        cls, checkpoint: Checkpoint, probe: Sequence[Sequence[int]]
    ) -> VocabularyHead:
        """The head of this checkpoint, tried on two short rows of equal length."""
        model = checkpoint.model
        encoder = model.base_model
        if encoder is model:
            return cls(model, None)
        apart = cls(model, encoder, _keeps(encoder))
        with (
            translated(checkpoint.card.name),
            checkpoint.state.kept(),
            torch.inference_mode(),
        ):
            alike = _answers_the_same(apart, checkpoint, torch.tensor(probe))
        return apart if alike else cls(model, None)

    def scores(
        self, inputs: _Inputs, places: torch.Tensor, *, at_once: int
    ) -> Iterator[tuple[int, torch.Tensor]]:
        """Scores float32[c, vocabulary] of at most ``at_once`` places at a time.

        ``places`` bool[rows, tokens] marks them; they come row by row, each block with
        the number of its first one.
        """
        if not bool(places.any()):
            return
        if self.encoder is None:
            # Perceiver answers at every position it knows, also behind the text.
            logits = self.model(**inputs).logits
            logits = logits[:, : places.shape[1]][places]
            for start in range(0, len(logits), at_once):
                yield start, logits[start : start + at_once].float()
            return
        # Nothing is kept for tokens that will not come; a model that answers otherwise
        # then is not taken apart.
        given = inputs if self.keeps is None else {**inputs, self.keeps: False}
        states = self.encoder(**given)[0][places]
        for start in range(0, len(states), at_once):
            block = states[start : start + at_once][None]
            with _answering(self.encoder, block):
                logits = self.model(input_ids=block.new_zeros(block.shape[:2]).long())
            yield start, logits.logits[0].float()


def _keeps(encoder: Loaded) -> str | None:
    # XLNet's name for it; the usual one it takes too, and warns.
    names = (("use_mems", True), ("use_cache", False))
    return next((one for one, own in names if takes(encoder, one, by_name=own)), None)


class _States(BaseModelOutputWithPastAndCrossAttentions):
    """What an encoder gives; XLNet's head also looks for its memories."""

    mems = None


@contextlib.contextmanager
def _answering(encoder: Loaded, states: torch.Tensor) -> Generator[None]:
    """The encoder gives these states, whatever it is asked, until this ends.

    So the head is the model's own, of whatever family and whatever it is made of.
    """
    own = vars(encoder).get("forward")
    encoder.forward = lambda *args, **kwargs: _States(last_hidden_state=states)
    try:
        yield
    finally:
        if own is None:
            del encoder.forward
        else:
            encoder.forward = own


def _answers_the_same(
    head: VocabularyHead, checkpoint: Checkpoint, ids: torch.Tensor
) -> bool:
    """Whether head and encoder apart give what the whole model gives."""
    # Funnel has no answer to as few as four tokens.
    twice = torch.cat([ids, ids], dim=1)
    inputs = {"input_ids": twice.to(checkpoint.card.device)}
    places = torch.ones_like(inputs["input_ids"], dtype=torch.bool)
    whole = VocabularyHead(head.model, None)
    try:
        _, expected = next(whole.scores(inputs, places, at_once=twice.numel()))
        _, found = next(head.scores(inputs, places, at_once=twice.numel()))
    # A head that also reads something else of its encoder fails in its own way, and a
    # model that has no answer to these rows is asked as a whole.
    except (TypeError, ValueError, AttributeError, IndexError, KeyError, RuntimeError):
        return False
    return same(found, expected, head.model.dtype)
