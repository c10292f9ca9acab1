"""What can go wrong, as a tree.

    PtmError                      anything pytest-ptm refuses; has a stable code
    ├── SettingsError             an option, an ini line, a marker or a model spec
    ├── ArgumentError             an argument of a call
    ├── DataError                 a file or a row of examples
    │   ├── PerturbationFailed    the change of a text raised an error
    │   └── RowRefused            a row that this model cannot be asked
    ├── ModelError                a checkpoint that cannot be trusted or asked
    │   ├── OutOfMemory           the device could not hold a batch
    │   └── BatchFailed           the model raised an error for a batch
    ├── ReportError               a report that could not be written
    └── MissingExtraError         an optional library that is not installed
    BehaviourFailure              the model was asked; its behaviour is out of bounds
    └── Inconclusive              … or it may be: the examples show neither

Codes such as PTM303 are stable: docs/errors.md has a heading for each of them.
"""

from __future__ import annotations

from pytest_ptm.ground.display import presentable, shortened

_LONGEST_LINE = 4000


class PtmError(Exception):
    """Something pytest-ptm refuses to do, saying what was found and what to do."""

    def __init__(self, message: str, *, code: str | None = None) -> None:
        self.code = code
        # Here, so that no message of ours repeats a secret or steers a terminal: also
        # in a notebook, where no report is made of it.
        # And not endless, whatever was typed: its end says what to do.
        lines = presentable(message).split("\n")
        self.message = "\n".join(shortened(line, _LONGEST_LINE) for line in lines)
        super().__init__(self.message)

    def __str__(self) -> str:
        return f"{self.code} {self.message}" if self.code else self.message


class SettingsError(PtmError):
    """An option, an ini line, a marker or a model spec is wrong."""


class ArgumentError(PtmError, ValueError):
    """An argument of a call is wrong; raised before the model is asked."""


class DataError(PtmError, ValueError):
    """Examples could not be read, or do not mean what the call needs."""


class PerturbationFailed(DataError):  # noqa: N818 - as BatchFailed of a model
    """A perturbation raised an error for a text.

    Its own error is the ``__cause__``, and shown: it is the user's code.
    """


class RowRefused(DataError):  # noqa: N818 - as BatchFailed of a model
    """A row is no question that this model can be asked.

    ``row`` is its number among those that were encoded: only the engine knows which
    example it is, and names it.
    """

    def __init__(self, row: int, why: str, *, code: str = "PTM216") -> None:
        super().__init__(why, code=code)
        self.row = row


class ModelError(PtmError):
    """A model cannot be loaded, trusted or asked."""


class OutOfMemory(ModelError):  # noqa: N818 - the field's own name for it
    """The device could not hold a batch; the engine halves it and tries again."""


class BatchFailed(ModelError):  # noqa: N818 - one of the engine's two ways on
    """The model raised an error for a batch; the engine asks its rows one by one.

    The model's own error is its ``__cause__``.
    """


class ReportError(PtmError):
    """A report could not be written."""


class MissingExtraError(PtmError, ImportError):
    """A feature needs a library that is not installed."""

    def __init__(self, feature: str, *, library: str, extra: str) -> None:
        super().__init__(
            f"{feature} needs {library}. "
            f'Install it with: pip install "pytest-ptm[{extra}]"'
        )


class BehaviourFailure(AssertionError):  # noqa: N818 - a failed test is no error of ours
    """The model was asked, and its behaviour is out of bounds.

    The message is the whole report of the verdict; its first line stands alone.
    """


class Inconclusive(BehaviourFailure):
    """At the confidence asked for, the examples show neither success nor failure."""


# A traceback names the class as users import it.
BehaviourFailure.__module__ = "pytest_ptm"
Inconclusive.__module__ = "pytest_ptm"
