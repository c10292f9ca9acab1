"""How surprised is a language model by texts?"""

from __future__ import annotations

from typing import Any, Literal, get_args

from pytest_ptm.behaviours.choice import AnyModel, able_to, chosen
from pytest_ptm.behaviours.inquiry import run
from pytest_ptm.behaviours.metric import figure
from pytest_ptm.behaviours.rowwise import Rowwise
from pytest_ptm.behaviours.scoring import declared_otherwise, scored
from pytest_ptm.behaviours.texts import Texts, texts_of
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.metrics.finding import metrics_of
from pytest_ptm.results import Result
from pytest_ptm.tasks.task import Task
from pytest_ptm.tasks.token_scores.settings import Masking, Order

Per = Literal["token", "word"]
_NAMES = {
    "token": ("perplexity", "pseudo_perplexity"),
    "word": ("word_perplexity", "pseudo_word_perplexity"),
}


def evaluate_perplexity(
    model: AnyModel[Any],
    texts: Texts,
    *,
    per: Per = "token",
    bos: bool | None = None,
    window: int | None = None,
    stride: int | None = None,
    masking: Masking | None = None,
    order: Order | None = None,
) -> Result:
    """E to the mean negative log-probability of a token or word, from 1 on; lower wins.

    Of a causal model each token is scored by those before it, of a permuted one by
    those before it in the order named; of a masked one by all others, which is no
    probability of the text and is called pseudo-perplexity (Salazar et al. 2020,
    "Masked Language Model Scoring", ACL).

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)`` or ``load_model(…)``.
        texts: one text, several, or what ``load_examples`` takes; no labels are needed.
        per: what is counted: tokens of the model, or words between whitespace, which
            do not depend on how a model cuts texts.
        bos: whether a token that begins a text stands before it; as ``scored`` has it.
        window: how many tokens are seen at once.
        stride: by how many tokens a window of a longer text moves on.
        masking: of a masked model, what is hidden together with a token.
        order: of a permuted model, in which the tokens are said.

    Raises:
        ArgumentError: ``per`` or a setting is wrong.
        DataError: PTM201, there is no text; PTM216, one has no token to be scored.
        ModelError: the model cannot be loaded or asked.
    """
    model = scored(
        model, bos=bos, window=window, stride=stride, masking=masking, order=order
    )
    return run(perplexity(model, texts, per=per))


def perplexity(
    model: AnyModel[Any], texts: Texts, *, per: Per = "token"
) -> Rowwise[Any]:
    """The question behind `evaluate_perplexity`, of a model as it is set."""
    if per not in get_args(Per):
        raise ArgumentError(f'per={per!r}: expected "token" or "word"')
    rows = texts_of(texts)
    names = _NAMES[per]

    def figures(task: Task) -> list[str]:
        own = [] if task.truth is None else metrics_of(task.answers)
        return [name for name in names if name in own]

    able = able_to(lambda each: bool(figures(each)), instead=declared_otherwise)
    task = chosen(model, rows, able)
    return figure(model, rows, metric=figures(task)[0])
