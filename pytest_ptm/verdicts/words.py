"""A verdict in words: a message with named parts, and how a terminal shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pytest_ptm.ground.display import clip, counted, visible
from pytest_ptm.results import Case, Counts, GroupFigure, Result, Verdict
from pytest_ptm.verdicts.figures import between
from pytest_ptm.verdicts.footing import Detail, footing
from pytest_ptm.verdicts.headline import comparisons, headline

_TEXT_SHOWN = 120
_GROUPS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class CaseWords:
    """An example that went wrong; each text is fit to be shown, and cut to a width."""

    example_id: str
    expected: str
    observed: str
    shown: str
    note: str


@dataclass(frozen=True, slots=True)
class Message:
    """The report of a verdict, part by part; whoever shows it takes the parts it needs.

    ``footing`` is what the figure stands on, such as its interval; ``also`` the
    comparisons beside the one of the headline; ``groups`` one line a column; ``cases``
    the worst of those ``failing``. A part with nothing to say is empty.
    """

    headline: str
    model: str
    footing: tuple[Detail, ...]
    also: tuple[str, ...]
    groups: tuple[str, ...]
    counts: str
    notes: tuple[str, ...]
    cases: tuple[CaseWords, ...]
    failing: int
    cost: str
    signature: str
    rerun: str | None

    def __str__(self) -> str:
        """The whole report as a terminal shows it, the headline first."""
        before = [
            Detail("model", self.model),
            *self.footing,
            *(Detail("also", line) for line in self.also),
            *(Detail("by group", line) for line in self.groups),
            *([Detail("counts", self.counts)] if self.counts else []),
            *(Detail("note", note) for note in self.notes),
        ]
        after = [
            Detail("cost", self.cost),
            Detail("signature", self.signature),
        ]
        if self.rerun is not None:
            after.append(Detail("rerun", self.rerun))
        return "\n".join(
            [
                self.headline,
                *map(_laid_out, before),
                *_case_lines(self.cases, self.failing),
                *map(_laid_out, after),
            ]
        )


def message_of(
    verdict: Verdict, *, show_cases: int, rerun: str | None = None
) -> Message:
    """All that is said of a verdict, with at most so many cases."""
    result = verdict.result
    return Message(
        headline=headline(verdict),
        model=visible(str(result.model)),
        footing=tuple(footing(verdict)),
        also=tuple(comparisons(verdict)[1:]),
        groups=tuple(_groups(result.by_group)),
        counts=counts_text(result.counts),
        notes=notes_of(result),
        cases=tuple(map(_case, result.cases[:show_cases])),
        failing=result.failing,
        cost=cost_line(result),
        signature=visible(result.signature),
        rerun=None if rerun is None else visible(rerun),
    )


def notes_of(result: Result) -> tuple[str, ...]:
    """What makes a figure doubtful: notes of its model, then its own."""
    return tuple(visible(note) for note in (*result.model.notes, *result.notes))


def cost_line(result: Result) -> str:
    """What the answers cost: asked, sent, passes, seconds."""
    cost = result.cost
    return (
        f"{cost.examples:,} asked · {cost.forwarded:,} through the model in "
        f"{counted(cost.passes, 'pass')} · {cost.seconds:.1f} s"
    )


def counts_text(counts: Counts) -> str:
    """What needs a word beside the figure; nothing where nothing does."""
    said = [
        (counts.truncated, "truncated to what the model can see"),
        (counts.skipped, "skipped"),
        (counts.unchanged, "unchanged and left out"),
        (counts.invalid, "invalid"),
        (counts.empty, "empty or blank"),
    ]
    return " · ".join(f"{number:,} {what}" for number, what in said if number)


def worst_of(shown: int, failing: int) -> str:
    """How many cases are shown, of how many."""
    return f"worst {shown} of {failing:,}"


def _groups(figures: tuple[GroupFigure, ...]) -> list[str]:
    lines: list[str] = []
    for column in dict.fromkeys(figure.column for figure in figures):
        mine = [figure for figure in figures if figure.column == column]
        shown = [_group(figure) for figure in mine[:_GROUPS_SHOWN]]
        if len(mine) > _GROUPS_SHOWN:
            shown.append(f"… ({len(mine) - _GROUPS_SHOWN} more groups)")
        lines.append(" · ".join(shown))
    return lines


def _group(figure: GroupFigure) -> str:
    name = f"{visible(figure.column)}={clip(figure.group, 30)}"
    if figure.value is None:
        return f"{name} undefined (n={figure.n:,})"
    ends = "" if figure.interval is None else f" [{between(figure.interval)}]"
    return f"{name} {figure.value:.4f}{ends} (n={figure.n:,})"


def _case(case: Case) -> CaseWords:
    return CaseWords(
        clip(case.example_id, 40),
        clip(case.expected, 60),
        clip(case.observed, 90),
        clip(case.shown, _TEXT_SHOWN),
        visible(case.note),
    )


def _laid_out(line: Detail) -> str:
    return f"  {line.label:<10} {line.text}"


def _case_lines(cases: Sequence[CaseWords], failing: int) -> list[str]:
    if not cases:
        return []
    width = max(len(case.example_id) for case in cases)
    return [
        f"  {worst_of(len(cases), failing)}",
        *(f"    {_case_line(case, width)}" for case in cases),
    ]


def _case_line(case: CaseWords, width: int) -> str:
    note = f"  {case.note}" if case.note else ""
    return (
        f"{case.example_id:<{width}}  expected {case.expected}  "
        f'got {case.observed}  "{case.shown}"{note}'
    )
