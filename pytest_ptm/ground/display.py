"""Untrusted text made fit for a terminal, a log and a report."""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Iterable

from pytest_ptm.ground.redaction import redacted

_KEPT_CATEGORIES_OUT = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# Joiners inside emoji and scripts that need them change no other line's meaning.
_HARMLESS = {"\u200d", "\u200c"}
# Compiled, and kept, by re at its first use: most runs have none.
_COMMAND = r"##(?=\w*\[)"


def visible(text: str) -> str:
    r"""The text in one line, with everything that could steer a terminal as an escape.

    Control characters, bidirectional overrides, line separators and lone surrogates
    become ``\x1b``, ``\u202e`` and the like; what a runner of GitHub Actions, Azure or
    TeamCity would obey (a leading ``::``, and ``##[`` or ``##vso[`` anywhere) is broken
    by a backslash; secrets are taken out.
    """
    return _escaped(redacted(text))


def presentable(text: str) -> str:
    """The text line by line, each fit for a terminal, a log and a report.

    What ``visible`` does, for a message of several lines; tabs stay.
    """
    lines = redacted(text).replace("\r\n", "\n").split("\n")
    return "\n".join(_escaped(line, kept="\t") for line in lines)


def clip(text: str, width: int = 80) -> str:
    """At most ``width`` characters of the visible text, saying how many are left out.

    >>> clip("abcdefghij", 4)
    'abcd… (6 more)'
    """
    # Before it is cut: half a secret is one still, and looks like none.
    text = redacted(text)
    if len(text) <= width:
        return _escaped(text)
    return f"{_escaped(text[:width])}… ({len(text) - width:,} more)"


def shortened(text: str, most: int) -> str:
    """The text without its middle, where it has more than ``most`` characters.

    >>> shortened("abcdefghij", 4)
    'abc … (6 characters left out) … j'
    """
    if len(text) <= most:
        return text
    first = most - most // 4
    left_out = len(text) - most
    rest = text[len(text) - (most - first) :]
    return f"{text[:first]} … ({left_out:,} characters left out) … {rest}"


def quoted(text: str, width: int = 80) -> str:
    """The visible, clipped text in double quotes."""
    return f'"{clip(text, width)}"'


def listed(names: Iterable[object], *, most: int = 12) -> str:
    """Names in quotes, separated by commas, and how many more there are."""
    shown = [repr(name) for name in names]
    text = ", ".join(visible(name) for name in shown[:most])
    return text + (f", … ({len(shown) - most} more)" if len(shown) > most else "")


def columns() -> int:
    """How wide a line for the terminal may be, at least 80."""
    return max(80, shutil.get_terminal_size().columns)


def counted(number: float, noun: str) -> str:
    """A number and its noun, in the plural where there is not one of it.

    >>> counted(1, "pass"), counted(1200, "test")
    ('1 pass', '1,200 tests')
    """
    ending = "" if number == 1 else "es" if noun.endswith("s") else "s"
    return f"{number:z,.0f} {noun}{ending}"


def _escaped(line: str, *, kept: str = "") -> str:
    if line.isascii() and line.isprintable():
        shown = line
    else:
        shown = "".join(_character(character, kept) for character in line)
    if "##" in shown:
        shown = re.sub(_COMMAND, r"#\\#", shown)
    return "\\" + shown if shown.lstrip().startswith("::") else shown


def _character(character: str, kept: str) -> str:
    if (
        character in _HARMLESS
        or character in kept
        or unicodedata.category(character) not in _KEPT_CATEGORIES_OUT
    ):
        return character
    if character in "\n\t\r":
        return {"\n": "\\n", "\t": "\\t", "\r": "\\r"}[character]
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
