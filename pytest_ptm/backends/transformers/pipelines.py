# pyright: basic
# transformers' pipelines are only partly typed.
"""A pipeline around a model: taken where it answers as the model in it does."""

from __future__ import annotations

import copy
from collections.abc import Mapping

from transformers import Pipeline

from pytest_ptm.backends.protocol import AnyPredictor
from pytest_ptm.backends.transformers import objects
from pytest_ptm.backends.transformers.padding import Loaded
from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ArgumentError

# Longer texts are cut here, and counted; these say no more than that.
_USUAL = [("truncation", True), ("truncation", "longest_first")]
_SEES = "image-classification"
_TASKS = ("text-classification", "sentiment-analysis", "fill-mask", _SEES)


def bound(pipeline: object, *, name: str | None) -> AnyPredictor:
    """The pipeline's model, bound to the task of its head.

    Raises:
        ArgumentError: it is no pipeline, one for another task, or it answers otherwise
            than its model does.
        ModelError: the model cannot be asked.
    """
    if not isinstance(pipeline, Pipeline):
        raise ArgumentError(
            "from_pipeline: expected a pipeline of transformers, got "
            f"{type(pipeline).__name__}"
        )
    if pipeline.task == "zero-shot-image-classification":
        raise ArgumentError(
            "from_pipeline: a pipeline for 'zero-shot-image-classification' is told "
            "its classes as it is called; save it, pipe.save_pretrained(folder), and "
            "write zero_shot_images(load_model(folder), classes, templates=…)"
        )
    if pipeline.task not in _TASKS:
        raise ArgumentError(
            f"from_pipeline: a pipeline for {pipeline.task!r} cannot be asked; "
            f"expected one for {listed(_TASKS)}, or from_function(f, classes=[…]) "
            "around it"
        )
    if type(pipeline).__module__.partition(".")[0] != "transformers":
        raise ArgumentError(
            f"from_pipeline: {type(pipeline).__name__} is a class of your own, whose "
            "answers may be other ones than its model's; write from_function(f, "
            "classes=[…]) with a function that calls it"
        )
    _refuse_other_answers(pipeline)
    sees = pipeline.task == _SEES
    reader = pipeline.image_processor if sees else _tokenizer(pipeline)
    return objects.bound(pipeline.model, reader, name=name)


def _refuse_other_answers(given: Loaded) -> None:
    held: Mapping[str, object] = given._postprocess_params
    if held.get("target_ids") is not None:
        raise ArgumentError(
            "from_pipeline: targets= is not taken over; ask for words with "
            "assert_masked_prediction(…, candidates=[…])"
        )
    if given.task == "fill-mask":
        return
    config = given.model.config
    several = config.problem_type == "multi_label_classification"
    applied = held.get("function_to_apply")
    said = None if applied is None else str(getattr(applied, "value", applied)).lower()
    if config.num_labels == 1:
        # The pipeline makes a probability of the one output unless it is a regression.
        same = said == "none" or (said is None and config.problem_type == "regression")
        remedy = "problem_type = 'regression', if it is a number"
    else:
        same = said in {None, "none", "sigmoid" if several else "softmax"}
        remedy = "problem_type to what was trained"
    if not same:
        raise ArgumentError(
            f"from_pipeline: the pipeline applies {said or 'sigmoid'} to "
            f"{config.num_labels} output(s), and its model's config says "
            f"problem_type {config.problem_type!r}, which is asked otherwise; set "
            f"pipeline.model.config.{remedy}"
        )


def _tokenizer(given: Loaded) -> object:
    """The pipeline's tokenizer, with the length that the pipeline cuts at."""
    said: Mapping[str, object] = given._preprocess_params
    # Pipelines for fill-mask have them one floor further down.
    below: Loaded = said.get("tokenizer_kwargs") or {}
    held = {**said, **below}
    held.pop("tokenizer_kwargs", None)
    length = held.pop("max_length", None)
    held.pop("padding", None)
    odd = {k: v for k, v in held.items() if (k, v) not in _USUAL}
    if odd:
        raise ArgumentError(
            f"from_pipeline: the pipeline tokenises with {odd!r:.200}, which is not "
            "taken over; give that to the tokenizer itself"
        )
    if not isinstance(length, int):
        return given.tokenizer
    tokenizer = copy.deepcopy(given.tokenizer)
    tokenizer.model_max_length = min(length, tokenizer.model_max_length)
    return tokenizer
