"""`ptm env`: versions and devices, for a bug report."""

from __future__ import annotations

import argparse
import platform
from importlib.metadata import PackageNotFoundError, version

from pytest_ptm.command.arguments import Subcommands
from pytest_ptm.ground.display import visible

_LIBRARIES = (
    "pytest-ptm", "pytest", "pytest-xdist", "torch", "transformers", "tokenizers",
    "safetensors", "huggingface-hub", "numpy", "scipy", "pydantic", "datasets",
    "nlpaug", "checklist",
)  # fmt: skip


def add(commands: Subcommands) -> None:
    """Declare the subcommand."""
    env = commands.add_parser(
        "env",
        help="versions and devices, for a bug report",
        description="Versions and devices, for a bug report. No environment "
        "variables, no paths.",
    )
    env.set_defaults(do=run)


def run(_: argparse.Namespace) -> None:
    """Print them."""
    print(f"python        {platform.python_version()} ({platform.machine()})")
    print(f"platform      {platform.system()} {platform.release()}")
    for name in _LIBRARIES:
        try:
            print(f"{name:<13} {version(name)}")
        except PackageNotFoundError:
            print(f"{name:<13} not installed")
    try:
        # torch: only this command pays for it.
        from pytest_ptm.devices import described

        for line in described():
            print(line)
    except (ImportError, OSError) as error:
        # Often the very thing that is reported.
        print(f"torch cannot be imported: {visible(str(error))}")
