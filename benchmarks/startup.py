"""What the plugin costs a pytest run that uses nothing of it.

    python benchmarks/startup.py

Whole `python -m pytest` processes over one trivial test, with the plugin and with
`-p no:ptm`, interleaved and warm; and which heavy libraries are in memory at the end.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HEAVY = ("torch", "transformers", "numpy", "pydantic", "scipy")
TEST = "def test_nothing():\n    pass\n"
CONFTEST = f"""
import sys

def pytest_unconfigure():
    found = [name for name in {HEAVY!r} if name in sys.modules]
    open("heavy.txt", "w").write(" ".join(found))
"""


def run(folder: Path, *arguments: str) -> float:
    """Seconds of one pytest process, without plugins that import libraries."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += ["-p", "no:hypothesispytest", "-p", "no:anyio", *arguments]
    began = time.perf_counter()
    # Bytecode is kept, as it is wherever a package is installed: that is "warm".
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    subprocess.run(
        command, cwd=folder, check=True, stdout=subprocess.DEVNULL, env=environment
    )
    return time.perf_counter() - began


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=25)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_it.py").write_text(TEST)
        (folder / "conftest.py").write_text(CONFTEST)
        ways = {"without": ("-p", "no:ptm"), "with": ()}
        for options in ways.values():
            run(folder, *options)
        heavy = (folder / "heavy.txt").read_text()
        seconds: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(arguments.rounds):
            for way, options in ways.items():
                seconds[way].append(run(folder, *options))
    medians = {way: statistics.median(spent) * 1e3 for way, spent in seconds.items()}
    pairs = zip(seconds["with"], seconds["without"], strict=True)
    paired = statistics.median((a - b) * 1e3 for a, b in pairs)
    print("| pytest | median ms |\n|---|--:|")
    for way, spent in medians.items():
        print(f"| {way} the plugin | {spent:.1f} |")
    print(f"| difference of the medians | {medians['with'] - medians['without']:.1f} |")
    print(f"| median of the paired differences | {paired:.1f} |")
    print(f"\nheavy libraries imported: {heavy or 'none'} ({arguments.rounds} rounds)")


if __name__ == "__main__":
    main()
