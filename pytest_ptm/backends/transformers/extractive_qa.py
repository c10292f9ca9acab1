# pyright: basic
# torch's modules are only partly typed.
"""A question-answering head: how likely each token begins or ends the answer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray

from pytest_ptm.backends.transformers.asking import asking
from pytest_ptm.backends.transformers.best_spans import Best, best_spans
from pytest_ptm.backends.transformers.bound import BoundCheckpoint
from pytest_ptm.backends.transformers.checkpoint import Checkpoint
from pytest_ptm.backends.transformers.each_token import each_token, require_each
from pytest_ptm.backends.transformers.fingerprint import digest_of
from pytest_ptm.backends.transformers.neutral import settled
from pytest_ptm.backends.transformers.question_rows import (
    QuestionRows,
    encode_questions,
)
from pytest_ptm.ground.errors import ArgumentError, ModelError
from pytest_ptm.tasks.answer_spans.answers import column_of
from pytest_ptm.tasks.answer_spans.settings import (
    AS_USUAL,
    LONGEST,
    STRIDE,
    WINDOW,
    Answering,
)
from pytest_ptm.tasks.extractive_qa import TASK, SpanAnswers
from pytest_ptm.tasks.protocol import Columns, Encoded

AUTO_CLASS = "AutoModelForQuestionAnswering"
HEADS = ("ForQuestionAnswering", "ForQuestionAnsweringSimple")
OTHERS = (
    # Heads that search by beam, and have no scores of each token.
    "FlaubertForQuestionAnswering",
    "XLMForQuestionAnswering",
    "XLNetForQuestionAnswering",
    # Of pictures, pages and tables.
    "BlipForQuestionAnswering",
    "LayoutLMForQuestionAnswering",
    "LxmertForQuestionAnswering",
    "TapasForQuestionAnswering",
    "ViltForQuestionAnswering",
    "VisualBertForQuestionAnswering",
)


@dataclass(frozen=True, slots=True)
class SpanFinder(BoundCheckpoint[Checkpoint]):
    """A Predictor over a checkpoint's logits of where an answer begins and ends."""

    how: Answering = field(default=AS_USUAL, kw_only=True)

    task = TASK.name

    @property
    def fingerprint(self) -> str:
        """Everything an answer depends on but the input."""
        if not self.how.given:
            return self.checkpoint.fingerprint
        return digest_of(self.checkpoint.fingerprint, *self.settings)

    @property
    def settings(self) -> tuple[str, ...]:
        """What a signature says of windows, of the longest answer, and of none."""
        threshold = self.how.no_answer_threshold
        none = "never" if threshold is None else f"null-best>{threshold:.9g}"
        return (
            f"window:{self.size or 'whole'}/{self.how.stride or STRIDE}",
            f"longest:{self.longest}",
            f"no answer:{none}",
        )

    @property
    def size(self) -> int | None:
        """Tokens that are seen at once."""
        most = self.checkpoint.identity.max_length
        return self.how.window or min(WINDOW, most or WINDOW)

    @property
    def longest(self) -> int:
        """Tokens in an answer at most."""
        return self.how.longest or LONGEST

    def answering(self, how: Answering) -> Self:
        """The same model with these settings.

        Raises:
            ArgumentError: it cannot see so much at once.
        """
        most = self.checkpoint.identity.max_length
        if how.window is not None and most is not None and how.window > most:
            raise ArgumentError(
                f"window={how.window}: {self.card.name} sees {most:,} tokens at once; "
                "give that or less"
            )
        return replace(self, how=how)

    def encode(self, inputs: Columns) -> Encoded[QuestionRows]:
        """Questions and contexts tokenised, in windows of long contexts.

        Raises:
            RowRefused: a context has no token that an answer could be, or the question
                leaves no room for any.
        """
        return encode_questions(
            self.checkpoint, inputs, size=self.size, stride=self.how.stride
        )

    def forward(self, batch: QuestionRows) -> SpanAnswers:
        """The best span of each window of one batch.

        Raises:
            BatchFailed: the model raised an error of its own.
            OutOfMemory: the batch is too large for the device.
            ModelError: PTM304, somebody left the model in training mode.
        """
        tokens, padding = batch.tokens, self.checkpoint.padding
        own = tokens.at(padding, np.ones(len(tokens.ids), dtype=np.bool_))
        with asking(self.checkpoint, tokens) as inputs:
            logits = _of_tokens(self.checkpoint, inputs)
            kept = logits[torch.from_numpy(own).to(logits.device)]
            scores = kept.double().cpu().numpy()
        first = tokens.starts + batch.first
        found = best_spans(scores, first, batch.spans, longest=self.longest)
        nulls = scores[tokens.starts + batch.null].sum(axis=1)
        return _said(batch, found, nulls, self.how.no_answer_threshold)


def bind(checkpoint: Checkpoint) -> SpanFinder:
    """The checkpoint as a model that answers questions.

    Raises:
        ModelError: PTM302, its tokenizer does not say where tokens stand in a text;
            PTM303, its head gives no scores of each token.
    """
    if not checkpoint.tokenizer.is_fast:
        raise ModelError(
            f"{checkpoint.card.reference}: {type(checkpoint.tokenizer).__name__} does "
            "not say where its tokens stand in a text, so no answer can be quoted; "
            "save the tokenizer as tokenizer.json, with its fast class",
            code="PTM302",
        )
    return SpanFinder(settled(checkpoint, each_token(_of_tokens), pair=True))


def _said(
    batch: QuestionRows,
    found: Best,
    nulls: NDArray[np.float64],
    threshold: float | None,
) -> SpanAnswers:
    places = zip(batch.contexts, found.starts, found.ends, strict=True)
    texts = [context[start:end] for context, start, end in places]
    return SpanAnswers(
        starts=found.starts,
        ends=found.ends,
        texts=column_of(texts),
        scores=found.scores,
        nulls=nulls,
        totals=found.totals,
        undecided=found.undecided,
        threshold=threshold,
    )


def _of_tokens(checkpoint: Checkpoint, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
    """Logits float32[rows, longest, 2]: of beginning the answer, and of ending it.

    Raises:
        BatchFailed: the model gives other than one of each for each token.
        ModelError: PTM303, it gives none.
    """
    said = checkpoint.model(**inputs)
    starts, ends = (
        getattr(said, name, None) for name in ("start_logits", "end_logits")
    )
    if starts is None or ends is None:
        raise ModelError(
            f"{checkpoint.card.reference}: {type(checkpoint.model).__name__} does not "
            "say of each token how likely it begins or ends an answer "
            f"({type(said).__name__}); fine-tune a head with start_logits and "
            "end_logits",
            code="PTM303",
        )
    return require_each(torch.stack([starts, ends], dim=2).float(), inputs)
