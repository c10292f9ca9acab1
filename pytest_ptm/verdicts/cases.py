"""Examples that went wrong, in lines of a width: what was changed is marked."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from pytest_ptm.ground.display import clip, visible
from pytest_ptm.results import Case

_LEAD = 16
"""So many characters stand before the first difference, for a reader to find it."""

_LEAST = 40
"""A text that has less room beside its answers gets a line of its own."""


@dataclass(frozen=True, slots=True)
class CaseWords:
    """An example that went wrong; each text is fit to be shown.

    ``pair`` are the text before a change and after it, where one was made; ``sides``
    what each of two models said, by its name.
    """

    example_id: str
    expected: str
    observed: str
    shown: str
    note: str
    pair: tuple[str, str] | None = None
    sides: tuple[tuple[str, str], ...] = ()


def case_words(case: Case) -> CaseWords:
    """A case as a message has it."""
    return CaseWords(
        clip(case.example_id, 40),
        clip(case.expected, 60),
        clip(case.observed, 90),
        case.shown,
        visible(case.note),
        None if case.pair is None else (visible(case.pair[0]), visible(case.pair[1])),
        tuple((clip(name, 40), clip(said, 90)) for name, said in case.sides),
    )


def worst_of(shown: int, failing: int) -> str:
    """How many cases are shown, of how many."""
    return f"worst {shown} of {failing:,}"


def worst_lines(cases: Sequence[CaseWords], failing: int, width: int) -> list[str]:
    """How many cases are shown, of how many, and the cases, set in; none where none."""
    if not cases:
        return []
    return [
        f"  {worst_of(len(cases), failing)}",
        *(f"    {line}" for line in case_lines(cases, width - 4)),
    ]


def case_lines(cases: Sequence[CaseWords], width: int) -> list[str]:
    """The cases, each within so many columns, but for long ids and answers."""
    ids = max((len(case.example_id) for case in cases), default=0)
    return [line for case in cases for line in _lines(case, ids, width)]


def _lines(case: CaseWords, ids: int, width: int) -> list[str]:
    note = f"  {case.note}" if case.note else ""
    head = f"{case.example_id:<{ids}}  expected {case.expected}"
    if not case.sides:
        head += f"  got {case.observed}"
    if case.pair is not None:
        return [f"{head}{note}", *_changed(*case.pair, width)]
    return [*_with_text(head, case.shown, note, width), *_said(case.sides)]


def _with_text(head: str, shown: str, note: str, width: int) -> list[str]:
    """The text beside what was expected and got, or below it where room is scarce."""
    room = width - len(head) - len(note) - 4
    # How many are left out is said in some 12 more.
    if len(shown) <= room or room - 12 >= _LEAST:
        return [f'{head}  "{_fitted(shown, room)}"{note}']
    return [f"{head}{note}", f'  "{_fitted(shown, width - 4)}"']


def _said(sides: Sequence[tuple[str, str]]) -> list[str]:
    """What each model said, a line each."""
    names = max((len(name) for name, _ in sides), default=0)
    return [f"  {name:<{names}}  {said}" for name, said in sides]


def _fitted(text: str, room: int) -> str:
    return clip(text, room if len(text) <= room else room - 12)


def _changed(before: str, after: str, width: int) -> list[str]:
    """The text before and after, cut around the difference, and a mark below it."""
    room = width - len('  before  ""')
    first, then, marks = marked(before, after, room)
    lines = [f'  before  "{first}"', f'  after   "{then}"']
    return [*lines, f"           {marks}"] if marks else lines


def marked(before: str, after: str, room: int) -> tuple[str, str, str]:
    """Both texts in so much room, and carets where the second differs.

    >>> marked("a good film", "a poor film", 40)
    ('a good film', 'a poor film', '  ^  ^')
    """
    start = max(0, _first_difference(before, after) - _LEAD)
    # From the beginning where that costs nothing.
    if max(len(before), len(after)) <= room:
        start = 0
    one, other = (_window(text, start, room) for text in (before, after))
    # Compared beyond what is shown: else its end would differ wherever it is cut.
    end = start + 2 * room
    matcher = SequenceMatcher(None, before[start:end], after[start:end], autojunk=False)
    head = 1 if start else 0
    carets = [" "] * (2 * room + 2)
    for kind, _, _, low, high in matcher.get_opcodes():
        if kind != "equal":
            # What is left out has no place of its own: what follows it is marked.
            size = max(high - low, 1)
            carets[head + low : head + low + size] = "^" * size
    # A wide character takes two columns, and so does the mark below it.
    marks = "".join(
        mark * (2 if unicodedata.east_asian_width(letter) in "WF" else 1)
        for mark, letter in zip(carets, f"{other} ", strict=False)
    )
    return one, other, marks.rstrip()


def _first_difference(before: str, after: str) -> int:
    pairs = enumerate(zip(before, after, strict=False))
    shorter = min(len(before), len(after))
    return next((place for place, (one, other) in pairs if one != other), shorter)


def _window(text: str, start: int, room: int) -> str:
    """So much of a text from a place on, with dots where it goes on."""
    head = "…" if start else ""
    part = text[start : start + room - len(head)]
    if start + len(part) < len(text):
        part = f"{part[:-1]}…"
    return head + part
