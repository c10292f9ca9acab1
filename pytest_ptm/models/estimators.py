"""A fitted scikit-learn classifier, regressor or pipeline as a model.

Known by what it can do: scikit-learn is not imported.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.content import content_digest_of
from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ArgumentError, ModelError
from pytest_ptm.models.functions import class_names_of
from pytest_ptm.models.given_arrays import (
    Asked,
    checked_numbers,
    checked_probabilities,
    logits_of,
)
from pytest_ptm.models.texts import Answer, ClassifiesTexts, RatesTexts, number_of
from pytest_ptm.results import ModelCard

_Estimator: TypeAlias = Any
"""A fitted one, and what it gives: known by what they can do, not by type."""

_MARGINS = (
    "decision_function, no predict_proba: probabilities are made of margins, and are "
    "no more than an order"
)


def from_sklearn(
    estimator: object,
    *,
    classes: Sequence[str] | None = None,
    name: str | None = None,
    fingerprint: str | None = None,
) -> ClassifiesTexts | RatesTexts:
    """A model that answers as a fitted estimator does, on texts.

    A pipeline that begins with a vectorizer, or any estimator that takes a list of
    texts: its ``predict_proba``, or its ``decision_function`` where it has none; of a
    regressor ``predict``. ``classes`` names what ``classes_`` numbers, in that order.
    Multi-label ones decide each class by itself. It is copied: to fit it again later
    changes no answer.

    The model is known by the content of its parameters and of what it has learned;
    ``fingerprint`` says it instead where something of it cannot be read.

    Raises:
        ArgumentError: it is no estimator, is not fitted, gives outputs that are no
            classes, or ``classes`` are not as many.
    """
    kind = type(estimator).__name__
    of = f"from_sklearn({kind})"
    if isinstance(estimator, type) or not hasattr(estimator, "predict"):
        raise ArgumentError(
            f"{of}: expected a fitted classifier, regressor or pipeline with one at "
            f"its end, got {estimator!r:.80}"
        )
    own: _Estimator = copy.deepcopy(estimator)
    _refuse_unfitted(own, of)
    called, note, named, several = _asked_by(own, classes, of)
    plain = _asked_by(own, classes, of, checks=False)[0]
    content = content_digest_of(own, of=of) if fingerprint is None else fingerprint
    said = content_digest_of((of, content, named, several, note), of=of)
    card = ModelCard(name or kind, of, said, notes=(note,) if note else ())
    number = number_of(fingerprint)
    if named is None:
        return RatesTexts(card, called, number=number)
    return ClassifiesTexts(
        card,
        called,
        named,
        several,
        no_probabilities=note,
        plain=plain,
        number=number,
    )


def _asked_by(
    own: _Estimator, classes: Sequence[str] | None, of: str, *, checks: bool = True
) -> tuple[Answer, str, tuple[str, ...] | None, bool]:
    """How it is asked, a note on that, the classes, and whether several may hold.

    ``checks``: whether it is asked each time what it predicts by itself, too.
    """
    if not hasattr(own, "classes_"):
        if _type_of(own) not in {"regressor", None}:
            raise ArgumentError(
                f"{of} is a {_type_of(own)}, which gives neither classes nor numbers"
            )
        if classes is not None:
            raise ArgumentError(
                f"{of} has no classes_: it gives numbers, so classes= names nothing"
            )
        return _numbers(own, of), "", None, False
    several = _is_multi_label(own)
    names = _names(own, classes, of)
    if hasattr(own, "predict_proba"):
        called = _probabilities(own, len(names), of, several=several, checks=checks)
        return called, "", names, several
    if hasattr(own, "decision_function"):
        called = _margins(own, len(names), of, several=several, checks=checks)
        return called, _MARGINS, names, several
    raise ArgumentError(
        f"{of} has neither predict_proba nor decision_function; put it into "
        "CalibratedClassifierCV, or write from_function(…)"
    )


def _last(estimator: _Estimator) -> _Estimator:
    """The estimator at the end of pipelines and searches, which knows most."""
    if hasattr(estimator, "best_estimator_"):
        return _last(estimator.best_estimator_)
    steps = getattr(estimator, "steps", None)
    return _last(steps[-1][1]) if isinstance(steps, list) and steps else estimator


def _refuse_unfitted(own: _Estimator, of: str) -> None:
    last = _last(own)
    if hasattr(last, "__sklearn_is_fitted__"):
        fitted = bool(last.__sklearn_is_fitted__())
    else:  # as scikit-learn itself sees it
        held = cast("dict[str, object]", vars(last))
        fitted = any(name.endswith("_") and name[0] != "_" for name in held)
    if not fitted:
        raise ArgumentError(
            f"{of} is not fitted: it has learned nothing yet. Call .fit(texts, labels) "
            "first"
        )


def _type_of(own: _Estimator) -> str | None:
    """What scikit-learn calls it: "classifier", "regressor", "clusterer" …"""
    if hasattr(own, "__sklearn_tags__"):
        found = own.__sklearn_tags__().estimator_type
    else:
        found = getattr(own, "_estimator_type", None)
    return None if found is None else str(found)


def _is_multi_label(own: _Estimator) -> bool:
    """Whether it was fitted on a table of zeros and ones, a column a class."""
    last = _last(own)
    binarizer = getattr(last, "_label_binarizer", None)
    return (
        isinstance(own.classes_, list)
        or bool(getattr(last, "multilabel_", False))
        or getattr(binarizer, "y_type_", "").startswith("multilabel")
    )


def _names(own: _Estimator, classes: Sequence[str] | None, of: str) -> tuple[str, ...]:
    held = own.classes_
    if isinstance(held, list):
        odd = [
            each
            for each in cast("list[Any]", held)
            if not set(np.asarray(each).tolist()) <= {0, 1}
        ]
        if odd:
            raise ArgumentError(
                f"{of} has several outputs of more than two classes, and a text has "
                "one set of classes here; bring each output as a model of its own"
            )
        own_names: list[object] = list(range(len(cast("list[Any]", held))))
    else:
        own_names = list(np.asarray(held).tolist())
    given = own_names if classes is None else classes
    names = class_names_of(given, of=of)
    if classes is not None:
        _refuse_other_places(own_names, names, of)
    if len(names) != len(own_names):
        raise ArgumentError(
            f"{of}: classes= names {len(names)}, and the estimator has "
            f"{len(own_names)}: {own_names!r:.120}"
        )
    return names


def _refuse_other_places(
    own_names: list[object], names: tuple[str, ...], of: str
) -> None:
    """Refuse names that would be of other classes than they seem.

    Raises:
        ArgumentError: they are the estimator's own in another order; or its classes are
            numbers that are no places, which labels of the data would be read as.
    """
    own = [str(each) for each in own_names]
    numbers = [each for each in own_names if isinstance(each, int | float)]
    if sorted(own) == sorted(names) and own != list(names):
        raise ArgumentError(
            f"{of}: classes= are its own in another order; leave classes= out, the "
            f"estimator's columns are {listed(own)}"
        )
    if numbers and numbers != list(range(len(own))) and own != list(names):
        raise ArgumentError(
            f"{of} has classes_ {listed(own)}, and an integer label would be read as "
            "the place of a class. Leave classes= out, and bring labels together with "
            "label_map="
        )


def _numbers(own: _Estimator, of: str) -> Answer:
    def answer(texts: Asked) -> NDArray[np.float64]:
        return checked_numbers(
            _said(own.predict, texts, of), texts, columns=None, by=of
        )

    return answer


def _probabilities(
    own: _Estimator, count: int, of: str, *, several: bool, checks: bool
) -> Answer:
    def answer(texts: Asked) -> NDArray[np.float64]:
        given = _said(own.predict_proba, texts, of)
        if isinstance(given, list):  # an output a class, each of "no" and "yes"
            outputs = zip(own.classes_, cast("list[Any]", given), strict=True)
            given = np.column_stack([_yes(classes, one) for classes, one in outputs])
        found = checked_numbers(given, texts, columns=count, by=of)
        checked_probabilities(found, texts, multi_label=several, by=of)
        if checks and not several:
            _require_own_answers(own, found, texts, of)
        return logits_of(found, multi_label=several)

    return answer


def _yes(classes: _Estimator, given: _Estimator) -> NDArray[np.float64]:
    """The probability that a class holds; of one never seen there is no column."""
    places = {value: place for place, value in enumerate(np.asarray(classes).tolist())}
    found = np.asarray(given, dtype=np.float64)
    return found[:, places[1]] if 1 in places else np.zeros(len(found))


def _margins(
    own: _Estimator, count: int, of: str, *, several: bool, checks: bool
) -> Answer:
    def answer(texts: Asked) -> NDArray[np.float64]:
        given = np.asarray(_said(own.decision_function, texts, of), dtype=np.float64)
        if given.ndim == 1 and count == 2 and not several:
            # One margin for two classes: above 0 is the second.
            given = np.column_stack([np.zeros(len(given)), given])
        elif given.ndim == 1 and several:
            given = given[:, None]
        found = checked_numbers(given, texts, columns=count, by=of)
        if checks and not several:
            _require_own_answers(own, found, texts, of)
        return found

    return answer


def _require_own_answers(
    own: _Estimator, scores: NDArray[np.float64], texts: Asked, of: str
) -> None:
    """Nothing, where the estimator predicts the class with the highest score.

    Raises:
        ModelError: PTM313, it does not: it has a threshold of its own, or its columns
            are margins between pairs of classes.
    """
    columns = {value: at for at, value in enumerate(np.asarray(own.classes_).tolist())}
    said = np.asarray(_said(own.predict, texts, of)).tolist()
    scored = np.isfinite(scores).sum(axis=1) == scores.shape[1]
    top = np.equal(scores, scores.max(axis=1, keepdims=True))
    other = [
        row
        for row, value in enumerate(said)
        if scored[row] and not (value in columns and top[row, columns[value]])
    ]
    if other:
        raise ModelError(
            f"{of} predicts {len(other):,} of {len(said):,} texts otherwise than its "
            "scores say, as with a threshold of its own or margins between pairs of "
            "classes. Write from_function(…), which says what it is to be judged by",
            code="PTM313",
        )


def _said(method: Callable[[Any], Any], texts: Asked, of: str) -> _Estimator:
    if len(texts) and not isinstance(texts[0], str):
        raise ArgumentError(
            f"{of} takes single texts, and these examples are pairs; join them in a "
            "function of your own: from_function(…)"
        )
    return method(list(texts))
