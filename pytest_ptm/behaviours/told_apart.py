"""Two texts of which a model should take the one: how often it does.

What pairs and triples share: how their texts are given, when they say nothing, what a
tie is, and the share of them in which the right text is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.asking import Question
from pytest_ptm.behaviours.by_group import figures_by_group
from pytest_ptm.behaviours.cases import cases_of
from pytest_ptm.behaviours.doubts import alike, blank, doubts
from pytest_ptm.behaviours.inquiry import MeanOfUnits, Scores, Units
from pytest_ptm.behaviours.reporting import result_over
from pytest_ptm.behaviours.rowwise import AllHeard, Asking, Rowwise, each_example
from pytest_ptm.behaviours.texts import texts_of
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.pictures import Pictures
from pytest_ptm.ground.display import clip, counted
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.results import Cost, Counts, Measurement, Outcomes, Result
from pytest_ptm.statistics.evidence import ShareOf
from pytest_ptm.tasks.protocol import P, Payload, Predictor, Rows


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a model makes of both texts of some units, float64[n].

    ``right``: of the text that should be taken; ``wrong``: of the other. What is no
    farther apart than ``within`` is a tie, and none is taken.
    """

    right: Scores
    wrong: Scores
    within: float = 0.0

    @property
    def tied(self) -> NDArray[np.bool_]:
        """Which are ties, bool[n]."""
        # Both may be without end, whose difference is no number.
        if not self.within:
            return self.right == self.wrong
        return np.abs(self.right - self.wrong) <= self.within

    @property
    def taken(self) -> NDArray[np.bool_]:
        """Of which the right text is taken, bool[n]."""
        return (self.right > self.wrong) & ~self.tied


@dataclass(frozen=True, slots=True)
class Words:
    """How a behaviour speaks of its units.

    ``of_one``: what is said of a unit, by its id, whose texts are the same;
    ``look_at``: what to look at where all units are ties; ``observed``: how the scores
    of both texts are written.
    """

    unit: str
    metric: str
    behaviour: str
    of_one: str
    look_at: str
    expected: str
    observed: str


Others = str | Sequence[str] | Examples
"""Texts that stand beside others; or images, as ``load_images`` reads them."""


def beside(rows: Examples, given: Mapping[str, Others | None], *, one: str) -> Examples:
    """The rows with others beside them, where these are given; ``one`` is a row.

    Raises:
        ArgumentError: there is not one for each row.
    """
    texts: dict[str, tuple[str, ...]] = {}
    images: dict[str, Pictures] = {}
    for name, each in given.items():
        if each is None:
            continue
        others = texts_of(each)
        kind = "image" if others.images else "text"
        if len(others) != len(rows):
            raise ArgumentError(
                f"{name}= has {counted(len(others), kind)} for "
                f"{counted(len(rows), one)}; give one for each"
            )
        if others.images:
            images[name] = others.images[kind]
        else:
            texts[name] = others.inputs[kind]
    return replace(
        rows,
        inputs={**rows.inputs, **texts},
        images={**rows.images, **images},
    )


def alike_inputs(rows: Examples, one: str, other: str) -> list[int]:
    """The rows of which two inputs are the same text, or the same image."""
    if one in rows.images and other in rows.images:
        pictures = zip(rows.images[one], rows.images[other], strict=True)
        return [row for row, (a, b) in enumerate(pictures) if a.key == b.key]
    if one in rows.images or other in rows.images:
        return []
    texts = enumerate(zip(rows.inputs[one], rows.inputs[other], strict=True))
    return [row for row, (a, b) in texts if a.strip() == b.strip()]


@dataclass(frozen=True, slots=True)
class ToldApart(Generic[P]):
    """Units of two texts, and what a model makes of either.

    ``others``: the inputs beside "text" that are asked about too; the last of ``texts``
    should not be taken, and the one before it should. ``parts``: what a signature says
    beside the name of the figure. ``by``: who is asked about an input, where it is not
    who is asked about the first one, as of a model of images and texts.
    """

    asked: Question[P]
    others: tuple[str, ...]
    words: Words
    weighed: Callable[[AllHeard[P], Rows], Weighed]
    parts: tuple[str, ...] = ()
    by: Mapping[str, Predictor[Payload, P]] = field(
        default_factory=dict[str, Predictor[Payload, P]]
    )

    @property
    def inputs(self) -> tuple[str, ...]:
        """The inputs that are asked about."""
        first = "image" if "image" in self.asked.task.fields else "text"
        return (first, *self.others)

    def inquiry(self) -> Rowwise[P]:
        """The share of units of which the right text is taken, ready to be asked.

        Raises:
            DataError: PTM217, both texts of one are the same.
        """
        self._refuse_alike()
        asked = self.asked
        others = (self._asking(name) for name in self.others)
        return Rowwise(
            examples=asked.examples,
            units=Units.each(asked.examples),
            figure=MeanOfUnits(),
            askings=(each_example(asked), *others),
            scoring=lambda heard, units: self.weighed(heard, units).taken.astype(
                np.float64
            ),
            reporting=self._result,
            unlimited=lambda: Units.each(asked.whole),
            of=asked.of,
        )

    def _refuse_alike(self) -> None:
        rows = self.asked.examples
        same = alike_inputs(rows, *self.inputs[-2:])
        if same:
            of_one = self.words.of_one.format(clip(rows.ids[same[0]], 40))
            raise DataError(
                f"{rows.source}: {of_one} ("
                f"{counted(len(same), f'such {self.words.unit}')}), and none can be "
                f"{self.words.metric}; leave them out",
                code="PTM217",
            )

    def _asking(self, name: str) -> Asking[P]:
        """The texts of another input, after the same context, or its images."""
        rows = self.asked.examples
        by = self.by.get(name, self.asked.predictor)
        if name in rows.images:
            asked = replace(rows, images={**rows.images, "image": rows.images[name]})
        else:
            asked = replace(rows, inputs={**rows.inputs, "text": rows.inputs[name]})
        return Asking(by, asked, np.arange(len(rows), dtype=np.intp))

    def _result(self, heard: AllHeard[P], units: Rows) -> Result:
        """The share over these units.

        Raises:
            DataError: PTM207, all of them are ties.
        """
        asked, words = self.asked.part(units), self.words
        weighed = self.weighed(heard, units)
        right, tied = weighed.taken, weighed.tied
        if tied.all():
            raise DataError(
                f"{words.metric} is undefined: all {len(units):,} {words.unit}s of "
                f"{asked.examples.source} are ties, so that the model tells nothing "
                f"apart. Look at its weights, and at {words.look_at}",
                code="PTM207",
            )

        def measure(rows: Rows) -> Measurement:
            hits, n = int(right[rows].sum()), len(rows)
            return Measurement.of(words.metric, hits / n, n, "higher", ShareOf(hits, n))

        missed = np.flatnonzero(~right)
        answers = [each.given for each in heard]
        cut = np.stack([each.truncated for each in answers]).any(axis=0)
        return result_over(
            asked,
            measure(np.arange(len(units), dtype=np.intp)),
            behaviour=words.behaviour,
            parts=(words.metric, *self.parts),
            by_group=[
                group
                for column in asked.examples.groups
                for group in figures_by_group(asked.examples, column, measure)
            ],
            cases=cases_of(
                asked.examples,
                missed,
                severity=lambda row: float(weighed.wrong[row] - weighed.right[row]),
                expected=lambda row: words.expected,
                observed=lambda row: words.observed.format(
                    weighed.right[row], weighed.wrong[row]
                ),
            ),
            failing=len(missed),
            counts=Counts(
                truncated=int(cut.sum()),
                asked=len(units),
                empty=blank(self._compared(asked.examples)),
            ),
            cost=sum((each.cost for each in answers), start=Cost()),
            notes=(
                *self._ties(asked.examples, tied),
                *doubts(asked.examples, answers[0]),
            ),
            outcomes=Outcomes(
                ids=asked.examples.ids,
                right=right,
                scores=right.astype(np.float64),
                groups=asked.examples.groups,
                alike=alike(asked.examples),
            ),
        )

    def _compared(self, examples: Examples) -> Examples:
        """Without what only stands before the texts: a context may be empty."""
        return examples.only(*self.inputs)

    def _ties(self, examples: Examples, tied: NDArray[np.bool_]) -> list[str]:
        rows = np.flatnonzero(tied)
        if not len(rows):
            return []
        first = clip(examples.ids[int(rows[0])], 40)
        return [
            f"{len(rows):,} of {len(examples):,} {self.words.unit}s are ties (first: "
            f"{first}): neither text is {self.words.metric}"
        ]
