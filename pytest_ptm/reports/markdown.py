"""A run as Markdown: for a comment on a pull request, and for a step summary.

All that comes from tests, data and models stands in fenced blocks of code, whose
fences are longer than any backticks in them. So it is never read as Markdown; neither
names, issue numbers nor addresses in it become mentions or links, which GitHub and
GitLab look for everywhere but in code; and a mail, or a file, shows it as it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pytest_ptm.ground.display import clip, counted, visible
from pytest_ptm.reports.sections import Item, Section, assembled
from pytest_ptm.runs import by_model, suite
from pytest_ptm.runs.document import CaseRow, Row
from pytest_ptm.runs.flips import Flips
from pytest_ptm.runs.log import RunLog
from pytest_ptm.runs.rows import case_of
from pytest_ptm.runs.standing import RED, Standing, standing, worst_first
from pytest_ptm.verdicts.cases import case_lines, case_words, worst_of

HEADING = "## pytest-ptm: "
"""How every document begins."""

COMMENT_LIMIT = 60_000
"""Bytes; GitHub takes 65,536 characters in a comment, GitLab more."""

_CASES = 3
_IDS = 10
_WIDTH = 80
_LINES = 12
_WORDS: dict[Standing, str] = {
    "failed": "failed",
    "inconclusive": "inconclusive",
    "caught": "failed, its test did not",
    "taken": "inconclusive, taken otherwise",
    "expected": "failed as expected",
    "passed": "passed",
}
_COLUMNS: dict[Standing, str] = {
    "failed": "failed",
    "inconclusive": "inconclusive",
    "caught": "caught",
    "taken": "taken otherwise",
    "expected": "as expected",
    "passed": "passed",
}
"""Short, for a table."""
_RANKS: dict[Standing, int] = {
    "failed": 2,
    "inconclusive": 4,
    "caught": 3,
    "taken": 5,
    "expected": 6,
    "passed": 7,
}


@dataclass(frozen=True, slots=True)
class _Judged:
    row: Row
    standing: Standing


def render(
    log: RunLog,
    *,
    partial: bool = False,
    changes: Sequence[Flips] = (),
    limit: int = COMMENT_LIMIT,
) -> str:
    """The document, at most ``limit`` bytes long; what was left out is said on top.

    ``limit`` has to leave room for the headline: 2,000 bytes.
    """
    judged = [_Judged(row, standing(row, log)) for row in log.rows]
    judged.sort(key=lambda each: (_RANKS[each.standing], worst_first(each.row)))
    sections = [
        _problems(log),
        _changes(changes),
        _counts(judged),
        *_models(log),
        *_verdicts(judged),
        _footer(log),
    ]
    head = _head(log, judged, partial=partial)
    return assembled(head, sections, limit=limit)


def fenced(
    opening: str, items: Sequence[Item], *, first: str = "", closing: str = ""
) -> Section:
    """A section whose items are shown as they are, whatever they hold.

    ``first`` is a line above them. The section stays away with its last item.
    """
    texts = [first, *(item.text for item in items)]
    ticks = max(
        (len(run) for text in texts for run in re.findall("`+", text)), default=0
    )
    fence = "`" * max(3, ticks + 1)
    above = [f"{opening}\n"] if opening else []
    below = [f"\n{closing}"] if closing else []
    return Section(
        "\n".join([*above, f"{fence}text", *([first] if first else [])]),
        items,
        "\n".join([fence, *below]),
    )


def _head(log: RunLog, judged: Sequence[_Judged], *, partial: bool) -> str:
    counts = Counter(each.standing for each in judged)
    other = _other_failures(log, judged)
    red = bool(
        log.failed
        or not log.complete
        or log.problems
        or log.red_errors
        or other
        or RED & counts.keys()
    )
    state = "RED" if red else "GREEN" if judged else "NO VERDICT"
    said = [f"{counts[kind]:,} {word}" for kind, word in _WORDS.items() if counts[kind]]
    if log.red_errors:
        said.append(f"{counted(len(log.red_errors), 'test')} without a verdict")
    if other:
        said.append(f"{counted(other, 'other test')} failed")
    if not log.complete:
        said.insert(0, "INCOMPLETE")
    if partial:
        said.insert(0, "PARTIAL")
    lines = [HEADING + " · ".join([state, *(said or ["no model was judged"])])]
    if partial:
        lines.append(
            "**PARTIAL: --ptm-limit left examples out of every figure. "
            "This is not the result of the whole data.**"
        )
    if not log.complete:
        lines.append(
            "**INCOMPLETE: the run was interrupted or stopped early. Take it for red.**"
        )
    return "\n\n".join(lines)


def _other_failures(log: RunLog, judged: Sequence[_Judged]) -> int:
    known = {each.row.nodeid for each in judged if each.standing in RED}
    known |= {error["nodeid"] for error in log.errors}
    ended = log.tests.items()
    failed = {name for name, test in ended if test.outcome in {"failed", "crashed"}}
    return len(failed - known)


def _problems(log: RunLog) -> Section:
    items = [
        Item(0, f"{clip(code, 10)} {_lines(message)}", "problem")
        for code, message in log.problems
    ]
    items += [
        Item(
            1,
            f"{clip(error['nodeid'], 200)}\n"
            f"  {clip(error['message'].partition(chr(10))[0], 500)}",
            "error",
        )
        for error in log.red_errors
    ]
    return fenced("### What keeps the run from being trusted", items)


def _lines(message: str) -> str:
    """A message of several lines, each cut, and not too many of them."""
    lines = [clip(line, 500) for line in message.split("\n")]
    shown, left = lines[:_LINES], len(lines) - _LINES
    return "\n".join([*shown, *([f"… {counted(left, 'more line')}"] * (left > 0))])


def _changes(changes: Sequence[Flips]) -> Section:
    """Against the baseline: what broke and what was mended, most broken first."""
    changed = [each for each in changes if each.newly_broken or each.fixed]
    changed.sort(key=lambda each: -len(each.newly_broken))
    items = [
        Item(
            1,
            "\n".join(
                [
                    f"{clip(each.test, 200)} on {clip(each.model, 60)}",
                    f"  then → now    {each.then.value:z.4f} → {each.now.value:z.4f}",
                    f"  newly broken  {_ids(each.newly_broken)}",
                    f"  fixed         {_ids(each.fixed)}",
                ]
            ),
            "changed test",
        )
        for each in changed
    ]
    broken = sum(len(each.newly_broken) for each in changed)
    fixed = sum(len(each.fixed) for each in changed)
    return fenced(
        f"### Against the baseline: {counted(broken, 'example')} newly broken, "
        f"{fixed:,} fixed",
        items,
    )


def _ids(names: Sequence[str]) -> str:
    if not names:
        return "none"
    shown = ", ".join(clip(name, 40) for name in names[:_IDS])
    more = f" and {len(names) - _IDS:,} more" if len(names) > _IDS else ""
    return f"{len(names):,}: {shown}{more}"


def _counts(judged: Sequence[_Judged]) -> Section:
    """What the headline counts, by capability and model; those of none come last."""
    groups: dict[tuple[str, str], Counter[Standing]] = {}
    for each in judged:
        key = each.row.capability or "", each.row.model.name
        groups.setdefault(key, Counter())[each.standing] += 1
    kinds: list[Standing] = [
        kind for kind in _WORDS if any(group[kind] for group in groups.values())
    ]
    ordered = sorted(groups.items(), key=lambda item: (not item[0][0], item[0]))
    if len(ordered) == 1 and not ordered[0][0][0]:
        return Section("", [], "")  # the headline itself
    lines = [
        (
            clip(capability, 30) if capability else "(none named)",
            clip(model, 30),
            *(f"{counts[kind]:,}" for kind in kinds),
        )
        for (capability, model), counts in ordered
    ]
    head = "capability", "model", *(_COLUMNS[kind] for kind in kinds)
    first, *rest = _columns([head, *lines])
    items = [Item(3, line, "table line") for line in rest]
    return fenced("### Verdicts by capability and model", items, first=first)


def _columns(lines: Sequence[Sequence[str]]) -> list[str]:
    """Cells below each other: the first two to the left, numbers to the right."""
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    return [
        "  ".join(
            f"{cell:<{wide}}" if place < 2 else f"{cell:>{wide}}"
            for place, (cell, wide) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    ]


def _models(log: RunLog) -> list[Section]:
    """Each test on each model, where there are several."""
    return [
        fenced(
            "" if number else "### Tests by model",
            [Item(3, line, "table line") for line in lines],
            first=first,
        )
        for number, (first, *lines) in enumerate(by_model.tables(log, width=_WIDTH))
    ]


def _verdicts(judged: Sequence[_Judged]) -> list[Section]:
    """Those that are red, and the others behind a line to unfold."""
    told: set[tuple[str, str]] = set()
    items: dict[bool, list[Item]] = {True: [], False: []}
    for each in judged:
        item = Item(_RANKS[each.standing], _verdict(each, told), "verdict")
        items[each.standing in RED].append(item)
    red, others = items[True], items[False]
    summary = f"{counted(len(others), 'verdict')} not red"
    return [
        fenced(f"### {counted(len(red), 'red verdict')}", red),
        fenced(f"<details><summary>{summary}</summary>", others, closing="</details>"),
    ]


def _verdict(judged: _Judged, told: set[tuple[str, str]]) -> str:
    """A verdict with its worst cases; of one that was told before only the id."""
    row = judged.row
    word = _WORDS[judged.standing]
    if judged.standing == "taken":
        word = f"inconclusive, taken as {row.on_inconclusive}"
    # A headline may begin with the word.
    said = clip(row.headline.removeprefix(f"{row.outcome} "), 200)
    about = [f"on {clip(row.model.name, 60)}"]
    if row.capability:
        about.append(clip(row.capability, 60))
    lines = [f"{word} · {said}", f"  {' · '.join([clip(row.nodeid, 200), *about])}"]
    if judged.standing != "passed":
        lines += _cases(row, told)
    return "\n".join(lines)


def _cases(row: Row, told: set[tuple[str, str]]) -> Iterable[str]:
    shown = row.cases[:_CASES]
    if not shown:
        return
    yield f"  {worst_of(len(shown), row.failing)}"
    new = [case for case in shown if _key(case) not in told]
    words = [case_words(case_of(case)) for case in new]
    yield from (f"    {line}" for line in case_lines(words, _WIDTH - 4))
    again = [clip(case.id, 40) for case in shown if _key(case) in told]
    if again:
        yield f"    again {', '.join(again)}"
    told.update(map(_key, new))


def _key(case: CaseRow) -> tuple[str, str]:
    return case.id, case.shown


def _footer(log: RunLog) -> Section:
    gates = suite.gates(log.rows)
    items = [] if gates is None else [Item(1, gates, "line")]
    items += [
        Item(3, f"model {clip(line, 300)}", "model")
        for line in suite.model_lines(log.rows)
    ]
    items.append(Item(1, visible(suite.cost_line(log)), "line"))
    return fenced("", items)
