"""What stands in a fence of Markdown, as chat models wrap what they were asked for."""

from __future__ import annotations

import re

_FENCE = re.compile(r"^[ \t]*(?P<mark>`{3,}|~{3,})[ \t]*(?P<of>[\w+-]*)[^\n`]*$", re.M)


def inside_fence(text: str, *, of: frozenset[str]) -> tuple[str, str]:
    r"""What the one fence of a text holds, or all of it, and why that cannot be said.

    A fence is of one of these languages, or of none that is named; others are not
    looked into. The reason is empty where there is none.

    >>> inside_fence("Here: \n```json\n{}\n```\n", of=frozenset({"json"}))
    ('{}', '')
    """
    found: list[str] = []
    marks = list(_FENCE.finditer(text))
    while marks:
        begun = marks.pop(0)
        ends = [
            number
            for number, each in enumerate(marks)
            if not each["of"] and each["mark"].startswith(begun["mark"])
        ]
        if not ends:
            return "", "has a fence that does not end"
        end = marks[ends[0]]
        marks = marks[ends[0] + 1 :]
        if begun["of"].lower() in of | {""}:
            found.append(text[begun.end() + 1 : max(begun.end() + 1, end.start() - 1)])
    if len(found) > 1:
        return "", f"has {len(found)} fences"
    return (found[0] if found else text), ""
