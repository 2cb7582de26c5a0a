"""The JSON Schemas of the wire contract, made from its types, so that they cannot drift from them."""

from __future__ import annotations

import json
import sys
import types
from typing import Any, Literal, get_args, get_origin, get_type_hints, is_typeddict

from whydown.report import inventory_wire, wire

_BASIC: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
}


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of one line: an incident, the summary; of many bundles a bundle, the roll-up.

    Further fields are allowed.
    """
    kinds = wire.IncidentWire, wire.SummaryWire, wire.BundleWire, wire.RollUpWire
    return _schema("One line of `whydown scan --format jsonl`", *kinds)


def event_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of one event. Further fields are allowed."""
    return _schema("One line of `whydown events --format jsonl`", wire.EventWire)


def inventory_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of one line of an inventory. Further fields are allowed."""
    return _schema("One line of `whydown inventory --format jsonl`", *inventory_wire.KINDS, contract=inventory_wire)


def text(of: dict[str, Any] | None = None) -> str:
    """Write a schema (that of incidents) as its file in `docs/` has it."""
    return json.dumps(schema() if of is None else of, indent=1) + "\n"


def _schema(title: str, *kinds: Any, contract: types.ModuleType = wire) -> dict[str, Any]:
    definitions: dict[str, Any] = {}
    either = [_of(kind, definitions) for kind in kinds]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "description": (contract.__doc__ or "").split("\n\n")[0],
        "oneOf": either,
        "$defs": definitions,
    }


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
    asked = {"events": event_schema, "inventory": inventory_schema}.get(sys.argv[-1], schema)
    print(text(asked()), end="")  # noqa: T201
