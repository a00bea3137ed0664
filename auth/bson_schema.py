"""Words for `$jsonSchema` validators, so that a declaration reads as a shape.

Every object is closed: a field that is not declared is refused by the database itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

Shape = dict[str, Any]

INSTANT: Shape = {"bsonType": "date"}
INTEGER: Shape = {"bsonType": ["int", "long"]}
BOOLEAN: Shape = {"bsonType": "bool"}


def text(maximum: int, pattern: str | None = None) -> Shape:
    shape: Shape = {"bsonType": "string", "maxLength": maximum}
    return shape | ({"pattern": pattern} if pattern else {})


def identifier(prefix: str) -> Shape:
    """An id minted by us: prefix, underscore, 26 characters of Crockford's base 32."""
    return text(40, f"^{prefix}_[0-9a-z]{{26}}$")


def binary() -> Shape:
    return {"bsonType": "binData"}


def one_of(values: type[StrEnum] | Sequence[str]) -> Shape:
    return {"enum": [str(value) for value in values]}


def optional(shape: Shape) -> Shape:
    """The shape, or null."""
    if "enum" in shape:
        return {"enum": [*shape["enum"], None]}
    types = shape["bsonType"]
    return shape | {"bsonType": [*([types] if isinstance(types, str) else types), "null"]}


def array(items: Shape, maximum: int) -> Shape:
    return {"bsonType": "array", "items": items, "maxItems": maximum}


def document(properties: Mapping[str, Shape], absent_allowed: Sequence[str] = ()) -> Shape:
    return {
        "bsonType": "object",
        "required": [name for name in properties if name not in absent_allowed],
        "additionalProperties": False,
        "properties": dict(properties),
    }


SEALED: Shape = document({"masked": text(400), "sealed": binary()})
"""A personal value: the masked form that ordinary reads show, beside the sealed one."""

DIGEST: Shape = document({"key_version": INTEGER, "value": binary()})

LOCALISED: Shape = document({"en": text(300), "zh": text(300)})

SOURCE: Shape = document({"authority": text(60), "updated_at": INSTANT})
"""Which authority a record came from and when it last said so."""
