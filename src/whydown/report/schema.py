"""The JSON Schema of the wire contract, made from its types, so that it cannot drift from them."""

from __future__ import annotations

import json
import types
from typing import Any, Literal, get_args, get_origin, get_type_hints, is_typeddict

from whydown.report import wire

_BASIC: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
}


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of one line: an incident or the summary. Further fields are allowed."""
    definitions: dict[str, Any] = {}
    either = [_of(wire.IncidentWire, definitions), _of(wire.SummaryWire, definitions)]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "One line of `whydown scan --format jsonl`",
        "description": (wire.__doc__ or "").split("\n\n")[0],
        "oneOf": either,
        "$defs": definitions,
    }


def text() -> str:
    """Write the schema as `docs/incident.schema.json` has it."""
    return json.dumps(schema(), indent=1) + "\n"


def _of(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of one type; object types are put into the definitions and referred to."""
    if kind in _BASIC:
        return dict(_BASIC[kind])
    if is_typeddict(kind):
        return _of_object(kind, definitions)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin is list:
        return {"type": "array", "items": _of(arguments[0], definitions)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _of(arguments[1], definitions)}
    if origin is types.UnionType or arguments:
        return {"anyOf": [_of(argument, definitions) for argument in arguments]}
    raise TypeError(f"no schema for {kind!r}")


def _of_object(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    name = kind.__name__.removesuffix("Wire").lower()
    if name not in definitions:
        definitions[name] = {}
        fields = get_type_hints(kind)
        definitions[name] |= {
            "type": "object",
            "description": " ".join((kind.__doc__ or "").split()),
            "properties": {key: _of(value, definitions) for key, value in fields.items()},
            "required": list(fields),
        }
    return {"$ref": f"#/$defs/{name}"}


if __name__ == "__main__":
    print(text(), end="")  # noqa: T201
