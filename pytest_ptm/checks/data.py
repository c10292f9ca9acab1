"""Whether an answer is JSON, and as a schema has it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, NoReturn

from pytest_ptm.checks.arguments import require_flag
from pytest_ptm.checks.check import Check, Written
from pytest_ptm.checks.fences import inside_fence
from pytest_ptm.checks.schemas import schema_of
from pytest_ptm.ground.display import clip

if TYPE_CHECKING:
    from pydantic import BaseModel

_JSON = frozenset({"json"})


def valid_json(
    schema: Mapping[str, object] | type[BaseModel] | None = None,
    *,
    fenced: bool = False,
) -> Check:
    """The answer is JSON and nothing else, and as the schema has it.

    JSON is what RFC 8259 calls so: no NaN or Infinity, no byte order mark before it. An
    object that has a key twice is none either, for who reads it may take either value.

    Args:
        schema: a JSON Schema (a dict; of 2020-12 unless it says ``$schema``), for which
            ``jsonschema`` is needed, or a pydantic model, which is asked as pydantic
            reads JSON. ``format`` is no more than a remark.
        fenced: whether it may stand in a fence of Markdown, with words around it.

    >>> valid_json({"type": "object", "required": ["city"]})('{"town": "Paris"}')
    "valid_json(schema=#b3c387bf): 'city' is a required property"

    Raises:
        ArgumentError: the schema is none, or refers to one that is not in it;
            ``fenced`` is neither True nor False.
        MissingExtraError: jsonschema is not installed.
    """
    require_flag("valid_json", "fenced", fenced)
    held = None if schema is None else schema_of(schema)

    def lacks(answer: Written) -> str | None:
        text, why = answer.text, ""
        if fenced:
            text, why = inside_fence(text, of=_JSON)
        if why:
            return why
        try:
            value = parsed(text)
            return None if held is None else held.lacks(value, text)
        except RecursionError:
            return "is nested too deep"
        except json.JSONDecodeError as error:
            place = f" (line {error.lineno})" if error.doc else ""
            return f"no JSON: {clip(error.msg, 80)}{place}"

    given = () if held is None else (f"schema={held.name}",)
    return Check(f"valid_json({', '.join([*given, *['fenced'] * fenced])})", lacks)


def parsed(text: str) -> object:
    """The value that a JSON text stands for.

    Raises:
        JSONDecodeError: it is none, or an object has a key twice.
    """
    if text.startswith("\ufeff"):
        raise _none("begins with a byte order mark")
    if not text.strip():
        raise _none("is empty")
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_refuse)
    except json.JSONDecodeError:
        raise
    except ValueError as error:
        # A whole number of more digits than Python turns into one.
        raise _none(str(error)) from error


def _none(why: str) -> json.JSONDecodeError:
    return json.JSONDecodeError(why, "", 0)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise _none(f"has the key {key!r} twice")
        found[key] = value
    return found


def _refuse(constant: str) -> NoReturn:
    raise _none(f"has {constant}")
