"""Short answers of a chat model: our batches against a plain loop and the pipeline.

    python benchmarks/tasks/generating.py MODEL [--prompts N] [--new N] [--rounds N]

MODEL is a folder of a causal model with a chat template (SmolLM2-135M-Instruct, as
from_wheels.py makes it). The plain loop is what a careful person writes: prompts sorted
by length, left-padded batches of 32, ``generate``. The pipeline is transformers' own
with ``batch_size=16``. Answers end when the model ends them, so they are of unequal
length. All ways run in one process, in interleaved rounds; medians are compared, and
answers that differ from the plain loop's are counted, near ties (1e-3) apart.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import torch
import transformers

from pytest_ptm import generating, load_model
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask
from pytest_ptm.session import Session, activated
from pytest_ptm.tasks.texts.answers import GeneratedTexts

PLAIN_TARGET, PIPELINE_TARGET = 0.95, 2.0
BATCH, NEAR_TIE = 32, 1e-3
THINGS = ("France", "water", "a prime number", "snow", "the moon", "bread", "a whale")
ASKED = (
    "In one word, what do you think of when you hear {}?",
    "Write one sentence about {}.",
    "Is {} a place? Answer yes or no.",
    "Spell the last word of: I wrote to you about {}",
    "Name three things that have to do with {}, and say in a few words why each does.",
)


def prompts_of(n: int) -> list[str]:
    """As many different prompts, short and long ones."""
    found = [
        form.format(thing if row < len(THINGS) else f"{thing} and {row}")
        for row in range(n)
        for thing in (THINGS[row % len(THINGS)],)
        for form in (ASKED[row % len(ASKED)],)
    ]
    return found[:n]


def plain(folder: str, prompts: list[str], new: int) -> Callable[[], list[str]]:
    """Sorted by length, left-padded, in batches of 32."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, padding_side="left")
    model = transformers.AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32
    ).eval()
    texts = [
        tokenizer.apply_chat_template(
            [{"role": "user", "content": prompt}],
            tokenize=False,
            add_generation_prompt=True,
        )
        for prompt in prompts
    ]

    def run() -> list[str]:
        lengths = [len(tokenizer(text)["input_ids"]) for text in texts]
        order = sorted(range(len(texts)), key=lambda row: -lengths[row])
        found = [""] * len(texts)
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            inputs = tokenizer(
                [texts[row] for row in rows],
                padding=True,
                add_special_tokens=False,
                return_tensors="pt",
            )
            with torch.inference_mode():
                said = model.generate(
                    **inputs,
                    max_new_tokens=new,
                    do_sample=False,
                    pad_token_id=tokenizer.pad_token_id,
                )
            behind = said[:, inputs["input_ids"].shape[1] :]
            for row, text in zip(
                rows,
                tokenizer.batch_decode(behind, skip_special_tokens=True),
                strict=True,
            ):
                found[row] = text
        return found

    return run


def piped(folder: str, prompts: list[str], new: int) -> Callable[[], list[str]]:
    """transformers' pipeline for text-generation."""
    pipe = transformers.pipeline(
        "text-generation", folder, dtype=torch.float32, batch_size=16
    )
    chats = [[{"role": "user", "content": prompt}] for prompt in prompts]

    def run() -> list[str]:
        said = pipe(chats, max_new_tokens=new, do_sample=False, return_full_text=False)
        return [each[0]["generated_text"] for each in said]

    return run


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("--prompts", type=int, default=200)
    parser.add_argument("--new", type=int, default=48)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-pipeline", action="store_true")
    parser.add_argument(
        "--cpu", action="store_true", help="time of the CPU, not a clock"
    )
    arguments = parser.parse_args()
    transformers.utils.logging.set_verbosity_error()
    prompts = prompts_of(arguments.prompts)
    ids = tuple(str(row) for row in range(len(prompts)))
    with activated(Session()):
        asked = generating(
            load_model(arguments.model), chat=True, max_new_tokens=arguments.new
        ).predictor("text-generation")
    said: list[GeneratedTexts] = []

    def ours() -> list[str]:
        with activated(Session()):
            said.append(ask(asked, Examples(ids, {"text": tuple(prompts)})).predictions)
        return list(said[-1].written)

    ways = {
        "plain": plain(arguments.model, prompts, arguments.new),
        "pytest-ptm": ours,
    }
    if not arguments.no_pipeline:
        ways["pipeline"] = piped(arguments.model, prompts, arguments.new)
    clock = time.process_time if arguments.cpu else time.perf_counter
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    answers: dict[str, list[str]] = {}
    for _ in range(arguments.rounds):
        for name, way in ways.items():
            began = clock()
            answers[name] = way()
            seconds[name].append(clock() - began)
    report(seconds, answers, said[-1])


def report(
    seconds: dict[str, list[float]],
    answers: dict[str, list[str]],
    said: GeneratedTexts,
) -> None:
    """Print medians, ratios and what differs."""
    counts = said.counts
    print(
        f"{len(said)} answers of {counts.min()} to {counts.max()} tokens (mean "
        f"{counts.mean():.1f}), {torch.get_num_threads()} threads\n"
    )
    ours = statistics.median(seconds["pytest-ptm"])
    targets = {"plain": PLAIN_TARGET, "pipeline": PIPELINE_TARGET}
    print("| way | s | pytest-ptm is faster by | target |\n|---|--:|--:|--:|")
    for name, spent in seconds.items():
        median = statistics.median(spent)
        print(
            f"| {name} | {median:.2f} | {median / ours:.2f} | {targets.get(name, '')} |"
        )
    pairs = zip(answers["pytest-ptm"], answers["plain"], strict=True)
    other = [row for row, (one, two) in enumerate(pairs) if one != two]
    near = [row for row in other if said.margins[row] <= NEAR_TIE]
    print(f"\n{len(other)} answers differ from the plain loop's, {len(near)} near ties")


if __name__ == "__main__":
    main()
