"""The run document of a pytest run: where it goes, what is in it."""

from __future__ import annotations

import json
import sys
import time
import uuid
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from pytest_ptm.ground.errors import ReportError
from pytest_ptm.ground.files import write_whole
from pytest_ptm.runs.suite import total_cost
from pytest_ptm.shell.configuration import log_key, raw_key, session_key
from pytest_ptm.shell.outgoing import clean_data

_NAMED = ("pytest", "torch", "transformers", "numpy", "pytest-xdist")


def write_document(config: pytest.Config, *, complete: bool) -> None:
    """Write the run document where one was asked for; a failure becomes a problem."""
    log = config.stash[log_key]
    path = json_path(config)
    log.written = True
    if path is None:
        return
    try:
        write_whole(path, document_text(config, complete=complete))
    except ReportError as error:
        log.problems.append(("PTM105", error.message))


def document_text(config: pytest.Config, *, complete: bool) -> str:
    """The run so far as JSON, fit to leave the process."""
    document = clean_data(_document(config, complete=complete))
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    return text + "\n"


def json_path(config: pytest.Config) -> Path | None:
    """Where the run document goes, absolute; None if nobody asked for one."""
    path = config.stash[raw_key]["values"].get("json_path")
    return None if path is None else config.invocation_params.dir / str(path)


def _document(config: pytest.Config, *, complete: bool) -> dict[str, object]:
    # pydantic costs 40 ms; only a run that writes a document pays it.
    from pytest_ptm.runs.document import (
        ProblemRow,
        RunDocument,
        TestRow,
    )
    from pytest_ptm.runs.rows import cost_row

    log = config.stash[log_key]
    settings = config.stash[session_key].settings
    document = RunDocument(
        run_id=uuid.uuid4().hex,
        started=datetime.fromtimestamp(log.started, UTC).isoformat(),
        seconds=time.time() - log.started,
        complete=complete,
        partial=settings.limit is not None,
        versions=_versions(),
        settings={
            **settings.model_dump(mode="json", exclude={"models", "named", "against"}),
            "against": settings.against.text if settings.against else None,
        },
        models=tuple(dict.fromkeys(row.model for row in log.rows)),
        verdicts=tuple(log.rows),
        tests=tuple(
            TestRow(
                nodeid=nodeid,
                outcome=test.outcome,
                seconds=test.seconds,
                uses_model=test.uses_model,
                worker=test.worker,
            )
            for nodeid, test in sorted(log.tests.items())
        ),
        cost=cost_row(total_cost(log)),
        problems=tuple(ProblemRow(code=code, message=m) for code, m in log.problems),
    )
    return document.model_dump(mode="json")


def _versions() -> dict[str, str]:
    found = {"python": sys.version.split()[0]}
    for name in ("pytest-ptm", *_NAMED):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
