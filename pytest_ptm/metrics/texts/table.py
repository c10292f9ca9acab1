"""Every metric of texts that a model writes by name, one line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.metrics.plain_kind import PlainKind
from pytest_ptm.metrics.protocol import Kind, Metric, PerUnit
from pytest_ptm.metrics.spelling import (
    MetricSetting,
    Settings,
    parted,
    read_settings,
    spelled,
)
from pytest_ptm.metrics.texts import copied, corpus, figures, kept, rouge, sacre
from pytest_ptm.metrics.texts.looks import remarks
from pytest_ptm.metrics.texts.referred import Floats, Referred
from pytest_ptm.tasks.protocol import Payload, Predictor
from pytest_ptm.tasks.texts.answers import GeneratedTexts


@dataclass(frozen=True, slots=True)
class TextMetric(Metric[Referred]):
    """A metric of written texts.

    ``per_unit``: it is the mean of these scores, one a row. ``known`` are the settings
    that it takes, ``settings`` those that it has; ``plain`` is its name without them.
    """

    per_unit: PerUnit[Referred] | None = None
    known: Mapping[str, MetricSetting] = field(default_factory=dict[str, MetricSetting])
    settings: Settings = field(default_factory=dict[str, str | int | bool])

    @property
    def share(self) -> bool:
        """Whether it is a share of all examples."""
        return self.per_unit is not None and self.per_unit.share

    @property
    def plain(self) -> str:
        """Its name without settings."""
        return parted(self.name)[0]

    def under(self, given: Mapping[str, str]) -> Self:
        """The metric under these settings."""
        settings = read_settings(self.plain, self.known, given)
        name = spelled(self.plain, self.known, settings)
        return replace(self, name=name, settings=settings)

    def made_by(self, gold: NDArray[Any]) -> tuple[str, ...]:
        """The signature of the library that counts."""
        if self.plain in sacre.KNOWN:
            return (sacre.made_by(self.plain, self.settings, gold),)
        if self.plain in rouge.KINDS:
            return (rouge.made_by(self.settings),)
        return ()

    def require_library(self) -> None:
        """Nothing, where the library that counts is here."""
        if self.plain in sacre.KNOWN:
            sacre.scorer(self.plain, tuple(self.settings.items()))
        if self.plain in rouge.KINDS:
            rouge.rouge(self.plain, stemmer=bool(self.settings["stemmer"]))

    def asked(self, gold: NDArray[Any], said: GeneratedTexts) -> Referred:
        """The question of it."""
        return Referred(self.name, gold, said, self.settings)


def _mean(name: str, scores: Any) -> TextMetric:  # noqa: ANN401
    return TextMetric(
        name,
        figures.mean_of(scores),
        scored=True,
        per_unit=PerUnit(scores, share=False),
        known=rouge.KNOWN if name in rouge.KINDS else {},
    )


_corpus = partial(TextMetric, together="of sums over all texts", of_sums=True)
_ratio = partial(TextMetric, together="a ratio of sums over all texts", of_sums=True)
_of_source = partial(_ratio, needs_labels=False)
_undirected = partial(_of_source, directed=False)
_TABLE = (
    TextMetric(
        "exact_match",
        figures.exact_match,
        of_right=True,
        per_unit=PerUnit(figures.all_right),
    ),
    _mean("f1", figures.by_words),
    _mean("f1_characters", figures.by_characters),
    _corpus("bleu", corpus.bleu, high=100.0, known=sacre.KNOWN["bleu"]),
    _corpus("chrf", corpus.chrf, high=100.0, known=sacre.KNOWN["chrf"]),
    _corpus("chrf++", corpus.chrf, high=100.0, known=sacre.KNOWN["chrf++"]),
    _ratio("ter", corpus.ter, better="lower", high=None, known=sacre.KNOWN["ter"]),
    *(_mean(name, rouge.by_rouge) for name in rouge.KINDS),
    _of_source("numbers_kept", kept.kept(kept.NUMBERS)),
    _of_source("names_kept", kept.kept(kept.NAMES)),
    _of_source("numbers_known", kept.known(kept.NUMBERS)),
    _of_source("names_known", kept.known(kept.NAMES)),
    _undirected("compression", copied.compression, high=None),
    _undirected("coverage", copied.coverage),
    _undirected("density", copied.density, high=None),
    _undirected("copied_ngrams", copied.copied_ngrams, known=copied.KNOWN),
)
METRICS = {metric.name: metric for metric in _TABLE}
_FACTS = {
    "numbers_kept": (kept.NUMBERS, True),
    "names_kept": (kept.NAMES, True),
    "numbers_known": (kept.NUMBERS, False),
    "names_known": (kept.NAMES, False),
}


def _metric(name: str) -> TextMetric:
    plain, given = parted(name)
    return METRICS[plain].under(given)


class _Texts(PlainKind[GeneratedTexts]):
    """The metrics of texts that a model writes."""

    of_what = "texts"
    answers = GeneratedTexts
    metrics = METRICS

    def metric(self, name: str) -> TextMetric:
        return _metric(name)

    def asked(
        self,
        metric: str,
        gold: NDArray[Any],
        predictions: GeneratedTexts,
        positive: int | None,
    ) -> Referred:
        return _metric(metric).asked(gold, predictions)

    def per_unit(self, metric: str) -> PerUnit[Referred] | None:
        return _metric(metric).per_unit

    def require(
        self, metric: str, by: Predictor[Payload, GeneratedTexts], positive: int | None
    ) -> None:
        super().require(metric, by, positive)
        _metric(metric).require_library()

    def right(
        self,
        metric: str,
        gold: NDArray[Any],
        predictions: GeneratedTexts,
        *,
        positive: int | None = None,
    ) -> NDArray[np.bool_] | None:
        away = self.away(metric, gold, predictions)
        # A hair, by which figures of equal texts may miss their end.
        return None if away is None else away < 1e-9

    def away(
        self, metric: str, gold: NDArray[Any], predictions: GeneratedTexts
    ) -> Floats | None:
        wanted = _metric(metric)
        asked = wanted.asked(gold, predictions)
        if wanted.plain in sacre.KNOWN:
            return corpus.short_of(asked)
        if wanted.plain in ("exact_match", "f1") or not wanted.directed:
            return None
        if wanted.per_unit is not None:
            return 1.0 - wanted.per_unit.scores(asked)
        kind, of_source = _FACTS[wanted.plain]
        hits, there = kept.found_in(asked, kind, of_source=of_source)
        return there - hits

    def remarks(self, gold: NDArray[Any], predictions: GeneratedTexts) -> Sequence[str]:
        return remarks(gold, predictions)


KIND: Kind[GeneratedTexts] = _Texts()
