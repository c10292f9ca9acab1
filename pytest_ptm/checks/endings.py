"""Why an answer ends."""

from __future__ import annotations

from pytest_ptm.checks.arguments import require_one_of, require_some
from pytest_ptm.checks.check import Check, Written
from pytest_ptm.checks.naming import called
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.tasks.texts.answers import REASONS, Stopped


def stopped(*reasons: Stopped) -> Check:
    """The answer ends for one of these reasons.

    "end": the model ended it by its own token; "length": it has as many tokens as it
    may have, and is cut off; "stop": a text of ``generating(…, stop=)`` stood there.

    >>> stopped("end", "stop")(Written("and so on and", stopped="length"))
    'stopped("end", "stop"): ends by length'

    Raises:
        ArgumentError: there is no reason, one is none of the three, or all are given.
    """
    require_some("stopped", reasons)
    for reason in reasons:
        require_one_of("stopped", "reason", reason, REASONS)
    if len({*reasons}) == len(REASONS):
        raise ArgumentError("stopped: every answer ends by one of these; leave one out")

    def lacks(answer: Written) -> str | None:
        return None if answer.stopped in reasons else f"ends by {answer.stopped}"

    return Check(called("stopped", *reasons), lacks)
