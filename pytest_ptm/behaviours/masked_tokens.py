"""The task a masked model was trained on: fresh text, some of its tokens hidden."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.asking import Question, counts
from pytest_ptm.behaviours.cloze import refuse_every_token
from pytest_ptm.behaviours.doubts import alike, doubts
from pytest_ptm.behaviours.hidden import Hidden, hide
from pytest_ptm.behaviours.inquiry import AsAWhole, Scores, Units, run
from pytest_ptm.behaviours.reporting import result_over
from pytest_ptm.behaviours.rowwise import AllHeard, Rowwise
from pytest_ptm.behaviours.texts import Texts
from pytest_ptm.engine.ask import Answers
from pytest_ptm.ground.whole import require_whole
from pytest_ptm.results import (
    CASES_KEPT,
    Case,
    Measurement,
    Result,
)
from pytest_ptm.statistics.clustered_evidence import RatioOf
from pytest_ptm.tasks.fill_mask import (
    AnyMaskedModel,
    MaskedTokens,
    masked_model,
)
from pytest_ptm.tasks.protocol import Rows

MASK_RATE = 0.15
"""The share of tokens that BERT was trained to recover (Devlin et al. 2019)."""


def evaluate_masked_accuracy(
    model: AnyMaskedModel,
    texts: Texts,
    *,
    mask_rate: float = MASK_RATE,
    within_top: int = 1,
    whole_words: bool = False,
    seed: int | None = None,
) -> Result:
    """The share of hidden tokens that the model finds again, in [0, 1].

    The pretraining task (Devlin et al. 2019) on fresh text. Of each text a share of the
    tokens, at least one, is hidden, all at once, and every one of them behind the mask;
    special and unknown tokens never. Which ones depends on the seed and the example's
    id alone. ``n`` counts hidden tokens; the interval is over texts, whose tokens hang
    together.

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)`` or ``load_model(…)``.
        texts: a text, several, or what ``load_examples`` takes; without masks.
        mask_rate: the share of each text's tokens to hide, above 0, at most 1.
        within_top: found is a token among so many of the likeliest, 1 or more.
        whole_words: hide words as a whole, all of their tokens.
        seed: of what is hidden; ``--ptm-seed`` unless given.

    Raises:
        ArgumentError: an argument is wrong.
        DataError: PTM201, there are no texts, or none with a token to hide; PTM211, a
            text has a mask of its own.
        ModelError: the model cannot be loaded or asked.
    """
    return run(
        masked_accuracy(
            model,
            texts,
            mask_rate=mask_rate,
            within_top=within_top,
            whole_words=whole_words,
            seed=seed,
        )
    )


def evaluate_masked_cross_entropy(
    model: AnyMaskedModel,
    texts: Texts,
    *,
    mask_rate: float = MASK_RATE,
    whole_words: bool = False,
    seed: int | None = None,
) -> Result:
    """The mean of -ln p over the hidden tokens, in nats; 0 is perfect.

    What masked pretraining minimises, on fresh text. The other arguments, what is
    hidden and what is raised are those of ``evaluate_masked_accuracy``.
    """
    return run(
        masked_cross_entropy(
            model, texts, mask_rate=mask_rate, whole_words=whole_words, seed=seed
        )
    )


def masked_accuracy(
    model: AnyMaskedModel,
    texts: Texts,
    *,
    mask_rate: float,
    within_top: int,
    whole_words: bool,
    seed: int | None,
) -> Rowwise[MaskedTokens]:
    """The question behind `evaluate_masked_accuracy`."""
    within_top = require_whole("within_top", within_top, least=1)

    def report(found: _Recovered) -> Result:
        hits = found.tokens.ranks <= within_top
        return found.result(
            "masked_accuracy",
            Measurement.of(
                f"masked accuracy within the top {within_top}",
                float(hits.mean()),
                len(hits),
                "higher",
                found.evidence(hits.astype(np.float64), share=True),
            ),
            failing=~hits,
        )

    hidden = hide(model, texts, mask_rate, whole_words=whole_words, seed=seed)
    refuse_every_token(hidden.asked, within_top)
    return _inquiry(hidden, "masked accuracy", report)


def masked_cross_entropy(
    model: AnyMaskedModel,
    texts: Texts,
    *,
    mask_rate: float,
    whole_words: bool,
    seed: int | None,
) -> Rowwise[MaskedTokens]:
    """The question behind `evaluate_masked_cross_entropy`."""

    def report(found: _Recovered) -> Result:
        losses = -found.tokens.log_probabilities.astype(np.float64)
        return found.result(
            "masked_cross_entropy",
            Measurement.of(
                "masked cross-entropy",
                float(losses.mean()),
                len(losses),
                "lower",
                found.evidence(losses, share=False),
            ),
            failing=found.tokens.ranks > 1,
        )

    hidden = hide(model, texts, mask_rate, whole_words=whole_words, seed=seed)
    return _inquiry(hidden, "masked cross-entropy", report)


def _inquiry(
    hidden: Hidden, name: str, report: Callable[[_Recovered], Result]
) -> Rowwise[MaskedTokens]:
    """The question what becomes of hidden tokens, by what makes a result of it."""

    def score(heard: AllHeard[MaskedTokens], units: Rows) -> Scores:
        raise ValueError(f"{name} has no score of a text by itself")

    return Rowwise(
        examples=hidden.asked.examples,
        units=Units.each(hidden.examples),
        figure=AsAWhole(
            f"{name} is a ratio: texts have different numbers of hidden tokens"
        ),
        askings=(hidden.asking(),),
        scoring=score,
        reporting=lambda heard, units: report(_recovered(hidden, heard, units)),
        unlimited=hidden.whole,
        of=hidden.asked.of,
    )


def _recovered(
    hidden: Hidden, heard: AllHeard[MaskedTokens], units: Rows
) -> _Recovered:
    """What was heard of these texts."""
    answers = heard[0].given
    # Texts with nothing to hide are left out of all texts, and of no part of them.
    left_out = len(hidden.asked.examples) - len(hidden.kept)
    return _Recovered(
        asked=hidden.part(units),
        answers=answers,
        rows=np.repeat(np.arange(len(units)), answers.predictions.masks),
        skipped=left_out if len(units) == len(hidden.kept) else 0,
        parts=hidden.parts,
        seed=hidden.seed,
    )


@dataclass(frozen=True, slots=True)
class _Recovered:
    """What the model made of the hidden tokens.

    ``rows`` says which text each hidden token is of, intp[m].
    """

    asked: Question[MaskedTokens]
    answers: Answers[MaskedTokens]
    rows: NDArray[np.intp]
    skipped: int
    parts: tuple[str, ...]
    seed: int

    @property
    def tokens(self) -> MaskedTokens:
        """Answers, one wanted token at each mask."""
        return self.answers.predictions

    def evidence(self, scores: NDArray[np.float64], *, share: bool) -> RatioOf:
        """The scores by text: tokens of one text, or of equal ones, hang together."""
        texts = alike(self.asked.examples)[self.rows]
        return RatioOf.of_rows(
            scores, texts, share=share, least=0.0, most=1.0 if share else math.inf
        )

    def result(
        self, behaviour: str, measurement: Measurement, failing: NDArray[np.bool_]
    ) -> Result:
        """The figure with its cases: the hidden tokens that were least expected."""
        asked = self.asked
        return result_over(
            asked,
            measurement,
            behaviour=behaviour,
            parts=(measurement.metric, *self.parts),
            seed=self.seed,
            cases=self._cases(failing),
            failing=int(failing.sum()),
            counts=replace(counts(asked, self.answers), skipped=self.skipped),
            cost=self.answers.cost,
            notes=(
                f"{len(self.rows):,} tokens of {len(asked.examples):,} texts hidden",
                *doubts(asked.examples, self.answers),
            ),
        )

    def _cases(self, failing: NDArray[np.bool_]) -> tuple[Case, ...]:
        tokens, examples = self.tokens, self.asked.examples
        vocabulary = masked_model(self.asked.predictor).vocabulary
        wrong = np.flatnonzero(failing)
        worst = wrong[np.argsort(tokens.log_probabilities[wrong], kind="stable")]
        return tuple(
            Case(
                example_id=examples.ids[int(self.rows[place])],
                shown=examples.inputs["text"][int(self.rows[place])],
                expected=f"a hidden token, which has rank {int(tokens.ranks[place]):,} "
                f"at {np.exp(float(tokens.log_probabilities[place])):z.4f}",
                observed=tokens.spelled_at(place, vocabulary, 3),
                severity=float(-tokens.log_probabilities[place]),
            )
            for place in worst[:CASES_KEPT].tolist()
        )
