"""What sacrebleu counts in a text beside its references, and what it says it did.

Post, "A call for clarity in reporting BLEU scores", WMT 2018.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.errors import ArgumentError, MissingExtraError
from pytest_ptm.metrics.spelling import MetricSetting, Settings, Value

Floats = NDArray[np.float64]

TOKENIZERS = (
    *("13a", "zh", "intl", "char", "none", "ja-mecab", "ko-mecab"),
    *("flores101", "flores200"),
)
LARGEST_ORDER = 4

_CASE = {"lowercase": MetricSetting(usual=False)}
KNOWN: dict[str, dict[str, MetricSetting]] = {
    "bleu": {
        "tokenize": MetricSetting("13a", TOKENIZERS),
        **_CASE,
        "max_ngram_order": MetricSetting(LARGEST_ORDER, least=1, most=LARGEST_ORDER),
    },
    "chrf": {**_CASE, "whitespace": MetricSetting(usual=False)},
    "chrf++": {**_CASE, "whitespace": MetricSetting(usual=False)},
    "ter": {
        "case_sensitive": MetricSetting(usual=False),
        "normalized": MetricSetting(usual=False),
        "no_punct": MetricSetting(usual=False),
        "asian_support": MetricSetting(usual=False),
    },
}
"""The settings of each of its metrics, by sacrebleu's own names."""

_SCORERS: dict[str, tuple[str, dict[str, Value]]] = {
    "bleu": ("BLEU", {"force": True}),
    "chrf": ("CHRF", {}),
    "chrf++": ("CHRF", {"word_order": 2}),
    "ter": ("TER", {}),
}
_NEEDS = {"ja-mecab": "sacrebleu[ja]", "ko-mecab": "sacrebleu[ko]"}


def row_statistics(
    metric: str, settings: Settings, said: Sequence[str], gold: NDArray[Any]
) -> Floats:
    """What each text beside its references adds to the sums of a metric, float64[n, k].

    Each row has references of its own, as many as there are: sacrebleu's None.

    Raises:
        ArgumentError, MissingExtraError: as `scorer`.
    """
    how = tuple(settings.items())
    scorer(metric, how)
    pairs = zip(said, gold, strict=True)
    rows = [_counted(metric, how, text, (*own,)) for text, own in pairs]
    return np.array(rows, dtype=np.float64)


# One question asks for the same rows of all examples, of each group and of each side.
@lru_cache(maxsize=16_384)
def _counted(
    metric: str, how: tuple[tuple[str, Value], ...], said: str, gold: tuple[str, ...]
) -> tuple[float, ...]:
    found = scorer(metric, how)._extract_corpus_statistics(
        [said], [[each] for each in gold]
    )
    return tuple(found[0])


@lru_cache(maxsize=64)
def scorer(metric: str, how: tuple[tuple[str, Value], ...]) -> Any:  # noqa: ANN401 - it has no types
    """Sacrebleu's own metric.

    Raises:
        ArgumentError: a tokenizer needs what is not here.
        MissingExtraError: sacrebleu is not installed.
    """
    try:
        metrics = importlib.import_module("sacrebleu.metrics")
    except ImportError:
        raise MissingExtraError(metric, library="sacrebleu", extra="metrics") from None
    settings = dict(how)
    tokenize = settings.get("tokenize")
    if isinstance(tokenize, str) and tokenize.startswith("flores"):
        _require_vocabulary(tokenize)
    kind, more = _SCORERS[metric]
    try:
        return getattr(metrics, kind)(**settings, **more)
    except (ImportError, RuntimeError) as error:
        needed = _NEEDS.get(str(tokenize), "sentencepiece")
        raise ArgumentError(
            f"{metric}: tokenize={tokenize!r} needs {needed}; "
            f'install it with: pip install "{needed}"'
        ) from error


def _require_vocabulary(name: str) -> None:
    """Refuse a tokenizer that sacrebleu would download.

    Raises:
        ArgumentError: its file is not there.
    """
    module = importlib.import_module("sacrebleu.tokenizers.tokenizer_spm")
    url: str = module.SPM_MODELS[name]["url"]
    file = Path(module.SACREBLEU_DIR) / "models" / url.rsplit("/", 1)[-1]
    if not file.exists():
        raise ArgumentError(
            f"bleu: tokenize={name!r} needs a vocabulary that is not here, and a test "
            f"downloads nothing; put {url} at {file}"
        )


def made_by(metric: str, settings: Settings, gold: NDArray[Any]) -> str:
    """Sacrebleu's signature, such as ``nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp``.

    Its version is a part of it. ``nrefs:var`` where rows have different numbers.
    """
    found = scorer(metric, tuple(settings.items()))
    counts = {len(own) for own in gold}
    found.num_refs = counts.pop() if len(counts) == 1 else -1
    return f"sacrebleu:{found.get_signature().format()}"
