"""Does a model know which text follows which?"""

from __future__ import annotations

from pytest_ptm.behaviours.choice import able_to
from pytest_ptm.behaviours.inquiry import run
from pytest_ptm.behaviours.metric import figure
from pytest_ptm.behaviours.rowwise import Rowwise
from pytest_ptm.datasets.columns import LabelMap
from pytest_ptm.datasets.load import Source
from pytest_ptm.results import Result
from pytest_ptm.tasks.next_sentence import TASK, AnyPairModel, Classification


def evaluate_next_sentence(
    model: AnyPairModel, pairs: Source, *, label_map: LabelMap | None = None
) -> Result:
    """The share of pairs that the next-sentence head tells right, in [0, 1].

    Devlin et al. 2019 ("BERT", NAACL): whether the second text follows the first where
    both were taken from.

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)`` or ``load_model(…)``.
        pairs: Examples with a ``text_pair``, or what ``load_examples`` takes. Labels
            are ``is_next`` and ``not_next``, or 0 and 1 as the head numbers them: 0 is
            the next sentence.
        label_map: label of the data to one of these, where they differ.

    Raises:
        DataError: PTM206, a label is neither; PTM201, there is nothing to ask.
        ModelError: the model cannot be loaded, or has no trained next-sentence head.
    """
    return run(next_sentence(model, pairs, label_map=label_map))


def next_sentence(
    model: AnyPairModel, pairs: Source, *, label_map: LabelMap | None
) -> Rowwise[Classification]:
    """The question behind `evaluate_next_sentence`."""
    among = able_to(lambda task: task is TASK)
    return figure(model, pairs, metric="accuracy", label_map=label_map, among=among)
