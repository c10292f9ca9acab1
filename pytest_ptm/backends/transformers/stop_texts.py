# pyright: basic
# transformers' tokenizers are only partly typed.
"""Texts at which an answer ends, which may be special tokens that it does not show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pytest_ptm.backends.transformers.padding import Loaded
from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import BatchFailed


@dataclass(frozen=True, slots=True)
class StopTexts:
    """The texts that end an answer, as a tokenizer says its tokens.

    One with a special token in it, such as ``<|im_end|>``, is looked for where these
    are shown; the answer is told without them all the same.
    """

    tokenizer: Loaded
    plain: tuple[str, ...]
    special: tuple[str, ...]
    hidden: frozenset[int] = frozenset()
    """Tokens that are not said, beside those that the tokenizer takes for special."""

    @classmethod
    def of(
        cls,
        tokenizer: Loaded,
        stops: Sequence[str],
        *,
        hidden: frozenset[int] = frozenset(),
    ) -> StopTexts:
        """These texts, parted by whether a special token stands in them."""
        tokens = tuple(filter(None, map(str, tokenizer.all_special_tokens)))
        special = tuple(s for s in stops if any(token in s for token in tokens))
        plain = tuple(s for s in stops if s not in special)
        return cls(tokenizer, plain, special, hidden)

    def __bool__(self) -> bool:
        return bool(self.plain or self.special)

    def end(self, tokens: Sequence[int]) -> bool:
        """Whether one of them stands in what these tokens say."""
        if self.plain and _stands(self.plain, self.said(tokens)):
            return True
        return bool(self.special) and _stands(self.special, self._whole(tokens))

    def said(self, tokens: Sequence[int]) -> str:
        """What the tokens say, without special ones."""
        own = [token for token in tokens if token not in self.hidden]
        return self._decoded(own, skip_special_tokens=True)

    def before(self, tokens: Sequence[int], *, ended: bool) -> str | None:
        """What they say before the first of the texts; None where none is there.

        ``ended``: the last token is the model's own end, which is no text that stops.
        """
        text = self.said(tokens)
        found = [text[:at] for stop in self.plain if (at := text.find(stop)) >= 0]
        own = tokens[:-1] if ended else tokens
        if self.special and _stands(self.special, self._whole(own)):
            found.append(self._before_special(own))
        return min(found, key=len) if found else None

    def _before_special(self, tokens: Sequence[int]) -> str:
        last = next(
            n
            for n in range(1, len(tokens) + 1)
            if _stands(self.special, self._whole(tokens[:n]))
        )
        whole, text = self._whole(tokens[:last]), self.said(tokens[:last])
        # Some tokenizers set spaces around a special token, and none in its place.
        shown = [self._without_special(s).strip() for s in self.special if s in whole]
        ends = [each for each in shown if text.endswith(each)]
        return text.removesuffix(max(ends, key=len, default=""))

    def _without_special(self, text: str) -> str:
        for token in map(str, self.tokenizer.all_special_tokens):
            text = text.replace(token, "")
        return text

    def _whole(self, tokens: Sequence[int]) -> str:
        return self._decoded(list(tokens), skip_special_tokens=False)

    def _decoded(self, tokens: list[int], *, skip_special_tokens: bool) -> str:
        try:
            return self.tokenizer.decode(
                tokens, skip_special_tokens=skip_special_tokens
            )
        # Of ids that a model has and its tokenizer has not, one in Python raises.
        except (LookupError, TypeError, ValueError) as error:
            raise BatchFailed(
                f"the tokenizer cannot say the tokens {listed(tokens)} that the "
                f"model wrote ({type(error).__name__}: {error})"
            ) from error


def _stands(stops: Sequence[str], text: str) -> bool:
    return any(stop in text for stop in stops)
