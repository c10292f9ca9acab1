"""A verdict in words: a message with named parts, and how a terminal shows it."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_ptm.ground.display import clip, counted, visible
from pytest_ptm.results import Counts, GroupFigure, Result, Verdict
from pytest_ptm.verdicts.cases import CaseWords, case_words, worst_lines
from pytest_ptm.verdicts.figures import between
from pytest_ptm.verdicts.footing import Detail, footing
from pytest_ptm.verdicts.headline import comparisons, headline
from pytest_ptm.verdicts.reliability import reliability_details

_GROUPS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Message:
    """The report of a verdict, part by part; whoever shows it takes the parts it needs.

    ``footing`` is what the figure stands on, such as its interval; ``also`` the
    comparisons beside the one of the headline; ``groups`` one line a column;
    ``reliability`` the bins of a calibration and what to make of them; ``cases`` the
    worst of those ``failing``. A part with nothing to say is empty.
    """

    headline: str
    model: str
    footing: tuple[Detail, ...]
    also: tuple[str, ...]
    groups: tuple[str, ...]
    reliability: tuple[Detail, ...]
    counts: str
    notes: tuple[str, ...]
    cases: tuple[CaseWords, ...]
    failing: int
    cost: str
    signature: str
    rerun: str | None

    def __str__(self) -> str:
        """The whole report, the headline first."""
        return self.laid_out()

    def laid_out(self, *, width: int = 80, details: bool = True) -> str:
        """The report as a terminal of so many columns shows it, the headline first.

        Without ``details`` cost and signature are left out.
        """
        before = [
            Detail("model", self.model),
            *self.footing,
            *(Detail("also", line) for line in self.also),
            *(Detail("by group", line) for line in self.groups),
            *self.reliability,
            *([Detail("counts", self.counts)] if self.counts else []),
            *(Detail("note", note) for note in self.notes),
        ]
        after = [
            Detail("cost", self.cost),
            Detail("signature", self.signature),
        ] * details
        if self.rerun is not None:
            after.append(Detail("rerun", self.rerun))
        return "\n".join(
            [
                self.headline,
                *map(_laid_out, before),
                *worst_lines(self.cases, self.failing, width),
                *map(_laid_out, after),
            ]
        )


def message_of(
    verdict: Verdict,
    *,
    show_cases: int,
    rerun: str | None = None,
) -> Message:
    """All that is said of a verdict, with at most so many cases."""
    result = verdict.result
    return Message(
        headline=headline(verdict),
        model=visible(str(result.model)),
        footing=tuple(footing(verdict)),
        also=tuple(comparisons(verdict)[1:]),
        groups=tuple(_groups(result.by_group)),
        reliability=tuple(reliability_details(result)),
        counts=counts_text(result.counts),
        notes=notes_of(result),
        cases=tuple(map(case_words, result.cases[:show_cases])),
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
        f"{counted(cost.passes, 'pass')} · {cost.seconds:z.1f} s"
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
    return f"{name} {figure.value:z.4f}{ends} (n={figure.n:,})"


def _laid_out(line: Detail) -> str:
    return f"  {line.label:<10} {line.text}"
