"""Every metric of pseudo-log-likelihoods by name: as those of likelihoods.

Salazar et al. 2020 ("Masked Language Model Scoring", ACL), section 2.3. Names of their
own, because e to them is no perplexity: texts that are scored are not left out of what
the model is given.
"""

from __future__ import annotations

from pytest_ptm.metrics.protocol import Kind
from pytest_ptm.metrics.scoring.table import figures_of
from pytest_ptm.tasks.masked_scoring import PseudoTokenScores

KIND: Kind[PseudoTokenScores] = figures_of(
    PseudoTokenScores,
    names={
        "perplexity": "pseudo_perplexity",
        "word_perplexity": "pseudo_word_perplexity",
        "bits_per_byte": "pseudo_bits_per_byte",
        "cross_entropy": "pseudo_cross_entropy",
        "token_accuracy": "masked_token_accuracy",
    },
)
