"""Texts that a model answers in words, as checks see the answers."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_ptm.behaviours.asking import Question
from pytest_ptm.behaviours.texts import Texts, texts_of
from pytest_ptm.checks.check import Check, Written
from pytest_ptm.datasets.chats import all_said
from pytest_ptm.datasets.examples import Examples, Gold
from pytest_ptm.datasets.written import load_references
from pytest_ptm.ground.display import clip
from pytest_ptm.ground.errors import DataError
from pytest_ptm.tasks.protocol import Rows
from pytest_ptm.tasks.texts.answers import GeneratedTexts

PASSES = "passes"
"""The share of answers that a check takes."""


def written_texts(examples: Texts, *, references: bool) -> Examples:
    """The texts as examples; what has to be loaded has references where they count.

    Raises:
        DataError: what ``load_references`` refuses.
    """
    column = "references" if references else None
    return texts_of(
        examples, load=lambda source: load_references(source, references=column)
    )


def prompts_of(asked: Question[GeneratedTexts], check: Check) -> Prompts:
    """The texts that are asked, with references where they have some.

    Raises:
        DataError: PTM206, the check needs them, and a row has none.
    """
    examples = asked.examples
    labels = examples.labels or (None,) * len(examples)
    references = tuple(_texts(each) for each in labels)
    if check.needs_references and not all(references):
        row = references.index(())
        raise DataError(
            f"{examples.source}: {clip(examples.ids[row], 40)} has no reference, and "
            f"{clip(check.name, 60)} holds answers against them; load it with "
            "load_references(…, references=<column>), or give the check its texts",
            code="PTM206",
        )
    return Prompts(all_said(examples), references, examples.ids)


@dataclass(frozen=True, slots=True)
class Prompts:
    """Texts that are asked, what people wrote for each, and the ids of their rows."""

    texts: tuple[str, ...]
    references: tuple[tuple[str, ...], ...]
    ids: tuple[str, ...]

    def take(self, rows: Rows) -> Prompts:
        """These texts, in this order."""
        places: list[int] = rows.tolist()
        return Prompts(
            tuple([self.texts[row] for row in places]),
            tuple([self.references[row] for row in places]),
            tuple([self.ids[row] for row in places]),
        )

    def held(self, check: Check, said: GeneratedTexts) -> tuple[str | None, ...]:
        """What the answer to each lacks, None of one that passes."""
        return check.held(self.written(said))

    def written(self, said: GeneratedTexts) -> list[Written]:
        """The answers as checks see them."""
        tokens: list[int] = said.counts.tolist()
        ours = (said.written, tokens, said.stopped)
        columns = (*ours, self.texts, self.references, self.ids)
        return [Written(*each) for each in zip(*columns, strict=True)]


def _texts(label: Gold | None) -> tuple[str, ...]:
    texts = (label,) if isinstance(label, str) else getattr(label, "texts", ())
    return tuple(each for each in texts if each.strip())
