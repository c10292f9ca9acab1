"""Whether an answer is a program."""

from __future__ import annotations

import ast
import warnings

from pytest_ptm.checks.arguments import require_flag
from pytest_ptm.checks.check import Check, Written
from pytest_ptm.checks.fences import inside_fence
from pytest_ptm.checks.naming import called

_PYTHON = frozenset({"python", "py", "python3"})


def valid_python(*, fenced: bool = False) -> Check:
    """The answer is Python that parses, with a statement at least; nothing of it runs.

    It is read by the Python that runs the tests, whose syntax is meant.

    Args:
        fenced: whether the code may stand in a fence of Markdown, with words around it.

    >>> valid_python()("def f(x): return x") is None
    True
    >>> valid_python()("def f(x)")
    "valid_python(): line 1: expected ':'"

    Raises:
        ArgumentError: ``fenced`` is neither True nor False.
    """
    require_flag("valid_python", "fenced", fenced)

    def lacks(answer: Written) -> str | None:
        text, why = answer.text, ""
        if fenced:
            text, why = inside_fence(text, of=_PYTHON)
        return why or _mistake(text)

    return Check(called("valid_python", fenced=fenced), lacks)


def _mistake(text: str) -> str | None:
    try:
        with warnings.catch_warnings():
            # An escape that is none is a warning, and a program all the same.
            warnings.simplefilter("ignore")
            found = ast.parse(text)
    except SyntaxError as error:
        return f"line {error.lineno}: {error.msg}" if error.lineno else str(error.msg)
    except (ValueError, RecursionError, MemoryError) as error:
        return f"cannot be parsed: {str(error) or 'it is nested too deep'}"
    return None if found.body else "has no statement"
