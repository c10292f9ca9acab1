"""A package that brings a backend, laid out as an installer leaves it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

EXTENDING = Path(__file__).resolve().parent.parent / "docs/extending.md"


def recipe() -> tuple[str, dict[str, str]]:
    """The module of docs/extending.md, and the entry points that it says to write."""
    page = EXTENDING.read_text(encoding="utf-8").partition("## A backend\n")[2]
    (module,) = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    (lines,) = re.findall(r"^```toml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return module, tomllib.loads(lines)["project"]["entry-points"][
        "pytest_ptm.backends"
    ]


def installed(folder: Path, points: dict[str, str], **modules: str) -> None:
    """Modules and the metadata that says which schemes they are."""
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    metadata = folder / "brought-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: brought\n")
    lines = [f"{scheme} = {place}\n" for scheme, place in points.items()]
    (metadata / "entry_points.txt").write_text(
        "[pytest_ptm.backends]\n" + "".join(lines)
    )
