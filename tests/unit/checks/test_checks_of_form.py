"""Answers that have to be JSON, as a schema has it, or a program."""

import subprocess
import sys
import threading
from typing import Annotated

import pydantic
import pytest

from pytest_ptm import ArgumentError, MissingExtraError
from pytest_ptm.checks import valid_json, valid_python
from pytest_ptm.checks.data import parsed


class Street(pydantic.BaseModel):
    name: str

    @pydantic.field_validator("name")
    @classmethod
    def named(cls, value):
        if not value:
            raise ValueError("no name")
        return value


class City(pydantic.BaseModel):
    city: str
    people: Annotated[int, pydantic.Field(ge=0)] = 0
    streets: list[Street] = []


CITY = {
    "type": "object",
    "properties": {
        "city": {"type": "string"},
        "people": {"type": "integer", "minimum": 0},
        "streets": {"type": "array", "items": {"$ref": "#/$defs/street"}},
    },
    "required": ["city"],
    "$defs": {"street": {"type": "object", "required": ["name"]}},
}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"a": [1, {"b": null}]}', None),
        (' \n"東京"\n', None),
        ("0", None),
        ("", "is empty"),
        (" \n", "is empty"),
        ("{'a': 1}", "Expecting property name"),
        ('{"a": 1,}', ""),
        ('{"a": 1} and more', "Extra data"),
        ("[NaN]", "has NaN"),
        ("-Infinity", "has -Infinity"),
        ('{"a": 1, "b": {"c": 1, "c": 2}}', "has the key 'c' twice"),
        ("\ufeff{}", "begins with a byte order mark"),
        ('```json\n{"a": 1}\n```', "Expecting value"),
        ('{"a": "cut off', "Unterminated string"),
        ('"a\nb"', "Invalid control character"),
        ("[" * 100_000, "is nested too deep"),
        ("1" * 5_000, "no JSON: Exceeds the limit"),
        ('{"a": 1,\n "b": }', "Expecting value (line 2)"),
    ],
)
def test_what_is_json(text, why):
    found = valid_json()(text)
    assert found is None if why is None else why in found


@pytest.mark.parametrize("fence", ["```json", "```", "~~~JSON", "````json"])
def test_json_in_a_fence_only_where_that_is_asked(fence):
    end = fence.rstrip("jsonJSON")
    text = f'Here it is:\n{fence}\n{{"city": "Rome"}}\n{end}\nAnything else?'
    assert valid_json(fenced=True)(text) is None
    assert valid_json(CITY, fenced=True)(text) is None
    assert valid_json()(text) is not None
    assert valid_json(fenced=True)('{"city": "Rome"}') is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('```json\n{"a": 1}', "does not end"),
        ("```json\n{}\n```\n```json\n{}\n```", "has 2 fences"),
        ("```python\nprint()\n```\n```json\n{}\n```", None),
        ("```json\n```", "is empty"),
        ("```json\n{nope}\n```", "no JSON"),
        ("Here: {}", "no JSON"),
    ],
)
def test_fences_that_are_not_one_of_json(text, why):
    found = valid_json(fenced=True)(text)
    assert found is None if why is None else why in found


@pytest.mark.parametrize("schema", [CITY, City], ids=["dict", "pydantic"])
@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"city": "Rome", "people": 3, "streets": [{"name": "Via"}]}', None),
        ('{"people": 3}', "city"),
        ('{"city": "Rome", "people": -1}', "people: "),
        ('{"city": "Rome", "people": "many"}', "people: "),
        ('{"city": "Rome", "streets": [{"name": "Via"}, {}]}', "streets[1]"),
        ("[]", ""),
        ("{", "no JSON"),
    ],
)
def test_json_as_a_schema_has_it(schema, text, where):
    found = valid_json(schema)(text)
    assert found is None if where is None else where in found


def test_a_validator_of_a_model_has_its_say():
    found = valid_json(City)('{"city": "Rome", "streets": [{"name": ""}]}')
    assert found.endswith("streets[0].name: Value error, no name")
    # What it says stands in the name, though it is in no JSON Schema.
    same = pydantic.create_model("City", city=(str, ...))
    checked = pydantic.create_model(
        "City",
        city=(str, ...),
        __validators__={"v": pydantic.field_validator("city")(lambda each: each)},
    )
    names = {valid_json(each).name for each in (City, same, checked)}
    assert len(names) == 3


MODEL = """
from typing import Annotated
import pydantic
from pytest_ptm.checks import valid_json

def even(number):
    if number % 2:
        raise ValueError("odd")
    return number

class Part(pydantic.BaseModel):
    number: Annotated[int, pydantic.AfterValidator(even)] = 0

class Whole(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(alias_generator=lambda name: name.upper())
    parts: list[Part] | None = None

name = valid_json(Whole).name
"""


def test_a_model_is_known_by_what_its_parts_check_in_every_process():
    known = [MODEL, MODEL.replace("% 2", "% 3"), MODEL.replace("upper", "lower")]
    names = []
    for code in known:
        held = {"__name__": "models"}
        exec(code, held)
        names.append(held["name"])
    assert len(set(names)) == 3
    done = subprocess.run(
        [sys.executable, "-c", f"{MODEL}\nprint(name)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == names[0]


def test_a_model_that_cannot_be_told_from_another_is_refused():
    lock = threading.Lock()

    class Locked(pydantic.BaseModel):
        @pydantic.model_validator(mode="after")
        def held(self):
            assert not lock.locked()
            return self

    with pytest.raises(
        ArgumentError, match=r"lock.*Locked\.model_json_schema\(\)"
    ) as e:
        valid_json(Locked)
    assert "Say yourself" not in str(e.value)


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"type": "objekt"}, "the schema is none"),
        ({"properties": {"a": {"minimum": "1"}}}, r"properties\.a\.minimum"),
        ({"$schema": "https://example.org/mine"}, "does not know"),
        ({"$ref": "#/$defs/city"}, "'#/\\$defs/city', which is not in it"),
        ({"items": [{"$ref": "https://example.org/city"}]}, "nothing is fetched|none"),
        ({"items": {"$ref": "https://example.org/city"}}, "nothing is fetched"),
        ({"const": float("nan")}, "is no JSON"),
        ({"const": {1, 2}}, "is no JSON"),
        ("object", "expected a JSON Schema"),
        (int, "expected a JSON Schema"),
        (City(city="Rome"), "a class of pydantic"),
        (True, "expected a JSON Schema"),
    ],
)
def test_a_schema_that_is_none_is_refused_when_the_check_is_made(schema, why):
    with pytest.raises(ArgumentError, match=why):
        valid_json(schema)


def test_a_schema_is_what_it_was_when_the_check_was_made():
    schema = {"type": "object", "properties": {"a": {"const": "$ref"}}}
    check = valid_json(schema)
    other = valid_json({**schema, "type": "array"})
    schema["type"] = "array"
    assert check("{}") is None
    assert other.name not in {check.name}
    assert other.name == valid_json(schema).name
    old = {"$schema": "http://json-schema.org/draft-04/schema#", "maximum": 3}
    assert valid_json({**old, "exclusiveMaximum": True})("3") is not None


def test_without_jsonschema_a_dict_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "jsonschema.exceptions", None)
    with pytest.raises(MissingExtraError, match=r'pip install "pytest-ptm\[json\]"'):
        valid_json(CITY)
    assert valid_json()("{}") is None
    assert valid_json(City)('{"city": "Rome"}') is None


def test_a_value_too_deep_for_its_schema_is_none_of_it():
    nested = {"type": "array", "items": {"$ref": "#"}}
    assert valid_json(nested)("[[[]]]") is None
    assert "nested too deep" in valid_json(nested)("[" * 400 + "]" * 400)


def test_a_parsed_value_is_the_whole_of_it():
    assert parsed('{"a": {"b": [1, 2.5, "x"]}}') == {"a": {"b": [1, 2.5, "x"]}}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x = 1", None),
        ("def f():\n    return '東京'", None),
        ("print('\\d')", None),
        ("def f(:", "line 1"),
        ("if x:\nreturn", "line 2"),
        ("", "has no statement"),
        ("# only words", "has no statement"),
        ("a\x00b", "null"),
        ("(" * 5_000, ""),
        ("```python\nx = 1\n```", "line 1"),
    ],
)
def test_what_is_python(text, why):
    found = valid_python()(text)
    assert found is None if why is None else why in found


def test_python_in_a_fence_runs_nothing():
    text = "Sure:\n```python\nimport os\nos.abort()\n```\n"
    assert valid_python(fenced=True)(text) is None
    assert valid_python(fenced=True)("```py\nx =\n```").startswith(
        "valid_python(fenced): line 1"
    )
