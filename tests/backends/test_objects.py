"""Models in memory: asked as their checkpoints are, known by what they hold."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
import torch
import transformers
from ptm_checkpoints import SENTENCES as TEXTS

from pytest_ptm import (
    ArgumentError,
    DataError,
    ModelError,
    evaluate_accuracy,
    evaluate_masked_accuracy,
    from_function,
    from_pipeline,
    from_pretrained,
    load_examples,
    load_model,
)
from pytest_ptm.engine.ask import ask

TASKS = {
    "bert": "text-classification",
    "bert-of-three": "text-classification",
    "bert-multi-label": "text-classification",
    "bert-regression": "text-regression",
    "bert-masked-lm": "fill-mask",
    "roberta": "text-classification",
    "gpt2": "text-classification",
    "electra-masked-lm": "fill-mask",
}
AUTO = {
    "text-classification": transformers.AutoModelForSequenceClassification,
    "text-regression": transformers.AutoModelForSequenceClassification,
    "fill-mask": transformers.AutoModelForMaskedLM,
}
TEXT = "text-classification"
ROWS = [{"text": text, "label": "positive"} for text in TEXTS]


def loaded(folder, task="text-classification"):
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    return AUTO[task].from_pretrained(folder), tokenizer


def identity(brought):
    """What all answers of a model depend on, as far as its content says it."""
    return brought.checkpoint.identity.fingerprint


@pytest.fixture
def bert(checkpoint):
    return loaded(checkpoint("bert"))


def columns(predictor, masked):
    texts = [f"[MASK] {text}" if masked else text for text in TEXTS]
    return ask(predictor, load_examples((texts, None))).predictions.columns()


@pytest.mark.parametrize(("family", "task"), TASKS.items(), ids=TASKS)
def test_it_answers_as_its_checkpoint_does(checkpoint, family, task):
    folder = checkpoint(family)
    model = from_pretrained(*loaded(folder, task))
    assert model.task == task
    path = load_model(folder).predictor(task)
    found, expected = (columns(each, task == "fill-mask") for each in (model, path))
    assert found.shared == expected.shared
    assert found.columns.keys() == expected.columns.keys()
    for name, column in expected.columns.items():
        assert np.array_equal(found.columns[name], column), name
    padding = model.checkpoint.padding
    assert padding == path.checkpoint.padding
    assert model.checkpoint.identity.max_length == path.checkpoint.identity.max_length


def test_behaviours_take_it(bert, checkpoint):
    expected = evaluate_accuracy(load_model(checkpoint("bert")), ROWS)
    result = evaluate_accuracy(from_pretrained(*bert, name="mine"), ROWS)
    assert result.measurement == expected.measurement
    assert str(result.model).startswith(
        "mine = from_pretrained(BertForSequenceClassification)"
    )


def test_brought_ones_predict_as_their_handle_does(bert, checkpoint):
    expected = load_model(checkpoint("bert")).predict(list(TEXTS))
    for brought in (from_pretrained(*bert), from_pipeline(pipeline(bert))):
        assert brought.predict(list(TEXTS)) == expected
        assert brought.predict(TEXTS[0]) == expected[0]
        assert isinstance(brought, type(load_model(checkpoint("bert")).predictor(TEXT)))
    masked = loaded(checkpoint("bert-masked-lm"), "fill-mask")
    answer = from_pretrained(*masked).predict("a [MASK] film")
    assert answer == load_model(checkpoint("bert-masked-lm")).predict("a [MASK] film")
    assert answer.words


def test_a_masked_one_too(checkpoint):
    model = from_pretrained(*loaded(checkpoint("bert-masked-lm"), "fill-mask"))
    assert evaluate_masked_accuracy(model, TEXTS, mask_rate=0.5).n > 0


def test_calls_leave_no_trace_in_what_it_is_known_by(bert, checkpoint):
    model, tokenizer = bert
    before = identity(from_pretrained(model, tokenizer))
    tokenizer(TEXTS, truncation=True, max_length=4, padding="max_length")
    evaluate_accuracy(from_pretrained(model, tokenizer), ROWS)
    assert identity(from_pretrained(model, tokenizer)) == before
    assert before == identity(from_pretrained(*loaded(checkpoint("bert"))))


def test_a_tokenizer_is_left_as_it_was(checkpoint):
    model, tokenizer = loaded(checkpoint("gpt2"))
    tokenizer.pad_token = None
    from_pretrained(model, tokenizer)
    assert tokenizer.pad_token is None


def nudge(model, tokenizer):
    with torch.no_grad():
        next(model.parameters()).view(-1)[0] += 1


def rename(model, tokenizer):
    model.config.id2label = {0: "positive", 1: "negative"}


def shorten(model, tokenizer):
    tokenizer.model_max_length = 7


def add_token(model, tokenizer):
    tokenizer.add_tokens(["charming"])
    model.resize_token_embeddings(len(tokenizer))


def halve(model, tokenizer):
    model.half()


def buffer(model, tokenizer):
    for one in model.buffers():
        one.add_(1)


@pytest.mark.parametrize(
    "change",
    [nudge, rename, shorten, add_token, halve, buffer],
    ids=lambda c: c.__name__,
)
def test_whatever_changes_makes_another_fingerprint(bert, change):
    model, tokenizer = bert
    before = identity(from_pretrained(model, tokenizer))
    with torch.no_grad():
        change(model, tokenizer)
    assert identity(from_pretrained(model, tokenizer)) != before


class Scaled(transformers.BertForSequenceClassification):
    scale = 1.0

    def forward(self, *args, **kwargs):
        found = super().forward(*args, **kwargs)
        found.logits = found.logits * self.scale
        return found


def test_code_and_numbers_of_ones_own_class_count(checkpoint):
    folder = checkpoint("bert")
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = Scaled.from_pretrained(folder)
    plain = from_pretrained(model, tokenizer)
    model.scale = 2.0
    assert identity(from_pretrained(model, tokenizer)) != identity(plain)
    theirs = from_pretrained(*loaded(folder))
    assert identity(theirs) != identity(plain)


def test_trained_on_it_is_refused_until_it_is_brought_again(bert):
    model, tokenizer = bert
    brought = from_pretrained(model, tokenizer)
    evaluate_accuracy(brought, ROWS)
    with torch.no_grad():
        next(model.parameters()).mul_(2)
    with pytest.raises(ModelError, match=r"other weights.*call it again") as caught:
        evaluate_accuracy(brought, ROWS)
    assert caught.value.code == "PTM304"
    evaluate_accuracy(from_pretrained(model, tokenizer), ROWS)


def test_training_mode_is_refused(bert):
    model, tokenizer = bert
    model.train()
    with pytest.raises(ModelError, match=r"call model\.eval\(\)") as caught:
        from_pretrained(model, tokenizer)
    assert caught.value.code == "PTM304"


def test_heads_that_cannot_be_asked_are_refused_by_name(bert):
    _, tokenizer = bert
    config = bert[0].config
    two = transformers.BertForMultipleChoice(config).eval()
    with pytest.raises(ModelError, match=r"BertForMultipleChoice has no head.*mask"):
        from_pretrained(two, tokenizer)
    head = transformers.BertForPreTraining(config).eval()
    with pytest.raises(ModelError, match="PTM314"):
        from_pretrained(head, tokenizer)
    several = transformers.BertForSequenceClassification(
        transformers.BertConfig(**{**config.to_dict(), "problem_type": "regression"})
    )
    with pytest.raises(ModelError, match="exactly one number"):
        from_pretrained(several.eval(), tokenizer)


def test_what_is_no_model_or_no_tokenizer_is_refused(bert):
    model, tokenizer = bert
    with pytest.raises(ArgumentError, match="a model of transformers, got Linear"):
        from_pretrained(torch.nn.Linear(1, 1), tokenizer)
    with pytest.raises(ArgumentError, match=r"the model's tokenizer.*got str"):
        from_pretrained(model, "bert")
    model.config.id2label = {0: "same", 1: "same"}
    with pytest.raises(ModelError, match="PTM309"):
        from_pretrained(model, tokenizer)
    with pytest.raises(ModelError, match=r"PTM310 .* weights of Bert.*'meta', such as"):
        from_pretrained(model.to("meta"), tokenizer)


def pipeline(pair, task="text-classification", **options):
    model, tokenizer = pair
    return transformers.pipeline(task, model=model, tokenizer=tokenizer, **options)


def test_a_pipeline_is_its_model(bert, checkpoint):
    brought = from_pipeline(pipeline(bert, truncation=True))
    assert identity(brought) == identity(from_pretrained(*bert))
    said = pipeline(bert)(list(TEXTS))
    answers = ask(brought, load_examples((TEXTS, None))).predictions
    names = [answers.class_names[i] for i in answers.predicted]
    assert names == [each["label"] for each in said]
    top = answers.probabilities.max(axis=1)
    assert np.allclose(top, [each["score"] for each in said], atol=1e-5)
    masked = loaded(checkpoint("bert-masked-lm"), "fill-mask")
    assert from_pipeline(pipeline(masked, "fill-mask")).task == "fill-mask"


def test_a_pipeline_that_cuts_sooner_does_so_here(bert):
    brought = from_pipeline(pipeline(bert, truncation=True, max_length=5))
    assert brought.checkpoint.identity.max_length == 5
    assert bert[1].model_max_length != 5


def test_a_pipeline_that_answers_otherwise_is_refused(bert, checkpoint):
    with pytest.raises(ArgumentError, match="applies sigmoid to 2 output"):
        from_pipeline(pipeline(bert, function_to_apply="sigmoid"))
    one = loaded(checkpoint("bert-regression"))
    one[0].config.problem_type = None
    with pytest.raises(ArgumentError, match="problem_type = 'regression'"):
        from_pipeline(pipeline(one))
    one[0].config.problem_type = "regression"
    assert from_pipeline(pipeline(one)).task == "text-regression"
    with pytest.raises(ArgumentError, match=r"tokenises with .*stride"):
        from_pipeline(pipeline(bert, stride=2))
    masked = loaded(checkpoint("bert-masked-lm"), "fill-mask")
    with pytest.raises(ArgumentError, match="candidates="):
        from_pipeline(pipeline(masked, "fill-mask", targets=["the"]))
    features = pipeline(bert, "feature-extraction")
    with pytest.raises(ArgumentError, match="'feature-extraction' cannot be asked"):
        from_pipeline(features)
    with pytest.raises(ArgumentError, match="a pipeline of transformers, got int"):
        from_pipeline(7)


def test_given_raw_it_says_what_to_write(bert):
    for raw, said in {
        bert[0]: "write from_pretrained(model, tokenizer)",
        bert: "write from_pretrained(*model)",
        pipeline(bert): "a TextClassificationPipeline; write from_pipeline(model)",
        torch.nn.Linear(1, 1): "a Linear; write from_function(f, classes=[…])",
    }.items():
        with pytest.raises(ArgumentError) as caught:
            evaluate_accuracy(raw, ROWS)
        assert said in str(caught.value)


def test_a_function_may_hold_a_model(bert):
    model, tokenizer = bert

    def answers(texts):
        with torch.inference_mode():
            found = model(**tokenizer(texts, padding=True, return_tensors="pt"))
        return found.logits.softmax(-1).numpy()

    brought = from_function(answers, classes=["negative", "positive"])
    expected = evaluate_accuracy(from_pretrained(*bert), ROWS)
    assert evaluate_accuracy(brought, ROWS).value == expected.value
    nudge(model, tokenizer)
    again = from_function(answers, classes=["negative", "positive"])
    assert again.card.fingerprint != brought.card.fingerprint
    with pytest.raises(ModelError, match=r"PTM313 .* is not the function it was"):
        evaluate_accuracy(brought, ROWS)


# Hashes of this process have another seed. Each process imports all of transformers.
@pytest.mark.heavy
@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_fingerprint_is_equal_in_another_process(bert, checkpoint, seed):
    script = (
        "import sys, transformers as t; from pytest_ptm import from_pretrained\n"
        "model = t.AutoModelForSequenceClassification.from_pretrained(sys.argv[1])\n"
        "tokenizer = t.AutoTokenizer.from_pretrained(sys.argv[1])\n"
        "print(from_pretrained(model, tokenizer).checkpoint.identity.fingerprint)"
    )
    found = subprocess.run(
        [sys.executable, "-c", script, checkpoint("bert")],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    assert found == identity(from_pretrained(*bert))


def test_a_checkpoint_predicts_for_the_task_of_its_head(checkpoint):
    assert load_model(checkpoint("bert")).predict(TEXTS[0]).label is not None
    assert load_model(checkpoint("bert-regression")).predict(TEXTS[0]).number
    masked = load_model(checkpoint("bert-masked-lm"))
    answer = masked.predict("a [MASK] journey")
    (word,) = answer.words
    assert str(answer).startswith(f"{word} 0.")
    with pytest.raises(DataError, match="PTM211"):
        masked.predict("no hole in this")


def test_what_hangs_on_a_model_is_never_answered_by_another(bert):
    """A hook is no weight; the second is asked itself."""
    model, tokenizer = bert
    before = evaluate_accuracy(from_pretrained(model, tokenizer), ROWS)
    with model.classifier.register_forward_hook(lambda part, given, came: -came):
        turned = evaluate_accuracy(from_pretrained(model, tokenizer), ROWS)
    assert turned.cost.forwarded == before.cost.forwarded > 0
    assert turned.value == pytest.approx(1 - before.value)
