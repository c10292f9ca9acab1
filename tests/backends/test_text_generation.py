"""Models that write: the same as one prompt at a time, whatever is asked beside it."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest
import torch
import transformers
from jinja2 import TemplateError
from ptm_architectures import ARCHITECTURES, WORDS, build, tokenizer
from ptm_written_one_by_one import (
    differing,
    examples_of,
    plainly,
    prompts_of,
    written,
)

from pytest_ptm import (
    ArgumentError,
    DataError,
    ModelError,
    evaluate_invariant,
    evaluate_metric,
    generating,
    load_chats,
    load_model,
)
from pytest_ptm.datasets.ragged import Ragged
from pytest_ptm.engine.ask import ask
from pytest_ptm.tasks.texts.settings import Generating

CAUSAL, TO_TEXT = "text-generation", "text2text-generation"
SAMPLE = (
    *((CAUSAL, name) for name in ("gpt2", "llama", "gemma2", "phi", "mamba")),
    *((TO_TEXT, name) for name in ("t5", "bart", "marian", "m2m_100")),
)
NEW = 10


def sentence(n, seed):
    rng = np.random.default_rng(seed)
    return " ".join(WORDS[place] for place in rng.integers(0, len(WORDS), n))


TEXTS = [sentence(n, row) for row, n in enumerate((1, 9, 3, 20, 3, 2, 14, 5, 9, 1))]


def made(task, architecture, folder):
    """A checkpoint that writes on its own, and ends now and then."""
    build(task, architecture, folder)
    return folder


def bound(folder, task=CAUSAL, **how):
    return load_model(folder).predictor(task).generating(Generating(**how))


@pytest.mark.parametrize(("task", "architecture"), SAMPLE)
def test_a_batch_is_written_as_each_prompt_alone(
    task, architecture, tmp_path, run_with
):
    folder = made(task, architecture, tmp_path)
    with run_with():
        predictor = bound(folder, task, max_new_tokens=NEW)
        expected = plainly(
            task, folder, prompts_of(predictor, TEXTS), max_new_tokens=NEW
        )
        said = written(predictor, TEXTS)
        assert differing(said, expected) == []
        # As plain columns they are the same answers in another process.
        again = pickle.loads(pickle.dumps(said))
    assert again.written == said.written
    assert (said.log_probabilities < 0).all()


NOT_WRITTEN = {
    "led": "reads windows that so few positions do not hold",
    "seamless_m4t": "has a way to write of its own",
    "seamless_m4t_v2": "has a way to write of its own",
}


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("task", "architecture"),
    [(task, name) for task in (CAUSAL, TO_TEXT) for name in ARCHITECTURES[task]],
)
def test_every_architecture_writes_as_one_prompt_at_a_time(
    task, architecture, tmp_path, run_with
):
    if architecture in NOT_WRITTEN:
        pytest.skip(f"{architecture} {NOT_WRITTEN[architecture]}")
    try:
        folder = made(task, architecture, tmp_path)
        config = transformers.AutoConfig.from_pretrained(folder)
        model = transformers.AutoModel.from_config(config)
        if task == TO_TEXT and not model.config.is_encoder_decoder:
            pytest.skip(f"{architecture} hears, and is no encoder-decoder of texts")
        prompts = [[8, 9, 10]]
        plainly(task, folder, prompts, max_new_tokens=2)
    except Exception as error:
        # Not ours: transformers itself builds or asks none that is so small.
        pytest.skip(f"{architecture}: {type(error).__name__}: {error}")
    with run_with():
        predictor = bound(folder, task, max_new_tokens=NEW)
        expected = plainly(
            task, folder, prompts_of(predictor, TEXTS), max_new_tokens=NEW
        )
        assert differing(written(predictor, TEXTS), expected) == []


def ends_early(folder):
    """The checkpoint, for which every fourth token is an end."""
    path = folder / "generation_config.json"
    held = json.loads(path.read_text())
    held["eos_token_id"] = [2, *range(8, 48, 4)]
    path.write_text(json.dumps(held))
    return folder


@pytest.mark.parametrize(
    ("task", "architecture", "way"),
    [
        (CAUSAL, "llama", {}),
        # Its rule keeps, for each row, where its prompt begins.
        (CAUSAL, "llama", {"repetition_penalty": 2}),
        (TO_TEXT, "t5", {}),
    ],
)
def test_rows_that_have_ended_leave_and_the_others_go_on(
    task, architecture, way, tmp_path, run_with, monkeypatch
):
    folder = ends_early(made(task, architecture, tmp_path))
    sizes = []
    with run_with():
        predictor = bound(folder, task, max_new_tokens=NEW, **way)
        model = predictor.checkpoint.model
        own = model.forward

        def watched(*given, **inputs):
            ids = inputs.get("decoder_input_ids", inputs.get("input_ids"))
            if ids is not None:
                sizes.append(len(ids))
            return own(*given, **inputs)

        monkeypatch.setattr(model, "forward", watched)
        texts = [sentence(4, seed) for seed in range(24)]
        said = written(predictor, texts)
        monkeypatch.undo()
        way = {name: float(value) for name, value in way.items()}
        expected = plainly(
            task, folder, prompts_of(predictor, texts), max_new_tokens=NEW, **way
        )
        assert differing(said, expected) == []
    counts = said.counts
    assert len(set(counts.tolist())) > 1
    # Nobody was asked a second time.
    assert len(sizes) <= NEW
    assert sizes[0] > sizes[-1]
    at_most = counts < NEW
    assert {said.stopped[row] for row in np.flatnonzero(at_most)} == {"end"}


def test_what_is_drawn_depends_on_seed_sample_and_prompt_alone(tmp_path, run_with):
    folder = made(CAUSAL, "gpt2", tmp_path)
    with run_with():
        drawn = bound(folder, seed=0, max_new_tokens=6)
        together = written(drawn, TEXTS)
        alone = [written(drawn, [text]).written[0] for text in TEXTS]
        assert list(together.written) == alone
        # A text that is there twice is one question; another number is another one.
        numbers = Ragged.of([[0], [1], [2], [0]])
        four = written(drawn, TEXTS[:1] * 4, sample=numbers)
        assert four.written[0] == four.written[3] == alone[0]
        assert len(set(four.written)) == 3
        other = written(bound(folder, seed=1, max_new_tokens=6), TEXTS)
        assert other.written != together.written
        assert bound(folder, seed=1).fingerprint != bound(folder, seed=0).fingerprint


def test_tokens_are_drawn_as_often_as_they_are_likely(tmp_path, run_with):
    folder = made(CAUSAL, "gpt2", tmp_path)
    with run_with():
        drawn = bound(folder, seed=3, max_new_tokens=1, temperature=0.5)
        n = 3_000
        said = written(
            drawn, TEXTS[:1] * n, sample=Ragged.of([[number] for number in range(n)])
        )
        (prompt,) = prompts_of(drawn, TEXTS[:1])
        model = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
        with torch.no_grad():
            logits = model(torch.tensor([prompt])).logits[0, -1].double()
    expected = (logits / 0.5).softmax(0).numpy()
    found = np.bincount(said.tokens.values, minlength=len(expected)) / n
    assert np.abs(found - expected).max() < 4 * np.sqrt(0.25 / n)


@pytest.mark.parametrize(("task", "architecture"), [(CAUSAL, "gpt2"), (TO_TEXT, "t5")])
def test_beams_and_penalties_are_transformers_own(
    task, architecture, tmp_path, run_with
):
    folder = made(task, architecture, tmp_path)
    ways = (
        {"num_beams": 3},
        {"num_beams": 2, "length_penalty": 2.0},
        {"repetition_penalty": 1.5},
        {"no_repeat_ngram_size": 2},
    )
    with run_with():
        for way in ways:
            predictor = bound(folder, task, max_new_tokens=NEW, **way)
            expected = plainly(
                task, folder, prompts_of(predictor, TEXTS), max_new_tokens=NEW, **way
            )
            assert differing(written(predictor, TEXTS), expected) == [], way


def test_the_log_probability_is_that_of_the_model_itself(tmp_path, run_with):
    folder = made(CAUSAL, "llama", tmp_path)
    with run_with():
        ways = ({}, {"num_beams": 2}, {"repetition_penalty": 1.3})
        for way in ways:
            predictor = bound(folder, max_new_tokens=5, **way)
            said = written(predictor, TEXTS[:3])
            model = predictor.checkpoint.model
            for row, prompt in enumerate(prompts_of(predictor, TEXTS[:3])):
                ids = [*prompt, *said.tokens[row].tolist()]
                with torch.no_grad():
                    logs = model(torch.tensor([ids])).logits[0].log_softmax(-1)
                own = sum(
                    float(logs[at - 1, ids[at]]) for at in range(len(prompt), len(ids))
                )
                assert said.log_probabilities[row] == pytest.approx(own, abs=1e-4)


def test_a_text_that_stops_an_answer_is_no_part_of_it(tmp_path, run_with):
    folder = made(CAUSAL, "gpt2", tmp_path)
    with run_with():
        whole = written(bound(folder, max_new_tokens=NEW), TEXTS)
        word = whole.written[3].split()[4]
        stopped = written(bound(folder, max_new_tokens=NEW, stop=(word,)), TEXTS)
    before = whole.written[3].partition(word)[0]
    assert stopped.written[3] == before
    assert stopped.stopped[3] == "stop"
    assert stopped.counts[3] < NEW
    for one, two in zip(whole.written, stopped.written, strict=True):
        assert one.partition(word)[0] == two


def test_the_checkpoints_own_config_decides_and_is_shown(tmp_path, run_with):
    folder = made(TO_TEXT, "t5", tmp_path)
    path = folder / "generation_config.json"
    held = json.loads(path.read_text()) | {
        "num_beams": 2,
        "max_length": 8,
        "no_repeat_ngram_size": 2,
        "do_sample": True,
        "temperature": 0.7,
    }
    path.write_text(json.dumps(held))
    with run_with():
        predictor = bound(folder, TO_TEXT)
        assert predictor.settings[:2] == ("beams:2", "max_new_tokens:7")
        assert "no_repeat_ngram_size:2" in predictor.settings
        assert not any("temperature" in each for each in predictor.settings)
        drawn = bound(folder, TO_TEXT, seed=4)
        assert drawn.settings[0] == "drawn:seed4"
        assert "temperature:0.7" in drawn.settings
        greedy = bound(folder, TO_TEXT, num_beams=1, max_new_tokens=3)
        assert greedy.settings[:2] == ("greedy", "max_new_tokens:3")
        assert written(greedy, TEXTS).counts.max() <= 3
        with pytest.raises(ArgumentError, match=r"num_beams=2 ends"):
            bound(folder, TO_TEXT, stop=("w1",))


def test_an_end_that_is_forced_is_none_of_the_models_own(tmp_path, run_with):
    folder = made(TO_TEXT, "bart", tmp_path)
    path = folder / "generation_config.json"
    held = json.loads(path.read_text()) | {"forced_eos_token_id": 2}
    path.write_text(json.dumps(held))
    with run_with():
        said = written(bound(folder, TO_TEXT, max_new_tokens=4), TEXTS)
    cut = said.counts == 4
    assert cut.any()
    assert {said.stopped[row] for row in np.flatnonzero(cut)} == {"length"}


TEMPLATE = (
    "{% for each in messages %}{% if each['role'] == 'system' and loop.index0 %}"
    "{{ raise_exception('a system text comes first') }}{% endif %}"
    "{{ each['role'][:1] | replace('s', 'w1') | replace('u', 'w2') | "
    "replace('a', 'w3') }} {{ each['content'] }} {% endfor %}w4 "
)


def test_a_chat_is_what_its_template_makes_of_it(tmp_path, run_with):
    folder = made(CAUSAL, "gpt2", tmp_path)
    own = tokenizer()
    own.chat_template = TEMPLATE
    own.save_pretrained(folder)
    with run_with():
        model = load_model(folder)
        asked = generating(model, chat=True, max_new_tokens=3)
        predictor = asked.predictor(CAUSAL)
        places = {word: 8 + place for place, word in enumerate(WORDS)}

        def ids(text):
            return [places[word] for word in text.split()]

        assert prompts_of(predictor, ["w9"]) == [ids("w2 w9 w4")]
        told = generating(asked, system="w7", prompt="w8 {text}").predictor(CAUSAL)
        assert prompts_of(told, ["w9"]) == [ids("w1 w7 w2 w8 w9 w4")]
        assert told.settings != predictor.settings
        rows = {"text": ("w9",), "turns": (("w10", "w11"),)}
        encoded = predictor.encode(rows).payload.tokens.ids.tolist()
        assert encoded == ids("w2 w10 w3 w11 w2 w9 w4")
        with pytest.raises(DataError, match="the last would be the user's"):
            ask(predictor, chats(("w10",)))
        with pytest.raises(ArgumentError, match=r"say generating\(model, chat=True\)"):
            ask(generating(model, max_new_tokens=3).predictor(CAUSAL), chats(("w1",)))


CHAT = [
    {"role": "system", "content": "w7 w8"},
    {"role": "user", "content": "w10 w11"},
    {"role": "assistant", "content": "w12"},
    {"role": "user", "content": "w9"},
]


def test_loaded_chats_are_what_apply_chat_template_makes_of_their_messages(
    tmp_path, run_with
):
    folder = made(CAUSAL, "gpt2", tmp_path)
    own = tokenizer()
    own.chat_template = TEMPLATE
    own.save_pretrained(folder)
    asked = [CHAT, CHAT[1:], CHAT[1:2], [CHAT[0], CHAT[3]]]
    answered = [[*each, {"role": "assistant", "content": "w1"}] for each in asked]
    rows = load_chats([{"messages": each} for each in answered])
    theirs = [
        own.apply_chat_template(
            each, add_generation_prompt=True, tokenize=True, return_dict=False
        )
        for each in asked
    ]
    with run_with():
        model = generating(load_model(folder), chat=True, max_new_tokens=3)
        predictor = model.predictor(CAUSAL)
        tokens = predictor.encode({**rows.inputs, **rows.lists}).payload.tokens
        ends = tokens.lengths.cumsum()
        found = [
            tokens.ids[end - n : end].tolist()
            for end, n in zip(ends, tokens.lengths, strict=True)
        ]
        assert found == theirs
        expected = plainly(CAUSAL, folder, theirs, max_new_tokens=3)
        assert differing(ask(predictor, rows).predictions, expected) == []
        # The reference of the last message is what answers are held against.
        assert evaluate_metric(model, rows, metric="f1").n == 4
        with pytest.raises(ArgumentError, match=r"say generating\(model, chat=True\)"):
            evaluate_metric(load_model(folder), rows, metric="f1")


NO_SYSTEM = "{{ raise_exception('no system role') }}"
TAKES_NO_SYSTEM = {
    f"{{% if messages[0]['role'] == 'system' %}}{NO_SYSTEM}{{% endif %}}{TEMPLATE}": (
        r"takes no such chat \(system, user\): no system role"
    ),
    "{% for each in messages %}{% if each['role'] != 'system' %}"
    "{{ each['content'] }} {% endif %}{% endfor %}": (
        r"leaves out what the system says \(system, user\)"
    ),
}


@pytest.mark.parametrize("template", TAKES_NO_SYSTEM)
def test_a_template_that_takes_no_system_text_is_refused(template, tmp_path, run_with):
    folder = made(CAUSAL, "gpt2", tmp_path)
    own = tokenizer()
    own.chat_template = template
    own.save_pretrained(folder)
    rows = [{"messages": CHAT[1:2]}, {"messages": [CHAT[0], CHAT[3]], "id": "told"}]
    rows[0]["id"] = "plain"
    with run_with():
        model = generating(load_model(folder), chat=True, max_new_tokens=3)
        predictor = model.predictor(CAUSAL)
        ask(predictor, load_chats(rows[:1]))
        with pytest.raises(DataError, match=TAKES_NO_SYSTEM[template]) as caught:
            ask(predictor, load_chats(rows))
        assert "told" in caught.value.message


MEANS_HARM = {
    "{{ ''.__class__.__mro__[1].__subclasses__() }}": "__class__",
    "{% for i in range(10 ** 9) %}{{ i }}{% endfor %}": "[Rr]ange too big",
    "{{ messages.append(messages[0]) }}": "append",
}


def test_a_template_that_means_harm_reaches_nothing_and_is_refused(tmp_path, run_with):
    folder = made(CAUSAL, "gpt2", tmp_path)
    own = tokenizer()
    for template, said in MEANS_HARM.items():
        own.chat_template = template
        own.save_pretrained(folder)
        with run_with():
            model = generating(load_model(folder), chat=True, max_new_tokens=3)
            # As jinja2 says it: its sandbox is what refuses them.
            with pytest.raises((TemplateError, OverflowError), match=said):
                ask(model.predictor(CAUSAL), load_chats([{"messages": CHAT[1:2]}]))


def chats(*turns):
    one = examples_of(["w9"])
    return type(one)(one.ids, one.inputs, lists={"turns": turns})


def test_what_cannot_be_asked_says_what_to_type(tmp_path, run_with):
    folder = made(CAUSAL, "gpt2", tmp_path / "gpt2")
    other = made(TO_TEXT, "t5", tmp_path / "t5")
    long = sentence(140, 1)
    with run_with():
        model = bound(folder, max_new_tokens=20)
        with pytest.raises(DataError, match=r"128 at once, with 20 kept free.*left"):
            written(model, [long])
        cut = bound(folder, max_new_tokens=20, truncate="left")
        (ids,) = prompts_of(cut, [long])
        assert len(ids) == 108
        assert ask(cut, examples_of([long])).truncated.tolist() == [True]
        (kept,) = prompts_of(bound(other, TO_TEXT, truncate="right"), [long])
        assert kept[-1] == 2
        assert len(kept) == 128
        with pytest.raises(ArgumentError, match="no room is left for a prompt"):
            written(bound(folder, max_new_tokens=128), ["w1"])
        with pytest.raises(ArgumentError, match="has no chat template"):
            bound(folder, chat=True)
        with pytest.raises(ArgumentError, match="knows no codes of languages"):
            bound(folder, target_language="de")
        with pytest.raises(ArgumentError, match="knows no codes of languages"):
            bound(other, TO_TEXT, target_language="de")
        with pytest.raises(ArgumentError, match="is an encoder-decoder, which has no"):
            bound(other, TO_TEXT, chat=True)


@pytest.mark.parametrize("architecture", ["bart", "marian", "m2m_100", "fsmt"])
def test_more_tokens_than_a_decoder_has_places_for_are_refused(
    architecture, tmp_path, run_with
):
    folder = made(TO_TEXT, architecture, tmp_path)
    config = json.loads((folder / "generation_config.json").read_text())
    # Nothing ends an answer, so that each comes to its last place.
    ends = {"eos_token_id": None, "forced_eos_token_id": None}
    (folder / "generation_config.json").write_text(json.dumps(config | ends))
    with run_with():
        full = written(bound(folder, TO_TEXT, max_new_tokens=128), ["w1 w2"])
        assert full.counts.tolist() == [128]
        more = bound(folder, TO_TEXT, max_new_tokens=129)
        if architecture in ("bart", "marian"):
            with pytest.raises(ArgumentError, match="has places for 128 tokens"):
                written(more, ["w1 w2"])
        else:
            assert written(more, ["w1 w2"]).counts.tolist() == [129]


def test_a_handle_of_a_model_that_writes_says_so(tmp_path, run_with):
    folder = made(CAUSAL, "gpt2", tmp_path)
    with run_with():
        model = load_model(folder)
        assert CAUSAL in model.can()
        asked = generating(model, max_new_tokens=2)
        assert asked.can() == {CAUSAL}
        answer = asked.predict("w1 w2")
        assert (
            answer.text
            == written(bound(folder, max_new_tokens=2), ["w1 w2"]).written[0]
        )
        assert 0 < answer.probability < 1
        # A causal model could also score these texts, and is meant to write.
        result = evaluate_invariant(
            asked, ["w1 w2", "w3"], under=lambda text: f"{text} w4"
        )
        assert (result.task, result.n) == (CAUSAL, 2)


def test_a_masked_model_writes_nothing(tmp_path):
    folder = build("fill-mask", "bert", tmp_path / "bert")
    with pytest.raises(ModelError, match=r"PTM321 .* no causal language model"):
        load_model(folder).predictor("text-generation")
