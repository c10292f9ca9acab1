"""What a tokenizer could not read of what a model was asked, in words for a report."""

from __future__ import annotations

from pytest_ptm.engine.ask import Answers
from pytest_ptm.tasks.protocol import P

UNKNOWN_SHARE = 0.05
"""Above this share of unknown tokens the model was asked something else than stands
there; English text under an English tokenizer stays below 0.01."""


def unknown_tokens(answers: Answers[P], *, to: str = "the tokenizer") -> list[str]:
    """A note where the tokenizer does not know many of the tokens."""
    if answers.share_unknown <= UNKNOWN_SHARE:
        return []
    return [f"{answers.share_unknown * 100:z.0f} % of tokens are unknown to {to}"]
