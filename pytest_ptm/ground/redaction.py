"""Secrets taken out of text: nothing we print or write repeats one."""

from __future__ import annotations

import functools
import os
import re

REDACTED = "[redacted]"

# Patterns are compiled, and kept, by re at their first use: most runs have none.
_NAMED_SO = "TOKEN|KEY|SECRET|PASSW|CREDENTIAL"
# Shorter values are switches and numbers, and would blank half of a report.
_SHORTEST = 8
# A value of several lines, such as a private key, is also known by its lines.
_SHORTEST_LINE = 16
# pytest shows at most 240 characters of a value.
_SHORTEST_HALF, _LONGEST_HALF = 4, 240
_CUT = "..."
_TOKEN_BEGUN = r"hf_[A-Za-z0-9]+\Z"
_ALWAYS = (
    # A token of Hugging Face, of today's kind and of an older one.
    r"(?:hf|api_org)_[A-Za-z0-9]{20,}",
    # Who an address says is asking: https://user:password@host
    r"""(?<=://)[^\s/'"]+(?=@)""",
    # A secret among the options of an address or a model spec: ?api_key=…
    # (Names have an end: a text made for it could else keep the search busy.)
    r"(?P<option>[?&][\w.-]{0,40}(?:token(?!s)|secret|passw|api[_-]?key)[\w.-]{0,40}=)"
    r"""[^\s&'"]+""",
)


def redacted(text: str) -> str:
    """The text with every secret we know how to recognise taken out.

    These are the values of environment variables whose name says that they are secret
    (TOKEN, KEY, SECRET, PASSWORD, …), tokens of Hugging Face, the user and password of
    an address, and options of an address that are named like a secret.
    """
    text = _pattern().sub(_replacement, text)
    return _without_halves(text) if _CUT in text else text


def read_environment_again() -> None:
    """Let the next text be searched for what the environment holds then.

    The environment is read once, for it takes 50 µs: a test or a conftest may have
    added to it since.
    """
    _pattern.cache_clear()
    _secrets.cache_clear()


def _without_halves(text: str) -> str:
    """The text without the halves of secrets that pytest's ``...`` was put between.

    Tracebacks show long values cut in the middle, before anybody could look at them.
    """
    pieces = text.split(_CUT)
    begun = [_without_begun(piece) for piece in pieces[:-1]]
    ended = [_without_ended(piece) for piece in [*begun[1:], pieces[-1]]]
    return _CUT.join([begun[0], *ended])


def _without_begun(text: str) -> str:
    """The text without the beginning of a secret at its end."""
    folded = text.casefold()
    for secret in _secrets():
        for length in _half_lengths(secret):
            if folded.endswith(secret[:length].casefold()):
                return text[:-length] + REDACTED
    return re.sub(_TOKEN_BEGUN, REDACTED, text)


def _without_ended(text: str) -> str:
    """The text without the end of a secret at its beginning."""
    folded = text.casefold()
    for secret in _secrets():
        for length in _half_lengths(secret):
            if folded.startswith(secret[-length:].casefold()):
                return REDACTED + text[length:]
    return text


def _half_lengths(secret: str) -> range:
    return range(min(len(secret) - 1, _LONGEST_HALF), _SHORTEST_HALF - 1, -1)


def _replacement(match: re.Match[str]) -> str:
    return (match["option"] or "") + REDACTED


@functools.lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    # The longest first: one secret may begin another.
    values = sorted(_secrets(), key=len, reverse=True)
    return re.compile("|".join([*map(re.escape, values), *_ALWAYS]), re.IGNORECASE)


@functools.lru_cache(maxsize=1)
def _secrets() -> frozenset[str]:
    found: set[str] = set()
    for name, value in os.environ.items():
        secret = value.strip()
        if not re.search(_NAMED_SO, name, re.IGNORECASE) or len(secret) < _SHORTEST:
            continue
        # The place of a key is no secret, and it may be part of many a message.
        if secret.startswith(os.sep) and os.access(secret, os.F_OK):
            continue
        lines = {line for line in secret.splitlines() if len(line) >= _SHORTEST_LINE}
        # A traceback shows texts as Python would write them.
        found |= {secret, *lines} | {repr(one)[1:-1] for one in (secret, *lines)}
    return frozenset(found)
