"""The Markdown of a run: what it says, its size, and that no data can change it."""

import re
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt
from ptm_rows import MODEL, case, log_of, row
from ptm_texts import ODD, steers

from pytest_ptm.ground.display import clip
from pytest_ptm.reports.markdown import render
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
    *("h2", "h3", "p", "strong", "details", "summary", "pre", "code"),
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


def blocks(text):
    """What stands in each fenced block, under the line above it."""
    found, above = {}, ""
    for token in MarkdownIt("commonmark", {"html": True}).parse(text):
        if token.type == "fence":
            found[above] = token.content.split("\n")[:-1]
        above = token.content.strip() or above
    return found


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
    (told,) = [
        found
        for above, found in blocks(text).items()
        if above == "Against the baseline: 16 examples newly broken, 2 fixed"
    ]
    assert told == [
        "t.py::many on m",
        "  then → now    0.7000 → 0.5000",
        "  newly broken  14: r0, r1, r2, r3, r4, r5, r6, r7, r8, r9 and 4 more",
        "  fixed         none",
        "t.py::worse on m",
        "  then → now    0.9100 → 0.9000",
        "  newly broken  2: rev-2, rev-3",
        "  fixed         1: rev-4",
        "t.py::fixed on m",
        "  then → now    0.8000 → 0.9000",
        "  newly broken  none",
        "  fixed         1: rev-1",
    ]
    assert text.index("Against the baseline") < text.index("red verdict")


def test_the_table_has_a_line_for_each_capability_and_model():
    other = {**MODEL, "name": "other"}
    log = log_of(
        row("t.py::a[m]", capability="negation"),
        row("t.py::b[m]", capability="negation", outcome="passed"),
        row("t.py::c[m]", capability="negation", model=other, outcome="inconclusive"),
        row("t.py::d[m]", outcome="passed"),
        row("t.py::e[m]", capability="coreference", outcome="passed"),
    )
    found = blocks(render(log))
    assert found["Verdicts by capability and model"] == [
        "capability    model      failed  inconclusive  passed",
        "coreference   candidate       0             0       1",
        "negation      candidate       1             0       1",
        "negation      other           0             1       0",
        "(none named)  candidate       0             0       1",
    ]


def test_the_table_counts_what_the_headline_counts():
    log = log_of(
        row("t.py::a[m]", capability="negation"),
        row("t.py::b[m]", capability="negation"),
        row("t.py::c[m]", outcome="inconclusive", on_inconclusive="skip"),
        row("t.py::d[m]"),
        row("t.py::e[m]", outcome="passed"),
        b="passed",
        c="skipped",
        d="xfailed",
    )
    assert first(log) == (
        "RED · 1 failed · 1 failed, its test did not · 1 inconclusive, taken "
        "otherwise · 1 failed as expected · 1 passed"
    )
    assert blocks(render(log))["Verdicts by capability and model"] == [
        "capability    model      failed  caught  taken otherwise  as expected  passed",
        "negation      candidate       1       1                0            0       0",
        "(none named)  candidate       0       0                1            1       1",
    ]


def test_one_model_without_capabilities_needs_no_table():
    assert "Verdicts by" not in render(log_of(row(), row("t.py::b[m]")))


def test_red_verdicts_are_unfolded_and_the_others_are_not():
    log = log_of(row("t.py::a[m]"), row("t.py::b[m]", outcome="passed"))
    found = blocks(render(log))
    assert "  t.py::a[m] · on candidate" in found["1 red verdict"]
    folded = found["<details><summary>1 verdict not red</summary>"]
    assert folded[1] == "  t.py::b[m] · on candidate"


def test_failed_verdicts_show_a_few_cases_and_passed_ones_none():
    cases = [case(f"rev-{i}") for i in range(9)]
    red = render(log_of(row(cases=cases, failing=24)))
    assert re.findall("rev-.", red) == ["rev-0", "rev-1", "rev-2"]
    assert "  worst 3 of 24" in red.split("\n")
    assert "rev-" not in render(log_of(row(cases=cases, outcome="passed")))


def test_a_case_of_several_verdicts_is_told_once():
    cases = [case("rev-1", "a text of one"), case("rev-2", "another text")]
    other = [case("rev-1", "a text of one"), case("rev-1", "of other data")]
    log = log_of(
        row("t.py::a[m]", cases=cases, failing=2),
        row("t.py::b[m]", cases=other, failing=2),
        row("t.py::c[m]", cases=cases, failing=2),
    )
    text = render(log)
    assert text.count("a text of one") == text.count("another text") == 1
    assert blocks(text)["3 red verdicts"][-3:] == [
        "  t.py::c[m] · on candidate",
        "  worst 2 of 2",
        "    again rev-1, rev-2",
    ]


def test_models_stand_side_by_side_where_there_are_several():
    other = {**MODEL, "name": "other"}
    log = log_of(
        row("t.py::a[candidate]", test="t.py::a"),
        row("t.py::a[other]", test="t.py::a", model=other, outcome="passed"),
    )
    assert blocks(render(log))["Tests by model"] == [
        "         candidate      other",
        "t.py::a  0.8000 failed  0.8000 passed",
    ]


def test_gates_model_and_cost_stand_at_the_end():
    last = render(log_of(*[row()] * 5)).split("```text\n")[-1].split("\n")
    assert last[0].startswith("5 gates: 5 by the figure itself; were every true figure")
    assert last[1:] == [
        "model candidate = ./candidate (sha256 abababababab) on cpu, float32",
        "asked 5 examples · 5 through a model in 1 pass · 0.5 s",
        *("```", ""),
    ]
    assert "by the figure itself" not in render(log_of(row()))


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
    assert found.attributes <= {"class"}
    # Its words stand in code alone, whole, and nowhere else.
    plain = " ".join(found.plain)
    assert not re.search(r"@|://|www\.|#\d|[|`\[\]<>]", plain)
    whole = "\n".join(found.code)
    for shown in (clip(text, 500), clip(text, 60), f'"{clip(text, 40)[:40]}'):
        assert shown in whole


def test_raw_text_and_a_mail_show_what_there_is_and_no_references():
    told = "a <b> & 'c' | d_e [f] #1 @g — «é» 映画"
    text = render(
        log_of(row(f"tests/test_it.py::test_a[{told}]", cases=[case("x", told)]))
    )
    assert text.count(told) == 2
    assert not re.search(r"&#?\w+;", text)
    assert max(map(len, text.split("\n"))) <= 80


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
    shown = len(re.findall("^(?:failed|inconclusive|passed) · ", document, re.M))
    assert shown + int(left) == 900
    assert found.tags <= TAGS
    if limit == 60_000:
        # The red ones stay longest.
        assert document.count("\npassed · ") == 0
        assert document.count("\nfailed · ") > 100


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
