"""Fuzz by hand: which targets, how many inputs of each, and what was found.

python tests/fuzz/run_fuzz.py --inputs 10000 --seed 1 csv jsonl
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]
os.environ.setdefault("OMP_NUM_THREADS", "1")

from ptm_fuzz_targets import TARGETS  # noqa: E402 - where it is to be found
from ptm_fuzzing import fuzz  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="targets; all unless given")
    parser.add_argument("--inputs", type=int, default=1000, help="of each target")
    parser.add_argument("--seconds", type=float, default=1e9, help="for each target")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    red = False
    for target in TARGETS:
        if given.names and target.name not in given.names:
            continue
        result = fuzz(
            target, inputs=given.inputs, seed=given.seed, seconds=given.seconds
        )
        print(
            f"{target.name}: {result.inputs} inputs, {result.accepted} accepted, "
            f"slowest {result.slowest:.2f} s, {len(result.found)} found",
            flush=True,
        )
        for place, each in result.found.items():
            red = True
            print(f"  {place} ({each.times})\n    {repr(each.value)[:600]}")
            print("    " + each.what[-1500:].replace("\n", "\n    "), flush=True)
    return int(red)


if __name__ == "__main__":
    sys.exit(main())
