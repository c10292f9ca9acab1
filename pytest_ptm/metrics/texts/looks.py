"""What looks wrong about written texts, though a figure of them may be in bounds."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.tasks.texts.answers import GeneratedTexts
from pytest_ptm.tasks.texts.sourced import Sourced


def remarks(gold: NDArray[Any], said: GeneratedTexts) -> list[str]:
    """Notes on answers that are empty, cut off, or the very text they are for."""
    pairs = [*zip(said.written, gold, strict=True)]
    found = {
        "empty": [not text.strip() for text in said.written],
        "cut off: they have as many tokens as they may (max_new_tokens=)": [
            why == "length" for why in said.stopped
        ],
        "the text itself, as in a translation that is none": [
            isinstance(own, Sourced)
            and text.split() == own.source.split()
            and text not in own
            for text, own in pairs
        ],
        'cut into tokens: they end in " .", and their references do not': [
            text.endswith(" .")
            and bool(own)
            and not any(each.endswith(" .") for each in own)
            for text, own in pairs
        ],
    }
    n = len(pairs)
    counts = {what: int(np.sum(rows)) for what, rows in found.items()}
    return [
        f"{count:,} of {n:,} answers are {what}"
        for what, count in counts.items()
        if count
    ]
