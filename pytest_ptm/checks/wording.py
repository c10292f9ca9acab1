"""Which words an answer is, or has."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal, get_args

from pytest_ptm.checks.arguments import (
    require_flag,
    require_one_of,
    require_some,
    require_texts,
)
from pytest_ptm.checks.check import Check, Written
from pytest_ptm.checks.naming import called
from pytest_ptm.ground.composed import composed
from pytest_ptm.ground.display import quoted
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.tasks.texts.likeness import same_words

Normalise = Literal["squad", "verbatim"]


def exact_match(*texts: str, normalise: Normalise = "squad") -> Check:
    """The answer is one of these texts, or one of its row's references.

    Args:
        texts: the right answers; without any the references are.
        normalise: "squad" (Rajpurkar et al. 2016): without case, ASCII punctuation,
            English articles and further spaces, but that a text which is nothing else,
            such as "A", has to be there itself; or "verbatim", to the last space.

    >>> exact_match("the US dollar")("U.S. dollar.") is None
    True
    >>> exact_match("A")("")
    'exact_match("A"): is not "A"'

    Raises:
        ArgumentError: a text is none or blank, or ``normalise`` is neither.
    """
    require_texts("exact_match", texts)
    require_one_of("exact_match", "normalise", normalise, get_args(Normalise))
    same = same_words if normalise == "squad" else str.__eq__

    def lacks(answer: Written) -> str | None:
        wanted = texts or answer.references
        if any(same(answer.text, each) for each in wanted):
            return None
        return f"is not {_either(wanted)}"

    verbatim = "verbatim" if normalise == "verbatim" else None
    name = called("exact_match", *texts, normalise=verbatim)
    return Check(name, lacks, needs_references=not texts)


def one_of(*texts: str, ignore_case: bool = False) -> Check:
    r"""The answer is one of these texts, but for spaces around it.

    >>> one_of("yes", "no")(" yes\n") is None
    True
    >>> one_of("yes", "no")("Yes, it is.")
    'one_of("yes", "no"): is none of them'

    Raises:
        ArgumentError: there is no text, or one is none or blank.
    """
    require_some("one_of", texts)
    require_texts("one_of", texts)
    require_flag("one_of", "ignore_case", ignore_case)
    plain = _plain(ignore_case=ignore_case)
    wanted = {plain(text).strip() for text in texts}

    def lacks(answer: Written) -> str | None:
        found = plain(answer.text).strip()
        return None if found in wanted else "is none of them"

    return Check(called("one_of", *texts, ignore_case=ignore_case), lacks)


def contains(*texts: str, ignore_case: bool = False) -> Check:
    """All of these texts stand in the answer.

    Letters with accents are the same whether composed or not (NFC).

    >>> contains("Paris", "france", ignore_case=True)("PARIS is in France") is None
    True
    >>> contains("Paris", "Rome")("Paris")
    'contains("Paris", "Rome"): "Rome" is not in it'

    Raises:
        ArgumentError: there is no text, or one is none or blank.
    """
    require_some("contains", texts)
    require_texts("contains", texts)
    require_flag("contains", "ignore_case", ignore_case)
    plain = _plain(ignore_case=ignore_case)

    def lacks(answer: Written) -> str | None:
        held = plain(answer.text)
        missing = [quoted(text, 40) for text in texts if plain(text) not in held]
        if not missing:
            return None
        return f"{', '.join(missing)} {_are(missing)} not in it"

    return Check(called("contains", *texts, ignore_case=ignore_case), lacks)


def contains_any(*texts: str, ignore_case: bool = False) -> Check:
    """One of these texts stands in the answer, or one of its row's references.

    >>> contains_any("Paris", "Lutetia")("It was Lutetia.") is None
    True

    Raises:
        ArgumentError: a text is none or blank.
    """
    require_texts("contains_any", texts)
    require_flag("contains_any", "ignore_case", ignore_case)
    plain = _plain(ignore_case=ignore_case)

    def lacks(answer: Written) -> str | None:
        held = plain(answer.text)
        # A blank reference stands in every answer.
        wanted = [each for each in texts or answer.references if each.strip()]
        if any(plain(each) in held for each in wanted):
            return None
        return f"{_either(wanted)} is not in it"

    name = called("contains_any", *texts, ignore_case=ignore_case)
    return Check(name, lacks, needs_references=not texts)


def matches(pattern: str | re.Pattern[str], *, whole: bool = False) -> Check:
    r"""The regular expression (of Python's ``re``) is found in the answer.

    Args:
        pattern: as a text, or compiled where it has flags.
        whole: whether all of the answer has to match, its line breaks too.

    >>> matches(r"^Answer: \d+$")("Answer: 42") is None
    True

    Raises:
        ArgumentError: it is no regular expression, or one of bytes; or it is found in
            every text, as "a*" is.
    """
    require_flag("matches", "whole", whole)
    try:
        compiled = re.compile(pattern)
    except (re.error, TypeError, ValueError) as error:
        raise ArgumentError(f"matches({pattern!r:.60}): {error}") from error
    if not isinstance(compiled.pattern, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ArgumentError(f"matches({pattern!r:.60}): expected a pattern of texts")
    if not whole and _is_everywhere(compiled):
        raise ArgumentError(
            f"matches({pattern!r:.60}): it is found in every text, an empty one too; "
            "say what has to be there, or whole=True"
        )
    find = compiled.fullmatch if whole else compiled.search
    flags = compiled.flags & ~re.UNICODE

    def lacks(answer: Written) -> str | None:
        return None if find(answer.text) else "does not match"

    name = called("matches", compiled.pattern, whole=whole, flags=int(flags) or None)
    return Check(name, lacks)


# What holds in one place of a text and not in another, and what takes all or nothing.
_DEPENDS = re.compile(r"\$|\\[bBZ1-9]|\(\?(?!:)|[*+?}]\+")


def _is_everywhere(pattern: re.Pattern[str]) -> bool:
    """Whether it is sure to match nothing at the beginning of any text."""
    return not _DEPENDS.search(pattern.pattern) and bool(pattern.match(""))


def _plain(*, ignore_case: bool) -> Callable[[str], str]:
    return (lambda text: composed(text.casefold())) if ignore_case else composed


def _either(texts: Sequence[str]) -> str:
    return " or ".join(quoted(text, 40) for text in dict.fromkeys(texts)) or "there"


def _are(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"
