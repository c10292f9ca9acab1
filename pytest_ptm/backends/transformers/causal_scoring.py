# pyright: basic
# torch's modules are only partly typed.
"""A causal language model: each token scored by what stands before it."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from pytest_ptm.backends.transformers.asking import asking
from pytest_ptm.backends.transformers.chat import require_template, settings_of
from pytest_ptm.backends.transformers.checkpoint import Checkpoint
from pytest_ptm.backends.transformers.lm_head import VocabularyHead
from pytest_ptm.backends.transformers.neutral import settled
from pytest_ptm.backends.transformers.rounding import same
from pytest_ptm.backends.transformers.scored_rows import Around, ScoredRows
from pytest_ptm.backends.transformers.text_scorer import WindowedScorer
from pytest_ptm.backends.transformers.tokens import TokenRows, rows_of
from pytest_ptm.backends.transformers.vocabulary import Vocabulary
from pytest_ptm.ground.errors import ArgumentError, BatchFailed, ModelError
from pytest_ptm.tasks.causal_scoring import TASK
from pytest_ptm.tasks.token_scores.answers import TokenScores
from pytest_ptm.tasks.token_scores.settings import Scoring

AUTO_CLASS = "AutoModelForCausalLM"
HEADS = (
    "ForCausalLM",
    # Such a head under a name of its own.
    "BertLMHeadModel",
    "CTRLLMHeadModel",
    "GPT2LMHeadModel",
    "OpenAIGPTLMHeadModel",
    "ReformerModelWithLMHead",
)
OTHERS = (
    # Parts of models of speech, and one that only a model of images has.
    "ClvpForCausalLM",
    "CsmDepthDecoderForCausalLM",
    "Mistral4ForCausalLM",
)


_SEES = (
    "{model} is a causal model, which sees what stands before a token and nothing "
    "else; leave it out"
)
_NOT_ITS_OWN = {
    "masking": _SEES,
    "order": _SEES,
    "normalise": "{model} scores whole texts here, and it is of choices; leave it out",
}


@dataclass(frozen=True, slots=True)
class CausalScorer(WindowedScorer):
    """A Predictor over a checkpoint's probabilities of the next token."""

    task = TASK.name
    not_its_own = _NOT_ITS_OWN

    @property
    def settings(self) -> tuple[str, ...]:
        """What a signature says of how texts are scored."""
        said = settings_of(self.vocabulary.tokenizer) if self.how.chat else ()
        return f"bos:{self.names_around}", f"window:{self.windows}", *said

    @property
    def prefix(self) -> tuple[int, ...]:
        """The tokens that stand before every text."""
        return self.around.front

    def begun(self, how: Scoring) -> Around:
        """What stands around texts with these settings.

        Raises:
            ArgumentError: it has no token that begins one, or no chat template.
        """
        prefix = beginning(self.checkpoint, how.bos)
        if how.chat:
            require_template(self.checkpoint.tokenizer, name=self.card.name)
            # What begins a text is the template's.
            prefix = ()
        return Around(prefix)

    def forward(self, batch: ScoredRows) -> TokenScores:
        """How likely the tokens of one batch are.

        Raises:
            BatchFailed: the model raised an error of its own.
            OutOfMemory: the batch is too large for the device.
            ModelError: PTM304, somebody left the model in training mode.
        """
        rows, targets = batch.tokens, batch.tokens.ids[batch.scored]
        with asking(self.checkpoint, rows) as inputs:
            found = self.predicted(inputs, rows, batch.saying, targets)
        return TokenScores(batch.counts, targets, *found)


def bind(checkpoint: Checkpoint) -> CausalScorer:
    """The checkpoint as a causal language model.

    Raises:
        ModelError: PTM321, it sees what comes after a token.
    """
    tokenizer = checkpoint.tokenizer
    head = VocabularyHead.of(checkpoint, probe(checkpoint))

    def ends(checkpoint: Checkpoint, batch: TokenRows) -> torch.Tensor:
        """What is said after the first token of each row, and after the last."""
        scores = _everywhere(checkpoint, head, batch)
        last = batch.lengths.cumsum() - 1
        return torch.cat([scores[batch.starts], scores[last]], dim=1)

    checkpoint = settled(checkpoint, ends)
    refuse_lookahead(checkpoint, head)
    around = Around(beginning(checkpoint, None))
    return CausalScorer(checkpoint, head, Vocabulary(tokenizer), around)


def beginning(checkpoint: Checkpoint, bos: bool | None) -> tuple[int, ...]:  # noqa: FBT001 - the setting's own value
    """The tokens before every text: the tokenizer's own, else the one that begins one.

    Raises:
        ArgumentError: one is wanted, and the tokenizer has none.
    """
    if bos is False:
        return ()
    tokenizer = checkpoint.tokenizer
    found = Around.of(tokenizer).front
    if not found and tokenizer.bos_token_id is not None:
        found = (int(tokenizer.bos_token_id),)
    if bos and not found:
        raise ArgumentError(
            f"bos=True: the tokenizer of {checkpoint.card.name} has no token that "
            "begins a text; leave it out"
        )
    return found


def probe(checkpoint: Checkpoint) -> list[list[int]]:
    """Two short rows that differ in their last token only."""
    size, special = checkpoint.padding.size, checkpoint.padding.special
    ids = [token for token in range(min(size, 64)) if token not in special]
    ids = (ids or [0]) * 6
    return [ids[:5], [*ids[:4], ids[5]]]


def _everywhere(
    checkpoint: Checkpoint, head: VocabularyHead, batch: TokenRows
) -> torch.Tensor:
    """Scores after every token of a small batch, row by row."""
    every = batch.ids == batch.ids
    with asking(checkpoint, batch) as inputs:
        places = torch.from_numpy(batch.at(checkpoint.padding, every))
        at = places.to(checkpoint.card.device)
        found = head.scores(inputs, at, at_once=len(batch.ids))
        return torch.cat([scores for _, scores in found])


def refuse_lookahead(checkpoint: Checkpoint, head: VocabularyHead) -> None:
    """Refuse a model that sees what comes: it would be told what it is asked.

    Raises:
        ModelError: PTM321.
    """
    rows = rows_of(probe(checkpoint), type_ids=False)
    try:
        scores = _everywhere(checkpoint, head, rows)
    except BatchFailed:
        return  # it fails where it is asked, and says how
    first, second = scores[:4], scores[5:9]
    if not same(first, second, checkpoint.model.dtype):
        raise ModelError(
            f"{checkpoint.card.reference}: what it says after a token changes with "
            "those that come later, so it is no causal language model; one of BERT's "
            "kind needs is_decoder: true in config.json and to be trained so",
            code="PTM321",
        )
