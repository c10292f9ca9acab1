"""Answers in a context, against a plain forward of one window at a time."""

from __future__ import annotations

import copy
import inspect
import random

import numpy as np
import pytest
import torch
import transformers
from ptm_architectures import ARCHITECTURES, NOT_BUILT, WORDS, build
from ptm_tokenizers import TOKENIZERS
from tokenizers import processors

import pytest_ptm as ptm
from pytest_ptm.backends.transformers.best_spans import best_spans
from pytest_ptm.backends.transformers.question_rows import encode_questions
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.ragged import Ragged
from pytest_ptm.engine.ask import ask
from pytest_ptm.session import Session, activated
from pytest_ptm.settings import Settings

TASK = "extractive-qa"
# One of each kind: an encoder, one that counts places from its padding, one of relative
# places, two with a decoder, one that pads on the left.
SAMPLE = ["bert", "roberta", "deberta-v2", "bart", "gpt2", "t5", "xlnet"]
# It pads every row to a multiple of that.
OPTIONS = {"led": {"attention_window": 16}}
NOT_ASKED = {"lxmert": "is asked about pictures"}


def words(n, seed):
    return " ".join(WORDS[(i * 7 + seed) % len(WORDS)] for i in range(n))


QUESTIONS = [
    (words(1 + seed % 4, seed), words(n, 3 * seed + 1))
    for seed, n in enumerate((3, 30, 6, 31, 60, 61, 9, 30, 17, 5, 1))
]


def rows_of(pairs):
    ids = tuple(f"row-{i}" for i in range(len(pairs)))
    questions, contexts = zip(*pairs, strict=True)
    return Examples(ids, {"question": questions, "context": contexts})


def plain(folder, pairs, **tokenised):
    """Each pair's score of every span of up to 30 words, and the null score.

    By loops, unpadded; a token is a word.
    """
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    auto = transformers.AutoModelForQuestionAnswering
    loaded = auto.from_pretrained(folder).eval()
    left = tokenizer.padding_side == "left"
    found = []
    for question, context in pairs:
        model = copy.deepcopy(loaded)
        texts = (context, question) if left else (question, context)
        inputs = tokenizer(*texts, return_tensors="pt", **tokenised)
        taken = inspect.signature(model.forward).parameters
        begin = inputs.sequence_ids(0).index(0 if left else 1)
        kept = {name: inputs[name] for name in inputs if name in taken}
        with torch.no_grad():
            said = model(**kept)
        starts, ends = (
            logits[0].double().numpy()
            for logits in (said.start_logits, said.end_logits)
        )
        count = len(context.split())
        spans = {
            (first, last): starts[begin + first] + ends[begin + last]
            for first in range(count)
            for last in range(first, min(first + 30, count))
        }
        place = inputs["input_ids"][0].tolist().index(tokenizer.cls_token_id)
        found.append((spans, starts[place] + ends[place]))
    return found


def near(number):
    """That number as two ways to add up the same floats have it."""
    return pytest.approx(number, rel=1e-5, abs=1e-5)


def of_words(context, first, last):
    return " ".join(context.split()[first : last + 1])


def compared(folder, predictor_of, run_with):
    expected = plain(folder, QUESTIONS)
    # Equal answers say nothing if every span has one score.
    assert np.std([*expected[3][0].values()]) > 1e-3
    for order in (1, -1):
        with run_with():
            predictor = predictor_of(folder, TASK)
            ask(predictor, rows_of([("w1", words(45, 9)), ("w2 w3", "w8")][::order]))
            said = ask(predictor, rows_of(QUESTIONS[::order])).predictions
            for row, (spans, null) in enumerate(expected[::order]):
                context = QUESTIONS[::order][row][1]
                best = max(spans.values())
                assert said.scores[row] == near(best)
                assert said.nulls[row] == near(null)
                total = np.logaddexp.reduce([*spans.values()])
                assert said.totals[row] == near(total)
                text = context[said.starts[row] : said.ends[row]]
                assert said.text(row) == text
                level = {
                    of_words(context, *at) for at, s in spans.items() if s == near(best)
                }
                assert text in level
    return predictor


@pytest.mark.parametrize("architecture", SAMPLE)
def test_answers_are_those_of_a_plain_forward(
    architecture, tmp_path, predictor_of, run_with
):
    compared(build(TASK, architecture, tmp_path / "model"), predictor_of, run_with)


@pytest.mark.heavy
@pytest.mark.parametrize("architecture", ARCHITECTURES[TASK])
def test_every_architecture_answers_as_a_plain_forward(
    architecture, tmp_path, predictor_of, run_with
):
    why = {**NOT_BUILT, **NOT_ASKED}.get(architecture)
    if why is not None:
        pytest.skip(f"{architecture} {why}")
    options = OPTIONS.get(architecture, {})
    folder = build(TASK, architecture, tmp_path / architecture, **options)
    if architecture == "longformer":
        _with_three_ends(folder)
    compared(folder, predictor_of, run_with)


def _with_three_ends(folder):
    """A tokenizer as RoBERTa's, from which Longformer knows where a question ends."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    pair = processors.TemplateProcessing(
        single="<cls> $A </s>",
        pair="<cls> $A </s> </s> $B:1 </s>:1",
        special_tokens=[
            (token, tokenizer.convert_tokens_to_ids(token))
            for token in ("<cls>", "</s>")
        ],
    )
    tokenizer.backend_tokenizer.post_processor = pair
    tokenizer.save_pretrained(folder)


def slow_best(starts, ends, usable, longest):
    """The first of the best spans, and the sum over all, one by one."""
    found, total = None, []
    for first in range(len(starts)):
        for last in range(first, min(first + longest, len(starts))):
            if usable[first] and usable[last]:
                score = starts[first] + ends[last]
                total.append(score)
                if found is None or score > found[0]:
                    found = (score, first, last)
    level = sum(score == found[0] for score in total)
    return found, np.logaddexp.reduce(total), level > 1


def test_the_best_span_is_that_of_all_spans():
    numbers = np.random.default_rng(0)
    for longest in (1, 3, 30):
        rows = [int(numbers.integers(1, 12)) for _ in range(40)]
        before = numbers.integers(0, 4, size=40)
        logits, first, spans, expected = [], [], [], []
        for count, skipped in zip(rows, before, strict=True):
            # Few values, so that many spans are equal.
            own = numbers.integers(-2, 3, size=(skipped + count + 1, 2)).astype(float)
            usable = numbers.random(count) < 0.7
            usable[numbers.integers(count)] = True
            first.append(sum(map(len, logits)) + skipped)
            logits.append(own)
            ends = 1 + np.arange(count)
            spans.append(np.stack([ends - 1, ends], axis=1) * usable[:, None])
            kept = own[skipped : skipped + count]
            expected.append(slow_best(kept[:, 0], kept[:, 1], usable, longest))
        column = Ragged(
            np.concatenate(spans).astype(np.int32), np.array(rows, dtype=np.int32)
        )
        found = best_spans(
            np.concatenate(logits), np.array(first), column, longest=longest
        )
        for row, ((score, start, last), total, level) in enumerate(expected):
            assert found.undecided[row] == level
            assert found.scores[row] == score
            assert (found.starts[row], found.ends[row]) == (start, last + 1)
            assert found.totals[row] == pytest.approx(total)


def test_logits_that_are_no_numbers_make_a_score_that_is_none():
    spans = Ragged(
        np.array([[0, 0], [1, 2]], dtype=np.int32), np.array([2], dtype=np.int32)
    )
    for wrong in (np.nan, np.inf, -np.inf):
        logits = np.array([[0.0, 0.0], [wrong, 1.0]])
        found = best_spans(logits, np.array([0]), spans, longest=30)
        assert (found.starts[0], found.ends[0]) == (1, 2)
        assert not np.isfinite(found.scores[0] + found.totals[0])


@pytest.fixture(scope="module", params=TOKENIZERS)
def any_tokenizer(request, tmp_path_factory):
    """A predictor whose tokenizer is of this kind."""
    tokenizer = TOKENIZERS[request.param]()
    folder = tmp_path_factory.mktemp("reader") / "bert"
    build(TASK, "bert", folder, vocab_size=len(tokenizer) + 8)
    tokenizer.save_pretrained(folder)
    with activated(Session(read_settings=lambda: Settings(device="cpu"))):
        return ptm.load_model(str(folder)).predictor(TASK)


TEXTS = [
    ("what film?", "The film , it was Café  déjà vu — “a” dog's dinner 東京 🙂 !"),
    ("where", " \n\tA tale of\u00a0two  cities.\n"),
    ("who", "x"),
]


@pytest.mark.parametrize(("size", "stride"), [(24, None), (24, 5), (None, None)])
def test_windows_are_those_of_the_tokenizer_itself(any_tokenizer, size, stride):
    tokenizer = any_tokenizer.checkpoint.tokenizer
    long = [(question, f"{context} " * 6) for question, context in TEXTS]
    for question, context in long:
        inputs = {"question": [question], "context": [context]}
        found = encode_questions(
            any_tokenizer.checkpoint, inputs, size=size, stride=stride
        )
        own = tokenizer(question, context)
        around = len(own["input_ids"]) - own.sequence_ids(0).count(1)
        room = 10_000 if size is None else size - around
        step = min(128, room // 2) if stride is None else min(stride, room)
        expected = tokenizer(
            question,
            context,
            truncation="only_second",
            max_length=around + room,
            stride=room - step,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )
        ids = [
            each
            for row, each in enumerate(expected["input_ids"])
            if any(
                context[start:end].strip()
                for (start, end), owner in zip(
                    expected["offset_mapping"][row],
                    expected.sequence_ids(row),
                    strict=True,
                )
                if owner == 1
            )
        ]
        rows = Ragged(found.payload.tokens.ids, found.payload.tokens.lengths)
        assert [rows[row].tolist() for row in range(len(rows))] == ids
        assert found.parts.tolist() == [len(ids)]


def test_answers_are_slices_of_the_context(any_tokenizer):
    found = encode_questions(
        any_tokenizer.checkpoint,
        {"question": [q for q, _ in TEXTS], "context": [c for _, c in TEXTS]},
        size=None,
        stride=None,
    )
    for row, (_, context) in enumerate(TEXTS):
        pieces = [context[start:end] for start, end in found.payload.spans[row] if end]
        assert all(piece == piece.strip() != "" for piece in pieces)
        # Nothing that is no space is lost between them.
        covered = {
            at for start, end in found.payload.spans[row] for at in range(start, end)
        }
        lost = {at for at, c in enumerate(context) if not c.isspace()} - covered
        assert not lost or {context[at] for at in lost} <= set("🙂“”—\u200d東京é")
    said = ask(any_tokenizer, rows_of(TEXTS)).predictions
    for row, (_, context) in enumerate(TEXTS):
        assert said.text(row) == context[said.starts[row] : said.ends[row]]


def test_a_long_context_has_the_answer_of_its_best_window(
    tmp_path, predictor_of, run_with
):
    folder = build(TASK, "bert", tmp_path / "bert", max_position_embeddings=24)
    pairs = [("w1 w2", words(n, n)) for n in (3, 19, 20, 50)]
    predictor = predictor_of(folder, TASK)
    encoded = predictor.encode(rows_of(pairs).inputs)
    # 24 less <cls>, two words and two </s>: windows of 19 words, 9 apart.
    assert encoded.parts.tolist() == [1, 1, 2, 5]
    assert int(encoded.lengths.max()) == 24
    said = ask(predictor, rows_of(pairs)).predictions
    cut = [
        (question, " ".join(context.split()[start : start + 19]))
        for question, context in pairs
        for start in range(0, max(len(context.split()) - 19, 0) + 9, 9)
    ]
    windows = iter(plain(folder, cut))
    for row, count in enumerate(encoded.parts.tolist()):
        found = [next(windows) for _ in range(count)]
        best = max(max(spans.values()) for spans, _ in found)
        assert said.scores[row] == near(best)
        assert said.nulls[row] == pytest.approx(
            min(null for _, null in found), abs=1e-5
        )
    # In any company, and alone.
    for row, pair in [*enumerate(pairs)][::3]:
        with run_with(batch_tokens=1):
            alone = ask(predictor_of(folder, TASK), rows_of([pair])).predictions
        assert alone.text(0) == said.text(row)
        assert alone.scores[0] == pytest.approx(said.scores[row], abs=1e-5)


def test_a_question_that_leaves_no_room_names_its_row(tmp_path, predictor_of):
    folder = build(TASK, "bert", tmp_path / "bert", max_position_embeddings=16)
    predictor = predictor_of(folder, TASK)
    rows = rows_of([("w1", "w2"), (words(13, 0), "w2")])
    with pytest.raises(
        ptm.DataError, match=r"PTM216 .*row-1.*question takes 16 tokens"
    ):
        ask(predictor, rows)
    with pytest.raises(ptm.DataError, match=r"PTM216 .*row-0.*no token that could be"):
        ask(predictor, rows_of([("w1", "  ")]))


def test_settings_are_in_the_signature_and_the_fingerprint(tmp_path, run_with):
    folder = build(TASK, "bert", tmp_path / "bert")
    model = ptm.load_model(str(folder))
    rows = [
        {
            "question": question,
            "context": context,
            "answers": {"text": [context.split()[0]], "answer_start": [0]},
        }
        for question, context in QUESTIONS
    ]
    usual = ptm.evaluate_metric(model, ptm.load_questions(rows), metric="f1")
    assert "|window:128/128|longest:30|no answer:never|" in usual.signature
    view = ptm.answering(model, no_answer_threshold=-1.5, window=64)
    other = ptm.answering(view, longest=3, stride=7)
    result = ptm.evaluate_metric(other, ptm.load_questions(rows), metric="f1")
    assert "|window:64/7|longest:3|no answer:null-best>-1.5|" in result.signature
    prints = {each.predictor(TASK).fingerprint for each in (model, view, other)}
    assert len(prints) == 3
    with pytest.raises(ptm.ArgumentError, match=r"window=500: .*sees 128 tokens"):
        ptm.evaluate_metric(
            ptm.answering(model, window=500), ptm.load_questions(rows), metric="f1"
        )


def test_exact_match_of_a_loaded_model(tmp_path, run_with):
    folder = build(TASK, "bert", tmp_path / "bert")
    rows, right = [], 0
    for row, (spans, _) in enumerate(plain(folder, QUESTIONS)):
        question, context = QUESTIONS[row]
        own = context.split()
        best = own[max(range(len(own)), key=lambda at: spans[at, at])]
        # Every second one is wrong, where there is another word.
        others = [word for word in own if word != best]
        gold = others[0] if others and row % 2 else best
        right += gold == best
        start = f" {context} ".index(f" {gold} ")
        answers = {"text": [gold], "answer_start": [start]}
        rows.append({"question": question, "context": context, "answers": answers})
    assert 0 < right < len(rows)
    model = ptm.answering(ptm.load_model(str(folder)), longest=1)
    result = ptm.evaluate_metric(model, ptm.load_questions(rows), metric="exact_match")
    assert result.value == right / len(rows)


def test_heads_and_tokenizers_that_cannot_answer_are_refused(
    tmp_path, predictor_of, checkpoint
):
    with pytest.raises(ptm.ModelError, match="PTM303"):
        predictor_of(checkpoint("bert"), TASK)
    config = transformers.XLNetConfig(
        vocab_size=64, d_model=16, n_layer=2, n_head=2, d_inner=32
    )
    beam = transformers.XLNetForQuestionAnswering(config)
    folder = tmp_path / "beam"
    beam.save_pretrained(folder)
    build(TASK, "xlnet", tmp_path / "xlnet")
    transformers.AutoTokenizer.from_pretrained(tmp_path / "xlnet").save_pretrained(
        folder
    )
    with pytest.raises(ptm.ModelError, match="PTM303"):
        predictor_of(folder, TASK)


def test_contexts_of_one_sound_have_answers_of_their_own(any_tokenizer):
    """In another case a context may be the same to the model, and its words are not."""
    drawn = random.Random(1)
    text = " ".join(drawn.choices(["the", "film", "was", "a", "good", "one"], k=12))
    said = ask(
        any_tokenizer, rows_of([("who", text), ("who", text.upper())])
    ).predictions
    assert said.text(0) == text[said.starts[0] : said.ends[0]]
    assert said.text(1) == text.upper()[said.starts[1] : said.ends[1]]
