"""Tasks that nobody has heard of: their answers are numbers, sets, texts and spans.

`plant` puts each where a task is found by being there: one file in ``tasks/`` and its
figures in ``metrics/``. What the files have in common is here.
"""

from __future__ import annotations

import hashlib
import itertools
import math
from dataclasses import dataclass

import numpy as np
from ptm_fakes import Texts

from pytest_ptm.datasets.ragged import Ragged
from pytest_ptm.metrics.protocol import Metric
from pytest_ptm.results import Measurement, ModelCard
from pytest_ptm.statistics.evidence import MeanOf, ShareOf
from pytest_ptm.tasks.protocol import Encoded
from pytest_ptm.tasks.table import Table, Tabular
from pytest_ptm.tasks.truth import Shift, WatchedNumber

KINDS = ("figures", "sets", "letters", "spans")


class Ragged1(Tabular):
    """Answers of which each row is a few whole numbers."""

    def __init__(self, parts):
        self.parts = parts

    @classmethod
    def of(cls, rows):
        return cls(Ragged.of([cls.numbers(row) for row in rows]))

    def __len__(self):
        return len(self.parts)

    @property
    def valid(self):
        return np.ones(len(self), dtype=bool)

    def columns(self):
        return Table({"parts": self.parts}, {})

    @classmethod
    def from_columns(cls, table):
        return cls(table.columns["parts"])

    def values(self):
        return [self.value(self.parts[row].tolist()) for row in range(len(self))]

    def differs(self, other, *, tolerance=None):
        both = zip(self.values(), other.values(), strict=True)
        apart = np.array([one != two for one, two in both])
        return apart if tolerance is None else apart | (self.shift(other) > tolerance)

    def shift(self, other):
        both = zip(self.values(), other.values(), strict=True)
        return np.array([self.apart(one, two) for one, two in both])

    def said(self, row):
        return str(self.values()[row])


@dataclass(frozen=True)
class Right:
    """What is right: the labels, read as answers are."""

    gold: np.ndarray
    answers: type
    names = None

    def take(self, rows):
        return Right(self.gold[rows], self.answers)

    def positive(self, label):
        raise AssertionError("no classes")

    def right(self, said):
        return np.array(
            [one == two for one, two in zip(self.gold, said.values(), strict=True)]
        )

    def away(self, said):
        both = zip(self.gold, said.values(), strict=True)
        return np.array([self.answers.apart(one, two) for one, two in both])

    def codes(self, said):
        return None

    def expected(self, row):
        return str(self.gold[row])

    def label(self, said, row):
        return said.said(row)

    def require_same(self, other, name, theirs):
        pass

    def restored(self, earlier, name):
        return None


def truth_of(answers):
    """What reads labels as these answers."""

    def what_is_right(examples, predictor, *, label_map=None):
        gold = np.empty(len(examples), dtype=object)
        gold[:] = [answers.read(label) for label in examples.labels]
        return Right(gold, answers)

    return what_is_right


def size_of(predictor, of):
    """How much an answer is: the number that a direction is of."""
    return WatchedNumber(
        "the size", lambda said: np.array([float(said.size(v)) for v in said.values()])
    )


def as_they_are(ours, theirs):
    return lambda answers: answers


ANY_DISTANCE = Shift(what="a distance", most=None)


EXACT = Metric("exact_match", ShareOf, of_right=True)
DISTANCE = Metric("mean_distance", MeanOf, better="lower", high=None, scored=True)


class TwoFigures:
    """Two figures of any answers: how many are right, and how far the others are."""

    def __init__(self, answers):
        self.answers = answers
        self.metrics = {metric.name: metric for metric in (EXACT, DISTANCE)}

    def require(self, metric, by, positive):
        assert positive is None

    def unit_range(self, metric, by, positive):
        return (0.0, 1.0) if metric == "exact_match" else None

    def measure(self, metric, gold, predictions, *, positive=None):
        each, n = self.scores(metric, gold, predictions), len(gold)
        evidence = (
            ShareOf(int(each.sum()), n)
            if metric == "exact_match"
            else MeanOf(each, least=0.0, most=math.inf)
        )
        better = self.metrics[metric].better
        return Measurement.of(metric, float(each.mean()), n, better, evidence)

    def scores(self, metric, gold, predictions, *, positive=None):
        right = Right(gold, self.answers)
        if metric == "exact_match":
            return right.right(predictions).astype(np.float64)
        return right.away(predictions)

    def right(self, metric, gold, predictions, *, positive=None):
        return None

    def away(self, metric, gold, predictions):
        return None

    def remarks(self, gold, predictions):
        return ()


TASK = """
from ptm_planted import ANY_DISTANCE, Ragged1, as_they_are, size_of, truth_of
from pytest_ptm.tasks.task import Task


class {name}(Ragged1):
    {body}


TASK = Task(
    name="planted-{kind}",
    fields={{"text": "text"}},
    answers={name},
    truth=truth_of({name}),
    watch=size_of,
    aligned=as_they_are,
    shift=ANY_DISTANCE,
)
"""
TABLE = """
from ptm_planted import TwoFigures
from pytest_ptm.tasks.planted_{kind} import {name}

KIND = TwoFigures({name})
"""
BODIES = {
    "figures": """
    numbers = staticmethod(lambda value: [value])
    value = staticmethod(lambda numbers: numbers[0])
    apart = staticmethod(lambda one, two: float(abs(one - two)))
    read = staticmethod(int)
    size = staticmethod(int)
    """,
    "sets": """
    numbers = staticmethod(sorted)
    value = staticmethod(frozenset)
    apart = staticmethod(lambda one, two: float(len(one ^ two)))
    read = staticmethod(lambda label: frozenset(map(int, label.split())))
    size = staticmethod(len)
    """,
    "letters": """
    numbers = staticmethod(lambda value: [ord(letter) for letter in value])
    value = staticmethod(lambda numbers: "".join(map(chr, numbers)))
    apart = staticmethod(lambda one, two: float(one != two))
    read = staticmethod(str)
    size = staticmethod(len)
    """,
    "spans": """
    numbers = staticmethod(lambda value: [place for span in value for place in span])
    value = staticmethod(lambda each: tuple(zip(each[::2], each[1::2], strict=True)))
    apart = staticmethod(lambda one, two: float(len(set(one) ^ set(two))))
    read = staticmethod(lambda label: ((0, int(label)),))
    size = staticmethod(lambda spans: sum(end - start for start, end in spans))
    """,
}


def answer(kind, words):
    """What the model says of a text, and what its label is when it is right."""
    return {
        "figures": (words, str(words)),
        "sets": (frozenset(range(words)), " ".join(map(str, range(words)))),
        "letters": ("a" * words, "a" * words),
        "spans": (((0, words),), str(words)),
    }[kind]


def plant(kind, folder, monkeypatch):
    """Put the two files of a task and its figures where they are found."""
    import pytest_ptm.metrics
    import pytest_ptm.tasks

    name = kind.title()
    tasks, metrics = folder / "tasks", folder / "metrics"
    (metrics / f"planted_{kind}").mkdir(parents=True)
    tasks.mkdir()
    (tasks / f"planted_{kind}.py").write_text(
        TASK.format(kind=kind, name=name, body=BODIES[kind].strip())
    )
    (metrics / f"planted_{kind}" / "__init__.py").write_text("")
    (metrics / f"planted_{kind}" / "table.py").write_text(
        TABLE.format(kind=kind, name=name)
    )
    for package, path in ((pytest_ptm.tasks, tasks), (pytest_ptm.metrics, metrics)):
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(path)])


@dataclass
class Counter:
    """Counts the words of a text, one too many where the text says so."""

    kind: str
    name: str = "counter"
    wrong_at: str = "wrong"

    @property
    def task(self):
        return f"planted-{self.kind}"

    @property
    def card(self):
        return ModelCard(self.name, f"python:{self.name}", self.fingerprint)

    @property
    def fingerprint(self):
        key = f"{self.kind} {self.name} {self.wrong_at}"
        return hashlib.sha256(key.encode()).hexdigest()

    def encode(self, inputs):
        texts = tuple(inputs["text"])
        return Encoded(
            lengths=np.array([len(text.split()) for text in texts], np.int32),
            keys=[text.encode() for text in texts],
            truncated=np.zeros(len(texts), dtype=bool),
            payload=Texts(texts),
        )

    def forward(self, batch):
        from pytest_ptm.tasks import find_task

        counted = [len(text.split()) + (self.wrong_at in text) for text in batch.texts]
        answers = find_task(self.task).answers
        return answers.of([answer(self.kind, words)[0] for words in counted])


def counter(kind, name="counter", wrong_at="wrong"):
    """``python:ptm_planted:counter?kind=…``."""
    return Counter(kind, name, wrong_at)


def rows_of(kind, n=60):
    """Texts of one word to four; of every fourth the model counts one too many."""
    words = itertools.cycle([1, 2, 3, 4])
    found = []
    for number, many in zip(range(n), words, strict=False):
        first = "wrong" if number % 4 == 3 else "right"
        text = " ".join([first, *(f"w{number}" for _ in range(many - 1))])
        found.append(
            {
                "id": f"row-{number}",
                "text": text,
                "label": answer(kind, many)[1],
                "half": "even" if number % 2 == 0 else "odd",
            }
        )
    return found
