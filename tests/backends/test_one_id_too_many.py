"""The first id beyond the embeddings is refused, not only the second."""

from types import SimpleNamespace

import pytest
import torch

from pytest_ptm.backends.transformers.checkpoint_loading import (
    refuse_large_vocabulary,
)
from pytest_ptm.ground.errors import ModelError


def test_an_id_needs_an_embedding_of_its_own():
    embeddings = torch.nn.Embedding(3, 2)
    model = SimpleNamespace(get_input_embeddings=lambda: embeddings)

    def knowing(*ids):
        return SimpleNamespace(get_vocab=lambda: {f"w{i}": i for i in ids})

    refuse_large_vocabulary("org/model", model, knowing(0, 1, 2))
    with pytest.raises(ModelError, match="ids up to 3, and the model has 3") as caught:
        refuse_large_vocabulary("org/model", model, knowing(0, 1, 3))
    assert caught.value.code == "PTM302"
