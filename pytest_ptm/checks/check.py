"""What a check is: a name, and words on what an answer lacks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.tasks.texts.answers import Stopped

_Kind = Literal["one", "all", "any", "not"]


@dataclass(frozen=True, slots=True)
class Written:
    """An answer as checks see it.

    ``tokens`` is how many it has, the one that ended it among them, None where only the
    text is known; ``stopped`` why it ends there: "end" (the model ended it), "length"
    (it has as many tokens as it may have) or "stop" (a text that stops it). ``prompt``
    is the text that was asked, ``references`` what people wrote for it, if anybody did.
    """

    text: str
    tokens: int | None = None
    stopped: Stopped = "end"
    prompt: str = ""
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """What an answer has to be. ``a & b`` is both, ``a | b`` either, ``~a`` not so.

    ``name`` says what is checked and with which arguments; it is part of a result's
    signature, so two that differ have to differ in it. ``lacks`` gives words on what an
    answer lacks, None where it holds.

    >>> from pytest_ptm.checks import contains, length
    >>> short = contains("Paris") & length(most=3, of="words")
    >>> short("Paris, of course.") is None
    True
    >>> short("I do not know.")
    'contains("Paris"): "Paris" is not in it; length(words, most=3): has 4 words'
    """

    name: str
    lacks: Callable[[Written], str | None]
    needs_references: bool = False
    """Whether it holds answers against what people wrote, which every row then has."""
    kind: _Kind = "one"
    of: tuple[Check, ...] = ()

    def __call__(self, answer: Written | str) -> str | None:
        """None where it holds, else which checks do not and why."""
        why = self.lacks(Written(answer) if isinstance(answer, str) else answer)
        return why if why is None or self.kind in {"all", "any"} else self._said(why)

    def __and__(self, other: Check) -> Check:
        if not isinstance(other, Check):  # pyright: ignore[reportUnnecessaryIsInstance]
            return NotImplemented
        return all_of((self, other))

    def __or__(self, other: Check) -> Check:
        if not isinstance(other, Check):  # pyright: ignore[reportUnnecessaryIsInstance]
            return NotImplemented
        either = (*self._flat("any"), *other._flat("any"))

        def lacks(answer: Written) -> str | None:
            found = [each(answer) for each in either]
            return None if None in found else " and ".join(filter(None, found))

        return _made("any", " | ", lacks, either)

    def __invert__(self) -> Check:
        def lacks(answer: Written) -> str | None:
            return "it holds" if self.lacks(answer) is None else None

        return _made("not", "", lacks, (self,))

    def __bool__(self) -> bool:
        # Else `a and b` would be b alone, and nobody would hear of it.
        raise ArgumentError(
            f"{self.name} is neither true nor false: combine checks with &, | and ~, "
            "not with and, or, not; ask it of a text by calling it"
        )

    @property
    def parts(self) -> tuple[Check, ...]:
        """The checks that it combines with ``&`` and ``|``, at any depth; each once."""
        if self.kind not in {"all", "any"}:
            return (self,)
        found = {part.name: part for each in self.of for part in each.parts}
        return tuple(found.values())

    def __str__(self) -> str:
        return self.name

    def _said(self, why: str) -> str:
        return f"{self.name}: {why}"

    def _flat(self, kind: _Kind) -> tuple[Check, ...]:
        return self.of if self.kind == kind else (self,)


def all_of(checks: tuple[Check, ...]) -> Check:
    """All of them; of one the check itself."""
    if len(checks) == 1:
        return checks[0]
    every = tuple(one for each in checks for one in each._flat("all"))  # pyright: ignore[reportPrivateUsage]

    def lacks(answer: Written) -> str | None:
        return "; ".join(filter(None, [each(answer) for each in every])) or None

    return _made("all", " & ", lacks, every)


def _made(
    kind: _Kind,
    between: str,
    lacks: Callable[[Written], str | None],
    of: tuple[Check, ...],
) -> Check:
    names = [
        f"({each.name})" if each.kind in {"all", "any"} else each.name for each in of
    ]
    return Check(
        between.join(names) if between else f"~{names[0]}",
        lacks,
        needs_references=any(each.needs_references for each in of),
        kind=kind,
        of=of,
    )
