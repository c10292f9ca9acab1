"""What a check is: a name, and words on what an answer lacks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from pytest_ptm.checks.logic import settled
from pytest_ptm.ground.display import clip, quoted
from pytest_ptm.ground.errors import ArgumentError, PtmError
from pytest_ptm.results import Cost
from pytest_ptm.tasks.texts.answers import Stopped

_Kind = Literal["one", "all", "any", "not"]


@dataclass(frozen=True, slots=True)
class Written:
    """An answer as checks see it.

    ``tokens`` is how many it has, the one that ended it among them, None where only the
    text is known; ``stopped`` why it ends there: "end" (the model ended it), "length"
    (it has as many tokens as it may have) or "stop" (a text that stops it). ``prompt``
    is the text that was asked, ``references`` what people wrote for it, if anybody did;
    ``row`` the id of the example that asks it.
    """

    text: str
    tokens: int | None = None
    stopped: Stopped = "end"
    prompt: str = ""
    references: tuple[str, ...] = ()
    row: str = ""

    @property
    def said(self) -> str:
        """Which answer it is, for a message."""
        text = quoted(self.text, 60)
        return f"{clip(self.row, 40)} ({text})" if self.row else text


@dataclass(frozen=True, slots=True)
class Check:
    """What an answer has to be. ``a & b`` is both, ``a | b`` either, ``~a`` not so.

    ``name`` says what is checked and with which arguments; it is part of a result's
    signature, so two that differ have to differ in it. ``lacks`` gives words on what an
    answer lacks, None where it holds; ``at_once``, where there is one, gives them of
    several answers together, as what is a model is asked: then ``lacks`` is of one
    alone. ``remarks`` are notes on who said so, and ``spent`` what asking them cost.
    ``later`` makes the check anew, once it is to be held against answers: what asks a
    model that has to be loaded waits until then.

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
    spent: Callable[[], Cost] | None = None
    later: Callable[[], Check] | None = None

    def __call__(self, answer: Written | str) -> str | None:
        """None where it holds, else which checks do not and why."""
        written = Written(answer) if isinstance(answer, str) else answer
        return self.held((written,))[0]

    def held(self, answers: Sequence[Written]) -> tuple[str | None, ...]:
        """Of each answer None where it holds, else which checks do not and why.

        Raises:
            ArgumentError: ``lacks`` or ``at_once`` raises, gives something else than
                words or None, or does not say it of each.
        """
        if self.later is not None:
            return self.later().held(answers)
        found = self._found(answers)
        if self.kind in {"all", "any"}:
            return found
        return tuple(None if why is None else f"{self.name}: {why}" for why in found)

    def bound(self) -> Check:
        """The check with the models that it asks, at any depth.

        Its name says who they are, and what they cost is that of this question alone.

        Raises:
            ArgumentError: one is no such model, or all of it can never fail.
            ModelError: one cannot be loaded.
        """
        if self.later is not None:
            return self.later()
        of = tuple(each.bound() for each in self.of)
        same = all(one is other for one, other in zip(of, self.of, strict=True))
        return self if same else _made(self.kind, of)

    @property
    def cost(self) -> Cost:
        """What the models that it asks have cost until now."""
        own = Cost() if self.spent is None else self.spent()
        return sum((each.cost for each in self.of), start=own)

    @property
    def known_by(self) -> object:
        """What another check of the same has too: its name, or how it will be made."""
        return self.name if self.later is None else (self.name, self.later)

    def noted(self, answers: Sequence[Written]) -> tuple[str, ...]:
        """Notes on who says what these answers lack, at any depth; each once."""
        if self.later is not None:
            return self.later().noted(answers)
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
        return _made("any", (*self._flat("any"), *other._flat("any")))

    def __invert__(self) -> Check:
        return _made("not", (self,))

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
            return tuple([self._lacked(answer) for answer in answers])
        try:
            found = tuple(self.at_once(answers))
        except PtmError:
            raise
        except Exception as error:
            said = f"{len(answers):,} answers at once"
            raise self._raised(error, said) from error
        if len(found) != len(answers):
            raise ArgumentError(
                f"{self.name}: at_once says what {len(found):,} answers lack, of "
                f"{len(answers):,} that it was given; it says it of each"
            )
        pairs = zip(found, answers, strict=True)
        return tuple([self._words(why, answer) for why, answer in pairs])

    def _lacked(self, answer: Written) -> str | None:
        try:
            why = self.lacks(answer)
        except PtmError:
            raise
        except Exception as error:
            raise self._raised(error, answer.said) from error
        return self._words(why, answer)

    def _words(self, why: object, answer: Written) -> str | None:
        """What was said of an answer, which True would be as well as False."""
        if why is None or (isinstance(why, str) and why):
            return why
        raise ArgumentError(
            f"{self.name} gave {why!r:.60} for {answer.said}: expected None where an "
            "answer passes, and words on what it lacks where not; a function that "
            "says True or False is satisfies(function)"
        )

    def _raised(self, error: Exception, what: str) -> ArgumentError:
        said = f": {clip(str(error), 120)}" if str(error) else ""
        return ArgumentError(
            f"{self.name} raised {type(error).__name__}{said} for {what}; mend the "
            "check, so that it says of any text whether it will do"
        )

    def _flat(self, kind: _Kind) -> tuple[Check, ...]:
        return self.of if self.kind == kind else (self,)


def all_of(checks: tuple[Check, ...]) -> Check:
    """All of them; of one the check itself."""
    if len(checks) == 1:
        return checks[0]
    every = tuple(one for each in checks for one in each._flat("all"))  # pyright: ignore[reportPrivateUsage]
    return _made("all", every)


_BETWEEN = {"all": " & ", "any": " | "}


def _made(kind: _Kind, of: tuple[Check, ...]) -> Check:
    """A check of checks.

    Raises:
        ArgumentError: whatever the answers are, all pass, or none does.
    """

    def at_once(answers: Sequence[Written]) -> list[str | None]:
        each = [one.held(answers) for one in of]
        return [_lack(kind, found) for found in zip(*each, strict=True)]

    names = [
        f"({each.name})" if each.kind in {"all", "any"} else each.name for each in of
    ]
    made = Check(
        _BETWEEN[kind].join(names) if kind in _BETWEEN else f"~{names[0]}",
        lambda answer: at_once((answer,))[0],
        needs_references=any(each.needs_references for each in of),
        kind=kind,
        of=of,
        at_once=at_once,
    )
    always = settled(made)
    if always is not None:
        raise ArgumentError(
            f"{made.name}: every answer passes, whatever it is; leave a part out"
            if always
            else f"{made.name}: no answer can pass, whatever it is; leave a part out"
        )
    return made


def _lack(kind: _Kind, found: Sequence[str | None]) -> str | None:
    """What an answer lacks, by what each of the combined checks says."""
    if kind == "not":
        return "it holds" if found[0] is None else None
    if kind == "any" and None in found:
        return None
    between = "; " if kind == "all" else " and "
    return between.join(filter(None, found)) or None
