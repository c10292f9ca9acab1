"""A model that writes in another way than its checkpoint says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytest_ptm.behaviours.choice import AnyModel
from pytest_ptm.behaviours.set_model import asked_so
from pytest_ptm.tasks.texts.settings import Cut, Generating


def generating(
    model: AnyModel[Any],
    *,
    max_new_tokens: int | None = None,
    num_beams: int | None = None,
    repetition_penalty: float | None = None,
    no_repeat_ngram_size: int | None = None,
    length_penalty: float | None = None,
    seed: int | None = None,
    temperature: float | None = None,
    top_p: float | None = None,
    top_k: int | None = None,
    stop: str | Sequence[str] | None = None,
    chat: bool | None = None,
    system: str | None = None,
    prompt: str | None = None,
    truncate: Cut | None = None,
    source_language: str | None = None,
    target_language: str | None = None,
) -> AnyModel[Any]:
    """The model, writing as said; it can be handed over wherever a model can.

    What is not said is as the checkpoint's ``generation_config`` says, but that tokens
    are drawn only with a ``seed``.

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)`` or ``load_model(…)``.
        max_new_tokens: how many tokens an answer has at most; without it as many as the
            checkpoint says, or 64.
        num_beams: of how many texts beside each other the likeliest is looked for; 1
            takes the likeliest token each time.
        repetition_penalty: by what the scores of tokens that were there are divided.
        no_repeat_ngram_size: the length of sequences of tokens that stand only once.
        length_penalty: of beams, the power of the length that scores are divided by.
        seed: tokens are drawn by this seed, and by nothing else.
        temperature: what logits are divided by before tokens are drawn.
        top_p: the probability that the tokens which may be drawn have together.
        top_k: how many tokens may be drawn.
        stop: texts at which an answer ends; they are no part of it.
        chat: whether the text is what a user says, in the model's chat template.
        system: what stands before a chat; it makes a chat of it.
        prompt: what is asked, in which ``{text}`` stands for the text.
        truncate: the end ("left" or "right") at which tokens of a prompt that is too
            long are dropped; without it such a prompt is refused.
        source_language: of models of several languages, the code of the text's.
        target_language: that of the answer.

    >>> generating(load_model("./t5"), prompt="summarize: {text}")  # doctest: +SKIP

    Raises:
        ArgumentError: a setting is none, or is not one of this model.

    Settings that a model has already stay as they are, unless they are said anew.
    """
    stops = (stop,) if isinstance(stop, str) else stop
    how = Generating(
        max_new_tokens=max_new_tokens,
        num_beams=num_beams,
        repetition_penalty=repetition_penalty,
        no_repeat_ngram_size=no_repeat_ngram_size,
        length_penalty=length_penalty,
        seed=seed,
        temperature=temperature,
        top_p=top_p,
        top_k=top_k,
        stop=None if stops is None else tuple(stops),
        chat=chat,
        system=system,
        prompt=prompt,
        truncate=truncate,
        source_language=source_language,
        target_language=target_language,
    )
    return asked_so(model, how)
