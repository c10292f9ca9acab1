"""A model of images and texts as a classifier of any classes of images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pytest_ptm.ground.display import counted, listed, quoted
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.models.classifying import ClassifyingModel
from pytest_ptm.models.prompts.alike import first_alike
from pytest_ptm.models.prompts.hypotheses import Classes, Hypotheses
from pytest_ptm.models.prompts.matching import MatchingClassifier
from pytest_ptm.tasks import embedding, image_embedding
from pytest_ptm.tasks.image_classification import TASK
from pytest_ptm.tasks.protocol import CanDo, Model

PHOTO = "a photo of a {}."
"""The template of Radford et al. 2021 for classes that say nothing else."""


@dataclass(frozen=True, slots=True)
class ZeroShotImages(ClassifyingModel):
    """A handle whose model is shown images and told classes; `zero_shot_images`."""

    templates: tuple[Hypotheses, ...]
    multi_label: bool

    answers = TASK
    asked_by = "told classes of images and answers with these"

    def bound(self) -> MatchingClassifier:
        """The model, bound to images and to texts, as a classifier of these classes.

        Raises:
            ArgumentError: it is no model of images and texts; two prompts are one to
                it, or one is longer than what it sees.
            ModelError: it cannot be loaded.
        """
        needed = {image_embedding.TASK.name, embedding.TASK.name}
        can = self.model.can() if isinstance(self.model, CanDo) else None
        if can is not None and not needed <= can:
            raise ArgumentError(
                f"zero_shot_images: model {self.name} answers {listed(sorted(can))}, "
                "and is no model of images and texts, as CLIP and SigLIP are. A "
                "classifier of images is asked as it is; classes of texts by zero_shot"
            )
        images = self.model.predictor(image_embedding.TASK.name)
        texts = self.model.predictor(embedding.TASK.name)
        found = MatchingClassifier(images, texts, self.templates, self.multi_label)
        _refuse_unread(found)
        return replace(found, doubts=_unknown(found))

    def __repr__(self) -> str:
        return f"<{self.model!r} asked by {self.templates[0].written!r}>"


def zero_shot_images(
    model: Model,
    classes: Classes,
    *,
    templates: str | Sequence[str] = PHOTO,
    multi_label: bool = False,
) -> ZeroShotImages:
    """The model of images and texts as a classifier of images, handed over like one.

    An image has the class whose text lies closest to it, by cosine (Radford et al.
    2021, "Learning Transferable Visual Models From Natural Language Supervision",
    section 3.1). Probabilities are the softmax of the model's own logits; with
    ``multi_label`` of each class the sigmoid, as SigLIP is trained (Zhai et al. 2023).
    Every prompt and every image is encoded once in a run.

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)`` or ``load_model(…)``, of a
            CLIP, SigLIP or their kin.
        classes: their names, which stand in the prompts as they are, or a mapping of
            each name to the phrase that does: {"n02084071": "dog"}.
        templates: a sentence with ``{}`` where the phrase stands, or several, of which
            the vectors of a class are averaged (section 3.1.4).
        multi_label: whether several classes may hold at once.

    Raises:
        ArgumentError: classes or templates are none; or as soon as the model is asked:
            it is no model of images and texts, a prompt is longer than what it sees, or
            two classes have one prompt.
    """
    if isinstance(model, ZeroShotImages):
        raise ArgumentError(
            "zero_shot_images: this model is told its classes already; give the model "
            "itself"
        )
    if not isinstance(model, Model):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ArgumentError(
            "zero_shot_images: expected a model of images and texts, such as "
            f"ptm_model or load_model(…), got {type(model).__name__}"
        )
    given = [templates] if isinstance(templates, str) else list(templates)
    if not given:
        raise ArgumentError(f'templates=[]: expected one or more, such as "{PHOTO}"')
    if len(set(given)) < len(given):
        raise ArgumentError("templates= has one twice, which would count double")
    least = 1 if multi_label else 2
    found = tuple(
        Hypotheses.of(classes, each, least=least, called="templates") for each in given
    )
    return ZeroShotImages(model, found, multi_label)


def _unknown(found: MatchingClassifier) -> tuple[str, ...]:
    """What is said of prompts that hold tokens the model's tokenizer does not know."""
    prompts = list(dict.fromkeys(one for each in found.templates for one in each.each))
    coverage = found.texts.encode({"text": prompts}).coverage
    if coverage is None:
        return ()
    counts = zip(prompts, coverage[:, 1].tolist(), strict=True)
    odd = [prompt for prompt, unknown in counts if unknown]
    if not odd:
        return ()
    return (
        f"{len(odd):,} of {counted(len(prompts), 'prompt')} have tokens that the "
        f"tokenizer does not know, such as {quoted(odd[0])}",
    )


def _refuse_unread(found: MatchingClassifier) -> None:
    """Refuse prompts that the model cannot read to their end, or tell apart."""
    name = found.card.name
    for template in found.templates:
        encoded: Any = found.texts.encode({"text": list(template.each)})
        for prompt, cut in zip(template.each, encoded.truncated.tolist(), strict=True):
            if cut:
                raise ArgumentError(
                    f"the prompt {prompt!r:.80} is longer than what {name} sees of a "
                    "text; shorten it"
                )
        if (alike := first_alike(template.each, encoded.keys)) is not None:
            one, other = alike
            raise ArgumentError(
                f"the prompts {one!r:.80} and {other!r:.80} are the same to {name}, "
                "which can never tell their classes apart"
            )
