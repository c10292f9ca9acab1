"""Models of many languages: told which, each where its own training had the code."""

from __future__ import annotations

import pytest
import torch
import transformers
from ptm_of_languages import OF_SENTENCE_PIECES, of_languages
from ptm_written_one_by_one import differing, prompts_of, written

from pytest_ptm import ArgumentError, DataError, ModelError, load_model
from pytest_ptm.tasks.texts.settings import Generating

TEXTS = ["the man", "a", "", "the dog said a thing to the man", "x y z", "the"]
CODES = {
    "mbart": ("en_XX", "ro_RO"),
    "mbart50": ("de_DE", "fr_XX"),
    "nllb": ("deu_Latn", "fra_Latn"),
    "m2m100": ("de", "fr"),
    "marian": (None, None),
    "marian-of-three": (None, "por"),
}
NEW = 8

# sacremoses, which Marian's tokenizer recommends, changes no figure here.
pytestmark = pytest.mark.filterwarnings("ignore:Recommended. pip install")


def needs(kind):
    if kind in OF_SENTENCE_PIECES:
        pytest.importorskip("sentencepiece")


def bound(folder, **how):
    model = load_model(folder).predictor("text2text-generation")
    return model.generating(Generating(max_new_tokens=NEW, **how))


def as_documented(kind, folder, texts, **how):
    """What transformers' documentation says to do, text by text; ids and words."""
    source, target = CODES[kind]
    model = transformers.AutoModelForSeq2SeqLM.from_pretrained(folder).eval()
    own = transformers.AutoTokenizer.from_pretrained(folder)
    if source is not None:
        own.src_lang = source
    if kind == "mbart":
        how["decoder_start_token_id"] = own.convert_tokens_to_ids(target)
    elif source is not None:
        token = f"__{target}__" if kind == "m2m100" else target
        how["forced_bos_token_id"] = own.convert_tokens_to_ids(token)
    before = ">>por<< " if kind == "marian-of-three" else ""
    for text in texts:
        given = own(before + text, return_tensors="pt")
        with torch.no_grad():
            said = model.generate(**given, max_new_tokens=NEW, do_sample=False, **how)
        row = said[0, 1:].tolist()
        end = model.generation_config.eos_token_id
        row = row[: row.index(end) + 1] if end in row else row
        words = [token for token in row if token != how.get("forced_bos_token_id")]
        saying = own.decode(words, skip_special_tokens=True)
        yield given["input_ids"][0].tolist(), row, saying


@pytest.mark.parametrize("kind", CODES)
def test_a_model_told_its_languages_writes_as_documented(kind, tmp_path, run_with):
    needs(kind)
    folder = of_languages(kind, tmp_path)
    source, target = CODES[kind]
    with run_with():
        for way in ({}, {"num_beams": 2}):
            predictor = bound(
                folder, source_language=source, target_language=target, **way
            )
            said = written(predictor, TEXTS)
            expected = as_documented(kind, folder, TEXTS, **way)
            prompts, tokens, texts = map(list, zip(*expected, strict=True))
            assert prompts_of(predictor, TEXTS) == prompts
            assert differing(said, tokens) == []
            if not way:
                assert list(said.written) == texts
            shown = [each for each in predictor.settings if "languages" in each]
            wanted = {
                "marian": [],
                "marian-of-three": ["languages:>por"],
            }.get(kind, [f"languages:{source}>{target}"])
            assert shown == wanted


@pytest.mark.parametrize("kind", CODES)
def test_a_language_that_nobody_said_is_asked_for(kind, tmp_path, run_with):
    needs(kind)
    folder = of_languages(kind, tmp_path)
    _, target = CODES[kind]
    with run_with():
        if kind == "marian":
            assert len(written(bound(folder), TEXTS)) == len(TEXTS)
            with pytest.raises(ArgumentError, match="knows no codes of languages"):
                bound(folder, target_language="fra")
            return
        with pytest.raises((ArgumentError, DataError), match=r"say generating\(model"):
            written(bound(folder, num_beams=2), TEXTS)
        near = rf"{kind} knows no such language.*{target}"
        with pytest.raises(ArgumentError, match=near):
            bound(folder, target_language=f"{target}x")
        if kind == "marian-of-three":
            by_hand = bound(folder, prompt=">>por<< {text}")
            assert (
                written(by_hand, TEXTS).written
                == written(bound(folder, target_language="por"), TEXTS).written
            )
            with pytest.raises(DataError, match=r">>xyz<<: .* knows no such language"):
                written(bound(folder), [">>xyz<< the man"])
            with pytest.raises(ArgumentError, match="none that it reads"):
                bound(folder, source_language="fra")
            return
        with pytest.raises(ArgumentError, match="knows no such language"):
            bound(folder, source_language="none at all", target_language=target)


@pytest.mark.parametrize(("kind", "where"), [("mbart", "start"), ("nllb", "first")])
def test_a_checkpoint_of_one_language_need_not_be_told(kind, where, tmp_path, run_with):
    folder = of_languages(kind, tmp_path)
    _, target = CODES[kind]
    own = transformers.AutoTokenizer.from_pretrained(folder)
    config = transformers.GenerationConfig.from_pretrained(folder)
    name = {"start": "decoder_start_token_id", "first": "forced_bos_token_id"}[where]
    setattr(config, name, own.convert_tokens_to_ids(target))
    config.save_pretrained(folder)
    with run_with():
        by_itself, told = bound(folder), bound(folder, target_language=target)
        assert by_itself.settings == told.settings
        assert written(by_itself, TEXTS).written == written(told, TEXTS).written


def test_a_code_that_is_no_token_is_not_put_around_a_text_as_unknown(
    tmp_path, run_with
):
    folder = of_languages("nllb", tmp_path)
    own = transformers.AutoTokenizer.from_pretrained(folder)
    vocabulary = {
        token: place for token, place in own.get_vocab().items() if place < 31
    }
    transformers.NllbTokenizer(
        vocab=vocabulary, merges=[], extra_special_tokens=[]
    ).save_pretrained(folder)
    with run_with(), pytest.raises(ArgumentError, match="its unknown token stands"):
        written(bound(folder), TEXTS)


def test_what_is_cut_off_on_the_left_is_no_code(tmp_path, run_with):
    needs("marian-of-three")
    folder = of_languages("marian-of-three", tmp_path)
    long = "the man said a thing " * 20
    with run_with():
        told = bound(folder, target_language="por", truncate="left")
        (ids,) = prompts_of(told, [long])
        code = transformers.AutoTokenizer.from_pretrained(folder).encoder[">>por<<"]
    assert (ids[0], len(ids)) == (code, 64)


def test_a_tokenizer_is_copied_once_a_pair_of_languages(
    tmp_path, run_with, monkeypatch
):
    folder = of_languages("nllb", tmp_path)
    copies = []
    with run_with():
        told = bound(folder, source_language="eng_Latn", target_language="fra_Latn")
        kind = type(told.checkpoint.tokenizer)
        monkeypatch.setattr(
            kind, "__deepcopy__", lambda own, _: copies.append(own), raising=False
        )
        assert told.checkpoint.tokenizer.src_lang == "eng_Latn"
        again = told.generating(
            Generating(
                num_beams=2, source_language="eng_Latn", target_language="fra_Latn"
            )
        )
        written(again, TEXTS)
        written(told, TEXTS)
    assert copies == []


def test_tokens_that_a_tokenizer_cannot_say_are_named(tmp_path, run_with, monkeypatch):
    folder = of_languages("nllb", tmp_path)

    def fails(*given, **how):
        raise IndexError("piece id is out of range")

    with run_with():
        told = bound(folder, target_language="fra_Latn")
        monkeypatch.setattr(type(told.checkpoint.tokenizer), "decode", fails)
        with pytest.raises(ModelError, match=r"PTM403.*cannot say the tokens 9, 9, "):
            written(told, TEXTS)
