"""The `ptm` command: what recorded runs say, and what a bug report needs.

    ptm show RUN.json             a run again, or every failing row
    ptm plan RUN.json             which tests cannot show what they claim
    ptm suggest RUN.json          the strictest bound that each test could have
    ptm compare THEN.json NOW.json
    ptm env                       versions and devices

Exit code 0 whatever is found: these are reports, and pytest is the gate. 2 for what
cannot be read.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from pytest_ptm.command import compare, env, plan, show, suggest
from pytest_ptm.ground.errors import PtmError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    given = _parser().parse_args(arguments)
    try:
        given.do(given)
        sys.stdout.flush()
    except PtmError as error:
        print(f"ptm {given.command}: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Whoever reads has seen enough (`| head`); nothing is left to flush there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ptm",
        description="Read what runs of pytest-ptm recorded (pytest --ptm-json=PATH).",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for subcommand in (show, plan, suggest, compare, env):
        subcommand.add(commands)
    return parser
