"""The run that this one is compared with: opened, compared, replaced."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_ptm.ground.display import counted, listed
from pytest_ptm.ground.errors import DataError, ReportError
from pytest_ptm.ground.files import write_whole
from pytest_ptm.shell.configuration import log_key, raw_key, session_key
from pytest_ptm.shell.run_document import document_text
from pytest_ptm.shell.workers import is_worker

if TYPE_CHECKING:
    from pytest_ptm.runs.baseline import StoredRun
    from pytest_ptm.runs.flips import AgainstBaseline
    from pytest_ptm.shell.configuration import Raw


def opened(config: pytest.Config, raw: Raw) -> StoredRun:
    """The run that this one is compared with; on the controller it is read at once.

    Raises:
        DataError: PTM215, the file is there and is no run document that can be read.
    """
    # Brings in pydantic and NumPy; only for runs that compare.
    from pytest_ptm.runs.baseline import StoredRun

    values = raw["values"]
    replaced = bool(values.get("baseline_update"))
    stored = StoredRun(Path(str(values["baseline"])), replaced=replaced)
    if not is_worker(config):
        _ = stored.run
    return stored


def compared(config: pytest.Config) -> AgainstBaseline | None:
    """The verdicts so far against those of the baseline; None where there is none."""
    log, session = config.stash[log_key], config.stash[session_key]
    if "baseline" not in config.stash[raw_key]["values"]:
        return None
    from pytest_ptm.runs.baseline import StoredRun

    stored = session.baseline
    if log.compared is None and isinstance(stored, StoredRun):
        log.compared = stored.compare(log.rows)
    return log.compared


def without_verdict(
    config: pytest.Config, tests: Sequence[str]
) -> dict[str, list[str]]:
    """Tests of the baseline that gave no verdict today, by what came of them.

    ``tests`` are ids without the model's name.
    """
    # Only a run that compares comes here; it brings in pydantic.
    from pytest_ptm.runs.rows import without_model

    log, models = config.stash[log_key], config.stash[session_key].settings.models
    refused = {error["nodeid"] for error in log.errors}
    came: dict[str, str] = {}
    for nodeid, test in log.tests.items():
        how = "refused" if nodeid in refused else test.outcome
        for name in ("", *(model.name for model in models)):
            came[without_model(nodeid, name)] = f"gave no verdict ({how})"
    found: dict[str, list[str]] = {}
    for test in tests:
        found.setdefault(came.get(test, "did not run"), []).append(test)
    return found


def problems(config: pytest.Config) -> list[tuple[str, str]]:
    """Damage to the baseline; verdicts it says nothing of, where one is required."""
    raw = config.stash[raw_key]
    if raw["values"].get("baseline_update"):
        return []
    try:
        found = compared(config)
    except DataError as error:
        return [(error.code or "PTM113", error.message)]
    if found is None or not found.unmatched or not raw["require"]:
        return []
    return [
        (
            "PTM113",
            f"{counted(len(found.unmatched), 'verdict')} with no entry in the baseline "
            f"that fits: {'; '.join(found.unmatched[:5])}. Write it anew with "
            "--ptm-baseline-update",
        )
    ]


def update(config: pytest.Config) -> None:
    """Write this run as the baseline where asked to, if it is fit to be one."""
    log, raw = config.stash[log_key], config.stash[raw_key]
    if not raw["values"].get("baseline_update"):
        return
    # A red verdict is a figure like any other; a test without one would leave a gap.
    silent = [
        nodeid
        for nodeid, test in sorted(log.tests.items())
        if test.uses_model
        and test.outcome in {"failed", "crashed"}
        and nodeid not in log.judged
    ]
    why = ""
    if log.problems:
        why = f"of {listed([code for code, _ in log.problems])}"
    elif silent:
        why = f"no verdict came of {listed(silent, most=5)}"
    elif not log.rows:
        why = "the run reached no verdict"
    if why:
        text = f"the baseline was not written, because {why}; it is as it was"
        log.problems.append(("PTM113", text))
        return
    try:
        # What was there is what the summary compares with.
        compared(config)
        path = Path(str(raw["values"]["baseline"]))
        write_whole(path, document_text(config, complete=True))
        log.baseline_written = True
    except (ReportError, DataError) as error:
        log.problems.append((error.code or "PTM105", error.message))
