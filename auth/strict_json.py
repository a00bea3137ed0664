"""JSON that two readers cannot read differently."""

from __future__ import annotations

import json


def json_object(data: bytes) -> dict[str, object] | None:
    """The JSON object, unless it is none or names a member twice."""
    try:
        value = json.loads(data, object_pairs_hook=_unrepeated)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _unrepeated(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member occurs twice")
    return members
