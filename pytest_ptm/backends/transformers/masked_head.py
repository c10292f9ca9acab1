# pyright: basic
# torch's modules are only partly typed.
"""A masked-LM head apart from its encoder, and padding that changes no answer of it."""

from __future__ import annotations

from collections.abc import Callable

import torch

from pytest_ptm.backends.transformers.asking import asking
from pytest_ptm.backends.transformers.checkpoint import Checkpoint, Loaded
from pytest_ptm.backends.transformers.lm_head import VocabularyHead
from pytest_ptm.backends.transformers.neutral import settled
from pytest_ptm.backends.transformers.tokens import TokenRows
from pytest_ptm.ground.errors import ModelError

AUTO_CLASS = "AutoModelForMaskedLM"
HEADS = (
    "ForMaskedLM",
    # Such a head beside another, or under a name of its own.
    "AlbertForPreTraining",
    "BertForPreTraining",
    "BigBirdForPreTraining",
    "ErnieForPreTraining",
    "FNetForPreTraining",
    "FlaubertWithLMHeadModel",
    "XLMWithLMHeadModel",
    "BartForConditionalGeneration",
    "MvpForConditionalGeneration",
)
OTHERS = (
    "PLBartForConditionalGeneration",
    # They see images too.
    "BridgeTowerForMaskedLM",
    "ViltForMaskedLM",
    "VisualBertForPreTraining",
)


Inputs = dict[str, torch.Tensor]
Seen = Callable[[Loaded, Inputs, torch.Tensor], Inputs]
"""Of a model, its inputs and where its masks are: what it is given."""


def as_they_are(model: Loaded, inputs: Inputs, at_masks: torch.Tensor) -> Inputs:
    """The inputs, which masked models take as they are."""
    return inputs


def masked_head(
    checkpoint: Checkpoint, *, task: str, seen: Seen = as_they_are
) -> tuple[Checkpoint, VocabularyHead]:
    """The checkpoint as it is asked at masks, and its head.

    Raises:
        ModelError: PTM320, its tokenizer has no mask token.
    """
    tokenizer = checkpoint.tokenizer
    if tokenizer.mask_token_id is None:
        raise ModelError(
            f"{checkpoint.card.reference}: the tokenizer has no mask token, so nothing "
            f"can be filled in; {task} needs a masked language model such as BERT "
            "(or set tokenizer.mask_token, if it was trained with one, and save it)",
            code="PTM320",
        )
    mask, empty = tokenizer.mask_token_id, checkpoint.empty_id
    probe = [[empty, mask, mask, empty], [mask, empty, mask, mask]]
    head = VocabularyHead.of(checkpoint, probe)

    def scores(checkpoint: Checkpoint, batch: TokenRows) -> torch.Tensor:
        with asking(checkpoint, batch) as inputs:
            places = inputs["input_ids"] == mask
            given = seen(checkpoint.model, inputs, places)
            found = head.scores(given, places, at_once=len(batch))
            return torch.cat([scores for _, scores in found])

    return settled(checkpoint, scores, asked_at=mask), head
