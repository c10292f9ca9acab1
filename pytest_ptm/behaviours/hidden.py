"""Which tokens of a text are hidden, to be found again."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pytest_ptm.behaviours.asking import Question
from pytest_ptm.behaviours.cloze import masked_question
from pytest_ptm.behaviours.inquiry import Units
from pytest_ptm.behaviours.rowwise import Asking
from pytest_ptm.behaviours.texts import Texts
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.ragged import Ragged
from pytest_ptm.ground.display import quoted
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.session import current_session
from pytest_ptm.tasks.fill_mask import (
    MASK,
    AnyMaskedModel,
    MaskedTokens,
    TokenIds,
    masked_model,
    require_masks,
)
from pytest_ptm.tasks.protocol import Rows


@dataclass(frozen=True, slots=True)
class Hidden:
    """Texts and the places of their tokens that are hidden; nothing is asked yet.

    ``kept`` are the rows with tokens that can be hidden, and ``places`` is of those;
    ``parts`` is what a signature says of it.
    """

    asked: Question[MaskedTokens]
    kept: Rows
    places: tuple[list[int], ...]
    parts: tuple[str, ...]
    seed: int

    @property
    def examples(self) -> Examples:
        """The texts with a token that can be hidden."""
        return self.asked.examples.take(self.kept.tolist())

    def asking(self) -> Asking[MaskedTokens]:
        """Each of these texts, about its hidden tokens."""
        examples = self.examples
        inputs = {"text": examples.inputs["text"]}
        numbers = {"hidden": Ragged.of(self.places)}
        every = np.arange(len(self.kept), dtype=np.intp)
        with_hidden = replace(examples, inputs=inputs, numbers=numbers)
        return Asking(self.asked.predictor, with_hidden, every, _require_hidden)

    def part(self, units: Rows) -> Question[MaskedTokens]:
        """The question about some of these texts."""
        return replace(self.asked, examples=self.examples.take(units.tolist()))

    def whole(self) -> Units:
        """The texts there would be without ``--ptm-limit``."""
        kept, _ = _kept(self.asked, self.asked.whole)
        return Units.each(self.asked.whole.take(kept.tolist()))


def hide(
    model: AnyMaskedModel,
    texts: Texts,
    mask_rate: float,
    *,
    whole_words: bool,
    seed: int | None,
) -> Hidden:
    """Texts with a share of the tokens of each to be hidden, by the seed.

    Raises:
        ArgumentError: the share is none.
        DataError: PTM201, there is nothing to hide; PTM211, a text has a mask.
    """
    if not 0 < mask_rate <= 1:
        raise ArgumentError(
            f"mask_rate={mask_rate!r}: expected more than 0, at most 1, such as 0.15"
        )
    chosen = current_session().settings.seed if seed is None else seed
    asked = masked_question(model, texts)
    _refuse_masks(asked)
    kept, words = _kept(asked, asked.examples)
    ids = asked.examples.ids
    places = tuple(
        _drawn(
            words[row],
            mask_rate,
            whole_words=whole_words,
            seed=f"{chosen}\0mask\0{ids[row]}",
        )
        for row in map(int, kept)
    )
    parts = (f"mask_rate:{mask_rate}", *(["whole_words"] if whole_words else []))
    return Hidden(asked, kept, places, parts, chosen)


def _kept(
    asked: Question[MaskedTokens], examples: Examples
) -> tuple[Rows, list[tuple[TokenIds, ...]]]:
    """The rows with a token that can be hidden, and those tokens of every row."""
    words = masked_model(asked.predictor).maskable(examples.inputs["text"])
    kept = [row for row, groups in enumerate(words) if groups]
    if not kept:
        raise DataError(
            f"{examples.source}: no text has a token that can be hidden",
            code="PTM201",
        )
    return np.array(kept, dtype=np.intp), words


def _require_hidden(examples: Examples, said: MaskedTokens) -> None:
    require_masks(examples, said, examples.numbers["hidden"].counts.tolist())


def _refuse_masks(asked: Question[MaskedTokens]) -> None:
    examples, own = asked.examples, masked_model(asked.predictor).mask
    for identity, text in zip(examples.ids, examples.inputs["text"], strict=True):
        if MASK in text or own in text:
            raise DataError(
                f"{examples.source}: {identity} has a mask of its own, and here the "
                f"masks are drawn: {quoted(text)}",
                code="PTM211",
            )


def _drawn(
    words: Sequence[TokenIds], mask_rate: float, *, whole_words: bool, seed: str
) -> list[int]:
    """Places to hide: a share of the tokens, at least one, and never a part too many.

    With whole words, those that would go beyond the share are passed over, unless
    nothing else is left.
    """
    digest = hashlib.blake2b(seed.encode("utf-8", "surrogatepass"), digest_size=8)
    rng = random.Random(int.from_bytes(digest.digest(), "little"))
    tokens = [place for word in words for place in word]
    most = max(1, round(mask_rate * len(tokens)))
    if not whole_words:
        return sorted(rng.sample(tokens, most))
    order = rng.sample(range(len(words)), len(words))
    chosen: list[int] = []
    for word in order:
        if len(chosen) + len(words[word]) <= most:
            chosen += words[word]
    return sorted(chosen or words[order[0]])
