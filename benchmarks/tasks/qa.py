"""Extractive QA on XQuAD: windows packed into batches against one question at a time.

    python benchmarks/tasks/qa.py [--questions N] [--model FOLDER] [--rounds N]

1,190 questions of XQuAD (PTM_TEST_DATA) and a random head on a small encoder
(PTM_TEST_MODELS): how fast it is does not depend on what it says. All ways run in one
process, in interleaved rounds; medians are compared. The plain loop is what a person
writes with transformers, which has no pipeline for it any more: the tokenizer's own
windows, one forward a question, every span by a loop over widths. Loading is not timed;
tokenising is. With ``--cpu`` and OMP_NUM_THREADS=1 it may run beside other work.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import transformers

from pytest_ptm import load_model, load_questions
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask
from pytest_ptm.session import Session, activated

TARGET = 2.0
LONGEST, WINDOW, STEP = 30, 384, 128


def with_a_head(source: Path, folder: Path) -> None:
    """A checkpoint of the encoder with a random head for questions."""
    auto = transformers.AutoModelForQuestionAnswering
    torch.manual_seed(0)
    model = auto.from_pretrained(source, num_labels=2)
    # So that scores differ clearly, as those of a trained head do.
    torch.nn.init.normal_(model.qa_outputs.weight, std=1.0)
    model.save_pretrained(folder)
    transformers.AutoTokenizer.from_pretrained(source).save_pretrained(folder)


def plain(folder: Path, examples: Examples) -> Callable[[], list[str]]:
    """One question after the other, with transformers alone."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForQuestionAnswering.from_pretrained(folder).eval()

    def one(question: str, context: str) -> str:
        encoded = tokenizer(
            question,
            context,
            truncation="only_second",
            max_length=WINDOW,
            # As many tokens as two windows share, for steps of STEP.
            stride=WINDOW - len(tokenizer(question)["input_ids"]) - 1 - STEP,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            padding=True,
            return_tensors="pt",
        )
        offsets = encoded.pop("offset_mapping").numpy()
        encoded.pop("overflow_to_sample_mapping")
        with torch.inference_mode():
            said = model(**encoded)
        best = (-np.inf, 0, 0)
        for row in range(len(offsets)):
            own = np.array([owner == 1 for owner in encoded.sequence_ids(row)])
            start = np.where(own, said.start_logits[row].numpy(), -np.inf)
            end = np.where(own, said.end_logits[row].numpy(), -np.inf)
            for width in range(LONGEST):
                scores = start[: len(start) - width] + end[width:]
                at = int(scores.argmax())
                found = float(scores[at])
                if found > best[0]:
                    best = (found, offsets[row][at][0], offsets[row][at + width][1])
        return context[best[1] : best[2]]

    pairs = list(
        zip(examples.inputs["question"], examples.inputs["context"], strict=True)
    )
    return lambda: [one(*pair) for pair in pairs]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=1190)
    parser.add_argument("--model", default="bert-tiny-sst2")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--cpu", action="store_true", help="time of the CPU, not a clock"
    )
    arguments = parser.parse_args()
    transformers.utils.logging.set_verbosity_error()
    data = Path(os.environ["PTM_TEST_DATA"]) / "xquad" / "xquad.en.json"
    examples = load_questions(data)[: arguments.questions]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "model"
        with_a_head(Path(os.environ["PTM_TEST_MODELS"]) / arguments.model, folder)
        with activated(Session()):
            predictor = load_model(folder).predictor("extractive-qa")

        def packed() -> list[str]:
            with activated(Session()):
                said = ask(predictor, examples).predictions
            return [said.text(row) for row in range(len(said))]

        def one_by_one() -> list[str]:
            found: list[str] = []
            for row in range(len(examples)):
                with activated(Session()):
                    said = ask(predictor, examples[row : row + 1]).predictions
                found.append(said.text(0))
            return found

        ways = {
            "packed": packed,
            "one question at a time": one_by_one,
            "plain transformers, one question at a time": plain(folder, examples),
        }
        clock = time.process_time if arguments.cpu else time.perf_counter
        report(ways, arguments.rounds, clock)


def report(
    ways: dict[str, Callable[[], list[str]]], rounds: int, clock: Callable[[], float]
) -> None:
    """Time all ways in turn, and print their medians."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    expected: list[str] = []
    same: dict[str, int] = {}
    for _ in range(rounds):
        for name, way in ways.items():
            began = clock()
            answers = way()
            seconds[name].append(clock() - began)
            expected = expected or answers
            pairs = zip(answers, expected, strict=True)
            same[name] = sum(one == other for one, other in pairs)
    first = statistics.median(seconds["packed"])
    print(f"{len(expected):,} questions, {torch.get_num_threads()} threads\n")
    print("| way | s | times packed | equal answers | target |\n|---|--:|--:|--:|--:|")
    for name, spent in seconds.items():
        median = statistics.median(spent)
        target = "" if name == "packed" else f"{TARGET:g}"
        print(
            f"| {name} | {median:.2f} | {median / first:.2f} | {same[name]:,} "
            f"| {target} |"
        )


if __name__ == "__main__":
    main()
