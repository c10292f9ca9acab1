"""Real data in its original files."""

import pytest
from ptm_numbers import sts_b

from pytest_ptm import load_examples
from pytest_ptm.ground.errors import DataError

GOOD = {"text": "sentence_good", "label": None}
BLIMP = (
    "anaphor_gender_agreement",
    "anaphor_number_agreement",
    "determiner_noun_agreement_1",
    "npi_present_1",
    "passive_1",
    "regular_plural_subject_verb_agreement_1",
)
TRUTHS = {True: "yes", False: "no"}
SUPERGLUE = [
    ("BoolQ", {"text": "question", "text_pair": "passage", "label_map": TRUTHS}),
    ("CB", {"text": "premise", "text_pair": "hypothesis"}),
    ("COPA", {"text": "premise", "groups": ["question"]}),
    ("WSC", {"label_map": TRUTHS}),
    (
        "WiC",
        {"text": "sentence1", "text_pair": "sentence2", "label_map": TRUTHS},
    ),
]
FILES = [
    ("sst2/dev.tsv", 872, {"text": "sentence"}),
    ("sst2/train.tsv", 60_614, {"text": "sentence"}),
    (
        "mrpc/dev.tsv",
        408,
        {"text": "#1 String", "text_pair": "#2 String", "label": "Quality"},
    ),
    (
        "stsb/dev.tsv",
        1_500,
        {"text": "sentence1", "text_pair": "sentence2", "label": "score"},
    ),
    (
        "hatecheck/test_suite_cases.csv",
        3_728,
        {"text": "test_case", "label": "label_gold", "groups": ["functionality"]},
    ),
    (
        "crows_pairs/crows_pairs_anonymized.csv",
        1_508,
        {"text": "sent_more", "label": "bias_type"},
    ),
    *((f"blimp/{name}.jsonl", 1_000, GOOD) for name in BLIMP),
    *((f"superglue/{name}/val.jsonl", 32, given) for name, given in SUPERGLUE),
    ("superglue/RTE/val.jsonl", 32, {"text": "premise", "text_pair": "hypothesis"}),
]


@pytest.mark.parametrize(
    ("name", "rows", "arguments"), FILES, ids=[f[0] for f in FILES]
)
def test_a_real_file_loads_whole(shared_data, name, rows, arguments):
    assert len(load_examples(shared_data / name, **arguments)) == rows


def test_lone_quotation_marks_of_a_tsv_stay_in_the_text(shared_data):
    examples = load_examples(
        shared_data / "mrpc/dev.tsv",
        text="#1 String",
        text_pair="#2 String",
        label=None,
    )
    assert examples.inputs["text_pair"][0].startswith('"The foodservice pie business')


def test_a_truth_value_of_real_data_needs_words(shared_data):
    with pytest.raises(DataError, match=r"line 1: 'label': the label is .*label_map="):
        load_examples(shared_data / "superglue/WSC/val.jsonl")


def test_scores_of_a_tsv_come_as_they_are_written(shared_data):
    examples = load_examples(
        shared_data / "stsb/dev.tsv",
        text="sentence1",
        text_pair="sentence2",
        label="score",
    )
    # As everything of a file that has no types; each is a number.
    assert examples.labels[:4] == ("5.000", "4.750", "5.000", "2.400")
    by_hand = sts_b(shared_data)
    assert tuple(map(float, examples.labels)) == by_hand.labels
    assert (examples.ids, examples.inputs) == (by_hand.ids, by_hand.inputs)
