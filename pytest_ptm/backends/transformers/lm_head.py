# pyright: basic
# torch's modules are only partly typed.
"""Vocabulary scores at some places of a batch, and nowhere else."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass

import torch
from transformers.modeling_outputs import BaseModelOutput

from pytest_ptm.backends.out_of_memory import translated
from pytest_ptm.backends.transformers.checkpoint import Checkpoint, Loaded
from pytest_ptm.backends.transformers.rounding import same

_Inputs = dict[str, torch.Tensor]


@dataclass(frozen=True, slots=True)
class MaskedHead:
    """A masked-LM head apart from its encoder.

    ``encoder`` is None where a model cannot be taken apart, or answers differently
    then: its head runs everywhere, which is slower and needs more memory.
    """

    model: Loaded
    encoder: Loaded | None

    @classmethod
    def of(cls, checkpoint: Checkpoint) -> MaskedHead:
        """The head of this checkpoint, tried on two short rows."""
        model = checkpoint.model
        encoder = model.base_model
        if encoder is model:
            return cls(model, None)
        apart = cls(model, encoder)
        with (
            translated(checkpoint.card.name),
            checkpoint.state.kept(),
            torch.inference_mode(),
        ):
            alike = _answers_the_same(apart, checkpoint)
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
            logits = self.model(**inputs).logits[:, : places.shape[1]][places]
            for start in range(0, len(logits), at_once):
                yield start, logits[start : start + at_once].float()
            return
        states = self.encoder(**inputs)[0][places]
        for start in range(0, len(states), at_once):
            block = states[start : start + at_once][None]
            with _answering(self.encoder, block):
                logits = self.model(input_ids=block.new_zeros(block.shape[:2]).long())
            yield start, logits.logits[0].float()


@contextlib.contextmanager
def _answering(encoder: Loaded, states: torch.Tensor) -> Generator[None]:
    """The encoder gives these states, whatever it is asked, until this ends.

    So the head is the model's own, of whatever family and whatever it is made of.
    """
    own = vars(encoder).get("forward")
    encoder.forward = lambda *args, **kwargs: BaseModelOutput(last_hidden_state=states)
    try:
        yield
    finally:
        if own is None:
            del encoder.forward
        else:
            encoder.forward = own


def _answers_the_same(head: MaskedHead, checkpoint: Checkpoint) -> bool:
    """Whether head and encoder apart give what the whole model gives."""
    mask, empty = checkpoint.tokenizer.mask_token_id, checkpoint.empty_id
    # Funnel has no answer to as few as four tokens.
    rows = ([empty, mask, mask, empty], [mask, empty, mask, mask])
    ids = torch.tensor([2 * row for row in rows])
    inputs = {"input_ids": ids.to(checkpoint.card.device)}
    places = inputs["input_ids"] == mask
    whole = MaskedHead(head.model, None)
    try:
        _, expected = next(whole.scores(inputs, places, at_once=ids.numel()))
        _, found = next(head.scores(inputs, places, at_once=ids.numel()))
    # A head that also reads something else of its encoder fails in its own way, and a
    # model that has no answer to these rows is asked as a whole.
    except (TypeError, ValueError, AttributeError, IndexError, KeyError, RuntimeError):
        return False
    return same(found, expected, head.model.dtype)
