"""The Markdown of a run: what it says, its size, and that no data can change it."""

import re
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt
from ptm_rows import MODEL, case, log_of, row
from ptm_texts import ODD, steers

from pytest_ptm.ground.display import clip
from pytest_ptm.reports.markdown import code, render
from pytest_ptm.reports.sections import Item, Section, assembled
from pytest_ptm.runs.flips import Flips, Reached

HOSTILE = (
    *ODD,
    *("@all", "@org/team", "#123", "GH-12", "org/repo#1", "!12", "%3", ":boom:"),
    *("| a | b |", "`x`", "``` ", "*a*", "__a__", "~~a~~", "# a", "- a", "1. a"),
    *("[a](https://e.example)", "![a](https://e.example/i.png)", "[a]: https://e"),
    *("<img src=x onerror=y>", "</code></li></ul></details>", "<!-- ", "&lt;b&gt;"),
    *("https://e.example", "www.e.example", "a@e.example", "javascript:x", "$x$"),
    *("::add-mask::x", "a\n\n# b\n\n| c |", "\\", "\\|", "a|b\\"),
)
TAGS = {
    *("h2", "h3", "p", "strong", "table", "tr", "th", "td", "details", "summary"),
    *("ul", "li", "br", "b", "code", "tbody"),
}


class Page(HTMLParser):
    """Tags, attributes and texts of a page, and the texts that stand in code."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.inside = set(), set(), []
        self.plain, self.code = [], []
        self.feed(text)
        self.close()
        assert self.inside == []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag != "br":
            self.inside.append(tag)
        if tag == "code":
            self.code.append("")

    def handle_endtag(self, tag):
        assert self.inside.pop() == tag

    def handle_comment(self, data):
        raise AssertionError(data)

    def handle_data(self, data):
        if "code" in self.inside:
            self.code[-1] += data
        else:
            self.plain.append(data)


def page(text):
    return Page(MarkdownIt("commonmark", {"html": True}).render(text))


def lines(text):
    return [each for each in text.split("\n") if each]


def test_the_first_line_says_what_the_run_came_to():
    log = log_of(
        row("t.py::a[m]"),
        row("t.py::b[m]", outcome="inconclusive"),
        row("t.py::c[m]", outcome="inconclusive", on_inconclusive="skip"),
        row("t.py::d[m]"),
        row("t.py::e[m]", outcome="passed"),
        row("t.py::f[m]", outcome="passed"),
        c="skipped",
        d="xfailed",
    )
    assert lines(render(log))[0] == (
        "## pytest-ptm: RED · 1 failed · 1 inconclusive · "
        "1 inconclusive, taken otherwise · 1 failed as expected · 2 passed"
    )


def first(log, **how):
    return lines(render(log, **how))[0].removeprefix("## pytest-ptm: ")


def test_green_is_said_only_of_a_whole_run_that_judged_and_found_nothing_red():
    green = row(outcome="passed")
    assert first(log_of(green)) == "GREEN · 1 passed"
    assert first(log_of()) == "NO VERDICT · no model was judged"
    assert first(log_of(green), partial=True) == "GREEN · PARTIAL · 1 passed"
    for spoil in (
        lambda log: setattr(log, "complete", False),
        lambda log: setattr(log, "failed", True),
        lambda log: log.problems.append(("PTM105", "no report")),
        lambda log: log.tests["test_it.py::test_it[candidate]"].__setattr__(
            "outcome", "failed"
        ),
        lambda log: log.errors.append(
            {"nodeid": "test_b.py", "message": "PTM205 x", "at": None}
        ),
    ):
        log = log_of(green)
        spoil(log)
        assert first(log).startswith("RED")
    log = log_of()
    log.complete = False
    assert first(log) == "RED · INCOMPLETE"


def test_a_partial_run_says_so_loudly():
    text = render(log_of(row(outcome="passed")), partial=True)
    assert lines(text)[1].startswith("**PARTIAL: --ptm-limit left examples out")


def flips(test, newly_broken, fixed, then, now):
    def seen(value):
        return Reached("passed", "accuracy", value, 100)

    return Flips(test, "m", seen(then), seen(now), newly_broken, fixed)


def test_changes_come_first_and_those_that_broke_most_before_the_others():
    changes = (
        flips("t.py::same", (), (), 0.9, 0.9),
        flips("t.py::fixed", (), ("rev-1",), 0.8, 0.9),
        flips("t.py::worse", ("rev-2", "rev-3"), ("rev-4",), 0.91, 0.9),
        flips("t.py::many", tuple(f"r{i}" for i in range(14)), (), 0.7, 0.5),
    )
    text = render(log_of(row()), changes=changes)
    assert "### Against the baseline: 16 examples newly broken, 2 fixed" in text
    found = page(text)
    tests = [each for each in found.code if each.startswith("t.py::")]
    assert tests == ["t.py::many", "t.py::worse", "t.py::fixed"]
    assert "then → now" in found.plain
    assert "0.9100 → 0.9000" in found.plain
    assert "0.7000 → 0.5000" in found.plain
    assert " and 4 more" in found.plain
    assert text.index("Against the baseline") < text.index("### Verdicts")


def test_the_table_has_a_line_for_each_capability_and_model():
    other = {**MODEL, "name": "other"}
    log = log_of(
        row("t.py::a[m]", capability="negation"),
        row("t.py::b[m]", capability="negation", outcome="passed"),
        row("t.py::c[m]", capability="negation", model=other, outcome="inconclusive"),
        row("t.py::d[m]", outcome="passed"),
        row("t.py::e[m]", capability="coreference", outcome="passed"),
    )
    text = render(log)
    table = text[text.index("<table>") : text.index("</table>")]
    rows = [
        re.sub("<[^>]+>", " ", line).split()
        for line in table.split("\n")
        if "<td>" in line
    ]
    assert rows == [
        ["coreference", "candidate", "1", "0", "0"],
        ["negation", "candidate", "1", "1", "0"],
        ["negation", "other", "0", "0", "1"],
        ["(none", "named)", "candidate", "1", "0", "0"],
    ]
    assert text.count("<details open>") == 2
    assert text.count("<details>") == 2


def test_failed_verdicts_show_a_few_cases_and_passed_ones_none():
    cases = [case(f"rev-{i}") for i in range(9)]
    red = page(render(log_of(row(cases=cases, failing=24))))
    assert [each for each in red.code if each.startswith("rev-")] == [
        *("rev-0", "rev-1", "rev-2")
    ]
    assert "worst 3 of 24:" in red.plain
    green = page(render(log_of(row(cases=cases, outcome="passed"))))
    assert not [each for each in green.code if each.startswith("rev-")]


def test_gates_model_and_cost_stand_at_the_end():
    text = " ".join(page(render(log_of(*[row()] * 5))).plain)
    assert "5 gates: 5 by the figure itself; were every true figure" in text
    alone = " ".join(page(render(log_of(row()))).plain)
    assert "by the figure itself" not in alone
    assert "asked 5 examples · 5 through a model in 1 pass · 0.5 s" in text


@pytest.mark.parametrize("text", HOSTILE)
def test_no_data_changes_the_document(text):
    log = log_of(
        row(
            f"t.py::t[{text}]",
            headline=text,
            capability=text,
            model={**MODEL, "name": text, "reference": text},
            cases=[case(text, text, text, text)],
        )
    )
    log.problems = [("PTM103", text)]
    log.errors = [{"nodeid": f"u.py::{text}", "message": text, "at": None}]
    document = render(log, changes=[flips(text, (text,), (text,), 0.5, 0.6)])
    assert not steers(document, lines=True)
    assert not [each for each in lines(document) if each.lstrip().startswith("::")]
    assert "##[" not in document
    found = page(document)
    assert found.tags <= TAGS
    assert found.attributes <= {"open"}
    # Its words stand in code alone, whole, and nowhere else.
    plain = " ".join(found.plain)
    assert not re.search(r"@|://|www\.|#\d|[|`\[\]<>]", plain)
    assert found.code.count(clip(text, 60)) >= 2
    assert clip(text, 200) in found.code


@pytest.mark.parametrize("text", HOSTILE)
def test_a_reader_that_takes_html_for_markdown_finds_no_markup_either(text):
    inline = MarkdownIt("commonmark", {"html": True}).renderInline(code(text))
    found = Page(inline)
    assert found.tags == {"code"}
    assert found.code == [clip(text, 200)]


@pytest.mark.parametrize("limit", [2_000, 5_000, 60_000])
def test_a_large_run_stays_within_the_limit_and_says_what_was_left_out(limit):
    rows = [
        row(
            f"test_it.py::test_{i}[candidate]",
            outcome=("passed", "failed", "inconclusive")[i % 3],
            capability=f"capability {i % 40} «é»",
        )
        for i in range(900)
    ]
    log = log_of(*rows)
    log.problems = [("PTM102", "lost")] * 3
    document = render(log, limit=limit)
    assert len(document.encode()) <= limit
    assert lines(document)[0].startswith("## pytest-ptm: RED · 300 failed · 300 incon")
    (said,) = re.findall(r"\*\*Left out, to stay within .*: (.*)\.\*\*", document)
    (left,) = re.findall(r"(\d+) verdicts", said)
    found = page(document)
    shown = document.count("<li><b>")
    assert shown + int(left) == 900
    assert found.tags <= TAGS
    if limit == 60_000:
        # The red ones stay longest.
        assert document.count("<b>passed</b>") == 0
        assert document.count("<b>failed</b>") > 100


def test_what_is_kept_is_kept_by_rank_and_shown_in_its_order():
    section = Section(
        "<", [Item(2, "b" * 300, "b"), Item(1, "a" * 300, "a"), Item(2, "c", "c")], ">"
    )
    text = assembled("head", [section], limit=900)
    assert text.split("\n") == [
        "head",
        "",
        "**Left out, to stay within 900 bytes: 1 b.** The run document "
        "(`--ptm-json`) and the log have them all.",
        "",
        *("<", "a" * 300, "c", ">", ""),
    ]


def test_a_document_that_fits_leaves_nothing_out():
    assert "Left out" not in render(log_of(row()))
