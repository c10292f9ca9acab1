"""The same evidence read as it was asked for: by method, by cluster, of what."""

from __future__ import annotations

import math
from typing import cast

from pytest_ptm.ground.display import counted, listed
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results import Bound, Evidence, Measurement, Outcomes
from pytest_ptm.statistics.binned_gaps import BinnedGaps
from pytest_ptm.statistics.bootstrapped import FigureOfCounts
from pytest_ptm.statistics.class_bounds import MeanOfClasses
from pytest_ptm.statistics.clustered_classes import MeanOverClusters
from pytest_ptm.statistics.clustered_evidence import RatioOf, rows_without_end
from pytest_ptm.statistics.combined_evidence import Wider, repeated
from pytest_ptm.statistics.confidence import two_sided_z
from pytest_ptm.statistics.correlated import CorrelationOf
from pytest_ptm.statistics.evidence import Known, MeanOf, Readable, ShareOf
from pytest_ptm.statistics.finite import Estimand
from pytest_ptm.statistics.quantiles import QuantileOf
from pytest_ptm.statistics.repeats import Repeats
from pytest_ptm.statistics.resampled_sums import FigureOfSums, MeanF1
from pytest_ptm.statistics.row_ratio import RowRatio

FEW_CLUSTERS = 20
"""Fewer say little of how far clusters lie apart."""


def read(
    measurement: Measurement,
    outcomes: Outcomes | None,
    *,
    method: str | None = None,
    cluster: str | None = None,
    estimand: Estimand | None = None,
    total: int | None = None,
    repeats: Repeats | None = None,
) -> Measurement:
    """The same figure with the interval that was asked for.

    ``method`` is one of its evidence's; ``cluster`` a column of the data whose values
    hang together; ``estimand`` "dataset" reads the figure as that of the data set, of
    which ``total`` says how many rows it has if not all were asked; "population" as
    that of a sample. Rows that are ``repeats`` of others count as one of them, within a
    cluster or not: with both, the limits are the further ones of either reading.

    Raises:
        ArgumentError: the figure cannot be read so; the message says how it can.
    """
    evidence = measurement.evidence
    if cluster is not None:
        if method is not None or estimand == "dataset":
            raise ArgumentError(
                "cluster= has an interval of its own, of a population of clusters; "
                "leave interval= and estimand= out"
            )
        evidence = _by_cluster(measurement, outcomes, cluster)
    if method is not None:
        evidence = _by_method(measurement, method)
    if repeats is not None and evidence is not None and estimand != "dataset":
        evidence = _repeated(measurement, outcomes, evidence, repeats, cluster)
    if estimand == "dataset" and total is None:
        evidence = Known(measurement.value)
    elif estimand == "dataset" and total is not None:
        if not isinstance(evidence, ShareOf | MeanOf):
            raise ArgumentError(
                "estimand='dataset' with --ptm-limit is of figures that are a mean "
                f"over rows, which {measurement.metric} is not; leave one of them out"
            )
        evidence = evidence.of_dataset(total)
    if evidence is measurement.evidence:
        return measurement
    return Measurement.of(
        measurement.metric,
        measurement.value,
        measurement.n,
        measurement.better,
        evidence,
    )


def _repeated(
    measurement: Measurement,
    outcomes: Outcomes | None,
    evidence: Evidence,
    repeats: Repeats,
    cluster: str | None,
) -> Evidence:
    if cluster is not None and measurement.evidence is not None:
        own = _repeated(measurement, outcomes, measurement.evidence, repeats, None)
        return Wider((evidence, own))
    if outcomes is not None and outcomes.gains is not None:
        least, most = _range(evidence)
        return RatioOf.of_rows(
            outcomes.gains, repeats.which, share=False, least=least, most=most
        )
    return repeated(evidence, measurement.value, repeats)


def _range(evidence: Evidence | None) -> tuple[float, float]:
    """How far one row's score can go."""
    if isinstance(evidence, MeanOf):
        return evidence.least, evidence.most
    # Right or wrong, of one model or of two.
    return 0.0 if isinstance(evidence, ShareOf) else -1.0, 1.0


def caveats(measurement: Measurement, bound: Bound) -> tuple[str, ...]:
    """What a verdict at a confidence cannot say of this figure, in words."""
    evidence = measurement.evidence
    if isinstance(evidence, Wider):
        evidence = evidence.readings[0]
    said: list[str] = []
    clusters = _clusters(evidence)
    if clusters is not None and clusters < FEW_CLUSTERS:
        said.append(
            f"{counted(clusters, 'cluster')}, fewer than {FEW_CLUSTERS}, "
            "say little of how far they lie apart: bounds at 95 % may be wrong in up "
            "to 9 of 100"
        )
    if isinstance(evidence, FigureOfSums) and evidence.rows == "clusters":
        n = len(evidence.stats)
        if n < FEW_CLUSTERS:
            said.append(
                f"{counted(n, 'cluster')}, fewer than {FEW_CLUSTERS}, say little of "
                "how far they lie apart: drawn again they seem closer than they are"
            )
    if isinstance(evidence, QuantileOf):
        n, more = measurement.n, evidence.lacking(bound.level or 0.95)
        if more:
            said.append(
                f"{measurement.metric} has no bound from above with fewer than "
                f"{n + more:,} examples, whatever they show: {more:,} more"
            )
    lacking = rows_lacking(evidence, bound)
    if lacking is not None:
        said.append(
            "one row can cost without limit: rare losses that none of these examples "
            "shows cannot be excluded"
        )
    if lacking:
        needed = rows_without_end(bound.level or 0.95)
        said.append(
            f"{counted(needed - lacking, 'example')} that count as drawn apart, fewer "
            f"than {needed:,}, show nothing of them at all: no bound"
        )
    return tuple(said)


def _clusters(evidence: Evidence | None) -> int | None:
    if isinstance(evidence, RatioOf):
        return len(evidence.totals)
    if isinstance(evidence, BinnedGaps):
        return None if evidence.clusters is None else evidence.worth
    return len(evidence.hits) if isinstance(evidence, MeanOverClusters) else None


def rows_lacking(evidence: Evidence | None, bound: Bound) -> int | None:
    """How many rows more it takes for any bound at all that could show this one kept.

    None where scores have an end on that side, which is bound enough.
    """
    if isinstance(evidence, Wider):
        evidence = evidence.readings[0]
    if not isinstance(evidence, MeanOf | RatioOf):
        return None
    end = evidence.most if bound.at_most is not None else evidence.least
    if math.isfinite(end) or (isinstance(evidence, RatioOf) and evidence.share):
        return None
    rows = evidence.totals if isinstance(evidence, RatioOf) else evidence.scores
    return max(0, rows_without_end(bound.level or 0.95) - len(rows))


def _by_method(measurement: Measurement, method: str) -> Evidence:
    evidence = measurement.evidence
    known: tuple[str, ...] = getattr(evidence, "methods", ())
    if method not in known:
        choice = listed(known) if known else "only its own; leave interval= out"
        raise ArgumentError(
            f"interval={method!r} is not offered for {measurement.metric}, which has "
            f"{choice}"
        )
    return cast("Readable", evidence).by(method)


def _by_cluster(
    measurement: Measurement, outcomes: Outcomes | None, cluster: str
) -> RatioOf | MeanOverClusters | FigureOfSums | BinnedGaps:
    scores, own = None, measurement.evidence
    if outcomes is not None and outcomes.gains is None:
        found = _of_sums(own, outcomes.groups[cluster])
        if found is not None:
            return found
    if outcomes is not None:
        gains = outcomes.gains
        scores = outcomes.scores if gains is None else gains
    if outcomes is None or scores is None:
        raise ArgumentError(
            "cluster= is of figures that are a mean over rows, a ratio of sums over "
            f"them or a plain mean of such ratios, and {measurement.metric} is none. "
            "Ask for one that is, such as accuracy, recall or f1_macro, or leave "
            "cluster= out: then rows count as drawn apart"
        )
    least, most = _range(measurement.evidence)
    return RatioOf.of_rows(
        scores,
        outcomes.groups[cluster],
        share=isinstance(measurement.evidence, ShareOf),
        least=least,
        most=most,
    )


def _of_sums(
    evidence: Evidence | None, clusters: tuple[str, ...]
) -> RatioOf | MeanOverClusters | FigureOfSums | BinnedGaps | None:
    """The same figure by cluster, of evidence that knows what each row adds to it."""
    if isinstance(evidence, RowRatio):
        return evidence.clustered(clusters)
    if isinstance(evidence, MeanF1):
        return evidence.by_cluster(clusters)
    if isinstance(evidence, FigureOfSums | BinnedGaps):
        return evidence.clustered(clusters)
    counts = evidence.counts if isinstance(evidence, ShareOf) else evidence
    bounds = counts.bounds if isinstance(counts, FigureOfCounts) else None
    rows = bounds.by_row if isinstance(bounds, MeanOfClasses) else None
    return None if rows is None else rows.clustered(clusters)


def spread(evidence: Evidence, value: float) -> float | None:
    """The standard error that the limits at 95 % speak of; None where there are none.

    Of limits that are not symmetric, by the wider side; of a correlation, whose become
    so with the rows, by neither.
    """
    if isinstance(evidence, CorrelationOf):
        return evidence.error
    found = evidence.interval()
    if found is None:
        return None
    return max(found.high - value, value - found.low) / two_sided_z(0.95)
