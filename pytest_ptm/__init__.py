"""Test the behaviour of pre-trained models in ordinary pytest files."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_ptm.assertions.bias import assert_bias_gap
    from pytest_ptm.assertions.calibration import assert_calibrated
    from pytest_ptm.assertions.comparison import assert_agrees, assert_not_worse
    from pytest_ptm.assertions.cost import assert_cost
    from pytest_ptm.assertions.generation import assert_generates
    from pytest_ptm.assertions.language import (
        assert_batch_invariant,
        assert_next_sentence,
        assert_no_lookahead,
        assert_padding_invariant,
        assert_perplexity,
        assert_prefers,
    )
    from pytest_ptm.assertions.masked import (
        assert_masked_accuracy,
        assert_masked_cross_entropy,
        assert_masked_gap,
        assert_masked_prediction,
    )
    from pytest_ptm.assertions.metric import assert_accuracy, assert_metric
    from pytest_ptm.assertions.perturbed import assert_directional, assert_invariant
    from pytest_ptm.assertions.vectors import assert_closer, assert_retrieval
    from pytest_ptm.behaviours.agreement import evaluate_agrees
    from pytest_ptm.behaviours.bias import evaluate_bias_gap
    from pytest_ptm.behaviours.calibration import evaluate_calibrated
    from pytest_ptm.behaviours.closer import evaluate_closer
    from pytest_ptm.behaviours.comparison import evaluate_not_worse
    from pytest_ptm.behaviours.cost import evaluate_cost
    from pytest_ptm.behaviours.direction import evaluate_directional
    from pytest_ptm.behaviours.generates import evaluate_generates
    from pytest_ptm.behaviours.invariance import evaluate_invariant
    from pytest_ptm.behaviours.lookahead import evaluate_no_lookahead
    from pytest_ptm.behaviours.masked_gap import evaluate_masked_gap
    from pytest_ptm.behaviours.masked_prediction import evaluate_masked_prediction
    from pytest_ptm.behaviours.masked_tokens import (
        evaluate_masked_accuracy,
        evaluate_masked_cross_entropy,
    )
    from pytest_ptm.behaviours.metric import evaluate_accuracy, evaluate_metric
    from pytest_ptm.behaviours.next_sentence import evaluate_next_sentence
    from pytest_ptm.behaviours.perplexity import evaluate_perplexity
    from pytest_ptm.behaviours.preference import evaluate_prefers
    from pytest_ptm.behaviours.retrieval import evaluate_retrieval
    from pytest_ptm.behaviours.scoring import scored
    from pytest_ptm.behaviours.together import (
        evaluate_batch_invariant,
        evaluate_padding_invariant,
    )
    from pytest_ptm.datasets.chats import load_chats
    from pytest_ptm.datasets.examples import Example, Examples
    from pytest_ptm.datasets.images import load_images
    from pytest_ptm.datasets.load import load_examples
    from pytest_ptm.datasets.pairs import load_pairs
    from pytest_ptm.datasets.questions import load_questions
    from pytest_ptm.datasets.tagged import load_tagged
    from pytest_ptm.datasets.triples import load_triples
    from pytest_ptm.datasets.written import load_parallel, load_references
    from pytest_ptm.ground.errors import (
        ArgumentError,
        BehaviourFailure,
        DataError,
        Inconclusive,
        MissingExtraError,
        ModelError,
        OutOfMemory,
        PtmError,
        ReportError,
        SettingsError,
    )
    from pytest_ptm.ground.version import __version__
    from pytest_ptm.models.answering import answering
    from pytest_ptm.models.embedded import embedded
    from pytest_ptm.models.encoders import from_encoder
    from pytest_ptm.models.estimators import from_sklearn
    from pytest_ptm.models.functions import from_function
    from pytest_ptm.models.generating import generating
    from pytest_ptm.models.handle import load_model
    from pytest_ptm.models.merged import merged
    from pytest_ptm.models.pretrained import from_pipeline, from_pretrained
    from pytest_ptm.models.prompted import prompted
    from pytest_ptm.models.readers import from_reader
    from pytest_ptm.models.schemes import tagging
    from pytest_ptm.models.taggers import from_tagger
    from pytest_ptm.models.writers import from_writer
    from pytest_ptm.models.zero_shot import zero_shot
    from pytest_ptm.models.zero_shot_images import zero_shot_images
    from pytest_ptm.results import (
        Answer,
        Bound,
        Case,
        Cost,
        Counts,
        FailingExample,
        GroupFigure,
        Interval,
        Measurement,
        ModelCard,
        Result,
        Verdict,
    )
    from pytest_ptm.statistics.planning import detectable_drop, required_n

_HOMES = {
    "pytest_ptm.assertions.bias": ("assert_bias_gap",),
    "pytest_ptm.assertions.calibration": ("assert_calibrated",),
    "pytest_ptm.assertions.comparison": ("assert_agrees", "assert_not_worse"),
    "pytest_ptm.assertions.cost": ("assert_cost",),
    "pytest_ptm.assertions.generation": ("assert_generates",),
    "pytest_ptm.assertions.language": (
        "assert_batch_invariant",
        "assert_next_sentence",
        "assert_no_lookahead",
        "assert_padding_invariant",
        "assert_perplexity",
        "assert_prefers",
    ),
    "pytest_ptm.assertions.masked": (
        "assert_masked_accuracy",
        "assert_masked_cross_entropy",
        "assert_masked_gap",
        "assert_masked_prediction",
    ),
    "pytest_ptm.assertions.metric": ("assert_accuracy", "assert_metric"),
    "pytest_ptm.assertions.perturbed": ("assert_directional", "assert_invariant"),
    "pytest_ptm.assertions.vectors": ("assert_closer", "assert_retrieval"),
    "pytest_ptm.behaviours.agreement": ("evaluate_agrees",),
    "pytest_ptm.behaviours.bias": ("evaluate_bias_gap",),
    "pytest_ptm.behaviours.calibration": ("evaluate_calibrated",),
    "pytest_ptm.behaviours.comparison": ("evaluate_not_worse",),
    "pytest_ptm.behaviours.closer": ("evaluate_closer",),
    "pytest_ptm.behaviours.cost": ("evaluate_cost",),
    "pytest_ptm.behaviours.direction": ("evaluate_directional",),
    "pytest_ptm.behaviours.generates": ("evaluate_generates",),
    "pytest_ptm.behaviours.invariance": ("evaluate_invariant",),
    "pytest_ptm.behaviours.masked_gap": ("evaluate_masked_gap",),
    "pytest_ptm.behaviours.masked_prediction": ("evaluate_masked_prediction",),
    "pytest_ptm.behaviours.masked_tokens": (
        "evaluate_masked_accuracy",
        "evaluate_masked_cross_entropy",
    ),
    "pytest_ptm.behaviours.metric": ("evaluate_accuracy", "evaluate_metric"),
    "pytest_ptm.behaviours.lookahead": ("evaluate_no_lookahead",),
    "pytest_ptm.behaviours.next_sentence": ("evaluate_next_sentence",),
    "pytest_ptm.behaviours.perplexity": ("evaluate_perplexity",),
    "pytest_ptm.behaviours.preference": ("evaluate_prefers",),
    "pytest_ptm.behaviours.retrieval": ("evaluate_retrieval",),
    "pytest_ptm.behaviours.scoring": ("scored",),
    "pytest_ptm.behaviours.together": (
        "evaluate_batch_invariant",
        "evaluate_padding_invariant",
    ),
    "pytest_ptm.datasets.chats": ("load_chats",),
    "pytest_ptm.datasets.examples": ("Example", "Examples"),
    "pytest_ptm.datasets.load": ("load_examples",),
    "pytest_ptm.datasets.pairs": ("load_pairs",),
    "pytest_ptm.datasets.images": ("load_images",),
    "pytest_ptm.datasets.questions": ("load_questions",),
    "pytest_ptm.datasets.tagged": ("load_tagged",),
    "pytest_ptm.datasets.triples": ("load_triples",),
    "pytest_ptm.datasets.written": ("load_parallel", "load_references"),
    "pytest_ptm.ground.errors": (
        "ArgumentError",
        "BehaviourFailure",
        "Inconclusive",
        "DataError",
        "MissingExtraError",
        "ModelError",
        "OutOfMemory",
        "PtmError",
        "ReportError",
        "SettingsError",
    ),
    "pytest_ptm.ground.version": ("__version__",),
    "pytest_ptm.models.answering": ("answering",),
    "pytest_ptm.models.embedded": ("embedded",),
    "pytest_ptm.models.encoders": ("from_encoder",),
    "pytest_ptm.models.estimators": ("from_sklearn",),
    "pytest_ptm.models.functions": ("from_function",),
    "pytest_ptm.models.generating": ("generating",),
    "pytest_ptm.models.handle": ("load_model",),
    "pytest_ptm.models.merged": ("merged",),
    "pytest_ptm.models.pretrained": ("from_pipeline", "from_pretrained"),
    "pytest_ptm.models.prompted": ("prompted",),
    "pytest_ptm.models.zero_shot": ("zero_shot",),
    "pytest_ptm.models.zero_shot_images": ("zero_shot_images",),
    "pytest_ptm.models.readers": ("from_reader",),
    "pytest_ptm.models.schemes": ("tagging",),
    "pytest_ptm.models.taggers": ("from_tagger",),
    "pytest_ptm.models.writers": ("from_writer",),
    "pytest_ptm.results": (
        "Answer",
        "Bound",
        "Case",
        "Cost",
        "Counts",
        "FailingExample",
        "GroupFigure",
        "Interval",
        "Measurement",
        "ModelCard",
        "Result",
        "Verdict",
    ),
    "pytest_ptm.statistics.planning": ("detectable_drop", "required_n"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Answer",
    "ArgumentError",
    "BehaviourFailure",
    "Bound",
    "Case",
    "Cost",
    "Counts",
    "DataError",
    "Example",
    "Examples",
    "FailingExample",
    "GroupFigure",
    "Inconclusive",
    "Interval",
    "Measurement",
    "MissingExtraError",
    "ModelCard",
    "ModelError",
    "OutOfMemory",
    "PtmError",
    "ReportError",
    "Result",
    "SettingsError",
    "Verdict",
    "__version__",
    "answering",
    "assert_accuracy",
    "assert_agrees",
    "assert_batch_invariant",
    "assert_bias_gap",
    "assert_calibrated",
    "assert_closer",
    "assert_cost",
    "assert_directional",
    "assert_generates",
    "assert_invariant",
    "assert_masked_accuracy",
    "assert_masked_cross_entropy",
    "assert_masked_gap",
    "assert_masked_prediction",
    "assert_metric",
    "assert_next_sentence",
    "assert_no_lookahead",
    "assert_not_worse",
    "assert_padding_invariant",
    "assert_perplexity",
    "assert_prefers",
    "assert_retrieval",
    "detectable_drop",
    "embedded",
    "evaluate_accuracy",
    "evaluate_agrees",
    "evaluate_batch_invariant",
    "evaluate_bias_gap",
    "evaluate_calibrated",
    "evaluate_closer",
    "evaluate_cost",
    "evaluate_directional",
    "evaluate_generates",
    "evaluate_invariant",
    "evaluate_masked_accuracy",
    "evaluate_masked_cross_entropy",
    "evaluate_masked_gap",
    "evaluate_masked_prediction",
    "evaluate_metric",
    "evaluate_next_sentence",
    "evaluate_no_lookahead",
    "evaluate_not_worse",
    "evaluate_padding_invariant",
    "evaluate_perplexity",
    "evaluate_prefers",
    "evaluate_retrieval",
    "from_encoder",
    "from_function",
    "from_pipeline",
    "from_pretrained",
    "from_reader",
    "from_sklearn",
    "from_tagger",
    "from_writer",
    "generating",
    "load_chats",
    "load_examples",
    "load_images",
    "load_model",
    "load_pairs",
    "load_parallel",
    "load_questions",
    "load_references",
    "load_tagged",
    "load_triples",
    "merged",
    "prompted",
    "required_n",
    "scored",
    "tagging",
    "zero_shot",
    "zero_shot_images",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        # PEP 562: `import pytest_ptm` brings in no library until a name is used.
        if name not in _HOME_OF:
            import difflib  # only where a name is mistyped

            near = difflib.get_close_matches(name, __all__, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}{hint}")
        return getattr(importlib.import_module(_HOME_OF[name]), name)

    def __dir__() -> list[str]:
        return sorted([*globals(), *__all__])
