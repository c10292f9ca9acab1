"""A model of extractive QA that is asked in another way than the usual one."""

from __future__ import annotations

from typing import Any

from pytest_ptm.behaviours.choice import AnyModel
from pytest_ptm.behaviours.set_model import asked_so
from pytest_ptm.tasks.answer_spans.settings import Answering


def answering(
    model: AnyModel[Any],
    *,
    no_answer_threshold: float | None = None,
    window: int | None = None,
    stride: int | None = None,
    longest: int | None = None,
) -> AnyModel[Any]:
    """The model, answering as said; it can be handed over wherever a model can.

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)`` or ``load_model(…)``.
        no_answer_threshold: there is no answer where the null score, that of the token
            which begins every text, is above the best span's by more than this; 0.0 is
            the convention of SQuAD 2.0. Without it there always is an answer. Never
            choose it on the data that it is judged on.
        window: how many tokens are seen at once; without it 384, or as many as the
            model can.
        stride: by how many tokens the window of a longer context moves on; without it
            128, and no more than half of what a window holds of the context.
        longest: how many tokens an answer has at most; without it 30.

    Raises:
        ArgumentError: a setting is none, or is not one of this model.

    Settings that a model has already stay as they are, unless they are said anew.
    """
    return asked_so(model, Answering(no_answer_threshold, window, stride, longest))
