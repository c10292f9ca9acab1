"""What an answer in words has to be: checks, which combine with ``&``, ``|``, ``~``."""

from __future__ import annotations

from pytest_ptm.checks.check import Check, Written
from pytest_ptm.checks.data import valid_json
from pytest_ptm.checks.endings import stopped
from pytest_ptm.checks.judges import judged
from pytest_ptm.checks.lengths import length
from pytest_ptm.checks.numbers import numbers
from pytest_ptm.checks.own import satisfies
from pytest_ptm.checks.programs import valid_python
from pytest_ptm.checks.repeats import no_copy, no_repetition
from pytest_ptm.checks.scripts import written_in
from pytest_ptm.checks.wording import (
    contains,
    contains_any,
    exact_match,
    matches,
    one_of,
)

__all__ = [
    "Check",
    "Written",
    "contains",
    "contains_any",
    "exact_match",
    "judged",
    "length",
    "matches",
    "no_copy",
    "no_repetition",
    "numbers",
    "one_of",
    "satisfies",
    "stopped",
    "valid_json",
    "valid_python",
    "written_in",
]
