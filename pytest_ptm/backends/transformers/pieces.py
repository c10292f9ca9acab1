# pyright: basic
# The tokenizers library is only partly typed.
"""What a word is at a mask: the tokens that the filled text has there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_ptm.tasks.fill_mask import MASK, TokenIds

if TYPE_CHECKING:
    from pytest_ptm.backends.transformers.checkpoint import Loaded

# Characters on either side that are tokenised with a word: far more than the longest
# token, and a megabyte of text costs no more than a page.
_AROUND = 2_000
_TOKENISED_AT_ONCE = 4_096
# A space alone, as byte-level tokenizers and SentencePiece write it.
_SPACES = ("Ġ", "▁")


@dataclass(frozen=True, slots=True)
class Pieces:
    """Finds the tokens of words where masks stand.

    Nothing is guessed from the character before a mask: the word is put into the text,
    and its tokens are those of the filled text from the place of the mask on. Before
    that place the filled text must have the tokens of the masked one, because those
    are what the model sees. Behind it the two may differ: SentencePiece begins a new
    word after any special token, also with a full stop.
    """

    tokenizer: Loaded

    def of(
        self, before: Sequence[str], words: Sequence[str], after: Sequence[str]
    ) -> list[TokenIds | None]:
        """The tokens of each word between what stands before and after it.

        None of a word unknown to the tokenizer; ``None`` where it has no tokens of its
        own. A word such as ``##ing``, as a WordPiece vocabulary has it, is that entry.
        """
        mask = self.tokenizer.mask_token
        left = [text[-_AROUND:].replace(MASK, mask) for text in before]
        right = [text[:_AROUND].replace(MASK, mask) for text in after]
        masked = self._tokens([a + mask + b for a, b in zip(left, right, strict=True)])
        rows = list(zip(left, words, right, strict=True))
        filled = self._tokens([a + word + b for a, word, b in rows])
        spots = [
            _Spot(whole, self._place(whole, a), found)
            for whole, a, found in zip(masked, left, filled, strict=True)
        ]
        # Only where the text behind the mask is split otherwise.
        ends = self._tokens(
            [
                "" if spot.ends_alike else a + word
                for spot, (a, word, _) in zip(spots, rows, strict=True)
            ]
        )
        return [
            self._known(word, spot.word(until))
            for spot, word, until in zip(spots, words, ends, strict=True)
        ]

    def _tokens(self, texts: Sequence[str]) -> list[TokenIds]:
        """The tokens of each text without special ones around it; each text once."""
        distinct = list(dict.fromkeys(texts))
        found: dict[str, TokenIds] = {}
        for start in range(0, len(distinct), _TOKENISED_AT_ONCE):
            part = distinct[start : start + _TOKENISED_AT_ONCE]
            rows = self.tokenizer(
                part,
                add_special_tokens=False,
                return_attention_mask=False,
                verbose=False,
            )["input_ids"]
            found.update(zip(part, map(tuple, rows), strict=True))
        return [found[text] for text in texts]

    def _place(self, masked: TokenIds, left: str) -> int:
        """Where the mask stands that so much text is left of; -1 where no word can."""
        mask_id = self.tokenizer.mask_token_id
        places = [place for place, token in enumerate(masked) if token == mask_id]
        number = left.count(self.tokenizer.mask_token)
        place = places[number] if number < len(places) else -1
        # A mask that does not take the space before it along, as words do, stands
        # where only the inside of a word can be.
        if place > 0 and left.endswith(" "):
            (last,) = self.tokenizer.convert_ids_to_tokens([masked[place - 1]])
            return -1 if last in _SPACES else place
        return place

    def _known(self, word: str, tokens: TokenIds | None) -> TokenIds | None:
        if (tokens is None or len(tokens) != 1) and word.startswith(self._inside):
            entry = self.tokenizer.get_vocab().get(word)
            if entry is not None:
                return (entry,)
        unknown = self.tokenizer.unk_token_id
        return () if tokens and unknown is not None and unknown in tokens else tokens

    @property
    def _inside(self) -> tuple[str, ...]:
        """What entries of the vocabulary begin with that stand inside a word."""
        if not self.tokenizer.is_fast:
            return ("##",)
        model = self.tokenizer.backend_tokenizer.model
        if type(model).__name__ != "WordPiece":
            return ()
        return (model.continuing_subword_prefix,)


@dataclass(frozen=True, slots=True)
class _Spot:
    """The tokens of a text with its mask at ``place``, and those of the filled text."""

    masked: TokenIds
    place: int
    filled: TokenIds

    @property
    def ends_alike(self) -> bool:
        """Whether both have the same tokens behind the mask."""
        return self.filled[self._end :] == self.masked[self.place + 1 :]

    def word(self, until: TokenIds) -> TokenIds | None:
        """The word's tokens; ``until`` are those of the text that ends with the word.

        None where the masked text has other tokens before the mask, or a token reaches
        beyond the word.
        """
        if self.place < 0 or self.filled[: self.place] != self.masked[: self.place]:
            return None
        if self.ends_alike and self._end >= self.place:
            return self.filled[self.place : self._end]
        if until and self.filled[: len(until)] == until:
            return until[self.place :] if len(until) > self.place else None
        return None

    @property
    def _end(self) -> int:
        return max(0, len(self.filled) - (len(self.masked) - self.place - 1))
