"""The task a masked model was trained on: fresh text, some of its tokens hidden."""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.asking import Question, counts, signature
from pytest_ptm.behaviours.cloze import (
    Texts,
    masked_model,
    masked_question,
    require_masks,
    texts_of,
)
from pytest_ptm.behaviours.doubts import alike, doubts
from pytest_ptm.engine.ask import Answers, ask
from pytest_ptm.ground.display import quoted
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.results import (
    CASES_KEPT,
    Case,
    Measurement,
    Result,
)
from pytest_ptm.session import current_session
from pytest_ptm.statistics.clustered_evidence import RatioOf
from pytest_ptm.tasks.fill_mask import (
    MASK,
    AnyMaskedModel,
    MaskedTokens,
    TokenIds,
    hidden_text,
)

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
    if isinstance(within_top, bool) or within_top < 1:
        raise ArgumentError(f"within_top={within_top!r}: expected 1 or more")
    found = _recovered(model, texts, mask_rate, whole_words=whole_words, seed=seed)
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
    found = _recovered(model, texts, mask_rate, whole_words=whole_words, seed=seed)
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
        return Result(
            behaviour=behaviour,
            model=asked.card,
            task=asked.predictor.task,
            measurement=measurement,
            signature=signature(asked, measurement.metric, *self.parts, seed=self.seed),
            cases=self._cases(failing),
            failing=int(failing.sum()),
            counts=replace(counts(asked, self.answers), skipped=self.skipped),
            cost=self.answers.cost,
            notes=(
                f"{len(self.rows):,} tokens of {len(asked.examples):,} texts hidden",
                *doubts(asked.examples, self.answers),
            ),
            of=asked.of,
            data=asked.examples.fingerprint,
        )

    def _cases(self, failing: NDArray[np.bool_]) -> tuple[Case, ...]:
        tokens, examples = self.tokens, self.asked.examples
        wrong = np.flatnonzero(failing)
        worst = wrong[np.argsort(tokens.log_probabilities[wrong], kind="stable")]
        return tuple(
            Case(
                example_id=examples.ids[int(self.rows[place])],
                shown=examples.inputs["text"][int(self.rows[place])],
                expected=f"a hidden token, which has rank {int(tokens.ranks[place]):,} "
                f"at {np.exp(float(tokens.log_probabilities[place])):.4f}",
                observed=tokens.said_at(place, 3),
                severity=float(-tokens.log_probabilities[place]),
            )
            for place in worst[:CASES_KEPT].tolist()
        )


def _recovered(
    model: AnyMaskedModel,
    texts: Texts,
    mask_rate: float,
    *,
    whole_words: bool,
    seed: int | None,
) -> _Recovered:
    if not 0 < mask_rate <= 1:
        raise ArgumentError(
            f"mask_rate={mask_rate!r}: expected more than 0, at most 1, such as 0.15"
        )
    chosen = current_session().settings.seed if seed is None else seed
    asked = masked_question(model, texts_of(texts))
    _refuse_masks(asked)
    words = masked_model(asked).maskable(asked.examples.inputs["text"])
    kept = [row for row, groups in enumerate(words) if groups]
    if not kept:
        raise DataError(
            f"{asked.examples.source}: no text has a token that can be hidden",
            code="PTM201",
        )
    examples = asked.examples.take(kept)
    hidden = [
        _drawn(
            words[row],
            mask_rate,
            whole_words=whole_words,
            seed=f"{chosen}\0mask\0{examples.ids[place]}",
        )
        for place, row in enumerate(kept)
    ]
    answers = ask(
        asked.predictor,
        replace(
            examples,
            inputs={
                "text": examples.inputs["text"],
                "hidden": tuple(hidden_text(places) for places in hidden),
            },
        ),
    )
    require_masks(examples, answers, [len(places) for places in hidden])
    return _Recovered(
        asked=replace(asked, examples=examples),
        answers=answers,
        rows=np.repeat(np.arange(len(kept)), [len(places) for places in hidden]),
        skipped=len(words) - len(kept),
        parts=(f"mask_rate:{mask_rate}", *(["whole_words"] if whole_words else [])),
        seed=chosen,
    )


def _refuse_masks(asked: Question[MaskedTokens]) -> None:
    examples, own = asked.examples, masked_model(asked).mask
    for identity, text in zip(examples.ids, examples.inputs["text"], strict=True):
        if MASK in text or own in text:
            raise DataError(
                f"{examples.source}: {identity} has a mask of its own, and here the "
                f"masks are drawn: {quoted(text)}",
                code="PTM211",
            )


def _drawn(
    words: Sequence[TokenIds], mask_rate: float, *, whole_words: bool, seed: str
) -> list[int]:
    """Places to hide: a share of the tokens, at least one, and never a part too many.

    With whole words, those that would go beyond the share are passed over, unless
    nothing else is left.
    """
    digest = hashlib.blake2b(seed.encode("utf-8", "surrogatepass"), digest_size=8)
    rng = random.Random(int.from_bytes(digest.digest(), "little"))
    tokens = [place for word in words for place in word]
    most = max(1, round(mask_rate * len(tokens)))
    if not whole_words:
        return sorted(rng.sample(tokens, most))
    order = rng.sample(range(len(words)), len(words))
    chosen: list[int] = []
    for word in order:
        if len(chosen) + len(words[word]) <= most:
            chosen += words[word]
    return sorted(chosen or words[order[0]])
