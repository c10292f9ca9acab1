"""A model of transformers that is loaded already, and a pipeline around one.

Neither transformers nor torch is imported here: their backend is asked to bind them.
"""

from __future__ import annotations

from pytest_ptm.backends import find_backend
from pytest_ptm.backends.protocol import TakesObjects
from pytest_ptm.models.predicting import PredictingModel, predicting


def from_pretrained(
    model: object,
    tokenizer: object,
    *,
    name: str | None = None,
    task: str | None = None,
) -> PredictingModel:
    """A model of transformers in memory, asked as its checkpoint would be.

    The head decides the task: classes, a number, words at a mask, how likely texts are.
    A masked model is asked for words at a mask unless ``task="masked-scoring"`` says
    that its texts are to be scored. It stays on its device and in its number format;
    texts are padded so that no answer changes by it.

    ``tokenizer`` is what reads for it: of a model of images its image processor, of one
    of both its processor, and then ``task`` says which of them it is asked about.

    It is known by the content of weights, config and tokenizer. It is not copied: once
    it is trained on, asking is refused until this is called again.

    Raises:
        ArgumentError: ``model`` is no model of transformers, or ``tokenizer`` is none;
            its head is of another ``task``.
        ModelError: it has no head that can be asked (PTM314), is in training mode
            (PTM304), or what else is refused of a checkpoint.
    """
    return predicting(_backend().of_object(model, tokenizer, name=name, task=task))


def from_pipeline(pipeline: object, *, name: str | None = None) -> PredictingModel:
    """What ``from_pretrained`` makes of a pipeline's model and what reads for it.

    Pipelines for text-classification, image-classification and fill-mask; what one does
    beside asking its model (another ``function_to_apply``, ``targets``) is refused, not
    left out. Of its tokenizer's arguments ``max_length`` counts.

    Raises:
        ArgumentError: it is another object, another pipeline, or answers otherwise
            than its model does.
        ModelError: what ``from_pretrained`` raises.
    """
    return predicting(_backend().of_pipeline(pipeline, name=name))


def _backend() -> TakesObjects:
    """The backend of references without a scheme, which are checkpoints."""
    backend = find_backend("")
    if not isinstance(backend, TakesObjects):
        raise TypeError("the backend of checkpoints takes objects")
    return backend
