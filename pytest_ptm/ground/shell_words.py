"""Words of a command as they are typed into a shell."""

from __future__ import annotations

import re
import shlex

# Within double quotes a shell would still act on these; an interactive one on ! too.
_ACTED_ON = re.compile(r"""["`$\\!]""")


def shell_word(text: str) -> str:
    r"""One word of a command that a POSIX shell reads as exactly this text.

    In double quotes where that is enough, which the shells of Windows know too.

    >>> print(shell_word("a.py::b"), shell_word("a.py::b[c d]"), shell_word("$HOME"))
    a.py::b "a.py::b[c d]" '$HOME'
    """
    whole = shlex.quote(text)
    if whole == text or _ACTED_ON.search(text):
        return whole
    return f'"{text}"'


def shell_option(flag: str, value: str) -> str:
    """An option with its value in one word, as ``--ptm-model=./candidate``.

    With a space between them pytest would take the value for a test path while it
    looks for its ini file.
    """
    return f"{flag}={shell_word(value)}"
