"""Real data in its original files."""

import pytest

from pytest_ptm import load_examples

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
    ("blimp/passive_1.jsonl", 1_000, {"text": "sentence_good", "label": None}),
    ("superglue/RTE/val.jsonl", 32, {"text": "premise", "text_pair": "hypothesis"}),
]


@pytest.mark.parametrize(
    ("name", "rows", "arguments"), FILES, ids=[f[0] for f in FILES]
)
def test_a_real_file_loads_whole(shared_data, name, rows, arguments):
    assert len(load_examples(shared_data / name, **arguments)) == rows
