"""What stands over another predictor loses none of what that may know or do."""

from __future__ import annotations

import ast
import contextlib
import importlib
import inspect
import pkgutil
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest
from ptm_fakes import FakeClassifier, FakeMasked
from ptm_tags import NAMES

import pytest_ptm
from pytest_ptm.backends.transformers.similarity import PairEncoder
from pytest_ptm.models.merged import Merged
from pytest_ptm.models.predicting import predicting
from pytest_ptm.models.prompts.choosing import ChoosingClassifier
from pytest_ptm.models.prompts.entailment import EntailmentClassifier, Outputs
from pytest_ptm.models.prompts.hypotheses import Hypotheses
from pytest_ptm.models.prompts.label_words import LabelWords
from pytest_ptm.models.prompts.masked import MaskedClassifier
from pytest_ptm.models.prompts.matching import MatchingClassifier
from pytest_ptm.models.prompts.template import Template
from pytest_ptm.models.schemes import InScheme
from pytest_ptm.tasks import powers
from pytest_ptm.tasks.over import OverAnother
from pytest_ptm.tasks.powers import Weights

PACKAGE = Path(pytest_ptm.__file__).parent

OF_TEXTS = Hypotheses.of(["a", "b"], "It is {}.", least=2)
WORDS = LabelWords.of({"a": "paris", "b": "london"})
PROMPT = Template.parsed("{text} {mask}")


@dataclass
class Powerful(FakeClassifier):
    """A predictor that has every power there is."""

    guarded: bool = True
    settings = ("window:8",)
    rows_at_once = 6
    no_probabilities = "margins"

    def weighed(self):
        return Weights(7, 28)

    @contextlib.contextmanager
    def unguarded(self):
        yield Powerful(self.logits, guarded=False)


POWERFUL = Powerful(lambda text: [0.0, 1.0])
PLAIN = FakeClassifier(lambda text: [0.0, 1.0])

OVER = {
    Merged: lambda of: Merged(
        of, (("positive", "good"),), ("negative", "good"), (0, 1)
    ),
    InScheme: lambda of: InScheme(of, "IOB1", NAMES),
    MaskedClassifier: lambda of: MaskedClassifier(of, PROMPT, WORDS, (2, 3)),
    ChoosingClassifier: lambda of: ChoosingClassifier(of, PROMPT, WORDS),
    EntailmentClassifier: lambda of: EntailmentClassifier(
        of, OF_TEXTS, Outputs(1, None), False
    ),
    MatchingClassifier: lambda of: MatchingClassifier(
        of, FakeMasked(dict), (OF_TEXTS,), False
    ),
    PairEncoder: PairEncoder,
}
"""Each of them over a predictor."""


def the_other_without_guards(made):
    with powers.unguarded(made) as bare:
        assert type(bare) is type(made)
        return bare.asked


HAS = {
    "KnowsItsSize": lambda made: powers.weights_of(made) == Weights(7, 28),
    "Guarded": lambda made: not the_other_without_guards(made).guarded,
    "Described": lambda made: powers.settings_of(made)[0] == "window:8",
    # Whoever asks for each of two classes has half as many questions in memory.
    "InPortions": lambda made: powers.rows_at_once(made) in {3, 6},
    "Unsure": lambda made: powers.no_probabilities(made) == "margins",
}
LACKS = {
    "KnowsItsSize": lambda made: powers.weights_of(made) is None,
    "Guarded": lambda made: the_other_without_guards(made) is PLAIN,
    "Described": lambda made: "window:8" not in powers.settings_of(made),
    "InPortions": lambda made: powers.rows_at_once(made) is None,
    "Unsure": lambda made: powers.no_probabilities(made) == "",
}


def test_every_power_is_looked_at():
    found = {
        name
        for name, kind in vars(powers).items()
        if inspect.isclass(kind)
        and issubclass(kind, Protocol)
        and kind.__module__ == powers.__name__
    }
    assert found == set(HAS) == set(LACKS)


def kinds_below(kind):
    return {kind}.union(*(kinds_below(each) for each in kind.__subclasses__()))


def test_all_that_stand_over_another_are_looked_at():
    for place in ("models", "models.prompts", "backends.transformers", "behaviours"):
        package = importlib.import_module(f"pytest_ptm.{place}")
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{module.name}")
    # Those that `predicting` makes have the name of the one that they are made of.
    below = kinds_below(OverAnother)
    found = {kind.__name__ for kind in below if not inspect.isabstract(kind)}
    assert found == {kind.__name__ for kind in OVER}


@pytest.mark.parametrize("kind", OVER, ids=lambda kind: kind.__name__)
def test_none_loses_a_power_or_has_one_that_the_other_lacks(kind):
    made, plain = OVER[kind](POWERFUL), OVER[kind](PLAIN)
    assert [name for name, held in HAS.items() if not held(made)] == []
    assert [name for name, held in LACKS.items() if not held(plain)] == []
    assert made.fingerprint == OVER[kind](POWERFUL).fingerprint
    assert made.card.name == POWERFUL.card.name
    # So it is with those that users get, which have a `predict`.
    said = predicting(made)
    assert [name for name, held in HAS.items() if not held(said)] == []


def test_what_another_has_is_passed_on_in_one_place():
    """Who asks for the size of a model or for less guards asks for a figure."""
    asking = {"weights_of", "unguarded"}
    found = {
        path.stem
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        and node.module == "pytest_ptm.tasks.powers"
        and asking & {alias.name for alias in node.names}
    }
    assert found == {"cost", "spending"}
