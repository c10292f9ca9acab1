"""docs/first-steps.md, typed block by block: each step succeeds at its first try."""

import fnmatch
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/first-steps.md").read_text(encoding="utf-8")
NOT_RUN = "<!-- not run by the test -->\n\n"
BLOCK = re.compile(rf"({NOT_RUN})?^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def typed(commands, folder, path):
    """What a shell prints for a block, its exit code, and where it then is."""
    others = ("PTM_", "PYTEST_CURRENT", "PYTEST_XDIST")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(others)}
    done = subprocess.run(
        ["sh", "-ec", f"{commands}pwd"],
        cwd=folder,
        env={**kept, "PATH": path, "HF_HUB_OFFLINE": "1", "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    printed = (done.stdout + done.stderr).splitlines()
    return (
        printed,
        done.returncode,
        Path(printed[-1]) if not done.returncode else folder,
    )


def holds(expected, printed):
    """Nothing, where each of these lines is printed, in this order."""
    rest = iter(printed)
    for line in expected.splitlines():
        pattern = re.sub(r"([\[*?])", r"[\1]", line).replace("…", "*")
        assert any(fnmatch.fnmatchcase(each, pattern) for each in rest), (
            f"not printed, or not in its place: {line}\n" + "\n".join(printed)
        )


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "pytest-ptm").symlink_to(ROOT)
    return tmp_path


@pytest.fixture
def path(tmp_path):
    """Where the commands are found that the first step installs."""
    commands = tmp_path / "bin"
    commands.mkdir()
    for name, module in (("pytest", "pytest"), ("ptm", "pytest_ptm")):
        command = commands / name
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m {module} "$@"\n')
        command.chmod(0o755)
    return f"{commands}{os.pathsep}{os.environ['PATH']}"


@pytest.mark.heavy
def test_each_step_does_what_the_page_shows(folder, path):
    printed, code, seen = [], 0, []
    for not_run, kind, content in BLOCK.findall(PAGE):
        if not_run:
            continue
        if kind == "sh":
            assert code == 0, "a red run has to be shown"
            printed, code, folder = typed(content, folder, path)
        elif kind == "python":
            name = content.partition("\n")[0].removeprefix("# ")
            (folder / name).write_text(content, encoding="utf-8")
        else:
            holds(content, printed)
            assert code == (1 if "failed in" in content else 0)
            seen, code = [*seen, content], 0
    assert len(seen) == 5


def test_every_line_of_a_page_has_to_be_printed():
    holds("a [x] …\nb", ["a [x] 1", "-", "b"])
    for wrong in (["b", "a [x] 1"], ["a x 1", "b"], ["a [x] 1"]):
        with pytest.raises(AssertionError, match="not printed"):
            holds("a [x] …\nb", wrong)


def test_the_readme_leads_there():
    assert "docs/first-steps.md" in (ROOT / "README.md").read_text(encoding="utf-8")
