"""Schemas of JSON: as JSON Schema has them, or as models of pydantic."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast, get_args

from pytest_ptm.ground.content import content_digest_of
from pytest_ptm.ground.digests import digest
from pytest_ptm.ground.display import clip
from pytest_ptm.ground.errors import ArgumentError, MissingExtraError


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema by name, and words on what a value, and its text, lacks of it."""

    name: str
    lacks: Callable[[object, str], str | None]


def schema_of(given: object) -> Schema:
    """The schema that this is.

    Raises:
        ArgumentError: it is none.
        MissingExtraError: it is a JSON Schema, and jsonschema is not installed.
    """
    # Here: both take time to import, and most runs check no JSON.
    import pydantic

    if isinstance(given, type) and issubclass(given, pydantic.BaseModel):
        return _of_model(given)
    if isinstance(given, Mapping):
        return _of_dict(dict(cast("Mapping[str, Any]", given)))
    raise ArgumentError(
        f"valid_json: expected a JSON Schema, which is a dict, or a class of "
        f"pydantic.BaseModel, got {given!r:.60}"
    )


def _of_model(model: type[Any]) -> Schema:
    import pydantic

    def lacks(value: object, text: str) -> str | None:
        try:
            model.model_validate_json(text)
        except pydantic.ValidationError as error:
            first = error.errors(include_url=False, include_context=False)[0]
            return _at([*first["loc"]], str(first["msg"]))
        return None

    return Schema(f"{model.__name__}#{_digest_of_model(model)}", lacks)


def _digest_of_model(model: type[Any]) -> str:
    """Differs where fields do, or what validators of it and its parts do."""
    import pydantic

    try:
        fields: object = model.model_json_schema()
    except pydantic.errors.PydanticUserError as error:
        raise ArgumentError(
            f"valid_json: {model.__name__} has no JSON Schema: {error}"
        ) from error
    behind = [_behind(each) for each in _models_in(model, set())]
    name = model.__name__
    try:
        content = content_digest_of(behind, of=f"valid_json({name})")
    except ArgumentError as error:
        why = error.message.partition(" Say yourself")[0]
        raise ArgumentError(
            f"{why} Give its JSON Schema, valid_json({name}.model_json_schema()), and "
            "check the rest by satisfies(…, fingerprint=…)"
        ) from error
    return digest(json.dumps(fields, sort_keys=True) + content)


def _behind(model: type[Any]) -> list[object]:
    """What decides about a value, and stands in no JSON Schema."""
    found: Any = model.__pydantic_decorators__
    kinds = ("validators", "field_validators", "root_validators", "model_validators")
    decorated = [one.func for kind in kinds for one in getattr(found, kind).values()]
    fields: Any = model.model_fields
    return [
        # As functions: what they are bound to is the model itself.
        [getattr(each, "__func__", each) for each in decorated],
        [each.metadata for each in fields.values()],
        dict(model.model_config),
    ]


def _models_in(kind: Any, seen: set[Any]) -> Iterator[type[Any]]:  # noqa: ANN401 - any annotation
    """The models that a type is made of, each once."""
    for part in get_args(kind):
        yield from _models_in(part, seen)
    fields = getattr(kind, "model_fields", None)
    if fields is None or kind in seen:
        return
    seen.add(kind)
    yield kind
    for each in fields.values():
        yield from _models_in(each.annotation, seen)


def _of_dict(schema: dict[str, Any]) -> Schema:
    try:
        import jsonschema.exceptions
        import referencing.exceptions
    except ImportError as error:
        raise MissingExtraError(
            "valid_json(schema)", library="jsonschema", extra="json"
        ) from error
    try:
        said = json.dumps(schema, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise ArgumentError(f"valid_json: the schema is no JSON: {error}") from error
    # As it is now: what the test does to its dict later is another schema.
    own: Any = json.loads(said)
    kind: Any = _kind(own)
    try:
        kind.check_schema(own)
    except jsonschema.SchemaError as error:
        wrong: Any = error
        raise ArgumentError(
            f"valid_json: the schema is none: {_at([*wrong.path], str(wrong.message))}"
        ) from error
    # An empty registry: nothing is fetched from where a "$ref" leads.
    library: Any = referencing
    validator: Any = kind(own, registry=library.Registry())
    _refuse_loose_ends(own, validator)
    library = jsonschema.exceptions
    best = library.best_match

    def lacks(value: object, text: str) -> str | None:
        try:
            found: Any = best(validator.iter_errors(value))
        except referencing.exceptions.Unresolvable as error:
            raise ArgumentError(f"valid_json: the schema refers to {error}") from error
        if found is None:
            return None
        return _at([*found.path], str(found.message))

    return Schema(f"#{digest(said)}", lacks)


def _kind(schema: dict[str, Any]) -> object:
    import jsonschema.validators

    latest = jsonschema.Draft202012Validator
    if "$schema" not in schema:
        return latest
    known: Any = jsonschema.validators.validator_for
    found: object = known(schema, default=None)
    if found is None:
        raise ArgumentError(
            f"valid_json: $schema is {schema['$schema']!r:.80}, which jsonschema does "
            f"not know; say {latest.META_SCHEMA['$id']!r}"
        )
    return found


def _refuse_loose_ends(schema: dict[str, Any], validator: Any) -> None:  # noqa: ANN401
    """Refuse a "$ref" that leads nowhere, before an answer comes by it."""
    import referencing.exceptions

    resolver = validator._resolver
    for target in _targets(schema):
        try:
            resolver.lookup(target)
        except referencing.exceptions.Unresolvable as error:
            raise ArgumentError(
                f"valid_json: the schema refers to {clip(target, 80)!r}, which is not "
                "in it; nothing is fetched. Put it into $defs"
            ) from error


def _targets(schema: object) -> Iterator[str]:
    if isinstance(schema, list):
        for each in cast("list[object]", schema):
            yield from _targets(each)
    elif isinstance(schema, dict):
        held = cast("dict[str, object]", schema)
        # What has an identity of its own resolves by that: left to the validator.
        for key, value in held.items():
            if key == "$ref" and isinstance(value, str):
                yield value
            elif key not in _VALUES and not _has_an_identity(value):
                yield from _targets(value)


_VALUES = {"const", "enum", "default", "examples"}


def _has_an_identity(schema: object) -> bool:
    return isinstance(schema, dict) and "$id" in schema


def _at(path: list[Any], message: str) -> str:
    steps = [f"[{each}]" if isinstance(each, int) else f".{each}" for each in path]
    place = clip("".join(steps).lstrip("."), 60)
    return f"{place}: {clip(message, 120)}" if path else clip(message, 120)
