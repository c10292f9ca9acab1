"""What the outputs of a sequence-classification head mean, by what its config says.

One rule, asked before a checkpoint is loaded (``abilities.py``) and after (``bind``).
"""

from __future__ import annotations

from typing import Literal

Meaning = Literal["classes", "one class", "a number", "several numbers"]

PROBLEM_TYPES = (
    "regression",
    "single_label_classification",
    "multi_label_classification",
)
"""What ``problem_type`` may be, as transformers knows them."""


def meaning(outputs: int, problem_type: object) -> Meaning:
    """What this many outputs are, as transformers trains and reads them.

    ``problem_type`` decides where the config has one. Otherwise one output is a number
    and several are classes.
    """
    if problem_type == "multi_label_classification":
        return "classes"
    if problem_type == "regression":
        return "a number" if outputs == 1 else "several numbers"
    if outputs > 1:
        return "classes"
    # One class is always right; newer transformers refuse such a config themselves.
    return "a number" if problem_type is None else "one class"
