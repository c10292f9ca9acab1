"""Answers to some texts, several to each where they are drawn, held against a check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.inquiry import Scores
from pytest_ptm.behaviours.passing import Prompts
from pytest_ptm.checks.check import Check
from pytest_ptm.ground.display import clip, counted, quoted
from pytest_ptm.statistics.pass_at_k import pass_at_k
from pytest_ptm.tasks.texts.answers import GeneratedTexts


@dataclass(frozen=True)
class SampledAnswers:
    """Answers to some texts, ``samples`` to each in a row, held against a check."""

    check: Check
    prompts: Prompts
    said: GeneratedTexts
    samples: int
    k: int

    @cached_property
    def why(self) -> tuple[str | None, ...]:
        """What each answer lacks, None of one that passes."""
        return self.prompts.held(self.check, self.said)

    @cached_property
    def passed(self) -> NDArray[np.bool_]:
        """Which answers pass, bool[n, samples]."""
        passed = np.array([each is None for each in self.why], dtype=np.bool_)
        return passed.reshape(-1, self.samples)

    @cached_property
    def scores(self) -> Scores:
        """What each text adds to the figure."""
        return pass_at_k(self.passed.sum(axis=1), self.samples, self.k)

    def observed(self, row: int) -> str:
        """What was written for a text, or the first that does not pass, and why not."""
        answer = row * self.samples + int(np.argmin(self.passed[row]))
        # Short, so that the line of a report has room for what is wrong with it.
        text = quoted(self.said.written[answer], 32)
        cut = " (cut off)" if self.said.stopped[answer] == "length" else ""
        why = f"{text}{cut}; {clip(self.why[answer] or '', 240)}"
        if self.samples == 1:
            return why
        passed = int(self.passed[row].sum())
        return f"{passed} of {self.samples} pass, but not {why}"

    def notes(self, ids: Sequence[str]) -> list[str]:
        """What is failed how often, and answers that are empty, cut off, or alike.

        And which models say so.
        """
        said = self.said
        empty = np.array([not text.strip() for text in said.written], dtype=np.bool_)
        cut = np.array([why == "length" for why in said.stopped], dtype=np.bool_)
        return [
            *self._of_parts(),
            *self._some(ids, empty, "are empty"),
            *self._some(
                ids,
                cut,
                "are cut off, having as many tokens as they may have (max_new_tokens=)",
            ),
            *self._all_alike(),
            *self.check.noted(self.prompts.written(said)),
        ]

    def _of_parts(self) -> list[str]:
        parts = self.check.parts
        if len(parts) < 2:
            return []
        total = len(self.said)
        failed = [
            sum(each is not None for each in self.prompts.held(part, self.said))
            for part in parts
        ]
        return [
            f"{clip(part.name, 80)}: fails {n:,} of {counted(total, 'answer')}"
            for part, n in zip(parts, failed, strict=True)
        ]

    def _some(self, ids: Sequence[str], rows: NDArray[np.bool_], so: str) -> list[str]:
        which = np.flatnonzero(rows)
        if not len(which):
            return []
        first = clip(ids[int(which[0]) // self.samples], 40)
        return [
            f"{len(which):,} of {counted(len(rows), 'answer')} {so} (first: {first})"
        ]

    def _all_alike(self) -> list[str]:
        """A note where nothing that was drawn differs: it was not drawn, then."""
        if self.samples == 1:
            return []
        said = self.said.written
        first = [row - row % self.samples for row in range(len(said))]
        if any(said[row] != said[at] for row, at in enumerate(first)):
            return []
        return [
            f"all {self.samples} samples of each text are the same: they are not "
            "drawn, or all but certain"
        ]
