"""nlpaug's augmenters: the same text in every process, and spaces as they were."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ptm import Examples
from pytest_ptm.ground.errors import ArgumentError, DataError, MissingExtraError
from pytest_ptm.perturbations import from_nlpaug
from pytest_ptm.perturbations.apply import perturbed

nac = pytest.importorskip("nlpaug.augmenter.char", reason="needs the extra nlpaug")
naw = pytest.importorskip("nlpaug.augmenter.word")
naf = pytest.importorskip("nlpaug.flow")

TEXT = 'I  didn\'t like\tthe "grand" hotel,\nbut the breakfast was lovely (really)!'
AUGMENTERS = {
    "keyboard": lambda: nac.KeyboardAug(aug_word_p=0.4),
    "ocr": lambda: nac.OcrAug(aug_word_p=0.6),
    "random-char": lambda: nac.RandomCharAug(action="swap"),
    "spelling": lambda: naw.SpellingAug(aug_p=0.5),
    "random-word": lambda: naw.RandomWordAug(action="swap"),
    "delete": lambda: naw.RandomWordAug(action="delete", aug_p=0.3),
    "split": lambda: naw.SplitAug(),
    "flow": lambda: naf.Sequential([nac.KeyboardAug(), naw.SpellingAug()]),
    "sometimes": lambda: naf.Sometimes([nac.OcrAug(), naw.SplitAug()]),
}


def examples(*texts):
    return Examples(tuple(f"row-{i}" for i in range(len(texts))), {"text": texts})


def changed(augmenter, *texts, seed=0):
    return changed_by(from_nlpaug(augmenter), *texts, seed=seed)


def changed_by(perturbation, *texts, seed=0):
    found = perturbed(examples(*texts), perturbation, seed=seed)
    return found.examples.inputs["text"]


@pytest.mark.parametrize("kind", AUGMENTERS)
def test_a_seed_gives_one_text_whatever_was_drawn_before(kind):
    texts = tuple(f"{TEXT} {number}" for number in range(12))
    first = changed(AUGMENTERS[kind](), *texts)
    random.seed(99)
    np.random.seed(99)
    again = from_nlpaug(AUGMENTERS[kind]())
    assert changed_by(again, *texts) == first
    assert changed_by(again, *texts, seed=1) != first
    assert first != texts


IN_ANY_PROCESS = """
import nlpaug.augmenter.char as nac, nlpaug.augmenter.word as naw, nlpaug.flow as naf
from pytest_ptm import Examples
from pytest_ptm.perturbations import from_nlpaug
from pytest_ptm.perturbations.apply import perturbed

TEXT = "they definitely believe that their breakfast was great"
texts = tuple(f"{TEXT} {number}" for number in range(20))
rows = Examples(tuple(map(str, range(20))), {"text": texts})
for augmenter in (
    naw.SpellingAug(aug_p=0.6),
    nac.KeyboardAug(),
    naf.Sequential([naw.SpellingAug(), nac.OcrAug()]),
):
    found = perturbed(rows, from_nlpaug(augmenter), seed=3)
    print(found.perturbation.name, found.examples.fingerprint)
"""

# What these augmenters do not need, nlpaug can do without; it takes seconds to import.
WITHOUT_TORCH = """
import sys
sys.modules.update(torch=None, transformers=None, nltk=None)
"""


@pytest.mark.heavy
def test_two_interpreters_with_other_hash_seeds_give_the_same_texts(capsys):
    root = Path(__file__).resolve().parents[3]
    other = "1" if os.environ.get("PYTHONHASHSEED") == "4242" else "4242"
    there = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", WITHOUT_TORCH + IN_ANY_PROCESS],
        env={**os.environ, "PYTHONHASHSEED": other, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    exec(IN_ANY_PROCESS, {})
    here = capsys.readouterr().out
    assert there == here
    assert here.count("\n") == 3


@pytest.mark.parametrize("kind", AUGMENTERS)
def test_what_is_not_changed_keeps_its_bytes(kind):
    perturbation = from_nlpaug(AUGMENTERS[kind]())
    for seed in range(8):
        (then,) = changed_by(perturbation, TEXT, seed=seed)
        # Marks and the doubled space, the tab and the line break are no words.
        if kind in {"keyboard", "spelling"}:
            words, before = then.split(), TEXT.split()
            assert len(words) >= len(before)
            assert "  " in then
            assert "\t" in then
            assert "\n" in then
        if kind not in {"random-word", "delete"}:
            assert " ' " not in then
            assert " ," not in then


@given(
    words=st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8),
        max_size=6,
    ),
    gap=st.sampled_from([" ", "  ", "\t", "\n", " \u3000"]),
)
@settings(max_examples=30)
def test_an_augmenter_that_changes_nothing_leaves_every_byte(words, gap):
    class Nothing(naw.RandomWordAug):
        """Takes a text apart and puts it together, as every word augmenter does."""

        def swap(self, data):
            return self.reverse_tokenizer(self.tokenizer(data))

    text = gap.join(words)
    (then,) = changed(Nothing(action="swap"), text)
    assert then == text


def gapped():
    """Words and single marks with any spacing between and around them."""
    word = st.text(st.sampled_from("abcdefgXYZ019é"), min_size=1, max_size=9)
    mark = st.sampled_from([*".,;!?()[]'\"-…—", "didn't", "[x]", "100%"])
    gap = st.sampled_from(["", " ", "  ", "\t", "\n", " \u3000", "\u00a0 "])
    piece = st.tuples(gap, st.one_of(word, word, mark))
    return st.builds(
        lambda pieces, end: "".join(map("".join, pieces)) + end,
        st.lists(piece, min_size=1, max_size=9),
        gap,
    )


def bare(text):
    return "".join(text.split())


def is_subsequence(part, whole):
    rest = iter(whole)
    return all(character in rest for character in part)


ONE_STEP = {
    "keyboard": lambda: nac.KeyboardAug(aug_word_p=0.5, min_char=1),
    "ocr": lambda: nac.OcrAug(aug_word_p=0.5),
    **{
        f"char-{action}": lambda action=action: nac.RandomCharAug(
            action=action, aug_word_p=0.5, min_char=2
        )
        for action in ("insert", "substitute", "swap", "delete")
    },
    **{
        f"word-{action}": lambda action=action: naw.RandomWordAug(
            action=action, aug_p=0.4
        )
        for action in ("delete", "swap", "substitute")
    },
    "split": lambda: naw.SplitAug(aug_p=0.5),
}


@pytest.mark.parametrize("kind", ONE_STEP)
@given(text=gapped(), seed=st.integers(0, 999))
def test_but_for_spaces_it_is_the_text_that_nlpaug_gives(kind, text, seed):
    then = from_nlpaug(ONE_STEP[kind]())(text, random.Random(seed))
    drawn = random.Random(seed).getrandbits(32)
    random.seed(drawn)
    np.random.seed(drawn)
    (raw,) = ONE_STEP[kind]().augment(text.strip()) or [""]
    assert bare(text if then is None else then) == bare(raw)


@given(text=gapped(), seed=st.integers(0, 999))
def test_letters_for_letters_leave_every_space_in_its_place(text, seed):
    augmenter = nac.RandomCharAug(action="substitute", aug_word_p=0.5, min_char=2)
    then = from_nlpaug(augmenter)(text, random.Random(seed)) or text
    assert len(then) == len(text)
    for before, after in zip(text, then, strict=True):
        assert before == after or not (before.isspace() or after.isspace())


@given(text=gapped(), seed=st.integers(0, 999))
def test_split_words_add_spaces_and_nothing_else(text, seed):
    then = from_nlpaug(naw.SplitAug(aug_p=0.5))(text, random.Random(seed)) or text
    assert is_subsequence(text, then)
    assert len(then) - then.count(" ") == len(text) - text.count(" ")


@given(text=gapped(), seed=st.integers(0, 999))
def test_deleted_words_take_away_and_add_nothing_but_a_capital(text, seed):
    augmenter = naw.RandomWordAug(action="delete", aug_p=0.4)
    then = from_nlpaug(augmenter)(text, random.Random(seed)) or text
    assert is_subsequence(then.lower(), text.lower())


@pytest.mark.parametrize("chance", [0.01, 0.99])
def test_a_flow_in_the_midst_of_a_flow_may_draw_nothing(chance):
    def flow():
        now_and_then = naf.Sometimes([naw.SpellingAug()], aug_p=chance)
        return naf.Sequential([nac.KeyboardAug(), now_and_then, naw.SplitAug()])

    texts = tuple(f"{TEXT} {number}" for number in range(20))
    first = changed(flow(), *texts)
    assert all(then != text for then, text in zip(first, texts, strict=True))
    assert first == changed(flow(), *texts)


def test_a_text_of_which_nothing_is_left_is_unchanged():
    everything = nac.RandomCharAug(
        action="delete",
        aug_char_p=1,
        aug_char_max=None,
        aug_word_p=1,
        aug_word_max=None,
        min_char=1,
    )
    assert everything.augment("good film") == [""]
    perturbation = from_nlpaug(everything)
    assert perturbation(" good film ", random.Random(0)) is None


def test_what_is_for_sounds_is_refused():
    sound = pytest.importorskip("nlpaug.augmenter.audio").NoiseAug()
    for given_ in (sound, naf.Sequential([nac.KeyboardAug(), sound])):
        with pytest.raises(ArgumentError, match="NoiseAug changes audio, not texts"):
            from_nlpaug(given_)


def test_the_global_states_are_as_they_were():
    def states():
        return random.getstate(), np.random.get_state()[1].tolist()

    before = states()
    changed(nac.KeyboardAug(), TEXT)
    assert states() == before

    class Broken(nac.KeyboardAug):
        def augment(self, data, n=1, num_thread=1):
            random.random()
            raise RuntimeError("broken")

    with pytest.raises(DataError, match="raised RuntimeError: broken for row-0") as at:
        changed(Broken(), TEXT)
    assert "failed on" in at.value.__cause__.__notes__[0]
    assert states() == before


def test_names_tell_settings_apart_and_not_objects():
    names = [
        from_nlpaug(make()).name
        for make in (*AUGMENTERS.values(), lambda: nac.KeyboardAug(aug_char_p=0.9))
    ]
    assert len(set(names)) == len(names)
    assert from_nlpaug(nac.KeyboardAug()).name == from_nlpaug(nac.KeyboardAug()).name
    assert not any("0x" in name for name in names)


@pytest.mark.parametrize("kind", ["keyboard", "ocr", "random-char", "spelling", "flow"])
def test_the_mask_of_a_text_is_kept(kind):
    texts = tuple(f"the capital of {c} is [MASK]." for c in ("France", "Italy", "Peru"))
    found = perturbed(
        examples(*texts), from_nlpaug(AUGMENTERS[kind]()), seed=1, mask="[MASK]"
    )
    assert found.changed.any()
    assert all(text.count("[MASK]") == 1 for text in found.examples.inputs["text"])


@pytest.mark.parametrize("text", ["", " ", "\n", "."])
def test_nothing_to_change_is_no_change(text):
    found = perturbed(examples(text), from_nlpaug(nac.KeyboardAug()), seed=0)
    assert not found.changed.any()


def test_what_is_no_augmenter_is_refused():
    with pytest.raises(ArgumentError, match="expected an augmenter, such as"):
        from_nlpaug(str.upper)


def test_a_missing_nlpaug_is_named_with_its_install_line(monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "nlpaug"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError, match=r"pip install .*pytest-ptm\[nlpaug\]"):
        from_nlpaug(object())
