"""Secrets taken out of text: nothing we print or write repeats one."""

from __future__ import annotations

import functools
import os
import re

REDACTED = "[redacted]"

_NAMED_SO = re.compile("TOKEN|KEY|SECRET|PASSW|CREDENTIAL", re.IGNORECASE)
# Shorter values are switches and numbers, and would blank half of a report.
_SHORTEST = 8
# A value of several lines, such as a private key, is also known by its lines.
_SHORTEST_LINE = 16
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
    return _pattern().sub(_replacement, text)


def read_environment_again() -> None:
    """Let the next text be searched for what the environment holds then.

    The environment is read once, for it takes 50 µs: a test or a conftest may have
    added to it since.
    """
    _pattern.cache_clear()


def _replacement(match: re.Match[str]) -> str:
    return (match["option"] or "") + REDACTED


@functools.lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    # The longest first: one secret may begin another.
    values = sorted(_secrets(), key=len, reverse=True)
    return re.compile("|".join([*map(re.escape, values), *_ALWAYS]), re.IGNORECASE)


def _secrets() -> set[str]:
    found: set[str] = set()
    for name, value in os.environ.items():
        secret = value.strip()
        if not _NAMED_SO.search(name) or len(secret) < _SHORTEST:
            continue
        # The place of a key is no secret, and it may be part of many a message.
        if secret.startswith(os.sep) and os.access(secret, os.F_OK):
            continue
        lines = {line for line in secret.splitlines() if len(line) >= _SHORTEST_LINE}
        # A traceback shows texts as Python would write them.
        found |= {secret, *lines} | {repr(one)[1:-1] for one in (secret, *lines)}
    return found
