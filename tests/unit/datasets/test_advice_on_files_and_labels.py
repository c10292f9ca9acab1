"""What is refused is told apart: the message says what this file, or label, needs."""

import pytest

from pytest_ptm import evaluate_accuracy, from_function, load_examples
from pytest_ptm.ground.errors import DataError

ONE = '{"text": "a", "label": "b"}'


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        (
            '{\n  "text": "a",\n  "label": "b"\n}\n',
            "goes on in other lines; ",
        ),
        (f"[\n{ONE}\n]\n", "goes on in other lines; write each row as one"),
        (f"[{ONE}, {ONE}]", "it holds list, no object; write each row as one object"),
        (f"{ONE},\n{ONE}\n", "the comma behind the object; a line ends with its"),
        (f"{ONE} {ONE}\n", "another object; write each row as one object in a line"),
        (f"{ONE}]\n", "Extra data at column 28"),
    ],
)
def test_json_that_is_no_json_lines_is_told_how_to_be(tmp_path, content, advice):
    path = tmp_path / "rows.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match="PTM203") as raised:
        load_examples(path)
    assert advice in str(raised.value)


def refused(classes, *labels):
    model = from_function(lambda texts: [[0.1, 0.9] for _ in texts], classes=classes)
    rows = [
        {"text": f"{number}", "label": label} for number, label in enumerate(labels)
    ]
    with pytest.raises(DataError, match="PTM206") as raised:
        evaluate_accuracy(model, rows)
    return str(raised.value)


@pytest.mark.parametrize("labels", [(-1, -1), (1, -1), ("-1", "pos")])
def test_rows_without_a_label_are_named_as_such(labels):
    """GLUE's test splits and SNLI's rows without agreement have -1."""
    assert "-1 is what many data sets say of rows without a label" in refused(
        ["neg", "pos"], *labels
    )


def test_names_that_look_alike_are_shown_apart():
    message = refused(["cup", "caf\u00e9"], "cafe\u0301")
    assert r"'cafe\u0301' looks like 'caf\xe9' and is another text." in message
    assert message.endswith("label_map={'cafe\u0301': 'caf\u00e9'}")
    spaced = refused(["neg", "pos"], "pos ", "Neg")
    assert spaced.endswith("label_map={'Neg': 'neg', 'pos ': 'pos'}")
    assert "looks like" not in spaced
