"""How far one walks to follow a verdict: files, and switches between files.

    python benchmarks/tracing.py

Follows a warm `assert_accuracy` (the second over the same examples) from its call to
its verdict and counts, of this package only, the files whose functions run, and how
often the next call is into another file than the last. Also prints the sizes of
modules and functions.
"""

import ast
import itertools
import statistics
import sys
from pathlib import Path

import numpy as np

import pytest_ptm
from pytest_ptm import assert_accuracy, load_examples
from pytest_ptm.results import ModelCard
from pytest_ptm.tasks.protocol import Encoded
from pytest_ptm.tasks.text_classification import Classification

PACKAGE = Path(pytest_ptm.__file__).parent


class Texts(tuple):
    """A payload."""

    def take(self, rows):
        return Texts(self[row] for row in rows)


class Sure:
    """A classifier that is right about every text."""

    task = "text-classification"
    class_names = ("negative", "positive")
    multi_label = False
    fingerprint = "sure"
    card = ModelCard("sure", "python:sure", fingerprint)

    def encode(self, inputs):
        texts = Texts(inputs["text"])
        return Encoded(
            lengths=np.full(len(texts), 4, dtype=np.int32),
            keys=[text.encode() for text in texts],
            truncated=np.zeros(len(texts), dtype=np.bool_),
            payload=texts,
        )

    def forward(self, batch):
        positive = np.array([text.startswith("good") for text in batch])
        logits = np.stack([~positive, positive], axis=1).astype(np.float32)
        return Classification(logits, self.class_names)


def walked(call):
    """The files of this package in the order that a call comes through them."""
    places = []

    def note(frame, event, _):
        name = frame.f_code.co_filename
        if event == "call" and name.startswith(str(PACKAGE)):
            places.append(name)

    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(None)
    return places


def sizes():
    """Lines of every module, and of every function."""
    modules, functions = [], []
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        modules.append((len(text.splitlines()), path.relative_to(PACKAGE).as_posix()))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                body = [each for each in node.body if not _is_docstring(each)]
                if body:
                    lines = body[-1].end_lineno - body[0].lineno + 1
                    functions.append((lines, f"{path.stem}.{node.name}"))
    return modules, functions


def _is_docstring(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def main():
    texts = [("good" if i % 2 else "bad") + f" {i}" for i in range(1000)]
    labels = ["positive" if i % 2 else "negative" for i in range(1000)]
    examples = load_examples((texts, labels))
    model = Sure()
    assert_accuracy(model, examples, at_least=0.9)
    places = walked(lambda: assert_accuracy(model, examples, at_least=0.9))
    switches = sum(a != b for a, b in itertools.pairwise(places))
    print(f"a warm assert_accuracy: {len(set(places))} files, {switches} switches")
    modules, functions = sizes()
    print(
        f"modules: {len(modules)}, median {statistics.median(n for n, _ in modules):g} "
        f"lines, longest {max(modules)}"
    )
    print(
        f"functions: {len(functions)}, median "
        f"{statistics.median(n for n, _ in functions):g} lines, longest "
        f"{sorted(functions)[-5:]}"
    )


if __name__ == "__main__":
    main()
