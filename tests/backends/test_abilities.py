"""What a checkpoint can be asked, by its config alone, against what it then does."""

from __future__ import annotations

import json
import py_compile
import subprocess
import sys

import pytest
import torch
import transformers
from ptm_architectures import ARCHITECTURES, NOT_BUILT, build, config_of, tokenizer
from transformers.models.auto import configuration_auto, modeling_auto

import pytest_ptm.backends.transformers as transformers_backend
from pytest_ptm.backends.transformers import abilities as abilities_module
from pytest_ptm.backends.transformers.abilities import abilities, auto_class
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.models.handle import load_model
from pytest_ptm.tasks import known_tasks

CLASSIFIES, NUMBERS, FILLS = "text-classification", "text-regression", "fill-mask"
CAUSAL, SCORES = "causal-scoring", "masked-scoring"
REWRITES = {"text2text-generation", "text2text-choice"}
WRITES = "text-generation"
FOLLOWS, CHOOSES = "next-sentence", "multiple-choice"
PERMUTED = {"permuted-scoring", "permuted-cloze"}
TAGS, ANSWERS = "token-classification", "extractive-qa"
TASKS = (CLASSIFIES, NUMBERS, FILLS, FOLLOWS, SCORES, TAGS, ANSWERS, *PERMUTED)
# Of a module whose other head is loaded, and none that says of each token what it is;
# or loaded, and asked by a prompt, or shown videos, or of no vector that is known.
BEYOND = {
    "FlaubertForQuestionAnswering",
    "LxmertForQuestionAnswering",
    "XLMForQuestionAnswering",
    "XLNetForQuestionAnswering",
    "ShieldGemma2ForImageClassification",
    "XCLIPModel",
    "AltCLIPVisionModel",
    "ChineseCLIPVisionModel",
    "DonutSwinModel",
    "MobileViTModel",
}
MASKED = {FILLS, SCORES}
MULTI, REGRESSION = "multi_label_classification", "regression"
HEADS = [
    # what the config says of a head, and what it can
    ({}, {CLASSIFIES}),
    ({"num_labels": 2}, {CLASSIFIES}),
    ({"num_labels": 3}, {CLASSIFIES}),
    ({"num_labels": 1}, {NUMBERS}),
    ({"num_labels": 1, "problem_type": REGRESSION}, {NUMBERS}),
    ({"num_labels": 1, "problem_type": MULTI}, {CLASSIFIES}),
    ({"num_labels": 3, "problem_type": MULTI}, {CLASSIFIES}),
    ({"num_labels": 3, "problem_type": "single_label_classification"}, {CLASSIFIES}),
    ({"num_labels": 3, "problem_type": REGRESSION}, set()),
]
FAMILIES = ("bert", "roberta", "deberta-v2", "electra", "albert", "distilbert", "gpt2")


def built(name, folder, architecture, **options):
    """A tiny random model of this class beside a tokenizer, saved."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = getattr(transformers, name)(config_of(architecture, **options))
    model.save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    return folder


def class_of(architecture, mapping="MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES"):
    return getattr(modeling_auto, mapping)[architecture]


def agrees(folder, predictor_of):
    """What is said of a checkpoint is what each task finds when it is loaded."""
    said = load_model(folder).can()
    for task in TASKS:
        if task in said:
            assert predictor_of(folder, task).task == task
        else:
            with pytest.raises(ModelError, match=r"PTM303|PTM310|PTM312|PTM321"):
                predictor_of(folder, task)
    return said


@pytest.mark.parametrize(("options", "can"), HEADS)
@pytest.mark.parametrize("architecture", [*FAMILIES, "t5"])
def test_outputs_are_classes_or_a_number(architecture, options, can, tmp_path):
    config = config_of(architecture, **{"num_labels": 2, **options})
    config.architectures = [class_of(architecture)]
    config.save_pretrained(tmp_path)
    assert abilities(tmp_path) == can


@pytest.mark.parametrize(("options", "can"), HEADS)
def test_what_is_said_is_what_loading_finds(options, can, tmp_path, predictor_of):
    folder = built("BertForSequenceClassification", tmp_path / "it", "bert", **options)
    assert agrees(folder, predictor_of) == can


@pytest.mark.parametrize(
    ("architecture", "name", "can"),
    [
        ("bert", "BertForMaskedLM", MASKED),
        ("bert", "BertForPreTraining", {*MASKED, FOLLOWS}),
        ("bert", "BertForTokenClassification", {TAGS}),
        ("bert", "BertForNextSentencePrediction", {FOLLOWS}),
        ("ernie", "ErnieForPreTraining", {*MASKED, FOLLOWS}),
        ("fnet", "FNetForPreTraining", {*MASKED, FOLLOWS}),
        ("megatron-bert", "MegatronBertForPreTraining", {*MASKED, FOLLOWS}),
        ("mobilebert", "MobileBertForPreTraining", {*MASKED, FOLLOWS}),
        ("big_bird", "BigBirdForPreTraining", MASKED),
        ("roc_bert", "RoCBertForPreTraining", MASKED),
        ("visual_bert", "VisualBertForPreTraining", set()),
        ("albert", "AlbertForPreTraining", MASKED),
        ("distilbert", "DistilBertForMaskedLM", MASKED),
        ("distilbert", "DistilBertForQuestionAnswering", {ANSWERS}),
        ("xlnet", "XLNetForQuestionAnswering", set()),
        ("xlnet", "XLNetForQuestionAnsweringSimple", {ANSWERS}),
        ("electra", "ElectraForMaskedLM", MASKED),
        ("electra", "ElectraForPreTraining", set()),
        ("roberta", "RobertaForMaskedLM", MASKED),
        ("deberta-v2", "DebertaV2ForMaskedLM", MASKED),
        ("bart", "BartForConditionalGeneration", {*MASKED, *REWRITES}),
        ("xlm", "XLMWithLMHeadModel", MASKED),
        ("gpt2", "GPT2LMHeadModel", {CAUSAL, CHOOSES, WRITES}),
        ("xlnet", "XLNetLMHeadModel", PERMUTED),
        ("t5", "T5ForConditionalGeneration", REWRITES),
    ],
)
def test_other_heads_do_what_they_were_trained_for(
    architecture, name, can, tmp_path, predictor_of
):
    folder = built(name, tmp_path / name, architecture)
    assert agrees(folder, predictor_of) == can


PRETRAINED = {
    architecture: name
    for architecture, name in modeling_auto.MODEL_FOR_PRETRAINING_MAPPING_NAMES.items()
    if name.endswith("ForPreTraining")
}


@pytest.mark.heavy
@pytest.mark.parametrize("architecture", PRETRAINED)
def test_every_head_of_pretraining_does_what_it_says(
    architecture, tmp_path, predictor_of
):
    name = PRETRAINED[architecture]
    try:
        folder = built(name, tmp_path / "it", architecture)
    except Exception as error:
        # Those of images and speech are not built of what texts are; they promise none.
        assert said_of(tmp_path, name) == set()
        pytest.skip(f"{architecture}: {type(error).__name__}: {error}")
    agrees(folder, predictor_of)


@pytest.mark.heavy
@pytest.mark.parametrize("architecture", ARCHITECTURES[CLASSIFIES])
@pytest.mark.parametrize("outputs", [1, 2, 3])
def test_every_architecture_says_what_it_can(
    architecture, outputs, tmp_path, predictor_of
):
    if architecture in NOT_BUILT:
        pytest.skip(f"{architecture} {NOT_BUILT[architecture]}")
    # Named, for transformers does not save two of its own names, and BART has three
    # where none are saved.
    names = {number: f"class {number}" for number in range(outputs)}
    folder = build(CLASSIFIES, architecture, tmp_path / "it", id2label=names)
    said = load_model(folder).can()
    assert said == {NUMBERS if outputs == 1 else CLASSIFIES}
    (task,) = said
    assert predictor_of(folder, task).task == task
    (other,) = {NUMBERS, CLASSIFIES} - said
    with pytest.raises(ModelError, match="PTM312"):
        predictor_of(folder, other)


def names_of(mapping):
    found = getattr(modeling_auto, f"MODEL_FOR_{mapping}_MAPPING_NAMES").values()
    return {
        name for each in found for name in ([each] if isinstance(each, str) else each)
    }


def said_of(folder, *names, **config):
    content = {"architectures": list(names), **config}
    (folder / "config.json").write_text(json.dumps(content), encoding="utf-8")
    return abilities(folder)


def test_every_head_that_transformers_can_load_for_a_task_is_known(tmp_path):
    found = {
        "SEQUENCE_CLASSIFICATION": {CLASSIFIES},
        "MASKED_LM": MASKED,
        "TOKEN_CLASSIFICATION": {TAGS},
        "QUESTION_ANSWERING": {ANSWERS},
        "MULTIPLE_CHOICE": set(),
        "NEXT_SENTENCE_PREDICTION": {FOLLOWS},
    }
    for mapping, can in found.items():
        names = names_of(mapping)
        assert len(names) > (4 if can == {FOLLOWS} else 20)
        said = {name: said_of(tmp_path, name) for name in names if name not in BEYOND}
        # Heads that fill masks and write too, such as BART's.
        said = {name: it - REWRITES for name, it in said.items()}
        assert {name: it for name, it in said.items() if it != can} == {}


def loaded_by(auto_class):
    """The modules of transformers whose models the Auto class loads."""
    known = getattr(transformers, auto_class)._model_mapping._model_mapping
    return {configuration_auto.model_type_to_module_name(kind) for kind in known}


def test_no_class_of_transformers_promises_what_nothing_loads():
    modules = {
        name: place.split(".")[1]
        for name, place in transformers._class_to_module.items()
        if ".modeling_" in place and not name.startswith("Auto")
    }
    assert len(modules) > 1_000
    heads = abilities_module._heads(tuple(sorted(known_tasks())))
    assert len(heads) >= len(TASKS)
    for task, head in heads:
        if head.is_none:
            continue  # it is named as its config's type, by which it is loaded
        named = {name for name in modules if head.is_named(name, {})}
        loaded = loaded_by(auto_class(task))
        none = {name for name in named if modules[name] not in loaded}
        assert none == (named & {*head.others}) - BEYOND, task


@pytest.mark.parametrize(
    "change",
    [
        {"architectures": None},
        {"architectures": []},
        {"architectures": "BertForSequenceClassification"},
        {"architectures": [7]},
        # A class of somebody's own.
        {"architectures": ["Sentiment"]},
        {"architectures": ["BertForSentiment"]},
        {"architectures": ["SentimentModel"]},
        {"auto_map": {"AutoModelForSequenceClassification": "own.Own"}},
        {"text_config": {"auto_map": {"AutoModel": "own.Own"}}},
    ],
)
def test_what_only_loading_tells_is_not_guessed(change, copy_of, rewrite):
    folder = copy_of("bert")
    rewrite(folder / "config.json", **change)
    assert load_model(folder).can() is None


def test_of_two_architectures_both_have_to_be_known(tmp_path):
    known = "BertForMaskedLM", "BertForSequenceClassification"
    assert said_of(tmp_path, *known) == {*MASKED, CLASSIFIES}
    both = said_of(tmp_path, known[0], "BertForTokenClassification")
    assert both == {*MASKED, TAGS}
    assert said_of(tmp_path, known[0], "Own") is None


@pytest.mark.parametrize(
    "text", [None, "", "{", "[1]", "null", "version https://git-lfs…", "\udcff"]
)
def test_a_config_that_cannot_be_read_is_for_loading_to_refuse(text, copy_of):
    folder = copy_of("bert")
    (folder / "config.json").unlink()
    if text is not None:
        content = text.encode("utf-8", "surrogateescape")
        (folder / "config.json").write_bytes(content)
    model = load_model(folder)
    assert model.can() is None
    with pytest.raises(ModelError, match=r"PTM30[56]"):
        model.predictor(CLASSIFIES)


@pytest.mark.parametrize(
    ("config", "can"),
    [
        # As older versions wrote them; the names decide where both are there.
        ({"num_labels": 1}, {NUMBERS}),
        ({"num_labels": 3}, {CLASSIFIES}),
        ({"num_labels": 3, "id2label": {"0": "score"}}, {NUMBERS}),
        ({"num_labels": 1, "id2label": None}, {NUMBERS}),
        ({"num_labels": None, "id2label": None}, {CLASSIFIES}),
        ({"problem_type": None, "id2label": {"0": "score"}}, {NUMBERS}),
        # Which transformers refuses: neither a choice nor said to be a number.
        (
            {"num_labels": 1, "problem_type": "single_label_classification"},
            set(),
        ),
    ],
)
def test_the_number_of_outputs_is_read_as_transformers_reads_it(config, can, tmp_path):
    assert said_of(tmp_path, "BertForSequenceClassification", **config) == can


@pytest.mark.parametrize(
    ("name", "can"),
    [
        ("minilm-l6-sst2", {CLASSIFIES}),
        ("bert-tiny-sst2", {CLASSIFIES}),
        ("bert-tiny-mlm", MASKED),
        ("albert-rxnmapper-mlm", MASKED),
    ],
)
def test_real_checkpoints_say_what_they_can(name, can, shared_models, no_weights):
    assert load_model(shared_models / name).can() == can


def test_no_weight_is_read_nor_need_be_there(copy_of, no_weights):
    folder = copy_of("bert-regression")
    assert load_model(folder).can() == {NUMBERS}
    (folder / "model.safetensors").unlink()
    assert load_model(folder).can() == {NUMBERS}


def test_neither_torch_nor_transformers_is_imported(checkpoint):
    code = (
        "import sys; from pytest_ptm.models.handle import load_model;"
        f"print(*load_model({str(checkpoint('bert-regression'))!r}).can());"
        "print(*{'torch', 'transformers', 'safetensors'} & set(sys.modules))"
    )
    printed = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert printed.split() == [NUMBERS]


@pytest.fixture
def plant(tmp_path, monkeypatch):
    """``plant("name", "AUTO_CLASS = …")``: a task of that name and its module."""

    def planted(name, text=None, *, compiled=False):
        (tmp_path / "tasks").mkdir()
        monkeypatch.setattr(abilities_module, "known_tasks", lambda: {name: None})
        path = [*transformers_backend.__path__, str(tmp_path / "tasks")]
        monkeypatch.setattr(transformers_backend, "__path__", path)
        if text is None:
            return
        source = tmp_path / "tasks" / f"{name.replace('-', '_')}.py"
        source.write_text(text, encoding="utf-8")
        if compiled:
            py_compile.compile(str(source), cfile=str(source.with_suffix(".pyc")))
            source.unlink()

    return planted


@pytest.mark.parametrize(
    ("name", "text", "architecture"),
    [
        ("embed-it", "AUTO_CLASS = 'AutoModel'", "BertModel"),
        ("ask-it", "AUTO_CLASS: str = 'AutoModelForX'", "BertForX"),
        ("tell-it", "AUTO_CLASS = 'AutoModelForX'\nHEADS = ('ForY',)", "BertForY"),
        ("keep-it", "import torch\nraise TypeError\nAUTO_CLASS = 'AutoModelForX'", "X"),
        # Of a head that another task has too.
        (
            "mend-it",
            "from pytest_ptm.backends.transformers.fill_mask import AUTO_CLASS, HEADS",
            "BertForMaskedLM",
        ),
    ],
)
def test_a_module_is_read_and_never_run(name, text, architecture, plant, tmp_path):
    plant(name, text)
    assert said_of(tmp_path, architecture) == (None if architecture == "X" else {name})
    assert said_of(tmp_path, "BertForZ") is None
    # Another's head, whoever asks.
    assert said_of(tmp_path, "BertForTokenClassification") == set()


def test_a_task_that_nobody_here_binds_is_none_of_them(plant, tmp_path):
    plant("hum-it")
    assert said_of(tmp_path, "BertForMaskedLM") is None
    assert said_of(tmp_path, "BertForTokenClassification") == set()


def test_where_a_module_has_no_source_only_loading_tells(plant, tmp_path):
    plant("whisper-it", "AUTO_CLASS = 'AutoModelForMaskedLM'", compiled=True)
    assert said_of(tmp_path, "BertForMaskedLM") is None


def test_a_constant_that_is_not_plain_to_see_is_a_mistake(plant, tmp_path):
    plant("sing-it", "AUTO_CLASS = 'AutoModelForX'\nHEADS = (AUTO_CLASS,)")
    with pytest.raises(ValueError, match="malformed node"):
        said_of(tmp_path, "BertForX")
