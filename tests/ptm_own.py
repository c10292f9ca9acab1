"""Objects as people bring them, and a script that says their fingerprints."""

from __future__ import annotations

import sys

import numpy as np

TEXTS = [
    "a good film",
    "good and warm",
    "a bad film",
    "bad and cold",
    "what a good day",
    "a bad, bad idea",
]
LABELS = ["pos", "pos", "neg", "neg", "pos", "neg"]
STARS = [5.0, 4.5, 1.0, 0.5, 4.0, 1.5]
SETS = np.array([[1, 0], [1, 1], [0, 0], [0, 1], [1, 0], [0, 1]])

KINDS = [
    "logistic",
    "bayes",
    "margins",
    "kernel",
    "neighbours",
    "forest",
    "boosted",
    "binned",
    "descent",
    "network",
    "searched",
    "calibrated",
    "union",
    "several",
    "stars",
]

WORDS = {"good": 0.9, "bad": 0.1}


def by_words(texts):
    found = [WORDS.get(text.split()[-1], 0.5) for text in texts]
    return np.array([[1 - p, p] for p in found])


def estimators():
    """Fitted estimators of every kind whose insides differ, by name."""
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.ensemble import (
        GradientBoostingClassifier,
        HistGradientBoostingClassifier,
        RandomForestClassifier,
    )
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
    from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier
    from sklearn.model_selection import GridSearchCV
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.preprocessing import FunctionTransformer
    from sklearn.svm import SVC, LinearSVC

    dense = FunctionTransformer(lambda matrix: matrix.toarray())
    heads = {
        "logistic": LogisticRegression(C=2.0),
        "bayes": MultinomialNB(),
        "margins": LinearSVC(random_state=0),
        "kernel": SVC(),
        "neighbours": KNeighborsClassifier(2, algorithm="ball_tree"),
        "forest": RandomForestClassifier(5, random_state=0),
        "boosted": GradientBoostingClassifier(n_estimators=3, random_state=0),
        "binned": HistGradientBoostingClassifier(max_iter=3, min_samples_leaf=1),
        "descent": SGDClassifier(loss="log_loss", random_state=0),
        "network": MLPClassifier((3,), random_state=0, tol=10.0),
        "searched": GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=2),
        "calibrated": CalibratedClassifierCV(LinearSVC(random_state=0), cv=2),
    }
    for name, head in heads.items():
        yield name, make_pipeline(TfidfVectorizer(), dense, head).fit(TEXTS, LABELS)
    both = make_union(
        CountVectorizer(stop_words=["a", "and"]), TfidfVectorizer(analyzer="char")
    )
    yield "union", make_pipeline(both, LogisticRegression()).fit(TEXTS, LABELS)
    several = OneVsRestClassifier(LogisticRegression())
    yield "several", make_pipeline(TfidfVectorizer(), several).fit(TEXTS, SETS)
    yield "stars", make_pipeline(TfidfVectorizer(), Ridge()).fit(TEXTS, STARS)


def fingerprints():
    """What everything here is known by, a line each."""
    from pytest_ptm import from_function, from_sklearn

    for name, estimator in estimators():
        yield name, from_sklearn(estimator).fingerprint
    held = dict(estimators())["logistic"]

    def around(texts, weights=frozenset({"good", "bad", "warm", "cold"})):
        assert weights
        return held.predict_proba(texts)

    for function in (by_words, around):
        found = from_function(function, classes=["neg", "pos"])
        yield function.__name__, found.fingerprint


if __name__ == "__main__":
    sys.stdout.writelines(f"{name} {digest}\n" for name, digest in fingerprints())
