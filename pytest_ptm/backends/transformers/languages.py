# pyright: basic
# transformers' tokenizers are only partly typed.
"""Codes of languages: what a model of many of them has to be told, and where."""

from __future__ import annotations

import copy
import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from transformers import GenerationConfig

from pytest_ptm.backends.transformers.padding import Loaded
from pytest_ptm.backends.transformers.scored_rows import Around
from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ArgumentError, RowRefused

Place = Literal["first", "start", "before", "none"]
"""Where the code of the language that is written stands: it is the first token of an
answer (M2M-100, NLLB, mBART-50), the one that an answer starts from (mBART, PLBart), a
word before the text (Marian: Tiedemann and Thottingal, EAMT 2020), or there is none."""

_NEAR = 5
_STARTING_FROM_A_CODE = ("mbart", "plbart")
"""Architectures whose labels end with the code, which training moves to their
beginning. Labels of mBART-50 have it there already, as its tokenizer shows: it puts the
code before a text too."""


@dataclass(frozen=True)
class Languages:
    """The languages that a checkpoint knows, and those that it is told.

    ``tokenizer`` is as it is for them, a copy where any is told; ``around``: what it
    puts around a text. ``source`` and ``target`` are None where nobody said one.
    """

    tokenizer: Loaded
    name: str
    place: Place = "none"
    codes: Mapping[str, int] = field(default_factory=dict[str, int])
    source: str | None = None
    target: str | None = None

    @classmethod
    def of(cls, tokenizer: Loaded, model_type: str, *, name: str) -> Languages:
        """What the tokenizer of this model knows, none of it told."""
        if before := _codes_before_texts(tokenizer):
            return cls(tokenizer, name, "before", before)
        codes = codes_of(tokenizer)
        if not codes:
            return cls(tokenizer, name)
        starts = model_type in _STARTING_FROM_A_CODE
        behind = Around.of(tokenizer).behind
        if starts and behind and behind[-1] in codes.values():
            return cls(tokenizer, name, "start", codes)
        return cls(tokenizer, name, "first", codes)

    def told(self, source: str | None, target: str | None) -> Languages:
        """The same model told these; itself where it was already.

        Raises:
            ArgumentError: it knows no languages, or not this one.
        """
        if (source, target) == (self.source, self.target):
            return self
        if source is not None:
            if self.place == "before":
                raise ArgumentError(
                    f"source_language={source!r}: {self.name} is told the language "
                    "that it writes, and none that it reads; leave it out"
                )
            self._require("source_language", source)
        if target is not None:
            self._require("target_language", target)
        own = self.tokenizer
        if self.place != "before":
            # Its own object stays as it is: other settings share it.
            own = copy.deepcopy(own)
            if target is not None:
                own.tgt_lang = target
            if source is not None:
                own.src_lang = source
        return replace(self, tokenizer=own, source=source, target=target)

    @cached_property
    def around(self) -> Around:
        """The tokens around a text, a code of a language among them."""
        found = Around.of(self.tokenizer)
        if self.place == "before" and self.target is not None:
            return replace(found, front=(self.codes[self.target], *found.front))
        return found

    @property
    def hidden(self) -> frozenset[int]:
        """Tokens that are no part of an answer in words.

        A tokenizer that transformers 5 saved does not take all of them for special.
        """
        return frozenset() if self.place == "before" else frozenset(self.codes.values())

    def shown(self, rules: GenerationConfig) -> tuple[str, ...]:
        """What a signature says of them."""
        if not self.codes:
            return ()
        target = self.target or self._by_config(rules) or "unsaid"
        if self.place == "before":
            return (f"languages:>{target}",)
        return (f"languages:{self.tokenizer.src_lang or 'unsaid'}>{target}",)

    def into(self, rules: GenerationConfig) -> GenerationConfig:
        """The rules, by which an answer is of the language that was said."""
        if self.target is None:
            return rules
        if self.place == "first":
            rules.forced_bos_token_id = self.codes[self.target]
        if self.place == "start":
            rules.decoder_start_token_id = self.codes[self.target]
            rules.forced_bos_token_id = None
        return rules

    def require(self, rules: GenerationConfig) -> None:
        """Nothing, where both the language written and the one read are said.

        Raises:
            ArgumentError: it is not.
        """
        own = getattr(self.tokenizer, "src_lang", None)
        around = (*self.around.front, *self.around.behind)
        if own and self.tokenizer.unk_token_id in around:
            raise ArgumentError(
                f"the tokenizer of {self.name} says {own!r} around each text and has "
                "no token for it: its unknown token stands there. Save the tokenizer "
                "again with the codes of its languages among its tokens"
            )
        told = self.target or self._by_config(rules)
        if self.place in ("first", "start") and told is None:
            raise ArgumentError(
                f"{self.name} writes {len(self.codes)} languages, and neither the test "
                "nor the checkpoint's generation_config says which; "
                f"{self._say_which()}"
            )

    def prompt(self, row: int, text: str) -> str:
        """The text as it is asked, where need be behind the language's code.

        Raises:
            RowRefused: a code has to stand there, and none of the model's does.
        """
        if self.place != "before":
            return text
        if self.target is not None:
            return f">>{self.target}<< {text}"
        code, closed, _ = text.removeprefix(">>").partition("<<")
        if not text.startswith(">>") or not closed:
            if len(self.codes) == 1:
                return text
            raise RowRefused(
                row,
                f"{self.name} writes {len(self.codes)} languages, and no code of one "
                f"stands before the text; {self._say_which()}",
            )
        if code not in self.codes:
            raise RowRefused(
                row, f"the text begins with >>{code}<<: {self._no_such(code)}"
            )
        return text

    def _by_config(self, rules: GenerationConfig) -> str | None:
        """The language that the checkpoint itself forces, or begins from."""
        known = {token: code for code, token in self.codes.items()}
        forced = known.get(rules.forced_bos_token_id)
        return forced or known.get(rules.decoder_start_token_id)

    def _say_which(self) -> str:
        return (
            f"say generating(model, target_language={min(self.codes)!r}), or another "
            f"of {listed(sorted(self.codes))}"
        )

    def _require(self, argument: str, code: str) -> None:
        if not self.codes:
            raise ArgumentError(
                f"{argument}={code!r}: the tokenizer of {self.name} knows no codes of "
                "languages; leave it out, and say it in the prompt= where the "
                "model was trained so"
            )
        if code not in self.codes:
            raise ArgumentError(f"{argument}={code!r}: {self._no_such(code)}")

    def _no_such(self, code: str) -> str:
        near = difflib.get_close_matches(code, self.codes, n=_NEAR, cutoff=0.3)
        return (
            f"{self.name} knows no such language; "
            f"{'the nearest are' if near else 'it knows'} "
            f"{listed(near or sorted(self.codes))}"
        )


def codes_of(tokenizer: Loaded) -> dict[str, int]:
    """Each language that the tokenizer knows, and its token; none where it knows none.

    M2M-100 and mBART say them by ``lang_code_to_id``; NLLB has them among the tokens
    that were added to its vocabulary.
    """
    if not hasattr(tokenizer, "src_lang"):
        return {}
    found = getattr(tokenizer, "lang_code_to_id", None)
    if found:
        return dict(found)
    special = [str(token) for token in tokenizer.all_special_tokens]
    added = getattr(tokenizer, "additional_special_tokens", [])
    own = {
        tokenizer.bos_token,
        tokenizer.eos_token,
        tokenizer.unk_token,
        tokenizer.pad_token,
        tokenizer.cls_token,
        tokenizer.sep_token,
        tokenizer.mask_token,
    }
    every = dict.fromkeys([*special, *map(str, added)])
    return {
        token.strip("_"): int(tokenizer.convert_tokens_to_ids(token))
        for token in every
        if token not in own
    }


def _codes_before_texts(tokenizer: Loaded) -> dict[str, int]:
    """Those that stand among the words of a Marian model, as ``>>fra<<``."""
    if not hasattr(tokenizer, "supported_language_codes"):
        return {}
    return {
        token[2:-2]: int(number)
        for token, number in tokenizer.encoder.items()
        if token.startswith(">>") and token.endswith("<<")
    }
