"""Batches through any sender: numbered, several out, answered in any order."""

import random
from collections import deque

import pytest
from ptm_fakes import FakeClassifier

from pytest_ptm.engine.plan import plan
from pytest_ptm.engine.run import run
from pytest_ptm.engine.send import Local, Reply
from pytest_ptm.ground.errors import BatchFailed, ModelError, OutOfMemory

TEXTS = [f"{'word ' * (i % 5)}{i}" for i in range(40)]


def by_length(text):
    return (float(len(text)), 0.0)


class Replicas:
    """Several places that answer when they like; the batches that were out at once."""

    def __init__(self, predictor, most, seed):
        self.local, self.most = Local(predictor), most
        self.random, self.out, self.largest = random.Random(seed), deque(), 0
        self.numbers = []

    def send(self, number, payload):
        self.numbers.append(number)
        self.out.append((number, payload))
        self.largest = max(self.largest, len(self.out))

    def receive(self):
        self.out.rotate(self.random.randrange(len(self.out)))
        self.local.send(*self.out.popleft())
        return self.local.receive()


def sent_through(sender, model, tokens=12):
    encoded = model.encode({"text": TEXTS})
    found = {}

    def answered(rows, answers):
        for row, logits in zip(rows.tolist(), answers.logits, strict=True):
            assert row not in found
            found[row] = float(logits[0])

    passes = run(
        encoded,
        plan(encoded.lengths, batch_tokens=tokens),
        sender,
        card=model.card,
        answered=answered,
        named=TEXTS.__getitem__,
    )
    return [found[row] for row in range(len(TEXTS))], passes


EXPECTED = [float(len(text)) for text in TEXTS]


@pytest.mark.parametrize("most", [1, 2, 7])
@pytest.mark.parametrize("seed", [0, 1])
def test_replies_of_any_order_are_answers_to_their_own_rows(most, seed):
    model = FakeClassifier(by_length)
    sender = Replicas(model, most, seed)
    found, passes = sent_through(sender, model)
    assert found == EXPECTED
    assert sender.numbers == list(range(1, passes.sent + 1))
    assert sender.largest == most


@pytest.mark.parametrize("most", [1, 3])
def test_out_of_memory_with_several_out_redoes_those_batches_only(most):
    model = FakeClassifier(by_length, largest_batch=2)
    found, passes = sent_through(Replicas(model, most, 0), model, tokens=40)
    assert found == EXPECTED
    assert passes.halvings
    # What failed was not remembered by the fake: each row was answered once.
    assert model.rows_sent == len(TEXTS)


def test_a_batch_that_fails_with_several_out_is_asked_row_by_row():
    model = FakeClassifier(by_length)
    forward = model.forward

    def fragile(batch):
        if len(batch.texts) > 1 and "7" in batch.texts:
            raise BatchFailed("ValueError: no seven beside others")
        return forward(batch)

    model.forward = fragile
    found, _ = sent_through(Replicas(model, 3, 0), model)
    assert found == EXPECTED


def test_a_row_that_fails_alone_is_named_whoever_answers():
    model = FakeClassifier(by_length, largest_batch=0)
    with pytest.raises(OutOfMemory, match=r"PTM402 out of memory .* 1, length \d"):
        sent_through(Replicas(model, 3, 0), model)

    def failing(batch):
        raise BatchFailed("ValueError: never")

    model.forward = failing
    with pytest.raises(ModelError, match=r"PTM403 fake fails on example"):
        sent_through(Replicas(model, 3, 0), model)


class Confused(Local):
    def receive(self):
        return Reply(99, super().receive().given)


def test_a_reply_to_a_batch_that_is_not_out_ends_the_asking():
    model = FakeClassifier(by_length)
    with pytest.raises(KeyError, match="99"):
        sent_through(Confused(model), model)


def test_nothing_to_send_is_no_pass():
    model = FakeClassifier(by_length)
    encoded = model.encode({"text": ["a"]})
    passes = run(encoded, [], Local(model), card=model.card, answered=None, named=None)
    assert (passes.sent, passes.halvings, model.batches) == (0, 0, [])
