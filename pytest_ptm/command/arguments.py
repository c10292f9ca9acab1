"""What several subcommands take."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TypeAlias

# argparse has no public name for what `add_subparsers` returns.
Subcommands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # pyright: ignore[reportPrivateUsage]


def add_run(parser: argparse.ArgumentParser, name: str, shown: str) -> None:
    """A run document."""
    parser.add_argument(
        name, type=Path, metavar=shown, help="a run document, from --ptm-json"
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Whether to print JSON."""
    parser.add_argument("--json", action="store_true", help="print JSON")
