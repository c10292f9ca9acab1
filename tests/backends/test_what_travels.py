"""What goes to a sender and comes back: batches and answers, nothing beside them."""

import pickle

import numpy as np
import pytest


@pytest.mark.parametrize(
    ("family", "task"),
    [
        ("bert", "text-classification"),
        ("bert-masked-lm", "fill-mask"),
        ("bert-masked-lm", "masked-scoring"),
    ],
)
def test_a_batch_holds_only_its_own_rows(family, task, checkpoint, predictor_of):
    predictor = predictor_of(checkpoint(family), task)
    mask = "dull" if task == "masked-scoring" else "[MASK]"
    texts = [f"a {mask} film {'great ' * (i % 9)}" for i in range(10_000)]
    payload = predictor.encode({"text": texts}).payload
    batch = payload.take(np.array([9_999, 3]))
    data = pickle.dumps(batch)
    assert len(data) < 2_000
    answers = predictor.forward(pickle.loads(data))
    alone = [predictor.forward(payload.take(np.array([row]))) for row in (9_999, 3)]
    both = answers.columns().columns.values()
    one_by_one = zip(*(each.columns().columns.values() for each in alone), strict=True)
    for column, (first, second) in zip(both, one_by_one, strict=True):
        for row, other in enumerate((first, second)):
            np.testing.assert_allclose(column[row], other[0], atol=1e-5)
