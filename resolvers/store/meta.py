"""What the database says of itself: versions of collections, loaded demo data, seed progress."""

from __future__ import annotations

from auth.bson_schema import text
from auth.collections import CollectionSpec

NAME = "meta"

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="operators; no personal data",
    validator={"bsonType": "object", "required": ["_id"], "properties": {"_id": text(80)}},
)
