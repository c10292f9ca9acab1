"""XLNet: every score against a plain forward with masks written out by hand."""

import numpy as np
import pytest
import torch
import transformers
from ptm_architectures import WORDS, build, tokenizer
from tokenizers import processors

from pytest_ptm import (
    ArgumentError,
    DataError,
    ModelError,
    assert_perplexity,
    assert_prefers,
    evaluate_invariant,
    evaluate_masked_accuracy,
    evaluate_masked_prediction,
    evaluate_perplexity,
    from_pretrained,
)
from pytest_ptm.backends.transformers.permuted_scoring import ranks_of
from pytest_ptm.backends.transformers.scored_rows import ScoredRows
from pytest_ptm.backends.transformers.tokens import rows_of
from pytest_ptm.behaviours.scoring import scored
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask
from pytest_ptm.models.handle import load_model
from pytest_ptm.tasks.token_scores.settings import Scoring

LENGTHS = (2, 30, 5, 31, 60, 1, 9)
SEP, CLS, BLANK = 6, 5, 4
ORDERS = ("left_to_right", 0, 7)


def text(words, seed=0):
    return " ".join(WORDS[(i * 7 + seed) % len(WORDS)] for i in range(words))


TEXTS = tuple(text(n, seed) for seed, n in enumerate(LENGTHS))


def examples_of(*texts, **columns):
    ids = tuple(f"text-{place}" for place in range(1, len(texts) + 1))
    return Examples(ids, {"text": texts, **columns})


def saved(folder, side="left", *, bare=False, **options):
    """A tiny random XLNet, whose tokenizer puts ``<sep> <cls>`` behind a text."""
    # Every id has a word, so that what is said can be asked for.
    build("causal-scoring", "xlnet", folder, **{"vocab_size": 48, **options})
    kept = tokenizer(side=side, bare=True)
    if not bare:
        kept.backend_tokenizer.post_processor = processors.TemplateProcessing(
            single="$A <sep> <cls>:2",
            special_tokens=[("<sep>", SEP), ("<cls>", CLS)],
        )
    kept.model_input_names = ["input_ids", "token_type_ids", "attention_mask"]
    kept.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return saved(tmp_path_factory.mktemp("xlnet") / "it")


def loaded(folder):
    return transformers.XLNetLMHeadModel.from_pretrained(folder).eval()


def ids_of(words):
    return [tokenizer().get_vocab()[word] for word in words.split()]


def bound(folder, **how):
    predictor = load_model(folder).predictor("permuted-scoring")
    return predictor.scoring(Scoring(**how)) if how else predictor


def by_hand(model, ids, steps, given):
    """Each token of ``steps`` by those before it, one forward each; by place.

    ``given`` are places that all see, and which see each other.
    """
    n, found = len(ids), {}
    types = [2 if token == CLS else 0 for token in ids]
    for step, target in enumerate(steps):
        before = {*given, *steps[:step]}
        mask = torch.ones(1, n, n)
        for one in range(n):
            for other in range(n):
                if one in given:
                    seen = other in given
                elif one in steps[:step]:
                    seen = other in given or other in steps[: steps.index(one)]
                else:
                    seen = other in before
                if seen:
                    mask[0, one, other] = 0
        mapping = torch.zeros(1, 1, n)
        mapping[0, 0, target] = 1
        with torch.no_grad():
            logits = model(
                input_ids=torch.tensor([ids]),
                token_type_ids=torch.tensor([types]),
                perm_mask=mask,
                target_mapping=mapping,
            ).logits
        logs = logits.double().log_softmax(dim=-1)[0, 0]
        found[target] = logs[ids[target]].item()
    return [found[place] for place in sorted(found)]


def steps_of(count, order, first=0):
    """The places from ``first`` on in the order in which they are said."""
    rows = rows_of([[9] * count], type_ids=False)
    ranks = ranks_of(ScoredRows(rows, np.zeros(1, dtype=np.int32)), order)
    assert sorted(ranks) == list(range(1, count + 1))
    return [first + int(place) for place in np.argsort(ranks)]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("side", ["left", "right"])
def test_a_mixed_batch_equals_masks_by_hand_one_by_one(order, side, tmp_path):
    folder = saved(tmp_path / "it", side)
    predictor, model = bound(folder, order=order), loaded(folder)
    found = ask(predictor, examples_of(*TEXTS)).predictions
    for row, words in enumerate(TEXTS):
        own, n = ids_of(words), LENGTHS[row]
        if n > 31:
            continue  # a forward a token: the rows below are enough
        expected = by_hand(
            model, [*own, SEP, CLS], steps_of(n, order), given={n, n + 1}
        )
        said = found.of(row)
        assert said.tokens.tolist() == own
        np.testing.assert_allclose(said.log_probabilities, expected, atol=1e-5)
    alone = [ask(predictor, examples_of(words)).predictions for words in TEXTS]
    totals = np.array([each.totals[0] for each in alone])
    np.testing.assert_allclose(found.totals, totals, atol=1e-4)
    assert found.totals.std() > 1


def test_orders_differ_and_each_is_always_the_same():
    assert steps_of(9, 3) == steps_of(9, 3) != steps_of(9, 4)
    assert steps_of(5, "left_to_right") == [0, 1, 2, 3, 4]
    assert [sorted(steps_of(n, 1)) == list(range(n)) for n in (1, 2, 30)] == [True] * 3


@pytest.mark.parametrize("order", ORDERS)
def test_a_token_sees_what_is_before_it_in_the_order_and_nothing_else(order, folder):
    """Each token changed in turn: later scores move, earlier ones stay."""
    predictor, words = bound(folder, order=order), text(7).split()
    steps = steps_of(7, order)
    base = ask(predictor, examples_of(" ".join(words))).predictions
    for step, place in enumerate(steps):
        other = [*words]
        other[place] = "w39"
        changed = ask(predictor, examples_of(" ".join(other))).predictions
        moved = np.abs(changed.log_probabilities - base.log_probabilities)
        assert (moved[steps[:step]] == 0).all()
        assert (moved[steps[step + 1 :]] > 1e-5).all()


def test_without_special_tokens_the_first_token_is_given(tmp_path, folder):
    saved(tmp_path / "b", bare=True)
    for predictor in (bound(folder, bos=False), bound(tmp_path / "b")):
        assert predictor.settings == (
            "order:left_to_right",
            "special:none",
            "window:128/64",
        )
        model = loaded(folder)
        own = ids_of(TEXTS[2])
        found = ask(predictor, examples_of(TEXTS[1], TEXTS[2])).predictions.of(1)
        expected = by_hand(model, own, [1, 2, 3, 4], given={0})
        assert found.tokens.tolist() == own[1:]
        np.testing.assert_allclose(found.log_probabilities, expected, atol=1e-5)
        with pytest.raises(DataError, match=r"PTM216 .* the text is one token"):
            ask(predictor, examples_of("w1"))
    with pytest.raises(ArgumentError, match=r"bos=True: the tokenizer of .* no token"):
        bound(tmp_path / "b", bos=True)


def test_a_context_is_seen_by_all_and_not_scored(folder):
    predictor = bound(folder, order=3)
    found = ask(predictor, examples_of("w3 w4 w5", context=("w9 w8 ",))).predictions
    ids = [*ids_of("w9 w8 w3 w4 w5"), SEP, CLS]
    expected = by_hand(loaded(folder), ids, steps_of(3, 3, first=2), {0, 1, 5, 6})
    np.testing.assert_allclose(found.log_probabilities, expected, atol=1e-5)


def test_a_long_text_is_read_in_windows_with_special_tokens_in_each(folder):
    predictor = bound(folder, window=10, stride=4)
    words = text(15)
    found = ask(predictor, examples_of(words)).predictions
    own, model, expected = ids_of(words), loaded(folder), []
    # Eight tokens are left of ten; a window moves on by four.
    for start, stop, seen in ((0, 8, 0), (4, 12, 8), (8, 15, 12)):
        ids = [*own[start:stop], SEP, CLS]
        n = stop - start
        steps = list(range(seen - start, n))
        expected += by_hand(model, ids, steps, {*range(seen - start), n, n + 1})
    np.testing.assert_allclose(found.log_probabilities, expected, atol=1e-5)
    for wrong, said in (
        ({"window": 129}, "sees 128 tokens at once"),
        ({"window": 5, "stride": 3}, "2 special tokens of it stand in every window"),
        ({"masking": "original"}, "is a permuted model"),
    ):
        with pytest.raises(ArgumentError, match=said):
            bound(folder, **wrong)


def test_perplexity_and_preference_name_the_order(folder):
    model = load_model(folder)
    assert model.can() == {"permuted-scoring", "permuted-cloze"}
    usual = assert_perplexity(model, list(TEXTS), at_most=1e9)
    assert "|order:left_to_right|special:<sep><cls>|window:128/64|" in usual.signature
    drawn = evaluate_perplexity(model, list(TEXTS), order=5)
    assert "|order:5|" in drawn.signature
    assert drawn.value != usual.value
    again = evaluate_perplexity(model, list(TEXTS), order="left_to_right")
    assert again.value == usual.value
    total = ask(bound(folder), examples_of(*TEXTS)).predictions
    nats = -total.totals.sum() / total.counts.sum()
    assert usual.value == pytest.approx(np.exp(nats), rel=1e-6)
    found = assert_prefers(model, "w1 w2 w3 w4", "w4 w2 w1 w3", at_least=0.0)
    assert (found.task, found.n) == ("permuted-scoring", 1)
    other = assert_prefers(scored(model, order=5), TEXTS[1], TEXTS[3], at_least=0.0)
    assert "|order:5|" in other.signature
    moved = evaluate_invariant(
        model, list(TEXTS), under=lambda words: f"{words} w1", tolerance=0.0
    )
    assert moved.task == "permuted-scoring"


def test_a_blank_sees_both_sides_and_is_seen_by_nobody(folder):
    predictor, model = load_model(folder).predictor("permuted-cloze"), loaded(folder)
    texts = ("w1 w2 [MASK] w4 w5 w6", "[MASK] w7", text(20) + " [MASK] w1 [MASK]")
    found = ask(predictor, examples_of(*texts)).predictions
    assert found.masks.tolist() == [1, 1, 2]
    at = 0
    for words in texts:
        ids = [*ids_of(words.replace("[MASK]", "<mask>")), SEP, CLS]
        blanks = [place for place, token in enumerate(ids) if token == BLANK]
        mask = torch.zeros(1, len(ids), len(ids))
        mask[:, :, blanks] = 1
        for blank in blanks:
            mapping = torch.zeros(1, 1, len(ids))
            mapping[0, 0, blank] = 1
            with torch.no_grad():
                logits = model(
                    input_ids=torch.tensor([ids]),
                    token_type_ids=torch.tensor([[0] * (len(ids) - 1) + [2]]),
                    perm_mask=mask,
                    target_mapping=mapping,
                ).logits
            expected = logits[0, 0].log_softmax(dim=-1).topk(5)
            assert found.top_ids[at, :5].tolist() == expected.indices.tolist()
            np.testing.assert_allclose(
                found.top_log_probabilities[at, :5], expected.values, atol=1e-5
            )
            at += 1


def test_masked_behaviours_ask_it_too(folder):
    model = load_model(folder)
    said = model.predict("w1 [MASK] w3")
    right = evaluate_masked_prediction(
        model, ["w1 [MASK] w3"], expect=said.words[0], within_top=1
    )
    assert (right.value, right.task) == (1.0, "permuted-cloze")
    hidden = evaluate_masked_accuracy(model, list(TEXTS))
    assert hidden.task == "permuted-cloze"
    with pytest.raises(DataError, match="PTM211"):
        model.predict("w1 w2")


def test_other_models_and_other_tasks_are_refused(tmp_path, folder):
    gpt2 = build("causal-scoring", "gpt2", tmp_path / "gpt2")
    for task in ("permuted-scoring", "permuted-cloze"):
        with pytest.raises(ModelError, match=r"PTM321 .* a GPT2LMHeadModel takes no"):
            load_model(gpt2).predictor(task)
    with pytest.raises(ModelError, match=r"PTM321 .* no causal language model"):
        load_model(folder).predictor("causal-scoring")
    one_way = saved(tmp_path / "uni", attn_type="uni")
    with pytest.raises(ModelError, match=r"PTM321 .* attn_type 'uni'"):
        load_model(one_way).predictor("permuted-scoring")


def test_a_model_in_memory_is_asked_as_its_checkpoint(folder):
    kept = transformers.AutoTokenizer.from_pretrained(folder)
    assert from_pretrained(loaded(folder), kept).task == "permuted-cloze"
    model = from_pretrained(loaded(folder), kept, task="permuted-scoring")
    found, expected = (
        evaluate_perplexity(each, list(TEXTS)) for each in (model, load_model(folder))
    )
    assert found.value == pytest.approx(expected.value)


def test_the_tokenizer_of_xlnet_itself_puts_its_tokens_behind(tmp_path):
    special = ("<unk>", "<s>", "</s>", "<cls>", "<sep>", "<pad>", "<mask>")
    words = ("\u2581the", "\u2581cat", "\u2581sleeps", "\u2581", ".")
    vocabulary = [*((word, 0.0) for word in special), *((word, -2.0) for word in words)]
    kept = transformers.XLNetTokenizer(vocab=vocabulary, unk_id=0)
    folder = saved(tmp_path / "it", vocab_size=len(kept), pad_token_id=5)
    kept.save_pretrained(folder)
    predictor = bound(folder)
    assert predictor.settings[1] == "special:<sep><cls>"
    said = ask(predictor, examples_of("the cat sleeps.", "the")).predictions
    assert said.tokens.tolist() == [7, 8, 9, 11, 7]
    ids = [7, 8, 9, 11, 4, 3]
    # This tokenizer gives no segments, and the model is told none.
    with torch.no_grad():
        expected = loaded(folder)(
            input_ids=torch.tensor([ids]),
            perm_mask=torch.tensor([[[0 if j > 3 else 1 for j in range(6)]] * 6]),
            target_mapping=torch.eye(6)[None, :1],
        ).logits.log_softmax(dim=-1)[0, 0, 7]
    assert said.log_probabilities[0] == pytest.approx(expected.item(), abs=1e-5)
    found = evaluate_masked_prediction(
        load_model(folder), "the [MASK] sleeps .", expect="cat", within_top=10
    )
    assert found.n == 1


def test_the_head_runs_where_a_token_is_scored_and_nowhere_else(folder):
    predictor = bound(folder)
    sizes = []
    head = predictor.checkpoint.model.lm_loss
    hook = head.register_forward_hook(
        lambda module, given, out: sizes.append(out.shape[:-1].numel())
    )
    ask(predictor, examples_of("w2", context=(f"{text(60)} ",)))
    hook.remove()
    assert sizes == [1]
