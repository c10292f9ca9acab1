"""What a check is: a name, and words on what an answer lacks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    answer lacks, None where it holds; ``at_once``, where there is one, gives them of
    several answers together, as what is a model is asked: then ``lacks`` is of one
    alone. ``remarks`` are notes on who said so.

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
    at_once: Callable[[Sequence[Written]], Sequence[str | None]] | None = None
    remarks: Callable[[Sequence[Written]], Sequence[str]] | None = None

    def __call__(self, answer: Written | str) -> str | None:
        """None where it holds, else which checks do not and why."""
        written = Written(answer) if isinstance(answer, str) else answer
        return self.held((written,))[0]

    def held(self, answers: Sequence[Written]) -> tuple[str | None, ...]:
        """Of each answer None where it holds, else which checks do not and why.

        Raises:
            ArgumentError: ``at_once`` does not say it of each.
        """
        found = self._found(answers)
        if self.kind in {"all", "any"}:
            return found
        return tuple(None if why is None else f"{self.name}: {why}" for why in found)

    def noted(self, answers: Sequence[Written]) -> tuple[str, ...]:
        """Notes on who says what these answers lack, at any depth; each once."""
        said = [] if self.remarks is None else [*self.remarks(answers)]
        deeper = [note for each in self.of for note in each.noted(answers)]
        return tuple(dict.fromkeys([*said, *deeper]))

    def __and__(self, other: Check) -> Check:
        if not isinstance(other, Check):  # pyright: ignore[reportUnnecessaryIsInstance]
            return NotImplemented
        return all_of((self, other))

    def __or__(self, other: Check) -> Check:
        if not isinstance(other, Check):  # pyright: ignore[reportUnnecessaryIsInstance]
            return NotImplemented
        either = (*self._flat("any"), *other._flat("any"))

        def lack(found: Sequence[str | None]) -> str | None:
            return None if None in found else " and ".join(filter(None, found))

        return _made("any", " | ", lack, either)

    def __invert__(self) -> Check:
        def lack(found: Sequence[str | None]) -> str | None:
            return "it holds" if found[0] is None else None

        return _made("not", "", lack, (self,))

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

    def _found(self, answers: Sequence[Written]) -> tuple[str | None, ...]:
        if self.at_once is None:
            return tuple(self.lacks(answer) for answer in answers)
        found = tuple(self.at_once(answers))
        if len(found) != len(answers):
            raise ArgumentError(
                f"{self.name}: at_once says what {len(found):,} answers lack, of "
                f"{len(answers):,} that it was given; it says it of each"
            )
        return found

    def _flat(self, kind: _Kind) -> tuple[Check, ...]:
        return self.of if self.kind == kind else (self,)


def all_of(checks: tuple[Check, ...]) -> Check:
    """All of them; of one the check itself."""
    if len(checks) == 1:
        return checks[0]
    every = tuple(one for each in checks for one in each._flat("all"))  # pyright: ignore[reportPrivateUsage]

    def lack(found: Sequence[str | None]) -> str | None:
        return "; ".join(filter(None, found)) or None

    return _made("all", " & ", lack, every)


def _made(
    kind: _Kind,
    between: str,
    lack: Callable[[Sequence[str | None]], str | None],
    of: tuple[Check, ...],
) -> Check:
    """A check of checks; ``lack`` is what an answer lacks by what each of them says."""

    def at_once(answers: Sequence[Written]) -> list[str | None]:
        each = [one.held(answers) for one in of]
        return [lack(found) for found in zip(*each, strict=True)]

    names = [
        f"({each.name})" if each.kind in {"all", "any"} else each.name for each in of
    ]
    return Check(
        between.join(names) if between else f"~{names[0]}",
        lambda answer: at_once((answer,))[0],
        needs_references=any(each.needs_references for each in of),
        kind=kind,
        of=of,
        at_once=at_once,
    )
