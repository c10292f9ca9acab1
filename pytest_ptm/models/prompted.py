"""A language model as a classifier, through a template and label words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, overload

from pytest_ptm.behaviours.choice import Able, AnyModel, able_to, without_rows
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.models.classifying import ClassifyingModel
from pytest_ptm.models.predicting import PredictingModel, predicting
from pytest_ptm.models.prompts.choosing import through_choices
from pytest_ptm.models.prompts.classifier import PromptedClassifier
from pytest_ptm.models.prompts.label_words import LabelWords, WordsByClass
from pytest_ptm.models.prompts.masked import through_a_mask
from pytest_ptm.models.prompts.template import Template
from pytest_ptm.tasks import find_task
from pytest_ptm.tasks.choices.answers import ChoiceScores
from pytest_ptm.tasks.fill_mask import MaskedTokens
from pytest_ptm.tasks.protocol import CanDo, Model, Payload, Predictor
from pytest_ptm.tasks.task import Task
from pytest_ptm.tasks.text2text_choice import TASK as TEXT2TEXT_CHOICE
from pytest_ptm.tasks.text_classification import TASK


@dataclass(frozen=True, slots=True)
class PromptedModel(ClassifyingModel):
    """A handle whose model is asked through a template; what ``prompted`` gives."""

    template: Template
    words: LabelWords

    answers = TASK
    asked_by = "asked through a template and answers with classes"

    def bound(self) -> Predictor[Payload, Any]:
        """The model bound to what it can do with words, as a classifier.

        Raises:
            ArgumentError: template and words do not suit the model.
            ModelError: it cannot be loaded, or has no head that says words.
        """
        able = _able(self.model, self.template)
        with able.advising(self.model):
            asked = without_rows(self.model, able, beside=TASK)
            bound = self.model.predictor(asked.name)
        return _classifier(bound, self.template, self.words)

    def __repr__(self) -> str:
        return f"<{self.model!r} through {self.template.written!r}>"


@overload
def prompted(model: Model, template: str, *, words: WordsByClass) -> PromptedModel: ...
@overload
def prompted(
    model: Predictor[Any, Any], template: str, *, words: WordsByClass
) -> PredictingModel: ...
def prompted(
    model: AnyModel[Any], template: str, *, words: WordsByClass
) -> PromptedModel | PredictingModel:
    """The language model as a classifier; it can be handed over wherever one can.

    Each class gets the probability that its words have at the place of ``{mask}``,
    summed over its words and divided by that of all words. A masked model fills its
    mask there (Schick and Schütze 2021, "Exploiting Cloze Questions for Few Shot Text
    Classification and Natural Language Inference", EACL); a causal one says what comes
    next, so that its template ends with ``{mask}``, and a word may be several tokens.
    An encoder-decoder reads the template, which has no ``{mask}``, and each word is
    all that it would write.

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)``, ``load_model(…)``, or a
            causal one as ``scored(model, normalise=…)`` gives it.
        template: a text with ``{text}``, ``{mask}`` and, of pairs, ``{text_pair}``;
            ``{{`` is a brace. Braces in the texts themselves are letters.
        words: the word or words of each class. Labels that are numbers mean the classes
            in this order.

    Raises:
        ArgumentError: a place of the template, or a word, is missing, there twice or
            unknown; or as soon as the model is asked: a word is no single token of a
            masked model; of a causal one, the template goes on behind the word, or a
            word begins with one of another class.

    A text that is too long with its template loses its end, and counts as truncated.
    """
    parsed, found = Template.parsed(template), LabelWords.of(words)
    if isinstance(model, PromptedModel | PromptedClassifier):
        raise ArgumentError(
            "prompted: this model has a template already; give the model itself"
        )
    if isinstance(model, Model):
        if not _may_write(model):
            parsed.require_word()
        return PromptedModel(model, parsed, found)
    without_rows(model, _SAYS_WORDS)
    return predicting(_classifier(model, parsed, found))


def _classifier(
    asked: Predictor[Any, Any], template: Template, words: LabelWords
) -> PromptedClassifier:
    bind = through_a_mask if _fills_masks(find_task(asked.task)) else through_choices
    return bind(asked, template, words)


def _may_write(model: Model) -> bool:
    """Whether it may be an encoder-decoder, as far as it says before it is loaded."""
    can = model.can() if isinstance(model, CanDo) else None
    return can is None or TEXT2TEXT_CHOICE.name in can


def _able(model: Model, template: Template) -> Able[Any]:
    """What it is asked; of one that does both, as BART, the template says which."""
    can = model.can() if isinstance(model, CanDo) else None
    meant = _FILLS if template.has_word else _WRITES
    return meant if (can or frozenset()).intersection(meant.names) else _SAYS_WORDS


def _fills_masks(task: Task) -> bool:
    return issubclass(task.answers, MaskedTokens)


_OF_THE_SAME_HEAD = {
    "causal-scoring": "multiple-choice",
    "masked-scoring": "fill-mask",
    "text-generation": "multiple-choice",
    "text2text-generation": "text2text-choice",
    "permuted-scoring": "permuted-cloze",
}


def _instead(task: Task) -> str:
    """What to say to those who have a classifier, or scores of texts."""
    other = _OF_THE_SAME_HEAD.get(task.name)
    if other is None:
        return (
            f". It answers with {task.name} by itself: hand it over as it is. A "
            "template and label words need a language model, masked or causal or an "
            "encoder-decoder"
        )
    return (
        f'. Declare it so: task="{other}" in from_pretrained, ?task={other} in a spec'
    )


_SAYS_WORDS = able_to(
    lambda task: _fills_masks(task) or issubclass(task.answers, ChoiceScores),
    instead=_instead,
)

_WRITES = able_to(lambda task: task is TEXT2TEXT_CHOICE, instead=_instead)
_FILLS = able_to(
    lambda task: task in _SAYS_WORDS.tasks and task is not TEXT2TEXT_CHOICE,
    instead=_instead,
)
