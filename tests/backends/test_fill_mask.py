"""Masked language models: asked at the masks only, and right there."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch
import transformers
from ptm_broken import change_json

from pytest_ptm.backends.transformers import fill_mask
from pytest_ptm.backends.transformers.lm_head import VocabularyHead
from pytest_ptm.backends.transformers.module_state import ModuleState
from pytest_ptm.backends.transformers.padding import Padding
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.ragged import Ragged
from pytest_ptm.engine.ask import ask
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.tasks.fill_mask import wanted_tokens
from pytest_ptm.tasks.table import concatenate

FAMILIES = [
    "albert-masked-lm",
    "bert-masked-lm",
    "distilbert-masked-lm",
    "electra-masked-lm",
    "roberta-masked-lm",
]
TEXTS = (
    "a [MASK] film",
    "[MASK] music is great and the acting is [MASK] dull",
    "no mask at all",
    "a strange [MASK] to waste this [MASK]",
    "[MASK]",
)


# Some want nothing; what is wanted at a mask that is not there is passed over.
WANTED = wanted_tokens(
    [[[5, 7]], [[9], [5, 6, 7]], [[], [8]], [[], [11]], [[4], [3, 2]]]
)


def examples_of(texts, **numbers):
    ids = tuple(f"row-{i}" for i in range(len(texts)))
    return Examples(ids, {"text": tuple(texts)}, numbers=numbers)


def plain(folder, text):
    """Log-probabilities at the masks of one text, as transformers alone has them."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForMaskedLM.from_pretrained(folder).eval()
    text = text.replace("[MASK]", tokenizer.mask_token)
    inputs = tokenizer(text, return_tensors="pt")
    with torch.inference_mode():
        logits = model(**inputs).logits[inputs["input_ids"] == tokenizer.mask_token_id]
    return logits.log_softmax(dim=-1).numpy()


@pytest.mark.parametrize("budget", [1, 1_024])
@pytest.mark.parametrize("family", FAMILIES)
def test_every_mask_has_the_answer_of_transformers_alone(
    family, budget, checkpoint, predictor_of, run_with
):
    with run_with(batch_tokens=budget):
        predictor = predictor_of(checkpoint(family), "fill-mask")
        assert predictor.head.encoder is not None
        found = ask(predictor, examples_of(TEXTS, wanted=WANTED)).predictions
    assert found.masks.tolist() == [1, 2, 0, 2, 1]
    assert found.wanted.tolist() == [2, 1, 3, 0, 1, 1]
    expected = np.concatenate([plain(checkpoint(family), text) for text in TEXTS])
    logs, ranks = iter(found.log_probabilities), iter(found.ranks)
    for place, tokens in enumerate([(5, 7), (9,), (5, 6, 7), (), (11,), (4,)]):
        top = np.argsort(-expected[place], kind="stable")[:10]
        # Tokens that only rounding tells apart may change places.
        np.testing.assert_allclose(
            expected[place][found.top_ids[place]], expected[place][top], atol=2e-5
        )
        np.testing.assert_allclose(
            found.top_log_probabilities[place], expected[place][top], atol=2e-5
        )
        for token in tokens:
            assert next(logs) == pytest.approx(expected[place][token], abs=2e-5)
            margins = expected[place] - expected[place][token]
            assert (margins > 2e-5).sum() < next(ranks) <= (margins >= -2e-5).sum()


def test_rows_can_be_taken_in_any_order_and_put_together(checkpoint, predictor_of):
    predictor = predictor_of(checkpoint("bert-masked-lm"), "fill-mask")
    whole = ask(predictor, examples_of(TEXTS, wanted=WANTED)).predictions
    parts = [whole.take(np.array(rows)) for rows in ([3, 1], [0, 2, 4])]
    again = concatenate(parts).take(np.array([2, 1, 3, 0, 4]))
    for column in ("masks", "top_ids", "wanted", "ranks", "log_probabilities", "ties"):
        assert getattr(again, column).tolist() == getattr(whole, column).tolist()
    assert len(whole.take(np.array([], dtype=np.intp))) == 0


@pytest.mark.parametrize("family", FAMILIES)
def test_the_vocabulary_scores_are_of_masks_only_and_in_chunks(
    family, checkpoint, predictor_of, monkeypatch
):
    predictor = predictor_of(checkpoint(family), "fill-mask")
    size = predictor.checkpoint.model.config.vocab_size
    whole = ask(predictor, examples_of(TEXTS)).predictions
    seen = []

    def remember(module, arguments, output):
        if isinstance(output, torch.Tensor) and output.shape[-1] == size:
            seen.append(output[..., 0].numel())

    monkeypatch.setattr(fill_mask, "SCORES_AT_ONCE", 2 * size)
    with torch.nn.modules.module.register_module_forward_hook(remember):
        answers = predictor.forward(predictor.encode({"text": TEXTS}).payload)
    assert max(seen) <= 2
    # Some heads hold their last layer twice, as one module in another.
    assert sum(seen) % 6 == 0
    # Neighbours that only rounding tells apart may change places, as may the last.
    logs = whole.top_log_probabilities
    steps = np.abs(np.diff(logs, axis=1, append=-np.inf, prepend=np.inf)) > 1e-4
    clear = steps[:, :-1] & steps[:, 1:]
    clear[:, -1] = False
    assert clear.any()
    assert (answers.top_ids == whole.top_ids)[clear].all()
    np.testing.assert_allclose(
        answers.top_log_probabilities, whole.top_log_probabilities, atol=1e-5
    )


def test_a_model_that_cannot_be_taken_apart_is_asked_whole(checkpoint, predictor_of):
    predictor = predictor_of(checkpoint("bert-masked-lm"), "fill-mask")
    apart = ask(predictor, examples_of(TEXTS)).predictions

    class Entangled(torch.nn.Module):
        """Its head reads more of the encoder than the last states."""

        def __init__(self, model):
            super().__init__()
            self.model, self.dtype = model, model.dtype
            self.base_model = model.base_model

        def forward(self, input_ids, **inputs):
            found = self.model(input_ids, **inputs)
            found.logits = found.logits + input_ids.float().mean() * 0.01
            return found

    model = predictor.checkpoint.model
    object.__setattr__(predictor.checkpoint, "model", Entangled(model))
    assert VocabularyHead.of(predictor.checkpoint, PROBE).encoder is None
    inputs = predictor.encode({"text": TEXTS}).payload.tokens.padded(Padding(0))
    tensors = {name: torch.from_numpy(column) for name, column in inputs.items()}
    at = tensors["input_ids"] == predictor.checkpoint.tokenizer.mask_token_id
    blocks = list(VocabularyHead(model, None).scores(tensors, at, at_once=4))
    assert [start for start, _ in blocks] == [0, 4]
    scores = torch.cat([block for _, block in blocks])
    likeliest = scores.gather(1, torch.tensor(apart.predicted[:, np.newaxis]))
    torch.testing.assert_close(likeliest[:, 0], scores.max(dim=1).values)


PROBE = [[5, 4, 4, 5], [4, 5, 4, 4]]
SMALL = {
    "vocab_size": 60,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 40,
}
MODERN = dict.fromkeys(
    ("pad_token_id", "cls_token_id", "sep_token_id", "bos_token_id", "eos_token_id"), 1
)


@pytest.mark.parametrize(
    ("family", "options"),
    [
        ("camembert", {}),
        ("convbert", {"embedding_size": 16}),
        ("deberta-v2", {}),
        ("esm", {"pad_token_id": 0, "mask_token_id": 4}),
        ("fnet", {}),
        ("modernbert", MODERN),
        ("mpnet", {}),
        ("roformer", {"embedding_size": 16}),
        ("xlm-roberta", {}),
    ],
)
def test_other_families_can_be_taken_apart_too(family, options):
    config = transformers.AutoConfig.for_model(family, **SMALL, **options)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = transformers.AutoModelForMaskedLM.from_config(config).eval()
    card = SimpleNamespace(name=family, device="cpu")
    state = ModuleState(model)
    checkpoint = SimpleNamespace(model=model, card=card, state=state)
    found = VocabularyHead.of(checkpoint, PROBE)
    assert found.encoder is not None


def test_the_encoder_is_itself_again_after_an_answer(checkpoint, predictor_of):
    predictor = predictor_of(checkpoint("bert-masked-lm"), "fill-mask")
    ask(predictor, examples_of(TEXTS))
    assert "forward" not in vars(predictor.checkpoint.model.base_model)


def test_hidden_tokens_are_what_masks_by_hand_are(checkpoint, predictor_of):
    predictor = predictor_of(checkpoint("bert-masked-lm"), "fill-mask")
    text = "the acting is great"
    ids = predictor.checkpoint.tokenizer(text)["input_ids"]
    masked = "[MASK] acting is great"
    (by_hand,) = ask(
        predictor, examples_of([masked], wanted=wanted_tokens([[[ids[1]]]]))
    ).predictions.log_probabilities
    hidden = ask(predictor, examples_of([text], hidden=Ragged.of([[1]])))
    assert hidden.predictions.log_probabilities.tolist() == [by_hand]
    # What the model sees is the same, so it is asked once.
    assert hidden.cost.forwarded == 0


def test_places_that_can_be_hidden_are_words_and_never_special(
    checkpoint, predictor_of
):
    for family in FAMILIES:
        predictor = predictor_of(checkpoint(family), "fill-mask")
        text = "unflinchingly bleak and \U0001f468 dull " * 20
        (words,) = predictor.maskable([text])
        encoded = predictor.encode({"text": [text]})
        ids = encoded.payload.tokens.ids
        places = [place for word in words for place in word]
        assert encoded.truncated[0]
        assert places == sorted(set(places))
        special = set(predictor.checkpoint.tokenizer.all_special_ids)
        assert {p for p in range(len(ids)) if ids[p] not in special} == set(places)
        assert any(len(word) > 1 for word in words)


def test_equally_likely_tokens_share_the_last_place(checkpoint, predictor_of, copy_of):
    folder = copy_of("bert-masked-lm")
    from safetensors.torch import load_file, save_file

    tensors = load_file(folder / "model.safetensors")
    zeros = {
        name: torch.zeros_like(tensor) if name.startswith("cls.") else tensor
        for name, tensor in tensors.items()
    }
    save_file(zeros, folder / "model.safetensors", metadata={"format": "pt"})
    predictor = predictor_of(folder, "fill-mask")
    found = ask(
        predictor, examples_of(["a [MASK]"], wanted=wanted_tokens([[[9]]]))
    ).predictions
    size = len(predictor.checkpoint.tokenizer)
    assert found.ranks.tolist() == [size]
    assert found.ties.tolist() == [size - 1]


def test_a_tokenizer_without_a_mask_is_refused(copy_of, predictor_of):
    folder = copy_of("bert-masked-lm")
    change_json(folder / "tokenizer_config.json", mask_token=None)
    with pytest.raises(ModelError, match="no mask token") as caught:
        predictor_of(folder, "fill-mask")
    assert caught.value.code == "PTM320"


def test_models_of_other_kinds_are_refused(checkpoint, predictor_of):
    with pytest.raises(ModelError, match="no trained head for fill-mask") as caught:
        predictor_of(checkpoint("bert"), "fill-mask")
    assert caught.value.code == "PTM303"
    with pytest.raises(ModelError, match="fill-mask"):
        predictor_of(checkpoint("gpt2"), "fill-mask")


def test_a_model_in_training_mode_is_refused(checkpoint, predictor_of, copy_of):
    predictor = predictor_of(copy_of("bert-masked-lm"), "fill-mask")
    predictor.checkpoint.model.train()
    with pytest.raises(ModelError, match="training mode") as caught:
        ask(predictor, examples_of(TEXTS))
    assert caught.value.code == "PTM304"
