"""Figures of written texts against sacrebleu and rouge-score, and by hand."""

from __future__ import annotations

import math
import random
import sys

import numpy as np
import pytest
import sacrebleu.metrics as theirs
from ptm_written import FakeWriter, echo, referred
from rouge_score.rouge_scorer import RougeScorer

from pytest_ptm import (
    assert_metric,
    assert_not_worse,
    evaluate_metric,
    evaluate_not_worse,
)
from pytest_ptm.ground.errors import ArgumentError, DataError, MissingExtraError
from pytest_ptm.metrics.finding import find_metric, scale_of
from pytest_ptm.metrics.texts import kept, rouge, sacre
from pytest_ptm.metrics.texts.table import KIND
from pytest_ptm.statistics.repeats import Repeats
from pytest_ptm.statistics.row_sums import OfRowSums
from pytest_ptm.tasks.texts.answers import GeneratedTexts
from pytest_ptm.tasks.texts.sourced import Sourced
from pytest_ptm.tasks.texts.truth import TextsTruth

WORDS = (
    *("The", "house,", "of", "Ann", "is", "(very)", "old:", "she"),
    *("has", "3.5", "rooms", "and", "1,000", "cats.", "It's"),
)
HANZI = "我们今天去北京，看 3 only"

CORPUS = {
    "bleu": theirs.BLEU(),
    "bleu(lowercase=true)": theirs.BLEU(lowercase=True),
    "bleu(tokenize=zh)": theirs.BLEU(tokenize="zh"),
    "bleu(tokenize=char, max_ngram_order=2)": theirs.BLEU(
        tokenize="char", max_ngram_order=2
    ),
    "chrf": theirs.CHRF(),
    "chrf(whitespace=true)": theirs.CHRF(whitespace=True),
    "chrf++": theirs.CHRF(word_order=2),
    "ter": theirs.TER(),
    "ter(normalized=true, case_sensitive=true)": theirs.TER(
        normalized=True, case_sensitive=True
    ),
}


def corrupted(words, random_):
    """The words, some of them lost, doubled or exchanged."""
    found = [
        random_.choice(WORDS) if random_.random() < 0.3 else word
        for word in words
        if random_.random() > 0.2
    ]
    random_.shuffle(found[: len(found) // 2])
    return " ".join(found)


def corpus(seed, references):
    """Texts, an empty one among them, and so many references of each."""
    random_ = random.Random(seed)
    gold, said = [], []
    for row in range(30):
        words = [random_.choice(WORDS) for _ in range(random_.randint(1, 12))]
        if row % 5 == 0:
            words = [*random_.choices(HANZI, k=9), *words]
        count = references or random_.randint(1, 3)
        gold.append(
            tuple(
                " ".join(words) if number == 0 else corrupted(words, random_) or "It"
                for number in range(count)
            )
        )
        said.append("" if row == 3 else corrupted(words, random_))
    return said, gold


def held(gold):
    found = np.empty(len(gold), dtype=object)
    found[:] = [(own,) if isinstance(own, str) else tuple(own) for own in gold]
    return found


def figure(name, said, gold):
    return KIND.measure(name, held(gold), GeneratedTexts.of(said))


def streams(gold):
    """As sacrebleu wants them: None where a row has fewer references than others."""
    most = max(map(len, gold))
    padded = [(*own, *[None] * (most - len(own))) for own in gold]
    return [list(each) for each in zip(*padded, strict=True)]


@pytest.mark.parametrize("references", [1, 3, None], ids=["one", "three", "unequal"])
@pytest.mark.parametrize("name", CORPUS)
def test_figures_of_a_corpus_are_those_of_sacrebleu(name, references):
    for seed in range(3):
        said, gold = corpus(seed, references)
        scorer = CORPUS[name]
        theirs_ = scorer.corpus_score(said, streams(gold))
        found = figure(name, said, gold)
        assert found.value == pytest.approx(theirs_.score, abs=1e-9)
        (signature,) = find_metric(name, GeneratedTexts).made_by(held(gold))
        assert signature == f"sacrebleu:{scorer.get_signature().format()}"
        assert isinstance(found.evidence, OfRowSums)
        assert found.evidence.value == found.value
        find_metric(name, GeneratedTexts).require(found)


@pytest.mark.parametrize("name", ["bleu", "chrf", "chrf++", "ter"])
def test_the_figure_of_a_text_is_that_of_sacrebleu(name):
    said, gold = corpus(7, None)
    scorer = theirs.BLEU(effective_order=True) if name == "bleu" else CORPUS[name]
    expected = [
        scorer.sentence_score(text, list(own)).score
        for text, own in zip(said, gold, strict=True)
    ]
    found = figure(name, said, gold).evidence.by_row()
    assert found == pytest.approx(expected, abs=1e-9)
    away = KIND.away(name, held(gold), GeneratedTexts.of(said))
    better = expected if name == "ter" else [100 - each for each in expected]
    assert away == pytest.approx([min(1, each / 100) for each in better], abs=1e-9)


@pytest.mark.parametrize("stemmer", [False, True])
@pytest.mark.parametrize("name", rouge.KINDS)
def test_rouge_is_that_of_rouge_score(name, stemmer):
    random_ = random.Random(3)
    said, gold = [], []
    for _ in range(40):
        words = random_.choices([*WORDS, "rooms", "roomed", "\n"], k=14)
        gold.append(tuple(corrupted(words, random_) for _ in range(2)))
        said.append(corrupted(words, random_).replace(" cats", "\ncats"))
    scorer = RougeScorer([name], use_stemmer=stemmer)
    pairs = zip(gold, said, strict=True)
    expected = [scorer.score_multi(own, text)[name].fmeasure for own, text in pairs]
    spelled = f"{name}(stemmer=true)" if stemmer else name
    found = figure(spelled, said, gold)
    assert found.evidence.scores == pytest.approx(expected, abs=1e-12)
    assert found.value == pytest.approx(np.mean(expected), abs=1e-12)
    stem = f"stem:{'yes' if stemmer else 'no'}"
    assert find_metric(spelled, GeneratedTexts).made_by(held(gold)) == (
        f"rouge-score:0.1.2|{stem}",
    )


def test_bleu_by_hand():
    # 4, 3, 2 and 1 n-grams, all hit; three tokens too few.
    short = figure("bleu", ["a b c d"], ["a b c d e f g"])
    assert short.value == pytest.approx(100 * math.exp(1 - 7 / 4))
    # Of two references as near in length the shorter one: nothing is too short.
    assert figure("bleu", ["a b c d"], [["a b c d e", "x y z"]]).value == (
        pytest.approx(100)
    )
    # 3 of 5, 1 of 4, then none of 3 and of 2: smoothed to 1/2 and to 1/4 of a hit.
    found = figure("bleu", ["a b x y c"], ["a b c d e"])
    assert found.value == pytest.approx(
        100 * (3 / 5 * 1 / 4 * 1 / 2 / 3 * 1 / 4 / 2) ** 0.25
    )
    assert figure("bleu", ["x y z v w"], ["a b c d e"]).value == 0.0
    assert figure("bleu", [""], ["a b c d e"]).value == 0.0
    # An empty answer shortens the corpus and does nothing else.
    both = figure("bleu", ["a b c d e", ""], ["a b c d e", "f g h i j"])
    assert both.value == pytest.approx(100 * math.exp(1 - 10 / 5))


def test_chrf_and_ter_by_hand():
    # Of "ab" in "abc": both letters of 3, 1 pair of 2, no triple; recall counts 4 fold.
    precision, recall = (1 + 1) / 2, (2 / 3 + 1 / 2) / 2
    expected = 5 * precision * recall / (4 * precision + recall)
    assert figure("chrf", ["ab"], ["abc"]).value == pytest.approx(100 * expected)
    assert figure("chrf", ["xy", ""], ["abc", "d"]).value == 0.0
    # One word too few, and one shift: "c d" to the front is a single edit.
    assert figure("ter", ["a b d"], ["a b c d"]).value == 25.0
    assert figure("ter", ["c d a b"], ["a b c d"]).value == 25.0
    assert figure("ter", ["x y z x y z"], ["a b c"]).value == 200.0
    # The nearest reference counts edits, and the mean of lengths divides.
    assert figure("ter", ["a b"], [["a b", "a b c d"]]).value == 0.0
    assert figure("ter", ["a"], [["a b", "a b c d"]]).value == pytest.approx(100 / 3)


def test_chinese_is_cut_into_characters_where_that_is_asked():
    gold, said = ["我们今天去北京。"], ["我们明天去北京。"]
    by_words = figure("bleu(tokenize=zh)", said, gold)
    assert by_words.value == pytest.approx(
        theirs.BLEU(tokenize="zh").corpus_score(said, [gold]).score
    )
    with pytest.raises(DataError, match=r"no text has 4 tokens.*max_ngram_order=1"):
        figure("bleu", said, gold)
    with pytest.raises(DataError, match=r"letters a-z alone, which are 0 of 7"):
        figure("rougeL", said, gold)
    assert figure("rougeL", ["ein Haus"], ["das große Haus"]).value > 0


@pytest.mark.parametrize(
    ("name", "said", "gold", "why"),
    [
        ("bleu", ["yes"], ["yes"], "no text has 4 tokens, and no reference"),
        ("chrf", ["a"], ["\u2003"], "no reference has a character"),
        ("ter(no_punct=true)", ["a"], ["..."], "no reference has a word"),
        ("bleu", [], [], "there is no text"),
        ("f1", [], [], "there is no text"),
    ],
)
def test_what_has_no_figure_is_refused(name, said, gold, why):
    with pytest.raises(DataError, match=why) as caught:
        figure(name, said, gold)
    assert caught.value.code == "PTM207"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("bleu(tokenise=zh)", "unknown setting of bleu 'tokenise'; did you mean"),
        ("bleu(tokenize=cn)", "expected one of '13a', 'zh'"),
        ("bleu(lowercase=1)", "lowercase='1', expected true or false"),
        ("bleu(max_ngram_order=5)", "expected a whole number, 1 .. 4"),
        ("bleu(tokenize)", "expected settings such as bleu"),
        ("bleu(lowercase=true, lowercase=false)", "each once"),
        ("accuracy(lowercase=true)", "accuracy takes no settings"),
        ("f1(lowercase=true)", "takes no settings"),
        ("blue(lowercase=true)", "unknown metric 'blue'; did you mean 'bleu'"),
    ],
)
def test_a_setting_that_is_none_is_refused(name, why):
    with pytest.raises(ArgumentError, match=why):
        scale_of(name)


def test_settings_are_spelled_in_one_way():
    given = "bleu( lowercase=True,tokenize='zh', max_ngram_order=4)"
    name = find_metric(given, GeneratedTexts).name
    assert name == "bleu(tokenize=zh, lowercase=true)"
    assert find_metric(name, GeneratedTexts).name == name
    for usual in ("bleu(tokenize=13a)", "bleu()", "bleu"):
        assert find_metric(usual, GeneratedTexts).name == "bleu"


def test_a_tokenizer_that_is_not_here_is_named(monkeypatch, tmp_path):
    sacre.scorer.cache_clear()
    module = pytest.importorskip("sacrebleu.tokenizers.tokenizer_spm")
    monkeypatch.setattr(module, "SACREBLEU_DIR", str(tmp_path))
    monkeypatch.setattr("sacrebleu.tokenizers.tokenizer_ja_mecab.MeCab", None)
    with pytest.raises(ArgumentError, match=r"flores200.*downloads nothing; put"):
        sacre.scorer("bleu", (("tokenize", "flores200"),))
    with pytest.raises(ArgumentError, match=r'pip install "sacrebleu\[ja\]"'):
        sacre.scorer("bleu", (("tokenize", "ja-mecab"),))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("module", "library", "name"),
    [
        ("sacrebleu.metrics", "sacrebleu", "bleu"),
        ("rouge_score.rouge_scorer", "rouge-score", "rougeL"),
    ],
)
def test_a_missing_library_is_named_before_the_model_is_asked(
    monkeypatch, module, library, name
):
    sacre.scorer.cache_clear()
    rouge.rouge.cache_clear()
    monkeypatch.setitem(sys.modules, module, None)
    model = FakeWriter(echo)
    with pytest.raises(MissingExtraError, match=rf"{library}.*pytest-ptm\[metrics\]"):
        evaluate_metric(model, referred(("a", "b")), metric=name)
    assert not model.sent


def test_numbers_and_names_that_stay_and_that_are_new():
    sources = [
        "In 2024 Ann Lee paid 1,000 euros to Rome. Nobody knew.",
        "Nothing of that kind.",
    ]
    said = ["2024 zahlte Ann an Rom 1.000 Euro, und 7 an Bo.", "Nichts 5."]
    gold = np.empty(2, dtype=object)
    gold[:] = [Sourced(("x",), source) for source in sources]
    answers = GeneratedTexts.of(said)

    def value(name):
        return KIND.measure(name, gold, answers).value

    assert value("numbers_kept") == 2 / 2
    assert value("numbers_known") == 2 / 4
    assert value("names_kept") == 1 / 3  # of Ann, Lee and Rome
    assert value("names_known") == 1 / 4  # of Ann, Rom, Euro and Bo
    assert KIND.away("numbers_known", gold, answers).tolist() == [1, 1]
    assert KIND.away("names_kept", gold, answers).tolist() == [2, 0]
    assert KIND.right("names_kept", gold, answers).tolist() == [False, True]
    with pytest.raises(DataError, match="no source has a number"):
        KIND.measure("numbers_kept", gold[1:], GeneratedTexts.of(["5"]))
    with pytest.raises(DataError, match="no text has a name"):
        KIND.measure("names_known", gold[:1], GeneratedTexts.of(["nobody"]))
    with pytest.raises(ArgumentError, match="needs the texts beside"):
        KIND.measure("numbers_kept", held(["x"]), GeneratedTexts.of(["5"]))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("On 1 May 2024", {"may"}),
        ("He said: “Stop”, said O'Neill. She (Ann) left", {"o'neill"}),
        ("A B of Jean-Luc. X", {"jean-luc"}),
        ("the U.S. army", {"u.s"}),
    ],
)
def test_a_name_is_a_capital_within_a_sentence(text, found):
    assert kept.names(text) == found


def test_what_looks_wrong_is_said():
    rows = referred(*[(f"Text {n} .", f"Text number {n}.") for n in range(4)])
    answers = {"0": "", "1": "Text 1 .", "2": "Text number 2.", "3": "A text ."}
    model = FakeWriter(lambda text, _: answers[text[5]], stopped="length")
    notes = evaluate_metric(model, rows, metric="f1").notes
    assert notes == (
        "1 of 4 answers are empty",
        "4 of 4 answers are cut off: they have as many tokens as they may "
        "(max_new_tokens=)",
        "1 of 4 answers are the text itself, as in a translation that is none",
        '2 of 4 answers are cut into tokens: they end in " .", and their references '
        "do not",
    )


ROWS = referred(
    *[
        (f"source {n}", f"the cat number {n} sat on the mat of house {n * 7}")
        for n in range(40)
    ],
    part=["a", "b"] * 20,
)


def near(text, _=0):
    n = int(text.split()[1])
    end = f"mat of house {n * 7}" if n % 3 else "floor"
    return f"the cat number {n} sat on the {end}"


def far(text, _=0):
    n = int(text.split()[1])
    where = "mat" if n % 2 else "sofa"
    return f"the dog {n if n % 4 else 'number one'} sat on the {where}"


@pytest.mark.parametrize("name", ["bleu", "chrf", "ter", "rougeL", "numbers_kept"])
def test_a_better_model_is_ahead_and_a_worse_one_behind(name):
    good, bad = FakeWriter(near, "good"), FakeWriter(far, "bad")
    ahead = evaluate_not_worse(good, ROWS, than=bad, metric=name)
    behind = evaluate_not_worse(bad, ROWS, than=good, metric=name)
    assert ahead.value == pytest.approx(-behind.value)
    assert ahead.value > 0
    assert ahead.measurement.interval.low > 0 > behind.measurement.interval.high
    figures = [evaluate_metric(each, ROWS, metric=name).value for each in (good, bad)]
    assert abs(figures[0] - figures[1]) == pytest.approx(ahead.value)
    if name == "numbers_kept":
        # A share less a share: no row can cost more than one.
        evidence = ahead.measurement.evidence
        assert (evidence.least, evidence.most) == (-1, 1)
    parts = evaluate_metric(good, ROWS, metric=name).by_group
    assert [part.n for part in parts] == [20, 20]


def test_without_flips_the_texts_that_are_behind_are_shown():
    # Neither ever writes a reference, so that nothing goes from right to wrong.
    good = FakeWriter(lambda text, _: f"{near(text)} now", "never right")
    bad = FakeWriter(
        lambda text, _: f"{far(text) if text == 'source 8' else near(text)} now",
        "behind",
    )
    found = evaluate_not_worse(bad, ROWS, than=good, metric="bleu")
    assert [case.example_id for case in found.cases] == ["row-9"]
    assert found.failing == 1
    assert found.also[0].value == 0.0
    assert not evaluate_not_worse(good, ROWS, than=bad, metric="bleu").cases


def test_a_figure_below_its_bound_fails_with_the_worst_segment_first():
    model = FakeWriter(near, "good")
    passed = assert_metric(model, ROWS, metric="bleu", at_least=50)
    assert "|bleu|sacrebleu:nrefs:1|case:mixed|eff:no|tok:13a|" in passed.signature
    assert_metric(model, ROWS, metric="ter", at_most=40)
    with pytest.raises(AssertionError, match=r"bleu\(lowercase=true\) .* < 99") as told:
        assert_metric(model, ROWS, metric="bleu(lowercase=true)", at_least=99)
    assert 'got "the cat number 0 sat on the floor"' in str(told.value)
    for name in ("ter", "bleu"):
        with pytest.raises(ArgumentError):
            assert_metric(model, ROWS, metric=name, at_least=101)
    with pytest.raises(ArgumentError, match="names a class"):
        evaluate_metric(model, ROWS, metric="bleu", positive="a")


@pytest.mark.parametrize("name", ["bleu", "chrf", "ter", "numbers_kept"])
def test_texts_of_one_document_are_drawn_together(name):
    # Of each document all or no text is right, and each stands for its whole.
    rows = referred(
        *[(f"s {n}", f"the cat {n} sat on mat {n} of house {n}") for n in range(248)],
        document=[str(n // 4) for n in range(248)],
    )
    model = FakeWriter(
        lambda text, _: (
            f"the cat {text[2:]} sat on mat {text[2:]} of house {text[2:]}"
            if int(text[2:]) // 4 % 2
            else "the dog sat on a mat"
        )
    )
    bound = {"at_most": 100} if name == "ter" else {"at_least": 0.1}
    apart = assert_metric(model, rows, metric=name, **bound).measurement.interval
    result = assert_metric(model, rows, metric=name, cluster="document", **bound)
    together = result.measurement.interval
    assert 1.5 < (together.high - together.low) / (apart.high - apart.low) < 2.5
    assert "over 62" in together.method
    gain = assert_not_worse(
        model,
        rows,
        than=FakeWriter(lambda text, _: "the dog sat on a mat", "dog"),
        metric=name,
        cluster="document",
        confidence=0.95,
        margin=1e-6,
    )
    assert "over 62" in gain.measurement.interval.method


def test_few_documents_are_said_to_be_few():
    rows = referred(
        *[(f"s {n}", f"the cat {n} sat on the mat") for n in range(40)],
        document=[str(n % 8) for n in range(40)],
    )
    model = FakeWriter(lambda text, _: f"the cat {text[2:]} sat on a mat", "few")
    with pytest.raises(AssertionError, match=r"8 clusters, fewer than 20"):
        assert_metric(
            model, rows, metric="bleu", at_least=99, cluster="document", confidence=0.9
        )


def test_a_text_is_right_where_the_figure_misses_nothing():
    gold = held([["The house is big.", "A big house it is."]] * 4)
    said = GeneratedTexts.of(
        ["A big house it is.", "the house is big", "the house is big.", "No."]
    )
    for name, right in (
        ("exact_match", None),
        ("bleu", [True, False, False, False]),
        ("bleu(lowercase=true)", [True, False, True, False]),
        ("ter", [True, False, True, False]),
        ("rougeL", [True, True, True, False]),
    ):
        found = KIND.right(name, gold, said)
        assert (found if found is None else found.tolist()) == right


def test_copies_of_a_row_make_the_interval_of_a_corpus_no_narrower():
    said, gold = corpus(1, 2)
    one = figure("bleu", said, gold)
    twice = figure("bleu", said * 2, gold * 2)
    which = np.tile(np.arange(len(said)), 2)
    counted = twice.evidence.repeated(Repeats(which))
    assert counted.interval().low == pytest.approx(one.interval.low)
    assert twice.interval.low > one.interval.low


@pytest.mark.parametrize("metric", ["exact_match", "f1", "f1_characters"])
def test_silence_is_no_answer_where_a_reference_is_an_article_or_a_mark(metric):
    references = [("A",), ("A",), ("A", "Rome"), ("?",), ("The",), ("a",)]
    said = ["", "A.", "a", "", "an", "!"]
    right = [False, True, True, False, False, False]
    gold = np.empty(len(said), dtype=object)
    for row, own in enumerate(references):
        gold[row] = own
    answers = GeneratedTexts.of(said)
    scores = KIND.scores(metric, gold, answers)
    if metric == "f1_characters":
        # To characters "an" is not far from "The", nor is it near.
        assert (scores == 1.0).tolist() == right
    else:
        assert scores.tolist() == [float(each) for each in right]
    assert TextsTruth(gold).right(answers).tolist() == right
    # Nor is silence the same answer under other words.
    assert GeneratedTexts.of(["", "A"]).shift(GeneratedTexts.of(["A", ""])).min() == 1


@pytest.mark.parametrize("tokens", [4, 5, 17])
def test_the_best_figure_is_the_end_of_its_range(tokens):
    """100.00000000000004 would be no figure that is at most 100."""
    text = " ".join("abcdefghijklmnopqrstuvwxyz"[:tokens])
    for name, best in (("bleu", 100), ("chrf", 100), ("chrf++", 100), ("ter", 0)):
        assert figure(name, [text], [text]).value == best


@pytest.mark.parametrize("name", ["exact_match", "f1", "f1_characters"])
def test_accents_are_the_same_composed_or_not(name):
    assert figure(name, ["Das Caf\u00e9"], ["das cafe\u0301"]).value == 1
