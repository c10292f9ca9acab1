# pyright: basic
# transformers' tokenizers are only partly typed.
"""Codes of languages: what a tokenizer of many of them has to be told."""

from __future__ import annotations

import copy
import difflib
from dataclasses import dataclass
from typing import Self

from pytest_ptm.backends.transformers.padding import Loaded
from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ArgumentError

_NEAR = 5


@dataclass(frozen=True, slots=True)
class Languages:
    """A tokenizer that was told the languages, and the token of the one written.

    ``said``: what a signature says of them. ``target_id`` is None where none is forced.
    """

    tokenizer: Loaded
    said: tuple[str, ...] = ()
    target_id: int | None = None

    @classmethod
    def of(
        cls, tokenizer: Loaded, source: str | None, target: str | None, *, name: str
    ) -> Self:
        """The tokenizer as it is for these languages; itself where none is said.

        Raises:
            ArgumentError: it knows no languages, or not this one.
        """
        if source is None and target is None:
            return cls(tokenizer)
        codes = codes_of(tokenizer)
        given = {"source_language": source, "target_language": target}
        for argument, code in given.items():
            if code is None:
                continue
            if not codes:
                raise ArgumentError(
                    f"{argument}={code!r}: the tokenizer of {name} knows no codes of "
                    "languages; leave it out, and say it in the prompt= where the "
                    "model was trained so"
                )
            if code not in codes:
                near = difflib.get_close_matches(code, codes, n=_NEAR, cutoff=0.3)
                raise ArgumentError(
                    f"{argument}={code!r}: {name} knows no such language; "
                    f"{'the nearest are' if near else 'it knows'} "
                    f"{listed(near or sorted(codes))}"
                )
        # Its own object stays as it is: other settings share it.
        own = copy.deepcopy(tokenizer)
        if target is not None:
            own.tgt_lang = target
        if source is not None:
            own.src_lang = source
        said = f"{source or own.src_lang or 'unsaid'}>{target or 'unsaid'}"
        return cls(
            own, (f"languages:{said}",), None if target is None else codes[target]
        )


def codes_of(tokenizer: Loaded) -> dict[str, int]:
    """Each language that the tokenizer knows, and its token; none where it knows none.

    M2M-100 says them by ``lang_code_to_id``; NLLB and mBART have them among the tokens
    that were added to their vocabulary.
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
