"""A run as Markdown: for a comment on a pull request, and for a step summary.

All that comes from tests, data and models stands in HTML blocks, inside ``<code>``,
with its punctuation as character references. So it is never read as Markdown, and
neither names, issue numbers nor addresses in it become mentions or links: GitHub and
GitLab look for those in the finished page, and leave code out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pytest_ptm.ground.display import clip, counted
from pytest_ptm.reports.sections import Item, Section, assembled
from pytest_ptm.runs import suite
from pytest_ptm.runs.document import CaseRow, Row
from pytest_ptm.runs.flips import Flips
from pytest_ptm.runs.log import RunLog
from pytest_ptm.runs.standing import RED, Standing, standing, worst_first
from pytest_ptm.verdicts.cases import worst_of

HEADING = "## pytest-ptm: "
"""How every document begins."""

COMMENT_LIMIT = 60_000
"""Bytes; GitHub takes 65,536 characters in a comment, GitLab more."""

_CASES = 3
_IDS = 10
_WORDS: dict[Standing, str] = {
    "failed": "failed",
    "inconclusive": "inconclusive",
    "caught": "failed, its test did not",
    "taken": "inconclusive, taken otherwise",
    "expected": "failed as expected",
    "passed": "passed",
}
_RANKS: dict[Standing, int] = {
    "failed": 2,
    "inconclusive": 4,
    "caught": 3,
    "taken": 5,
    "expected": 6,
    "passed": 7,
}
_ODD = re.compile(r"(?<![0-9])\.|\.(?![0-9])|_|[^\w .,()=+-]")


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
    sections = [
        _problems(log),
        _changes(changes),
        _table(judged),
        *_groups(judged),
        _footer(log),
    ]
    head = _head(log, judged, partial=partial)
    return assembled(head, sections, limit=limit)


def code(text: str, width: int = 200) -> str:
    """Any text as inline code that no reader takes for anything else.

    >>> code("<b> @all #1 `x`")
    '<code>&#60;b&#62; &#64;all &#35;1 &#96;x&#96;</code>'
    """
    return f"<code>{_inert(clip(text, width))}</code>"


def _inert(text: str) -> str:
    return _ODD.sub(lambda found: f"&#{ord(found[0])};", text)


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
        Item(0, f"<li>{code(code_, 10)} {code(message, 500)}</li>", "problem")
        for code_, message in log.problems
    ]
    items += [
        Item(
            1,
            f"<li>{code(error['nodeid'])} "
            f"{code(error['message'].partition(chr(10))[0], 500)}</li>",
            "error",
        )
        for error in log.red_errors
    ]
    return Section("### What keeps the run from being trusted\n\n<ul>", items, "</ul>")


def _changes(changes: Sequence[Flips]) -> Section:
    """Against the baseline: what broke and what was mended, most broken first."""
    changed = [each for each in changes if each.newly_broken or each.fixed]
    changed.sort(key=lambda each: -len(each.newly_broken))
    items = [
        Item(
            1,
            f"<tr><td>{code(each.test)} on {code(each.model)}</td>"
            f"<td>{_figures(each)}</td>"
            f"<td>{_ids(each.newly_broken)}</td><td>{_ids(each.fixed)}</td></tr>",
            "changed test",
        )
        for each in changed
    ]
    broken = sum(len(each.newly_broken) for each in changed)
    fixed = sum(len(each.fixed) for each in changed)
    return Section(
        f"### Against the baseline: {counted(broken, 'example')} newly broken, "
        f"{fixed:,} fixed\n\n<table>\n<tr><th>test</th><th>then → now</th>"
        "<th>newly broken</th><th>fixed</th></tr>",
        items,
        "</table>",
    )


def _figures(flips: Flips) -> str:
    return f"{flips.then.value:.4f} → {flips.now.value:.4f}"


def _ids(names: Sequence[str]) -> str:
    if not names:
        return "none"
    shown = ", ".join(code(name, 40) for name in names[:_IDS])
    more = f" and {len(names) - _IDS:,} more" if len(names) > _IDS else ""
    return f"{len(names):,}: {shown}{more}"


def _grouped(
    judged: Sequence[_Judged],
) -> list[tuple[str, str, list[_Judged]]]:
    """Capability, model and their verdicts; verdicts of no capability come last."""
    groups: dict[tuple[str, str], list[_Judged]] = {}
    for each in judged:
        key = each.row.capability or "", each.row.model.name
        groups.setdefault(key, []).append(each)
    ordered = sorted(groups.items(), key=lambda item: (not item[0][0], item[0]))
    return [(*key, rows) for key, rows in ordered]


def _table(judged: Sequence[_Judged]) -> Section:
    items: list[Item] = []
    for capability, model, rows in _grouped(judged):
        counts = Counter(each.row.outcome for each in rows)
        cells = [
            _capability(capability),
            code(model, 60),
            *(f"{counts[kind]:,}" for kind in ("passed", "failed", "inconclusive")),
        ]
        items.append(Item(3, f"<tr>{_cells(cells)}</tr>", "table line"))
    return Section(
        "### Verdicts\n\n<table>\n<tr><th>capability</th><th>model</th>"
        "<th>passed</th><th>failed</th><th>inconclusive</th></tr>",
        items,
        "</table>",
    )


def _capability(name: str) -> str:
    return code(name, 60) if name else "(none named)"


def _cells(cells: Iterable[str]) -> str:
    return "".join(f"<td>{cell}</td>" for cell in cells)


def _groups(judged: Sequence[_Judged]) -> list[Section]:
    """Each group's verdicts behind a line to unfold; open where one of them is red."""
    sections: list[Section] = []
    for capability, model, rows in _grouped(judged):
        is_red = any(each.standing in RED for each in rows)
        worst = sorted(rows, key=lambda e: (_RANKS[e.standing], worst_first(e.row)))
        sections.append(
            Section(
                f"<details{' open' if is_red else ''}><summary>"
                f"{_capability(capability)} {code(model, 60)}</summary>\n<ul>",
                [Item(_RANKS[e.standing], _verdict(e), "verdict") for e in worst],
                "</ul></details>",
            )
        )
    return sections


def _verdict(judged: _Judged) -> str:
    row = judged.row
    word = _WORDS[judged.standing]
    if judged.standing == "taken":
        word = f"inconclusive, taken as {row.on_inconclusive}"
    text = f"<li><b>{word}</b> {code(row.headline)}<br>{code(row.nodeid)}"
    cases = row.cases[:_CASES]
    if not cases or judged.standing == "passed":
        return text + "</li>"
    shown = "".join(f"<li>{_case(case)}</li>" for case in cases)
    return f"{text}<br>{worst_of(len(cases), row.failing)}:<ul>{shown}</ul></li>"


def _case(case: CaseRow) -> str:
    told = (
        f"{code(case.id, 40)} expected {code(case.expected, 60)} "
        f"got {code(case.observed, 90)}"
    )
    return f"{told}: {code(case.shown, 120)}"


def _footer(log: RunLog) -> Section:
    gates = suite.gates(log.rows)
    lines = [] if gates is None else [gates]
    items = [Item(1, f"<li>{_inert(line)}</li>", "line") for line in lines]
    items += [
        Item(3, f"<li>model {code(line, 300)}</li>", "model")
        for line in suite.model_lines(log.rows)
    ]
    items.append(Item(1, f"<li>{_inert(suite.cost_line(log))}</li>", "line"))
    return Section("<ul>", items, "</ul>")
