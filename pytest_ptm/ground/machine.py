"""Which machine this is, in words: a time means nothing without it."""

from __future__ import annotations

import platform
import re
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")
_LIBRARIES = ("torch", "transformers", "tokenizers", "numpy", "scikit-learn")
_MODULES = {"scikit-learn": "sklearn"}


def cpu_model() -> str:
    """What the processor calls itself; its architecture where it says nothing."""
    try:
        text = CPUINFO.read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1].strip() if found else platform.processor() or platform.machine()


def versions() -> str:
    """Python, and those of the libraries a model may run on that are in use."""
    said = [f"Python {platform.python_version()}"]
    for name in _LIBRARIES:
        if _MODULES.get(name, name) in sys.modules:
            try:
                said.append(f"{name} {version(name)}")
            except PackageNotFoundError:
                said.append(f"{name} of an unknown version")
    return ", ".join(said)
