# pyright: basic
# torch's modules are only partly typed.
"""How likely choices are after their contexts, found in the cheapest way that is right.

All choices of a question as one row, or behind the keys and values of their context
which is asked once, or each in full: the first two are tried when a model is bound.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import torch

from pytest_ptm.backends.transformers.asking import asking
from pytest_ptm.backends.transformers.causal_scoring import CausalScorer
from pytest_ptm.backends.transformers.checkpoint import Checkpoint, Loaded
from pytest_ptm.backends.transformers.choice_branches import (
    LONGEST,
    Branches,
    Tried,
    sees_all,
)
from pytest_ptm.backends.transformers.choice_rows import ChoiceRows
from pytest_ptm.backends.transformers.padding import takes, text_config
from pytest_ptm.backends.transformers.rounding import same
from pytest_ptm.backends.transformers.scored_rows import ScoredRows
from pytest_ptm.backends.transformers.scored_tokens import scored_tokens
from pytest_ptm.backends.transformers.tokens import rows_of
from pytest_ptm.ground.errors import BatchFailed


@dataclass(frozen=True, slots=True)
class ChoiceAsker:
    """A causal language model that is asked for choices.

    ``shares``: whether choices are asked behind the keys and values of their context.
    ``branches``: whether a context and all of its choices are asked as one row.
    """

    scorer: CausalScorer
    shares: bool
    branches: bool = False
    tried: Tried = field(default_factory=Tried, compare=False, repr=False)

    @classmethod
    def of(cls, scorer: CausalScorer) -> Self:
        """The model with the ways in which it answers as in full: they are tried."""
        return cls(scorer, _shares(scorer), _branches(scorer))

    @property
    def checkpoint(self) -> Checkpoint:
        """What is asked."""
        return self.scorer.checkpoint

    @property
    def branching(self) -> bool:
        """Whether a question and its choices are asked as one row: until that fails."""
        return self.branches and not self.tried.failed

    def scores(self, batch: ChoiceRows) -> np.ndarray:
        """Log-probabilities of the scored tokens, the cheapest way there is."""
        lowest = self.checkpoint.padding.borders.lowest
        if lowest is not None and int(batch.longest.max()) > lowest:
            # A context would be of one side, and with some choice of the other.
            return self.in_full(batch.in_full)
        if self.branching and (found := self._as_one_row(batch)) is not None:
            return found
        if not self.shares:
            return self.in_full(batch.in_full)
        lengths = batch.shared.lengths
        if (lengths == lengths[0]).all():
            return self.behind(batch) if lengths[0] else self.in_full(batch.in_full)
        each = (batch.take(np.array([row])) for row in range(len(lengths)))
        return np.concatenate([self.scores(one) for one in each])

    def _as_one_row(self, batch: ChoiceRows) -> np.ndarray | None:
        """The same, all choices of a question as branches of one row.

        None where they do not answer as in full. That is tried with a choice of the
        longest question, whenever that is longer than all before.
        """
        lengths = batch.tokens
        longest = int(lengths.max())
        # No place in a text is further than its tokens, but a row with all choices is
        # longer than any text, and a model may have a table by length.
        if longest > min(LONGEST, self.scorer.size or LONGEST):
            return None
        found = self.branched(batch)
        if longest > self.tried.length:
            if not self._last_alike(batch, found, int(lengths.argmax())):
                self.tried.failed = True
                return None
            self.tried.length = longest
        return found

    def _last_alike(self, batch: ChoiceRows, found: np.ndarray, row: int) -> bool:
        """Whether a question's last choice, the furthest from its context, is right."""
        scored, last = (
            scored_counts(batch.behind),
            int(batch.counts[: row + 1].sum()) - 1,
        )
        start = int(scored[:last].sum())
        full = batch.take(np.array([row])).in_full
        expected = self.in_full(full.take(np.array([len(full.first) - 1])))
        return self.agree(found[start : start + scored[last]], expected)

    def branched(self, batch: ChoiceRows) -> np.ndarray:
        """Log-probabilities of the scored tokens, a question a row."""
        device, dtype = self.checkpoint.card.device, self.checkpoint.model.dtype
        padding = replace(self.checkpoint.padding, side="right")
        branches = Branches.of(batch)
        rows = batch.behind.tokens
        with asking(
            replace(self.checkpoint, padding=padding), branches.tokens
        ) as asked:
            places = branches.tokens.at(padding, branches.saying)
            found, _ = scored_tokens(
                self.scorer.head,
                {**asked, **branches.inputs(padding, dtype, device)},
                torch.from_numpy(places).to(device),
                rows.ids[batch.behind.scored],
            )
        return found

    def agree(self, found: np.ndarray, expected: np.ndarray) -> bool:
        """Whether both are one figure, but for how the model's numbers round."""
        both = torch.from_numpy(found), torch.from_numpy(expected)
        return same(*both, self.checkpoint.model.dtype)

    def behind(self, batch: ChoiceRows) -> np.ndarray:
        """Log-probabilities of the scored tokens, each context asked once."""
        rows, device = batch.behind.tokens, self.checkpoint.card.device
        padding = replace(self.checkpoint.padding, side="right")
        with asking(self.checkpoint, batch.shared) as inputs:
            model = self.checkpoint.model.base_model
            said = model(**inputs, use_cache=True)
            # By its older name reading it would warn.
            known = said.cache if "cache" in said else said.past_key_values
            known.batch_select_indices(torch.from_numpy(batch.owners).to(device))
            start = int(batch.shared.lengths[0])
            behind = {
                name: torch.from_numpy(column).to(device)
                for name, column in rows.padded(padding).items()
            }
            ids = behind["input_ids"]
            if "attention_mask" in behind:
                seen = behind["attention_mask"].new_ones(len(ids), start)
                both = torch.cat([seen, behind["attention_mask"]], dim=1)
                behind["attention_mask"] = both
            places = torch.arange(start, start + ids.shape[1], device=device)
            found, _ = scored_tokens(
                self.scorer.head,
                {
                    **behind,
                    "position_ids": places[None].expand(ids.shape),
                    _name_of_cache(model): known,
                },
                torch.from_numpy(rows.at(padding, batch.behind.saying)).to(device),
                rows.ids[batch.behind.scored],
            )
        return found

    def in_full(self, rows: ScoredRows) -> np.ndarray:
        """The same, each choice asked after all that stands before it."""
        n = len(rows.first)
        groups = self.checkpoint.padding.groups(rows.tokens.lengths)
        if groups is None:
            return self.scorer.forward(rows).log_probabilities
        each = [self.scorer.forward(rows.take(np.array([row]))) for row in range(n)]
        return np.concatenate([one.log_probabilities for one in each])


def scored_counts(rows: ScoredRows) -> np.ndarray:
    """How many tokens of each row are scored."""
    return rows.tokens.lengths - rows.first


def _name_of_cache(model: Loaded) -> str:
    """What a model calls the keys and values of what it has seen."""
    known = inspect.signature(model.forward).parameters
    return "cache" if "cache" in known else "past_key_values"


def _shares(scorer: CausalScorer) -> bool:
    """Whether choices asked behind their context are scored as in full: it is tried."""
    batch = _probe(scorer, 5, 5)
    return _takes(scorer, "use_cache") and _as_in_full(
        scorer, lambda asker: asker.behind(batch), batch
    )


def _branches(scorer: CausalScorer) -> bool:
    """Whether choices asked as branches of one row are scored as in full."""
    batch = _probe(scorer, 3, 5)
    return (
        _takes(scorer, "attention_mask")
        and scorer.checkpoint.padding.sharing == "any"
        and sees_all(text_config(scorer.checkpoint.model))
        and _as_in_full(scorer, lambda asker: asker.branched(batch), batch)
    )


def _takes(scorer: CausalScorer, name: str) -> bool:
    encoder = scorer.head.encoder
    return encoder is not None and all(
        takes(encoder, each, by_name=True) for each in (name, "position_ids")
    )


def _as_in_full(
    scorer: CausalScorer,
    way: Callable[[ChoiceAsker], np.ndarray],
    batch: ChoiceRows,
) -> bool:
    asker = ChoiceAsker(scorer, shares=True)
    try:
        found, expected = way(asker), asker.in_full(batch.in_full)
    except BatchFailed:
        return False
    return asker.agree(found, expected)


def _probe(scorer: CausalScorer, first_length: int, length: int) -> ChoiceRows:
    """Two contexts of these lengths, with choices of several lengths."""
    padding = scorer.checkpoint.padding
    some = [
        each for each in range(min(padding.size, 64)) if each not in padding.special
    ]
    ids = (some or [0]) * 12
    shared = rows_of([ids[:first_length], ids[4 : 4 + length]], type_ids=False)
    behind = [ids[2:5], ids[3:9], ids[1:3], ids[5:12], ids[:2]]
    first = np.array([1, 2, 1, 1, 1], dtype=np.int32)
    rows = ScoredRows(rows_of(behind, type_ids=False), first)
    counts, sizes = np.array([2, 3], dtype=np.int32), np.ones(5, dtype=np.int32)
    return ChoiceRows(shared, rows, counts, sizes)
