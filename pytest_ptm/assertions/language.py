"""A language model's behaviour, held against a bound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Unpack

from pytest_ptm.assertions.gate import settle
from pytest_ptm.assertions.judging import Judging
from pytest_ptm.behaviours.choice import AnyModel
from pytest_ptm.behaviours.inquiry import Inquiry
from pytest_ptm.behaviours.lookahead import no_lookahead
from pytest_ptm.behaviours.next_sentence import next_sentence
from pytest_ptm.behaviours.perplexity import Per, perplexity
from pytest_ptm.behaviours.preference import Among, Score, prefers
from pytest_ptm.behaviours.scoring import scored
from pytest_ptm.behaviours.texts import Texts
from pytest_ptm.behaviours.together import TOLERANCE, together
from pytest_ptm.datasets.columns import LabelMap
from pytest_ptm.datasets.load import Source
from pytest_ptm.results import Result
from pytest_ptm.tasks.next_sentence import AnyPairModel
from pytest_ptm.tasks.token_scores.settings import Masking, Order


def assert_perplexity(
    model: AnyModel[Any],
    texts: Texts,
    *,
    at_most: float,
    per: Per = "token",
    bos: bool | None = None,
    window: int | None = None,
    stride: int | None = None,
    masking: Masking | None = None,
    order: Order | None = None,
    **how: Unpack[Judging],
) -> Result:
    """Fail the test if the texts surprise the model more than this; 1 or more.

    See ``evaluate_perplexity`` for the other arguments and what they raise.

    Raises:
        ArgumentError: the bound is below 1.
        BehaviourFailure: the perplexity is above the bound.
    """
    __tracebackhide__ = True
    return settle(
        lambda: perplexity(
            scored(
                model,
                bos=bos,
                window=window,
                stride=stride,
                masking=masking,
                order=order,
            ),
            texts,
            per=per,
        ),
        at_most=at_most,
        low=1.0,
        high=None,
        better="lower",
        how=how,
    )


def assert_next_sentence(
    model: AnyPairModel,
    pairs: Source,
    *,
    at_least: float,
    label_map: LabelMap | None = None,
    **how: Unpack[Judging],
) -> Result:
    """Fail the test unless the model tells this share of pairs right, in [0, 1].

    See ``evaluate_next_sentence`` for the other arguments and what they raise.

    Raises:
        ArgumentError: the bound is outside [0, 1].
        BehaviourFailure: of too many pairs it says that they follow, or do not.
    """
    __tracebackhide__ = True
    return settle(
        lambda: next_sentence(model, pairs, label_map=label_map),
        at_least=at_least,
        how=how,
    )


def assert_prefers(
    model: AnyModel[Any],
    better: Texts,
    worse: str | Sequence[str] | None = None,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    score: Score = "sum",
    tokens: Among = "all",
    **how: Unpack[Judging],
) -> Result:
    """Fail the test unless the model prefers the better text of this share of pairs.

    ``at_most=`` instead bounds pairs whose "better" text is one that should not be
    preferred, such as the more stereotypical one of CrowS-Pairs. See
    ``evaluate_prefers`` for the other arguments and what they raise.

    Raises:
        ArgumentError: the bound is outside [0, 1], or there are two or none.
        BehaviourFailure: too few pairs are told apart, or too many.
    """
    __tracebackhide__ = True
    return settle(
        lambda: prefers(model, better, worse, score=score, tokens=tokens),
        at_least=at_least,
        at_most=at_most,
        how=how,
    )


def assert_no_lookahead(
    model: AnyModel[Any],
    texts: Texts,
    *,
    at_most: float = 0.0,
    tolerance: float = TOLERANCE,
    **how: Unpack[Judging],
) -> Result:
    """Fail the test if scores of more texts than this change with what comes later.

    See ``evaluate_no_lookahead`` for the other arguments and what they raise.

    Raises:
        ArgumentError: the bound is outside [0, 1].
        BehaviourFailure: the model sees what comes after a token.
    """
    __tracebackhide__ = True
    return _few(lambda: no_lookahead(model, texts, tolerance=tolerance), at_most, how)


def assert_padding_invariant(
    model: AnyModel[Any],
    texts: Texts,
    *,
    at_most: float = 0.0,
    tolerance: float = TOLERANCE,
    **how: Unpack[Judging],
) -> Result:
    """Fail the test if padding changes the answers to more texts than this.

    See ``evaluate_padding_invariant`` for the other arguments and what they raise.

    Raises:
        ArgumentError: the bound is outside [0, 1].
        BehaviourFailure: too many answers change.
    """
    __tracebackhide__ = True
    return _few(
        lambda: together(model, texts, beside="longer ones", tolerance=tolerance),
        at_most,
        how,
    )


def assert_batch_invariant(
    model: AnyModel[Any],
    texts: Texts,
    *,
    at_most: float = 0.0,
    tolerance: float = TOLERANCE,
    **how: Unpack[Judging],
) -> Result:
    """Fail the test if other texts in a batch change the answers to more than this.

    See ``evaluate_batch_invariant`` for the other arguments and what they raise.

    Raises:
        ArgumentError: the bound is outside [0, 1].
        BehaviourFailure: too many answers change.
    """
    __tracebackhide__ = True
    return _few(
        lambda: together(model, texts, beside="others", tolerance=tolerance),
        at_most,
        how,
    )


def _few(asked: Callable[[], Inquiry[Any]], at_most: float, how: Judging) -> Result:
    """The result, if so small a share of the texts or less has answers that change."""
    __tracebackhide__ = True
    return settle(asked, at_most=at_most, better="lower", how=how)
